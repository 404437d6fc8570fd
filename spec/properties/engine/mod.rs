//! # The engine against the model, and the model against real servers
//!
//! Two clients, one in RESP2 and one in RESP3, ask whatever comes to mind. Three things must hold:
//!
//! ```text
//! engine ──── the same bytes ──── model ──── the same bytes ──── redis-server, valkey-server
//!    │
//!    └─ stream of effects ──> another engine: the same keys, values and deadlines
//! ```
//!
//! A run that fails shrinks to the fewest steps that still fail, and is printed as it would be
//! typed. `KEYNOTES_MODEL_COMMANDS` sets how many commands are tried, `KEYNOTES_MODEL_SEED` where
//! the lot begins: the same numbers give the same runs.

mod oracle;
mod pair;
mod requests;

use crate::model;
use pair::Pair;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use requests::{Clock, Step};
use std::cell::Cell;
use std::collections::BTreeMap;

const STEPS_MAX: usize = 400;
const COMMANDS: u64 = 20_000;
const DONE_MIN: usize = 10;

/// What happens before MULTI and EXEC, and whether EXEC refuses: as redis-server 7.0.15 does.
const WATCH_STORIES: &[(&[&str], bool)] = &[
    // Nothing was there, and what comes is dead.
    (&["SELECT 1", "SET k v PXAT 1", "SELECT 0", "WATCH k", "SWAPDB 0 1"], false),
    (&["SELECT 1", "SET k v PXAT 1", "SELECT 0", "WATCH k", "SWAPDB 0 1", "SET k v"], true),
    // It was dead, and goes, or stays dead, or comes to life.
    (&["SET k v PXAT 1", "WATCH k", "GET k"], false),
    (&["SET k v PXAT 1", "WATCH k", "FLUSHALL"], false),
    (&["SET k v PXAT 1", "WATCH k", "SWAPDB 0 1"], false),
    (&["SET k v PXAT 1", "WATCH k", "SWAPDB 0 1", "SWAPDB 0 1"], false),
    (&["SET k v PXAT 1", "WATCH k", "SET k v"], true),
    (&["SET k v PXAT 1", "WATCH k", "SET k v PXAT 1"], true),
    (&["SET k v PXAT 1", "WATCH k", "PERSIST k"], false),
    // It lived, and goes.
    (&["SET k v", "WATCH k", "FLUSHDB"], true),
    (&["SET k v", "WATCH k", "SWAPDB 0 1"], true),
    (&["SET k v", "WATCH k", "SET k v PXAT 1"], true),
    (&["SELECT 1", "SET k v", "SELECT 0", "WATCH k", "SWAPDB 0 1"], true),
];

#[test]
fn the_engine_answers_as_the_model_and_its_effects_make_the_same_keyspace() {
    let mut done = BTreeMap::new();
    let tried = run("engine", number("KEYNOTES_MODEL_COMMANDS", COMMANDS), Clock::Ours, |steps| {
        let mut pair = Pair::new();
        steps.iter().try_for_each(|step| pair.step(step))?;
        pair.compare_keys()?;
        pair.done.iter().for_each(|(name, count)| *done.entry(name.clone()).or_default() += count);
        Ok(steps.iter().filter(|step| matches!(step, Step::Ask { .. })).count())
    });
    assert_all_were_done(&done);
    eprintln!("engine = model: {tried} commands");
}

/// What a lot of a million does not draw: watched keys that die, or were dead, and change places.
#[test]
fn a_watch_sees_a_dead_key_as_none() {
    for (lines, broken) in WATCH_STORIES {
        let mut pair = Pair::new();
        for line in lines.iter().chain(&["MULTI"]) {
            pair.step(&Step::line(line)).unwrap_or_else(|why| panic!("{lines:?}: {why}"));
        }
        let exec = pair.step(&Step::line("EXEC"));
        exec.unwrap_or_else(|why| panic!("{lines:?}: {why}"));
        assert_eq!(pair.last == b"*-1\r\n", *broken, "{lines:?}");
    }
}

/// A run of nothing but errors would agree too: each command must have done something now and then.
fn assert_all_were_done(done: &BTreeMap<String, usize>) {
    let times = |name: &str| done.get(name).copied().unwrap_or(0);
    let idle: Vec<_> = model::names().filter(|name| times(name) < DONE_MIN).collect();
    assert!(idle.is_empty(), "hardly ever without an error: {idle:?}");
}

/// Runs until so many commands were asked; returns how many. The verdict on a run is how many
/// commands it asked, or what went wrong.
fn run(
    name: &str,
    commands: u64,
    clock: Clock,
    mut verdict: impl FnMut(&[Step]) -> Result<usize, String>,
) -> u64 {
    let config = Config {
        // More than enough: half of the steps of an average run.
        cases: (commands / (STEPS_MAX as u64 / 4)) as u32,
        failure_persistence: None,
        max_shrink_iters: 20_000,
        ..Config::default()
    };
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&number("KEYNOTES_MODEL_SEED", 1).to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let tried = Cell::new(0);
    let verdict = std::cell::RefCell::new(&mut verdict);
    let runs = proptest::collection::vec(any::<u64>().no_shrink(), 1..STEPS_MAX);
    let result = TestRunner::new_with_rng(config, rng).run(&runs, |seeds| {
        if tried.get() >= commands {
            return Ok(());
        }
        let steps: Vec<Step> = seeds.iter().map(|seed| Step::draw(*seed, clock)).collect();
        let asked = (verdict.borrow_mut())(&steps).map_err(TestCaseError::fail)?;
        tried.set(tried.get() + asked as u64);
        Ok(())
    });
    if let Err(TestError::Fail(why, seeds)) = result {
        let steps: Vec<String> =
            seeds.iter().map(|seed| Step::draw(*seed, clock).to_string()).collect();
        panic!("{name}: after\n{}\n{why}", steps.join("\n"));
    }
    result.expect("no other way to fail");
    assert!(tried.get() >= commands, "{name}: only {} commands were tried", tried.get());
    tried.get()
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}
