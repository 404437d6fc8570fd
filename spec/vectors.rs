//! The vectors, replayed: on the engine, on our own server, and on the oracles that are there.

use crate::support::say_absent;
use conformance::lock::{Lock, Locked};
use conformance::suite::run_spec;
use conformance::target::Spec;
use conformance::{Options, Summary, Verdict, suite};
use std::path::Path;

fn replay(target: &str) {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("spec/vectors");
    let cases = suite::load(&dir).unwrap_or_else(|errors| panic!("vectors: {errors:?}"));
    // Our own server must say what Redis says to the letter. A command that it does not have
    // yet is missing, not wrong.
    let own = target == "engine" || target.starts_with("keynotes=");
    let options = Options { strict_text: own, jobs: 2, ..Options::default() };
    let chosen = suite::choose(&cases, &options);
    let spec = Spec::parse(target).expect("a target");
    let summary = run_spec(&chosen, &spec, &options);
    assert!(summary.exit_code() == 0, "{summary}");
    if target == "engine" {
        let deaf = |outcome: &&conformance::Outcome| outcome.reason == "needs pubsub";
        let unheard: Vec<&str> =
            summary.outcomes.iter().filter(deaf).map(|outcome| &*outcome.case).collect();
        let says_so = |name: &&str| {
            let of_name = |case: &&conformance::case::Case| case.name() == **name;
            let case = cases.iter().find(of_name).expect("one that was played");
            case.needs.iter().any(|need| need == "pubsub")
        };
        // The engine shows its events without being asked to publish them.
        assert!(unheard.iter().all(says_so), "events that nobody looked at: {unheard:?}");
    }
}

/// The lock remembers what the oracles said to each case: a case that has changed since must be put
/// to them again, with `conformance lock`.
#[test]
fn the_lock_is_of_these_cases() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let cases = suite::load(&root.join("spec/vectors")).expect("vectors that can be read");
    let text = std::fs::read_to_string(root.join("spec/oracle.lock.json")).expect("a lock");
    let locked = Lock::parse(&text).unwrap_or_else(|error| panic!("the lock: {error}"));
    let stale = locked.differences(&Lock::new(&cases, &Summary::default()));
    assert!(stale.is_empty(), "conformance lock writes it anew:\n{}", stale.join("\n"));
    let disagree = |(name, case): (&String, &Locked)| {
        let wrong = [Verdict::Fail, Verdict::Text, Verdict::Missing];
        let bad = case.verdicts.values().flatten().any(|verdict| wrong.contains(verdict));
        bad.then(|| name.clone())
    };
    let disagreeing: Vec<String> = locked.cases.iter().filter_map(disagree).collect();
    assert!(disagreeing.is_empty(), "an oracle says otherwise: {disagreeing:?}");
}

/// An oracle that is not installed is said to be absent; where it must be there, that fails.
fn replay_on_oracle(name: &str, program: &str) {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).any(|dir| dir.join(program).is_file());
    let required = std::env::var_os("KEYNOTES_REQUIRE_ORACLES").is_some();
    if found {
        replay(name);
    } else {
        assert!(!required, "{program} is required and not installed");
        say_absent(&format!("{program} is not installed: the vectors were not replayed on it"));
    }
}

#[test]
fn engine() {
    replay("engine");
}

#[test]
fn keynotes() {
    replay(&format!("keynotes={}", env!("CARGO_BIN_EXE_keynotes")));
}

#[test]
fn redis() {
    replay_on_oracle("redis", "redis-server");
}

#[test]
fn valkey() {
    replay_on_oracle("valkey", "valkey-server");
}
