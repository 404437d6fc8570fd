//! # Hashes: fields and their values                                (note 07)
//!
//! An object with a few attributes, or a table of millions. While it is small it is a listpack,
//! field, value, field, value, searched from the start; beyond a limit it becomes a hash table and
//! stays one.
//!
//! ```text
//! listpack       HSET u name Ann age 31      [name│Ann│age│31]      in the key's own entry
//! hashtable      more than hash-max-listpack-entries fields, or one field or value longer
//!                than hash-max-listpack-value bytes:   dict ──> [flags field value]  a pair each
//! ```
//!
//! A pair is an entry without an access word ([`Pair`]): one block, found with one look at
//! the dict's bucket. The naive form, two strings and a table node for each field, is 88 bytes for a
//! field of 19 and a value of 10; this is 50.
//!
//! `Hash` reads, [`HashMut`] changes. Neither knows which key it is, nor the time.

mod table;

use crate::base::hash::HashSeed;
use crate::base::rng::Rng;
use crate::structures::dict;
use crate::structures::listpack::{self, Element, Listpack, ListpackMut, Position, has_room};

use super::packed::Packed;
use super::{Entry, Payload, Str, Type, Value, View, bytes_of, set_structure};
pub use table::{Pair, Table, value};

/// How large a listpack may become, and how the table hashes that takes its place.
#[derive(Clone, Copy)]
pub struct Limits {
    pub entries: usize,
    pub value_bytes: usize,
    pub seed: HashSeed,
}

/// A hash as it is read.
#[derive(Clone, Copy)]
pub enum Hash<'a> {
    Packed(Listpack<'a>),
    Table(&'a Table),
}

/// A hash in its entry, to change.
pub struct HashMut<'e> {
    entry: &'e mut Entry,
    limits: Limits,
}

impl<'a> View<'a> for Hash<'a> {
    #[inline]
    fn view(entry: &'a Entry) -> Option<Self> {
        if Type::of(entry) != Type::Hash {
            return None;
        }
        match entry.payload() {
            Payload::Boxed(Value::Hash(table)) => Some(Hash::Table(table)),
            _ => bytes_of(entry).map(Listpack::new).map(Hash::Packed),
        }
    }
}

impl<'a> Hash<'a> {
    /// Number of fields.
    pub fn len(self) -> usize {
        match self {
            Hash::Packed(pairs) => pairs.len() / 2,
            Hash::Table(table) => table.len(),
        }
    }

    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The value of a field. O(fields) in a listpack, O(1) in a table.
    #[inline]
    pub fn get(self, field: &[u8]) -> Option<Str<'a>> {
        match self {
            Hash::Packed(pairs) => {
                let found = find(pairs, field)?;
                Some(pairs.get(value_of(pairs, found)).into())
            }
            Hash::Table(table) => table.get(field).map(Str::Bytes),
        }
    }

    /// All fields with their values: in the order in which they came, or in none.
    pub fn iter(self) -> Iter<'a> {
        match self {
            Hash::Packed(pairs) => Iter::Packed(pairs.iter()),
            Hash::Table(table) => Iter::Table(table.iter()),
        }
    }

    /// A field and its value by lot, each with the same chance. Panics if there is none.
    pub fn random(self, rng: &mut Rng) -> (Str<'a>, Str<'a>) {
        match self {
            Hash::Packed(pairs) => {
                let index = 2 * rng.below(self.len() as u64) as i64;
                let found = pairs.seek(index).expect("below the length");
                (pairs.get(found).into(), pairs.get(value_of(pairs, found)).into())
            }
            Hash::Table(table) => pair(table.random(rng).expect("there are fields")),
        }
    }

    /// Visits some fields from a cursor on; gives the cursor to go on with, 0 at the end. A
    /// listpack is visited whole.
    pub fn scan(self, cursor: u64, mut visit: impl FnMut(Str<'a>, Str<'a>)) -> u64 {
        match self {
            Hash::Packed(_) => {
                self.iter().for_each(|(field, value)| visit(field, value));
                0
            }
            Hash::Table(table) => table.scan(cursor, |found| {
                let (field, value) = pair(found);
                visit(field, value);
            }),
        }
    }
}

