//! Skip list against a `HashMap` of scores with a `BTreeSet` of std's, which knows no ranks, or of
//! indexset, which does. Both keep each member twice, as any first draft would.
//!
//! A run prints the CPU time of a thousand calls at random places. What they changed is changed back
//! outside of the clock.

use std::collections::{BTreeSet, HashMap};
use std::hint::black_box;
use std::ops::Bound;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use keynotes::base::hash::HashSeed;
use keynotes::base::rng::Rng;
use keynotes::server::memory::{KeynotesAllocator, Meter};
use keynotes::structures::skiplist::{Builder, ScoreRange, SkipList};

/// The server's allocator.
#[global_allocator]
static ALLOCATOR: KeynotesAllocator = KeynotesAllocator;

const SEED: HashSeed = HashSeed(*b"sixteen bytes ok");
const LENS: [usize; 4] = [1000, 10_000, 100_000, 1_000_000];
/// How a call's cost grows is measured up to here.
const GROWTH: [usize; 5] = [1000, 10_000, 100_000, 1_000_000, 10_000_000];
const BATCH: usize = 1000;

/// Scores that are in order; none is NaN.
#[derive(Clone, Copy, PartialEq)]
struct Score(f64);

impl Eq for Score {}

impl Ord for Score {
    fn cmp(&self, other: &Score) -> std::cmp::Ordering {
        self.0.partial_cmp(&other.0).expect("no score is NaN")
    }
}

impl PartialOrd for Score {
    fn partial_cmp(&self, other: &Score) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

type Pair = (Score, Vec<u8>);
type Std = Indexed<BTreeSet<Pair>>;
type Counted = Indexed<indexset::BTreeSet<Pair>>;

/// A sorted set, as a server needs it.
trait Sorted {
    const NAME: &str;
    fn empty() -> Self;
    fn insert(&mut self, member: &[u8], score: f64, rng: &mut Rng);
    fn remove(&mut self, member: &[u8]);
    fn pop_first(&mut self) -> Vec<u8>;
    /// Bytes of the members of ten elements from a score on.
    fn ten_from(&self, score: f64) -> usize;
    fn rank(&self, member: &[u8]) -> Option<usize>;
}

/// What the two trees have in common.
trait Tree: Default {
    const NAME: &str;
    fn add(&mut self, pair: Pair);
    fn delete(&mut self, pair: &Pair);
    fn pop(&mut self) -> Pair;
    fn from(&self, pair: Pair) -> impl Iterator<Item = &Pair>;
    fn rank_of(&self, pair: &Pair) -> Option<usize>;
}

#[derive(Default)]
struct Indexed<T> {
    scores: HashMap<Vec<u8>, f64>,
    order: T,
}

impl Tree for BTreeSet<Pair> {
    const NAME: &str = "std";

    fn add(&mut self, pair: Pair) {
        self.insert(pair);
    }

    fn delete(&mut self, pair: &Pair) {
        self.remove(pair);
    }

    fn pop(&mut self) -> Pair {
        self.pop_first().expect("not empty")
    }

    fn from(&self, pair: Pair) -> impl Iterator<Item = &Pair> {
        self.range(pair..)
    }

    fn rank_of(&self, _: &Pair) -> Option<usize> {
        None
    }
}

impl Tree for indexset::BTreeSet<Pair> {
    const NAME: &str = "indexset";

    fn add(&mut self, pair: Pair) {
        self.insert(pair);
    }

    fn delete(&mut self, pair: &Pair) {
        self.remove(pair);
    }

    fn pop(&mut self) -> Pair {
        self.pop_first().expect("not empty")
    }

    fn from(&self, pair: Pair) -> impl Iterator<Item = &Pair> {
        self.range(pair..)
    }

    fn rank_of(&self, pair: &Pair) -> Option<usize> {
        Some(self.rank(pair))
    }
}

impl<T: Tree> Sorted for Indexed<T> {
    const NAME: &str = T::NAME;

    fn empty() -> Self {
        Indexed { scores: HashMap::new(), order: T::default() }
    }

    fn insert(&mut self, member: &[u8], score: f64, _: &mut Rng) {
        match self.scores.get_mut(member) {
            Some(old) => {
                self.order.delete(&(Score(*old), member.to_vec()));
                *old = score;
            }
            None => drop(self.scores.insert(member.to_vec(), score)),
        }
        self.order.add((Score(score), member.to_vec()));
    }

    fn remove(&mut self, member: &[u8]) {
        let (member, score) = self.scores.remove_entry(member).expect("there");
        self.order.delete(&(Score(score), member));
    }

    fn pop_first(&mut self) -> Vec<u8> {
        let (_, member) = self.order.pop();
        self.scores.remove(&member);
        member
    }

    fn ten_from(&self, score: f64) -> usize {
        self.order.from((Score(score), Vec::new())).take(10).map(|(_, member)| member.len()).sum()
    }

    fn rank(&self, member: &[u8]) -> Option<usize> {
        self.order.rank_of(&(Score(self.scores[member]), member.to_vec()))
    }
}

impl Sorted for SkipList {
    const NAME: &str = "skiplist";

    fn empty() -> Self {
        SkipList::new(SEED)
    }

    fn insert(&mut self, member: &[u8], score: f64, rng: &mut Rng) {
        SkipList::insert(self, member, score, rng);
    }

    fn remove(&mut self, member: &[u8]) {
        SkipList::remove(self, member).expect("there");
    }

    fn pop_first(&mut self) -> Vec<u8> {
        SkipList::pop_first(self).expect("not empty").member().to_vec()
    }

