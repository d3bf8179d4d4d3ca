//! Following a slot: asked again and again, what is new is given on.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures::StreamExt as _;
use sqlx::{Row as _, postgres::PgConnection};
use tokio::sync::mpsc;

use super::{
    Kept, Postgres, obstacles,
    output::{self, Message, Old, Relation, Tuple, Value},
    reread,
    values::Form,
    watching::{self, PUBLICATION, code_of, is_in_use},
};
use crate::{
    error::{SourceCode, SourceError},
    sql::{
        database::Core,
        engine::Engine,
        images::{Image, Images},
        schema::{Column, Table},
    },
    watch::{Changes, Watch},
};

/// Between two looks while something happens, and when long nothing did.
const SHORT: Duration = Duration::from_millis(40);
const LONG: Duration = Duration::from_millis(250);
/// A look begins where the server last noted which transactions were under way, every 15 seconds or so, however little
/// is new. On a busy server that is work, so after each look it is left alone for a multiple of what the look took.
const REST: u32 = 2;
const LONGEST_REST: Duration = Duration::from_secs(2);
/// Messages asked for at once beyond those given already. A transaction always comes whole.
const WINDOW: i32 = 20_000;
/// Bytes of the log looked through at once, so that each look ends in reasonable time.
const STEP: u64 = 256 * 1024 * 1024;
/// A position without changes is given when the log has grown by this, or has grown at all within that time. Otherwise
/// the server would hold the log for a table in which nothing happens.
const QUIET_BYTES: u64 = 16 * 1024 * 1024;
const QUIET_TIME: Duration = Duration::from_secs(10);
/// How much longer than an ordinary statement looking through the log may take.
const PATIENCE: u32 = 10;
/// How long somebody else may read the slot before that is told.
const IN_USE: Duration = Duration::from_secs(30);

const STATUS: &str = "
    SELECT pg_current_wal_flush_lsn()::text, s.confirmed_flush_lsn::text,
           COALESCE(to_jsonb(s)->>'wal_status' = 'lost', false) OR s.restart_lsn IS NULL, to_regclass($2)::oid::int8
      FROM (SELECT 1) one
      LEFT JOIN pg_replication_slots s ON s.slot_name = $1::text AND s.database = current_database()";
const PEEK: &str = "
    SELECT data FROM pg_logical_slot_peek_binary_changes($1::text::name, $2::text::pg_lsn, $3,
      'proto_version', '1', 'publication_names', $4)";

type Sender = mpsc::Sender<Result<Changes, SourceError>>;

/// A slot that is followed.
pub(super) struct Tail {
    conn: PgConnection,
    name: String,
    decoder: Decoder,
    /// The last position that was given, and when.
    told: (u64, Instant),
    /// What the consumer keeps for good, to be told to the server.
    kept: Kept,
}

/// Where the server stands.
struct Status {
    flushed: u64,
    confirmed: u64,
}

/// What one look amounted to.
struct Peeked {
    messages: i32,
    /// Of them those of transactions that were given before.
    skipped: i32,
    given: bool,
    /// How long the server worked for it.
    effort: Duration,
}

impl Tail {
    pub(super) async fn open(
        source: &Arc<Core<Postgres>>,
        watch: &Watch<'_>,
        from: u64,
    ) -> Result<Self, SourceError> {
        source.read_schema().await?;
        let names: Vec<&str> = watch.columns.iter().map(String::as_str).collect();
        let table = source.table(watch.table, &names).await?;
        let columns: Vec<Column> = names
            .iter()
            .map(|name| source.column(&table, name).cloned())
            .collect::<Result<_, _>>()
            .map_err(|error| SourceError::schema_changed(&source.name, watch.table).because(error))?;
        let conn = tokio::time::timeout(source.limits.connect(), source.lanes.engine().connect())
            .await
            .map_err(|_| SourceError::down(&source.name))?
            .map_err(|error| source.error(error))?;
        let types = obstacles::types(source, &table).await?;
        let decoder = Decoder {
            source: source.clone(),
            watched: watch.table.to_owned(),
            id: types.table,
            types: columns.iter().map(|column| types.of(&column.info.name)).collect(),
            images: Images::new(names),
            table,
            columns,
            layout: None,
            position: from,
            skipping: false,
        };
        let mut tail = Self {
            conn,
            name: watch.name.to_owned(),
            decoder,
            told: (from, Instant::now()),
            kept: Kept::default(),
        };
        tail.patiently(async |conn| source.lanes.engine().unbind(conn).await).await?;
        if tail.status().await?.confirmed > from {
            // Somebody else took what was not given yet.
            return Err(SourceError::position_lost(&source.name, watch.name));
        }
        let found = obstacles::find(source, watch).await?;
        if let Some(obstacle) = found.obstacles.first() {
            return Err(SourceError::watch_refused(&source.name, obstacle));
        }
        Ok(tail)
    }

