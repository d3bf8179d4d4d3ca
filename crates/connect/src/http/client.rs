//! Asking the interface, and telling its failures apart.

use std::{collections::BTreeMap, fmt::Write as _, path::Path, time::Duration};

use reqwest::{
    Certificate, StatusCode, Url,
    header::{HeaderMap, HeaderName, HeaderValue},
    redirect,
};

use crate::{
    config::{HttpConfig, Limits, Secret},
    error::{SourceCode, SourceError},
};

/// A client for one interface.
pub(super) struct Client {
    name: String,
    base: Url,
    http: reqwest::Client,
    limits: Limits,
    max_body: usize,
}

/// How an interface is reached, whether it is read or delivered to.
pub(crate) struct Reach<'c> {
    /// What the configuration calls the address.
    pub(crate) field: &'static str,
    pub(crate) url: &'c Secret,
    pub(crate) headers: &'c BTreeMap<String, Secret>,
    pub(crate) ca_file: Option<&'c Path>,
    pub(crate) connect: Duration,
    pub(crate) answer: Duration,
}

impl Reach<'_> {
    /// The address, and a client that sends the headers only there.
    pub(crate) fn client(&self, name: &str) -> Result<(Url, reqwest::Client), SourceError> {
        // Another part of the program may have installed a provider already; then that one serves.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let field = self.field;
        let url = Url::parse(self.url.reveal()).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let url = url.ok_or_else(|| {
            SourceError::config(
                name,
                format_args!("{field} 不是 http:// 或 https:// 地址。"),
                format_args!("{field} is no http:// or https:// address"),
            )
        })?;
        let mut headers = HeaderMap::new();
        for (header, value) in self.headers {
            let parsed = HeaderName::from_bytes(header.as_bytes())
                .ok()
                .zip(HeaderValue::from_str(value.reveal()).ok());
            let (header, mut value) = parsed.ok_or_else(|| {
                SourceError::config(
                    name,
                    format_args!("请求头“{header}”的名称或值含有不允许的字符。"),
                    format_args!(
                        "the name or the value of header \"{header}\" has characters that are not allowed"
                    ),
                )
            })?;
            value.set_sensitive(true);
            headers.insert(header, value);
        }
        let mut builder = reqwest::Client::builder()
            .default_headers(headers)
            // A redirect could carry the department's token to another address.
            .redirect(redirect::Policy::none())
            .no_proxy()
            .connect_timeout(self.connect)
            .timeout(self.answer);
        if let Some(path) = self.ca_file {
            let certificates =
                std::fs::read(path).ok().and_then(|pem| Certificate::from_pem_bundle(&pem).ok());
            builder =
                builder.tls_certs_only(certificates.filter(|all| !all.is_empty()).ok_or_else(|| {
                    let path = path.display();
                    SourceError::config(
                        name,
                        format_args!("ca_file“{path}”不是可读的 PEM 证书。"),
                        format_args!("ca_file \"{path}\" is no readable PEM certificate"),
                    )
                })?);
        } else if url.scheme() == "http" {
            // No certificate will be looked at, so a machine without a certificate store will do.
            builder = builder.tls_certs_only([]);
        }
        let http = builder.build().map_err(|error| {
            SourceError::config(name, "无法建立 TLS 客户端。", "no TLS client can be made")
                .because(error.without_url())
        })?;
        Ok((url, http))
    }
}

impl Client {
    pub(super) fn new(name: &str, config: &HttpConfig) -> Result<Self, SourceError> {
        let reach = Reach {
            field: "base_url",
            url: &config.base_url,
            headers: &config.headers,
            ca_file: config.ca_file.as_deref(),
            connect: config.limits.connect(),
            answer: config.limits.statement(),
        };
        let (mut base, http) = reach.client(name)?;
        if !base.path().ends_with('/') {
            let path = format!("{}/", base.path());
            base.set_path(&path);
        }
        let (limits, max_body) = (config.limits.clone(), config.max_body_bytes);
        Ok(Self { name: name.to_owned(), base, http, limits, max_body })
    }

