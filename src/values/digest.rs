//! # Digest of a value: the same data, whatever its encoding
//!
//! A value is taken into a digest by what it means, never by how it is kept: the integer
//! 12345 and the text "12345" are one. First the number of its type, then its parts, each
//! by the rule of its type: elements in order are mixed, members without order are added.

use super::list::Side;
use super::{Entry, Hash, List, Set, Str, Type, View};
use crate::base::digest::Digest;

/// A type that can be taken into a digest.
pub trait Digested {
    /// The number that stands for the type, in Redis's order of types.
    const TYPE: u32;

    /// Takes the value's parts in.
    fn digest_parts(&self, digest: &mut Digest);

    /// Takes the type's number in, then the parts.
    fn digest(&self, digest: &mut Digest) {
        digest.mix(&Self::TYPE.to_be_bytes());
        self.digest_parts(digest);
    }
}

impl Digested for Str<'_> {
    const TYPE: u32 = 0;

    fn digest_parts(&self, digest: &mut Digest) {
        digest.mix(self.bytes(&mut itoa::Buffer::new()));
    }
}

impl Digested for List<'_> {
    const TYPE: u32 = 1;

    fn digest_parts(&self, digest: &mut Digest) {
        self.for_each(0, Side::Head, usize::MAX, |element| {
            digest.mix(Str::from(element).bytes(&mut itoa::Buffer::new()));
        });
    }
}

impl Digested for Set<'_> {
    const TYPE: u32 = 2;

    fn digest_parts(&self, digest: &mut Digest) {
        self.iter().for_each(|member| digest.add(member.bytes(&mut itoa::Buffer::new())));
    }
}

impl Digested for Hash<'_> {
    const TYPE: u32 = 4;

    fn digest_parts(&self, digest: &mut Digest) {
        for (field, value) in self.iter() {
            let mut pair = Digest::default();
            pair.mix(field.bytes(&mut itoa::Buffer::new()));
            pair.mix(value.bytes(&mut itoa::Buffer::new()));
            digest.add_digest(pair);
        }
    }
}

fn view<'a, T: View<'a>>(entry: &'a Entry) -> T {
    T::view(entry).expect("the type that the entry says it is")
}

/// Takes an entry's value in, and whether it has an expiry (but not when).
pub fn digest_entry(entry: &Entry, digest: &mut Digest) {
    match Type::of(entry) {
        Type::String => view::<Str>(entry).digest(digest),
        Type::List => view::<List>(entry).digest(digest),
        Type::Hash => view::<Hash>(entry).digest(digest),
        Type::Set => view::<Set>(entry).digest(digest),
        Type::SortedSet | Type::Stream => {}
    }
    if entry.expiry_ms().is_some() {
        digest.add(b"!!expire!!");
    }
}