    /// Where the consumer's own positions are taken from.
    pub(super) fn kept(&self) -> Kept {
        self.kept.clone()
    }

    /// Follows until something fails, and gives the failure.
    pub(super) async fn run(mut self, sender: &Sender) -> SourceError {
        loop {
            match self.follow(sender).await {
                Ok(()) => {}
                Err(error) => return error,
            }
        }
    }

    async fn follow(&mut self, sender: &Sender) -> Result<(), SourceError> {
        let (mut pause, mut window, mut in_use_since) = (SHORT, WINDOW, None::<Instant>);
        loop {
            let status = self.status().await?;
            let (mut more, mut rest) = (false, Duration::ZERO);
            if status.flushed > self.decoder.position {
                let upto =
                    status.flushed.min(self.decoder.position.max(status.confirmed).saturating_add(STEP));
                match self.peek(upto, window, sender).await? {
                    Some(peeked) => {
                        in_use_since = None;
                        rest = (peeked.effort * REST).min(LONGEST_REST);
                        if peeked.messages < window {
                            self.decoder.position = self.decoder.position.max(upto);
                        }
                        more = peeked.given || peeked.messages >= window || upto < status.flushed;
                        window = peeked.skipped.saturating_add(WINDOW);
                        self.tell_quiet(peeked.given, sender).await?;
                    }
                    None => {
                        if in_use_since.get_or_insert_with(Instant::now).elapsed() > IN_USE {
                            return Err(SourceError::busy(&self.decoder.source.name));
                        }
                    }
                }
            }
            self.advance().await?;
            pause = if more { SHORT } else { (pause * 5 / 4).min(LONG) };
            if !more || self.decoder.position >= status.flushed {
                tokio::time::sleep(pause.max(rest)).await;
            }
        }
    }

    async fn status(&mut self) -> Result<Status, SourceError> {
        let source = self.decoder.source.clone();
        let name = self.name.clone();
        let query = sqlx::query(STATUS).bind(&self.name).bind(&self.decoder.table.quoted);
        let row = source.within(query.fetch_one(&mut self.conn)).await?;
        let place = |at: usize| {
            let text: Option<String> = row.try_get(at).ok().flatten();
            text.and_then(|text| output::read_place(&text))
        };
        let lost = || SourceError::position_lost(&source.name, &name);
        if row.try_get::<bool, _>(2).unwrap_or(true) {
            return Err(lost());
        }
        let (flushed, confirmed) = (place(0).ok_or_else(lost)?, place(1).ok_or_else(lost)?);
        // A server behind what it once said was restored from a backup.
        if flushed < self.told.0 {
            return Err(lost());
        }
        let table: Option<i64> = row.try_get(3).ok().flatten();
        if table != Some(self.decoder.id.into()) {
            return Err(SourceError::schema_changed(&source.name, &self.decoder.watched));
        }
        Ok(Status { flushed, confirmed })
    }

    /// Runs something on the connection that may take longer than an ordinary statement.
    async fn patiently<T>(
        &mut self,
        work: impl AsyncFnOnce(&mut PgConnection) -> Result<T, sqlx::Error>,
    ) -> Result<T, SourceError> {
        let source = &self.decoder.source;
        let limit = source.limits.statement() * PATIENCE;
        match tokio::time::timeout(limit, work(&mut self.conn)).await {
            Ok(result) => result.map_err(|error| source.error(error)),
            Err(_) => Err(SourceError::timeout(&source.name, limit.as_millis())),
        }
    }

