//! Watching a table, which every engine that can does in its own way.

use std::sync::Arc;

use futures::{FutureExt as _, future::BoxFuture, stream::BoxStream};

use super::{database::Core, engine::Engine};
use crate::{
    error::SourceError,
    watch::{Changes, Watch, Watchable},
};

/// Changes as they are given.
pub(crate) type Given = BoxStream<'static, Result<Changes, SourceError>>;

/// An engine whose changes may be watched. What is not overridden is refused.
pub(crate) trait Watching: Engine {
    /// What stands in the way.
    fn watchable<'a>(
        _source: &'a Arc<Core<Self>>,
        _watch: &'a Watch<'a>,
    ) -> BoxFuture<'a, Result<Watchable, SourceError>> {
        refused::<Self, _>()
    }

    /// Begins anew; nothing stands in the way.
    fn watch_from_now<'a>(
        _source: &'a Arc<Core<Self>>,
        _watch: &'a Watch<'a>,
    ) -> BoxFuture<'a, Result<String, SourceError>> {
        refused::<Self, _>()
    }

    /// Gives what changes.
    fn changes<'a>(
        _source: &'a Arc<Core<Self>>,
        _watch: &'a Watch<'a>,
        _from: &'a str,
    ) -> BoxFuture<'a, Result<Given, SourceError>> {
        refused::<Self, _>()
    }

    /// Takes a position as kept for good.
    fn confirm<'a>(
        _source: &'a Arc<Core<Self>>,
        _watch: &'a Watch<'a>,
        _position: &'a str,
    ) -> BoxFuture<'a, Result<(), SourceError>> {
        refused::<Self, _>()
    }

    /// Gives up what is held for a name.
    fn unwatch<'a>(_source: &'a Arc<Core<Self>>, _name: &'a str) -> BoxFuture<'a, Result<(), SourceError>> {
        refused::<Self, _>()
    }
}

fn refused<'a, E: Engine, T: Send + 'a>() -> BoxFuture<'a, Result<T, SourceError>> {
    futures::future::ready(Err(SourceError::watch_unsupported(E::KIND))).boxed()
}

/// A name that every engine takes as it is.
pub(super) fn check_name(source: &str, name: &str) -> Result<(), SourceError> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if (1..=60).contains(&name.len()) && name.bytes().all(plain) {
        return Ok(());
    }
    Err(SourceError::config(
        source,
        format_args!("监视名称“{name}”须为 1 至 60 个小写字母、数字或下划线。"),
        format_args!(
            "the watcher's name \"{name}\" must be 1 to 60 lower-case letters, digits or underscores"
        ),
    ))
}

/// A position that no source gave.
pub(super) fn bad_position(source: &str, position: &str) -> SourceError {
    SourceError::config(
        source,
        format_args!("变更位置“{position}”不是本数据源给出的；请重新全量读取。"),
        format_args!("the position \"{position}\" was not given by this source; read the whole table again"),
    )
}
