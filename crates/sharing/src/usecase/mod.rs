//! Use cases, one file a verb.

pub mod change_state;
pub mod create;
pub mod list;
pub mod note_pin;
