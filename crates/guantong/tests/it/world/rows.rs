//! The provider's table: a household register with rows as offices really keep them.

use std::path::Path;

use sqlx::Executor as _;
use sqlx::sqlite::SqliteConnectOptions;

/// A number of 18 characters (GB 11643) of somebody born in Beijing, or in Guangzhou for [`ELSEWHERE`].
pub fn resident_id(head: &str) -> String {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = head.chars().zip(WEIGHTS).map(|(c, weight)| c.to_digit(10).unwrap() * weight).sum();
    format!("{head}{}", "10X98765432".chars().nth(usize::try_from(sum % 11).unwrap()).unwrap())
}

/// First 17 characters of a person whose row is as it should be.
pub const CLEAN: &str = "11010119900307001";
/// A person whose row needs repairs: spaces in the name, sex in words, a date with strokes.
pub const DIRTY: &str = "11010119850318002";
/// A person whose row holds what cannot be repaired: an impossible date, a telephone number that is too short.
pub const WRONG: &str = "11010119790112003";
/// A person registered in another city.
pub const ELSEWHERE: &str = "44010319880521004";

/// The table with its rows, in SQL that SQLite, PostgreSQL and MariaDB understand.
pub fn sql() -> Vec<String> {
    let row = |head: &str, rest: &str| format!("insert into rkxx values ('{}', {rest})", resident_id(head));
    vec![
        "create table rkxx (sfzh varchar(30), xm varchar(60), xb varchar(10), csrq varchar(30), sjh varchar(30), \
         dz varchar(200), qh varchar(12), gxsj varchar(30))"
            .to_owned(),
        row(CLEAN, "'张三', '1', '1990-03-07', '13912342233', '北京市东城区景山前街4号', '110101', '2026-01-02 03:04:05'"),
        row(DIRTY, "' 李  四 ', '男', '1985/3/18', '139 1234 2234', '北京市东城区北河沿大街1号', '110101', '2026-01-02 03:04:05'"),
        row(WRONG, "'王五', '1', '1979-02-30', '1391234', '北京市东城区', '110101', '2026-01-02 03:04:05'"),
        row(ELSEWHERE, "'赵六', '2', '1988-05-21', '13912342236', '广东省广州市荔湾区', '440103', '2026-01-02 03:04:05'"),
        "create index rkxx_sfzh on rkxx (sfzh)".to_owned(),
    ]
}

/// Writes the table into a SQLite file.
pub async fn write_sqlite(path: &Path) {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    for statement in sql() {
        pool.execute(sqlx::AssertSqlSafe(statement)).await.unwrap();
    }
    pool.close().await;
}
