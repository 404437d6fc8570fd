use super::faulty::{Fault, Faulty};
use super::*;
use crate::client::Incoming;
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

fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|dir| dir.join(program).is_file())
}

#[cfg(feature = "engine")]
fn engine() -> Box<dyn Target> {
    Box::new(crate::target::InProcess::new())
}

#[cfg(feature = "engine")]
#[test]
fn a_server_does_not_differ_from_itself() {
    let mut pair = Pair::of([engine(), engine()], 1000).unwrap();
    let report = run_pair(&mut pair, &brief(20_000, 1), None).unwrap();
    assert_eq!((report.exit_code(), report.commands), (0, 20_000), "{report}");
}

#[cfg(feature = "engine")]
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
#[cfg(feature = "engine")]
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

/// The reference agrees with itself, and takes what is well formed for well formed.
#[test]
fn redis_accepts_what_its_own_grammar_says() {
    if !is_installed("redis-server") {
        println!("redis-server is not installed: the grammar was not tried on it");
        return;
    }
    let spec = Spec::parse("redis").unwrap();
    let mut pair = Pair::open([&spec, &spec], 5000).unwrap();
    let (grammar, names) = shared_grammar(&mut pair, &[]).unwrap();
    let mut judge = Judge::new(names.iter(), rules::active(known::RULES, [&Default::default(); 2]));
    let style = Style { broken_percent: 0, ..Style::default() };
    let mut refused: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for number in 0..150 {
        let mut generator = Generator::new(&grammar, Random::part(11, number));
        let episode = generator.episode(&style);
        let played = pair.play(&episode).unwrap();
        assert_eq!(judge.first_difference(&episode, &played), None, "episode {number}");
        for (command, [reply, _]) in episode.commands.iter().zip(&played.replies) {
            let Incoming::Reply(reply) = reply else { panic!("{reply:?}") };
            let text = String::from_utf8_lossy(reply.error().unwrap_or_default()).into_owned();
            let counts = refused.entry(judge.name(&command.args)).or_default();
            counts.0 += usize::from(text.contains("syntax error") || text.contains("wrong number"));
            counts.1 += 1;
        }
    }
    let all: usize = refused.values().map(|(_, all)| all).sum();
    let bad: usize = refused.values().map(|(bad, _)| bad).sum();
    let worst = refused.iter().filter(|(_, (bad, all))| bad * 10 > *all);
    let worst: Vec<String> =
        worst.map(|(name, (bad, all))| format!("{name} {bad}/{all}")).collect();
    assert!(refused.len() > 200, "{} commands", refused.len());
    assert!(bad * 100 <= all * 3, "{bad} of {all} refused: {}", worst.join(", "));
}
