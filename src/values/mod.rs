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

impl Value {
    /// Number of allocations, roughly, that freeing the value means.
    pub fn free_effort(&self) -> usize {
        match self {
            Value::Str(_) => 1,
        }
    }

    /// An equal value that shares nothing with this one.
    pub fn duplicate(&self) -> Value {
        match self {
            Value::Str(bytes) => Value::Str(bytes.clone()),
        }
    }
}

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

/// Values that take more allocations than this to free may be freed elsewhere.
pub const FREE_AT_ONCE_MAX: usize = 64;

/// What freeing an entry costs, in allocations.
pub fn free_effort(entry: &Entry) -> usize {
    match entry.payload() {
        Payload::Boxed(value) => value.free_effort(),
        Payload::Int(_) | Payload::Inline(_) => 1,
    }
}

/// Whether servers that share small integers would share this one: not if it is a copy.
pub fn is_shareable(entry: &Entry) -> bool {
    const SHARED_INTS: std::ops::Range<i64> = 0..10_000;
    matches!(entry.payload(), Payload::Int(value) if SHARED_INTS.contains(&value)) && !entry.mark()
}

/// An equal value with the same expiry under another key. The access word is left at 0.
///
/// The mark of an integer says that it is such a copy: it answers OBJECT REFCOUNT as one that is
/// not shared, until it is set or counted anew.
pub fn duplicate(entry: &Entry, key: &[u8]) -> Entry {
    let (payload, mark) = match entry.payload() {
        Payload::Int(value) => (NewPayload::Int(value), true),
        Payload::Inline(bytes) => (NewPayload::Inline(bytes), entry.mark()),
        Payload::Boxed(value) => (NewPayload::Boxed(Box::new(value.duplicate())), entry.mark()),
    };
    let mut copy = Entry::new(key, payload, entry.expiry_ms());
    copy.set_mark(mark);
    copy
}
