//! # Edit: changing a sorted set in its entry
//!
//! ZADD asks for the score, thinks about it, and sets another: [`SortedSetMut::update`] is all three in
//! one search. A packed pair whose score changes gets the new one where it is, and then
//! trades places with the pairs that it overtakes, so that the listpack is not opened twice:
//!
//! ```text
//!   ZINCRBY z 5 bob     [bob│7.5│ann│10]   ->   [bob│12.5│ann│10]   ->   [ann│10│bob│12.5]
//! ```
//!
//! A new pair goes where its order wants it. Whether that is at the end is asked first: scores are often
//! times, which grow.

use crate::base::rng::Rng;
use crate::structures::listpack::{self, Element, Listpack, ListpackMut, Position, has_room};
use crate::structures::skiplist::{Builder, Lookup, SkipList};
use crate::values::packed::Packed;
use crate::values::{Entry, Form, NewPayload, Str, Type, Value, View, entry, set_structure};

use super::score::Stored;
use super::{End, Limits, Range, SortedSet, find, order, score_at};

/// A sorted set in its entry, to change.
pub struct SortedSetMut<'e> {
    entry: &'e mut Entry,
    limits: Limits,
}

/// What became of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing: it has the score that it had, or is still none.
    None,
    Added,
    Moved,
    /// The score would have been none: it stays as it was.
    NotANumber,
}

impl<'e> SortedSetMut<'e> {
    /// `None`: the entry holds another type.
    #[inline]
    pub fn new(entry: &'e mut Entry, limits: Limits) -> Option<SortedSetMut<'e>> {
        (Type::of(entry) == Type::SortedSet).then_some(SortedSetMut { entry, limits })
    }

    #[inline]
    pub fn view(&self) -> SortedSet<'_> {
        SortedSet::view(self.entry).expect("a sorted set, as seen when this was made")
    }

    /// Prepares for members that are about to be added: if they alone were too many for a listpack, or
    /// the first of all is too long, the skip list is made now.
    #[inline]
    pub fn expect(&mut self, first: &[u8], count: usize, rng: &mut Rng) {
        let SortedSet::Packed(pairs) = self.view() else { return };
        let is_too_long = pairs.is_empty() && first.len() > self.limits.value_bytes;
        if is_too_long || count > self.limits.entries {
            self.become_list(rng).reserve(count);
        }
    }

    /// Gives a member the score that `choose` makes of the one that it has, or of none; if it makes
    /// none, nothing changes.
    #[inline]
    pub fn update(
        &mut self,
        member: &[u8],
        rng: &mut Rng,
        choose: impl FnOnce(Option<f64>) -> Option<f64>,
    ) -> Change {
        match self.list() {
            Some(list) => update_list(list, member, rng, choose),
            None => self.update_packed(member, rng, choose),
        }
    }

    /// Removes a member; says whether it was there.
    #[inline]
    pub fn remove(&mut self, member: &[u8]) -> bool {
        if let Some(list) = self.list() {
            return list.remove(member).is_some();
        }
        let mut packed = Packed::new(self.entry);
        let mut pairs = ListpackMut::new(&mut packed);
        let Some(found) = find(pairs.view(), member) else { return false };
        pairs.delete_run(found, 2);
        true
    }

