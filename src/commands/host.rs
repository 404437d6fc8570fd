//! # Host: what a handler needs from above
//!
//! Handlers live below the engine and may not name it. The few things that they
//! need of it (run another command, describe the server) are asked through here.

use super::Cx;
use super::table::Known;
use crate::protocol::Args;

/// The engine's own entries, as plain functions over the context: the state that
/// they work on is in the context already.
#[derive(Clone, Copy)]
pub struct Host {
    /// Runs a command as a client's request: every gate applies. For scripts.
    pub dispatch: fn(&mut Cx<'_>, Args<'_>),
    /// Runs a command that has passed the gates: for EXEC.
    pub execute: fn(&mut Cx<'_>, Known, Args<'_>),
    /// INFO's text; the words are the sections asked for.
    pub info: fn(&mut Cx<'_>, Args<'_>) -> String,
}
