//! Tests of the plan through its public interface.

mod answers;
mod calls;
mod changes;
mod pins;
mod properties;
mod support;
