//! # Report: what a run found, for people and for programs
//!
//! | style | for | file |
//! |---|---|---|
//! | `plain` | people: a paragraph a failure, a line a target | `report.txt` |
//! | `tap` | harnesses: the Test Anything Protocol, version 14 | `report.tap` |
//! | `junit` | build servers: JUnit's XML | `junit.xml` |
//! | `json` | programs, and `conformance matrix`: one object a line, with everything | `run.json` |
//! | `html` | people who compare servers: a page a note and a page a case | `site/` |
//!
//! All of them are written from a [`Summary`], after the run. They count by verdict, never by
//! what the verdict was for: what a failure is, [`Summary::is_failure`] says.

mod again;
mod json;
mod junit;
mod plain;
mod tap;

use std::fs;
use std::io;
use std::path::Path;

use crate::matrix::{self, Quotes, Run};
use crate::summary::Summary;
use crate::verdict::{Outcome, Verdict};

pub use again::is_sent;
pub use json::{json, parse as parse_json};
pub use junit::junit;
pub use plain::plain;
pub use tap::tap;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    #[default]
    Plain,
    Tap,
    Junit,
    Json,
    Html,
}

impl Style {
    pub fn parse(name: &str) -> Result<Style, String> {
        match name {
            "plain" => Ok(Style::Plain),
            "tap" => Ok(Style::Tap),
            "junit" => Ok(Style::Junit),
            "json" => Ok(Style::Json),
            "html" => Ok(Style::Html),
            _ => Err(format!("`{name}` is no report: plain, tap, junit, json or html")),
        }
    }

    /// The report as one text; `None` for pages, which need a folder.
    pub fn text(self, summary: &Summary) -> Option<String> {
        match self {
            Style::Plain => Some(plain(summary)),
            Style::Tap => Some(tap(summary)),
            Style::Junit => Some(junit(summary)),
            Style::Json => Some(json(summary)),
            Style::Html => None,
        }
    }

    /// Writes the report into a folder, under its usual name.
    pub fn write(self, summary: &Summary, quotes: &Quotes, dir: &Path) -> io::Result<()> {
        fs::create_dir_all(dir)?;
        match self.text(summary) {
            Some(text) => fs::write(dir.join(self.file_name()), text),
            None => {
                let run = Run { about: summary.about.clone(), outcomes: summary.outcomes.clone() };
                matrix::write(&matrix::pages(&[run], quotes), &dir.join(self.file_name()))
            }
        }
    }

    fn file_name(self) -> &'static str {
        match self {
            Style::Plain => "report.txt",
            Style::Tap => "report.tap",
            Style::Junit => "junit.xml",
            Style::Json => "run.json",
            Style::Html => "site",
        }
    }
}

/// How many outcomes of each verdict there are, without those that none has; `pass` always.
fn counts<'o>(outcomes: impl Iterator<Item = &'o Outcome>) -> Vec<(Verdict, usize)> {
    let mut counts = Verdict::ALL.map(|verdict| (verdict, 0));
    for outcome in outcomes {
        let count = counts.iter_mut().find(|(verdict, _)| *verdict == outcome.verdict);
        count.expect("every verdict is listed").1 += 1;
    }
    counts.into_iter().filter(|(verdict, n)| *n > 0 || *verdict == Verdict::Pass).collect()
}

#[cfg(test)]
pub(crate) mod tests;
