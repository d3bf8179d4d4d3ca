//! Every engine takes its tables, and gives back what was written.

use calamine::Reader;
use county::{Api, County, Size, Table, generate};
use sqlx::{Connection, Row, SqliteConnection};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

fn county() -> County {
    generate(9, Size { residents: 1_500, enterprises: 150 })
}

fn table(county: &County, department: &str, name: &str) -> Table {
    county.tables_of(department).into_iter().find(|table| table.name == name).unwrap()
}

/// PostgreSQL holds all rows with comments and an index on the number; raising again replaces them.
#[tokio::test(flavor = "multi_thread")]
async fn postgres_takes_the_police() {
    let county = county();
    let server = testbed::shared_postgres().await.unwrap();
    let database = server.create_database().await.unwrap();
    let tables = county.tables_of("police");
    county::raise_postgres(&tables, database.url(), None).await.unwrap();
    county::raise_postgres(&tables, database.url(), None).await.unwrap();
    let expected = table(&county, "police", "HKRK");
    let count = server.psql_in(database.name(), r#"select count(*) from "HKRK""#).await.unwrap();
    assert_eq!(count, expected.rows.len().to_string());
    let first = server.psql_in(database.name(), r#"select "XM" from "HKRK" where "RYBH" = 1"#).await.unwrap();
    assert_eq!(Some(first), expected.rows[0].cells[2]);
    let comment = "select col_description('\"HKRK\"'::regclass, 2)";
    assert_eq!(server.psql_in(database.name(), comment).await.unwrap(), "公民身份号码");
    let indexes = "select count(*) from pg_indexes where tablename = 'HKRK' and indexdef like '%GMSFHM%'";
    assert_eq!(server.psql_in(database.name(), indexes).await.unwrap(), "1");
    // A second department has a schema of its own in the same database.
    let tables = county.tables_of("natural");
    county::raise_postgres(&tables, database.url(), Some("budongchan")).await.unwrap();
    let count = r#"select count(*) from budongchan."BDC_QLR""#;
    let said = server.psql_in(database.name(), count).await.unwrap();
    assert_eq!(said, tables[0].rows.len().to_string());
}

/// MariaDB holds all rows, rare characters and zero dates included.
#[tokio::test(flavor = "multi_thread")]
async fn mariadb_takes_civil_affairs() {
    let county = generate(9, Size { residents: 4_000, enterprises: 40 });
    let server = testbed::shared_mariadb().await.unwrap();
    let database = server.create_database().await.unwrap();
    county::raise_mariadb(&county.tables_of("civil"), database.url()).await.unwrap();
    let marriages = table(&county, "civil", "婚姻登记");
    let said = server.sql_in(database.name(), "select count(*) from 婚姻登记").await.unwrap();
    assert_eq!(said, marriages.rows.len().to_string());
    let names = server.sql_in(database.name(), "select 姓名 from 婚姻登记 order by 序号").await.unwrap();
    let expected: Vec<&str> = marriages.rows.iter().map(|row| row.cells[3].as_deref().unwrap()).collect();
    assert_eq!(names.lines().collect::<Vec<_>>(), expected);
    let zero = marriages.rows.iter().filter(|row| row.cells[8].as_deref() == Some("0000-00-00")).count();
    let said =
        server.sql_in(database.name(), "select count(*) from 婚姻登记 where 登记日期 = 0").await.unwrap();
    assert_eq!(said, zero.to_string());
    assert!(zero > 0);
    // A second department has a database of its own beside it; making it twice does no harm.
    let beside = county::mariadb_database(database.url(), "nongjing").await.unwrap();
    assert_eq!(county::mariadb_database(database.url(), "nongjing").await.unwrap(), beside);
    let tables = county.tables_of("agriculture");
    county::raise_mariadb(&tables, &beside).await.unwrap();
    let name = format!("{}_nongjing", database.name());
    let said = server.sql_in(&name, "select count(*) from cbjyq_cbht").await.unwrap();
    assert_eq!(said, tables[0].rows.len().to_string());
}

/// SQLite takes market supervision's tables, and those of departments whose server is missing.
#[tokio::test(flavor = "multi_thread")]
async fn sqlite_takes_any_department() {
    let county = county();
    let dir = tempfile::tempdir().unwrap();
    let (market, police, civil) =
        (dir.path().join("deep/market.db"), dir.path().join("police.db"), dir.path().join("civil.db"));
    for (path, department) in [(&market, "market"), (&police, "police"), (&civil, "civil")] {
        county::raise_sqlite(&county.tables_of(department), path).await.unwrap();
    }
    for (path, department, name) in
        [(&market, "market", "QYDJXX"), (&police, "police", "HKRK"), (&civil, "civil", "婚姻登记")]
    {
        let expected = table(&county, department, name);
        let mut connection = SqliteConnection::connect(path.to_str().unwrap()).await.unwrap();
        let sql = sqlx::AssertSqlSafe(format!("SELECT * FROM \"{name}\" ORDER BY 1"));
        let rows = sqlx::query(sql).fetch_all(&mut connection).await.unwrap();
        assert_eq!(rows.len(), expected.rows.len());
        assert_eq!(rows[0].get::<i64, _>(0), 1);
        let written: Option<String> = rows[7].get(2);
        assert_eq!(written, expected.rows[7].cells[2]);
    }
}

/// The health bureau's CSV files are GB18030 and lose no character; the workbook holds true dates and texts.
#[test]
fn files_take_health() {
    let county = county();
    let dir = tempfile::tempdir().unwrap();
    let mut tables = county.tables_of("health");
    tables.truncate(3);
    county::raise_files(&tables, dir.path()).unwrap();
    let expected = table(&county, "health", "预防接种.csv");
    let bytes = std::fs::read(dir.path().join("预防接种.csv")).unwrap();
    assert!(std::str::from_utf8(&bytes).is_err(), "must not be UTF-8");
    let (text, _, broken) = encoding_rs::GB18030.decode(&bytes);
    assert!(!broken);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let names: Vec<String> = reader.records().map(|row| row.unwrap()[2].to_owned()).collect();
    let truth: Vec<String> = expected.rows.iter().map(|row| row.cells[2].clone().unwrap()).collect();
    assert_eq!(names, truth);

    let deaths = table(&county, "health", "死亡登记.xlsx#死亡登记");
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(dir.path().join("死亡登记.xlsx")).unwrap();
    let sheet = book.worksheet_range("死亡登记").unwrap();
    assert_eq!(sheet.height(), deaths.rows.len() + 1);
    let days: Vec<&calamine::Data> = sheet.rows().skip(1).map(|row| &row[4]).collect();
    assert!(days.iter().any(|cell| matches!(cell, calamine::Data::DateTime(_))), "no true date");
    assert!(days.iter().any(|cell| matches!(cell, calamine::Data::String(_))), "no text");
}

async fn ask(api: &Api, path: &str, token: &str) -> (u16, serde_json::Value) {
    let base = api.base_url();
    let authority = base.trim_start_matches("http://").trim_end_matches("/api/").to_owned();
    let mut stream = tokio::net::TcpStream::connect(&authority).await.unwrap();
    let request = format!(
        "GET /api/{path} HTTP/1.1\r\nhost: {authority}\r\n{}: {token}\r\nconnection: close\r\n\r\n",
        Api::TOKEN_HEADER
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut said = String::new();
    stream.read_to_string(&mut said).await.unwrap();
    let status = said.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(said.split_once("\r\n\r\n").unwrap().1).unwrap())
}

/// The interface of social security looks up and lists for those with the token, and for nobody else.
#[tokio::test(flavor = "multi_thread")]
async fn the_api_serves_social_security() {
    let county = county();
    let tables = county.tables_of("insurance");
    let api = county::serve_api(tables, ([127, 0, 0, 1], 0).into(), "token-of-the-test").await.unwrap();
    let rows = table(&county, "insurance", "insured").rows;
    let clean = rows.iter().find(|row| row.dirt.is_empty()).unwrap();
    let id = clean.cells[1].as_deref().unwrap();
    let (status, found) = ask(&api, &format!("insured?idCard={id}"), api.token()).await;
    assert_eq!(status, 200);
    assert_eq!(found["data"][0]["fullName"].as_str(), clean.cells[2].as_deref());
    assert!(found["data"][0]["serialNo"].is_i64());
    let (_, none) = ask(&api, "insured?idCard=1", api.token()).await;
    assert_eq!(none["data"].as_array().unwrap().len(), 0);
    let (_, page) = ask(&api, "insured?page=2&size=10", api.token()).await;
    assert_eq!(page["data"].as_array().unwrap().len(), 10);
    assert_eq!(page["data"][0]["serialNo"], 11);
    let (_, beyond) = ask(&api, "insured?page=18446744073709551615&size=1000", api.token()).await;
    assert_eq!(beyond["data"].as_array().unwrap().len(), 0);
    assert_eq!(ask(&api, "insured", "wrong").await.0, 401);
    assert_eq!(ask(&api, "salaries", api.token()).await.0, 404);
    let (_, contracts) = ask(&api, "contracts?size=1", api.token()).await;
    let code = contracts["data"][0]["creditCode"].as_str().unwrap();
    let (_, found) = ask(&api, &format!("contracts?creditCode={code}"), api.token()).await;
    assert_eq!(found["data"][0]["creditCode"], code);
    let address = api.base_url();
    api.stop().await.unwrap();
    let authority = address.trim_start_matches("http://").trim_end_matches("/api/").to_owned();
    assert!(tokio::net::TcpStream::connect(authority).await.is_err(), "must be stopped");
}

/// The truth is written in full, with one line for each row of each department.
#[test]
fn the_truth_is_kept_aside() {
    let county = county();
    let dir = tempfile::tempdir().unwrap();
    county::write_truth(&county, dir.path()).unwrap();
    let persons: serde_json::Value =
        serde_json::from_slice(&std::fs::read(dir.path().join("persons.json")).unwrap()).unwrap();
    assert_eq!(persons.as_array().unwrap().len(), county.persons.len());
    let rows: usize =
        county.departments().iter().flat_map(|d| county.tables_of(d.key)).map(|table| table.rows.len()).sum();
    let mut reader = csv::Reader::from_path(dir.path().join("rows.csv")).unwrap();
    assert_eq!(reader.records().count(), rows);
}
