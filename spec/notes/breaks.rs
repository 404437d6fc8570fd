//! Seeded bugs: a chapter's three diffs, each of which a named test catches.
//!
//! Here it is checked that each still fits the source and names a test that exists; that the test
//! fails under the bug, `spec/breaks/run` checks, which builds once for each.
//!
//! ```text
//! # What goes wrong, in one sentence.
//! # caught by: spec::properties::dict::scan_sees_all_that_stays
//! --- a/src/…
//! +++ b/src/…
//! @@ …
//! ```

use super::checks::test_file;
use super::{files, notes, read, root};

#[test]
fn every_chapter_has_three_breaks_and_names_them() {
    for note in notes() {
        let part = note.part("Break it");
        let diffs: Vec<String> = files("spec/breaks", "diff")
            .iter()
            .map(|path| path.file_name().expect("a file").to_string_lossy().into_owned())
            .filter(|name| name.starts_with(&note.number))
            .collect();
        assert_eq!(diffs.len(), 3, "{}: {diffs:?}", note.stem);
        for diff in diffs {
            assert!(part.contains(&diff), "{} does not speak of {diff}", note.stem);
        }
    }
}

#[test]
fn every_break_still_applies_and_has_its_test() {
    for path in files("spec/breaks", "diff") {
        let (name, text) = (path.display(), read(&path));
        assert!(text.starts_with("# "), "{name}: what goes wrong?");
        let test = text.lines().find_map(|line| line.strip_prefix("# caught by: "));
        let test = test.unwrap_or_else(|| panic!("{name}: caught by whom?"));
        assert!(test_file(test).is_some(), "{name}: there is no test {test}");
        for (file, hunk) in hunks(&text) {
            let source = read(&root().join(&file));
            let found = source.matches(&hunk).count();
            assert_eq!(found, 1, "{name}: {file} has this {found} times:\n{hunk}");
        }
    }
}

/// The files that a diff touches, with the lines that each hunk expects there.
fn hunks(diff: &str) -> Vec<(String, String)> {
    let mut hunks: Vec<(String, String)> = Vec::new();
    let mut file = String::new();
    for line in diff.lines().filter(|line| !line.starts_with("--- ") && !line.starts_with('#')) {
        if let Some(path) = line.strip_prefix("+++ b/") {
            file = path.to_owned();
        } else if line.starts_with("@@") {
            hunks.push((file.clone(), "\n".to_owned()));
        } else if let Some((_, expected)) = hunks.last_mut()
            && !line.starts_with('+')
        {
            *expected += line.get(1..).unwrap_or("");
            *expected += "\n";
        }
    }
    assert!(!hunks.is_empty());
    hunks
}
