//! The messages of `proto/link.proto`, generated at build time. Payloads are [`bytes::Bytes`].
#![expect(
    missing_docs,
    unused_qualifications,
    clippy::allow_attributes,
    reason = "generated; the fields are described in proto/link.proto"
)]

tonic::include_proto!("guantong.wire.v1");

impl std::fmt::Debug for EnrolRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EnrolRequest")
            .field("evidence_key", &self.evidence_key)
            .field("agent_version", &self.agent_version)
            .finish_non_exhaustive()
    }
}
