//! Password hashes: Argon2id, off the async threads, two at once.

use std::sync::OnceLock;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use kernel::{Error, Result, entropy};

use crate::Identity;

/// Longest password that is looked at; longer ones are wrong without hashing.
const LONGEST: usize = 1024;

fn failed(error: impl std::fmt::Display) -> Error {
    Error::internal("identity.hash", error.to_string())
}

fn hash(password: &str, salt: &[u8; 16]) -> Result<String> {
    let hash: PasswordHash =
        Argon2::default().hash_password_with_salt(password.as_bytes(), salt).map_err(failed)?;
    Ok(hash.to_string())
}

impl Identity {
    pub(super) async fn hash_password(&self, password: String) -> Result<String> {
        let salt = entropy::bytes::<16>(&*self.kernel.entropy);
        let _turn = self.hashing.acquire().await.map_err(failed)?;
        tokio::task::spawn_blocking(move || hash(&password, &salt)).await.map_err(failed)?
    }

    /// True when the password fits the hash. Without a hash the same work is done for nothing, so that the time
    /// does not tell whether a user name exists.
    pub(super) async fn verify_password(&self, password: &str, stored: Option<String>) -> Result<bool> {
        static NOBODY: OnceLock<String> = OnceLock::new();
        if password.len() > LONGEST {
            return Ok(false);
        }
        let password = password.to_owned();
        let _turn = self.hashing.acquire().await.map_err(failed)?;
        tokio::task::spawn_blocking(move || {
            let exists = stored.is_some();
            let stored = match stored {
                Some(stored) => stored,
                None => match NOBODY.get() {
                    Some(known) => known.clone(),
                    None => {
                        let made = hash("nobody has this password", &[7; 16])?;
                        NOBODY.get_or_init(|| made).clone()
                    }
                },
            };
            let parsed = PasswordHash::new(&stored).map_err(failed)?;
            let fits = Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok();
            Ok(fits && exists)
        })
        .await
        .map_err(failed)?
    }
}
