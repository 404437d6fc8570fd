//! # The fuzzer, tried on the engine
//!
//! Where a server runs in this process, a run takes no sockets and no waiting: so the engine is compared
//! with itself, and with itself behind a known fault ([`super::faulty`]).

use super::faulty::{Fault, Faulty};
use super::*;
use crate::target::Target;

/// Commands that another stands in for with the same reply, most often, and another effect.
const STAND_INS: &[(&str, &str)] = &[
    ("watch", "unwatch"),
    ("unwatch", "discard"),
    ("expire", "pexpire"),
    ("expireat", "pexpireat"),
    ("setex", "psetex"),
    ("persist", "exists"),
    ("touch", "del"),
    ("unlink", "exists"),
    ("del", "exists"),
    ("flushdb", "flushall"),
    ("incr", "decr"),
    ("decrby", "incrby"),
    ("getdel", "get"),
    ("getset", "getdel"),
    ("renamenx", "rename"),
    ("msetnx", "mset"),
    ("discard", "exec"),
];
const TRUNCATED: &[&str] =
    &["set", "append", "setrange", "getset", "mset", "psetex", "setnx", "echo"];

/// Options of a small run.
fn brief(commands: u64, findings_max: usize) -> Options {
    Options { commands, findings_max, ..Options::default() }
}

fn engine() -> Box<dyn Target> {
    Box::new(crate::target::InProcess::new())
}

#[test]
fn a_server_does_not_differ_from_itself() {
    let mut pair = Pair::of([engine(), engine()], 1000).unwrap();
    let report = run_pair(&mut pair, &brief(20_000, 1), None).unwrap();
    assert_eq!((report.exit_code(), report.commands), (0, 20_000), "{report}");
}

#[test]
fn a_seed_is_a_stream() {
    let mut pair = Pair::of([engine(), engine()], 1000).unwrap();
    let (grammar, _) = shared_grammar(&mut pair, &[]).unwrap();
    let episode =
        |seed, n| Generator::new(&grammar, Random::part(seed, n)).episode(&Style::default());
    assert_eq!(episode(7, 3), episode(7, 3));
    assert_ne!(episode(7, 3).commands, episode(7, 4).commands);
    assert_ne!(episode(7, 3).commands, episode(8, 3).commands);
}

/// Seeded faults: found, and shrunk to at most five commands in nine of ten cases.
#[test]
fn seeded_faults_are_found_and_become_short() {
    let mut pair = Pair::of([engine(), engine()], 1000).unwrap();
    let (grammar, _) = shared_grammar(&mut pair, &[]).unwrap();
    let mut faults: Vec<Fault> = grammar.commands.iter().flat_map(Fault::of_tokens).collect();
    faults.extend(STAND_INS.iter().map(|(command, instead)| Fault::Runs {
        command: command.to_string(),
        instead: instead.to_string(),
    }));
    faults
        .extend(TRUNCATED.iter().map(|command| Fault::Truncates { command: command.to_string() }));
    let (mut lengths, mut missed) = (Vec::new(), Vec::new());
    for fault in &faults {
        let faulty = Box::new(Faulty::new(engine(), fault.clone()));
        let mut pair = Pair::of([engine(), faulty], 1000).unwrap();
        let report = run_pair(&mut pair, &brief(40_000, 1), None).unwrap();
        match report.findings.first() {
            Some(finding) => {
                println!(
                    "{fault:?}: {}\n  {}",
                    finding.difference.signature,
                    finding.lines.join("\n  ")
                );
                lengths.push(finding.lines.len());
            }
            None => missed.push(fault),
        }
    }
    let short = lengths.iter().filter(|length| **length <= 5).count();
    println!(
        "{} of {} found, {short} in at most 5 commands; missed {missed:#?}",
        lengths.len(),
        faults.len()
    );
    assert!(lengths.len() >= 40, "{} of {} found", lengths.len(), faults.len());
    assert!(short * 10 >= lengths.len() * 9, "{short} of {} are short: {lengths:?}", lengths.len());
}

#[test]
fn a_server_that_crashes_is_named_with_what_it_died_of() {
    let fault = Fault::Crashes { command: "getex".into(), token: "persist".into() };
    let faulty = Box::new(Faulty::new(engine(), fault));
    let mut pair = Pair::of([engine(), faulty], 200).unwrap();
    let report = run_pair(&mut pair, &brief(100_000, 1), None).unwrap();
    let [finding] = &report.findings[..] else { panic!("{report}") };
    assert_eq!(finding.difference.signature, "crash of the other");
    let [line] = &finding.lines[..] else { panic!("{report}") };
    assert!(line.starts_with("> GETEX ") && line.to_uppercase().ends_with(" PERSIST"), "{line}");
    assert_eq!(report.exit_code(), 1);
}
