//! The hub's certificate authority: one root, one certificate of the link, one for each agent.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;
use rcgen::{Issuer, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use super::issue::{self, CheckedRequest, DAY_MS, IssueFailure, IssuedCertificate};
use super::pem_file;
use crate::join::fingerprint;
use crate::tls;

/// The link's certificate is made anew when less than this is left of it.
const RENEW_BEFORE_MS: i64 = 60 * DAY_MS;

/// Why the certificate authority could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum CaError {
    /// A file could not be read or written.
    #[error("{}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: std::io::Error,
    },
    /// A file is there but does not hold what it should. It is not replaced: every agent trusts it.
    #[error("{} is damaged: {why}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The agent's certificate request is not one, or is not signed by its own key.
    #[error("certificate request: {why}")]
    Request {
        /// What is wrong.
        why: String,
    },
    /// A certificate could not be made.
    #[error("certificate: {why}")]
    Issue {
        /// What is wrong.
        why: String,
    },
}

impl CaError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } => "ca.io",
            Self::Damaged { .. } => "ca.damaged",
            Self::Request { .. } => "ca.request_invalid",
            Self::Issue { .. } => "ca.issue_failed",
        }
    }

    /// Sentence in Chinese: place and remedy.
    pub fn zh(&self) -> String {
        match self {
            Self::Io { path, source } => {
                format!("无法读写证书文件 {}（{source}），请检查目录权限和磁盘空间。", path.display())
            }
            Self::Damaged { path, .. } => {
                format!(
                    "证书文件 {} 已损坏，请从备份恢复；删除它会使所有前置机需要重新接入。",
                    path.display()
                )
            }
            Self::Request { .. } => "前置机提交的证书申请无效，请升级前置机程序后重新接入。".to_owned(),
            Self::Issue { .. } => "无法签发证书，请检查平台名称配置和系统时间。".to_owned(),
        }
    }

    /// Sentence in English: place and remedy.
    pub fn en(&self) -> String {
        match self {
            Self::Io { path, source } => {
                format!(
                    "Cannot read or write {} ({source}); check the directory's rights and the disk.",
                    path.display()
                )
            }
            Self::Damaged { path, .. } => format!(
                "{} is damaged; restore it from a backup. Without it every agent must join again.",
                path.display()
            ),
            Self::Request { .. } => {
                "The agent's certificate request is not valid; upgrade the agent and join again.".to_owned()
            }
            Self::Issue { .. } => {
                "A certificate could not be issued; check the configured host names and the system time."
                    .to_owned()
            }
        }
    }
}

/// The certificate authority of one hub. Its files lie in one directory: `root.pem` (key and root
/// certificate) and `link.pem` (key and certificate of the link).
pub struct HubCa {
    issuer: Issuer<'static, KeyPair>,
    root_pem: String,
    root_der: CertificateDer<'static>,
    names: Vec<String>,
    link_path: PathBuf,
    link: Mutex<LinkCertificate>,
}

struct LinkCertificate {
    key: Arc<CertifiedKey>,
    not_after_ms: i64,
}

impl HubCa {
    /// Opens the authority in `dir`, or makes one. `names` are the host names and addresses by which
    /// agents reach the link; [`crate::HUB_NAME`] is always added. The link's certificate is made anew
    /// when it nears its end or the names have changed; agents notice nothing, they trust the root.
    ///
    /// # Errors
    /// Files cannot be read or written, or are damaged, or a name is not a host name.
    pub fn open_or_create(dir: &Path, names: &[String], now_ms: i64) -> Result<Self, CaError> {
        create_dir(dir)?;
        let root_path = dir.join("root.pem");
        let text = match pem_file::read(&root_path).map_err(io_at(&root_path))? {
            Some(text) => text,
            None => {
                let key = KeyPair::generate().map_err(IssueFailure::from).map_err(issue_failed)?;
                let text = key.serialize_pem() + &issue::root(&key, now_ms).map_err(issue_failed)?;
                pem_file::write(&root_path, &text).map_err(io_at(&root_path))?;
                text
            }
        };
        let damaged = |why: String| CaError::Damaged { path: root_path.clone(), why };
        let root_der = CertificateDer::from_pem_slice(text.as_bytes())
            .map_err(|error| damaged(format!("no certificate: {error}")))?;
        let key_der = PrivateKeyDer::from_pem_slice(text.as_bytes())
            .map_err(|error| damaged(format!("no private key: {error}")))?;
        let key = KeyPair::from_der_and_sign_algo(&key_der, &rcgen::PKCS_ECDSA_P256_SHA256)
            .map_err(|error| damaged(format!("private key: {error}")))?;
        let facts = tls::Facts::read(&root_der).map_err(&damaged)?;
        if facts.public_key != key.public_key_raw() {
            return Err(damaged("key and certificate do not belong together".to_owned()));
        }
        let issuer = Issuer::from_ca_cert_der(&root_der, key).map_err(|error| damaged(error.to_string()))?;

        let mut names = names.to_vec();
        if !names.iter().any(|name| name == crate::HUB_NAME) {
            names.push(crate::HUB_NAME.to_owned());
        }
        let link_path = dir.join("link.pem");
        let kept = read_link(&link_path, &root_der, &names, now_ms)?;
        let link = match kept {
            Some(link) => link,
            None => make_link(&link_path, &issuer, &root_der, &names, now_ms)?,
        };
        let root_pem = tls::to_pem(&root_der);
        Ok(Self { issuer, root_pem, root_der, names, link_path, link: Mutex::new(link) })
    }

