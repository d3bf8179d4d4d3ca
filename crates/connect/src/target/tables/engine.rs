//! What the engines do themselves.

use async_trait::async_trait;
use futures::stream::BoxStream;

use super::plan::{Column, Dialect, Place};
use crate::target::{TargetType, fit::Have};

/// A session, which takes statements as text and gives rows as text.
#[async_trait]
pub(super) trait Link: Send + Sync {
    /// Runs a statement; gives the rows it touched.
    async fn run(&mut self, sql: String) -> Result<u64, sqlx::Error>;

    /// Runs a query.
    fn fetch(&mut self, sql: String) -> BoxStream<'_, Result<Vec<Option<String>>, sqlx::Error>>;

    /// Ends the session in order.
    async fn end(self: Box<Self>);
}

/// What an error of an engine means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    Lost,
    Timeout,
    /// The login failed.
    Login,
    Connections,
    Locked,
    Full,
    /// Refused to be written, with the name of what refuses.
    Refused(String),
    /// A value that only the engine could find too large.
    Value,
    Other,
}

/// What stands at the place of a table.
#[derive(Debug)]
pub(super) struct Relation {
    /// It is a table, no view.
    pub(super) plain: bool,
    pub(super) have: Vec<Have>,
    /// For each column what the engine needs to make a [`Column`] of it.
    pub(super) types: Vec<TypeInfo>,
    /// Columns of each unique index.
    pub(super) unique: Vec<Vec<String>>,
}

/// A column's type in its parts.
#[derive(Debug, Clone, Default)]
pub(super) struct TypeInfo {
    pub(super) base: String,
    pub(super) chars: Option<usize>,
    pub(super) bytes: Option<usize>,
    pub(super) digits: Option<(usize, usize)>,
    pub(super) fraction: Option<usize>,
    /// Character set and collation, as they follow the type in a declaration.
    pub(super) collation: String,
}

/// Keeps another delivery of the subscription out for as long as it lives, besides what the session itself holds.
#[derive(Default)]
pub(super) struct Guard {
    pub(super) _file: Option<std::fs::File>,
}

/// A database engine as a target.
#[async_trait]
pub(super) trait Engine: Send + Sync + 'static {
    const DIALECT: Dialect;
    /// Longest name of a table or column, bytes.
    const NAME: usize;

    /// A session in which literals, zone and limits are as deliveries need them.
    async fn connect(&self) -> Result<Box<dyn Link>, sqlx::Error>;

    /// Where a table of this name is.
    fn place(&self, table: &str) -> Place;

    /// Takes the lock of a subscription; `None` when another one has it.
    async fn lock(
        &self,
        link: &mut dyn Link,
        place: &Place,
        subscription: &str,
    ) -> Result<Option<Guard>, sqlx::Error>;

    /// Most bytes of one statement.
    async fn most_bytes(&self, link: &mut dyn Link) -> Result<usize, sqlx::Error>;

    /// What stands at a place; `None` when there is nothing.
    async fn relation(
        &self,
        link: &mut dyn Link,
        schema: &str,
        table: &str,
    ) -> Result<Option<Relation>, sqlx::Error>;

    /// The column that is made when the table is not there.
    fn made(&self, name: &str, holds: TargetType, key: bool) -> Column;

    /// How values of a kind go into a column that is there; `None` when they cannot.
    fn fitted(&self, there: &Have, info: &TypeInfo, holds: TargetType) -> Option<Column>;

    /// Whether the server still lives while it works on something long for the session.
    async fn alive(&self) -> bool {
        true
    }

    /// What an error means.
    fn fault(error: &sqlx::Error) -> Fault;
}
