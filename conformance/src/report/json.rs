//! # JSON: one object a line, with everything
//!
//! ```text
//!   {"run":{"format":1,"version":"0.1.0","suite":"3f78...","started":"...","cases":464,"runs":928,...}}
//!   {"case":{"case":"05-strings/set-get","resp":2,"target":"redis 7.0.15","verdict":"pass",...}}
//!   {"end":{"duration_ms":2870,"counts":{"redis 7.0.15":{"pass":898,"skip":30}},"harness_errors":[]}}
//! ```
//!
//! The first line knows how many runs there were to be, the last how many there were: a file
//! without its last line was cut off. `conformance matrix` reads it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::counts;
use crate::matrix::Run;
use crate::summary::{About, Summary};
use crate::verdict::Outcome;

/// Raised when a reader of the old lines would misread the new.
const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Line {
    Run(Header),
    Case(Box<Outcome>),
    End(Footer),
}

#[derive(Serialize, Deserialize)]
struct Header {
    format: u32,
    #[serde(flatten)]
    about: About,
}

#[derive(Serialize, Deserialize)]
struct Footer {
    duration_ms: u64,
    /// By target and verdict.
    counts: BTreeMap<String, BTreeMap<String, usize>>,
    harness_errors: Vec<String>,
}

pub fn json(summary: &Summary) -> String {
    let mut lines = vec![Line::Run(Header { format: FORMAT, about: summary.about.clone() })];
    lines.extend(summary.outcomes.iter().map(|outcome| Line::Case(Box::new(outcome.clone()))));
    lines.push(Line::End(footer(summary)));
    let text = |line: &Line| serde_json::to_string(line).expect("a run is plain data") + "\n";
    lines.iter().map(text).collect()
}

/// Reads a run back. The error says in which line it is wrong.
pub fn parse(text: &str) -> Result<Run, String> {
    let mut run = None;
    let mut ended = false;
    for (number, line) in text.lines().enumerate() {
        let wrong = |what: &str| format!("line {}: {what}", number + 1);
        let line: Line = serde_json::from_str(line).map_err(|e| wrong(&e.to_string()))?;
        match (line, &mut run) {
            (Line::Run(Header { format, .. }), None) if format != FORMAT => {
                return Err(wrong(&format!("format {format} is not {FORMAT}")));
            }
            (Line::Run(header), None) => {
                run = Some(Run { about: header.about, outcomes: Vec::new() })
            }
            (_, None) => return Err(wrong("the first line is not a run's header")),
            (Line::Run(_), Some(_)) => return Err(wrong("a second header")),
            (Line::Case(outcome), Some(run)) => run.outcomes.push(*outcome),
            (Line::End(_), Some(_)) => ended = true,
        }
    }
    match (run, ended) {
        (Some(run), true) => Ok(run),
        (Some(_), false) => Err("the last line is missing: the run was cut off".into()),
        (None, _) => Err("it is empty".into()),
    }
}

fn footer(summary: &Summary) -> Footer {
    let of_target = |title: &str| -> BTreeMap<String, usize> {
        let outcomes = summary.outcomes.iter().filter(|outcome| outcome.target == title);
        counts(outcomes).into_iter().map(|(verdict, n)| (verdict.name().to_string(), n)).collect()
    };
    let titles = summary.titles();
    Footer {
        duration_ms: summary.about.duration_ms,
        counts: titles.iter().map(|title| (title.to_string(), of_target(title))).collect(),
        harness_errors: summary.harness_errors.clone(),
    }
}
