//! # Compile: vectors as JSON, for runners in any language
//!
//! One file a note, `NN-name.json`, one case a line, so that a change of one case is a change of one
//! line. The field names are those of [`crate::case`] and [`crate::pattern`]; `schema.json` beside
//! them says what may stand where, and `runner.json` what to do around a case ([`crate::rules`]).
//!
//! ```text
//!   {"format":1,"note":"05-strings","cases":[
//!   {"id":"set-get","title":"...","file":"set.vec","steps":[{"send":{"on":"main","args":["SET","k","v"], ...
//!   ]}
//! ```
//!
//! The text says the same in a tenth of the space and is what people write; the JSON is
//! committed so that others need no parser of ours, and checked so that it cannot be stale.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::case::Case;
use crate::rules;

/// Raised when a reader of the old JSON would misread the new.
pub const FORMAT: u32 = 1;

/// What may stand where in the JSON, as JSON Schema.
pub const SCHEMA: &str = include_str!("schema.json");

#[derive(Serialize, Deserialize)]
struct Compiled {
    format: u32,
    note: String,
    cases: Vec<Case>,
}

/// The files that these cases compile to: name and content.
pub fn compile(cases: &[Case]) -> BTreeMap<String, String> {
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
    files
}

/// Reads a compiled file back.
pub fn load(json: &str) -> Result<Vec<Case>, serde_json::Error> {
    let compiled: Compiled = serde_json::from_str(json)?;
    let note = compiled.note;
    Ok(compiled
        .cases
        .into_iter()
        .map(|case| Case { note: note.clone(), path: case.file.clone(), ..case })
        .collect())
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
    let line = |case: &&Case| serde_json::to_string(case).expect("cases are plain data");
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

    const TEXT: &str = r##"note: 05-strings
== all: everything that the format has
claims: N05-01
since: 7.0.0
needs: clock
config: hz 100
nodes: m=primary r=replicaof:m
raw: b
xfail: [keynotes <1.0] not yet
a@m> SET "k\xff" v
+OK
> GET k
2| ["a" :1 {"k": ,1.5}]
3| [nil nil* #t (12 =txt:"x" -"ERR x"]
@repeat i 1..3 > INCR $i
@within 50ms > X
[valkey >=8.0 <8.1, redis] <pick 2 distinct of ["a" <bulk /x/ as y>]>
<any-order <contains_>>
"##;

    #[test]
    fn what_is_compiled_reloads_to_the_same() {
        let text = TEXT.replace("<any-order <contains_>>", "<contains {\"a\": <int 1 +-2>}>")
            + "b>> \"PING\\r\\n\"\nb< nothing\nb< closed\n@sleep 5ms\nstate:\n  \"k\" string <length 3> <ttl 5ms>\n  db1 \"h\" hash {\"f\": \"v\"}\n\
               events:\n  set k\npropagates:\n  SET k <bulk>\n";
        let cases =
            crate::format::parse("05-strings/x.vec", &text).unwrap_or_else(|e| panic!("{e}"));
        let files = compile(&cases);
        let json = &files["05-strings.json"];
        let again = load(json).unwrap_or_else(|e| panic!("{e}\n{json}"));
        assert_eq!(&compile(&again)["05-strings.json"], json);
        assert_eq!(again[0].steps.len(), cases[0].steps.len());
        assert_eq!(json.lines().count(), 3, "one case a line");
    }

    #[test]
    fn the_schema_is_json() {
        serde_json::from_str::<serde_json::Value>(SCHEMA).unwrap();
    }
}
