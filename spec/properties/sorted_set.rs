//! A sorted set in its entry against a sorted `Vec`, in both encodings and across the limits between
//! them.

use std::cmp::Ordering;
use std::ops::Bound;

use keynotes::base::hash::HashSeed;
use keynotes::base::rng::Rng;
use keynotes::values::sorted_set::algebra::{self, Aggregate, Source};
use keynotes::values::sorted_set::{
    Change, End, LexBound, LexRange, Limits, Range, Score, ScoreRange, SortedSetMut, build,
};
use keynotes::values::{self, Entry, Form, SortedSet, Str, View, duplicate, encoding_name};
use proptest::prelude::*;
use proptest::sample::Index;

type Model = Vec<(f64, Vec<u8>)>;

const SEED: HashSeed = HashSeed([3; 16]);

#[derive(Clone, Debug)]
enum Call {
    Set(Vec<u8>, f64),
    Add(Vec<u8>, f64),
    Expect(usize),
    Remove(Vec<u8>),
    Pop(bool, usize),
    RemoveRanks(Index, usize),
    RemoveScores(f64, f64),
    RemoveMembers(Vec<u8>, Vec<u8>),
    Rebuild,
    Copy,
}

/// Few members, so that they meet; integers, and what only looks like one.
fn member() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        8 => prop::sample::select(vec!["a", "b", "c", "d", "", "7", "-7", "07", "70000", "\0"])
            .prop_map(|text| text.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..12),
        1 => Just(vec![b'f'; 300]),
    ]
}

fn score() -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => (-3i8..4).prop_map(f64::from),
        2 => prop::sample::select(vec![
            0.5, -2.25, 1e17, 1e19, 5e-324, f64::INFINITY, f64::NEG_INFINITY, 70000.0,
        ]),
        1 => any::<f64>().prop_filter("a number", |score| !score.is_nan()),
    ]
}

fn call() -> impl Strategy<Value = Call> {
    prop_oneof![
        8 => (member(), score()).prop_map(|(member, score)| Call::Set(member, score)),
        4 => (member(), score()).prop_map(|(member, by)| Call::Add(member, by)),
        1 => (0usize..9).prop_map(Call::Expect),
        3 => member().prop_map(Call::Remove),
        1 => (any::<bool>(), 0usize..4).prop_map(|(lowest, count)| Call::Pop(lowest, count)),
        1 => (any::<Index>(), 0usize..4).prop_map(|(at, count)| Call::RemoveRanks(at, count)),
        1 => (score(), score()).prop_map(|(min, max)| Call::RemoveScores(min, max)),
        1 => (member(), member()).prop_map(|(min, max)| Call::RemoveMembers(min, max)),
        1 => Just(Call::Rebuild),
        1 => Just(Call::Copy),
    ]
}

fn order(one: &(f64, Vec<u8>), other: &(f64, Vec<u8>)) -> Ordering {
    one.0.partial_cmp(&other.0).unwrap().then_with(|| one.1.cmp(&other.1))
}

/// Sets or adds to a score in the model; gives what becomes of it.
fn set(model: &mut Model, member: &[u8], choose: impl FnOnce(Option<f64>) -> f64) -> Change {
    let found = model.iter().position(|(_, other)| other == member);
    let old = found.map(|at| model[at].0);
    let new = choose(old);
    match found {
        _ if new.is_nan() => Change::NotANumber,
        Some(_) if old == Some(new) => Change::None,
        Some(at) => {
            model[at].0 = new;
            model.sort_by(order);
            Change::Moved
        }
        None => {
            model.push((new, member.to_vec()));
            model.sort_by(order);
            Change::Added
        }
    }
}

fn owned((member, score): (Str<'_>, Score<'_>)) -> (f64, Vec<u8>) {
    (score.value(), member.to_vec())
}

fn scores(min: f64, max: f64) -> Range<'static> {
    Range::Scores(ScoreRange { min: Bound::Included(min), max: Bound::Excluded(max) })
}

/// What reading a sorted set tells, in all its ways.
fn same(entry: &Entry, model: &Model) {
    let set = SortedSet::view(entry).expect("a sorted set");
    assert_eq!((set.len(), set.is_empty()), (model.len(), model.is_empty()));
    let up: Model = set.iter(End::Lowest).map(owned).collect();
    assert_eq!(&up, model);
    let mut down: Model = set.iter(End::Highest).map(owned).collect();
    down.reverse();
    assert_eq!(&down, model);
    for (rank, (score, member)) in model.iter().enumerate() {
        let from_top = model.len() - 1 - rank;
        assert_eq!(set.score(member), Some(*score));
        assert_eq!(set.rank(member, End::Lowest), Some((rank, *score)));
        assert_eq!(set.rank(member, End::Highest), Some((from_top, *score)));
        let at = |from, rank| set.iter_from(from, rank).unwrap().next().map(owned);
        assert_eq!(at(End::Lowest, rank).as_ref(), Some(&model[rank]));
        assert_eq!(at(End::Highest, from_top).as_ref(), Some(&model[rank]));
    }
    assert!(set.iter_from(End::Lowest, model.len()).is_none());
    assert!(set.iter_from(End::Highest, model.len()).is_none());
    let mut scanned = Model::new();
    let mut cursor = 0;
    loop {
        cursor = set.scan(cursor, |member, score| scanned.push(owned((member, score))));
        if cursor == 0 {
            break;
        }
    }
    scanned.sort_by(order);
    assert_eq!(&scanned, model);
}

