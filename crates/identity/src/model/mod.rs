//! Types and rules of identity. Pure.

mod client;
mod delegation;
mod password;
mod proposal;
mod second_factor;
mod session;
mod user;

pub(crate) use client::ClientEntry;
pub use client::{ClientChange, ClientChoice, ClientInput, ClientSystem, ClientWithSecret};
pub(crate) use client::{check_client_id, read_public_key};
pub(crate) use delegation::check_period;
pub use delegation::{Delegate, Delegation, DelegationId, DelegationInput, DelegationState};
pub use password::check_password;
pub use proposal::{Confirmed, Proposal, ProposalId, ProposalInput, ProposalKind, ProposalState};
pub use second_factor::{Enrolment, RecoveryCodes, SecondFactor};
pub(crate) use second_factor::{
    fresh_recovery_code, fresh_secret, hash_recovery_code, matched_step, otpauth_uri, qr_svg,
};
pub(crate) use session::Due;
pub use session::{
    ActingFor, Ended, OidcStart, OpenSession, ProviderName, SecondFactorNeeded, SessionUser, SessionView,
    UserIdentity,
};
pub use user::{User, UserChange, UserInput};
pub(crate) use user::{check_person, check_username, fold_username};
