//! Skip list against a sorted `Vec`: the same answers after any sequence of calls.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::ops::{Bound, Range};

use keynotes::base::hash::HashSeed;
use keynotes::base::rng::Rng;
use keynotes::structures::dict::ResizePolicy;
use keynotes::structures::skiplist::{
    Builder, Element, LexBound, LexRange, Lookup, Node, ScoreRange, SkipList, Within,
};
use proptest::prelude::*;
use proptest::sample::Index;

const SEED: HashSeed = HashSeed(*b"sixteen bytes ok");

type Model = Vec<(f64, Vec<u8>)>;

#[derive(Clone, Debug)]
enum Call {
    Insert(Vec<u8>, f64),
    InsertMany(u16, u16, f64),
    Decide(Vec<u8>, f64, bool),
    Nudge(Index, f64),
    Remove(Vec<u8>),
    RemoveAt(Index),
    PopFirst(usize),
    PopLast(usize),
    RemoveRanks(Index, usize),
    RemoveScores(ScoreRange),
    RemoveMembers(Bounds),
    Rebuild,
    Clone,
    Rehash(bool),
}

/// A [`LexRange`] that owns its ends: -1 is the least, 1 the greatest, 0 a member, included or not.
#[derive(Clone, Debug)]
struct Bounds([(i8, bool, Vec<u8>); 2]);

impl Bounds {
    fn range(&self) -> LexRange<'_> {
        let [min, max] = self.0.each_ref().map(|(side, included, member)| match side {
            -1 => LexBound::Least,
            1 => LexBound::Greatest,
            _ if *included => LexBound::Included(member),
            _ => LexBound::Excluded(member),
        });
        LexRange { min, max }
    }

    /// Whether a member is in the range, said in another way than the code does.
    fn holds(&self, member: &[u8]) -> bool {
        let compare = |(side, _, bound): &(i8, bool, Vec<u8>)| match side {
            -1 => Ordering::Greater,
            1 => Ordering::Less,
            _ => member.cmp(bound),
        };
        let [min, max] = &self.0;
        let (above, below) = (compare(min), compare(max));
        (above.is_gt() || above.is_eq() && min.1) && (below.is_lt() || below.is_eq() && max.1)
    }
}

/// Few letters and few lengths, so that members meet and share their beginnings.
fn member() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        12 => prop::collection::vec(prop::sample::select(vec![0u8, b'a', b'b', 255]), 0..4),
        1 => (254usize..258, 0u8..2).prop_map(|(len, last)| {
            let mut member = vec![b'a'; len];
            member[len - 1] = last;
            member
        }),
    ]
}

fn score() -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => (-3i8..4).prop_map(f64::from),
        1 => prop::sample::select(vec![f64::NEG_INFINITY, -0.0, f64::MIN_POSITIVE, f64::INFINITY]),
    ]
}

fn bound() -> impl Strategy<Value = Bound<f64>> {
    prop_oneof![
        4 => score().prop_map(Bound::Included),
        3 => score().prop_map(Bound::Excluded),
        1 => Just(Bound::Unbounded),
    ]
}

fn scores() -> impl Strategy<Value = ScoreRange> {
    (bound(), bound()).prop_map(|(min, max)| ScoreRange { min, max })
}

fn bounds() -> impl Strategy<Value = Bounds> {
    let bound = || (prop_oneof![Just(-1i8), Just(0), Just(0), Just(1)], any::<bool>(), member());
    [bound(), bound()].prop_map(Bounds)
}

fn call() -> impl Strategy<Value = Call> {
    let index = any::<Index>;
    prop_oneof![
        8 => (member(), score()).prop_map(|(member, score)| Call::Insert(member, score)),
        1 => (0u16..300, 0u16..60, score()).prop_map(|(a, n, s)| Call::InsertMany(a, n, s)),
        3 => (member(), score(), any::<bool>()).prop_map(|(m, s, yes)| Call::Decide(m, s, yes)),
        3 => (index(), score()).prop_map(|(at, by)| Call::Nudge(at, by)),
        2 => member().prop_map(Call::Remove),
        2 => index().prop_map(Call::RemoveAt),
        1 => (1usize..4).prop_map(Call::PopFirst),
        1 => (1usize..4).prop_map(Call::PopLast),
        1 => (index(), 0usize..8).prop_map(|(from, count)| Call::RemoveRanks(from, count)),
        1 => scores().prop_map(Call::RemoveScores),
        1 => bounds().prop_map(Call::RemoveMembers),
        1 => Just(Call::Rebuild),
        1 => Just(Call::Clone),
        1 => any::<bool>().prop_map(Call::Rehash),
    ]
}

fn order(a: &(f64, Vec<u8>), b: &(f64, Vec<u8>)) -> Ordering {
    a.0.partial_cmp(&b.0).unwrap().then_with(|| a.1.cmp(&b.1))
}

fn holds(range: &ScoreRange, score: f64) -> bool {
    std::ops::RangeBounds::contains(&(range.min, range.max), &score)
}

