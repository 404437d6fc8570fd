//! # Listpack: a small collection in one run of bytes      (notes 06, 07, 08, 09)
//!
//! A hash of ten fields, a list of five jobs: most collections are small, and for a small one every
//! pointer costs more than it saves. A listpack writes the elements one behind the other into a
//! single run of bytes, to be searched from the start. It is Redis's own format, byte for byte: it
//! goes into snapshots and over the wire to replicas as it lies in memory.
//!
//! ```text
//!   RPUSH l hello -3 1024 7
//!
//!   0             4       6                      13           16           19        21
//!   ┌─────────────┬───────┬────┬───────────┬────┬───────┬────┬───────┬────┬────┬────┬────┐
//!   │ 16 00 00 00 │ 04 00 │ 85 │ h e l l o │ 06 │ df fd │ 02 │ c4 00 │ 02 │ 07 │ 01 │ ff │
//!   └─────────────┴───────┴────┴───────────┴────┴───────┴────┴───────┴────┴────┴────┴────┘
//!     22 bytes      4       string of 5      │    -3      │    1024    │    7    │    the end
//!                   elements                 └────────────┴────────────┴─────────┴─ how far back
//!                                                                                  it began
//! ```
//!
//! ## The naive form, and what each trick buys
//!
//! `Vec<Vec<u8>>`: 24 bytes and an allocation (16 at least) for each element, however small, and a
//! cache miss for each that is looked at. A field and a value of 10 bytes each cost 80 bytes
//! there, and 24 here.
//!
//! 1. **The first byte tells kind and length** (`encoding`): a string of up to 63 bytes has two
//!    bytes beside its own, an integer of 64 bits at most ten in all. What spells an integer is
//!    one.
//! 2. **Each entry ends with its length**, such that one can walk backwards (`view`), with nothing
//!    that an edit of a neighbour would have to mend.
//! 3. **One move an edit** (`edit`): the gap is opened and the entry written into it, head, text
//!    and back length, without an entry assembled elsewhere.
//! 4. **Storage is the owner's** ([`Buffer`](super::buffer::Buffer)): the bytes lie in a `Vec`, in
//!    a list's node, or behind the key in its entry, where they cost no pointer at all.
//!
//! ## Cost
//!
//! To find is O(n) with a small factor, to insert or remove moves what lies behind. Measured
//! (`benches/listpack.rs`, texts of 10 bytes, nanoseconds of CPU):
//!
//! ```text
//!                                          8      128 elements, or pairs
//!   value of a field    listpack          19      255
//!                       Vec of pairs      13      188
//!                       HashMap           19       19
//!   walk                listpack          17      314      backward the same
//!   insert and remove   listpack, end             25      middle 158    start 51
//!                       Vec<Vec>, end             15      middle  48    start 71
//!   build at once       listpack                1037      8 an element
//! ```
//!
//! So up to some ten fields a search costs what a hash does, and a hundred are a quarter of a
//! microsecond: the price of a third of the memory. To reach the middle is what an edit there pays
//! for; the move itself is some ten nanoseconds.
//!
//! The count has two bytes. From 65,535 elements on it says "unknown" and [`Listpack::len`] counts;
//! a removal does not bring it back, as in Redis, but [`ListpackMut::recount`] does.
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
