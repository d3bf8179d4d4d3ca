//! Following the binary log of MySQL and MariaDB.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use futures::StreamExt as _;
use mysql_async::{
    BinlogStream,
    binlog::events::{Event, EventData, RowsEventData, TableMapEvent},
};
use tokio::sync::mpsc;

use super::{
    Mysql,
    layout::{self, Laid},
    rows::{self, Coded, Front},
    statement::{self, Meaning},
    watching,
};
use crate::{
    error::{SourceCode, SourceError},
    sql::{
        database::Core,
        images::{Image, Images},
    },
    watch::Changes,
};

/// How long changes wait for more: at most, and when nothing else comes.
const GATHER: Duration = Duration::from_millis(60);
const LULL: Duration = Duration::from_millis(15);
/// A position without changes is given when the log has grown by this, or has grown at all within that time.
const QUIET_BYTES: u64 = 16 * 1024 * 1024;
const QUIET_TIME: Duration = Duration::from_secs(10);
/// Heartbeats of the server that may fail to come within the statement limit is what shows that it froze; see
/// `watching::dial`. A shorter limit than this would take a busy server for a frozen one.
const SHORTEST: Duration = Duration::from_secs(3);

/// Event types that the driver does not name: a transaction of MariaDB begins, and its compressed events.
const MARIADB_GTID: u8 = 162;
const MARIADB_COMPRESSED: std::ops::RangeInclusive<u8> = 165..=171;
const FORMAT_DESCRIPTION: u8 = 15;
const INCIDENT: u8 = 26;
const XA_PREPARE: u8 = 38;
const PARTIAL_UPDATE: u8 = 39;

type Sender = mpsc::Sender<Result<Changes, SourceError>>;

/// A place in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) file: String,
    pub(super) offset: u64,
    /// The number of the columns as they were, see [`layout::print`].
    pub(super) print: u64,
}

impl Place {
    /// As given to consumers.
    pub(super) fn text(&self) -> String {
        format!("{}:{}:{:016x}", self.file, self.offset, self.print)
    }

    /// Reads what [`Place::text`] writes.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (rest, print) = text.rsplit_once(':')?;
        let (file, offset) = rest.rsplit_once(':')?;
        if file.is_empty() || print.len() != 16 {
            return None;
        }
        let print = u64::from_str_radix(print, 16).ok()?;
        Some(Self { file: file.to_owned(), offset: offset.parse().ok()?, print })
    }
}

/// A log that is followed.
pub(super) struct Tail {
    stream: BinlogStream,
    decoder: Decoder,
    told: (Place, Instant),
}

impl Tail {
    pub(super) fn new(stream: BinlogStream, decoder: Decoder) -> Self {
        let told = (decoder.place.clone(), Instant::now());
        Self { stream, decoder, told }
    }

    /// Follows until something fails, and gives the failure.
    pub(super) async fn run(mut self, sender: &Sender) -> SourceError {
        loop {
            if let Err(error) = self.step(sender).await {
                return error;
            }
        }
    }

    async fn step(&mut self, sender: &Sender) -> Result<(), SourceError> {
        let waiting = !self.decoder.images.is_empty() && !self.decoder.within;
        let limit = self.decoder.source.limits.statement().max(SHORTEST);
        let next = tokio::time::timeout(if waiting { LULL } else { limit }, self.stream.next()).await;
        let event = match next {
            Ok(Some(Ok(event))) => event,
            Ok(Some(Err(error))) => {
                return Err(watching::failure(&self.decoder.source, &self.decoder.name, error));
            }
            Ok(None) => return Err(SourceError::down(&self.decoder.source.name)),
            Err(_) if waiting => return self.give(sender).await,
            Err(_) => return Err(SourceError::timeout(&self.decoder.source.name, limit.as_millis())),
        };
        if self.decoder.take(&event)? {
            let now = watching::layout(&self.decoder.source, &self.decoder.table).await?;
            if layout::print(&now) != self.decoder.place.print {
                return Err(self.decoder.changed());
            }
        }
        let since = self.decoder.since;
        let due = !self.decoder.within && since.is_some_and(|since| since.elapsed() >= GATHER);
        if self.decoder.images.is_full() || (due && !self.decoder.images.is_empty()) {
            return self.give(sender).await;
        }
        let (told, when) = &self.told;
        let place = &self.decoder.place;
        let grown =
            if told.file == place.file { place.offset.saturating_sub(told.offset) } else { QUIET_BYTES };
        let quiet = grown >= QUIET_BYTES || (grown > 0 && when.elapsed() >= QUIET_TIME);
        if quiet && self.decoder.images.is_empty() && !self.decoder.within {
            return self.give(sender).await;
        }
        Ok(())
    }

