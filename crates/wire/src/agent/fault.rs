//! Why the agent's side of the link failed, told apart by what to do about it.

use tonic::Status;

use crate::Refusal;

/// Why the agent's side of the link failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkFault {
    /// No connection to the hub's address.
    #[error("hub at {address} is unreachable: {cause}")]
    Unreachable {
        /// The address that was tried.
        address: String,
        /// What the network said.
        cause: String,
    },
    /// Whoever answers is not the hub this agent trusts.
    #[error("the root certificate at {address} is not the pinned one")]
    RootMismatch {
        /// The address that was tried.
        address: String,
    },
    /// The hub's certificate is not for this name.
    #[error("the certificate at {address} is not for {server_name}")]
    NameMismatch {
        /// The address that was tried.
        address: String,
        /// The name that was expected.
        server_name: String,
    },
    /// By this machine's clock the hub's certificate is not good now.
    #[error("the certificate at {address} is not valid at this time")]
    CertificateTime {
        /// The address that was tried.
        address: String,
    },
    /// TLS failed in another way; often it is not a hub that listens there.
    #[error("TLS with {address} failed: {cause}")]
    Tls {
        /// The address that was tried.
        address: String,
        /// What TLS said.
        cause: String,
    },
    /// The hub does not accept this agent's certificate.
    #[error("the hub rejects this agent's certificate: {cause}")]
    CertificateRejected {
        /// The TLS alert.
        cause: String,
    },
    /// The hub refused and said why.
    #[error("{0}")]
    Refused(Refusal),
    /// The connection broke.
    #[error("the link broke: {cause}")]
    Lost {
        /// What happened, for the log.
        cause: String,
    },
    /// Something given to this crate cannot be used: a key, a certificate, a name.
    #[error("{what} cannot be used: {why}")]
    Config {
        /// What it is.
        what: &'static str,
        /// What is wrong with it.
        why: String,
    },
}

impl LinkFault {
    /// Stable code. For [`LinkFault::Refused`] the hub's own.
    pub fn code(&self) -> &str {
        match self {
            Self::Unreachable { .. } => "link.unreachable",
            Self::RootMismatch { .. } => "link.root_mismatch",
            Self::NameMismatch { .. } => "link.name_mismatch",
            Self::CertificateTime { .. } => "link.hub_certificate_time",
            Self::Tls { .. } => "link.tls_failed",
            Self::CertificateRejected { .. } => "link.certificate_rejected",
            Self::Refused(refusal) => &refusal.code,
            Self::Lost { .. } => "link.lost",
            Self::Config { .. } => "link.config",
        }
    }

    /// Whether trying again soon makes sense without a person doing something. The others may be tried
    /// again too, but slowly.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Lost { .. } => true,
            Self::Refused(refusal) => refusal.code == "link.hub_stopping",
            _ => false,
        }
    }

    /// Sentence in Chinese: place and remedy.
    pub fn zh(&self) -> String {
        match self {
            Self::Unreachable { address, cause } => {
                format!("无法连接平台 {address}（{cause}），请检查地址、网络和防火墙，以及平台是否在运行。")
            }
            Self::RootMismatch { address } => format!(
                "{address} 出示的根证书与接入时固定的不一致，已拒绝连接；请核对平台地址，若平台证书确已更换，请用新的接入码重新接入。"
            ),
            Self::NameMismatch { address, server_name } => format!(
                "{address} 的证书不含名称 {server_name}，请核对配置中的平台名称，或在平台侧把该名称加入链路证书。"
            ),
            Self::CertificateTime { address } => {
                format!(
                    "按本机时间，{address} 的证书不在有效期内，请校准本机时钟；若时钟无误，请联系平台管理员。"
                )
            }
            Self::Tls { address, cause } => {
                format!("与 {address} 的加密连接失败（{cause}），请确认该地址是平台的前置机端口。")
            }
            Self::CertificateRejected { cause } => {
                format!("平台不接受本前置机的证书（{cause}），请向平台管理员索取新的接入码重新接入。")
            }
            Self::Refused(refusal) => refusal.zh.clone().into_owned(),
            Self::Lost { .. } => "与平台的连接已断开，将自动重连。".to_owned(),
            Self::Config { what, why } => {
                format!("前置机的{}无法使用（{why}），请检查配置或重新接入。", what_zh(what))
            }
        }
    }

    /// Sentence in English: place and remedy.
    pub fn en(&self) -> String {
        match self {
            Self::Unreachable { address, cause } => format!(
                "Cannot reach the hub at {address} ({cause}); check the address, the network and the firewall, and whether the hub runs."
            ),
            Self::RootMismatch { address } => format!(
                "The root certificate at {address} is not the one pinned at joining, so the link was refused; check the hub's address, and if its certificate was really replaced, join again with a new code."
            ),
            Self::NameMismatch { address, server_name } => format!(
                "The certificate at {address} is not for {server_name}; check the hub's name in the configuration, or add the name to the hub's link certificate."
            ),
            Self::CertificateTime { address } => format!(
                "By this machine's clock the certificate at {address} is not valid now; set the clock, and if it is right ask the hub's administrator."
            ),
            Self::Tls { address, cause } => {
                format!("TLS with {address} failed ({cause}); make sure the address is the hub's agent port.")
            }
            Self::CertificateRejected { cause } => format!(
                "The hub rejects this agent's certificate ({cause}); ask the hub's administrator for a join code and join again."
            ),
            Self::Refused(refusal) => refusal.en.clone().into_owned(),
            Self::Lost { .. } => "The link to the hub broke; it will be made again.".to_owned(),
            Self::Config { what, why } => {
                format!("The agent's {what} cannot be used ({why}); check the configuration or join again.")
            }
        }
    }

    /// What a gRPC status means here.
    pub(crate) fn from_status(status: &Status) -> Self {
        match Refusal::from_status(status) {
            Some(refusal) => Self::Refused(refusal),
            None => Self::Lost { cause: format!("{:?}: {}", status.code(), status.message()) },
        }
    }
}

fn what_zh(what: &str) -> &str {
    match what {
        "key" => "私钥",
        "certificate" => "证书",
        "root certificate" => "平台根证书",
        "server name" => "平台名称",
        other => other,
    }
}
