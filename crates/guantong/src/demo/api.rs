//! A small client of the public interface, as a console user or a client system would be.

use anyhow::{Context as _, bail};
use axum::Router;
use axum::body::Body;
use kernel::Actor;
use reqwest::{Client, Method, StatusCode};
use serde_json::Value;
use tower::ServiceExt as _;

/// Somebody who is logged in.
#[derive(Clone)]
pub struct Session(Proof);

#[derive(Clone)]
enum Proof {
    Inside(Box<(Router, Actor)>),
    Bearer { client: Client, url: String, token: String },
}

impl Session {
    /// Somebody of the county's past, who works on the same interface inside this process: a log-in would not outlive
    /// the years.
    pub fn inside(router: Router, actor: Actor) -> Self {
        Self(Proof::Inside(Box::new((router, actor))))
    }

    /// Gets an access token with a client secret (RFC 6749, client credentials).
    pub async fn token(url: &str, client_id: &str, secret: &str) -> anyhow::Result<Self> {
        let client = Client::builder().build()?;
        let form =
            [("grant_type", "client_credentials"), ("client_id", client_id), ("client_secret", secret)];
        let answer: Value = client
            .post(format!("{url}/api/v1/oauth/token"))
            .form(&form)
            .send()
            .await?
            .error_for_status()?
            .json()
            .await?;
        let token = answer["access_token"].as_str().context("no access token")?.to_owned();
        Ok(Self(Proof::Bearer { client, url: url.to_owned(), token }))
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<(StatusCode, Value)> {
        let mut request = match &self.0 {
            Proof::Inside(inside) => return send_inside(inside, method, path, body).await,
            Proof::Bearer { client, url, token } => {
                client.request(method, format!("{url}{path}")).bearer_auth(token)
            }
        };
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        Ok((status, serde_json::from_str(&text).unwrap_or(Value::String(text))))
    }

    /// Posts and gives status and body, whatever they are.
    pub async fn try_post(&self, path: &str, body: &Value) -> anyhow::Result<(StatusCode, Value)> {
        self.send(Method::POST, path, Some(body)).await
    }

    /// Posts; anything but success is an error.
    pub async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        succeeded(path, self.send(Method::POST, path, Some(body)).await?)
    }

    /// Puts; anything but success is an error.
    pub async fn put(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        succeeded(path, self.send(Method::PUT, path, Some(body)).await?)
    }

    /// Changes; anything but success is an error.
    pub async fn patch(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        succeeded(path, self.send(Method::PATCH, path, Some(body)).await?)
    }

    /// Gets; anything but success is an error.
    pub async fn get(&self, path: &str) -> anyhow::Result<Value> {
        succeeded(path, self.send(Method::GET, path, None).await?)
    }
}

async fn send_inside(
    (router, actor): &(Router, Actor),
    method: Method,
    path: &str,
    body: Option<&Value>,
) -> anyhow::Result<(StatusCode, Value)> {
    let content = body.map(Value::to_string).unwrap_or_default();
    let request = axum::http::Request::builder()
        .method(method)
        .uri(path)
        .header("content-type", "application/json")
        .extension(actor.clone())
        .body(Body::from(content))?;
    let answer = router.clone().oneshot(request).await?;
    let status = answer.status();
    let bytes = axum::body::to_bytes(answer.into_body(), 16 << 20).await?;
    let value = serde_json::from_slice(&bytes);
    Ok((status, value.unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()))))
}

fn succeeded(path: &str, (status, body): (StatusCode, Value)) -> anyhow::Result<Value> {
    if status.is_success() {
        return Ok(body);
    }
    bail!("{path}: {status} {body}")
}

/// Text of a field.
pub fn text(value: &Value, field: &str) -> anyhow::Result<String> {
    value[field].as_str().map(str::to_owned).with_context(|| format!("no field {field} in {value}"))
}