    async fn give(&mut self, sender: &Sender) -> Result<(), SourceError> {
        let decoder = &mut self.decoder;
        let changes = decoder.images.take(&decoder.source, decoder.place.text())?;
        (decoder.since, decoder.mark, decoder.given) = (None, 0, decoder.within);
        self.told = (decoder.place.clone(), Instant::now());
        // Without a receiver the watching is ended from outside.
        let _ = sender.send(Ok(changes)).await;
        Ok(())
    }
}

/// Turns events into images.
pub(super) struct Decoder {
    source: Arc<Core<Mysql>>,
    /// Of the watcher.
    name: String,
    database: String,
    table: String,
    layout: Vec<Laid>,
    /// For each watched column its place in the layout.
    places: Vec<usize>,
    /// For each column of the layout whether it is watched.
    watched: Vec<bool>,
    /// The watched table as the log numbers it at the moment.
    maps: HashMap<u64, Vec<Coded>>,
    images: Images,
    /// After the last whole transaction.
    place: Place,
    /// The file that is read, and whether the server said so.
    file: String,
    begun: bool,
    /// Within a transaction; how many images there were before it, and whether some of it were given already.
    within: bool,
    mark: usize,
    given: bool,
    /// When the first of the images that wait came.
    since: Option<Instant>,
}

impl Decoder {
    pub(super) fn new(
        source: &Arc<Core<Mysql>>,
        watch: &crate::watch::Watch<'_>,
        database: String,
        layout: Vec<Laid>,
        place: Place,
    ) -> Result<Self, SourceError> {
        let changed = || SourceError::schema_changed(&source.name, watch.table);
        let find = |name: &String| layout.iter().position(|laid| laid.name == *name).ok_or_else(changed);
        let places: Vec<usize> = watch.columns.iter().map(find).collect::<Result<_, _>>()?;
        let watched = (0..layout.len()).map(|at| places.contains(&at)).collect();
        Ok(Self {
            source: source.clone(),
            name: watch.name.to_owned(),
            database,
            table: watch.table.to_owned(),
            layout,
            places,
            watched,
            maps: HashMap::new(),
            images: Images::new(watch.columns.iter().map(String::as_str)),
            file: place.file.clone(),
            begun: false,
            place,
            within: false,
            mark: 0,
            given: false,
            since: None,
        })
    }

    fn changed(&self) -> SourceError {
        SourceError::schema_changed(&self.source.name, &self.table)
    }

    /// Rows may have changed in a way that the log does not tell row by row.
    fn untold(&self) -> SourceError {
        let (name, table) = (&self.source.name, &self.table);
        SourceError::new(
            SourceCode::Truncated,
            format!(
                "数据源“{name}”的表“{table}”有未按行记入日志的改动（如改名、分区操作或语句格式日志）；请重新全量读取。"
            ),
            format!(
                "table \"{table}\" of source \"{name}\" was changed in a way that the log does not tell row by row (renamed, \
                 partitions, statements); read the whole table again"
            ),
        )
    }

    /// Whether the transaction under way has changed the table.
    fn touched(&self) -> bool {
        self.given || self.images.images.len() > self.mark
    }

    fn begin(&mut self) {
        (self.within, self.given, self.mark) = (true, false, self.images.images.len());
    }

    fn commit(&mut self, event: &Event) {
        if self.touched() {
            self.images.committed_ms = Some(i64::from(event.header().timestamp()) * 1000);
        }
        (self.within, self.given) = (false, false);
    }

