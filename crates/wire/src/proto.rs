//! The messages of `proto/link.proto`, generated at build time. Payloads are [`bytes::Bytes`].
#![expect(
    missing_docs,
    unused_qualifications,
    clippy::allow_attributes,
    reason = "generated; the fields are described in proto/link.proto"
)]

tonic::include_proto!("guantong.wire.v1");
