//! # Values: a Redis type each
//!
//! A value sits in its key's entry: a small one in the entry's own block (an integer,
//! a short string), any other as a boxed [`Value`]. Each type chooses its encoding by
//! the limits that it is given, and shows itself through a [`View`].
//!
//! This floor knows nothing of keys, time or clients.

pub mod digest;
pub mod string;

use crate::structures::entry;
pub use string::Str;

/// What an entry boxes: everything that is not small.
#[derive(Debug)]
pub enum Value {
    /// A string too long for its entry.
    Str(Vec<u8>),
}

pub type Entry = entry::Entry<Value>;
pub type Payload<'a> = entry::Payload<'a, Value>;
pub type NewPayload<'a> = entry::NewPayload<'a, Value>;

/// A type as it is read. `None`: the entry holds another type.
pub trait View<'a>: Sized {
    fn view(payload: Payload<'a>) -> Option<Self>;
}

/// The name that TYPE answers.
pub fn type_name(entry: &Entry) -> &'static str {
    match entry.payload() {
        Payload::Int(_) | Payload::Inline(_) | Payload::Boxed(Value::Str(_)) => "string",
    }
}

/// The name that OBJECT ENCODING answers.
pub fn encoding_name(entry: &Entry) -> &'static str {
    match entry.payload() {
        Payload::Int(_) => "int",
        Payload::Inline(bytes) if bytes.len() <= string::EMBSTR_MAX && !entry.mark() => "embstr",
        Payload::Inline(_) | Payload::Boxed(Value::Str(_)) => "raw",
    }
}
