//! Every report over one fixed run: snapshots, and what a reader of each relies on.

use super::*;
use crate::summary::{About, TargetInfo};
use crate::verdict::Fault;

/// A run in which every verdict occurs once, with what is hard to print.
pub(crate) fn fixed() -> Summary {
    let mine = TargetInfo {
        title: "mine 7.0.0".into(),
        name: "mine".into(),
        version: "7.0.0".into(),
        asked: "mine=127.0.0.1:7000".into(),
        features: vec!["acl".into(), "resp3".into()],
    };
    let redis = TargetInfo {
        title: "redis 7.0.15".into(),
        name: "redis".into(),
        version: "7.0.15".into(),
        asked: "redis".into(),
        features: vec!["resp3".into()],
    };
    let about = About {
        version: "0.1.0".into(),
        suite: "0123456789abcdef".into(),
        started: "2026-11-24T14:26:35Z".into(),
        duration_ms: 1234,
        cases: 6,
        runs: 8,
        options: vec![("resp".into(), "2,3".into()), ("seed".into(), "7".into())],
        targets: vec![redis, mine],
    };
    let harness_errors =
        vec!["after 06-lists/push in RESP2: mine is gone: no answer to PING".into()];
    Summary { outcomes: outcomes(), harness_errors, about, ..Summary::default() }
}

fn outcomes() -> Vec<Outcome> {
    let outcome = |case: &str, target: &str, verdict, transcript: &[&str]| Outcome {
        case: case.into(),
        title: format!("what {case} is about, <b>&amp; \"more\""),
        claims: vec!["N05-01".into()],
        file: format!("spec/vectors/{}/x.vec", case.split('/').next().unwrap_or_default()),
        line: 12,
        resp: 2,
        target: target.into(),
        verdict,
        duration_ms: 3,
        transcript: transcript.iter().map(ToString::to_string).collect(),
        ..Outcome::default()
    };
    let fault =
        |line, expected: &str, got: &str, at| Fault { at, ..Fault::fail(line, expected, got) };
    let get = ["> SET k \"caf\\xc3\"", "+OK", "> GET k", "\"caf\u{e9}\""];
    let mut failed = outcome("05-strings/set-get", "mine 7.0.0", Verdict::Fail, &get);
    let differs = fault(16, "\"caf\\xc3\"", "\"caf\u{e9}\"", Some(3));
    failed
        .faults
        .push(Fault { bytes: Some("from byte 4: expected the end, got a9".into()), ..differs });
    let mut blocked = outcome(
        "06-lists/blpop",
        "mine 7.0.0",
        Verdict::Fail,
        &["a> BLPOP q 0", "...", "b> RPUSH q \"<x>\"", ":1", "closed"],
    );
    blocked.faults.push(fault(20, "[\"q\" \"<x>\"]", "closed", Some(4)));
    blocked.faults.push(fault(12, "the server goes on", "it ended with signal: 11", None));
    let mut text = outcome("05-strings/text", "mine 7.0.0", Verdict::Text, &["> INCR", "-ERR no"]);
    text.faults.push(fault(22, "-ERR wrong number", "-ERR no", Some(1)));
    let mut missing = outcome("05-strings/lcs", "mine 7.0.0", Verdict::Missing, &["> LCS a b"]);
    missing.faults.push(fault(24, "\"\"", "-ERR unknown command 'LCS'", None));
    let skip = outcome("06-lists/fields", "mine 7.0.0", Verdict::Skip, &[]);
    let skip = Outcome { reason: "since 7.4.0 # not yet".into(), ..skip };
    let xfail = outcome("06-lists/push", "mine 7.0.0", Verdict::Xfail, &["> RPUSH l x", ":2"]);
    let xfail = Outcome { reason: "counts from one".into(), ..xfail };
    let passed = outcome("05-strings/set-get", "redis 7.0.15", Verdict::Pass, &get[..2]);
    vec![passed, failed, text, missing, blocked, skip, xfail]
}

#[test]
fn plain_text() {
    insta::assert_snapshot!(plain(&fixed()));
}

#[test]
fn tap_text() {
    insta::assert_snapshot!(tap(&fixed()));
}

#[test]
fn junit_xml() {
    insta::assert_snapshot!(junit(&fixed()));
}

#[test]
fn json_lines() {
    insta::assert_snapshot!(json(&fixed()));
}

#[test]
fn a_run_reads_back_and_a_cut_one_is_refused() {
    let text = json(&fixed());
    let run = parse_json(&text).unwrap();
    assert_eq!(run.about, fixed().about);
    assert_eq!(run.outcomes.len(), fixed().outcomes.len());
    let lines: Vec<&str> = text.lines().collect();
    let cut = lines[..lines.len() - 1].join("\n");
    assert_eq!(parse_json(&cut).err().unwrap(), "the last line is missing: the run was cut off");
    assert!(parse_json(lines[1]).err().unwrap().starts_with("line 1: the first line"));
    assert!(
        parse_json(&text.replace("{\"format\":1", "{\"format\":9"))
            .err()
            .unwrap()
            .contains("format 9")
    );
    assert!(parse_json("{}").err().unwrap().starts_with("line 1:") && parse_json("").is_err());
}

#[test]
fn xml_holds_whatever_a_server_sends() {
    let mut summary = fixed();
    summary.outcomes[1].transcript.push("\u{1}\u{ffff}]]>&<".into());
    let xml = junit(&summary);
    assert!(!xml.contains(|c: char| c.is_control() && c != '\n'), "{xml}");
    assert!(xml.contains("\\u{1}\\u{ffff}]]&gt;&amp;&lt;"), "{xml}");
}
