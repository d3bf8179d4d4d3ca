//! The repository keeps its own rules.

#[cfg(test)]
mod rules;
