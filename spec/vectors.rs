//! The vectors, replayed: on the engine, on our own server, and on the oracles that are there.

use crate::support::say_absent;
use conformance::suite::run_spec;
use conformance::target::Spec;
use conformance::{Options, suite};
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
