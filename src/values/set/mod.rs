//! # Sets: each member once                                          (note 08)
//!
//! Tags, visitors, the ids of a page's readers. What a set is asked is always the same (is it in?),
//! and there are three ways to be quick about it:
//!
//! ```text
//! intset      SADD s 3 1 2       [1│2│3]           integers only, up to set-max-intset-entries:
//!                                                  in order, found by halving
//! listpack    SADD s a 1 2       [a│1│2]           up to set-max-listpack-entries members of at most
//!                                                  set-max-listpack-value bytes: in the order in which
//!                                                  they came, searched from the start
//! hashtable   anything           dict ──> [flags member]      an entry each
//! ```
//!
//! The first two lie in the key's own entry. A set moves down this list when it must and never back up
//! (but see [`pop`] and [`algebra`]: a *new* set takes the place of one that was). An intset that a text
//! comes into becomes a listpack if it is small enough to be one, else a table; one that grows too long
//! becomes a table at once, for it has been longer than a listpack may be.
//!
//! "Integer" means text that prints back as it came: 7 and -7, but neither 07 nor +7 nor -0, which are
//! members of their own.
//!
//! The naive form is a `HashSet<Vec<u8>>`: three small numbers cost some 200 bytes there. Here they are
//! 14, and a million members of 19 bytes cost 42 each.
//!
//! - [`Set`] reads, [`SetMut`] changes; [`pop`]: members by lot; [`algebra`]: several sets.
//!
//! Neither knows which key it is, nor the time.

pub mod algebra;
mod convert;
mod pop;
mod table;

use std::ops::Range;

use crate::base::hash::HashSeed;
use crate::base::int::parse_i64;
use crate::base::rng::Rng;
use crate::structures::intset::{Intset, IntsetMut};
use crate::structures::listpack::{self, Element, Listpack, ListpackMut, Position, has_room};

use super::packed::Packed;
use super::{Entry, Form, Payload, Str, Type, Value, View, bytes_of};
pub use table::{Member, Table};

/// How large an intset or a listpack may become, and how the table hashes that takes its place.
#[derive(Clone, Copy)]
pub struct Limits {
    pub intset_entries: usize,
    pub listpack_entries: usize,
    pub listpack_value_bytes: usize,
    pub seed: HashSeed,
}

/// A set as it is read.
#[derive(Clone, Copy)]
pub enum Set<'a> {
    Intset(Intset<'a>),
    Listpack(Listpack<'a>),
    Table(&'a Table),
}

/// A set in its entry, to change.
pub struct SetMut<'e> {
    entry: &'e mut Entry,
    limits: Limits,
}

impl Limits {
    /// The form in which a set begins whose first member this is, of so many that are added.
    #[inline]
    pub fn first_form(&self, member: &[u8], members: usize) -> Form {
        let is_intset = members <= self.intset_entries && parse_i64(member).is_some();
        if is_intset { Form::Intset } else { Form::Set }
    }
}

impl<'a> View<'a> for Set<'a> {
    #[inline]
    fn view(entry: &'a Entry) -> Option<Self> {
        let form = Form::of(entry);
        if form.value_type() != Type::Set {
            return None;
        }
        match entry.payload() {
            Payload::Boxed(Value::Set(table)) => Some(Set::Table(table)),
            _ if form == Form::Intset => bytes_of(entry).map(Intset::new).map(Set::Intset),
            _ => bytes_of(entry).map(Listpack::new).map(Set::Listpack),
        }
    }
}

impl<'a> Set<'a> {
    /// Number of members.
    #[inline]
    pub fn len(self) -> usize {
        match self {
            Set::Intset(ints) => ints.len(),
            Set::Listpack(members) => members.len(),
            Set::Table(table) => table.len(),
        }
    }

    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Whether this is a member. O(log members), O(members) and O(1).
    #[inline]
    pub fn contains(self, member: &[u8]) -> bool {
        match self {
            Set::Intset(ints) => parse_i64(member).is_some_and(|value| ints.contains(value)),
            Set::Listpack(members) => find(members, member).is_some(),
            Set::Table(table) => table.contains(member),
        }
    }

