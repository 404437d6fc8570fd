//! Every example is run: on the engine, on our own server, and on Redis and Valkey where they are.

use crate::support::say_absent;
use conformance::case::Case;
use conformance::suite::{Options, run_spec};
use conformance::target::Spec;

use super::{Note, notes};

/// The examples of a chapter.
pub fn of(note: &Note) -> Vec<Case> {
    let file = format!("notes/{}.md", note.stem);
    conformance::fence::parse(&file, &note.text).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_chapter_has_examples() {
    for note in notes() {
        let there = note.part("Examples").matches("```redis ").count();
        assert!(there >= 3, "{}: {there} examples", note.stem);
    }
}

#[test]
fn examples_answer_as_shown_on_the_engine() {
    shown_on("engine");
}

#[test]
fn examples_answer_as_shown_on_our_server() {
    shown_on(concat!("keynotes=", env!("CARGO_BIN_EXE_keynotes")));
}

#[test]
fn examples_answer_as_shown_on_redis() {
    shown_on_oracle("redis", "redis-server");
}

#[test]
fn examples_answer_as_shown_on_valkey() {
    shown_on_oracle("valkey", "valkey-server");
}

/// redis-cli shows RESP2 unless told otherwise, and so do the chapters.
fn shown_on(target: &str) {
    let cases: Vec<Case> = notes().iter().flat_map(of).collect();
    let cases: Vec<&Case> = cases.iter().collect();
    let options =
        Options { resp: vec![2], strict_text: true, strict_missing: true, ..Options::default() };
    let summary = run_spec(&cases, &Spec::parse(target).expect("a target"), &options);
    assert_eq!(summary.exit_code(), 0, "\n{summary}");
}

fn shown_on_oracle(name: &str, program: &str) {
    let path = std::env::var_os("PATH").unwrap_or_default();
    if std::env::split_paths(&path).any(|dir| dir.join(program).is_file()) {
        shown_on(name);
    } else {
        let required = std::env::var_os("KEYNOTES_REQUIRE_ORACLES").is_some();
        assert!(!required, "{program} is required and not installed");
        say_absent(&format!("{program} is not installed: the examples were not run on it"));
    }
}
