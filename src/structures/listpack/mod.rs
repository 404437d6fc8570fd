//! # Listpack: a small collection in one run of bytes      (notes 06, 07, 08, 09)
//!
//! A hash of ten fields, a list of five jobs: most collections are small, and for a small one every
//! pointer costs more than it saves. A listpack writes the elements one behind the other into a
//! single run of bytes, to be searched from the start. It is Redis's own format, byte for byte: it goes
//! into snapshots and over the wire to replicas as it lies in memory.
//!
//! ```text
//!   RPUSH l hello -3 1024 7
//!
//!   0          4      6                            13         16            20    22
//!   ┌──────────┬──────┬────┬───────────┬────┬──────┬───┬──────┬───┬─────────┬─────┬───┬────┐
//!   │ 19000000 │ 0400 │ 85 │ h e l l o │ 06 │ dffd │02 │ c400 │02 │ 07 │ 01 │ ff
//!   └──────────┴──────┴────┴───────────┴────┴──────┴───┴──────┴───┴─────────┴─────┴───┴────┘
//! ```
//!
//! ## The naive form
//!
//! `Vec<Vec<u8>>`: 24 bytes and an allocation (16 at least) for each element, however small, and a
//! cache miss for each that is looked at.
//!
//! ## Cost
//!
//! placeholder
//!
//! A listpack knows nothing of pairs, order or limits: the types that keep one do.

mod edit;
mod encoding;
mod validate;
mod view;

pub use edit::{ListpackMut, has_room};
pub use encoding::Element;
pub use validate::{Depth, is_valid};
pub use view::{Iter, Listpack, Position};

/// Total length (4 bytes) and count (2 bytes), little end first.
pub const HEADER_LEN: usize = 6;
/// The count of a listpack that has too many elements for 2 bytes.
const COUNT_UNKNOWN: u16 = u16::MAX;
/// A listpack without elements.
pub const EMPTY: [u8; HEADER_LEN + 1] = [HEADER_LEN as u8 + 1, 0, 0, 0, 0, 0, encoding::END];
/// No listpack is let grow beyond 1 GB.
const LEN_BYTES_MAX: usize = 1 << 30;

#[cfg(test)]
mod tests;
