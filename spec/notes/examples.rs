//! Every example is run: on the engine, on our own server, and on Redis and Valkey where they are.

use std::collections::BTreeSet;

use conformance::case::Case;
use conformance::suite::{Options, run_spec};
use conformance::target::Spec;
use conformance::verdict::Verdict;

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
    shown_on(Spec::parse("engine").ok());
}

#[test]
fn examples_answer_as_shown_on_our_server() {
    shown_on(Spec::parse(concat!("keynotes=", env!("CARGO_BIN_EXE_keynotes"))).ok());
}

#[test]
fn examples_answer_as_shown_on_redis() {
    shown_on(installed("redis"));
}

#[test]
fn examples_answer_as_shown_on_valkey() {
    shown_on(installed("valkey"));
}

fn installed(name: &str) -> Option<Spec> {
    let program = format!("{name}-server");
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .any(|dir| dir.join(&program).is_file())
        .then(|| Spec::parse(name).ok())?
}

fn shown_on(spec: Option<Spec>) {
    let Some(spec) = spec else { return println!("not here: nothing was run") };
    let cases: Vec<Case> = notes().iter().flat_map(of).collect();
    let cases: Vec<&Case> = cases.iter().collect();
    let options = Options { resp: vec![2], strict_text: true, ..Options::default() };
    let summary = run_spec(&cases, &spec, &options);
    let missing: BTreeSet<&str> = summary
        .outcomes
        .iter()
        .filter(|outcome| outcome.verdict == Verdict::Missing)
        .map(|outcome| outcome.case.as_str())
        .collect();
    if !missing.is_empty() {
        println!("{}: commands that are not there yet: {missing:?}", spec.name());
    }
    assert_eq!(summary.exit_code(), 0, "\n{summary}");
}
