//! Tables `project_use`, `project_grant_span` and `project_use_cursor`: the evidence index counted by day and by month, so that
//! map and budget view read thousands of rows where the index has millions. Derived: they can be emptied and counted again.

use std::collections::HashMap;

use kernel::clock::shanghai_day;
use kernel::evidence::index;
use kernel::{Error, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, CaseStatement, Expr, ExprTrait as _, OnConflict};
use sea_orm::{
    ActiveValue::Set, ConnectionTrait, DatabaseConnection, QueryOrder, QuerySelect, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};

use crate::model::Month;

/// Index entries counted at once.
const BATCH: u64 = 5_000;
/// Rows written by one statement; keeps it under SQLite's limit of bound values.
const ROWS: usize = 500;
/// Events after which a grant can be used.
const OPENS: [&str; 2] = ["sharing.grant.created", "sharing.grant.resumed"];
/// Events after which it cannot.
const CLOSES: [&str; 5] = [
    "sharing.grant.suspended",
    "sharing.grant.revoked",
    "sharing.grant.given_back",
    "sharing.grant.terminated",
    "sharing.grant.expired",
];

/// Table `project_use`.
pub mod counts {
    use sea_orm::entity::prelude::*;

    /// Calls between two organisations on one resource within a day or a month.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "project_use")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub grain: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub period: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub consumer: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub provider: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub resource: String,
        pub calls: i64,
        pub refused: i64,
        pub last_ms: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Table `project_grant_span`.
pub mod span {
    use sea_orm::entity::prelude::*;

