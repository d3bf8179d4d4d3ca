//! A small client of the public interface, as a console user or a client system would be.

use anyhow::{Context as _, bail};
use reqwest::{Client, Method, StatusCode};
use serde_json::Value;

/// Somebody who is logged in.
#[derive(Clone)]
pub struct Session {
    client: Client,
    url: String,
    proof: Proof,
}

#[derive(Clone)]
enum Proof {
    Cookie(String),
    Bearer(String),
}

impl Session {
    /// Logs in at the console.
    pub async fn log_in(url: &str, username: &str, password: &str) -> anyhow::Result<Self> {
        let client = Client::builder().build()?;
        let answer = client
            .post(format!("{url}/api/v1/session"))
            .header("x-guantong-console", "1")
            .json(&serde_json::json!({"username": username, "password": password}))
            .send()
            .await?;
        let cookie = answer
            .headers()
            .get("set-cookie")
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .map(str::to_owned);
        let status = answer.status();
        if !status.is_success() {
            bail!("log-in of {username}: {status} {}", answer.text().await?);
        }
        let cookie = cookie.context("no session cookie")?;
        Ok(Self { client, url: url.to_owned(), proof: Proof::Cookie(cookie) })
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
        Ok(Self { client, url: url.to_owned(), proof: Proof::Bearer(token) })
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<(StatusCode, Value)> {
        let mut request = self.client.request(method, format!("{}{path}", self.url));
        request = match &self.proof {
            Proof::Cookie(cookie) => request.header("cookie", cookie).header("x-guantong-console", "1"),
            Proof::Bearer(token) => request.bearer_auth(token),
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

    /// Gets; anything but success is an error.
    pub async fn get(&self, path: &str) -> anyhow::Result<Value> {
        succeeded(path, self.send(Method::GET, path, None).await?)
    }
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
