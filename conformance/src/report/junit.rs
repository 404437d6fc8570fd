//! # JUnit: XML that build servers read
//!
//! A `testsuite` a target, a `testcase` a case and protocol. What failed carries the claim, the
//! transcript and how to see it again; what was skipped its reason.
//!
//! ```text
//!   <testsuites tests="928" failures="1" errors="0" ...>
//!     <testsuite name="redis 7.0.15" ...>
//!       <properties><property name="version" value="7.0.15"/></properties>
//!       <testcase classname="05-strings" name="set-get (RESP2)" time="0.003"/>
//! ```
//!
//! There is no standard: the attributes are those that the common readers share. XML 1.0 cannot hold
//! control characters in any form, so they are written as vectors write them.

use std::fmt::Write;

use super::again::again;
use crate::summary::Summary;
use crate::verdict::{Outcome, Verdict};

pub fn junit(summary: &Summary) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let all: Vec<&Outcome> = summary.outcomes.iter().collect();
    let _ = writeln!(
        out,
        "<testsuites name=\"conformance\" {} errors=\"{}\">",
        numbers(summary, &all),
        summary.harness_errors.len()
    );
    for title in summary.titles() {
        let of_target: Vec<&Outcome> = all.iter().copied().filter(|o| o.target == title).collect();
        let numbers = numbers(summary, &of_target);
        let _ = writeln!(
            out,
            "  <testsuite name={} timestamp={} {numbers} errors=\"0\">",
            quoted(title),
            quoted(&summary.about.started)
        );
        out += &properties(summary, title);
        of_target.iter().for_each(|outcome| out += &test_case(summary, outcome));
        out += "  </testsuite>\n";
    }
    if !summary.harness_errors.is_empty() {
        out += &harness_errors(summary);
    }
    out + "</testsuites>\n"
}

/// `tests="3" failures="1" skipped="1" time="0.012"`
fn numbers(summary: &Summary, outcomes: &[&Outcome]) -> String {
    let count = |holds: &dyn Fn(&Outcome) -> bool| outcomes.iter().filter(|o| holds(o)).count();
    let failures = count(&|outcome| summary.is_failure(outcome));
    let skipped = count(&|outcome| is_skipped(summary, outcome));
    let millis: u64 = outcomes.iter().map(|outcome| outcome.duration_ms).sum();
    let tests = outcomes.len();
    format!(
        "tests=\"{tests}\" failures=\"{failures}\" skipped=\"{skipped}\" time=\"{}\"",
        seconds(millis)
    )
}

fn is_skipped(summary: &Summary, outcome: &Outcome) -> bool {
    let not_judged = matches!(outcome.verdict, Verdict::Skip | Verdict::Xfail | Verdict::Missing);
    not_judged && !summary.is_failure(outcome)
}

fn properties(summary: &Summary, title: &str) -> String {
    let about = &summary.about;
    let mut out = String::from("    <properties>\n");
    let mut say = |name: &str, value: &str| {
        let _ = writeln!(out, "      <property name={} value={}/>", quoted(name), quoted(value));
    };
    if let Some(target) = about.targets.iter().find(|target| target.title == title) {
        say("server", &target.name);
        say("version", &target.version);
        say("features", &target.features.join(" "));
    }
    say("runner", &about.version);
    say("suite", &about.suite);
    about.options.iter().for_each(|(name, value)| say(name, value));
    out + "    </properties>\n"
}

fn test_case(summary: &Summary, outcome: &Outcome) -> String {
    let Outcome { case, resp, file, line, duration_ms, .. } = outcome;
    let (note, id) = case.split_once('/').unwrap_or(("", case));
    let name = quoted(&format!("{id} (RESP{resp})"));
    let mut out = format!(
        "    <testcase classname={} name={name} file={} line=\"{line}\" time=\"{}\"",
        quoted(note),
        quoted(file),
        seconds(*duration_ms)
    );
    if summary.is_failure(outcome) {
        let first = outcome.faults.first();
        let message =
            first.map_or(String::new(), |f| format!("expected {}, got {}", f.expected, f.got));
        let _ = writeln!(
            out,
            ">\n      <failure type={} message={}>{}</failure>\n    </testcase>",
            quoted(outcome.verdict.name()),
            quoted(&message),
            escaped(&body(summary, outcome))
        );
    } else if is_skipped(summary, outcome) {
        let reason = match outcome.verdict {
            Verdict::Skip => outcome.reason.clone(),
            other => format!("{}: {}", other.name(), reason(outcome)),
        };
        let message = quoted(&reason);
        let _ = writeln!(out, ">\n      <skipped message={message}/>\n    </testcase>");
    } else {
        out += "/>\n";
    }
    out
}

/// Why it is not judged: a reason that was given, or else what came.
fn reason(outcome: &Outcome) -> &str {
    let got = outcome.faults.first().map_or("", |fault| fault.got.as_str());
    if outcome.reason.is_empty() { got } else { &outcome.reason }
}

fn body(summary: &Summary, outcome: &Outcome) -> String {
    let mut lines = vec![outcome.title.clone()];
    if !outcome.claims.is_empty() {
        lines.push(format!("claims: {}", outcome.claims.join(" ")));
    }
    for (i, line) in outcome.transcript.iter().enumerate() {
        let differs = outcome.faults.iter().any(|fault| fault.at == Some(i));
        lines.push(format!("{} {line}", if differs { "!" } else { " " }));
    }
    for fault in &outcome.faults {
        lines.push(format!("at {}:{}", outcome.file, fault.line));
        lines.push(format!("expected {}", fault.expected));
        lines.push(format!("got {}", fault.got));
        lines.extend(fault.bytes.clone());
    }
    lines.push("again:".into());
    lines.extend(again(summary, outcome));
    lines.join("\n")
}

fn harness_errors(summary: &Summary) -> String {
    let count = summary.harness_errors.len();
    let mut out = format!(
        "  <testsuite name=\"harness\" tests=\"{count}\" failures=\"0\" skipped=\"0\" errors=\"{count}\">\n"
    );
    for error in &summary.harness_errors {
        let message = quoted(error);
        let _ = writeln!(
            out,
            "    <testcase classname=\"harness\" name={message}>\n      <error message={message}/>\n    </testcase>"
        );
    }
    out + "  </testsuite>\n"
}

fn seconds(millis: u64) -> String {
    format!("{}.{:03}", millis / 1000, millis % 1000)
}

/// An attribute's value.
fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text).replace('"', "&quot;").replace('\n', "&#10;"))
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '\n' | '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                out.extend(c.escape_unicode())
            }
            c => out.push(c),
        }
    }
    out
}
