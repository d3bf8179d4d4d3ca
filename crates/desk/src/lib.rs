//! The desk 工作台: what waits for a person, sorted by its clock; what he is told; and what a node may set. The
//! capabilities supply the contents, this crate only lays them out.

mod model;
mod routes;
mod usecase;

use std::sync::Arc;

use kernel::Kernel;
use kernel::module::{EvidenceKind, Module};
use kernel::settings::{REMIND_DAYS, Setting};
use kernel::todo::TodoSource;
pub use model::{NoticeView, SettingInput, SettingView, TodoView};

/// Kinds of evidence written here.
pub const EVIDENCE: &[EvidenceKind] =
    &[EvidenceKind { kind: "desk.setting.changed", zh: "变更平台设置", en: "Setting changed" }];

/// The desk; cheap to clone.
#[derive(Clone)]
pub struct Desk(Arc<Inner>);

/// What [`Desk`] points to.
pub struct Inner {
    pub(crate) kernel: Kernel,
    pub(crate) sources: Vec<Arc<dyn TodoSource>>,
    pub(crate) settings: Vec<&'static Setting>,
}

impl std::ops::Deref for Desk {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Desk {
    /// A desk over what the capabilities supply.
    pub fn new(kernel: Kernel, modules: &[Module]) -> Self {
        Self(Arc::new(Inner {
            kernel,
            sources: modules.iter().flat_map(|module| module.todos.iter().cloned()).collect(),
            settings: modules
                .iter()
                .flat_map(|module| module.settings.iter())
                .chain([&REMIND_DAYS])
                .collect(),
        }))
    }
}

/// This capability as the server sees it.
pub fn module(desk: &Desk) -> Module {
    Module {
        name: "desk",
        routes: routes::router(desk.clone()),
        handlers: Vec::new(),
        evidence: EVIDENCE,
        todos: Vec::new(),
        settings: &[REMIND_DAYS],
    }
}
