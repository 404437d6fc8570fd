//! # Values: a Redis type each
//!
//! A value sits in its key's entry: a small one in the entry's own block (an integer, a
//! short string, a listpack), any other as a boxed [`Value`]. The entry's tag says what it is
//! ([`Form`]), so that to know a key's type is to look at one byte. Each type chooses its encoding by
//! the limits that it is given, and shows itself through a [`View`].
//!
//! ```text
//!                  in the entry's block          boxed: Bytes             boxed, a structure
//!   string         integer, or the bytes         more than 4000 bytes
//!   list           listpack                      the same, longer         a quicklist
//!   hash           listpack                      the same, longer         a dict of pairs
//!   set            intset or listpack            the same, longer         a dict of members
//! ```
//!
//! [`packed`] hides where the bytes of a small collection lie. This floor knows nothing of keys, time or
//! clients.

pub mod digest;
pub mod hash;
pub mod list;
pub mod packed;
pub mod set;
pub mod string;

use crate::structures::quicklist::Quicklist;
use crate::structures::{entry, intset, listpack};
pub use hash::Hash;
pub use list::List;
pub use set::Set;
pub use string::Str;

/// What an entry boxes: everything that is not small.
#[derive(Debug)]
pub enum Value {
    /// Bytes that are too many for their entry: a string, or a packed collection, as its form says.
    Bytes(Vec<u8>),
    List(Box<Quicklist>),
    Hash(Box<hash::Table>),
    Set(Box<set::Table>),
}

pub type Entry = entry::Entry<Value>;
pub type Payload<'a> = entry::Payload<'a, Value>;
pub type NewPayload<'a> = entry::NewPayload<'a, Value>;

/// What an entry holds, as its tag has it. Where a type has several forms, they are for its bytes: what
/// is kept as a structure is of the first one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Form {
    Str,
    /// A string that is not what was once set whole: one that was changed in place is `raw`, however short,
    /// and an integer that was copied is not shared with anybody.
    ChangedStr,
    List,
    Set,
    /// A set whose bytes are an intset.
    Intset,
    SortedSet,
    Hash,
    Stream,
}

/// A type, as TYPE tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Type {
    String,
    List,
    Set,
    SortedSet,
    Hash,
    Stream,
}

impl Form {
    const ALL: [Form; entry::TAG_MAX as usize + 1] = [
        Form::Str,
        Form::ChangedStr,
        Form::List,
        Form::Set,
        Form::Intset,
        Form::SortedSet,
        Form::Hash,
        Form::Stream,
    ];

    #[inline]
    pub fn of(entry: &Entry) -> Form {
        Form::ALL[usize::from(entry.tag())]
    }

    #[inline]
    pub fn value_type(self) -> Type {
        match self {
            Form::Str | Form::ChangedStr => Type::String,
            Form::List => Type::List,
            Form::Set | Form::Intset => Type::Set,
            Form::SortedSet => Type::SortedSet,
            Form::Hash => Type::Hash,
            Form::Stream => Type::Stream,
        }
    }

    /// The bytes of an empty value of this form.
    pub fn empty(self) -> &'static [u8] {
        match self {
            Form::Str | Form::ChangedStr | Form::Stream => b"",
            Form::Intset => &intset::EMPTY,
            Form::List | Form::Set | Form::SortedSet | Form::Hash => &listpack::EMPTY,
        }
    }
}

impl Type {
    #[inline]
    pub fn of(entry: &Entry) -> Type {
        Form::of(entry).value_type()
    }

    pub fn name(self) -> &'static str {
        match self {
            Type::String => "string",
            Type::List => "list",
            Type::Set => "set",
            Type::SortedSet => "zset",
            Type::Hash => "hash",
            Type::Stream => "stream",
        }
    }
}

impl Value {
    /// Number of allocations, roughly, that freeing the value means.
    pub fn free_effort(&self) -> usize {
        match self {
            Value::Bytes(_) => 1,
            Value::List(list) => list.nodes().len(),
            Value::Hash(table) => table.len(),
            Value::Set(table) => table.len(),
        }
    }