    /// All members: of an intset in ascending order, of a listpack in the order in which they came.
    pub fn iter(self) -> Iter<'a> {
        match self {
            Set::Intset(ints) => Iter::Intset(ints, 0..ints.len()),
            Set::Listpack(members) => Iter::Listpack(members.iter()),
            Set::Table(table) => Iter::Table(table.iter()),
        }
    }

    /// A member by lot, each with the same chance. Panics if there is none.
    pub fn random(self, rng: &mut Rng) -> Str<'a> {
        match self {
            Set::Intset(ints) => {
                let index = rng.below(ints.len() as u64) as usize;
                Str::Int(ints.get(index).expect("below the length"))
            }
            Set::Listpack(members) => {
                let index = rng.below(members.len() as u64) as i64;
                members.get(members.seek(index).expect("below the length")).into()
            }
            Set::Table(table) => Str::Bytes(table.random(rng).expect("there are members")),
        }
    }

    /// Visits some members from a cursor on; gives the cursor to go on with, 0 at the end. What is
    /// no table is visited whole.
    pub fn scan(self, cursor: u64, mut visit: impl FnMut(Str<'a>)) -> u64 {
        match self {
            Set::Intset(_) | Set::Listpack(_) => {
                self.iter().for_each(visit);
                0
            }
            Set::Table(table) => table.scan(cursor, |member| visit(Str::Bytes(member))),
        }
    }
}

impl<'e> SetMut<'e> {
    /// `None`: the entry holds another type.
    #[inline]
    pub fn new(entry: &'e mut Entry, limits: Limits) -> Option<SetMut<'e>> {
        (Type::of(entry) == Type::Set).then_some(SetMut { entry, limits })
    }

    #[inline]
    pub fn view(&self) -> Set<'_> {
        Set::view(self.entry).expect("a set, as seen when this was made")
    }

    /// Prepares for so many members that are about to be added: if they alone would be too many for
    /// an intset or a listpack, the table is made now.
    #[inline]
    pub fn expect(&mut self, members: usize) {
        let most = match self.view() {
            Set::Intset(_) => self.limits.intset_entries,
            Set::Listpack(_) => self.limits.listpack_entries,
            Set::Table(_) => return,
        };
        if members > most {
            self.become_table().reserve(members);
        }
    }

    /// Adds a member; says whether it is new.
    #[inline]
    pub fn add(&mut self, member: &[u8]) -> bool {
        if let Some(table) = self.table() {
            return table.add(member);
        }
        if Form::of(self.entry) == Form::Set {
            return self.add_packed(member);
        }
        match parse_i64(member) {
            Some(value) => self.add_int(value),
            None => self.add_text_to_intset(member),
        }
    }

    /// Removes a member; says whether it was there.
    #[inline]
    pub fn remove(&mut self, member: &[u8]) -> bool {
        if let Some(table) = self.table() {
            return table.remove(member);
        }
        let form = Form::of(self.entry);
        let mut packed = Packed::new(self.entry);
        if form == Form::Intset {
            let value = parse_i64(member);
            return value.is_some_and(|value| IntsetMut::new(&mut packed).remove(value));
        }
        let mut members = ListpackMut::new(&mut packed);
        let Some(found) = find(members.view(), member) else { return false };
        members.delete(found);
        true
    }

    #[inline]
    fn table(&mut self) -> Option<&mut Table> {
        match self.entry.boxed_mut() {
            Some(Value::Set(table)) => Some(table),
            _ => None,
        }
    }

    fn add_int(&mut self, value: i64) -> bool {
        let mut packed = Packed::new(self.entry);
        let mut ints = IntsetMut::new(&mut packed);
        let is_new = ints.add(value);
        if is_new && ints.view().len() > self.limits.intset_entries {
            self.become_table();
        }
        is_new
    }

    fn add_packed(&mut self, member: &[u8]) -> bool {
        let mut packed = Packed::new(self.entry);
        let mut members = ListpackMut::new(&mut packed);
        let before = members.view();
        if find(before, member).is_some() {
            return false;
        }
        let fits = before.len() < self.limits.listpack_entries
            && member.len() <= self.limits.listpack_value_bytes
            && has_room(before.bytes().len(), member.len());
        if fits {
            members.append(Element::Str(member));
        } else {
            self.become_table().insert_unique(member);
        }
        true
    }
}

/// The members of a set.
pub enum Iter<'a> {
    Intset(Intset<'a>, Range<usize>),
    Listpack(listpack::Iter<'a>),
    Table(table::Iter<'a>),
}

impl<'a> Iterator for Iter<'a> {
    type Item = Str<'a>;

    #[inline]
    fn next(&mut self) -> Option<Str<'a>> {
        match self {
            Iter::Intset(ints, indexes) => indexes.next().and_then(|at| ints.get(at)).map(Str::Int),
            Iter::Listpack(members) => members.next().map(Str::from),
            Iter::Table(members) => members.next().map(Str::Bytes),
        }
    }
}

#[inline]
fn find(members: Listpack<'_>, member: &[u8]) -> Option<Position> {
    members.find(members.first()?, member, 0)
}
