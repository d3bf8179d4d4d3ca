//! Third door: the header style of the national platform, with what it lacks: a nonce and a digest of the body, both
//! under the signature.
//!
//! `gjgxjhpt_sign` = Base64(HMAC-SHA256(client secret, sid + rid + rtime + nonce + digest)). A reverse proxy must pass
//! on header names with underscores.

use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use kernel::{Error, Result};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::{Door, Proof};
use crate::Identity;
use crate::nonces::Use;

const RID: &str = "gjgxjhpt_rid";
const SID: &str = "gjgxjhpt_sid";
const RTIME: &str = "gjgxjhpt_rtime";
const NONCE: &str = "gjgxjhpt_nonce";
const DIGEST: &str = "gjgxjhpt_digest";
const SIGN: &str = "gjgxjhpt_sign";

/// How far the caller's clock may be off.
const WINDOW_MS: i64 = 5 * 60_000;

/// True when the request comes by this door.
pub fn is_used(headers: &HeaderMap) -> bool {
    [SIGN, RID, SID].iter().any(|name| headers.contains_key(*name))
}

struct Signed<'a> {
    rid: &'a str,
    sid: &'a str,
    rtime: &'a str,
    nonce: &'a str,
    digest: &'a str,
    sign: &'a str,
}

/// Proves a client system by signed headers.
pub async fn prove(identity: &Identity, headers: &HeaderMap, body: Option<&Bytes>) -> Result<Proof> {
    let signed = read(headers)?;
    let rtime: i64 = signed.rtime.parse().map_err(|_| shape(RTIME))?;
    // An unknown client and a wrong signature get the same answer, so that client ids cannot be tried out.
    let entry = identity.entry(signed.rid).await?.ok_or_else(wrong_signature)?;
    let secret = entry.secret.as_ref().ok_or_else(wrong_signature)?;
    verify(secret.expose(), &signed)?;
    let actor = identity.client_actor(&entry).await?;
    let now = identity.kernel.now_ms();
    if (now - rtime).abs() > WINDOW_MS {
        return Err(Error::unauthenticated(
            "identify.late",
            "请求时间（gjgxjhpt_rtime）与平台时间相差超过5分钟。请校准应用服务器的时钟，重新签名后再调用。",
            "gjgxjhpt_rtime is more than 5 minutes off the platform's time. Set the server's clock, sign again, call again.",
        )
        .with("now_ms", now));
    }
    let actual = hex::encode(Sha256::digest(body.map_or(&[][..], |body| &body[..])));
    if !bool::from(actual.as_bytes().ct_eq(signed.digest.to_ascii_lowercase().as_bytes())) {
        return Err(Error::unauthenticated(
            "identify.digest",
            "请求内容与签名的摘要（gjgxjhpt_digest）不符，可能在途中被改动。请按实际发送的字节计算 SHA-256 后重新签名。",
            "The body does not fit gjgxjhpt_digest; it may have been altered on the way. Hash the bytes that are sent and \
             sign again.",
        ));
    }
    if rtime <= identity.floor(&entry.id).await? {
        return Err(Error::unauthenticated(
            "identify.before_restart",
            "平台刚重新启动，不能确认此前签名的请求是否已办理过。请用当前时间重新签名后再调用。",
            "The platform was restarted and cannot tell whether a call signed before was served. Sign again with the \
             present time.",
        ));
    }
    identity.reserve(&entry.id, rtime).await?;
    match identity.nonces.take(&entry.client_id, signed.nonce, rtime + WINDOW_MS, now) {
        Use::First => Ok(Proof { actor, door: Door::Signature { resource: signed.sid.to_owned() } }),
        Use::Again => Err(Error::unauthenticated(
            "identify.replayed",
            "此请求已经提交过（gjgxjhpt_nonce 重复），没有再次办理。请换新的随机数重新签名。",
            "This call was made before (gjgxjhpt_nonce repeats) and was not served again. Sign again with a new nonce.",
        )),
        Use::Full => Err(Error::unavailable(
            "identify.busy",
            "签名请求过多，平台暂时无法受理，请稍后重试。",
            "Too many signed calls at once; try again later.",
        )),
    }
}

fn read(headers: &HeaderMap) -> Result<Signed<'_>> {
    let one = |name: &'static str, most: usize| -> Result<&str> {
        let mut values = headers.get_all(name).iter();
        let first = values.next().ok_or_else(|| missing(name))?;
        let text = first.to_str().map_err(|_| shape(name))?;
        let fits = !text.is_empty() && text.len() <= most && text.chars().all(|c| c.is_ascii_graphic());
        if fits && values.next().is_none() { Ok(text) } else { Err(shape(name)) }
    };
    let signed = Signed {
        rid: one(RID, 64)?,
        sid: one(SID, 64)?,
        rtime: one(RTIME, 13)?,
        nonce: one(NONCE, 128)?,
        digest: one(DIGEST, 64)?,
        sign: one(SIGN, 64)?,
    };
    // Fixed widths keep the parts of the signed text apart.
    if signed.rtime.len() != 13 || !signed.rtime.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(shape(RTIME));
    }
    if signed.nonce.len() < 8 {
        return Err(shape(NONCE));
    }
    if signed.digest.len() != 64 || !signed.digest.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(shape(DIGEST));
    }
    Ok(signed)
}

fn verify(secret: &str, signed: &Signed<'_>) -> Result<()> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .map_err(|error| Error::internal("identity.hmac", error))?;
    for part in [signed.sid, signed.rid, signed.rtime, signed.nonce, signed.digest] {
        mac.update(part.as_bytes());
    }
    let given = STANDARD.decode(signed.sign).map_err(|_| wrong_signature())?;
    mac.verify_slice(&given).map_err(|_| wrong_signature())
}

fn wrong_signature() -> Error {
    Error::unauthenticated(
        "identify.signature",
        "签名不符：请核对应用标识、密钥，以及签名内容的次序（sid+rid+rtime+nonce+digest）。",
        "Wrong signature: check client id, secret, and the order of what is signed (sid+rid+rtime+nonce+digest).",
    )
}

fn missing(name: &'static str) -> Error {
    let code = if name == DIGEST { "identify.unsigned_body" } else { "identify.signature_header" };
    Error::unauthenticated(
        code,
        format!("签名调用缺少请求头 {name}，没有办理。请补上后重新签名。"),
        format!("A signed call lacks header {name}; it was not served. Add it and sign again."),
    )
}

fn shape(name: &'static str) -> Error {
    Error::unauthenticated(
        "identify.signature_header",
        format!("请求头 {name} 的格式不对或重复，没有办理。请按接口说明填写。"),
        format!(
            "Header {name} has the wrong shape or stands twice; the call was not served. See the interface description."
        ),
    )
}
