//! # Compile: vectors as JSON, for runners in any language
//!
//! One file a note, `NN-name.json`, one case a line, so that a change of one case is a change of one
//! line. The field names are those of [`crate::lower`] and [`crate::pattern`]; `schema.json` beside
//! them says what may stand where, and `runner.json` what to do around a case ([`crate::rules`]).
//!
//! ```text
//!   {"format":1,"note":"05-strings","cases":[
//!   {"id":"set-get","title":"...","file":"set.vec","steps":[{"send":{"on":"main","args":["SET","k","v"], ...
//!   ]}
//! ```
//!
//! The text says what is meant, in a tenth of the space, and is what people write; the JSON says what to
//! do. It is committed so that others need no parser of ours, and checked so that it cannot be stale.
//! A case with a blank, which a recorder is yet to complete, means nothing yet and is refused.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use crate::case::Case;
use crate::format::FormatError;
use crate::lower::Lowered;
use crate::rules;

/// Raised when a reader of the old JSON would misread the new.
pub const FORMAT: u32 = 1;

/// What may stand where in the JSON, as JSON Schema.
pub const SCHEMA: &str = include_str!("schema.json");

/// The files that these cases compile to, name and content; or the places that are still blank.
pub fn compile(cases: &[Case]) -> Result<BTreeMap<String, String>, Vec<FormatError>> {
    let blank = |case: &Case| {
        let file = case.path.clone();
        let message = "nothing is written here: record it".to_string();
        let at = move |line| FormatError { file: file.clone(), line, message: message.clone() };
        case.blanks().into_iter().map(at)
    };
    let blanks: Vec<FormatError> = cases.iter().flat_map(blank).collect();
    if !blanks.is_empty() {
        return Err(blanks);
    }
    let mut notes: BTreeMap<&str, Vec<&Case>> = BTreeMap::new();
    for case in cases {
        notes.entry(&case.note).or_default().push(case);
    }
    let mut files: BTreeMap<String, String> = notes
        .into_iter()
        .map(|(note, cases)| (format!("{note}.json"), file(note, &cases)))
        .collect();
    files.insert("schema.json".into(), SCHEMA.into());
    files.insert("runner.json".into(), rules::json());
    Ok(files)
}

/// Writes what changed into `dir` and removes what no note compiles to; returns the names.
pub fn write(files: &BTreeMap<String, String>, dir: &Path) -> io::Result<Vec<String>> {
    fs::create_dir_all(dir)?;
    let stale = stale(files, dir);
    for name in &stale {
        match files.get(name) {
            Some(content) => fs::write(dir.join(name), content)?,
            None => fs::remove_file(dir.join(name))?,
        }
    }
    Ok(stale)
}

/// The names of files in `dir` that are not what they should be, or should not be.
pub fn stale(files: &BTreeMap<String, String>, dir: &Path) -> Vec<String> {
    let differs =
        |name: &String| fs::read_to_string(dir.join(name)).ok().as_ref() != files.get(name);
    let mut names: Vec<String> = files.keys().filter(|name| differs(name)).cloned().collect();
    let there = fs::read_dir(dir).into_iter().flatten().flatten();
    let there = there.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.extend(there.filter(|name| name.ends_with(".json") && !files.contains_key(name)));
    names
}

fn file(note: &str, cases: &[&Case]) -> String {
    let line =
        |case: &&Case| serde_json::to_string(&Lowered::new(case)).expect("cases are plain data");
    let lines: Vec<String> = cases.iter().map(line).collect();
    format!(
        "{{\"format\":{FORMAT},\"note\":{},\"cases\":[\n{}\n]}}\n",
        serde_json::json!(note),
        lines.join(",\n")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_a_line() {
        let text = "note: 05-strings\nraw: main\n== a: b\n> PING\n+PONG\n== c: d\n> SET \"k\\xff\" v\n+OK\n";
        let cases = crate::format::parse("05-strings/x.vec", text).unwrap();
        let files = compile(&cases).unwrap();
        assert_eq!(
            files["05-strings.json"],
            r#"{"format":1,"note":"05-strings","cases":[
{"id":"a","title":"b","file":"x.vec","connections":["main"],"steps":[{"send":{"on":"main","args":["PING"],"replies":[[{"want":{"reply":{"simple":"PONG"}}}]]}}]},
{"id":"c","title":"d","file":"x.vec","connections":["main"],"steps":[{"send":{"on":"main","args":["SET",{"hex":"6bff"},"v"],"replies":[[{"want":{"reply":{"simple":"OK"}}}]]}}]}
]}
"#
        );
        assert_eq!(files.len(), 3, "runner.json and schema.json too");
    }

    #[test]
    fn blanks_are_refused_with_their_places() {
        let text = "note: t\n== a: b\n> PING\n+PONG\n> GET k\na<\n@repeat i 1..2 > GET $i\nb> PING\nb< +PONG\nstate:\n";
        let cases = crate::format::parse("t/t.vec", text).unwrap();
        let places: Vec<String> =
            compile(&cases).unwrap_err().iter().map(ToString::to_string).collect();
        let at = |line: usize| format!("t/t.vec:{line}: nothing is written here: record it");
        assert_eq!(places, [at(5), at(6), at(10)]);
    }

    #[test]
    fn the_schema_is_json() {
        serde_json::from_str::<serde_json::Value>(SCHEMA).unwrap();
    }
}
