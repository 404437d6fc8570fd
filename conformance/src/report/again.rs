//! # Again: how to see a failure once more
//!
//! Commands on one connection can be typed into redis-cli; whatever needs several connections, raw
//! bytes, time or effects needs the runner, and then the line that plays just this case.
//!
//! ```text
//!   redis-cli -3 <<'END'                                        one connection, plain commands
//!   conformance run spec/vectors --only 06-lists/blpop ...      anything else
//! ```

use crate::summary::Summary;
use crate::verdict::Outcome;

/// Longer lines would be cut by a terminal's own limits.
const LONGEST_LINE: usize = 1000;

/// Lines for a shell.
pub fn again(summary: &Summary, outcome: &Outcome) -> Vec<String> {
    redis_cli(outcome).unwrap_or_else(|| vec![runner(summary, outcome)])
}

fn redis_cli(outcome: &Outcome) -> Option<Vec<String>> {
    let shown = outcome.faults.iter().any(|fault| fault.at.is_some());
    let mut lines = vec![format!("redis-cli -{} <<'END'", outcome.resp)];
    for line in outcome.transcript.iter().filter(|line| is_sent(line)) {
        let command = line.strip_prefix("> ").filter(|line| line.len() <= LONGEST_LINE)?;
        lines.push(command.to_string());
    }
    lines.push("END".into());
    (shown && lines.len() > 2).then_some(lines)
}

/// Whether a line of a transcript is the runner's, not the server's: `> GET k`, `a> GET k`, `@sleep`.
pub fn is_sent(line: &str) -> bool {
    let name = line.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "-_".contains(c));
    line.starts_with('@') || name.starts_with("> ") || name.starts_with(">> ")
}

fn runner(summary: &Summary, outcome: &Outcome) -> String {
    let folder = outcome.file.find(&format!("{}/", note(outcome)));
    let folder = folder.map_or("spec/vectors", |at| outcome.file[..at].trim_end_matches('/'));
    let folder = if folder.is_empty() { "." } else { folder };
    let target = summary.about.targets.iter().find(|target| target.title == outcome.target);
    let target = target.map_or(outcome.target.as_str(), |target| target.asked.as_str());
    let strict = if summary.strict_text { " --text strict" } else { "" };
    let (case, resp) = (&outcome.case, outcome.resp);
    format!("conformance run {folder} --target {target} --only {case} --resp {resp}{strict}")
}

fn note(outcome: &Outcome) -> &str {
    outcome.case.split('/').next().unwrap_or_default()
}
