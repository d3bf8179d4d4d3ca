//! Evidence: sealing facts into leaves, appending them durably, and an index for reading them again.

pub mod index;
pub mod model;
pub mod outbox;

use std::path::Path;

use hmac::{Hmac, KeyInit as _, Mac as _};
use ledger::{Entry, Log};
use sha2::Sha256;
use tokio::sync::Notify;

use crate::clock::SharedClock;
use crate::entropy::{self, SharedEntropy};
use crate::error::{Error, Result};
pub use model::{Leaf, Opening, Payload, opens};

/// How a hub's log is verified: with what its entries commit to, beside the tree.
pub fn verify_options() -> ledger::VerifyOptions {
    ledger::VerifyOptions { opens: Some(opens), ..ledger::VerifyOptions::default() }
}

/// The hub's evidence log.
pub struct Evidence {
    log: Log,
    clock: SharedClock,
    entropy: SharedEntropy,
    subject_secret: [u8; 32],
    verifier_key: String,
    /// Woken after appends, so that the index follows.
    appended: Notify,
}

/// A durable entry.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// Index in the log.
    pub index: u64,
    /// Size of the signed checkpoint that covers it.
    pub checkpoint_size: u64,
}

impl Evidence {
    /// Opens or creates the log in a folder. Keys are made at the first start.
    ///
    /// # Errors
    /// `evidence.open` when the folder or the log is damaged; the cause names segment and index.
    pub fn open(dir: &Path, origin: &str, clock: SharedClock, entropy: SharedEntropy) -> Result<Self> {
        let failed = |error: Box<dyn std::error::Error + Send + Sync>| {
            let detail = error.to_string();
            Error::unavailable(
                "evidence.open",
                format!(
                    "存证日志打不开（{}）：{detail}。请检查磁盘，必要时从备份恢复后运行 guantong verify。",
                    dir.display()
                ),
                format!(
                    "The evidence log in {} cannot be opened: {detail}. Check the disk; restore from a \
                     backup if needed, then run guantong verify.",
                    dir.display()
                ),
            )
            .caused_by(error)
        };
        std::fs::create_dir_all(dir).map_err(|error| failed(error.into()))?;
        let key_file = dir.join("signing.key");
        let signer = if key_file.exists() {
            ledger::Signer::from_file(&key_file).map_err(|error| failed(error.into()))?
        } else {
            let signer = ledger::Signer::generate(origin, entropy::bytes::<32>(&*entropy))
                .map_err(|error| failed(error.into()))?;
            signer.to_file(&key_file).map_err(|error| failed(error.into()))?;
            signer
        };
        let subject_secret =
            secret_file(&dir.join("subject.key"), &*entropy).map_err(|error| failed(error.into()))?;
        let verifier_key = signer.verifier().to_string();
        let log = Log::open(dir.join("log"), origin, signer, ledger::Options::default())
            .map_err(|error| failed(error.into()))?;
        Ok(Self { log, clock, entropy, subject_secret, verifier_key, appended: Notify::new() })
    }

    /// The log itself, for reading.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// Key that signs the checkpoints, in C2SP form.
    pub fn verifier_key(&self) -> String {
        self.verifier_key.clone()
    }

    /// Waits until something was appended since the last wait.
    pub async fn wait_appended(&self) {
        self.appended.notified().await;
    }

    /// Keyed tag of a subject in one entry: recomputable by who holds the subject's key, unlinkable for
    /// all others because the call id differs in each entry.
    pub fn subject_tag(&self, item: &str, value: &str, call: &str) -> String {
        let key = mac(&self.subject_secret, &[item.as_bytes(), b"\0", value.as_bytes()]);
        hex::encode(mac(&key, &[call.as_bytes()]))
    }

    /// Commits to a payload: sets time and commitment of the leaf and gives the opening.
    pub fn seal(&self, leaf: &mut Leaf, mut payload: Payload) -> Opening {
        payload.time_ms = self.clock.now_ms();
        leaf.t = payload.time_ms.div_euclid(60_000) * 60;
        let opening = Opening {
            r: hex::encode(entropy::bytes::<32>(&*self.entropy)),
            payload: serde_json::to_string(&payload).unwrap_or_default(),
        };
        leaf.commit = opening.commit();
        opening
    }

    /// Appends a sealed leaf. When this returns the entry is on disk.
    ///
    /// # Errors
    /// `evidence.unavailable` when it could not be made durable; then nothing was appended.
    pub async fn append(&self, leaf: &Leaf, opening: &Opening) -> Result<Recorded> {
        let entry = Entry { leaf: to_bytes(leaf)?, sidecar: to_bytes(opening)? };
        let appended = self.log.append(entry).await.map_err(|error| {
            Error::unavailable(
                "evidence.unavailable",
                "存证写不进磁盘（可能磁盘已满），按“无存证不出数”的规定，本次办理已拒绝，数据没有提供。请联系平台运维。",
                "The evidence could not be written to disk (it may be full). No evidence, no data: this \
                 was refused and nothing was delivered. Call the platform operator.",
            )
            .caused_by(error)
        })?;
        self.appended.notify_one();
        Ok(Recorded { index: appended.index, checkpoint_size: appended.checkpoint.size })
    }
}

fn to_bytes(value: &impl serde::Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(value).map_err(|error| Error::internal("evidence.encode", error))
}

fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC pads a key to its block with zeros; doing so here keeps the call infallible.
    let mut block = [0_u8; 64];
    block[..32].copy_from_slice(key);
    let mut mac = Hmac::<Sha256>::new(&block.into());
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// Reads a 32-byte secret, or makes it with mode 0600.
///
/// # Errors
/// When the file cannot be read or written, or does not hold 32 bytes in hex.
pub fn secret_file(path: &Path, entropy: &dyn entropy::Entropy) -> std::io::Result<[u8; 32]> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    if path.exists() {
        let text = std::fs::read_to_string(path)?;
        let bytes = hex::decode(text.trim()).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        return bytes.ok_or_else(|| {
            std::io::Error::new(
                std::io::ErrorKind::InvalidData,
                format!("{} does not hold 32 bytes in hex", path.display()),
            )
        });
    }
    let secret = entropy::bytes::<32>(entropy);
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(hex::encode(secret).as_bytes())?;
    file.sync_all()?;
    Ok(secret)
}
