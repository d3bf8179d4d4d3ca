//! The middleware that proves who calls, before any handler runs.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use kernel::Result;
use kernel::http::too_large;

use crate::Identity;
use crate::doors::{self, Door, SignedResource};

/// Proves who calls and puts [`kernel::Actor`], [`crate::Door`] and, for signed calls, [`crate::SignedResource`] into
/// the request. Without any proof the request goes on without an actor; with a wrong one it is refused.
///
/// To be used with `axum::middleware::from_fn_with_state(identity, identity::layer)`.
///
/// # Errors
/// `identify.*`, or `input.too_large` for the body of a signed call.
pub async fn layer(State(identity): State<Identity>, request: Request, next: Next) -> Result<Response> {
    let (parts, body) = request.into_parts();
    // Only the signed headers cover the body; everything else keeps streaming.
    let (body, read) = if doors::national::is_used(&parts.headers) {
        let limit = identity.kernel.config.limits.body_bytes;
        let bytes = axum::body::to_bytes(body, limit).await.map_err(|error| too_large().caused_by(error))?;
        (Body::from(bytes.clone()), Some(bytes))
    } else {
        (body, None)
    };
    let proof = identity.authenticate(&parts, read.as_ref()).await?;
    let mut request = Request::from_parts(parts, body);
    if let Some(proof) = proof {
        if let Door::Signature { resource } = &proof.door {
            request.extensions_mut().insert(SignedResource(resource.clone()));
        }
        request.extensions_mut().insert(proof.door);
        request.extensions_mut().insert(proof.actor);
    }
    Ok(next.run(request).await)
}
