//! Dict against a `BTreeMap`: the same answers after any sequence of calls, and the
//! promises that a map cannot make: SCAN, fairness, the summary of expiries.

use std::collections::{BTreeMap, BTreeSet};

use keynotes::base::hash::{HashSeed, hash};
use keynotes::structures::dict::{Dict, Item, Lookup, ResizePolicy};
use keynotes::structures::entry::{Entry, NewPayload, Payload};
use proptest::prelude::*;

type E = Entry<Vec<u8>>;

const SEED: HashSeed = HashSeed(*b"sixteen bytes ok");

#[derive(Clone, Debug)]
enum Call {
    Set(u16, i64, Option<i64>),
    Unique(u16),
    Expire(u16, Option<i64>),
    Remove(u16),
    RemoveRange(u16, u16),
    SetRange(u16, u16),
    Step(usize),
    Policy(bool),
    Reserve(usize),
    ScanExpiring(usize),
    Clear,
}

fn call() -> impl Strategy<Value = Call> {
    let key = 0u16..600;
    let expiry = proptest::option::of(0i64..1000);
    prop_oneof![
        6 => (key.clone(), any::<i64>(), expiry.clone()).prop_map(|(k, v, e)| Call::Set(k, v, e)),
        2 => key.clone().prop_map(Call::Unique),
        3 => (key.clone(), expiry).prop_map(|(k, e)| Call::Expire(k, e)),
        4 => key.clone().prop_map(Call::Remove),
        1 => (key.clone(), key.clone()).prop_map(|(a, b)| Call::RemoveRange(a, b)),
        2 => (key.clone(), key).prop_map(|(a, b)| Call::SetRange(a, b)),
        2 => (1usize..20).prop_map(Call::Step),
        1 => any::<bool>().prop_map(Call::Policy),
        1 => (0usize..2000).prop_map(Call::Reserve),
        1 => (1usize..30).prop_map(Call::ScanExpiring),
        1 => Just(Call::Clear),
    ]
}

fn name(key: u16) -> Vec<u8> {
    format!("key:{key}").into_bytes()
}

fn item(key: u16, value: i64, expiry_ms: Option<i64>) -> E {
    Entry::new(&name(key), NewPayload::Int(value), expiry_ms)
}

type Model = BTreeMap<Vec<u8>, (i64, Option<i64>)>;

fn set(dict: &mut Dict<E>, model: &mut Model, key: u16, value: i64, expiry_ms: Option<i64>) {
    let known = model.insert(name(key), (value, expiry_ms)).is_some();
    match dict.find_or_vacant(&name(key)) {
        Lookup::Occupied(mut found) => {
            assert!(known);
            if value % 2 == 0 {
                found.replace(item(key, value, expiry_ms));
            } else {
                found.set_payload(NewPayload::Int(value));
                found.set_expiry(expiry_ms);
            }
        }
        Lookup::Vacant(place) => {
            assert!(!known);
            assert_eq!(place.insert(item(key, value, expiry_ms)).key(), name(key));
        }
    }
}

fn apply(dict: &mut Dict<E>, model: &mut Model, call: Call) {
    match call {
        Call::Set(key, value, expiry_ms) => set(dict, model, key, value, expiry_ms),
        Call::Unique(key) => {
            if !dict.contains(&name(key)) {
                dict.insert_unique(item(key, 1, Some(1)));
                model.insert(name(key), (1, Some(1)));
            }
        }
        Call::Expire(key, expiry_ms) => {
            let found = dict.get_mut(&name(key));
            assert_eq!(found.is_some(), model.contains_key(&name(key)));
            if let Some(mut found) = found {
                found.set_expiry(expiry_ms);
                model.get_mut(&name(key)).unwrap().1 = expiry_ms;
            }
        }
        Call::Remove(key) => {
            let removed = match key % 2 {
                0 => dict.remove(&name(key)),
                _ => dict.get_mut(&name(key)).map(|found| found.remove()),
            };
            assert_eq!(
                removed.map(|e| e.key().to_vec()),
                model.remove_entry(&name(key)).map(|(k, _)| k)
            );
        }
        Call::RemoveRange(a, b) => (a..b).for_each(|key| {
            assert_eq!(dict.remove(&name(key)).is_some(), model.remove(&name(key)).is_some());
        }),
        Call::SetRange(a, b) => (a..b).for_each(|key| set(dict, model, key, 3, None)),
        Call::Step(buckets) => {
            let _ = dict.rehash_step(buckets);
        }
        Call::Policy(avoid) => {
            dict.set_resize_policy(if avoid { ResizePolicy::Avoid } else { ResizePolicy::Enable });
        }
        Call::Reserve(items) => dict.reserve(items),
        Call::ScanExpiring(chains) => {
            let _ = dict.scan_expiring(0, chains, |e| assert!(e.has_expiry()));
        }
        Call::Clear => {
            dict.clear();
            model.clear();
        }
    }
}

