//! guantong
fn main() {}
