//! README.md and FORMAT.md hold: each vector in them is one, each reply in the tables is written in
//! JSON as its row says, and oracles that are there agree with the vectors.

use std::path::{Path, PathBuf};

use conformance::case::Case;
use conformance::suite::{self, Options};
use conformance::target::Spec;
use conformance::verdict::Verdict;
use conformance::{format, notation};

const MANUALS: &[&str] = &["README.md", "FORMAT.md"];

#[test]
fn every_vector_is_one() {
    for manual in MANUALS {
        let fences = fences(manual, "vec");
        assert!(fences.len() > 1, "{manual} shows vectors");
        for fence in fences {
            assert!(!cases(manual, &fence).is_empty(), "{manual}: no case in\n{fence}");
        }
    }
}

/// What the manuals teach is true. Guards for servers that do not exist are skipped by nature.
#[test]
fn oracles_agree_with_every_vector() {
    for (name, program) in [("redis", "redis-server"), ("valkey", "valkey-server")] {
        if !is_installed(program) {
            eprintln!("note: {program} is not installed: the manuals were not played on it");
            continue;
        }
        let cases: Vec<Case> = MANUALS
            .iter()
            .flat_map(|manual| fences(manual, "vec").into_iter().map(|f| (*manual, f)))
            .flat_map(|(manual, fence)| cases(manual, &fence))
            .collect();
        let cases: Vec<&Case> = cases.iter().collect();
        let spec = Spec::parse(name).expect("a target");
        let options = Options { strict_text: true, ..Options::default() };
        let summary = suite::run_spec(&cases, &spec, &options);
        assert!(summary.exit_code() == 0, "{summary}");
        assert!(summary.count(Verdict::Pass) > cases.len(), "{summary}");
    }
}

#[test]
fn every_row_of_the_tables_says_what_is_compiled() {
    let rows = rows(&read("FORMAT.md"), &["reply", "predicate"]);
    assert!(rows.len() > 30, "{} rows", rows.len());
    for (text, json) in rows {
        let pattern = notation::parse(&text).unwrap_or_else(|e| panic!("{text}: {e:?}"));
        let json: serde_json::Value = serde_json::from_str(&json).expect(&json);
        assert_eq!(serde_json::to_value(&pattern).unwrap(), json, "{text}");
    }
}

fn cases(manual: &str, fence: &str) -> Vec<Case> {
    let text = match fence.contains("\nnote: ") || fence.starts_with("note: ") {
        true => fence.to_string(),
        false => format!("note: manual\n{fence}"),
    };
    format::parse(manual, &text).unwrap_or_else(|e| panic!("{e} in\n{text}"))
}

/// The contents of the fences with this tag.
fn fences(manual: &str, tag: &str) -> Vec<String> {
    let text = read(manual);
    let open = format!("```{tag}\n");
    text.match_indices(&open)
        .map(|(at, _)| {
            let body = &text[at + open.len()..];
            body[..body.find("```").expect("a closing fence")].to_string()
        })
        .collect()
}

/// The first two cells, both code, of the rows of tables whose first heading is one of these.
fn rows(text: &str, headings: &[&str]) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    let mut wanted = false;
    for line in text.lines() {
        let cells: Vec<String> = line
            .replace("\\|", "\u{0}")
            .split('|')
            .map(|c| c.trim().replace('\u{0}', "|"))
            .collect();
        match cells.as_slice() {
            [_, first, ..] if headings.contains(&first.as_str()) => wanted = true,
            [_, first, json, ..] if wanted && first.starts_with('`') => {
                rows.push((first.trim_matches('`').into(), json.trim_matches('`').into()));
            }
            [_, rule, ..] if rule.starts_with("---") => {}
            _ => wanted = false,
        }
    }
    rows
}

fn read(manual: &str) -> String {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join(manual);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|dir| dir.join(program).is_file())
}
