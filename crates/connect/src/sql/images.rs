//! The images of rows that a change log tells, gathered into [`Changes`].

use arrow::datatypes::SchemaRef;

use super::{database::Core, engine::Engine, reading::finish};
use crate::{
    batch::{BatchBuilder, text_schema},
    error::SourceError,
    text::Cell,
    watch::Changes,
};

/// Rows after which changes are given although more are known.
const ROWS: usize = 5_000;
/// Bytes of text after which they are.
const BYTES: usize = 16 * 1024 * 1024;

/// One image of a row in canonical text.
#[derive(Debug, Default)]
pub(super) struct Image {
    /// Whether it is what is gone.
    pub(super) gone: bool,
    /// A text for each watched column.
    pub(super) cells: Vec<Option<String>>,
    /// The key of the row as the server writes it, when some cells were not told and have to be read from the table.
    pub(super) untold: Option<Vec<String>>,
}

/// Images in their order.
pub(super) struct Images {
    schema: SchemaRef,
    pub(super) images: Vec<Image>,
    bytes: usize,
    /// When the last of them was committed, Unix milliseconds.
    pub(super) committed_ms: Option<i64>,
}

impl Images {
    pub(super) fn new<'a>(columns: impl IntoIterator<Item = &'a str>) -> Self {
        Self { schema: text_schema(columns), images: Vec::new(), bytes: 0, committed_ms: None }
    }

    pub(super) fn push(&mut self, image: Image) {
        self.bytes += image.cells.iter().flatten().map(String::len).sum::<usize>();
        self.images.push(image);
    }

    /// Forgets what was gathered.
    pub(super) fn clear(&mut self) {
        self.images.clear();
        self.bytes = 0;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.images.is_empty()
    }

    /// Whether enough was gathered.
    pub(super) fn is_full(&self) -> bool {
        self.images.len() >= ROWS || self.bytes >= BYTES
    }

    /// What was gathered, as changes up to a position.
    pub(super) fn take<E: Engine>(
        &mut self,
        source: &Core<E>,
        position: String,
    ) -> Result<Changes, SourceError> {
        let mut batch = BatchBuilder::new(&self.schema);
        let mut gone = Vec::with_capacity(self.images.len());
        for image in self.images.drain(..) {
            for (at, cell) in image.cells.iter().enumerate() {
                let cell = cell.as_deref().map_or(Cell::Null, Cell::Text);
                // A text column takes every text.
                let _ = batch.push(at, &cell);
            }
            batch.end_row();
            gone.push(image.gone);
        }
        self.bytes = 0;
        let rows = finish(source, &mut batch)?;
        Ok(Changes { position, committed_ms: self.committed_ms, rows, gone })
    }
}
