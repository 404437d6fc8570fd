//! Twelve parts, in order: who knows one chapter finds their way in all.

use super::{PARTS, notes};

/// A chapter is an evening's reading.
const WORDS_MAX: usize = 4500;

#[test]
fn every_chapter_has_its_parts_in_order() {
    for note in notes() {
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
}

#[test]
fn the_card_tells_what_a_reader_asks_first() {
    for note in notes() {
        for row in ["Idea", "Read before", "Time", "Files", "Run"] {
            let found =
                note.part("Card").lines().any(|line| line.starts_with(&format!("| {row} |")));
            assert!(found, "{}: the card has no row `{row}`", note.stem);
        }
    }
}

#[test]
fn predictions_are_folded_and_settled_by_a_run() {
    for note in notes() {
        let part = note.part("Predict");
        let folded = part.matches("<details>").count();
        assert!((2..=3).contains(&folded), "{}: {folded} questions", note.stem);
        let run = part.split("<details>").skip(1).all(|answer| answer.contains("```redis "));
        assert!(run, "{}: an answer without a transcript", note.stem);
    }
}

#[test]
fn links_lead_to_files() {
    for note in notes() {
        for target in note.text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap_or_default();
            let outside = file.is_empty() || file.contains("://");
            assert!(outside || super::root().join("notes").join(file).exists(), "{target}");
        }
    }
}