    /// Looks through the log up to a place and gives what is new; `None` when somebody else reads the slot.
    async fn peek(&mut self, upto: u64, window: i32, sender: &Sender) -> Result<Option<Peeked>, SourceError> {
        let Self { conn, name, decoder, told, .. } = self;
        let source = decoder.source.clone();
        let limit = source.limits.statement();
        let mut peeked = Peeked { messages: 0, skipped: 0, given: false, effort: Duration::ZERO };
        let begun = Instant::now();
        let query = sqlx::query(PEEK).bind(&*name).bind(output::place(upto)).bind(window).bind(PUBLICATION);
        let mut rows = query.fetch(conn);
        let mut wait = limit * PATIENCE;
        decoder.images.clear();
        decoder.layout = None;
        while let Some(row) = tokio::time::timeout(wait, rows.next())
            .await
            .map_err(|_| SourceError::timeout(&source.name, limit.as_millis()))?
        {
            // The server looks through everything before it gives the first row.
            if peeked.messages == 0 {
                peeked.effort = begun.elapsed();
            }
            let row = match row {
                Ok(row) => row,
                Err(error) if is_in_use(&error) => return Ok(None),
                Err(error) => return Err(failure(&source, name, error)),
            };
            wait = limit;
            peeked.messages += 1;
            let data: &[u8] = row.try_get(0).map_err(|error| source.error(error))?;
            peeked.skipped += i32::from(!decoder.take(data)?);
            if decoder.images.is_full() {
                peeked.given = true;
                *told = decoder.give(sender).await?;
            }
        }
        if peeked.messages == 0 {
            peeked.effort = begun.elapsed();
        }
        if !decoder.images.is_empty() {
            peeked.given = true;
            *told = decoder.give(sender).await?;
        }
        Ok(Some(peeked))
    }

    /// Gives a position without changes when it is time.
    async fn tell_quiet(&mut self, given: bool, sender: &Sender) -> Result<(), SourceError> {
        let (told, since) = self.told;
        let grown = self.decoder.position.saturating_sub(told);
        if !given && (grown >= QUIET_BYTES || (grown > 0 && since.elapsed() >= QUIET_TIME)) {
            self.told = self.decoder.give(sender).await?;
        }
        Ok(())
    }

    /// Lets the server forget what the consumer keeps for good.
    async fn advance(&mut self) -> Result<(), SourceError> {
        let Some(kept) = self.kept.lock().take() else { return Ok(()) };
        let name = self.name.clone();
        self.patiently(async |conn| match watching::advance(conn, &name, kept).await {
            // The next position that is confirmed serves as well.
            Err(error) if is_in_use(&error) => Ok(()),
            result => result,
        })
        .await
    }
}

fn failure(source: &Core<Postgres>, name: &str, error: sqlx::Error) -> SourceError {
    match code_of(&error).as_deref() {
        // A slot that was invalidated or dropped, or a piece of the log that was removed.
        Some("55000" | "58P01") => SourceError::position_lost(&source.name, name).because(error),
        Some("42704") => {
            let obstacle = obstacles::publication_gone();
            SourceError::watch_refused(&source.name, &obstacle).because(error)
        }
        _ => source.error(error),
    }
}

/// Turns messages into images.
struct Decoder {
    source: Arc<Core<Postgres>>,
    watched: String,
    table: Arc<Table>,
    /// The number of the table.
    id: u32,
    columns: Vec<Column>,
    /// The numbers of their types.
    types: Vec<Option<u32>>,
    layout: Option<Layout>,
    images: Images,
    /// After the last transaction that was taken whole.
    position: u64,
    /// Within a transaction that was given before.
    skipping: bool,
}

/// Where the values of a row stand.
struct Layout {
    /// Of each watched column.
    places: Vec<usize>,
    /// Of the columns that identify a row.
    key: Vec<(usize, Column)>,
}

impl Decoder {
    fn changed(&self) -> SourceError {
        SourceError::schema_changed(&self.source.name, &self.watched)
    }

