//! Client systems 应用系统: programs of an organisation that ask on its behalf.

use jsonwebtoken::{Algorithm, DecodingKey};
use kernel::error::Fields;
use kernel::ids::{ClientId, OrganisationId, SystemId};
use serde::{Deserialize, Serialize};

use crate::keys::{Keys, Secret};
use crate::store;

/// A client system. Its secret is never among its fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ClientSystem {
    /// Row id.
    pub id: ClientId,
    /// Public client id, as it stands in grants and calls.
    pub client_id: String,
    /// Name.
    pub name: String,
    /// Information system it belongs to.
    pub system_id: Option<SystemId>,
    /// Organisation it asks for.
    pub organisation_id: OrganisationId,
    /// Its name.
    pub organisation_name: String,
    /// True when it is shut out.
    pub disabled: bool,
    /// Public key (PEM, Ed25519 or P-256) that verifies its signed assertions.
    pub public_key_pem: Option<String>,
    /// When it was registered, Unix milliseconds.
    pub created_ms: i64,
}

/// A client system as people choose it: what it is called and what it belongs to, and nothing it proves itself with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ClientChoice {
    /// Public client id, as it stands in grants and calls.
    pub client_id: String,
    /// Name.
    pub name: String,
    /// Information system it belongs to.
    pub system_id: Option<SystemId>,
    /// Name of that system.
    pub system_name: Option<String>,
    /// True when it is shut out.
    pub disabled: bool,
}

/// A client system together with its secret, shown this once.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ClientWithSecret {
    /// The client system.
    pub client: ClientSystem,
    /// Its secret. It cannot be shown again, only replaced.
    pub secret: String,
}

/// What it takes to register a client system.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientInput {
    /// Public client id: 3 to 64 small letters, digits, hyphens; made by the platform when left out.
    #[serde(default)]
    pub client_id: Option<String>,
    /// Name.
    pub name: String,
    /// Information system it belongs to, of the same organisation.
    #[serde(default)]
    pub system_id: Option<SystemId>,
    /// Organisation; the own one when left out.
    #[serde(default)]
    pub organisation_id: Option<OrganisationId>,
    /// Public key (PEM, Ed25519 or P-256) for signed assertions.
    #[serde(default)]
    pub public_key_pem: Option<String>,
    /// True to register it without letting it call yet.
    #[serde(default)]
    pub disabled: bool,
}

/// What may be changed of a client system; what is left out stays.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientChange {
    /// Name.
    #[serde(default)]
    pub name: Option<String>,
    /// Information system it belongs to.
    #[serde(default)]
    pub system_id: Option<SystemId>,
    /// True to shut it out at once.
    #[serde(default)]
    pub disabled: Option<bool>,
    /// Public key; an empty text removes it.
    #[serde(default)]
    pub public_key_pem: Option<String>,
}

/// A client system as the doors need it.
pub(crate) struct ClientEntry {
    pub id: ClientId,
    pub client_id: String,
    pub organisation_id: OrganisationId,
    pub disabled: bool,
    /// `None` when it cannot be unsealed any more; then it must be rotated.
    pub secret: Option<Secret>,
    pub secret_version: i32,
    pub public_key: Option<(Algorithm, DecodingKey)>,
}

impl ClientEntry {
    pub fn build(row: store::client::Model, keys: &Keys) -> Self {
        let secret = keys.unseal(&row.sealed_secret, row.id.as_str());
        if secret.is_none() {
            tracing::error!(client_id = row.client_id, "identity.client_secret_unreadable");
        }
        Self {
            secret,
            secret_version: row.secret_version,
            public_key: row.public_key_pem.as_deref().and_then(read_public_key),
            disabled: row.disabled,
            organisation_id: row.organisation_id,
            client_id: row.client_id,
            id: row.id,
        }
    }
}

/// Reads a public key: Ed25519 signs with `EdDSA`, P-256 with `ES256`. Private keys are not read.
pub(crate) fn read_public_key(pem: &str) -> Option<(Algorithm, DecodingKey)> {
    let odd = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    if pem.len() > 4096 || pem.contains("PRIVATE") || pem.contains(odd) {
        return None;
    }
    let edwards = DecodingKey::from_ed_pem(pem.as_bytes()).map(|key| (Algorithm::EdDSA, key));
    edwards.or_else(|_| DecodingKey::from_ec_pem(pem.as_bytes()).map(|key| (Algorithm::ES256, key))).ok()
}

/// Checks a public client id.
pub(crate) fn check_client_id(id: &str, fields: &mut Fields) {
    let shape = (3..=64).contains(&id.len())
        && id.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    fields.check(
        shape,
        "client_id",
        "identity.client.client_id",
        "应用标识须为3至64个小写字母、数字或“-”，请修改或留空由系统生成。",
        "A client id has 3 to 64 small letters, digits or hyphens; change it or leave it empty.",
    );
}