fn find(model: &Model, member: &[u8]) -> Option<usize> {
    model.iter().position(|(_, other)| other == member)
}

/// As ZADD does: a score that is equal stays as it is, with its sign.
fn set(model: &mut Model, member: &[u8], score: f64) -> Option<f64> {
    let old = find(model, member).map(|index| model.remove(index).0);
    let score = old.filter(|&old| old == score).unwrap_or(score);
    model.push((score, member.to_vec()));
    model.sort_by(order);
    old
}

fn insert(list: &mut SkipList, model: &mut Model, rng: &mut Rng, member: &[u8], score: f64) {
    let old = list.insert(member, score, rng).map(f64::to_bits);
    assert_eq!(old, set(model, member, score).map(f64::to_bits));
}

fn pair(node: &Node) -> (f64, Vec<u8>) {
    (node.score(), node.member().to_vec())
}

/// What a removal gave is what the model loses.
fn drain(model: &mut Model, removed: &[Node], stretch: Range<usize>) {
    let expected: Model = model.drain(stretch).collect();
    assert_eq!(removed.iter().map(pair).collect::<Model>(), expected);
}

/// The stretch that a predicate holds of.
fn stretch(model: &Model, holds: impl Fn(&(f64, Vec<u8>)) -> bool) -> Range<usize> {
    let start = model.iter().position(&holds).unwrap_or(0);
    start..start + model.iter().filter(|element| holds(element)).count()
}

fn remove_range(
    list: &mut SkipList,
    model: &mut Model,
    range: &impl Within,
    expected: Range<usize>,
) {
    let mut removed = Vec::new();
    assert_eq!(list.remove_in(range, |node| removed.push(node)), expected.len());
    drain(model, &removed, expected);
}

fn apply(list: &mut SkipList, model: &mut Model, rng: &mut Rng, call: Call) {
    let len = model.len();
    match call {
        Call::Insert(member, score) => insert(list, model, rng, &member, score),
        Call::InsertMany(from, count, score) => (from..from + count).for_each(|n| {
            insert(list, model, rng, format!("{n}").as_bytes(), score);
        }),
        Call::Decide(member, score, change) => decide(list, model, rng, &member, score, change),
        Call::Nudge(at, by) if len > 0 => {
            let (old, member) = model[at.index(len)].clone();
            let score = Some(old + by / 2.0).filter(|score| !score.is_nan()).unwrap_or(0.0);
            insert(list, model, rng, &member, score);
        }
        Call::Remove(member) => {
            let expected = find(model, &member).map(|index| model.remove(index));
            assert_eq!(list.remove(&member).as_ref().map(pair), expected);
        }
        Call::RemoveAt(at) if len > 0 => {
            let (score, member) = model.remove(at.index(len));
            assert_eq!(list.remove(&member).unwrap().score(), score);
        }
        Call::PopFirst(count) => (0..count).for_each(|_| {
            let expected = if model.is_empty() { None } else { Some(model.remove(0)) };
            assert_eq!(list.pop_first().as_ref().map(pair), expected);
        }),
        Call::PopLast(count) => (0..count).for_each(|_| {
            assert_eq!(list.pop_last().as_ref().map(pair), model.pop());
        }),
        Call::RemoveRanks(from, count) => {
            let from = from.index(len + 2);
            let expected = from.min(len)..(from + count).min(len);
            let mut removed = Vec::new();
            list.remove_ranks(from..from + count, |node| removed.push(node));
            drain(model, &removed, expected);
        }
        Call::RemoveScores(range) => {
            let expected = stretch(model, |(score, _)| holds(&range, *score));
            remove_range(list, model, &range, expected);
        }
        Call::RemoveMembers(bounds) => remove_members(list, model, rng, &bounds),
        Call::Rebuild => *list = rebuild(model, rng),
        Call::Clone => {
            let copy = list.clone();
            assert_eq!(copy.heights(), list.heights());
            *list = copy;
        }
        Call::Rehash(avoid) => {
            list.set_resize_policy(if avoid { ResizePolicy::Avoid } else { ResizePolicy::Enable });
            while list.rehash_for(|| true) {}
        }
        Call::Nudge(..) | Call::RemoveAt(_) => {}
    }
}

fn decide(
    list: &mut SkipList,
    model: &mut Model,
    rng: &mut Rng,
    member: &[u8],
    score: f64,
    change: bool,
) {
    let known = find(model, member);
    match list.find(member) {
        Lookup::Present(mut present) => {
            assert_eq!(Some(present.score()), known.map(|index| model[index].0));
            if change {
                assert_eq!(present.set_score(score), set(model, member, score) != Some(score));
            } else {
                assert_eq!(pair(&present.remove()), model.remove(known.unwrap()));
            }
        }
        Lookup::Absent(absent) => {
            assert_eq!(known, None);
            if change {
                assert_eq!(absent.insert(score, rng).member(), member);
                set(model, member, score);
            }
        }
    }
}

