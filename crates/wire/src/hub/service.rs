//! The gRPC services: joining, the working link, and tables on their way.

use std::sync::Arc;

use tonic::{Code, Request, Response, Status, Streaming};

use super::ca::{CaError, HubCa};
use super::carriers::ParcelStream;
use super::issue::CheckedRequest;
use super::link::{self, LinkContext};
use super::outgoing::Outgoing;
use super::{IssuedCertificate, identity};
use crate::Refusal;
use crate::proto::carriage_server::Carriage;
use crate::proto::enrolment_server::Enrolment;
use crate::proto::link_server::Link;
use crate::proto::{AgentMessage, EnrolReply, EnrolRequest, Parcel, RenewReply, RenewRequest};

/// Serves both; each method is one decision of the gate with the certificate work around it.
#[derive(Clone)]
pub(super) struct Services {
    pub(super) context: LinkContext,
    pub(super) ca: Arc<HubCa>,
    pub(super) certificate_days: u32,
}

impl Services {
    async fn certify(&self, request: &CheckedRequest, agent_id: &str) -> Result<IssuedCertificate, Status> {
        let now_ms = (self.context.clock)();
        let issued = self
            .ca
            .issue_checked(request, agent_id, now_ms, self.certificate_days)
            .map_err(|error| ca_refused(&error))?;
        self.context.gate.certificate_issued(agent_id, &issued).await.map_err(denied)?;
        Ok(issued)
    }
}

#[tonic::async_trait]
impl Enrolment for Services {
    async fn enrol(&self, request: Request<EnrolRequest>) -> Result<Response<EnrolReply>, Status> {
        let peer = request.remote_addr();
        let request = request.into_inner();
        // Before the gate consumes the join code: a faulty request must not use it up.
        let checked = self.ca.check_request(&request.csr).map_err(|error| ca_refused(&error))?;
        let enrolled = self.context.gate.enrol(&request, peer).await.map_err(|refusal| {
            tracing::info!(?peer, code = %refusal.code, "link.enrol_refused");
            denied(refusal)
        })?;
        let issued = self.certify(&checked, &enrolled.agent_id).await?;
        tracing::info!(?peer, agent = %enrolled.agent_id, serial = %issued.serial, "link.enrolled");
        Ok(Response::new(EnrolReply {
            agent_id: enrolled.agent_id,
            agent_name: enrolled.agent_name,
            organisation: enrolled.organisation,
            organisation_name: enrolled.organisation_name,
            certificate: issued.pem,
            hub_root: self.ca.root_pem().to_owned(),
        }))
    }
}

#[tonic::async_trait]
impl Link for Services {
    type OpenStream = Outgoing;
    async fn open(&self, request: Request<Streaming<AgentMessage>>) -> Result<Response<Outgoing>, Status> {
        let agent = identity::of(&request)?;
        self.context.gate.admit(&agent.agent_id, &agent.serial).await.map_err(|refusal| {
            tracing::info!(agent = %agent.agent_id, code = %refusal.code, "link.refused");
            denied(refusal)
        })?;
        Ok(Response::new(link::start(self.context.clone(), agent.agent_id, request.into_inner())))
    }

    async fn renew(&self, request: Request<RenewRequest>) -> Result<Response<RenewReply>, Status> {
        let agent = identity::of(&request)?;
        self.context.gate.admit(&agent.agent_id, &agent.serial).await.map_err(denied)?;
        let checked = self.ca.check_request(&request.get_ref().csr).map_err(|error| ca_refused(&error))?;
        let issued = self.certify(&checked, &agent.agent_id).await?;
        tracing::info!(agent = %agent.agent_id, serial = %issued.serial, "link.certificate_renewed");
        Ok(Response::new(RenewReply { certificate: issued.pem, hub_root: self.ca.root_pem().to_owned() }))
    }
}

#[tonic::async_trait]
impl Carriage for Services {
    type CarryStream = ParcelStream;

    async fn carry(&self, request: Request<Streaming<Parcel>>) -> Result<Response<ParcelStream>, Status> {
        let agent = identity::of(&request)?;
        self.context.gate.admit(&agent.agent_id, &agent.serial).await.map_err(denied)?;
        let stream = self.context.agents.carriers().arrive(&agent.agent_id, request.into_inner()).await;
        Ok(Response::new(stream.map_err(denied)?))
    }
}

fn denied(refusal: Refusal) -> Status {
    refusal.into_status(Code::PermissionDenied)
}

fn ca_refused(error: &CaError) -> Status {
    tracing::warn!(code = error.code(), %error, "link.certificate_not_issued");
    Refusal::new(error.code(), error.zh(), error.en()).into_status(Code::InvalidArgument)
}
