//! A small client of the public interface, for setting things up.

use anyhow::{Context as _, bail};
use reqwest::{Client, Method};
use serde_json::{Value, json};

/// Somebody who is logged in at the console.
pub struct Session {
    client: Client,
    url: String,
    cookie: String,
}

impl Session {
    /// Logs in.
    ///
    /// # Errors
    /// When hub or password refuse.
    pub async fn log_in(url: &str, username: &str, password: &str) -> anyhow::Result<Self> {
        let client = Client::new();
        let answer = client
            .post(format!("{url}/api/v1/session"))
            .header("x-guantong-console", "1")
            .json(&json!({"username": username, "password": password}))
            .send()
            .await?
            .error_for_status()?;
        let cookie = answer
            .headers()
            .get("set-cookie")
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .context("no session cookie")?
            .to_owned();
        Ok(Self { client, url: url.to_owned(), cookie })
    }

    async fn send(&self, method: Method, path: &str, body: &Value) -> anyhow::Result<Value> {
        let request = self
            .client
            .request(method.clone(), format!("{}{path}", self.url))
            .header("cookie", &self.cookie)
            .header("x-guantong-console", "1");
        let request = if method == Method::GET { request } else { request.json(body) };
        let answer = request.send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        if !status.is_success() {
            bail!("{path}: {status} {text}");
        }
        Ok(serde_json::from_str(&text).unwrap_or_default())
    }

    /// Posts.
    ///
    /// # Errors
    /// For any status but success.
    pub async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.send(Method::POST, path, body).await
    }

    /// Puts.
    ///
    /// # Errors
    /// For any status but success.
    pub async fn put(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.send(Method::PUT, path, body).await
    }

    /// Gets.
    ///
    /// # Errors
    /// For any status but success.
    pub async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.send(Method::GET, path, &Value::Null).await
    }
}

/// An access token (RFC 6749, client credentials).
///
/// # Errors
/// When the hub refuses.
pub async fn token(url: &str, client_id: &str, secret: &str) -> anyhow::Result<String> {
    let form = [("grant_type", "client_credentials"), ("client_id", client_id), ("client_secret", secret)];
    let answer = Client::new().post(format!("{url}/api/v1/oauth/token")).form(&form).send().await?;
    let answer: Value = answer.error_for_status()?.json().await?;
    text(&answer, "access_token")
}

/// Text of a field.
///
/// # Errors
/// When it is missing.
pub fn text(value: &Value, field: &str) -> anyhow::Result<String> {
    value[field].as_str().map(str::to_owned).with_context(|| format!("no field {field} in {value}"))
}