    /// Takes a message; false when its transaction was given before.
    fn take(&mut self, data: &[u8]) -> Result<bool, SourceError> {
        let message = Message::read(data).map_err(|error| malformed(&self.source.name).because(error))?;
        match message {
            Message::Begin { commit } => self.skipping = commit < self.position,
            Message::Commit { end, micros } if !self.skipping => {
                self.position = self.position.max(end);
                self.images.committed_ms = Some(micros.div_euclid(1000) + 946_684_800_000);
            }
            Message::Relation(relation) if relation.id == self.id => {
                // What was given before may have had other columns.
                if !self.skipping {
                    self.layout = Some(self.layout(&relation)?);
                } else {
                    self.layout = self.layout(&relation).ok();
                }
            }
            _ if self.skipping => {}
            Message::Insert { relation, new } if relation == self.id => {
                let image = self.image(false, &new, None)?;
                self.images.push(image);
            }
            Message::Update { relation, old, new } if relation == self.id => {
                let mut whole = None;
                if let Some(old) = old {
                    let gone = self.image(true, &old.values, None)?;
                    self.images.push(gone);
                    whole = old.whole.then_some(old.values);
                }
                let image = self.image(false, &new, whole.as_ref())?;
                self.images.push(image);
            }
            Message::Delete { relation, old: Old { values, .. } } if relation == self.id => {
                let image = self.image(true, &values, None)?;
                self.images.push(image);
            }
            Message::Truncate { relations } if relations.contains(&self.id) => {
                return Err(SourceError::truncated(&self.source.name, &self.watched));
            }
            _ => {}
        }
        Ok(!self.skipping)
    }

    /// Where the values stand; the watched columns must be there in the types in which whole tables are read.
    fn layout(&self, relation: &Relation) -> Result<Layout, SourceError> {
        let mut places = Vec::with_capacity(self.columns.len());
        for (column, ty) in self.columns.iter().zip(&self.types) {
            let fits = |told: &output::RelationColumn| told.name == column.info.name && Some(told.ty) == *ty;
            places.push(relation.columns.iter().position(fits).ok_or_else(|| self.changed())?);
        }
        let keys = relation.columns.iter().enumerate().filter(|(_, told)| told.key);
        let key = keys.filter_map(|(at, told)| Some((at, self.table.column(&told.name)?.clone()))).collect();
        Ok(Layout { places, key })
    }

    /// The image of a row. What is not told is taken from the whole old image, or left to be read from the table.
    fn image(&self, gone: bool, values: &Tuple<'_>, old: Option<&Tuple<'_>>) -> Result<Image, SourceError> {
        // Rows never come before what they look like, except after a change of the columns.
        let layout = self.layout.as_ref().ok_or_else(|| self.changed())?;
        let mut image = Image { gone, cells: Vec::with_capacity(self.columns.len()), untold: None };
        for (column, place) in self.columns.iter().zip(&layout.places) {
            let told = match values.get(*place) {
                Some(Value::Unchanged) => old.and_then(|old| old.get(*place)).copied(),
                value => value.copied(),
            };
            image.cells.push(match told {
                Some(Value::Text(text)) => Some(Form::of(column).text(&column.info.declared, text)),
                Some(Value::Null) => None,
                Some(Value::Unchanged) | None => {
                    let raw = layout.key.iter().map(|(at, _)| match values.get(*at) {
                        Some(Value::Text(text)) => Some((*text).to_owned()),
                        _ => None,
                    });
                    image.untold = Some(raw.collect::<Option<_>>().ok_or_else(|| self.changed())?);
                    None
                }
            });
        }
        Ok(image)
    }

    /// Gives what was gathered, up to the last whole transaction. What belongs to one that is not whole yet is given
    /// too; should its rest never come, it is given again from that position.
    async fn give(&mut self, sender: &Sender) -> Result<(u64, Instant), SourceError> {
        if let Some(layout) = &self.layout {
            let key: Vec<Column> = layout.key.iter().map(|(_, column)| column.clone()).collect();
            reread::fill(&self.source, &self.table, &self.columns, &key, &mut self.images.images).await?;
        }
        let changes = self.images.take(&self.source, output::place(self.position))?;
        // Without a receiver the watching is ended from outside.
        let _ = sender.send(Ok(changes)).await;
        Ok((self.position, Instant::now()))
    }
}

fn malformed(source: &str) -> SourceError {
    SourceError::new(
        SourceCode::BadAnswer,
        format!("数据源“{source}”的变更日志不合约定；请核对该数据库的种类与版本。"),
        format!(
            "the change log of source \"{source}\" has not the agreed form; check kind and version of the database"
        ),
    )
}