    /// Takes an event; true when the columns have to be looked at.
    fn take(&mut self, event: &Event) -> Result<bool, SourceError> {
        let header = event.header();
        let ty = header.event_type_raw();
        let mut look = false;
        match ty {
            // The bit tells an event that is a transaction by itself.
            MARIADB_GTID if event.data().get(12).is_some_and(|flags| flags & 1 == 0) => self.begin(),
            INCIDENT => return Err(SourceError::position_lost(&self.source.name, &self.name)),
            XA_PREPARE if self.touched() => return Err(self.untold()),
            PARTIAL_UPDATE => return Err(self.untold()),
            ty if MARIADB_COMPRESSED.contains(&ty) => return Err(self.untold()),
            _ => {
                let data = event
                    .read_data()
                    .map_err(|error| watching::malformed(&self.source.name).because(error))?;
                match data {
                    Some(EventData::RotateEvent(rotate)) => {
                        self.rotate(&rotate.name(), rotate.position())?;
                        return Ok(false);
                    }
                    Some(EventData::TableMapEvent(map)) => self.map(&map)?,
                    Some(EventData::RowsEvent(rows)) => self.rows(&rows)?,
                    Some(EventData::XidEvent(_)) => self.commit(event),
                    Some(EventData::QueryEvent(query)) => {
                        look = self.statement(event, &query.query(), &query.schema())?;
                    }
                    _ => {}
                }
            }
        }
        // What is sent without being part of the file has no place in it.
        let placed = header.log_pos() > 0 && ty != FORMAT_DESCRIPTION && header.flags_raw() & 0x20 == 0;
        let offset = u64::from(header.log_pos());
        // Beyond 4 GB, which only a transaction of that size brings about, places are no longer told; the last one that
        // was serves, and what follows it is given again after a resumption.
        let wrapped = self.place.file == self.file && offset < self.place.offset;
        if !self.within && placed && !wrapped {
            (self.place.file, self.place.offset) = (self.file.clone(), offset);
        }
        Ok(look)
    }

    /// Goes on to another file. The first such event only repeats where the reading begins.
    fn rotate(&mut self, name: &str, offset: u64) -> Result<(), SourceError> {
        if !std::mem::replace(&mut self.begun, true) {
            return Ok(());
        }
        // The event may end in a checksum of which the driver does not know yet, so no more is taken than a name has.
        let file = next_file(&self.file, name).ok_or_else(|| watching::malformed(&self.source.name))?;
        self.file = file.to_owned();
        self.maps.clear();
        if !self.within {
            (self.place.file, self.place.offset) = (self.file.clone(), offset);
        }
        Ok(())
    }

    fn statement(&mut self, event: &Event, query: &str, schema: &str) -> Result<bool, SourceError> {
        match statement::meaning(query, schema, &self.database, &self.table) {
            Meaning::Nothing => {}
            Meaning::Begin => self.begin(),
            Meaning::Commit => self.commit(event),
            // What is rolled back is not logged, unless tables without transactions took part in it.
            Meaning::Rollback | Meaning::Uncertain if self.touched() => return Err(self.untold()),
            Meaning::Rollback => self.commit(event),
            Meaning::Uncertain => {}
            Meaning::Altered => return Ok(true),
            Meaning::Untold => return Err(self.untold()),
            Meaning::Emptied => return Err(SourceError::truncated(&self.source.name, &self.table)),
        }
        Ok(false)
    }

    fn map(&mut self, map: &TableMapEvent<'_>) -> Result<(), SourceError> {
        let id = map.table_id();
        self.maps.remove(&id);
        let ours = map.database_name().eq_ignore_ascii_case(&self.database)
            && map.table_name().eq_ignore_ascii_case(&self.table);
        if !ours {
            return Ok(());
        }
        if usize::try_from(map.columns_count()).ok() != Some(self.layout.len()) {
            return Err(self.changed());
        }
        let coded = (0..self.layout.len()).map(|at| {
            let ty = map.get_raw_column_type(at).ok().flatten().map_or(0, |ty| ty as u8);
            let meta = map.get_column_metadata(at).unwrap_or_default();
            let byte = |at: usize| meta.get(at).copied().unwrap_or_default();
            Coded { ty, meta: [byte(0), byte(1)] }
        });
        let coded = coded.collect();
        self.maps.insert(id, coded);
        Ok(())
    }

