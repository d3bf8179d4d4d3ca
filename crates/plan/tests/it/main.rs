//! Tests of the plan through its public interface.

#![expect(clippy::expect_used, reason = "a helper of a test that fails fails the test")]

mod answers;
mod batch;
mod calls;
mod changes;
mod pins;
mod properties;
mod support;
