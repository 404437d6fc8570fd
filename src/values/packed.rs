//! # Packed: the bytes of a small collection, in its entry or in a box
//!
//! A listpack begins its life behind the key in the entry's own block, where it costs no pointer and no
//! cache miss of its own. When it becomes longer than an entry may be, its bytes move to a `Vec` that
//! the entry boxes, and stay there. Who edits them sees a [`Buffer`] and no difference.
//!
//! ```text
//!   HSET h f v       [ flags … key │ listpack ]
//!   … 4000 bytes     [ flags … key │ ptr ]──>[ listpack          ]
//! ```

use std::ops::Range;

use super::{Entry, NewPayload, Payload, Value, bytes_of};
use crate::structures::buffer::Buffer;
use crate::structures::entry::INLINE_MAX;

/// An entry's bytes, to change.
pub struct Packed<'e> {
    entry: &'e mut Entry,
}

impl<'e> Packed<'e> {
    /// The entry must hold bytes: neither an integer nor a structure.
    #[inline]
    pub fn new(entry: &'e mut Entry) -> Packed<'e> {
        debug_assert!(bytes_of(entry).is_some());
        Packed { entry }
    }

    /// The boxed bytes, if that is where they are.
    #[inline]
    fn boxed(&mut self) -> Option<&mut Vec<u8>> {
        match self.entry.boxed_mut() {
            Some(Value::Bytes(bytes)) => Some(bytes),
            _ => None,
        }
    }

    #[cold]
    fn move_to_box(&mut self, len_bytes: usize) {
        let mut boxed = Vec::with_capacity(len_bytes);
        boxed.extend_from_slice(self.bytes());
        let tag = self.entry.tag();
        self.entry.set_payload(NewPayload::Boxed(Box::new(Value::Bytes(boxed))));
        self.entry.set_tag(tag);
    }
}

impl Buffer for Packed<'_> {
    #[inline]
    fn bytes(&self) -> &[u8] {
        bytes_of(self.entry).expect("packed")
    }

    #[inline]
    fn bytes_mut(&mut self) -> &mut [u8] {
        if matches!(self.entry.payload(), Payload::Boxed(_)) {
            return self.boxed().expect("packed");
        }
        self.entry.inline_mut().expect("packed")
    }

    fn open(&mut self, at: Range<usize>, len: usize) -> &mut [u8] {
        let new_len = self.bytes().len() - at.len() + len;
        let is_boxed = matches!(self.entry.payload(), Payload::Boxed(_));
        if !is_boxed && new_len <= INLINE_MAX {
            return self.entry.open_inline(at, len);
        }
        if !is_boxed {
            self.move_to_box(new_len);
        }
        self.boxed().expect("just moved there").open(at, len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::{Form, entry};

    #[test]
    fn bytes_outgrow_their_entry_and_keep_their_form() {
        let mut entry = entry(b"key", Form::Hash, b"ab", Some(7));
        let mut packed = Packed::new(&mut entry);
        packed.open(1..1, 3).copy_from_slice(b"xyz");
        assert_eq!(packed.bytes(), b"axyzb");
        packed.open(1..4, INLINE_MAX - 1).fill(b'-');
        packed.bytes_mut()[0] = b'A';
        let bytes = packed.bytes();
        assert_eq!((bytes.len(), bytes[0], bytes[INLINE_MAX]), (INLINE_MAX + 1, b'A', b'b'));
        packed.open(1..INLINE_MAX, 0);
        assert_eq!(packed.bytes(), b"Ab");
        assert_eq!((Form::of(&entry), entry.expiry_ms()), (Form::Hash, Some(7)));
    }
}
