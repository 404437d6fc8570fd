//! Code in a chapter is the source's own, an item at a time.
//!
//! Above each fence stands where it is from, `` `src/values/string.rs`: `fn payload` ``; the fence
//! holds that item with its comments, nothing added, nothing left out. A method is named with its
//! type: `` `Head::matching` ``.

use super::{made_from_its_source, notes, read, root};

const LINES_MAX: usize = 30;

#[test]
fn quoted_code_is_the_source_word_for_word() {
    for note in notes() {
        let quoted = note.part("Code");
        let mut fresh = String::new();
        let (mut lines, mut count, mut label) = (quoted.lines(), 0, None);
        while let Some(line) = lines.next() {
            fresh += &format!("{line}\n");
            if let Some((path, name)) = source_of(line) {
                label = Some((path, name));
            }
            if line == "```rust" {
                let (path, name) =
                    label.take().unwrap_or_else(|| panic!("{}: a quote from nowhere", note.stem));
                let code = item(&read(&root().join(path)), name)
                    .unwrap_or_else(|| panic!("{}: {path} has no `{name}`", note.stem));
                assert!(
                    code.lines().count() <= LINES_MAX,
                    "{}: `{name}` is too long to quote",
                    note.stem
                );
                fresh += &code;
                fresh += "```\n";
                lines.find(|line| *line == "```");
                count += 1;
            }
        }
        assert!((2..=5).contains(&count), "{}: {count} quotes", note.stem);
        made_from_its_source(&note.path(), &note.text.replace(quoted, &fresh));
    }
}

/// The path and the item that a label names.
fn source_of(line: &str) -> Option<(&str, &str)> {
    let (path, rest) = line.strip_prefix('`')?.split_once("`: `")?;
    Some((path, rest.split('`').next()?))
}

/// The text of an item with its comments and attributes, moved to the left.
fn item(source: &str, name: &str) -> Option<String> {
    let lines: Vec<&str> = source.lines().collect();
    let (from, name) = match name.split_once("::") {
        Some((owner, name)) => (implementation(&lines, owner, name)?, format!("fn {name}")),
        None => (0, name.to_owned()),
    };
    let line = (from..lines.len()).find(|&at| begins(lines[at], &name))?;
    let indent = lines[line].len() - lines[line].trim_start().len();
    let is_preface =
        |text: &str| text.trim_start().starts_with("///") || text.trim_start().starts_with("#[");
    let first = (0..line).rev().take_while(|&at| is_preface(lines[at])).last().unwrap_or(line);
    let closes = |text: &str| {
        text.len() > indent
            && text.as_bytes()[indent] != b' '
            && ["}", "];", "};", ")"]
                .iter()
                .any(|end| text[indent..].starts_with(end) && !text.ends_with('{'))
    };
    let last = match lines[line].ends_with(';') {
        true => line,
        false => (line + 1..lines.len()).find(|&at| closes(lines[at]))?,
    };
    let code =
        lines[first..=last].iter().map(|text| text.get(indent..).unwrap_or("").to_owned() + "\n");
    Some(code.collect())
}

/// The line where `impl owner` begins that has a function of this name.
fn implementation(lines: &[&str], owner: &str, name: &str) -> Option<usize> {
    let is_owner = |line: &str| {
        let Some(head) = line.strip_prefix("impl").and_then(|head| head.strip_suffix(" {")) else {
            return false;
        };
        let subject = head.rsplit(" for ").next().unwrap_or(head);
        let word = |c: char| !c.is_alphanumeric() && c != '_';
        subject.split(word).any(|found| found == owner)
    };
    (0..lines.len()).find(|&at| {
        let body = lines[at..].iter().skip(1).take_while(|line| **line != "}");
        is_owner(lines[at]) && body.clone().any(|line| begins(line, &format!("fn {name}")))
    })
}

/// Whether a line of code begins the item `fn find`, `struct Entry`, `const LIMIT`.
fn begins(line: &str, name: &str) -> bool {
    let code = line.trim_start();
    let Some(at) = code.find(name) else { return false };
    let before = code[..at].split_whitespace().all(|word| {
        word.starts_with("pub")
            || ["const", "unsafe", "async", "in"].contains(&word)
            || word.starts_with("super")
    });
    let after = code[at + name.len()..].chars().next();
    before && !after.is_some_and(|next| next.is_alphanumeric() || next == '_')
}

#[test]
fn an_item_is_found_whole() {
    let source = "\
/// One.
#[inline]
pub(super) fn one() -> u8 {
    1
}

impl<E> Head<E> {
    /// Two.
    fn one(self) -> u8 {
        if true {
            2
        } else {
            3
        }
    }
}

pub const THREE: u8 = 3;
";
    assert_eq!(item(source, "fn one").unwrap().lines().count(), 5);
    assert_eq!(item(source, "Head::one").unwrap().lines().count(), 8);
    assert!(item(source, "Head::one").unwrap().starts_with("/// Two.\nfn one"));
    assert_eq!(item(source, "const THREE").unwrap(), "pub const THREE: u8 = 3;\n");
    assert_eq!(item(source, "fn on"), None);
}
