//! # Convert: from one encoding of a set to the next
//!
//! ```text
//!   intset ──a text comes──> listpack ──too many, or too long──> hashtable
//!      └────too many, or a text when a listpack has no room──────────^
//! ```
//!
//! The way back, [`SetMut::become_intset`], is for a set that was just made of others, and that nobody
//! has seen yet.

use crate::structures::intset::{self, IntsetMut};
use crate::structures::listpack::{self, Element, ListpackMut, has_room};

use super::{Set, SetMut, Table};
use crate::values::{Form, Str, Value, set_structure, string};

/// The longest text of an integer, with its head and tail in a listpack.
const INT_LEN_MAX: usize = 11;

impl SetMut<'_> {
    /// Adds a member that is no integer to an intset.
    #[cold]
    pub(super) fn add_text_to_intset(&mut self, member: &[u8]) -> bool {
        let Set::Intset(ints) = self.view() else { unreachable!("the caller looked") };
        // One of the ends has the most digits.
        let longest = [ints.min(), ints.max()].into_iter().flatten().map(|end| Str::Int(end).len());
        let fits = ints.len() < self.limits.listpack_entries
            && longest.chain([member.len()]).all(|len| len <= self.limits.listpack_value_bytes)
            && has_room(ints.len() * INT_LEN_MAX, member.len());
        if fits {
            self.become_listpack(member);
        } else {
            self.become_table().insert_unique(member);
        }
        true
    }

    /// Makes a listpack of an intset, and adds a member.
    fn become_listpack(&mut self, member: &[u8]) {
        let Set::Intset(ints) = self.view() else { unreachable!("the caller looked") };
        let mut bytes = listpack::EMPTY.to_vec();
        let all = ints.iter().map(Element::Int).chain([Element::Str(member)]);
        ListpackMut::new(&mut bytes).append_all(all);
        self.set_bytes(Form::Set, &bytes);
    }

    #[cold]
    pub(super) fn become_table(&mut self) -> &mut Table {
        let set = self.view();
        let mut table = Table::new(self.limits.seed);
        table.reserve(set.len() + 1);
        let mut digits = itoa::Buffer::new();
        set.iter().for_each(|member| table.insert_unique(member.bytes(&mut digits)));
        set_structure(self.entry, Value::Set(Box::new(table)));
        self.entry.set_tag(Form::Set as u8);
        self.table().expect("just made")
    }

    /// Makes an intset of a set that has nothing but integers, unless they are too many.
    pub fn become_intset(&mut self) {
        let set = self.view();
        if matches!(set, Set::Intset(_)) || set.len() > self.limits.intset_entries {
            return;
        }
        let mut ints: Vec<i64> = set.iter().map(|member| member.int().expect("integers")).collect();
        // In ascending order each goes to the end.
        ints.sort_unstable();
        let mut bytes = intset::EMPTY.to_vec();
        for value in ints {
            IntsetMut::new(&mut bytes).add(value);
        }
        self.set_bytes(Form::Intset, &bytes);
    }

    /// Bytes of this form take the place of whatever there was.
    pub(super) fn set_bytes(&mut self, form: Form, bytes: &[u8]) {
        self.entry.set_payload(string::raw_payload(bytes));
        self.entry.set_tag(form as u8);
    }
}