/// What lies within a range of scores, from both ends and after some.
fn same_within(entry: &Entry, model: &Model, min: f64, max: f64) {
    let set = SortedSet::view(entry).expect("a sorted set");
    let within: Model =
        model.iter().filter(|(score, _)| *score >= min && *score < max).cloned().collect();
    assert_eq!(set.count_in(scores(min, max)), within.len());
    for offset in 0..3 {
        let skipped = within.iter().skip(offset).cloned();
        let up = set.iter_in(scores(min, max), End::Lowest, offset as i64).map(owned);
        assert!(up.eq(skipped));
        let skipped = within.iter().rev().skip(offset).cloned();
        let down = set.iter_in(scores(min, max), End::Highest, offset as i64).map(owned);
        assert!(down.eq(skipped));
    }
}

fn members<'a>(min: &'a [u8], max: &'a [u8]) -> LexRange<'a> {
    LexRange { min: LexBound::Excluded(min), max: LexBound::Included(max) }
}

/// Makes all scores one, for only then a range of members makes sense.
fn level(set: &mut SortedSetMut<'_>, model: &mut Model, rng: &mut Rng) {
    for (score, member) in model.iter_mut() {
        set.update(member, rng, |_| Some(1.0));
        *score = 1.0;
    }
    model.sort_by(order);
}

fn apply(call: Call, entry: &mut Entry, model: &mut Model, limits: Limits, rng: &mut Rng) {
    let mut set_in = SortedSetMut::new(entry, limits).expect("a sorted set");
    match call {
        Call::Set(member, score) => {
            let change = set_in.update(&member, rng, |_| Some(score));
            assert_eq!(change, set(model, &member, |_| score));
        }
        Call::Add(member, by) => {
            let change = set_in.update(&member, rng, |old| Some(old.unwrap_or(0.0) + by));
            assert_eq!(change, set(model, &member, |old| old.unwrap_or(0.0) + by));
            assert_eq!(set_in.update(&member, rng, |_| None), Change::None);
        }
        Call::Expect(count) => set_in.expect(b"first", count, rng),
        Call::Remove(member) => {
            let before = model.len();
            model.retain(|(_, other)| *other != member);
            assert_eq!(set_in.remove(&member), model.len() < before);
        }
        Call::Pop(lowest, count) => {
            let mut popped = Model::new();
            let end = if lowest { End::Lowest } else { End::Highest };
            set_in.pop(end, count, |member, score| popped.push((score, member.to_vec())));
            let count = count.min(model.len());
            let right: Model = match end {
                End::Lowest => model.drain(..count).collect(),
                End::Highest => model.drain(model.len() - count..).rev().collect(),
            };
            assert_eq!(popped, right);
        }
        Call::RemoveRanks(at, count) => {
            let start = at.index(model.len() + 1);
            let end = model.len().min(start + count);
            assert_eq!(set_in.remove_ranks(start..start + count), end - start);
            model.drain(start..end);
        }
        Call::RemoveScores(min, max) => {
            let before = model.len();
            model.retain(|(score, _)| *score < min || *score >= max);
            assert_eq!(set_in.remove_in(scores(min, max)), before - model.len());
        }
        Call::RemoveMembers(min, max) => {
            level(&mut set_in, model, rng);
            let before = model.len();
            model.retain(|(_, member)| *member <= min || *member > max);
            let range = Range::Members(members(&min, &max));
            let within = set_in.view().count_in(range);
            assert_eq!((within, set_in.remove_in(range)), (before - model.len(), within));
        }
        Call::Rebuild => {
            let members = model.iter().map(|(score, member)| (&member[..], *score));
            *entry = build(b"key", members, limits, rng).with_expiry(Some(7));
        }
        Call::Copy => *entry = duplicate(entry, b"key"),
    }
}

