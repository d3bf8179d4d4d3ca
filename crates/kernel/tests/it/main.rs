//! The transaction with evidence and follow-up, on both engines the hub runs on.

#[cfg(test)]
mod evidence;
#[cfg(test)]
mod follow_up;
#[cfg(test)]
mod node;