fn value(e: &E) -> i64 {
    match e.payload() {
        Payload::Int(int) => int,
        other => panic!("{other:?}"),
    }
}

fn same(dict: &mut Dict<E>, model: &Model) {
    dict.check();
    assert_eq!(dict.len(), model.len());
    for (key, (int, expiry_ms)) in model {
        let found = dict.get(key).unwrap();
        assert_eq!((value(found), found.expiry_ms()), (*int, *expiry_ms));
    }
    let all: BTreeSet<Vec<u8>> = dict.iter().map(|e| e.key().to_vec()).collect();
    assert!(all.iter().eq(model.keys()));
    assert_eq!(scan_all(dict), all);
    let mut expiring = Vec::new();
    let mut cursor = 0;
    loop {
        cursor = dict.scan_expiring(cursor, 3, |e| expiring.push(e.key().to_vec()));
        if cursor == 0 {
            break;
        }
    }
    expiring.sort();
    assert!(expiring.iter().eq(model.iter().filter(|(_, v)| v.1.is_some()).map(|(k, _)| k)));
    assert_eq!(expiring.len(), dict.expiring_len());
}

fn scan_all(dict: &Dict<E>) -> BTreeSet<Vec<u8>> {
    let mut seen = BTreeSet::new();
    let mut cursor = 0;
    loop {
        cursor = dict.scan(cursor, |e| seen.extend([e.key().to_vec()]));
        if cursor == 0 {
            return seen;
        }
    }
}

/// xorshift: chance from a fixed seed.
fn chance(mut state: u64) -> impl FnMut() -> u64 {
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }
}

proptest! {
    #[test]
    fn a_dict_is_a_map(calls in proptest::collection::vec(call(), 1..60)) {
        let mut dict = Dict::new(SEED);
        let mut model = Model::new();
        for call in calls {
            apply(&mut dict, &mut model, call);
            dict.check();
        }
        same(&mut dict, &model);
    }

    #[test]
    fn scan_sees_all_that_stays(
        calls in proptest::collection::vec(call(), 1..80),
        stay in 600u16..900,
    ) {
        let mut dict = Dict::new(SEED);
        let mut model = Model::new();
        let keep = |call: &Call| !matches!(call, Call::Clear);
        (600..stay).for_each(|key| set(&mut dict, &mut model, key, 1, None));
        let mut seen = BTreeSet::new();
        let mut cursor = dict.scan(0, |e| seen.extend([e.key().to_vec()]));
        for call in calls.into_iter().filter(keep) {
            apply(&mut dict, &mut model, call);
            if cursor == 0 {
                break;
            }
            cursor = dict.scan(cursor, |e| seen.extend([e.key().to_vec()]));
        }
        while cursor != 0 {
            cursor = dict.scan(cursor, |e| seen.extend([e.key().to_vec()]));
        }
        for key in 600..stay {
            prop_assert!(seen.contains(&name(key)), "missed {key}");
        }
    }
}

#[test]
fn resizes_go_by_steps_both_ways() {
    let mut dict = Dict::new(SEED);
    let mut resizes = 0;
    for key in 0..60_000 {
        let was = dict.is_resizing();
        dict.insert_unique(item(key, 1, None));
        resizes += u32::from(!was && dict.is_resizing());
    }
    // From 16 buckets to 16384: ten doublings, each with both tables alive for a while.
    assert!((9..=11).contains(&resizes), "{resizes}");
    while dict.rehash_step(1000) {}
    dict.check();
    assert_eq!(dict.stats()[0].buckets, 16_384);
    (0..60_000).for_each(|key| drop(dict.remove(&name(key)).unwrap()));
    dict.check();
    assert!(dict.mem_bytes() <= 64 * 17, "{}", dict.mem_bytes());
}

#[test]
fn avoid_holds_a_resize_until_chains_are_four_times_too_long() {
    let mut dict = Dict::new(SEED);
    dict.reserve(1_400);
    assert_eq!(dict.stats()[0].buckets, 256);
    dict.set_resize_policy(ResizePolicy::Avoid);
    (0..5_600).for_each(|key| dict.insert_unique(item(key, 1, None)));
    assert_eq!(dict.stats().len(), 1);
    (5_600..8_000).for_each(|key| dict.insert_unique(item(key, 1, None)));
    while dict.rehash_step(100) {}
    dict.check();
    assert!(dict.stats()[0].buckets > 256);
}

