//! The table of contents: 26 chapters, those that are not written yet as drafts.

use super::{notes, read, root};

#[test]
fn every_chapter_is_listed_and_drafts_are_marked() {
    let summary = read(&root().join("notes/SUMMARY.md"));
    let chapters: Vec<&str> = summary.lines().filter(|line| line.starts_with("- [")).collect();
    let written = notes();
    for number in 1..=26 {
        let title = format!("- [{number}. ");
        let line = chapters.iter().find(|line| line.starts_with(&title));
        let line = line.unwrap_or_else(|| panic!("chapter {number} is not listed"));
        match written.iter().find(|note| note.number == format!("{number:02}")) {
            Some(note) => assert!(line.ends_with(&format!("]({}.md)", note.stem)), "{line}"),
            None => assert!(line.ends_with("]()"), "{line}: linked, and not there"),
        }
    }
    assert!(summary.contains("(errata.md)"));
}
