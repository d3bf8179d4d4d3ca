//! Types and rules of identity. Pure.

mod client;
mod password;
mod user;

pub(crate) use client::ClientEntry;
pub use client::{ClientChange, ClientInput, ClientSystem, ClientWithSecret};
pub(crate) use client::{check_client_id, read_public_key};
pub use password::check_password;
pub use user::{SessionUser, SessionView, User, UserChange, UserInput};
pub(crate) use user::{check_username, fold_username};
