//! The format is neutral: a second runner, in another language, reads only the JSON and reaches
//! the same verdicts, case by case.
//!
//! It is played beside the runner of this tree on our own server and on the oracles that are there:
//! `spec/neutral.vec`, most of whose cases are wrong on purpose, and a few notes of the vectors; all
//! notes where oracles are required. The verdict of a case in `neutral.vec` stands in its id, so that
//! two runners that are wrong alike are noticed too.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::say_absent;
use conformance::target::Spec;
use conformance::{Options, compile, suite};
use tempfile::TempDir;

/// What is compared in addition to `neutral.vec` when nobody asked for more.
const NOTES: &[&str] = &["19-pubsub", "20-transactions"];
const PYTHON_TIMEOUT: Duration = Duration::from_secs(300);
/// The second runner is the template for others: it must stay small enough to be read at one sitting.
const PYTHON_LINES_MAX: usize = 400;

/// Verdicts by case and protocol.
type Verdicts = BTreeMap<(String, u64), String>;

/// The second runner at work, its verdicts going to a file.
struct Python {
    child: Child,
    dir: TempDir,
}

impl Python {
    fn start(program: &str, vectors: &Path) -> Self {
        let dir = TempDir::new().expect("a directory");
        let verdicts = File::create(dir.path().join("verdicts")).expect("a file");
        let child = Command::new("python3")
            .arg(root().join("conformance/runner.py"))
            .args(["--json", "--server", program, "--vectors"])
            .arg(vectors)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::null())
            .stdout(verdicts)
            .spawn()
            .expect("python3 starts");
        Python { child, dir }
    }

    fn verdicts(mut self) -> Verdicts {
        let deadline = Instant::now() + PYTHON_TIMEOUT;
        while self.child.try_wait().expect("a child").is_none() {
            if Instant::now() > deadline {
                let _ = self.child.kill();
                panic!("the runner in Python is not done after {PYTHON_TIMEOUT:?}");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let text = std::fs::read_to_string(self.dir.path().join("verdicts")).expect("its output");
        let line = |line: &str| {
            let outcome: serde_json::Value = serde_json::from_str(line).expect("a JSON line");
            let outcome = &outcome["case"];
            let text = |field: &str| outcome[field].as_str().expect("a string").to_string();
            ((text("case"), outcome["resp"].as_u64().expect("2 or 3")), text("verdict"))
        };
        text.lines().map(line).collect()
    }
}

/// `whole`: the server has every command, so that nothing may be missing or skipped for want of it.
fn compare(target: &str, program: &str, whole: bool) {
    if Command::new("python3").arg("--version").output().is_err() {
        say_absent("python3 is not installed: the vectors were not played by a second runner");
        return;
    }
    let mut cases = suite::load(&root().join("spec/neutral.vec")).expect("well-formed vectors");
    let all = std::env::var_os("KEYNOTES_REQUIRE_ORACLES").is_some();
    let vectors = suite::load(&root().join("spec/vectors")).expect("well-formed vectors");
    cases.extend(vectors.into_iter().filter(|case| all || NOTES.contains(&case.note.as_str())));
    let json = TempDir::new().expect("a directory");
    let files = compile::compile(&cases).expect("no blanks");
    compile::write(&files, json.path()).expect("writable");

    let python = Python::start(program, json.path());
    let options = Options { jobs: 2, ..Options::default() };
    let chosen = suite::choose(&cases, &options);
    let summary = suite::run_spec(&chosen, &Spec::parse(target).expect("a target"), &options);
    assert_eq!(summary.harness_errors, Vec::<String>::new());
    let rust: Verdicts = summary
        .outcomes
        .iter()
        .map(|o| ((o.case.clone(), u64::from(o.resp)), o.verdict.name().to_string()))
        .collect();
    let python = python.verdicts();

    let differing: Vec<String> = rust
        .iter()
        .filter(|(case, verdict)| python.get(*case) != Some(*verdict))
        .map(|(case, verdict)| format!("{case:?}: {verdict}, in Python {:?}", python.get(case)))
        .collect();
    assert!(differing.is_empty(), "two verdicts on {target}:\n{}", differing.join("\n"));
    assert_eq!(python.len(), rust.len(), "the second runner has played other cases too");
    let misjudged = |((case, _), verdict): &(&(String, u64), &String)| {
        let excused = !whole && ["missing", "skip"].contains(&verdict.as_str());
        case.strip_prefix("neutral/")
            .is_some_and(|id| !id.starts_with(verdict.as_str()) && !excused)
    };
    let misjudged: Vec<_> = rust.iter().filter(misjudged).collect();
    assert!(misjudged.is_empty(), "not the verdict in the id: {misjudged:?}");
}

fn compare_on_oracle(target: &str, program: &str) {
    let path = std::env::var_os("PATH").unwrap_or_default();
    match std::env::split_paths(&path).any(|dir| dir.join(program).is_file()) {
        true => compare(target, program, true),
        false => say_absent(&format!("{program} is not installed: two runners were not compared")),
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_second_runner_is_one_short_file() {
    let folder = std::fs::read_dir(root().join("conformance")).expect("a folder");
    let paths = folder.map(|entry| entry.expect("an entry").path());
    let python: Vec<_> =
        paths.filter(|path| path.extension().is_some_and(|end| end == "py")).collect();
    assert_eq!(python, [root().join("conformance/runner.py")]);
    let text = std::fs::read_to_string(&python[0]).expect("readable");
    let lines = text.lines().count();
    assert!(lines <= PYTHON_LINES_MAX, "{lines} lines, {PYTHON_LINES_MAX} at most");
    let wide = text.lines().find(|line| line.chars().count() > 110);
    assert_eq!(wide, None, "a line of more than 110 columns");
}

#[test]
fn two_runners_agree_on_keynotes() {
    let program = env!("CARGO_BIN_EXE_keynotes");
    compare(&format!("keynotes={program}"), program, false);
}

#[test]
fn two_runners_agree_on_redis() {
    compare_on_oracle("redis", "redis-server");
}

#[test]
fn two_runners_agree_on_valkey() {
    compare_on_oracle("valkey", "valkey-server");
}
