//! Twelve parts, in order: who knows one chapter finds their way in all.

use std::process::Command;

use super::{Note, PARTS, notes, root};

/// A chapter is an evening's reading.
const WORDS_MAX: usize = 4500;

#[test]
fn every_chapter_has_its_parts_in_order() {
    notes().iter().for_each(has_its_parts);
}

#[test]
fn the_card_tells_what_a_reader_asks_first() {
    notes().iter().for_each(has_a_card);
}

#[test]
fn predictions_are_folded_and_settled_by_a_run() {
    notes().iter().for_each(has_predictions);
}

/// `spec/notes/new` begins a chapter: what it writes keeps every rule but that of being written.
#[test]
fn what_is_begun_has_the_anatomy() {
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(dir.path().join("notes")).expect("a folder");
    let summary = dir.path().join("notes/SUMMARY.md");
    std::fs::write(&summary, "- [6. Lists]()\n- [7. Hashes]()\n").expect("writable");
    let begin = || {
        let mut script = Command::new(root().join("spec/notes/new"));
        script.args(["06", "Lists"]).env("NOTES_ROOT", dir.path()).output().expect("bash")
    };
    let begun = begin();
    assert!(begun.status.success(), "{}", String::from_utf8_lossy(&begun.stderr));
    let text = super::read(&dir.path().join("notes/06-lists.md"));
    let note = Note { number: "06".into(), stem: "06-lists".into(), text };
    has_its_parts(&note);
    has_a_card(&note);
    has_predictions(&note);
    let listed = super::read(&summary);
    assert_eq!(listed, "- [6. Lists](06-lists.md)\n- [7. Hashes]()\n");
    let claims: serde_json::Value =
        serde_json::from_str(&super::read(&dir.path().join("spec/claims/06.json"))).expect("JSON");
    let check = claims["claims"][0]["check"][0].as_str().expect("a check");
    let cases = conformance::suite::load(&dir.path().join("spec/vectors")).expect("vectors");
    assert_eq!(check, format!("vector {}", cases[0].name()));
    assert_eq!(conformance::lint::lint(&cases), Vec::<String>::new());
    assert!(!conformance::fence::parse(&note.stem, &note.text).expect("fences").is_empty());
    assert!(!begin().status.success(), "a chapter that is there is not overwritten");
}

#[test]
fn links_lead_to_files() {
    for note in notes() {
        for target in note.text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap_or_default();
            let outside = file.is_empty() || file.contains("://");
            assert!(outside || root().join("notes").join(file).exists(), "{target}");
        }
    }
}

fn has_its_parts(note: &Note) {
    let headings: Vec<&str> =
        note.text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    assert_eq!(headings, PARTS, "{}", note.stem);
    let title = format!("# {}. ", note.number.trim_start_matches('0'));
    assert!(note.text.starts_with(&title), "{} begins with its number and title", note.stem);
    for part in PARTS {
        assert!(!note.part(part).trim().is_empty(), "{}: {part} is empty", note.stem);
    }
    assert!(note.text.split_whitespace().count() <= WORDS_MAX, "{} is too long", note.stem);
}

fn has_a_card(note: &Note) {
    for row in ["Idea", "Read before", "Time", "Files", "Run"] {
        let found = note.part("Card").lines().any(|line| line.starts_with(&format!("| {row} |")));
        assert!(found, "{}: the card has no row `{row}`", note.stem);
    }
}

fn has_predictions(note: &Note) {
    let part = note.part("Predict");
    let folded = part.matches("<details>").count();
    assert!((2..=3).contains(&folded), "{}: {folded} questions", note.stem);
    let run = part.split("<details>").skip(1).all(|answer| answer.contains("```redis "));
    assert!(run, "{}: an answer without a transcript", note.stem);
}
