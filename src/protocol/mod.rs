//! # RESP: how commands travel                                   (notes 02, 21)
//!
//! A client sends an array of bulk strings, the server answers with one reply:
//!
//! ```text
//! *2\r\n$3\r\nGET\r\n$3\r\nfoo\r\n     ->     $3\r\nbar\r\n
//! ```
//!
//! Every length comes before its bytes, so nothing is ever escaped, and a parser
//! never looks at a payload byte. Three files, no input or output in any of them:
//!
//! - [`request`]: bytes in, requests out, over any split of the bytes.
//! - [`args`]: the words of one request, borrowed from the bytes that held them.
//! - [`reply`]: one writer for RESP2 and RESP3.
//!
//! This floor knows nothing of commands, keys or sockets.

pub mod args;
pub mod reply;
pub mod request;

pub use args::{Args, OwnedArgs};
pub use reply::{Reply, Resp};
