//! # The plain report
//!
//! A paragraph a failure, then a line a target:
//!
//! ```text
//!   FAIL 05-strings/set-get in RESP2 on mine 7.0.0: GET answers what SET stored
//!     claims    N05-01
//!       > SET k v
//!       +OK
//!       > GET k
//!     ! "w"                              the line that differs
//!     at        spec/vectors/05-strings/set.vec:12
//!     expected  "v"
//!     got       "w"
//!     again     redis-cli -2 <<'END'
//!   ...
//!   mine 7.0.0: 928 runs: 897 pass, 1 fail, 30 skip
//! ```

use std::fmt::Write;

use super::again::again;
use super::counts;
use crate::summary::Summary;
use crate::verdict::Outcome;

/// How much of one line is shown.
const WIDEST: usize = 400;

pub fn plain(summary: &Summary) -> String {
    let mut out = String::new();
    for outcome in summary.failures() {
        out += &failure(summary, outcome);
    }
    for title in summary.titles() {
        let of_target = || summary.outcomes.iter().filter(|outcome| outcome.target == title);
        let counts: Vec<String> = counts(of_target())
            .iter()
            .map(|(verdict, n)| format!("{n} {}", verdict.name()))
            .collect();
        let _ = writeln!(out, "{title}: {} runs: {}", of_target().count(), counts.join(", "));
    }
    for error in &summary.harness_errors {
        let _ = writeln!(out, "harness: {error}");
    }
    let missing = summary.about.runs.saturating_sub(summary.outcomes.len());
    if missing > 0 {
        let _ = writeln!(out, "{missing} of {} runs were not played", summary.about.runs);
    }
    out
}

fn failure(summary: &Summary, outcome: &Outcome) -> String {
    let mut out = String::new();
    let Outcome { case, title, resp, target, verdict, file, .. } = outcome;
    let verdict = verdict.name().to_uppercase();
    let _ = writeln!(out, "{verdict} {case} in RESP{resp} on {target}: {title}");
    if !outcome.claims.is_empty() {
        let _ = writeln!(out, "  claims    {}", outcome.claims.join(" "));
    }
    for (i, line) in outcome.transcript.iter().enumerate() {
        let differs = outcome.faults.iter().any(|fault| fault.at == Some(i));
        let _ = writeln!(out, "  {} {}", if differs { "!" } else { " " }, shortened(line));
    }
    for fault in &outcome.faults {
        let _ = writeln!(out, "  at        {file}:{}", fault.line);
        let _ = writeln!(out, "  expected  {}", shortened(&fault.expected));
        let _ = writeln!(out, "  got       {}", shortened(&fault.got));
        if let Some(bytes) = &fault.bytes {
            let _ = writeln!(out, "  bytes     {bytes}");
        }
    }
    let mut lead = "  again     ";
    for line in again(summary, outcome) {
        let _ = writeln!(out, "{lead}{line}");
        lead = "";
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
