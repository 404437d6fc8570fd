//! Placeholder of the runner.
fn main() {}
