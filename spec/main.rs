//! What must be true: one test binary.

mod properties;