    /// The root certificate, PEM.
    pub fn root_pem(&self) -> &str {
        &self.root_pem
    }

    /// The root certificate, DER.
    pub fn root_der(&self) -> &CertificateDer<'static> {
        &self.root_der
    }

    /// Fingerprint of the root: what join codes carry. See [`fingerprint`].
    pub fn fingerprint(&self) -> String {
        fingerprint(&self.root_der)
    }

    /// Issues a client certificate for an agent. The request gives only the key; whatever names stand
    /// in it are ignored.
    ///
    /// # Errors
    /// The request is not valid, or the id cannot be a name in a certificate.
    pub fn issue(
        &self,
        csr_der: &[u8],
        agent_id: &str,
        now_ms: i64,
        valid_days: u32,
    ) -> Result<IssuedCertificate, CaError> {
        let request = self.check_request(csr_der)?;
        self.issue_checked(&request, agent_id, now_ms, valid_days)
    }

    pub(super) fn check_request(&self, csr_der: &[u8]) -> Result<CheckedRequest, CaError> {
        issue::check_request(csr_der).map_err(|failure| CaError::Request { why: failure.0 })
    }

    pub(super) fn issue_checked(
        &self,
        request: &CheckedRequest,
        agent_id: &str,
        now_ms: i64,
        valid_days: u32,
    ) -> Result<IssuedCertificate, CaError> {
        issue::client(&self.issuer, request, agent_id, now_ms, valid_days).map_err(issue_failed)
    }

    /// The link's certificate with its key; made anew when it nears its end while the hub runs.
    pub(super) fn link_key(&self, now_ms: i64) -> Arc<CertifiedKey> {
        let mut link = self.link.lock();
        if link.not_after_ms.saturating_sub(now_ms) < RENEW_BEFORE_MS {
            match make_link(&self.link_path, &self.issuer, &self.root_der, &self.names, now_ms) {
                Ok(renewed) => *link = renewed,
                // The old one still works for weeks; the next connection tries again.
                Err(error) => tracing::error!(code = error.code(), %error, "ca.link_certificate_not_renewed"),
            }
        }
        link.key.clone()
    }
}

impl fmt::Debug for HubCa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HubCa").field("fingerprint", &self.fingerprint()).finish_non_exhaustive()
    }
}

fn create_dir(dir: &Path) -> Result<(), CaError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).map_err(io_at(dir))
}

/// The kept certificate of the link, if it is still good for this root, these names and this time.
fn read_link(
    path: &Path,
    root: &CertificateDer<'static>,
    names: &[String],
    now_ms: i64,
) -> Result<Option<LinkCertificate>, CaError> {
    let Some(text) = pem_file::read(path).map_err(io_at(path))? else {
        return Ok(None);
    };
    // Nobody but the link itself uses this pair: whatever is wrong with it, a new one is as good.
    Ok(parse_link(&text, root)
        .filter(|(link, facts)| {
            link.not_after_ms.saturating_sub(now_ms) >= RENEW_BEFORE_MS
                && facts.issued_by(root)
                && names.len() == facts.names.len()
                && names.iter().all(|name| facts.names.contains(name))
        })
        .map(|(link, _)| link))
}

fn make_link(
    path: &Path,
    issuer: &Issuer<'static, KeyPair>,
    root: &CertificateDer<'static>,
    names: &[String],
    now_ms: i64,
) -> Result<LinkCertificate, CaError> {
    let key = KeyPair::generate().map_err(IssueFailure::from).map_err(issue_failed)?;
    let text = key.serialize_pem() + &issue::server(issuer, &key, names, now_ms).map_err(issue_failed)?;
    pem_file::write(path, &text).map_err(io_at(path))?;
    let made = parse_link(&text, root).map(|(link, _)| link);
    made.ok_or_else(|| issue_failed(IssueFailure("the new link certificate does not load".to_owned())))
}

fn parse_link(text: &str, root: &CertificateDer<'static>) -> Option<(LinkCertificate, tls::Facts)> {
    let certificate = CertificateDer::from_pem_slice(text.as_bytes()).ok()?;
    let key_der = PrivateKeyDer::from_pem_slice(text.as_bytes()).ok()?;
    let facts = tls::Facts::read(&certificate).ok()?;
    // The root goes along so that an agent that has only its fingerprint can find and check it.
    let chain = vec![certificate, root.clone()];
    let key = CertifiedKey::from_der(chain, key_der, &tls::provider()).ok()?;
    Some((LinkCertificate { key: Arc::new(key), not_after_ms: facts.not_after_ms }, facts))
}

fn io_at(path: &Path) -> impl Fn(std::io::Error) -> CaError + use<> {
    let path = path.to_owned();
    move |source| CaError::Io { path: path.clone(), source }
}

fn issue_failed(failure: IssueFailure) -> CaError {
    CaError::Issue { why: failure.0 }
}
