//! A new certificate before the old one ends.

use super::LinkFault;
use super::connect::{ConnectOptions, dial_with};
use crate::proto::link_client::LinkClient;
use crate::proto::{RenewReply, RenewRequest};

/// Gets a new certificate for a new request, proving itself with the old one. The open link is not touched.
///
/// # Errors
/// The hub cannot be reached, or refuses.
pub async fn renew(options: &ConnectOptions, csr_der: Vec<u8>) -> Result<RenewReply, LinkFault> {
    let dialled = dial_with(options).await?;
    let mut client = LinkClient::new(dialled.channel.clone());
    let reply = tokio::time::timeout(options.timeout, client.renew(RenewRequest { csr: csr_der.into() }))
        .await
        .map_err(|_| LinkFault::Lost { cause: "the hub did not answer the renewal".to_owned() })?
        .map_err(|status| dialled.fault(&status))?;
    Ok(reply.into_inner())
}
