//! Persons as a household register holds them: mostly right, some written otherwise.

use std::fmt::Write as _;

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

/// Columns of the register, in order: name at the department, item, data element.
pub const COLUMNS: [(&str, &str, &str); 12] = [
    ("gmsfhm", "resident_id", "person.id"),
    ("xm", "name", "person.name"),
    ("xb", "sex", "person.sex"),
    ("mz", "ethnic_group", "person.ethnic_group"),
    ("csrq", "birth_date", "person.birth_date"),
    ("sjhm", "mobile", "person.mobile"),
    ("hyzk", "marriage", "person.marriage"),
    ("hh", "household_number", "household.number"),
    ("yhzgx", "kinship", "household.kinship"),
    ("ssxz", "region", "household.register_region"),
    ("dz", "register_address", "household.register_address"),
    ("fwcs", "employer", "person.employer"),
];
/// Bytes sent at a time.
const PIECE: usize = 1 << 20;

/// Text of the columns for `CREATE TABLE`.
pub fn ddl() -> String {
    COLUMNS.map(|(column, ..)| format!("{column} text")).join(", ")
}

/// The statement that makes the register `hkrk`. MariaDB needs to know how long a key can be.
pub fn table(bounded: bool) -> String {
    let columns = if bounded { ddl().replace(" text", " varchar(100)") } else { ddl() };
    format!("CREATE TABLE hkrk ({columns}, PRIMARY KEY (gmsfhm))")
}

/// Makes the register `hkrk` and fills it.
pub async fn fill(url: &str, rows: u64) -> anyhow::Result<()> {
    let mut connection = PgConnection::connect(url).await?;
    sqlx::raw_sql(AssertSqlSafe(table(false))).execute(&mut connection).await?;
    let mut copy = connection.copy_in_raw("COPY hkrk FROM STDIN").await?;
    let mut piece = String::with_capacity(PIECE + 1024);
    for row in 0..rows {
        line(&mut piece, row, row / 3);
        if piece.len() >= PIECE {
            copy.send(piece.as_bytes()).await?;
            piece.clear();
        }
    }
    copy.send(piece.as_bytes()).await?;
    copy.finish().await?;
    sqlx::raw_sql("ANALYZE hkrk; CHECKPOINT").execute(&mut connection).await?;
    Ok(())
}

/// Changes every row.
pub async fn change(url: &str) -> anyhow::Result<()> {
    let mut connection = PgConnection::connect(url).await?;
    // Two, because a vacuum may not share its transaction.
    for statement in ["UPDATE hkrk SET fwcs = '云澜县第二小学'", "VACUUM hkrk"] {
        sqlx::raw_sql(statement).execute(&mut connection).await?;
    }
    Ok(())
}

/// A row as `INSERT` takes it; its household bears that number.
pub fn values(row: u64, household: u64) -> String {
    let mut text = String::new();
    line(&mut text, row, household);
    format!("('{}')", text.trim_end().replace('\t', "', '"))
}

/// Identity number of a row.
pub fn key(row: u64) -> String {
    let (day, sequence) = (row % 20_000, row / 20_000 + 1);
    let date = chrono::NaiveDate::default() + chrono::Days::new(day);
    let head = format!("{}{}{:03}", region(sequence), date.format("%Y%m%d"), sequence % 999 + 1);
    let check = standards::resident_id::check_character(head.as_bytes()).map_or('0', char::from);
    format!("{head}{check}")
}

fn region(sequence: u64) -> u64 {
    110_101 + sequence / 999
}

fn line(to: &mut String, row: u64, household: u64) {
    const SURNAMES: [&str; 8] = ["王", "李", "张", "刘", "陈", "杨", "赵", "黄"];
    const GIVEN: [&str; 10] = ["伟", "芳", "娜", "秀英", "敏", "静", "丽", "强", "磊", "建国"];
    let (day, region) = (row % 20_000, region(row / 20_000 + 1));
    let date = chrono::NaiveDate::default() + chrono::Days::new(day);
    let pick = |from: &[&'static str], by: u64| {
        from.get((by % from.len() as u64) as usize).copied().unwrap_or_default()
    };
    // One in ten is written as old systems write it.
    let birth = if row.is_multiple_of(10) { date.format("%Y%m%d") } else { date.format("%Y-%m-%d") };
    let sex = if row % 10 == 1 { "男" } else { "1" };
    let _ = writeln!(
        to,
        "{}\t{}{}\t{sex}\t01\t{birth}\t139{:08}\t20\t{household:09}\t02\t{region}\t云澜县城关镇和平路{}号{}幢{}单元\t云澜县第一中学",
        key(row),
        pick(&SURNAMES, row),
        pick(&GIVEN, row / 8),
        row % 90_000_000 + 1_000_000,
        row % 300 + 1,
        row % 20 + 1,
        row % 5 + 1,
    );
}
