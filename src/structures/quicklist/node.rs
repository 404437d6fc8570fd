//! # Node: a stretch of a list
//!
//! ```text
//!   packed    a listpack of some elements, in a block with room at both ends
//!   plain     one large element, bare
//!   squeezed  either of them in LZF
//! ```
//!
//! A node is squeezed if that saves more than 8 bytes, and if it has at least 48. Who wants to
//! change it unpacks it first and squeezes it again when done; who only reads unpacks into a buffer
//! of their own, and the node stays as it is.
//!
//! A node knows nothing of its neighbours, nor when it is to be squeezed.

use super::room::Room;
use crate::structures::buffer::Buffer;
use crate::structures::listpack::{EMPTY, Element, Listpack, ListpackMut};
use crate::structures::lzf;

/// An entry's head and back length take no more than this.
const ENTRY_LEN_MAX: usize = 10;
/// Shorter nodes are not squeezed.
const SQUEEZE_LEN_MIN: usize = 48;
/// Nor those that would not shrink by more than this.
const SQUEEZE_GAIN_MIN: usize = 8;

#[derive(Clone, Debug)]
pub(super) struct Node {
    body: Body,
    count: u32,
}

#[derive(Clone, Debug)]
enum Body {
    Packed(Room),
    Plain(Box<[u8]>),
    Squeezed { lzf: Box<[u8]>, len_bytes: u32, plain: bool },
}

const _: () = assert!(size_of::<Node>() == 40, "the essay counts on it");

/// The bytes of a node as a snapshot keeps them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored<'a> {
    Raw(&'a [u8]),
    /// Compressed; unpacked it has so many bytes.
    Lzf(&'a [u8], usize),
}

impl Stored<'_> {
    /// Bytes when not compressed.
    pub fn len_bytes(self) -> usize {
        match self {
            Stored::Raw(bytes) => bytes.len(),
            Stored::Lzf(_, len) => len,
        }
    }
}

impl Node {
    /// A listpack, which the caller knows to be one.
    pub(super) fn packed(listpack: Vec<u8>) -> Node {
        let count = u32::try_from(Listpack::new(&listpack).len()).expect("less than 4 GB");
        Node { body: Body::Packed(Room::new(listpack)), count }
    }

    pub(super) fn plain(text: Vec<u8>) -> Node {
        Node { body: Body::Plain(text.into_boxed_slice()), count: 1 }
    }

    /// A packed node with one element.
    pub(super) fn with(text: &[u8]) -> Node {
        let mut room = Room::with_room(&EMPTY, text.len() + ENTRY_LEN_MAX);
        ListpackMut::new(&mut room).append(Element::Str(text));
        Node { body: Body::Packed(room), count: 1 }
    }

    #[inline]
    pub(super) fn count(&self) -> usize {
        self.count as usize
    }

    #[inline]
    pub(super) fn is_plain(&self) -> bool {
        match self.body {
            Body::Packed(_) => false,
            Body::Plain(_) => true,
            Body::Squeezed { plain, .. } => plain,
        }
    }

    /// Bytes of the listpack or of the plain element, not squeezed.
    #[inline]
    pub(super) fn len_bytes(&self) -> usize {
        match &self.body {
            Body::Packed(room) => room.bytes().len(),
            Body::Plain(text) => text.len(),
            Body::Squeezed { len_bytes, .. } => *len_bytes as usize,
        }
    }

