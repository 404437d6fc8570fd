//! SCAN's promise, through commands: what is there all along is seen, what never was is not.

use crate::support::Redis;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// What happens between two calls of SCAN.
#[derive(Clone, Debug)]
enum Between {
    Nothing,
    /// So many keys come: the table grows.
    Add(u32),
    /// So many of those go, the oldest first: it shrinks.
    Delete(u32),
    /// So many come that are dead at the next call.
    AddDying(u32),
}

/// Asks for one call's worth; gives the next cursor and the keys.
fn scan(redis: &mut Redis, cursor: &str, options: &str) -> (String, Vec<String>) {
    let reply = redis.ask(&format!("SCAN {cursor} {options}"));
    let mut words =
        reply.split(' ').filter(|word| !word.starts_with(['*', '$'])).map(str::to_owned);
    (words.next().expect("a cursor"), words.collect())
}

fn between() -> impl Strategy<Value = Between> {
    prop_oneof![
        2 => Just(Between::Nothing),
        2 => (1..400u32).prop_map(Between::Add),
        2 => (1..600u32).prop_map(Between::Delete),
        1 => (1..50u32).prop_map(Between::AddDying),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn what_stays_is_seen_and_what_is_dead_is_not(
        stays in 0..300u32,
        goes in 0..2000u32,
        count in 1..40u32,
        steps in proptest::collection::vec(between(), 1..40),
    ) {
        let mut redis = Redis::new();
        redis.engine.keys.sweeper.enabled = false;
        (0..stays).for_each(|i| drop(redis.ask(&format!("SET stays:{i} v"))));
        (0..goes).for_each(|i| drop(redis.ask(&format!("SET goes:{i} v"))));
        let (mut first, mut next, mut dying) = (0, goes, 0);
        let mut seen = BTreeSet::new();
        let mut cursor = "0".to_owned();
        for turn in 0.. {
            let (after, keys) = scan(&mut redis, &cursor, &format!("COUNT {count}"));
            prop_assert!(!keys.iter().any(|key| key.starts_with("dies:")), "a dead key: {keys:?}");
            seen.extend(keys);
            cursor = after;
            if cursor == "0" {
                break;
            }
            match &steps[turn % steps.len()] {
                Between::Nothing => {}
                Between::Add(n) if turn < 100 => {
                    (next..next + n).for_each(|i| drop(redis.ask(&format!("SET goes:{i} v"))));
                    next += n;
                }
                Between::Add(_) => {}
                Between::Delete(n) => {
                    let until = (first + n).min(next);
                    (first..until).for_each(|i| drop(redis.ask(&format!("DEL goes:{i}"))));
                    first = until;
                }
                Between::AddDying(n) => {
                    for i in dying..dying + n {
                        redis.ask(&format!("SET dies:{i} v PX 1"));
                    }
                    dying += n;
                    redis.advance_ms(2);
                }
            }
        }
        for i in 0..stays {
            prop_assert!(seen.contains(&format!("stays:{i}")), "stays:{i} was missed");
        }
        let known = |key: &String| key.starts_with("stays:") || key.starts_with("goes:");
        prop_assert!(seen.iter().all(known));
    }
}

#[test]
fn a_walk_over_a_table_at_rest_meets_each_key_once() {
    let mut redis = Redis::new();
    (0..5000).for_each(|i| drop(redis.ask(&format!("SET k{i} v"))));
    // Until no resize is under way, in which chains of the larger table may be split over calls.
    while redis.engine.keys.dbs()[0].dicts()[0].is_resizing() {
        redis.ask("SET k0 v");
    }
    let (mut cursor, mut met, mut calls) = ("0".to_owned(), Vec::new(), 0);
    loop {
        let (after, keys) = scan(&mut redis, &cursor, "COUNT 100");
        met.extend(keys);
        calls += 1;
        cursor = after;
        if cursor == "0" {
            break;
        }
    }
    assert_eq!(met.len(), 5000);
    assert_eq!(met.iter().collect::<BTreeSet<_>>().len(), 5000);
    assert!((40..=50).contains(&calls), "{calls} calls of about 100 keys");
}

#[test]
fn a_narrow_pattern_costs_as_many_calls_as_a_wide_one() {
    let mut redis = Redis::new();
    (0..2000).for_each(|i| drop(redis.ask(&format!("SET other:{i} v"))));
    redis.ask("SET needle v");
    let (mut cursor, mut calls, mut empty, mut found) = ("0".to_owned(), 0, 0, 0);
    loop {
        let (after, keys) = scan(&mut redis, &cursor, "MATCH needle COUNT 20");
        calls += 1;
        empty += usize::from(keys.is_empty());
        found += keys.len();
        cursor = after;
        if cursor == "0" {
            break;
        }
    }
    assert_eq!((found, calls - empty), (1, 1));
    assert!(calls > 70, "{calls}");
}