    /// The text of an answer. `None` for 404 where `missing` allows it.
    pub(super) async fn get(
        &self,
        table: &str,
        path: &str,
        query: &[(&str, &str)],
        missing: bool,
    ) -> Result<Option<String>, SourceError> {
        let url = self
            .base
            .join(path.trim_start_matches('/'))
            .ok()
            .filter(|url| url.origin() == self.base.origin());
        let url = url.ok_or_else(|| {
            SourceError::config(
                &self.name,
                format_args!("“{table}”的路径不在 base_url 之下。"),
                format_args!("the path of \"{table}\" is not below base_url"),
            )
        })?;
        let answer = self.http.get(url).query(query).send().await.map_err(|error| self.failed(error))?;
        let status = answer.status();
        if status == StatusCode::NOT_FOUND && missing {
            return Ok(None);
        }
        if !status.is_success() {
            return Err(self.refused(table, status));
        }
        self.body(table, answer).await.map(Some)
    }

    async fn body(&self, table: &str, mut answer: reqwest::Response) -> Result<String, SourceError> {
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| self.failed(error))? {
            if body.len() + chunk.len() > self.max_body {
                let (name, most) = (&self.name, self.max_body);
                return Err(SourceError::new(
                    SourceCode::BadAnswer,
                    format!(
                        "数据源“{name}”的接口“{table}”的答复超过 {most} 字节；请启用分页或调高 max_body_bytes。"
                    ),
                    format!(
                        "the answer of \"{table}\" in source \"{name}\" is longer than {most} bytes; use paging or raise \
                         max_body_bytes"
                    ),
                ));
            }
            body.extend_from_slice(&chunk);
        }
        let body = body.strip_prefix(b"\xef\xbb\xbf").map(<[u8]>::to_vec).unwrap_or(body);
        String::from_utf8(body).map_err(|error| {
            let name = &self.name;
            SourceError::new(
                SourceCode::Encoding,
                format!("数据源“{name}”的接口“{table}”的答复不是 UTF-8；请该部门按 JSON 标准以 UTF-8 输出。"),
                format!("the answer of \"{table}\" in source \"{name}\" is not UTF-8, which JSON must be"),
            )
            .because(error.utf8_error())
        })
    }

    /// Reaches the server; any answer but a refusal of the token will do.
    pub(super) async fn reach(&self) -> Result<(), SourceError> {
        let answer = self.http.get(self.base.clone()).send().await.map_err(|error| self.failed(error))?;
        match answer.status() {
            status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => Err(self.refused("/", status)),
            status if status.is_server_error() => Err(self.refused("/", status)),
            _ => Ok(()),
        }
    }

    fn failed(&self, error: reqwest::Error) -> SourceError {
        // The address may hold a token, so it is taken out of the cause.
        let late = error.is_timeout() && !error.is_connect();
        let ours = if late {
            SourceError::timeout(&self.name, self.limits.statement().as_millis())
        } else {
            SourceError::down(&self.name)
        };
        ours.because(error.without_url())
    }

    fn refused(&self, table: &str, status: StatusCode) -> SourceError {
        let (name, number) = (&self.name, status.as_u16());
        match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => SourceError::permission(name),
            StatusCode::TOO_MANY_REQUESTS => SourceError::busy(name),
            StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE => SourceError::down(name),
            StatusCode::GATEWAY_TIMEOUT | StatusCode::REQUEST_TIMEOUT => {
                SourceError::timeout(name, self.limits.statement().as_millis())
            }
            _ => SourceError::new(
                SourceCode::HttpStatus,
                format!(
                    "数据源“{name}”的接口“{table}”返回 HTTP {number}；请核对路径与参数，或联系该部门查看接口日志。"
                ),
                format!(
                    "\"{table}\" of source \"{name}\" answered HTTP {number}; check path and parameters, or ask the \
                     department for the log of the interface"
                ),
            ),
        }
    }
}

/// A path with the key in it. `None` for a key that would be a step of the path instead of a name.
pub(super) fn fill_path(path: &str, key: &str) -> Option<String> {
    if !path.contains("{key}") {
        return Some(path.to_owned());
    }
    if key.is_empty() || key == "." || key == ".." {
        return None;
    }
    let mut encoded = String::with_capacity(key.len());
    for byte in key.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    Some(path.replace("{key}", &encoded))
}

#[cfg(test)]
mod tests {
    use super::fill_path;

    /// A key can never become another path, query or fragment.
    #[test]
    fn keys_stay_in_their_segment() {
        assert_eq!(fill_path("p/{key}", "a/b?c#张").as_deref(), Some("p/a%2Fb%3Fc%23%E5%BC%A0"));
        assert_eq!(fill_path("p/{key}", ".."), None);
        assert_eq!(fill_path("p/{key}", ""), None);
        assert_eq!(fill_path("p", "..").as_deref(), Some("p"));
    }
}
