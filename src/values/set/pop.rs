//! # Pop: members by lot, out of the set                             (note 08)
//!
//! One at a time is easy: draw, remove. Many at a time are not, when they are most of the set: the
//! last draws from a nearly empty table meet empty places again and again. Then it is cheaper to draw
//! those that stay, and to let a new set of them take the place of the old one:
//!
//! ```text
//! SPOP s 999 of 1000      draw 1, keep it; all the others are popped
//! ```
//!
//! The new set begins small again, so this is the one way back from a hashtable to a listpack. A set
//! that is no table is walked once, whatever the count: what is not in the sample stays.

use super::SetMut;
use crate::base::rng::Rng;
use crate::base::sample::Sample;
use crate::structures::intset::IntsetMut;
use crate::structures::listpack::{Element, ListpackMut};
use crate::values::packed::Packed;
use crate::values::{Entry, Form, Str, entry};

/// Those that stay are drawn if at most one in so many of the others does.
const STAYING_SHARE: usize = 5;

impl SetMut<'_> {
    /// Removes a member by lot and shows it. Panics if there is none.
    pub fn pop(&mut self, rng: &mut Rng, show: impl FnOnce(Str<'_>)) {
        if let Some(table) = self.table() {
            let member = table.take_random(rng).expect("there are members");
            return show(Str::Bytes(member.key()));
        }
        let (form, len) = (Form::of(self.entry), self.view().len());
        let index = rng.below(len as u64) as usize;
        let mut packed = Packed::new(self.entry);
        if form == Form::Intset {
            return show(Str::Int(IntsetMut::new(&mut packed).remove_at(index)));
        }
        let mut members = ListpackMut::new(&mut packed);
        let found = members.view().seek(index as i64).expect("below the length");
        show(members.view().get(found).into());
        members.delete(found);
    }

    /// Removes so many members by lot, fewer than there are, and shows each.
    pub fn pop_many(&mut self, count: usize, rng: &mut Rng, mut show: impl FnMut(Str<'_>)) {
        let staying = self.view().len() - count;
        let limits = self.limits;
        let mut kept = self.empty();
        let Some(table) = self.table() else {
            return self.sample_packed(staying, rng, show);
        };
        if staying * STAYING_SHARE > count {
            return (0..count).for_each(|_| self.pop(rng, &mut show));
        }
        let mut keep = SetMut { entry: &mut kept, limits };
        for _ in 0..staying {
            keep.add(table.take_random(rng).expect("fewer than there are").key());
        }
        table.iter().for_each(|member| show(Str::Bytes(member)));
        // How the key was used is not forgotten.
        kept.set_access(self.entry.access());
        *self.entry = kept;
    }

    /// Keeps a sample of an intset or a listpack and shows all others.
    fn sample_packed(&mut self, staying: usize, rng: &mut Rng, mut show: impl FnMut(Str<'_>)) {
        let (form, set) = (Form::of(self.entry), self.view());
        let mut sample = Sample::new(staying, set.len());
        let mut bytes = form.empty().to_vec();
        for member in set.iter() {
            if !sample.takes_next(rng) {
                show(member);
                continue;
            }
            match member {
                Str::Int(value) if form == Form::Intset => {
                    IntsetMut::new(&mut bytes).add(value);
                }
                Str::Int(value) => ListpackMut::new(&mut bytes).append(Element::Int(value)),
                Str::Bytes(text) => ListpackMut::new(&mut bytes).append(Element::Str(text)),
            }
        }
        self.set_bytes(form, &bytes);
    }

    /// An empty set of the smallest form for any members, under the same key.
    fn empty(&self) -> Entry {
        entry(self.entry.key(), Form::Set, Form::Set.empty(), self.entry.expiry_ms())
    }
}
