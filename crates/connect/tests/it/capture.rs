//! What the tests of change capture share: a consumer that keeps a table in memory, and a random workload.

use std::{collections::BTreeMap, time::Duration};

use connect::{Changes, Scan, Source, SourceError, Values, Watch};
use futures::{StreamExt as _, TryStreamExt as _, stream::BoxStream};

use crate::support::{strings, texts};

/// Longest wait for something that must happen.
const DEADLINE: Duration = Duration::from_secs(60);

/// A stream of changes.
pub type Stream = BoxStream<'static, Result<Changes, SourceError>>;
/// Rows by their key.
pub type Rows = BTreeMap<Vec<Option<String>>, Vec<Option<String>>>;

/// A table as a consumer keeps it.
pub struct Copy<'a> {
    pub source: &'a dyn Source,
    pub name: &'a str,
    pub table: &'a str,
    pub columns: Vec<String>,
    pub key: Vec<String>,
    pub whole_rows: bool,
    pub rows: Rows,
    pub position: String,
    /// Images taken so far.
    pub taken: usize,
}

impl<'a> Copy<'a> {
    /// A copy of these columns; the first is the key.
    pub fn new(source: &'a dyn Source, name: &'a str, table: &'a str, columns: &[&str]) -> Self {
        Self {
            source,
            name,
            table,
            columns: strings(columns),
            key: strings(&columns[..1]),
            whole_rows: false,
            rows: Rows::new(),
            position: String::new(),
            taken: 0,
        }
    }

    pub fn watch(&self) -> Watch<'_> {
        Watch {
            name: self.name,
            table: self.table,
            columns: &self.columns,
            key_columns: &self.key,
            whole_rows: self.whole_rows,
        }
    }

    /// The table as it is now.
    pub async fn read(&self) -> Result<Rows, SourceError> {
        let columns = &self.columns;
        let scan = Scan { table: self.table, columns, batch_rows: 1000, values: Values::Text, after: None };
        let batches: Vec<_> = self.source.stream(&scan).await?.try_collect().await?;
        Ok(batches.iter().flat_map(texts).map(|row| (row[..self.key.len()].to_vec(), row)).collect())
    }

    /// Begins anew: a position, then the whole table.
    pub async fn begin(&mut self) -> Result<(), SourceError> {
        self.position = self.source.watch_from_now(&self.watch()).await?;
        self.rows = self.read().await?;
        Ok(())
    }

    pub async fn changes(&self) -> Result<Stream, SourceError> {
        self.source.changes(&self.watch(), &self.position).await
    }

    pub fn apply(&mut self, changes: &Changes) {
        assert_eq!(changes.rows.num_rows(), changes.gone.len());
        for (row, gone) in texts(&changes.rows).into_iter().zip(&changes.gone) {
            let key = row[..self.key.len()].to_vec();
            if *gone {
                self.rows.remove(&key);
            } else {
                self.rows.insert(key, row);
            }
            self.taken += 1;
        }
        self.position.clone_from(&changes.position);
    }

    /// Applies the next changes.
    pub async fn step(&mut self, stream: &mut Stream) -> Result<Changes, SourceError> {
        let next = tokio::time::timeout(DEADLINE, stream.next()).await.expect("changes in time");
        let changes = next.expect("a stream of changes does not end by itself")?;
        self.apply(&changes);
        Ok(changes)
    }

    /// Applies changes until the copy equals the table, which nobody changes any more.
    pub async fn settle(&mut self, stream: &mut Stream) -> Result<(), SourceError> {
        let table = self.read().await?;
        let deadline = tokio::time::Instant::now() + DEADLINE;
        while self.rows != table {
            let next = tokio::time::timeout_at(deadline, stream.next()).await;
            let Ok(next) = next else {
                for (key, row) in &table {
                    assert!(
                        self.rows.get(key) == Some(row),
                        "the copy lacks {key:?} or has an old image of it"
                    );
                }
                panic!("the copy holds {} rows, the table {}", self.rows.len(), table.len());
            };
            self.apply(&next.expect("a stream of changes does not end by itself")?);
        }
        Ok(())
    }

    /// The code of the failure that the stream comes to.
    pub async fn failure(&mut self, stream: &mut Stream) -> &'static str {
        loop {
            match self.step(stream).await {
                Ok(_) => {}
                Err(error) => return error.code().as_str(),
            }
        }
    }
}

/// Numbers that look random and are the same in every run.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

/// A transaction of some statements on `t (id, name, amount, long)`, as every engine takes them: inserts, updates, changes
/// of the key, deletes, of one row and of many; sometimes rolled back, in whole or in part. Each writer has ids of its own.
pub fn transaction(dice: &mut Dice, writer: u64) -> Vec<String> {
    let id = |dice: &mut Dice| writer * 1000 + dice.below(40);
    let mut statements = vec!["BEGIN".to_owned()];
    for _ in 0..=dice.below(5) {
        let (one, other, number) = (id(dice), id(dice), dice.below(1_000_000));
        statements.push(match dice.below(12) {
            0..4 => format!(
                "INSERT INTO t (id, name, amount, note) SELECT {one}, 'n''{number}', {number}.25, {}
                   FROM (SELECT 1 AS x) s WHERE NOT EXISTS (SELECT 1 FROM t WHERE id = {one})",
                if number % 3 == 0 { format!("repeat('长{number}', 3000)") } else { "NULL".to_owned() }
            ),
            4..6 => format!("UPDATE t SET name = '汉{number}' WHERE id = {one}"),
            6 => format!("UPDATE t SET amount = NULL, note = 'short {number}' WHERE id = {one}"),
            7 => format!(
                "UPDATE t SET amount = {number} WHERE id >= {} AND id < {}",
                writer * 1000,
                writer * 1000 + 40
            ),
            8 => format!(
                "UPDATE t SET id = {} WHERE id = {one}",
                writer * 1000 + 100 + dice.below(400) * 2 + number % 2
            )
            .replace("UPDATE t", "UPDATE IGNORE t"),
            9 | 10 => format!("DELETE FROM t WHERE id = {one}"),
            _ => format!("DELETE FROM t WHERE id >= {one} AND id < {other}"),
        });
        if dice.below(6) == 0 {
            statements.push("SAVEPOINT s".to_owned());
            statements.push(format!("DELETE FROM t WHERE id = {other}"));
            statements.push("ROLLBACK TO SAVEPOINT s".to_owned());
        }
    }
    statements.push(if dice.below(5) == 0 { "ROLLBACK" } else { "COMMIT" }.to_owned());
    statements
}
