//! Keys of this hub: one signs access tokens, one seals the secrets of client systems at rest.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use jsonwebtoken::{DecodingKey, EncodingKey};
use kernel::entropy::{self, Entropy};
use kernel::evidence::secret_file;
use kernel::{Error, Kernel, Result};

const NONCE: usize = 24;

/// The keys, read at the start.
pub struct Keys {
    /// Signs access tokens.
    pub token_signing: EncodingKey,
    /// Verifies them.
    pub token_verifying: DecodingKey,
    sealing: XChaCha20Poly1305,
}

/// A secret of a client system. Printing it shows nothing.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: String) -> Self {
        Self(text)
    }
    /// The secret itself; never to be logged.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(***)")
    }
}

impl Keys {
    pub fn open(kernel: &Kernel) -> Result<Self> {
        let folder = kernel.config.data_dir.join("keys");
        let failed = |error: std::io::Error| {
            Error::unavailable(
                "identity.keys",
                format!("密钥目录 {} 无法读写，请检查磁盘与权限后重新启动。", folder.display()),
                format!(
                    "The key folder {} cannot be read or written; check disk and rights.",
                    folder.display()
                ),
            )
            .caused_by(error)
        };
        std::fs::create_dir_all(&folder).map_err(failed)?;
        let token = secret_file(&folder.join("access-token.key"), &*kernel.entropy).map_err(failed)?;
        let sealing = secret_file(&folder.join("client-secrets.key"), &*kernel.entropy).map_err(failed)?;
        Ok(Self {
            token_signing: EncodingKey::from_secret(&token),
            token_verifying: DecodingKey::from_secret(&token),
            sealing: XChaCha20Poly1305::new(&sealing.into()),
        })
    }

    /// Seals a secret for storing; `owner` binds it to its row, so that rows cannot be exchanged.
    pub fn seal(&self, secret: &Secret, owner: &str, entropy: &dyn Entropy) -> Result<String> {
        let nonce = entropy::bytes::<NONCE>(entropy);
        let payload = Payload { msg: secret.0.as_bytes(), aad: owner.as_bytes() };
        let sealed = self
            .sealing
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| Error::internal("identity.seal", "a client secret could not be sealed"))?;
        Ok(STANDARD.encode([&nonce[..], &sealed].concat()))
    }

    /// Opens a sealed secret; `None` when it was not sealed by this hub's key for this row.
    pub fn unseal(&self, sealed: &str, owner: &str) -> Option<Secret> {
        let bytes = STANDARD.decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE)?;
        let nonce = <[u8; NONCE]>::try_from(nonce).ok()?;
        let payload = Payload { msg: sealed, aad: owner.as_bytes() };
        let opened = self.sealing.decrypt(&XNonce::from(nonce), payload).ok()?;
        String::from_utf8(opened).ok().map(Secret)
    }
}
