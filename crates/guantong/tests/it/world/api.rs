//! The public interface as callers see it.

use reqwest::{Client, Method, StatusCode, header};
use serde_json::{Value, json};

/// An answer, whatever it says.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: StatusCode,
    /// Body as JSON; a text when it is none.
    pub body: Value,
    /// `Set-Cookie`, when a session began.
    cookie: Option<String>,
}

impl Answer {
    /// The body of a success.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert!(self.status.is_success(), "{} {}", self.status, self.body);
        self.body
    }

    /// Code of the error.
    pub fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }

    /// Asserts a refusal with status and code, in our form and in both languages.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) -> &Value {
        assert_eq!((self.status.as_u16(), self.code()), (status, code), "{}", self.body);
        let error = &self.body["error"];
        let sentence = |lang: &str| error[lang].as_str().is_some_and(|text| text.chars().count() > 8);
        assert!(sentence("zh") && sentence("en"), "{error}");
        assert!(error["trace"].as_str().is_some_and(|trace| trace.len() == 16), "{error}");
        error
    }
}

/// A caller with its proof of identity.
#[derive(Clone)]
pub struct Session {
    client: Client,
    url: String,
    headers: Vec<(&'static str, String)>,
}

impl Session {
    /// Somebody who is not logged in.
    pub fn nobody(url: &str) -> Self {
        let client = Client::builder().no_proxy().build().unwrap();
        Self { client, url: url.to_owned(), headers: Vec::new() }
    }

    /// Somebody at the console.
    pub async fn log_in(url: &str, username: &str, password: &str) -> Self {
        let mut session = Self::nobody(url);
        let answer =
            session.post("/api/v1/session", &json!({"username": username, "password": password})).await;
        let cookie = answer.cookie.clone();
        answer.ok();
        session.headers = vec![("cookie", cookie.unwrap()), ("x-guantong-console", "1".to_owned())];
        session
    }

    /// A client system with an access token.
    pub async fn client(url: &str, client_id: &str, secret: &str) -> Self {
        let form =
            [("grant_type", "client_credentials"), ("client_id", client_id), ("client_secret", secret)];
        let answer = Self::nobody(url).form("/api/v1/oauth/token", &form).await.ok();
        Self::bearer(url, answer["access_token"].as_str().unwrap())
    }

    /// Whoever holds this token.
    pub fn bearer(url: &str, token: &str) -> Self {
        Self { headers: vec![("authorization", format!("Bearer {token}"))], ..Self::nobody(url) }
    }

    /// The same caller with more headers.
    pub fn with(&self, headers: &[(&'static str, String)]) -> Self {
        let mut more = self.clone();
        more.headers.extend_from_slice(headers);
        more
    }

    /// Sends bytes as they are.
    pub async fn raw(&self, method: Method, path: &str, body: Option<(&str, Vec<u8>)>) -> Answer {
        self.try_raw(method, path, body).await.unwrap()
    }

    /// Sends bytes as they are; an error when the connection broke.
    pub async fn try_raw(
        &self,
        method: Method,
        path: &str,
        body: Option<(&str, Vec<u8>)>,
    ) -> reqwest::Result<Answer> {
        let mut request = self.client.request(method, format!("{}{path}", self.url));
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if let Some((kind, bytes)) = body {
            request = request.header(header::CONTENT_TYPE, kind).body(bytes);
        }
        let answer = request.send().await?;
        let cookie = answer.headers().get(header::SET_COOKIE).and_then(|value| value.to_str().ok());
        let cookie = cookie.and_then(|value| value.split(';').next()).map(str::to_owned);
        let status = answer.status();
        let text = answer.text().await?;
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Ok(Answer { status, body, cookie })
    }

    /// Sends JSON.
    pub async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let body = body.map(|body| ("application/json", body.to_string().into_bytes()));
        self.raw(method, path, body).await
    }

    /// Posts a form.
    pub async fn form(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let encoded = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let body = Some(("application/x-www-form-urlencoded", encoded.into_bytes()));
        self.raw(Method::POST, path, body).await
    }

    /// Posts JSON.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    /// Puts JSON.
    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PUT, path, Some(body)).await
    }

    /// Gets.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }
}
