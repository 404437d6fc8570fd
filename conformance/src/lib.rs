//! Conformance.
pub mod bytes; pub mod lexer; pub mod reply; pub mod resp; pub mod pattern; pub mod notation; pub mod matcher; pub mod guard; pub mod case; pub mod header; pub mod effects; pub mod format;
pub mod target; pub mod client; pub mod features; pub mod session; pub mod keyspace; pub mod verdict; pub mod run; pub mod suite; pub mod report;