    /// An equal value that shares nothing with this one.
    pub fn duplicate(&self) -> Value {
        match self {
            Value::Bytes(bytes) => Value::Bytes(bytes.clone()),
            Value::List(list) => Value::List(list.clone()),
            Value::Hash(table) => Value::Hash(table.clone()),
            Value::Set(table) => Value::Set(table.clone()),
        }
    }
}

/// A type as it is read. `None`: the entry holds another type.
pub trait View<'a>: Sized {
    fn view(entry: &'a Entry) -> Option<Self>;
}

/// A new entry of a form. Bytes that are too many for it are boxed.
pub fn entry(key: &[u8], form: Form, bytes: &[u8], expiry_ms: Option<i64>) -> Entry {
    let mut entry = Entry::new(key, string::raw_payload(bytes), expiry_ms);
    entry.set_tag(form as u8);
    entry
}

/// Puts a structure in the place of an entry's bytes; the form stays.
pub fn set_structure(entry: &mut Entry, value: Value) {
    let tag = entry.tag();
    entry.set_payload(NewPayload::Boxed(Box::new(value)));
    entry.set_tag(tag);
}

/// Puts the bytes of a packed collection in the place of its structure; the form stays.
pub fn set_bytes(entry: &mut Entry, bytes: Vec<u8>) {
    let tag = entry.tag();
    entry.set_payload(if bytes.len() <= entry::INLINE_MAX {
        NewPayload::Inline(&bytes)
    } else {
        NewPayload::Boxed(Box::new(Value::Bytes(bytes)))
    });
    entry.set_tag(tag);
}

/// The bytes of a string that is no integer, or of a packed collection; `None` if it is neither.
#[inline]
pub fn bytes_of(entry: &Entry) -> Option<&[u8]> {
    match entry.payload() {
        Payload::Inline(bytes) => Some(bytes),
        Payload::Boxed(Value::Bytes(bytes)) => Some(bytes),
        Payload::Boxed(_) | Payload::Int(_) => None,
    }
}

/// The name that OBJECT ENCODING answers.
pub fn encoding_name(entry: &Entry) -> &'static str {
    let form = Form::of(entry);
    match (form, entry.payload()) {
        (Form::Str | Form::ChangedStr, Payload::Int(_)) => "int",
        (Form::Str, Payload::Inline(bytes)) if bytes.len() <= string::EMBSTR_MAX => "embstr",
        (Form::Str | Form::ChangedStr, _) => "raw",
        (Form::Intset, Payload::Inline(_) | Payload::Boxed(Value::Bytes(_))) => "intset",
        (Form::Stream, _) => "stream",
        (_, Payload::Inline(_) | Payload::Boxed(Value::Bytes(_))) => "listpack",
        (_, Payload::Boxed(Value::List(_))) => "quicklist",
        (_, Payload::Boxed(Value::Hash(_) | Value::Set(_))) => "hashtable",
        (_, Payload::Int(_)) => unreachable!("only strings are integers"),
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
    matches!(entry.payload(), Payload::Int(value) if SHARED_INTS.contains(&value))
        && Form::of(entry) == Form::Str
}

/// An equal value with the same expiry under another key. The access word is left at 0.
///
/// An integer is of another form from then on: it answers OBJECT REFCOUNT as one that is
/// not shared, until it is set or counted anew.
pub fn duplicate(entry: &Entry, key: &[u8]) -> Entry {
    let (payload, tag) = match entry.payload() {
        Payload::Int(value) => (NewPayload::Int(value), Form::ChangedStr as u8),
        Payload::Inline(bytes) => (NewPayload::Inline(bytes), entry.tag()),
        Payload::Boxed(value) => (NewPayload::Boxed(Box::new(value.duplicate())), entry.tag()),
    };
    let mut copy = Entry::new(key, payload, entry.expiry_ms());
    copy.set_tag(tag);
    copy
}
