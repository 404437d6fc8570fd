//! The house rules, held: floors, lengths, essays, and no clock below the server.

use std::fs;
use std::path::{Path, PathBuf};

/// From the ground up. A file may name its own floor and those before it.
const FLOORS: &[&str] = &[
    "base",
    "structures",
    "protocol",
    "config",
    "values",
    "keyspace",
    "session",
    "persist",
    "machines",
    "commands",
    "engine",
    "server",
];
/// `patterns` stands beside the house: it names these only.
const PATTERNS_MAY_NAME: &[&str] = &["base", "protocol", "patterns"];

const FILE_LINES_MAX: usize = 500;
const FUNCTION_LINES_MAX: usize = 60;

struct Source {
    path: PathBuf,
    text: String,
}

#[test]
fn no_file_names_a_floor_above_its_own() {
    let mut faults = Vec::new();
    for source in sources("src") {
        let Some(floor) = floor_of(&source.path) else { continue };
        for (number, line) in code_lines(&source.text) {
            for named in named_floors(line) {
                if !may_name(&floor, named) {
                    faults
                        .push(format!("{}:{number}: {floor} names {named}", source.path.display()));
                }
            }
        }
    }
    assert!(faults.is_empty(), "the house sags:\n{}", faults.join("\n"));
}

#[test]
fn files_and_functions_stay_short() {
    let mut faults = Vec::new();
    for dir in ["src", "spec", "conformance/src", "benches"] {
        for source in sources(dir) {
            let lines = source.text.lines().count();
            if lines > FILE_LINES_MAX {
                faults.push(format!("{}: {lines} lines", source.path.display()));
            }
            for (name, number, lines) in long_functions(&source.text) {
                let path = source.path.display();
                faults.push(format!("{path}:{number}: fn {name} has {lines} lines"));
            }
        }
    }
    assert!(faults.is_empty(), "too long to read:\n{}", faults.join("\n"));
}

#[test]
fn every_module_opens_with_its_essay() {
    let silent: Vec<String> = ["src", "conformance/src", "benches"]
        .iter()
        .flat_map(|dir| sources(dir))
        .filter(|source| !source.text.trim_start().starts_with("//!"))
        .filter(|source| source.path.file_name().is_none_or(|name| name != "tests.rs"))
        .map(|source| source.path.display().to_string())
        .collect();
    assert!(silent.is_empty(), "no essay: {silent:?}");
}

#[test]
fn nothing_below_the_server_reads_a_clock_or_draws_entropy() {
    const BANNED: &[&str] = &[
        "Instant::now",
        "SystemTime::now",
        "getrandom",
        "getentropy",
        "RandomState",
        "HashMap<",
        "HashSet<",
    ];
    let mut faults = Vec::new();
    for source in sources("src") {
        if floor_of(&source.path).is_none_or(|floor| floor == "server") {
            continue;
        }
        for (number, line) in code_lines(&source.text) {
            for word in BANNED.iter().filter(|word| line.contains(**word)) {
                faults.push(format!("{}:{number}: {word}", source.path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "not deterministic:\n{}", faults.join("\n"));
}

#[test]
fn unsafe_code_says_why_it_is_safe() {
    let mut faults = Vec::new();
    for source in sources("src") {
        let lines: Vec<&str> = source.text.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            let opens = code.contains("unsafe {") || code.contains("unsafe impl");
            let nearby = &lines[index.saturating_sub(6)..=index];
            if opens && !nearby.iter().any(|line| line.contains("SAFETY:")) {
                faults.push(format!("{}:{}", source.path.display(), index + 1));
            }
        }
    }
    assert!(faults.is_empty(), "unsafe without SAFETY:\n{}", faults.join("\n"));
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources(dir: &str) -> Vec<Source> {
    let mut found = Vec::new();
    collect(&root().join(dir), &mut found);
    found
}

fn collect(dir: &Path, found: &mut Vec<Source>) {
    let Ok(entries) = fs::read_dir(dir) else { return };
    for entry in entries {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("utf-8");
            let path = path.strip_prefix(root()).expect("below the root").to_owned();
            found.push(Source { path, text });
        }
    }
}

fn floor_of(path: &Path) -> Option<String> {
    let name = path.components().nth(1)?.as_os_str().to_str()?;
    let floor = name.trim_end_matches(".rs");
    (FLOORS.contains(&floor) || floor == "patterns").then(|| floor.to_owned())
}

fn may_name(floor: &str, named: &str) -> bool {
    if floor == "patterns" {
        return PATTERNS_MAY_NAME.contains(&named);
    }
    let height = |floor: &str| FLOORS.iter().position(|known| *known == floor);
    named != "patterns" && height(named) <= height(floor)
}

/// Floors named by paths that begin at the crate's root.
fn named_floors(line: &str) -> impl Iterator<Item = &'static str> + '_ {
    FLOORS.iter().chain(&["patterns"]).copied().filter(move |floor| {
        let path = format!("crate::{floor}");
        line.match_indices(&path).any(|(at, _)| {
            !line[at + path.len()..].starts_with(|next: char| next.is_alphanumeric() || next == '_')
        })
    })
}

/// Lines that are not comments, numbered from 1.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// Functions over the limit: name, line, length. A function ends where its indent closes.
fn long_functions(text: &str) -> Vec<(String, usize, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let Some(name) = function_name(line) else { continue };
        let indent = line.len() - line.trim_start().len();
        let close = format!("{}}}", " ".repeat(indent));
        let Some(len) = lines[start..].iter().position(|line| *line == close) else { continue };
        if len + 1 > FUNCTION_LINES_MAX {
            found.push((name.to_owned(), start + 1, len + 1));
        }
    }
    found
}

fn function_name(line: &str) -> Option<&str> {
    let code = line.trim_start();
    if code.starts_with("//") || code.ends_with(';') {
        return None;
    }
    let at = if code.starts_with("fn ") { 3 } else { code.find(" fn ")? + 4 };
    let modifiers = &code[..at];
    let plain = modifiers.chars().all(|char| char.is_ascii_lowercase() || "()\" ".contains(char));
    plain.then(|| code[at..].split(['(', '<']).next().unwrap_or_default())
}
