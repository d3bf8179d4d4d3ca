//! Where a log keeps its bytes.
