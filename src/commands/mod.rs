//! # Commands: rows and handlers
//!
//! A file per group; in it the rows (what a command is) and the handlers (what it
//! does), and nothing else. Data structures, encodings and protocol live below.
//!
//! - [`usage`]: how a command's words are written down; [`row`]: what a row says;
//!   [`table`]: from a name to its row.
//! - [`acl`], [`keys`], [`help`]: what follows from rows. [`walk`], [`draw`], [`timeout`]: what several
//!   groups share.
//! - [`cx`]: what a handler sees; [`host`] and [`world`]: what it may ask of above and outside.
//! - [`propagation`], [`stats`], [`sampler`]: what it leaves behind. [`switches`]: what DEBUG turns.

pub mod acl;
pub mod client;
pub mod connection;
pub mod cx;
pub mod databases;
pub mod draw;
pub mod generic;
pub mod hash;
pub mod help;
pub mod host;
pub mod introspect;
pub mod keys;
pub mod list;
pub mod name;
pub mod propagation;
pub mod row;
pub mod sampler;
pub mod server;
pub mod set;
pub mod stats;
pub mod string;
pub mod switches;
pub mod table;
pub mod timeout;
pub mod transaction;
pub mod usage;
pub mod walk;
pub mod world;

pub use cx::{Caller, Cx};
pub use row::{Command, Outcome};
pub use table::CommandTable;
pub use world::World;

/// Every command, by group, in the words that COMMAND DOCS uses for groups.
pub const GROUPS: &[(&str, &[Command])] = &[
    ("string", string::COMMANDS),
    ("list", list::COMMANDS),
    ("hash", hash::COMMANDS),
    ("set", set::COMMANDS),
    ("generic", generic::COMMANDS),
    ("server", databases::COMMANDS),
    ("connection", connection::COMMANDS),
    ("connection", client::COMMANDS),
    ("transactions", transaction::COMMANDS),
    ("server", server::COMMANDS),
    ("server", introspect::COMMANDS),
];
