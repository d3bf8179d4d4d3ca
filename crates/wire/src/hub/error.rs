//! Why a question to an agent got no answer from it.

use std::time::Duration;

/// Why a question to an agent got no reply. A reply that refuses is not an error here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// The agent is not connected.
    #[error("agent {agent} is not connected since {since_ms}")]
    NotConnected {
        /// Id of the agent.
        agent: String,
        /// When its last link ended; when it never connected since the hub started, the hub's start.
        /// Unix milliseconds.
        since_ms: i64,
    },
    /// The agent did not reply in time; it was told to stop.
    #[error("agent {agent} did not answer within {} ms", after.as_millis())]
    Timeout {
        /// Id of the agent.
        agent: String,
        /// How long the hub waited.
        after: Duration,
    },
    /// The link broke while the question was open. Whether the agent carried it out is unknown.
    #[error("link to agent {agent} lost in mid-answer")]
    LinkLost {
        /// Id of the agent.
        agent: String,
    },
    /// Too many questions to this agent are open already; nothing was sent.
    #[error("agent {agent} has too many open calls")]
    Overloaded {
        /// Id of the agent.
        agent: String,
    },
}

impl LinkError {
    /// The same with the agent's name, which people know, in place of its id.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        let (Self::NotConnected { agent, .. }
        | Self::Timeout { agent, .. }
        | Self::LinkLost { agent }
        | Self::Overloaded { agent }) = &mut self;
        name.clone_into(agent);
        self
    }

    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotConnected { .. } => "link.not_connected",
            Self::Timeout { .. } => "link.timeout",
            Self::LinkLost { .. } => "link.lost",
            Self::Overloaded { .. } => "link.overloaded",
        }
    }

    /// Sentence in Chinese. Since when stands in the error's field, for the caller to print in local time.
    pub fn zh(&self) -> String {
        match self {
            Self::NotConnected { agent, .. } => {
                format!("前置机 {agent} 未连接到平台，请联系该部门检查前置机程序和网络。")
            }
            Self::Timeout { agent, after } => format!(
                "前置机 {agent} 在 {} 毫秒内没有答复，请稍后重试；若持续出现，请联系该部门检查其业务库。",
                after.as_millis()
            ),
            Self::LinkLost { agent } => format!("与前置机 {agent} 的连接在答复途中断开，请重试。"),
            Self::Overloaded { agent } => {
                format!("前置机 {agent} 正在处理的调用过多，请稍后重试。")
            }
        }
    }

    /// Sentence in English.
    pub fn en(&self) -> String {
        match self {
            Self::NotConnected { agent, .. } => format!(
                "Agent {agent} is not connected to the hub; ask its department to check the agent and its network."
            ),
            Self::Timeout { agent, after } => format!(
                "Agent {agent} did not answer within {} ms; try again, and if it persists ask its department to check its database.",
                after.as_millis()
            ),
            Self::LinkLost { agent } => {
                format!("The link to agent {agent} broke in mid-answer; try again.")
            }
            Self::Overloaded { agent } => {
                format!("Agent {agent} has too many calls open; try again in a moment.")
            }
        }
    }
}
