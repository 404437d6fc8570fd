//! What must be true: the one test binary.

mod properties;