proptest! {
    #[test]
    fn a_sorted_set_is_a_sorted_vec(
        calls in prop::collection::vec(call(), 1..60),
        value_bytes in prop::sample::select(vec![10, 5000]),
        (min, max) in (score(), score()),
        seed: u64,
    ) {
        let limits = Limits { entries: 6, value_bytes, seed: SEED };
        let mut rng = Rng::new(seed);
        let mut model = Model::new();
        let form = Form::SortedSet;
        let mut entry = values::entry(b"key", form, form.empty(), Some(7));
        let mut was_list = false;
        for call in calls {
            was_list = match &call {
                Call::Expect(count) => was_list || *count > limits.entries,
                Call::Rebuild => false,
                _ => was_list,
            };
            apply(call, &mut entry, &mut model, limits, &mut rng);
            same(&entry, &model);
            same_within(&entry, &model, min, max);
            let is_too_long = |(_, member): &(f64, Vec<u8>)| member.len() > value_bytes;
            was_list |= model.len() > limits.entries || model.iter().any(is_too_long);
            prop_assert_eq!(encoding_name(&entry), if was_list { "skiplist" } else { "listpack" });
            prop_assert_eq!((entry.key(), entry.expiry_ms()), (&b"key"[..], Some(7)));
        }
    }

    #[test]
    fn several_sets_together(
        sets in prop::collection::vec(prop::collection::btree_map(member(), -9i8..9, 0..9), 1..4),
        weights in prop::collection::vec(-3i8..4, 4),
        aggregate in prop::sample::select(vec![Aggregate::Sum, Aggregate::Min, Aggregate::Max]),
    ) {
        let limits = Limits { entries: 4, value_bytes: 100, seed: SEED };
        let mut rng = Rng::new(1);
        let entries: Vec<Entry> = sets.iter().map(|set| {
            let mut members: Model =
                set.iter().map(|(member, score)| (f64::from(*score), member.clone())).collect();
            members.sort_by(order);
            let members = members.iter().map(|(score, member)| (&member[..], *score));
            build(b"key", members, limits, &mut rng)
        }).collect();
        let sources = || entries.iter().map(|entry| Source::view(entry).expect("a sorted set"));
        let weights = weights.iter().map(|weight| f64::from(*weight));
        let mut inputs: Vec<_> = sources().zip(weights.clone()).collect();
        let weighed = |member: &Vec<u8>| -> Vec<f64> {
            let scores = sets.iter().zip(weights.clone());
            scores.filter_map(|(set, weight)| Some(f64::from(*set.get(member)?) * weight)).collect()
        };
        let one = |scores: Vec<f64>| match aggregate {
            Aggregate::Sum => scores.into_iter().sum::<f64>() + 0.0,
            Aggregate::Min => scores.into_iter().fold(f64::INFINITY, f64::min) + 0.0,
            Aggregate::Max => scores.into_iter().fold(f64::NEG_INFINITY, f64::max) + 0.0,
        };
        let read = |found: Vec<algebra::Scored<'_>>| -> Model {
            found.into_iter().map(|(member, score)| (score + 0.0, member.into_owned())).collect()
        };
        let wanted = |holds: &dyn Fn(&Vec<u8>) -> bool| {
            let mut all: Vec<&Vec<u8>> = sets.iter().flat_map(|set| set.keys()).collect();
            all.sort();
            all.dedup();
            let all = all.into_iter().filter(|member| holds(member));
            let mut all: Model = all.map(|member| (one(weighed(member)), member.clone())).collect();
            all.sort_by(order);
            all
        };
        let in_all = |member: &Vec<u8>| sets.iter().all(|set| set.contains_key(member));
        prop_assert_eq!(read(algebra::union(&mut inputs, aggregate, SEED)), wanted(&|_| true));
        let common = wanted(&in_all);
        prop_assert_eq!(read(algebra::intersection(&mut inputs, aggregate)), common.clone());
        let mut all: Vec<_> = sources().collect();
        prop_assert_eq!(algebra::intersection_len(&mut all, 2), common.len().min(2));
        let others: Vec<_> = sources().skip(1).collect();
        let first = sources().next().expect("one at least");
        let mut left: Model = sets[0].iter()
            .filter(|(member, _)| sets[1..].iter().all(|set| !set.contains_key(*member)))
            .map(|(member, score)| (f64::from(*score), member.clone())).collect();
        left.sort_by(order);
        prop_assert_eq!(read(algebra::difference(first, &others, SEED)), left);
    }
}

#[test]
fn every_member_is_drawn() {
    let mut rng = Rng::new(1);
    for entries in [3, 1000] {
        let limits = Limits { entries, value_bytes: 64, seed: SEED };
        let names: Vec<String> = (0..100).map(|index| format!("m{index:02}")).collect();
        let members = names.iter().enumerate().map(|(at, name)| (name.as_bytes(), at as f64));
        let entry = build(b"key", members, limits, &mut rng);
        let set = SortedSet::view(&entry).expect("a sorted set");
        let mut times = [0u32; 100];
        for _ in 0..100_000 {
            let (member, score) = set.random(&mut rng);
            let at = score.value() as usize;
            assert_eq!(member.to_vec(), names[at].as_bytes());
            times[at] += 1;
        }
        // 1,000 each; the standard deviation is about 31.
        assert!(times.iter().all(|times| times.abs_diff(1000) < 200), "{entries}: {times:?}");
    }
}
