//! # Config: what can be set                                               (notes 25, 26)
//!
//! A Redis is steered by some two hundred directives. They come from a file, the command line or CONFIG
//! SET, are read by every floor above, and can be written back into the file that they came from.
//!
//! ```text
//!   redis.conf + command line ── file ──┐                      ┌── access ── CONFIG GET
//!                                       ├──►  Config (fields) ─┤
//!                 CONFIG SET ── access ─┘    ▲                 └── rewrite ── CONFIG REWRITE
//!                                            │
//!                                table: a row a directive
//! ```
//!
//! [`settings::Config`] is a plain struct: hot paths read `config.maxmemory`. The [`table`] says of each field
//! what it is called, what it starts as and what it may hold; everything else on this floor walks the table.
//!
//! ```
//! use keynotes::config::{Config, Rights};
//!
//! let mut config = Config::new();
//! let changed = config.set(&[(b"maxmemory", b"1kb"), (b"hz", b"10")], Rights::default()).unwrap();
//! assert_eq!(changed, ["maxmemory"]);                    // hz was 10 already
//! assert_eq!(config.maxmemory, 1024);
//! assert_eq!(config.get(b"maxmemory").unwrap(), b"1024");
//! ```
//!
//! This floor is text in, text out. It knows no file, no socket, no clock: whoever loads a file hands it the
//! text and a [`file::Outside`] that can fetch what `include` names.

pub mod access;
pub mod args;
pub mod choices;
pub mod file;
pub mod notify;
pub mod rewrite;
pub mod row;
pub mod rules;
pub mod settings;
pub mod special;
pub mod table;
pub mod value;

pub use access::{Rights, SetError, find};
pub use choices::*;
pub use file::{FileError, Outside, load};
pub use notify::NotifyFlags;
pub use settings::Config;
pub use special::{MemoryOrPercent, OutputBufferLimit, SavePoint, ShutdownFlags};
