//! # TAP: the Test Anything Protocol, version 14
//!
//! ```text
//!   TAP version 14
//!   1..928
//!   ok 1 - 05-strings/set-get RESP2 on redis 7.0.15
//!   not ok 2 - 05-strings/set-get RESP3 on redis 7.0.15
//!     ---
//!     at: "spec/vectors/05-strings/set.vec:12"
//!     ...
//! ```
//!
//! The plan says how many runs there were to be; a harness that stopped short bails out. What stands
//! in a diagnostic block is YAML, whose quoted strings are JSON's.

use std::fmt::Write;

use crate::summary::Summary;
use crate::verdict::{Outcome, Verdict};

pub fn tap(summary: &Summary) -> String {
    let planned = summary.about.runs.max(summary.outcomes.len());
    let mut out = format!("TAP version 14\n1..{planned}\n");
    for (i, outcome) in summary.outcomes.iter().enumerate() {
        let failed = summary.is_failure(outcome);
        let ok = if failed { "not ok" } else { "ok" };
        let Outcome { case, resp, target, .. } = outcome;
        let name = escaped(&format!("{case} RESP{resp} on {target}"));
        let _ = writeln!(out, "{ok} {} - {name}{}", i + 1, directive(outcome, failed));
        if failed {
            out += &diagnostic(outcome);
        }
    }
    for error in &summary.harness_errors {
        let _ = writeln!(out, "Bail out! {}", one_line(error));
    }
    out
}

/// What a harness reads of the verdicts that TAP has no word for.
fn directive(outcome: &Outcome, failed: bool) -> String {
    match outcome.verdict {
        _ if failed => String::new(),
        Verdict::Skip => format!(" # SKIP {}", one_line(&outcome.reason)),
        Verdict::Xfail => format!(" # TODO {}", one_line(&outcome.reason)),
        Verdict::Missing => " # SKIP missing".into(),
        _ => String::new(),
    }
}

fn diagnostic(outcome: &Outcome) -> String {
    let mut out = "  ---\n".to_string();
    let quoted = |text: &str| serde_json::json!(text).to_string();
    let mut say = |name: &str, value: &str| {
        let _ = writeln!(out, "  {name}: {}", quoted(value));
    };
    say("message", &outcome.title);
    say("verdict", outcome.verdict.name());
    for fault in outcome.faults.iter().take(1) {
        say("at", &format!("{}:{}", outcome.file, fault.line));
        say("expected", &fault.expected);
        say("got", &fault.got);
    }
    if !outcome.claims.is_empty() {
        say("claims", &outcome.claims.join(" "));
    }
    if !outcome.transcript.is_empty() {
        out += "  transcript:\n";
        outcome.transcript.iter().for_each(|line| out += &format!("    - {}\n", quoted(line)));
    }
    out + "  ...\n"
}

/// A `#` in a description would begin a directive.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('#', "\\#")
}

fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}