#[test]
fn a_million_keys_cost_less_than_17_and_a_half_bytes_each() {
    let mut dict: Dict<E> = Dict::new(SEED);
    for key in 0..1_000_000 {
        dict.insert_unique(Entry::new(format!("key:{key}").as_bytes(), NewPayload::Int(1), None));
    }
    while dict.rehash_step(1000) {}
    let per_key = dict.mem_bytes() as f64 / 1e6;
    assert!(per_key < 17.5, "{per_key}");
    assert_eq!(dict.stats()[0].buckets, 1 << 18);
}

#[test]
fn random_is_fair_even_in_the_middle_of_a_resize() {
    for (items, steps) in [(5u16, 0), (300, 0), (715, 30), (1500, 1)] {
        let mut dict = Dict::new(SEED);
        (0..items).for_each(|key| dict.insert_unique(item(key, i64::from(key), None)));
        dict.rehash_step(steps);
        let mut rng = chance(u64::from(items));
        let mut hits = vec![0u32; usize::from(items)];
        let per_item = 200;
        for _ in 0..usize::from(items) * per_item {
            hits[value(dict.random(&mut rng).unwrap()) as usize] += 1;
        }
        let expected = per_item as f64;
        let chi: f64 = hits.iter().map(|&n| (f64::from(n) - expected).powi(2) / expected).sum();
        // The mean of chi-square is its degrees of freedom, its variance twice that: 4.5 sigma.
        let freedom = f64::from(items - 1);
        assert!((chi - freedom).abs() < 4.5 * (2.0 * freedom).sqrt() + 3.0, "{items}: {chi}");
    }
}

#[test]
fn random_and_sample_end_in_a_nearly_empty_table() {
    let mut dict = Dict::new(SEED);
    let mut rng = chance(1);
    assert!(dict.random(&mut rng).is_none());
    dict.reserve(100_000);
    dict.insert_unique(item(7, 7, None));
    assert_eq!(value(dict.random(&mut rng).unwrap()), 7);
    assert!(dict.sample(5, &mut rng, |_| ()) <= 1);
    (8..1000).for_each(|key| dict.insert_unique(item(key, 7, None)));
    let mut seen = BTreeSet::new();
    let visited = dict.sample(5, &mut rng, |e| assert!(seen.insert(e.key().to_vec())));
    assert_eq!(visited, seen.len());
}

#[test]
fn items_are_taken_at_random_until_none_is_left() {
    let mut dict = Dict::new(SEED);
    for key in 0..2000 {
        dict.insert_unique(item(key, i64::from(key), (key % 3 == 0).then_some(5)));
    }
    let mut rng = chance(3);
    let mut taken = BTreeSet::new();
    while let Some(item) = dict.take_random(&mut rng) {
        assert!(taken.insert(value(&item)) && !dict.contains(item.key()));
        if taken.len() % 100 == 0 {
            dict.check();
        }
    }
    assert_eq!((taken.len(), dict.len(), dict.expiring_len()), (2000, 0, 0));
}

#[test]
fn the_summary_makes_a_search_among_few_expiries_cheap() {
    let mut dict = Dict::new(SEED);
    for key in 0..60_000 {
        dict.insert_unique(item(key, 1, (key % 20_000 == 0).then_some(5)));
    }
    while dict.rehash_step(1000) {}
    let mut found = 0;
    // 16384 chains are 256 words; three expiries are three chains, whose words are read again.
    assert_eq!(dict.scan_expiring(0, 256 + 2 * 3, |_| found += 1), 0);
    assert_eq!(found, 3);
}

#[test]
fn a_hash_computed_before_finds_the_same() {
    let mut dict = Dict::new(SEED);
    (0..100).for_each(|key| dict.insert_unique(item(key, i64::from(key), None)));
    let h = hash(&SEED, b"key:42");
    dict.prefetch_bucket(h);
    dict.prefetch_item(h);
    assert_eq!(dict.get_hashed(h, b"key:42").map(value), Some(42));
    assert_eq!(dict.remove_hashed(h, b"key:42").map(|e| value(&e)), Some(42));
    assert!(dict.get_mut_hashed(h, b"key:42").is_none());
}

/// An item that counts how often it is asked for its key shows comparisons without need.
#[test]
fn a_miss_looks_at_items_with_the_same_tag_only() {
    struct Spy(Box<(Vec<u8>, std::cell::Cell<u32>)>);
    impl Item for Spy {
        fn key(&self) -> &[u8] {
            self.0.1.set(self.0.1.get() + 1);
            &self.0.0
        }
    }
    let mut dict = Dict::new(SEED);
    (0..1000).for_each(|key| dict.insert_unique(Spy(Box::new((name(key), 0.into())))));
    dict.iter().for_each(|spy| spy.0.1.set(0));
    (1000..2000).for_each(|key| assert!(dict.get(&name(key)).is_none()));
    let looks: u32 = dict.iter().map(|spy| spy.0.1.get()).sum();
    assert!(looks < 50, "{looks} keys compared for 1000 misses");
}
