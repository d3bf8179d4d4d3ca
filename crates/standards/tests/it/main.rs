//! Tests of the crate as a whole: rules that hold for any text, real dirt, and the table of regions against an outside one.

mod interface;
mod messy;
mod properties;
mod regions;
mod support;
