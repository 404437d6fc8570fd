//! # Matrix: notes and servers, as pages that anybody can read
//!
//! Takes runs, each of one or more servers, and writes a static site: a table of notes and servers,
//! a page a note with its cases, a page a case with its claim, its text, and what each server said.
//!
//! ```text
//!   index.html            notes x servers      how many cases pass, in numbers and as a share
//!   05-strings.html       cases x servers      a verdict each
//!   05-strings/set.html   one case             claim, vector, transcripts; the line that differs
//!   style.css
//! ```
//!
//! The pages work without scripts, fonts or anything else from elsewhere. Whatever a server or a
//! vector said is escaped, control characters and those that turn the direction of writing too.
//!
//! [`grid`] holds the numbers, [`index`], [`note`] and [`mod@case`] the pages, [`html`] what they share.
//! Nothing here knows how a case is judged.

pub mod case;
pub mod grid;
pub mod html;
pub mod index;
pub mod note;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use crate::case::Case;
use crate::lock;
use crate::summary::About;
use crate::verdict::Outcome;
use grid::Grid;

const STYLE: &str = include_str!("style.css");

/// A run, as `run.json` holds it.
#[derive(Clone, Debug, Default)]
pub struct Run {
    pub about: About,
    pub outcomes: Vec<Outcome>,
}

/// What the pages quote besides the runs.
#[derive(Clone, Debug, Default)]
pub struct Quotes {
    /// Of the cases as they are now: runs of others were of another suite.
    pub suite: String,
    pub cases: BTreeMap<String, Case>,
    /// The text of each case, by its name.
    pub texts: BTreeMap<String, String>,
    /// The text of each claim, by its id.
    pub claims: BTreeMap<String, String>,
}

impl Quotes {
    /// Reads the text of the cases from their files, and the claims from a folder if it is there.
    pub fn read(cases: &[Case], claims: &Path) -> Quotes {
        let by_name = |case: &Case| (case.name(), case.clone());
        Quotes {
            suite: lock::suite_hash(cases),
            cases: cases.iter().map(by_name).collect(),
            texts: texts(cases),
            claims: read_claims(claims),
        }
    }
}

/// All pages, by path.
pub fn pages(runs: &[Run], quotes: &Quotes) -> BTreeMap<String, String> {
    let grid = Grid::new(runs);
    let mut pages = BTreeMap::new();
    pages.insert("style.css".to_string(), STYLE.to_string());
    pages.insert("index.html".to_string(), index::page(&grid, runs, quotes));
    for name in grid.notes.keys() {
        pages.insert(format!("{}.html", html::slug(name)), note::page(&grid, name));
        for id in grid.notes[name].keys() {
            let path = format!("{}/{}.html", html::slug(name), html::slug(id));
            pages.insert(path, case::page(&grid, name, id, quotes));
        }
    }
    pages
}

/// Writes pages into a folder.
pub fn write(pages: &BTreeMap<String, String>, dir: &Path) -> io::Result<()> {
    for (path, text) in pages {
        let path = dir.join(path);
        fs::create_dir_all(path.parent().unwrap_or(dir))?;
        fs::write(path, text)?;
    }
    Ok(())
}

/// From each case's first line to the next case, without what is blank at the end.
fn texts(cases: &[Case]) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    let mut files: BTreeMap<&str, Vec<&Case>> = BTreeMap::new();
    for case in cases {
        files.entry(&case.path).or_default().push(case);
    }
    for (path, cases) in files {
        let Ok(text) = fs::read_to_string(path) else { continue };
        let lines: Vec<&str> = text.lines().collect();
        for (i, case) in cases.iter().enumerate() {
            let end = cases.get(i + 1).map_or(lines.len(), |next| next.line.saturating_sub(1));
            let own = lines.get(case.line.saturating_sub(1)..end).unwrap_or(&[]);
            texts.insert(case.name(), own.join("\n").trim_end().to_string());
        }
    }
    texts
}

/// `{"claims": [{"id": "N05-01", "claim": "...", "truth": "..."}]}` in each file; what has another
/// form is left out.
fn read_claims(dir: &Path) -> BTreeMap<String, String> {
    let mut claims = BTreeMap::new();
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let text = fs::read_to_string(entry.path()).unwrap_or_default();
        let json: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        for claim in json["claims"].as_array().into_iter().flatten() {
            let truth = claim["truth"].as_str().map_or(String::new(), |truth| format!(" {truth}"));
            if let (Some(id), Some(text)) = (claim["id"].as_str(), claim["claim"].as_str()) {
                claims.insert(id.to_string(), format!("{text}{truth}"));
            }
        }
    }
    claims
}

#[cfg(test)]
mod tests;