/// Ranges of members are for lists of equal scores: so all scores become equal first, which moves
/// some nodes and leaves others.
fn remove_members(list: &mut SkipList, model: &mut Model, rng: &mut Rng, bounds: &Bounds) {
    for (_, member) in model.clone() {
        insert(list, model, rng, &member, 1.0);
    }
    same_members(list, model, bounds);
    let expected = stretch(model, |(_, member)| bounds.holds(member));
    remove_range(list, model, &bounds.range(), expected);
}

fn rebuild(model: &Model, rng: &mut Rng) -> SkipList {
    let mut builder = Builder::new(SEED, model.len());
    for (score, member) in model {
        assert!(builder.push(member, *score, rng));
        assert!(!builder.push(member, f64::INFINITY, rng), "there already");
    }
    builder.finish()
}

fn both(element: Element<'_>) -> (f64, Vec<u8>) {
    (element.score(), element.member().to_vec())
}

fn same_stretch(list: &SkipList, model: &Model, range: &impl Within, expected: Range<usize>) {
    let ranks = list.ranks_in(range);
    assert_eq!(ranks.len(), expected.len());
    assert!(ranks.start <= ranks.end && (ranks.is_empty() || ranks == expected));
    let ends = (list.first_in(range).map(both), list.last_in(range).map(both));
    let elements = &model[expected];
    assert_eq!(ends, (elements.first().cloned(), elements.last().cloned()));
}

fn same_members(list: &SkipList, model: &Model, bounds: &Bounds) {
    let expected = stretch(model, |(_, member)| bounds.holds(member));
    same_stretch(list, model, &bounds.range(), expected);
}

fn same(list: &SkipList, model: &Model) {
    list.check();
    assert_eq!((list.len(), list.is_empty()), (model.len(), model.is_empty()));
    assert!(list.iter().map(both).eq(model.iter().cloned()));
    assert!(list.iter_rev().map(both).eq(model.iter().rev().cloned()));
    assert_eq!(list.first().map(both).as_ref(), model.first());
    assert_eq!(list.last().map(both).as_ref(), model.last());
    assert_eq!(list.nth(model.len()), None);
    for (rank, (score, member)) in model.iter().enumerate() {
        let element = list.get(member).unwrap();
        assert_eq!(element.score().to_bits(), score.to_bits());
        assert_eq!((list.rank(element), list.nth(rank)), (rank, Some(element)));
        assert_eq!(element.prev(), rank.checked_sub(1).and_then(|rank| list.nth(rank)));
        assert_eq!(element.next(), list.nth(rank + 1));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn a_skip_list_is_a_sorted_vec(
        seed in any::<u64>(),
        calls in prop::collection::vec(call(), 1..60),
        ranges in prop::collection::vec(scores(), 1..6),
        absent in prop::collection::vec(member(), 1..6),
    ) {
        let (mut list, mut model) = (SkipList::new(SEED), Model::new());
        let mut rng = Rng::new(seed);
        for call in calls {
            apply(&mut list, &mut model, &mut rng, call);
            same(&list, &model);
            for range in &ranges {
                let expected = stretch(&model, |(score, _)| holds(range, *score));
                same_stretch(&list, &model, range, expected);
            }
        }
        for member in absent {
            prop_assert_eq!(list.score(&member).is_some(), find(&model, &member).is_some());
        }
    }

    /// Whoever is there from the first call to the last is seen, and who is drawn is there.
    #[test]
    fn a_scan_misses_nobody(stay in 1usize..200, come_and_go in 0usize..400, seed in any::<u64>()) {
        let (mut list, mut rng) = (SkipList::new(SEED), Rng::new(seed));
        let name = |n: usize| format!("member:{n}").into_bytes();
        (0..stay).for_each(|n| assert!(list.insert(&name(n), n as f64, &mut rng).is_none()));
        let (mut seen, mut cursor, mut turn) = (BTreeSet::new(), 0, 0);
        loop {
            cursor = list.scan(cursor, |element| {
                seen.insert(element.member().to_vec());
            });
            if cursor == 0 {
                break;
            }
            let came: Vec<_> = (0..come_and_go).map(|n| name(stay + n)).collect();
            for member in &came {
                if turn % 2 == 0 {
                    list.insert(member, 1.0, &mut rng);
                } else {
                    list.remove(member);
                }
            }
            turn += 1;
            let drawn = list.random(&mut rng).unwrap();
            prop_assert_eq!(list.get(drawn.member()), Some(drawn));
        }
        prop_assert!((0..stay).all(|n| seen.contains(&name(n))));
    }
}

/// Heights are by lot, so any shape is possible; this one is bad luck: all low.
#[test]
fn a_list_of_one_level_is_slow_but_right() {
    let mut list = SkipList::new(SEED);
    let mut model = Model::new();
    // A generator is good luck or bad; from many, those are chosen that draw low.
    let mut low = (0..).map(Rng::new).filter(|rng| !rng.clone().next_u64().is_multiple_of(4));
    for n in 0..100u32 {
        insert(&mut list, &mut model, &mut low.next().unwrap(), &n.to_be_bytes(), f64::from(n % 7));
    }
    assert_eq!(list.heights(), [100]);
    same(&list, &model);
}