    fn rows(&mut self, event: &RowsEventData<'_>) -> Result<(), SourceError> {
        let Some(coded) = self.maps.get(&event.table_id()).cloned() else { return Ok(()) };
        let bits = |image: Option<Vec<bool>>| {
            image.map(|mut bits| {
                bits.truncate(coded.len());
                bits
            })
        };
        let before = bits(event.columns_before_image().map(|bits| bits.iter().by_vals().collect()));
        let after = bits(event.columns_after_image().map(|bits| bits.iter().by_vals().collect()));
        // Of an image that was not logged whole the other columns are not known.
        let whole = |bits: &Vec<bool>| self.places.iter().all(|at| bits.get(*at) == Some(&true));
        if !before.iter().chain(&after).all(whole) {
            return Err(self.untold());
        }
        let mut from = Front(event.rows_data());
        while !from.0.is_empty() {
            for (bits, gone) in [(&before, true), (&after, false)] {
                let Some(bits) = bits else { continue };
                let image = self.image(&coded, bits, gone, &mut from).ok_or_else(|| self.changed())?;
                self.images.push(image);
            }
        }
        if !self.images.is_empty() {
            self.since.get_or_insert_with(Instant::now);
        }
        Ok(())
    }

    fn image(&self, coded: &[Coded], bits: &[bool], gone: bool, from: &mut Front<'_>) -> Option<Image> {
        let present = bits.iter().filter(|bit| **bit).count();
        let nulls = from.take(present.div_ceil(8))?;
        let mut cells: Vec<Option<String>> = vec![None; coded.len()];
        let mut told = 0;
        for (at, coded) in coded.iter().enumerate() {
            if bits.get(at) != Some(&true) {
                continue;
            }
            let null = nulls.get(told / 8)? >> (told % 8) & 1 == 1;
            told += 1;
            if !null {
                let kind = self.layout.get(at).filter(|_| self.watched.get(at) == Some(&true));
                let kind = kind.map(|laid| laid.kind.as_ref());
                // A watched column of a kind that cannot be read was refused before.
                if kind == Some(None) {
                    return None;
                }
                *cells.get_mut(at)? = rows::value(*coded, kind.flatten(), from)?;
            }
        }
        let cells = self.places.iter().map(|at| cells.get(*at).cloned().flatten()).collect();
        Some(Image { gone, cells, untold: None })
    }
}

/// The name of a file of the same log at the beginning of a text: the same base, and a number of as many digits.
fn next_file<'n>(file: &str, name: &'n str) -> Option<&'n str> {
    let (base, number) = file.rsplit_once('.')?;
    let rest = name.strip_prefix(base)?.strip_prefix('.')?;
    let digits = number.len() + usize::from(number.bytes().all(|digit| digit == b'9'));
    rest.get(..digits)?.bytes().all(|byte| byte.is_ascii_digit()).then_some(())?;
    name.get(..base.len() + 1 + digits)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Place, next_file};

    /// The name of the next file is found with what follows it, and nothing else passes for one.
    #[test]
    fn file_names() {
        for (name, expected) in [
            ("my.bin.000008", Some("my.bin.000008")),
            ("my.bin.00000812ab", Some("my.bin.000008")),
            ("my.bin.0000", None),
            ("other.000008", None),
        ] {
            assert_eq!(next_file("my.bin.000007", name), expected, "{name}");
        }
        assert_eq!(next_file("b.999999", "b.1000000x"), Some("b.1000000"));
    }

    proptest! {
        /// A place is read as it was written; other texts are refused and never make the reader panic.
        #[test]
        fn places_come_back(file in "[a-z.:]{1,12}", offset in any::<u64>(), print in any::<u64>(), other in ".{0,30}") {
            let place = Place { file, offset, print };
            prop_assert_eq!(Place::read(&place.text()), Some(place));
            let _ = Place::read(&other);
        }
    }
}
