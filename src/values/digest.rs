//! # Digest of a value: the same data, whatever its encoding
//!
//! A value is taken into a digest by what it means, never by how it is kept: the integer
//! 12345 and the text "12345" are one. First the number of its type, then its parts, each
//! by the rule of its type: elements in order are mixed, members without order are added.

use super::{Entry, Payload, Str, Value};
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

/// Takes an entry's value in, and whether it has an expiry (but not when).
pub fn digest_entry(entry: &Entry, digest: &mut Digest) {
    match entry.payload() {
        Payload::Int(value) => Str::Int(value).digest(digest),
        Payload::Inline(bytes) => Str::Bytes(bytes).digest(digest),
        Payload::Boxed(Value::Str(bytes)) => Str::Bytes(bytes).digest(digest),
    }
    if entry.expiry_ms().is_some() {
        digest.add(b"!!expire!!");
    }
}