    /// Removes up to `count` members at an end, and shows each before it goes.
    pub fn pop(&mut self, end: End, count: usize, mut show: impl FnMut(Str<'_>, f64)) {
        if let Some(list) = self.list() {
            let pop = || if end == End::Lowest { list.pop_first() } else { list.pop_last() };
            let popped = std::iter::from_fn(pop).take(count);
            return popped.for_each(|node| show(Str::Bytes(node.member()), node.score()));
        }
        let popped = self.view().iter(end).take(count);
        popped.for_each(|(member, score)| show(member, score.value()));
        let count = count.min(self.view().len());
        match end {
            End::Lowest => self.remove_ranks(0..count),
            End::Highest => self.remove_ranks(self.view().len() - count..usize::MAX),
        };
    }

    /// Removes the members of these ranks, counted from the lowest; says how many there were.
    pub fn remove_ranks(&mut self, ranks: std::ops::Range<usize>) -> usize {
        if let Some(list) = self.list() {
            return list.remove_ranks(ranks, drop);
        }
        let ranks = ranks.start..ranks.end.min(self.view().len());
        if ranks.is_empty() {
            return 0;
        }
        let mut packed = Packed::new(self.entry);
        let mut pairs = ListpackMut::new(&mut packed);
        pairs.delete_range(2 * ranks.start as i64, 2 * ranks.len()) / 2
    }

    /// Removes the members within a range; says how many there were.
    pub fn remove_in(&mut self, range: Range<'_>) -> usize {
        if self.view().is_outside(range) {
            return 0;
        }
        if let Some(list) = self.list() {
            return match range {
                Range::Scores(range) => list.remove_in(&range, drop),
                Range::Members(range) => list.remove_in(&range, drop),
            };
        }
        let below = self.view().iter(End::Lowest);
        let below = below.take_while(|&(member, score)| range.is_above(member, score)).count();
        let within = self.view().count_in(range);
        self.remove_ranks(below..below + within)
    }

    #[inline]
    fn list(&mut self) -> Option<&mut SkipList> {
        match self.entry.boxed_mut() {
            Some(Value::SortedSet(list)) => Some(list),
            _ => None,
        }
    }

    fn update_packed(
        &mut self,
        member: &[u8],
        rng: &mut Rng,
        choose: impl FnOnce(Option<f64>) -> Option<f64>,
    ) -> Change {
        let mut packed = Packed::new(self.entry);
        let mut pairs = ListpackMut::new(&mut packed);
        let found = find(pairs.view(), member);
        let old = found.map(|found| score_at(pairs.view(), found).value());
        let Some(score) = choose(old) else { return Change::None };
        if score.is_nan() {
            return Change::NotANumber;
        }
        if old == Some(score) {
            return Change::None;
        }
        let stored = Stored::of(score);
        if let Some(found) = found {
            let at = pairs.view().next(found).expect("a member has a score");
            pairs.replace(at, stored.element());
            let before = place(pairs.view(), Some(found), score, member);
            pairs.move_run(found, 2, before);
            return Change::Moved;
        }
        let is_small = pairs.view().len() / 2 < self.limits.entries
            && member.len() <= self.limits.value_bytes
            && has_room(pairs.view().bytes().len(), member.len());
        if is_small {
            let before = place(pairs.view(), None, score, member);
            pairs.insert_all(before, [Element::Str(member), stored.element()].into_iter());
        } else {
            self.become_list(rng).insert(member, score, rng);
        }
        Change::Added
    }

    #[cold]
    fn become_list(&mut self, rng: &mut Rng) -> &mut SkipList {
        let set = self.view();
        let mut list = Builder::new(self.limits.seed, set.len() + 1);
        let mut digits = itoa::Buffer::new();
        for (member, score) in set.iter(End::Lowest) {
            let is_new = list.push(member.bytes(&mut digits), score.value(), rng);
            debug_assert!(is_new, "in order, and each once");
        }
        set_structure(self.entry, Value::SortedSet(Box::new(list.finish())));
        self.list().expect("just made")
    }
}

#[inline]
fn update_list(
    list: &mut SkipList,
    member: &[u8],
    rng: &mut Rng,
    choose: impl FnOnce(Option<f64>) -> Option<f64>,
) -> Change {
    match list.find(member) {
        Lookup::Present(mut present) => match choose(Some(present.score())) {
            Some(score) if score.is_nan() => Change::NotANumber,
            Some(score) if present.set_score(score) => Change::Moved,
            _ => Change::None,
        },
        Lookup::Absent(absent) => match choose(None) {
            Some(score) if score.is_nan() => Change::NotANumber,
            Some(score) => {
                absent.insert(score, rng);
                Change::Added
            }
            None => Change::None,
        },
    }
}

/// Before which pair a score and a member belong, or at the end. The pair `own` is passed over.
fn place(
    pairs: Listpack<'_>,
    own: Option<Position>,
    score: f64,
    member: &[u8],
) -> Option<Position> {
    let mut digits = itoa::Buffer::new();
    let mut is_higher = |at: Position| {
        let found = score_at(pairs, at).value();
        // The member is read only where it matters.
        found > score
            || found == score
                && order((found, Str::from(pairs.get(at)).bytes(&mut digits)), (score, member))
                    .is_gt()
    };
    let last = pairs.seek(-2).filter(|&last| Some(last) != own);
    if last.is_some_and(|last| !is_higher(last)) {
        return None;
    }
    let next = |at: Position| pairs.next(at).and_then(|score| pairs.next(score));
    let mut all = std::iter::successors(pairs.first(), |&at| next(at));
    all.find(|&at| Some(at) != own && is_higher(at))
}

/// A new sorted set of these members, which are in order: packed, if the limits let it.
pub fn build<'m>(
    key: &[u8],
    members: impl ExactSizeIterator<Item = (&'m [u8], f64)> + Clone,
    limits: Limits,
    rng: &mut Rng,
) -> Entry {
    let is_small = |(member, _): (&[u8], f64)| member.len() <= limits.value_bytes;
    let len_bytes: usize = members.clone().map(|(member, _)| member.len()).sum();
    if members.len() <= limits.entries && members.clone().all(is_small) && has_room(0, len_bytes) {
        let mut bytes = listpack::EMPTY.to_vec();
        let mut pairs = ListpackMut::new(&mut bytes);
        for (member, score) in members {
            pairs.append(Element::Str(member));
            pairs.append(Stored::of(score).element());
        }
        return entry(key, Form::SortedSet, &bytes, None);
    }
    let mut list = Builder::new(limits.seed, members.len());
    for (member, score) in members {
        let is_new = list.push(member, score, rng);
        debug_assert!(is_new, "in order, and each once");
    }
    let list = Value::SortedSet(Box::new(list.finish()));
    let mut entry = Entry::new(key, NewPayload::Boxed(Box::new(list)), None);
    entry.set_tag(Form::SortedSet as u8);
    entry
}