    fn ten_from(&self, score: f64) -> usize {
        let range = ScoreRange { min: Bound::Included(score), max: Bound::Unbounded };
        let first = self.first_in(&range).into_iter();
        first.flat_map(|first| first.forward().take(10)).map(|element| element.member().len()).sum()
    }

    fn rank(&self, member: &[u8]) -> Option<usize> {
        self.get(member).map(|element| SkipList::rank(self, element))
    }
}

fn member(n: usize) -> [u8; 19] {
    let mut member = *b"member:............";
    let mut digits = n;
    for byte in member[7..].iter_mut().rev() {
        *byte = b'0' + (digits % 10) as u8;
        digits /= 10;
    }
    member
}

/// A list of so many elements, whose scores are random.
fn filled<S: Sorted>(len: usize, rng: &mut Rng) -> S {
    let mut sorted = S::empty();
    for n in 0..len {
        let score = rng.next_f64();
        sorted.insert(&member(n), score, rng);
    }
    sorted
}

fn cpu_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the clock exists on Linux, and the pointer leads to a timespec.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// CPU time of a batch's calls.
fn clocked(mut calls: impl FnMut()) -> Duration {
    let start = cpu_time();
    calls();
    cpu_time() - start
}

/// Runs batches, each of which says how long it took.
fn batches(
    group: &mut criterion::BenchmarkGroup<'_, criterion::measurement::WallTime>,
    id: BenchmarkId,
    mut batch: impl FnMut() -> Duration,
) {
    group.bench_function(id, |b| b.iter_custom(|times| (0..times).map(|_| batch()).sum()));
}

fn draw(len: usize, rng: &mut Rng) -> Vec<[u8; 19]> {
    (0..BATCH).map(|_| member(rng.below(len as u64) as usize)).collect()
}

fn insert_batch<S: Sorted>(sorted: &mut S, len: usize, rng: &mut Rng) -> Duration {
    let new: Vec<_> = (0..BATCH).map(|n| (member(len + n), rng.next_f64())).collect();
    let time =
        clocked(|| new.iter().for_each(|(member, score)| sorted.insert(member, *score, rng)));
    new.iter().for_each(|(member, _)| sorted.remove(member));
    time
}

fn rank_batch<S: Sorted>(sorted: &S, len: usize, rng: &mut Rng) -> Duration {
    let members = draw(len, rng);
    clocked(|| {
        members.iter().for_each(|member| {
            black_box(sorted.rank(member));
        })
    })
}

fn pop_batch<S: Sorted>(sorted: &mut S, rng: &mut Rng) -> Duration {
    let mut popped = Vec::with_capacity(BATCH);
    let time = clocked(|| (0..BATCH / 2).for_each(|_| popped.push(sorted.pop_first()))) * 2;
    popped.iter().for_each(|member| {
        let score = rng.next_f64();
        sorted.insert(member, score, rng);
    });
    time
}

fn calls<S: Sorted>(c: &mut Criterion, len: usize) {
    let mut rng = Rng::new(len as u64);
    let meter = Meter::new();
    let before = meter.used_bytes();
    let mut sorted: S = filled(len, &mut rng);
    let per_element = (meter.used_bytes() - before) as f64 / len as f64;
    println!("{} of {len}: {per_element:.1} bytes an element", S::NAME);
    let id = || BenchmarkId::new(S::NAME, len);
    batches(&mut c.benchmark_group("insert"), id(), || insert_batch(&mut sorted, len, &mut rng));
    batches(&mut c.benchmark_group("update"), id(), || {
        let members = draw(len, &mut rng);
        clocked(|| {
            members.iter().for_each(|member| {
                let score = rng.next_f64();
                sorted.insert(member, score, &mut rng);
            })
        })
    });
    if sorted.rank(&member(0)).is_some() {
        batches(&mut c.benchmark_group("rank"), id(), || rank_batch(&sorted, len, &mut rng));
    }
    batches(&mut c.benchmark_group("ten_from"), id(), || {
        let scores: Vec<f64> = (0..BATCH).map(|_| rng.next_f64()).collect();
        clocked(|| {
            scores.iter().for_each(|&score| {
                black_box(sorted.ten_from(score));
            })
        })
    });
    batches(&mut c.benchmark_group("pop_first"), id(), || pop_batch(&mut sorted, &mut rng));
}

fn against(c: &mut Criterion) {
    for len in LENS {
        calls::<SkipList>(c, len);
        calls::<Std>(c, len);
        calls::<Counted>(c, len);
    }
}

/// How insert and rank grow; and building from what is in order.
fn growth(c: &mut Criterion) {
    for len in GROWTH {
        let mut rng = Rng::new(len as u64);
        let mut sorted: SkipList = filled(len, &mut rng);
        while sorted.rehash_for(|| true) {}
        println!("heights of {len}: {:?}", sorted.heights());
        let mut group = c.benchmark_group("growth");
        batches(&mut group, BenchmarkId::new("insert", len), || {
            insert_batch(&mut sorted, len, &mut rng)
        });
        batches(&mut group, BenchmarkId::new("rank", len), || rank_batch(&sorted, len, &mut rng));
        if len <= 1_000_000 {
            group.sample_size(10);
            group.bench_function(BenchmarkId::new("build", len), |b| {
                b.iter_with_large_drop(|| {
                    let mut builder = Builder::new(SEED, len);
                    (0..len).for_each(|n| assert!(builder.push(&member(n), n as f64, &mut rng)));
                    builder.finish()
                });
            });
        }
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(600))
        .nresamples(1001)
        .without_plots()
        .sample_size(20);
    targets = against, growth
}
criterion_main!(benches);
