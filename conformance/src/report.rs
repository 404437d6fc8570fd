//! # Report: what a run found, for people and for programs
//!
//! `plain` gives a line a target and a paragraph a failure: the claim, the transcript up to the line
//! that differs, and the redis-cli commands that show it again. `tap` is the Test Anything
//! Protocol, `json` one object a line with everything in it.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::suite::Summary;
use crate::verdict::{Outcome, Verdict};

/// How much of one line of a transcript is shown.
const WIDEST: usize = 400;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    #[default]
    Plain,
    Tap,
    Json,
}

impl Style {
    pub fn parse(name: &str) -> Result<Style, String> {
        match name {
            "plain" => Ok(Style::Plain),
            "tap" => Ok(Style::Tap),
            "json" => Ok(Style::Json),
            _ => Err(format!("`{name}` is no report: plain, tap or json")),
        }
    }

    pub fn write(self, summary: &Summary) -> String {
        match self {
            Style::Plain => plain(summary),
            Style::Tap => tap(summary),
            Style::Json => json(summary),
        }
    }
}

pub fn plain(summary: &Summary) -> String {
    let mut out = String::new();
    for outcome in summary.failures() {
        out += &failure(outcome);
    }
    let mut targets: BTreeMap<&str, Vec<&Outcome>> = BTreeMap::new();
    for outcome in &summary.outcomes {
        targets.entry(&outcome.target).or_default().push(outcome);
    }
    for (target, outcomes) in targets {
        let counts = [
            Verdict::Pass,
            Verdict::Text,
            Verdict::Missing,
            Verdict::Skip,
            Verdict::Xfail,
            Verdict::Fail,
        ]
        .map(|verdict| (verdict, outcomes.iter().filter(|o| o.verdict == verdict).count()));
        let counts: Vec<String> = counts
            .iter()
            .filter(|(verdict, n)| *n > 0 || *verdict == Verdict::Pass)
            .map(|(verdict, n)| format!("{n} {}", verdict.name()))
            .collect();
        let _ = writeln!(out, "{target}: {} runs: {}", outcomes.len(), counts.join(", "));
    }
    for error in &summary.harness_errors {
        let _ = writeln!(out, "harness: {error}");
    }
    out
}

pub fn tap(summary: &Summary) -> String {
    let mut out = format!("TAP version 14\n1..{}\n", summary.outcomes.len());
    for (i, outcome) in summary.outcomes.iter().enumerate() {
        let ok = if summary.is_failure(outcome) { "not ok" } else { "ok" };
        let note = match outcome.verdict {
            Verdict::Skip => format!(" # SKIP {}", outcome.reason),
            Verdict::Xfail => format!(" # TODO {}", outcome.reason),
            Verdict::Pass => String::new(),
            other => format!(" # {}", other.name()),
        };
        let _ = writeln!(
            out,
            "{ok} {} - {} RESP{} on {}{note}",
            i + 1,
            outcome.case,
            outcome.resp,
            outcome.target
        );
        if summary.is_failure(outcome) {
            out += "  ---\n";
            for fault in &outcome.faults {
                let _ = writeln!(out, "  at: {}:{}", outcome.file, fault.line);
                let _ = writeln!(out, "  expected: {:?}\n  got: {:?}", fault.expected, fault.got);
            }
            out += "  ...\n";
        }
    }
    for error in &summary.harness_errors {
        let _ = writeln!(out, "Bail out! {error}");
    }
    out
}

pub fn json(summary: &Summary) -> String {
    let line = |outcome| serde_json::to_string(outcome).expect("outcomes are plain data") + "\n";
    let mut out: String = summary.outcomes.iter().map(line).collect();
    for error in &summary.harness_errors {
        let _ = writeln!(out, "{}", serde_json::json!({ "harness": error }));
    }
    out
}

fn failure(outcome: &Outcome) -> String {
    let mut out = String::new();
    let Outcome { case, title, resp, target, verdict, file, .. } = outcome;
    let _ = writeln!(
        out,
        "{} {case} in RESP{resp} on {target}: {title}",
        verdict.name().to_uppercase()
    );
    if !outcome.claims.is_empty() {
        let _ = writeln!(out, "  claims    {}", outcome.claims.join(" "));
    }
    for line in &outcome.transcript {
        let _ = writeln!(out, "    {}", shortened(line));
    }
    for fault in &outcome.faults {
        let _ = writeln!(out, "  at        {file}:{}", fault.line);
        let _ = writeln!(out, "  expected  {}", shortened(&fault.expected));
        let _ = writeln!(out, "  got       {}", shortened(&fault.got));
    }
    let commands: Vec<&String> =
        outcome.transcript.iter().filter(|line| line.starts_with("> ")).collect();
    if !commands.is_empty() {
        let _ = writeln!(out, "  again     redis-cli -{resp} <<'END'");
        for command in commands {
            let _ = writeln!(out, "{}", shortened(&command[2..]));
        }
        out += "END\n";
    }
    out.push('\n');
    out
}

fn shortened(line: &str) -> String {
    match line.char_indices().nth(WIDEST) {
        Some((end, _)) => format!("{}... ({} bytes)", &line[..end], line.len()),
        None => line.to_string(),
    }
}
