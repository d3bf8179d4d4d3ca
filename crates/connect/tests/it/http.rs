//! HTTP interfaces, served here.

use std::{collections::HashMap, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::{Path, Query},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
    routing::get,
};
use connect::{ProfileOptions, Source, Values};

use crate::support::{ATTACKS, Outcome, after, code, lookup, read, shown, source, table};

const ROW: &str =
    r#"{"idcard":"110101199003077715","name":"张三","no":440101199001011234,"pay":12.50,"left":null}"#;

async fn persons(headers: HeaderMap, Query(query): Query<HashMap<String, String>>) -> Response {
    if headers.get("x-token").is_none_or(|token| token != "s3cr3t") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    if let Some(key) = query.get("idcard") {
        // Like many real ones, this interface matches by prefix.
        let found = if !key.is_empty() && "110101199003077715".starts_with(key.as_str()) { ROW } else { "" };
        return format!(r#"{{"code":0,"data":{{"rows":[{found}]}}}}"#).into_response();
    }
    let page: usize = query.get("page").and_then(|page| page.parse().ok()).unwrap_or(1);
    let rows: Vec<String> = (page * 2 - 1..=page * 2)
        .filter(|n| *n <= 5)
        .map(|n| format!(r#"{{"idcard":"{n}","name":"名{n}","no":{n},"pay":1.{n}0,"left":true}}"#))
        .collect();
    format!(r#"{{"data":{{"rows":[{}]}}}}"#, rows.join(",")).into_response()
}

async fn person(Path(key): Path<String>) -> Response {
    match key.as_str() {
        "a/b" => r#"{"id":"a/b","name":"斜杠"}"#.into_response(),
        "slow" => {
            std::future::pending::<()>().await;
            StatusCode::OK.into_response()
        }
        "html" => "<html>Login</html>".into_response(),
        "gbk" => Body::from(&b"{\"id\":\"\xd5\xc5\"}"[..]).into_response_body(),
        "large" => format!(r#"{{"id":"{}"}}"#, "x".repeat(200_000)).into_response(),
        "broken" => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        "gateway" => StatusCode::BAD_GATEWAY.into_response(),
        "much" => StatusCode::TOO_MANY_REQUESTS.into_response(),
        "away" => (StatusCode::FOUND, [("location", "http://127.0.0.1:1/steal")]).into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

trait IntoResponseBody {
    fn into_response_body(self) -> Response;
}

impl IntoResponseBody for Body {
    fn into_response_body(self) -> Response {
        Response::new(self)
    }
}

async fn serve() -> anyhow::Result<Arc<dyn Source>> {
    let app = Router::new()
        .route("/api/persons", get(persons))
        .route("/api/person/{key}", get(person))
        .route("/api/same", get(async || r#"[{"a":1},{"a":2}]"#));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(source(&format!(
        r#"
        kind = "http"
        base_url = "http://127.0.0.1:{port}/api"
        max_body_bytes = 100000
        statement_timeout_ms = 1500
        [headers]
        x-token = "s3cr3t"
        [tables.persons]
        comment = "人员"
        list_path = "persons"
        rows = "/data/rows"
        page = {{ page_param = "page", size_param = "size", size = 4 }}
        lookups.idcard = {{ path = "persons", param = "idcard" }}
        [tables.person]
        lookups.id = {{ path = "person/{{key}}", rows = "" }}
        [tables.same]
        list_path = "same"
        page = {{ page_param = "p", size_param = "s", size = 2 }}
        "#
    )))
}

/// Look-ups find exactly the row of the key, with numbers as they were written.
#[tokio::test]
async fn looks_up() -> Outcome {
    let source = serve().await?;
    let columns = ["name", "no", "pay", "left"];
    let rows = lookup(&*source, "persons", "idcard", &["110101199003077715", "9"], &columns).await?;
    assert_eq!(rows, [["张三", "440101199001011234", "12.50", "∅"]]);
    assert!(lookup(&*source, "persons", "idcard", &["1101"], &columns).await?.is_empty());
    assert_eq!(lookup(&*source, "person", "id", &["a/b", "none", ".."], &["name"]).await?, [["斜杠"]]);
    Ok(())
}

/// A list is read page by page to its end, even though the pages are shorter than asked for.
#[tokio::test]
async fn reads_pages() -> Outcome {
    let source = serve().await?;
    let batches = read(&*source, "persons", Values::Typed).await?;
    assert_eq!(batches.iter().map(|batch| batch.num_rows()).sum::<usize>(), 5);
    let info = table(&*source, "persons").await;
    let names: Vec<&str> = info.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!((names, info.columns[0].indexed), (vec!["idcard", "name", "no", "pay", "left"], true));
    let profile = source.profile("persons", ProfileOptions { sample_rows: 3 }).await?;
    assert_eq!(profile.sampled_rows, 3);
    let profile = source.profile("persons", ProfileOptions::default()).await?;
    assert_eq!(profile.rows.map(|count| count.rows), Some(5));
    // An interface that ignores the page number would never end.
    assert_eq!(code(read(&*source, "same", Values::Text).await), "source.bad_answer");
    Ok(())
}

/// What has changed by a watermark is filtered out of all pages: by size, not by letters.
#[tokio::test]
async fn increments() -> Outcome {
    let source = serve().await?;
    let found = after(&*source, "persons", &["name"], "no", Some("4")).await?;
    assert_eq!(found, [["名4"], ["名5"]]);
    assert_eq!(after(&*source, "persons", &["name"], "pay", Some("1.2")).await?.len(), 4);
    assert_eq!(code(after(&*source, "persons", &["name"], "name", None).await), "source.watermark");
    assert_eq!(code(after(&*source, "persons", &["name"], "absent", None).await), "source.column_unknown");
    Ok(())
}

/// Every way in which the interface fails has its own code, and none shows the token.
#[tokio::test]
async fn failures() -> Outcome {
    let source = serve().await?;
    for (key, expected) in [
        ("html", "source.bad_answer"),
        ("gbk", "source.encoding"),
        ("large", "source.bad_answer"),
        ("broken", "source.http_status"),
        ("gateway", "source.down"),
        ("much", "source.busy"),
        ("away", "source.http_status"),
        ("slow", "source.timeout"),
    ] {
        let error = lookup(&*source, "person", "id", &[key], &["name"]).await.unwrap_err();
        assert_eq!(error.code().as_str(), expected, "{key}");
        assert!(!shown(&error).contains("s3cr3t"));
    }
    assert_eq!(code(lookup(&*source, "persons", "name", &["x"], &["no"]).await), "source.key_unsupported");
    assert_eq!(code(lookup(&*source, "persons", "idcard", &["x"], &["none"]).await), "source.column_unknown");
    assert_eq!(code(read(&*source, "person", Values::Text).await), "source.config");
    for attack in ATTACKS {
        assert_eq!(code(lookup(&*source, attack, "id", &["1"], &["id"]).await), "source.table_unknown");
        assert!(lookup(&*source, "person", "id", &[attack], &["name"]).await?.is_empty(), "{attack}");
    }
    Ok(())
}

/// A wrong token is a matter of permission; a server that is not there is down, within the time to connect.
#[tokio::test]
async fn refused_and_down() -> Outcome {
    let table = "[tables.t]\nlist_path='persons'\nrows='/data/rows'";
    let down = source(&format!("kind='http'\nbase_url='http://127.0.0.1:1/'\n{table}"));
    let asked = tokio::time::timeout(Duration::from_secs(30), down.tables()).await?;
    assert_eq!(code(asked), "source.down");
    let app = Router::new().route("/persons", get(persons));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move { axum::serve(listener, app).await });
    let refused = source(&format!("kind='http'\nbase_url='http://127.0.0.1:{port}/'\n{table}"));
    assert_eq!(code(refused.tables().await), "source.permission");
    Ok(())
}
