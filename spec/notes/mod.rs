//! # The notes, checked
//!
//! A chapter makes promises: that it has its twelve parts, that its code is the source's code, that
//! its examples answer as shown, that each of its claims is proved somewhere. Each file here holds
//! one of them.
//!
//! ```text
//! notes/05-strings.md      anatomy    twelve parts, in order
//!   Code                   quotes     items of src/, word for word
//!   Examples, Predict      examples   run on every server at hand
//!   Invariants             claims     made from spec/claims/05.json
//!   Break it               breaks     spec/breaks/05-*.diff still apply
//! notes/SUMMARY.md         book       every chapter listed
//! notes/errata.md          claims     made from the claims that do not simply hold
//! ```
//!
//! `KEYNOTES_BLESS=1 cargo test notes::` rewrites what is made: quotes, tables, errata.

mod anatomy;
mod book;
mod breaks;
mod checks;
mod claims;
mod examples;
mod quotes;

use std::fs;
use std::path::{Path, PathBuf};

/// The parts of a chapter.
const PARTS: [&str; 12] = [
    "Card",
    "Problem",
    "Predict",
    "Picture",
    "Code",
    "Examples",
    "Invariants",
    "Break it",
    "Build it",
    "Unlike Redis",
    "Cost",
    "Teaching",
];

/// A chapter that is written.
struct Note {
    /// `05`
    number: String,
    /// `05-strings`
    stem: String,
    text: String,
}

impl Note {
    /// The text of a part, without its heading.
    fn part(&self, name: &str) -> &str {
        let heading = format!("\n## {name}\n");
        let Some(at) = self.text.find(&heading) else { return "" };
        let body = &self.text[at + heading.len()..];
        &body[..body.find("\n## ").map_or(body.len(), |end| end + 1)]
    }

    fn path(&self) -> PathBuf {
        root().join("notes").join(format!("{}.md", self.stem))
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All written chapters, in order.
fn notes() -> Vec<Note> {
    let mut notes: Vec<Note> = files("notes", "md")
        .into_iter()
        .filter_map(|path| {
            let stem = path.file_stem()?.to_str()?.to_owned();
            let number = stem.get(..2).filter(|number| number.parse::<u8>().is_ok())?.to_owned();
            Some(Note { number, text: read(&path), stem })
        })
        .collect();
    notes.sort_by(|a, b| a.stem.cmp(&b.stem));
    assert!(!notes.is_empty());
    notes
}

fn files(dir: &str, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(dir)).expect("a folder of the repository");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("readable").path()).collect();
    files.retain(|path| path.extension().is_some_and(|found| found == extension));
    files.sort();
    files
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Fails if a file is not what it is made from; under `KEYNOTES_BLESS` it is made anew instead.
fn made_from_its_source(path: &Path, wanted: &str) {
    let found = fs::read_to_string(path).unwrap_or_default();
    if found == wanted {
        return;
    }
    if std::env::var_os("KEYNOTES_BLESS").is_some() {
        fs::write(path, wanted).expect("writable");
        return;
    }
    let differs = found.lines().zip(wanted.lines()).position(|(a, b)| a != b);
    let line = differs.unwrap_or(found.lines().count().min(wanted.lines().count()));
    panic!(
        "{}:{} is stale (KEYNOTES_BLESS=1 cargo test notes:: makes it anew)\n  is      {:?}\n  wanted  {:?}",
        path.display(),
        line + 1,
        found.lines().nth(line),
        wanted.lines().nth(line)
    );
}