    /// A time in which a grant could be used.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "project_grant_span")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub grant_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub from_idx: i64,
        pub consumer: String,
        pub provider: String,
        pub resource: String,
        pub from_ms: i64,
        pub until_ms: Option<i64>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Table `project_use_cursor`.
mod cursor {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "project_use_cursor")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i32,
        pub next_idx: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Counts what the index holds beyond the last count; gives how many entries that were.
pub async fn count(db: &DatabaseConnection) -> Result<u64> {
    let mut counted = 0;
    loop {
        let some = count_some(db).await?;
        counted += some;
        if some < BATCH {
            return Ok(counted);
        }
    }
}

async fn count_some(db: &DatabaseConnection) -> Result<u64> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let tx = db.begin_with_options(options).await?;
    let from = match cursor::Entity::find_by_id(0).one(&tx).await? {
        Some(row) => row.next_idx,
        None => {
            let row = cursor::ActiveModel { id: Set(0), next_idx: Set(0) };
            cursor::Entity::insert(row).exec_without_returning(&tx).await?;
            0
        }
    };
    let rows = index::Entity::find()
        .filter(index::Column::Idx.gte(from))
        .order_by_asc(index::Column::Idx)
        .limit(BATCH)
        .all(&tx)
        .await?;
    let Some(last) = rows.last().map(|row| row.idx) else { return Ok(0) };
    let some = rows.len() as u64;
    put_counts(&tx, &rows).await?;
    for row in rows {
        note_grant(&tx, row).await?;
    }
    let moved = cursor::Entity::update_many()
        .col_expr(cursor::Column::NextIdx, Expr::value(last + 1))
        .filter(cursor::Column::Id.eq(0))
        .filter(cursor::Column::NextIdx.eq(from))
        .exec(&tx)
        .await?;
    if moved.rows_affected != 1 {
        // Another process counted the same; its count stands.
        return Err(Error::conflict(
            "projects.counted",
            "另一进程正在统计使用情况，请稍候重试。",
            "Another process is counting; try again in a moment.",
        ));
    }
    tx.commit().await?;
    Ok(some)
}

type Key = (&'static str, i32, String, String, String);

async fn put_counts<C: ConnectionTrait>(db: &C, rows: &[index::Model]) -> Result<()> {
    let mut sums: HashMap<Key, (i64, i64, i64)> = HashMap::new();
    for row in rows {
        let (calls, refused) = match row.kind.as_str() {
            "exchange.query" | "exchange.verify" => (1, 0),
            "exchange.refused" => (0, 1),
            _ => continue,
        };
        let day = i32::try_from(shanghai_day(row.time_ms)).unwrap_or(0);
        for (grain, period) in [("d", day), ("m", Month::of(row.time_ms).0)] {
            let text = |text: &Option<String>| text.clone().unwrap_or_default();
            let key = (grain, period, text(&row.consumer), text(&row.provider), text(&row.resource));
            let sum = sums.entry(key).or_default();
            sum.0 += calls;
            sum.1 += refused;
            sum.2 = if calls > 0 { std::cmp::max(sum.2, row.time_ms) } else { sum.2 };
        }
    }
    let mut all: Vec<_> = sums.into_iter().collect();
    // One order for all writers, so that two cannot wait for each other's rows.
    all.sort_unstable();
    for some in all.chunks(ROWS) {
        let rows =
            some.iter().map(|((grain, period, consumer, provider, resource), sum)| counts::ActiveModel {
                grain: Set((*grain).to_owned()),
                period: Set(*period),
                consumer: Set(consumer.clone()),
                provider: Set(provider.clone()),
                resource: Set(resource.clone()),
                calls: Set(sum.0),
                refused: Set(sum.1),
                last_ms: Set(sum.2),
            });
        counts::Entity::insert_many(rows).on_conflict(add_up()).exec_without_returning(db).await?;
    }
    Ok(())
}

/// A row that is there already takes the new counts in addition.
fn add_up() -> OnConflict {
    use counts::{Column, Entity};
    let there = |column: Column| Expr::col((Entity, column));
    let added = |column: Column| Expr::col((Alias::new("excluded"), column));
    let later = CaseStatement::new()
        .case(added(Column::LastMs).gt(there(Column::LastMs)), added(Column::LastMs))
        .finally(there(Column::LastMs));
    OnConflict::columns([Column::Grain, Column::Period, Column::Consumer, Column::Provider, Column::Resource])
        .value(Column::Calls, there(Column::Calls).add(added(Column::Calls)))
        .value(Column::Refused, there(Column::Refused).add(added(Column::Refused)))
        .value(Column::LastMs, later)
        .to_owned()
}

async fn note_grant<C: ConnectionTrait>(db: &C, row: index::Model) -> Result<()> {
    let Some(grant) = row.grant_id else { return Ok(()) };
    if OPENS.contains(&row.kind.as_str()) {
        let opened = span::ActiveModel {
            grant_id: Set(grant),
            from_idx: Set(row.idx),
            consumer: Set(row.consumer.unwrap_or_default()),
            provider: Set(row.provider.unwrap_or_default()),
            resource: Set(row.resource.unwrap_or_default()),
            from_ms: Set(row.time_ms),
            until_ms: Set(None),
        };
        span::Entity::insert(opened).exec_without_returning(db).await?;
    } else if CLOSES.contains(&row.kind.as_str()) {
        span::Entity::update_many()
            .col_expr(span::Column::UntilMs, Expr::value(row.time_ms))
            .filter(span::Column::GrantId.eq(grant))
            .filter(span::Column::UntilMs.is_null())
            .exec(db)
            .await?;
    }
    Ok(())
}

/// Calls of one flow.
#[derive(Debug, Clone, PartialEq, Eq, sea_orm::FromQueryResult)]
pub struct Flow {
    /// Consumer's credit code.
    pub consumer: String,
    /// Provider's credit code.
    pub provider: String,
    /// Resource code.
    pub resource: String,
    /// Answered calls.
    pub calls: i64,
    /// Refused calls.
    pub refused: i64,
    /// Last answered call, Unix milliseconds; 0 when there was none.
    pub last_ms: i64,
}

/// Sums a column as a whole number: PostgreSQL sums big integers to decimals.
fn sum(column: counts::Column) -> sea_orm::sea_query::SimpleExpr {
    Expr::col(column).sum().cast_as(Alias::new("BIGINT"))
}

/// Flows summed over periods of a grain, both ends included.
pub async fn flows<C: ConnectionTrait>(db: &C, grain: &str, from: i32, until: i32) -> Result<Vec<Flow>> {
    use counts::Column;
    Ok(counts::Entity::find()
        .select_only()
        .columns([Column::Consumer, Column::Provider, Column::Resource])
        .column_as(sum(Column::Calls), "calls")
        .column_as(sum(Column::Refused), "refused")
        .column_as(Expr::col(Column::LastMs).max(), "last_ms")
        .filter(Column::Grain.eq(grain))
        .filter(Column::Period.between(from, until))
        .group_by(Column::Consumer)
        .group_by(Column::Provider)
        .group_by(Column::Resource)
        .order_by_asc(Column::Consumer)
        .order_by_asc(Column::Provider)
        .order_by_asc(Column::Resource)
        .into_model::<Flow>()
        .all(db)
        .await?)
}

/// Calls of one month.
#[derive(Debug, Clone, PartialEq, Eq, sea_orm::FromQueryResult)]
pub struct MonthSum {
    /// Month.
    pub period: i32,
    /// Answered calls.
    pub calls: i64,
}

/// Months with answered calls, first to last; of a party or of some resources only.
pub async fn months<C: ConnectionTrait>(
    db: &C,
    party: Option<&str>,
    resources: Option<&[String]>,
) -> Result<Vec<MonthSum>> {
    use counts::Column;
    let mut find = counts::Entity::find()
        .select_only()
        .column(Column::Period)
        .column_as(sum(Column::Calls), "calls")
        .filter(Column::Grain.eq("m"));
    if let Some(party) = party {
        find = find.filter(Column::Consumer.eq(party).or(Column::Provider.eq(party)));
    }
    if let Some(resources) = resources {
        find = find.filter(Column::Resource.is_in(resources.iter().cloned()));
    }
    Ok(find.group_by(Column::Period).order_by_asc(Column::Period).into_model::<MonthSum>().all(db).await?)
}

/// Grants that could be used at a time.
pub async fn open_grants<C: ConnectionTrait>(db: &C, at_ms: i64) -> Result<Vec<span::Model>> {
    use span::Column;
    Ok(span::Entity::find()
        .filter(Column::FromMs.lte(at_ms))
        .filter(Column::UntilMs.is_null().or(Column::UntilMs.gt(at_ms)))
        .order_by_asc(Column::GrantId)
        .order_by_asc(Column::FromIdx)
        .all(db)
        .await?)
}
