//! Integration tests of the county: the truth, the mistakes, the descriptions, and each real engine.

#[cfg(test)]
mod describe;
#[cfg(test)]
mod dirt;
#[cfg(test)]
mod inventory;
#[cfg(test)]
mod plans;
#[cfg(test)]
mod raise;
#[cfg(test)]
mod truth;
