//! Station 1, identify (识别): which principal of which organisation, proved how.
//!
//! The proof itself (session, token, signed header) is checked by crate `identity` before a request reaches
//! any handler; here the call is held against what was proved.

use kernel::{Actor, Error, Result};

use super::Asked;

/// What the edge knows about how the caller was proved.
#[derive(Debug, Clone, Default)]
pub struct Proof {
    /// Resource that a signed header names, when the caller came by that door.
    pub signed_resource: Option<String>,
    /// Microseconds from the arrival of the request to this station.
    pub elapsed_us: u64,
}

/// Holds the call against the proof.
///
/// # Errors
/// `identify.no_organisation` for principals that act for nobody, `identify.resource_mismatch` when a signature was made
/// for another resource.
pub fn identify(actor: &Actor, asked: &Asked<'_>, proof: &Proof) -> Result<()> {
    if actor.organisation().is_none() {
        return Err(Error::forbidden(
            "identify.no_organisation",
            "调用方没有所属机构，不能查询数据。",
            "The caller acts for no organisation and cannot ask for data.",
        ));
    }
    match &proof.signed_resource {
        Some(signed) if signed != asked.resource => Err(Error::unauthenticated(
            "identify.resource_mismatch",
            "签名所用的服务编码（gjgxjhpt_sid）与请求内容中的资源编码不一致，请用同一编码重新签名。",
            "The signature (gjgxjhpt_sid) was made for another resource than the body names; sign again \
             with the same code.",
        )),
        _ => Ok(()),
    }
}