impl<'e> HashMut<'e> {
    /// `None`: the entry holds another type.
    #[inline]
    pub fn new(entry: &'e mut Entry, limits: Limits) -> Option<HashMut<'e>> {
        (Type::of(entry) == Type::Hash).then_some(HashMut { entry, limits })
    }

    #[inline]
    pub fn view(&self) -> Hash<'_> {
        Hash::view(self.entry).expect("a hash, as seen when this was made")
    }

    /// Prepares for fields and values that are about to be set: if a listpack cannot take them
    /// all, the table is made now.
    pub fn expect<'w>(&mut self, words: impl ExactSizeIterator<Item = &'w [u8]>) {
        let Hash::Packed(pairs) = self.view() else { return };
        let (len_bytes, fields) = (pairs.bytes().len(), words.len() / 2);
        let (mut added, mut too_long) = (0, false);
        for word in words {
            added += word.len();
            too_long |= word.len() > self.limits.value_bytes;
        }
        if too_long || fields > self.limits.entries || !has_room(len_bytes, added) {
            self.become_table().reserve(fields);
        }
    }

    /// Sets a field; says whether it is new.
    #[inline]
    pub fn set(&mut self, field: &[u8], value: &[u8]) -> bool {
        if let Some(table) = self.table() {
            return table.set(field, value);
        }
        if field.len().max(value.len()) > self.limits.value_bytes {
            return self.become_table().set(field, value);
        }
        self.set_packed(field, value)
    }

    /// Removes a field; says whether it was there.
    #[inline]
    pub fn remove(&mut self, field: &[u8]) -> bool {
        if let Some(table) = self.table() {
            return table.remove(field);
        }
        let mut packed = Packed::new(self.entry);
        let mut pairs = ListpackMut::new(&mut packed);
        let Some(found) = find(pairs.view(), field) else { return false };
        pairs.delete_run(found, 2);
        true
    }

    #[inline]
    fn table(&mut self) -> Option<&mut Table> {
        match self.entry.boxed_mut() {
            Some(Value::Hash(table)) => Some(table),
            _ => None,
        }
    }

    fn set_packed(&mut self, field: &[u8], value: &[u8]) -> bool {
        let mut packed = Packed::new(self.entry);
        let mut pairs = ListpackMut::new(&mut packed);
        let found = find(pairs.view(), field);
        if let Some(found) = found {
            let at = value_of(pairs.view(), found);
            pairs.replace(at, Element::Str(value));
        } else {
            pairs.append_all([Element::Str(field), Element::Str(value)].into_iter());
        }
        // The limit may have been lowered since: a field that was there is looked at too.
        if pairs.view().len() / 2 > self.limits.entries {
            self.become_table();
        }
        found.is_none()
    }

    #[cold]
    fn become_table(&mut self) -> &mut Table {
        let hash = self.view();
        let mut table = Table::new(self.limits.seed);
        table.reserve(hash.len());
        for (field, value) in hash.iter() {
            let (field, value) = (field.to_vec(), value.to_vec());
            table.insert_unique(&field, &value);
        }
        set_structure(self.entry, Value::Hash(Box::new(table)));
        self.table().expect("just made")
    }
}

/// Fields and values of a hash.
pub enum Iter<'a> {
    Packed(listpack::Iter<'a>),
    Table(dict::Iter<'a, Pair>),
}

impl<'a> Iterator for Iter<'a> {
    type Item = (Str<'a>, Str<'a>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Iter::Packed(pairs) => {
                let field = pairs.next()?;
                let value = pairs.next().expect("a field has a value");
                Some((field.into(), value.into()))
            }
            Iter::Table(pairs) => pairs.next().map(pair),
        }
    }
}

#[inline]
fn pair(found: &Pair) -> (Str<'_>, Str<'_>) {
    (Str::Bytes(found.key()), Str::Bytes(table::value(found)))
}

#[inline]
fn find(pairs: Listpack<'_>, field: &[u8]) -> Option<Position> {
    pairs.find(pairs.first()?, field, 1)
}

#[inline]
fn value_of(pairs: Listpack<'_>, field: Position) -> Position {
    pairs.next(field).expect("a field has a value")
}