    pub(super) fn stored(&self) -> Stored<'_> {
        match &self.body {
            Body::Packed(room) => Stored::Raw(room.bytes()),
            Body::Plain(text) => Stored::Raw(text),
            Body::Squeezed { lzf, len_bytes, .. } => Stored::Lzf(lzf, *len_bytes as usize),
        }
    }

    /// The bytes as they are when not squeezed, by way of `scratch` if need be.
    #[inline]
    pub(super) fn raw<'a>(&'a self, scratch: &'a mut Vec<u8>) -> &'a [u8] {
        match self.stored() {
            Stored::Raw(bytes) => bytes,
            Stored::Lzf(bytes, len) => {
                assert!(lzf::decompress_into(bytes, len, scratch), "what was squeezed here");
                scratch
            }
        }
    }

    pub(super) fn heap_bytes(&self) -> usize {
        match &self.body {
            Body::Packed(room) => room.capacity(),
            Body::Plain(bytes) | Body::Squeezed { lzf: bytes, .. } => bytes.len(),
        }
    }

    pub(super) fn is_squeezed(&self) -> bool {
        matches!(self.body, Body::Squeezed { .. })
    }

    /// Changes the listpack. Unpacks. Panics if the node is plain.
    #[inline]
    pub(super) fn edit<R>(&mut self, edit: impl FnOnce(&mut ListpackMut<'_, Room>) -> R) -> R {
        self.unpack();
        let Body::Packed(room) = &mut self.body else { panic!("no listpack in a plain node") };
        let mut editor = ListpackMut::new(room);
        let result = edit(&mut editor);
        self.count = editor.view().len() as u32;
        result
    }

    /// As [`Node::edit`], for edits that leave less: too much spare room is given back.
    pub(super) fn shrink<R>(&mut self, edit: impl FnOnce(&mut ListpackMut<'_, Room>) -> R) -> R {
        let result = self.edit(edit);
        if self.heap_bytes() > 2 * self.len_bytes() {
            self.trim();
        }
        result
    }

    /// Makes it a node without elements, which its list must drop.
    pub(super) fn clear(&mut self) {
        *self = Node { body: Body::Plain(Box::default()), count: 0 };
    }

    /// Cuts a packed node in two: the first `at` elements stay.
    pub(super) fn split_off(&mut self, at: usize) -> Node {
        self.unpack();
        let mut right = self.clone();
        self.edit(|left| left.delete_range(at as i64, usize::MAX));
        right.edit(|right| right.delete_range(0, at));
        self.trim();
        right.trim();
        right
    }

    /// Appends all elements of another packed node.
    pub(super) fn merge(&mut self, mut other: Node) {
        other.unpack();
        let Body::Packed(entries) = &other.body else { panic!("no listpack in a plain node") };
        self.edit(|left| left.append_listpack(Listpack::new(entries.bytes())));
        self.trim();
    }

    /// Gives back room that is not used: the node is full.
    pub(super) fn trim(&mut self) {
        if let Body::Packed(room) = &mut self.body {
            room.trim();
        }
    }

    pub(super) fn squeeze(&mut self) {
        let (raw, plain) = match &self.body {
            Body::Packed(room) => (room.bytes(), false),
            Body::Plain(text) => (&text[..], true),
            Body::Squeezed { .. } => return,
        };
        if let Some(lzf) = squeezed(raw) {
            let len_bytes = raw.len() as u32;
            self.body = Body::Squeezed { lzf: lzf.into_boxed_slice(), len_bytes, plain };
        }
    }

    #[inline]
    pub(super) fn unpack(&mut self) {
        if let Body::Squeezed { lzf, len_bytes, plain } = &self.body {
            let raw = lzf::decompress(lzf, *len_bytes as usize).expect("what was squeezed here");
            self.body = match plain {
                true => Body::Plain(raw.into_boxed_slice()),
                false => Body::Packed(Room::new(raw)),
            };
        }
    }

    /// The listpack of a packed node or the text of a plain one.
    pub(super) fn into_raw(mut self) -> Vec<u8> {
        self.unpack();
        match self.body {
            Body::Packed(room) => room.into_vec(),
            Body::Plain(text) => text.into_vec(),
            Body::Squeezed { .. } => unreachable!("unpacked above"),
        }
    }

    /// Panics if an invariant does not hold. `inside`: it is far enough from both ends.
    pub(super) fn check(&self, inside: bool) {
        assert!(self.count > 0, "an empty node");
        let mut scratch = Vec::new();
        let raw = self.raw(&mut scratch);
        assert_eq!(raw.len(), self.len_bytes());
        if self.is_plain() {
            assert_eq!(self.count, 1);
        } else {
            Listpack::new(raw).check();
            assert_eq!(Listpack::new(raw).len(), self.count());
        }
        assert_eq!(self.is_squeezed(), inside && squeezed(raw).is_some(), "squeezed, or not");
    }
}

/// The node's bytes in LZF, if that is worth it.
fn squeezed(raw: &[u8]) -> Option<Vec<u8>> {
    let len_max = raw.len().checked_sub(SQUEEZE_GAIN_MIN + 1)?;
    if raw.len() < SQUEEZE_LEN_MIN {
        return None;
    }
    lzf::compress(raw, len_max)
}
