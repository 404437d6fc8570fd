//! # Suite: all cases, chosen and run
//!
//! Loads a folder of vectors, picks what was asked for, shuffles it if told to, and runs it on
//! each target in each protocol. Cases are independent, so several servers of one kind may share
//! the work; outcomes come back in the order of the files whatever the order of the runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::case::{Case, Step};
use crate::expect::{self, Expectation};
use crate::format::{self, FormatError};
use crate::guard::Version;
use crate::random::Random;
use crate::run;
use crate::session::{Harness, HarnessError, Session};
pub use crate::summary::Summary;
use crate::summary::TargetInfo;
use crate::target::{Spec, Target};
use crate::verdict::{Fault, Outcome, Verdict};

/// What to run, and how strictly.
#[derive(Clone, Debug)]
pub struct Options {
    /// Protocols, each 2 or 3.
    pub resp: Vec<u8>,
    /// `NOTE` or `NOTE/ID`, by prefix; any of them.
    pub only: Vec<String>,
    /// The verdict `text` is a failure.
    pub strict_text: bool,
    /// The verdict `missing` is a failure.
    pub strict_missing: bool,
    /// Leave out what is slow.
    pub quick: bool,
    /// Shuffle the order of the cases.
    pub seed: Option<u64>,
    /// How many servers of one kind to run side by side.
    pub jobs: usize,
    pub timeout_ms: u64,
    /// The version of Redis that the targets follow, whatever they say.
    pub redis_version: Option<Version>,
    /// Features that the targets have, or have not, whatever the probes say.
    pub have: Vec<String>,
    pub lack: Vec<String>,
    /// Failures that are known.
    pub expect: Vec<Expectation>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            resp: vec![2, 3],
            only: Vec::new(),
            strict_text: false,
            strict_missing: false,
            quick: false,
            seed: None,
            jobs: 1,
            timeout_ms: 5000,
            redis_version: None,
            have: Vec::new(),
            lack: Vec::new(),
            expect: Vec::new(),
        }
    }
}

impl Options {
    /// Whether a verdict counts as a failure.
    pub fn is_failure(&self, verdict: Verdict) -> bool {
        match verdict {
            Verdict::Fail => true,
            Verdict::Text => self.strict_text,
            Verdict::Missing => self.strict_missing,
            _ => false,
        }
    }

    /// What differs from the defaults, as the command line would say it.
    pub fn described(&self) -> Vec<(String, String)> {
        let protocols: Vec<String> = self.resp.iter().map(u8::to_string).collect();
        let said = [
            ("resp", protocols.join(",")),
            ("only", self.only.join(",")),
            ("text", if self.strict_text { "strict".into() } else { String::new() }),
            ("missing", if self.strict_missing { "fail".into() } else { String::new() }),
            ("quick", if self.quick { "yes".into() } else { String::new() }),
            ("seed", self.seed.map_or(String::new(), |seed| seed.to_string())),
            ("redis-version", self.redis_version.map_or(String::new(), String::from)),
            ("have", self.have.join(",")),
            ("lack", self.lack.join(",")),
        ];
        let said = said.into_iter().filter(|(_, value)| !value.is_empty());
        said.map(|(name, value)| (name.to_string(), value)).collect()
    }
}

/// Runs all vectors under `dir` on one target: the entry for tests.
pub fn run_dir(dir: &Path, target: &mut dyn Target, options: &Options) -> Summary {
    let mut summary = Summary::new(options);
    match load(dir) {
        Ok(cases) => summary.merge(run_cases(&choose(&cases, options), target, options)),
        Err(errors) => summary.harness_errors.extend(errors.iter().map(ToString::to_string)),
    }
    summary
}

/// Runs cases on one target, in the order given.
pub fn run_cases(cases: &[&Case], target: &mut dyn Target, options: &Options) -> Summary {
    let mut summary = Summary::new(options);
    let name = target.name().to_string();
    if let Err(error) = run_each(cases.iter().copied(), target, &name, options, &mut summary) {
        summary.harness_errors.push(error.to_string());
    }
    (summary.about.cases, summary.about.runs) = (cases.len(), cases.len() * options.resp.len());
    expect::apply(&mut summary.outcomes, options);
    summary
}

/// Runs cases on a kind of target, on as many servers as the options say.
pub fn run_spec(cases: &[&Case], spec: &Spec, options: &Options) -> Summary {
    let jobs = if spec.can_multiply() { options.jobs.clamp(1, cases.len().max(1)) } else { 1 };
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Summary::new(options));
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                let mut part = Summary::new(options);
                let take = || cases.get(next.fetch_add(1, Ordering::Relaxed)).copied();
                let opened = spec.open().map_err(|e| HarnessError(format!("{}: {e}", spec.name())));
                let ran = opened.and_then(|mut target| {
                    let cases = std::iter::from_fn(take);
                    run_each(cases, &mut *target, &spec.to_string(), options, &mut part)
                });
                part.harness_errors.extend(ran.err().map(|error| error.to_string()));
                done.lock().expect("no thread panics while it holds the lock").merge(part);
            });
        }
    });
    let mut summary = done.into_inner().expect("all threads are done");
    (summary.about.cases, summary.about.runs) = (cases.len(), cases.len() * options.resp.len());
    sort_as_written(&mut summary.outcomes, cases);
    expect::apply(&mut summary.outcomes, options);
    summary
}

/// Reads every `.vec` file under a folder (or one file), in order of path.
pub fn load(path: &Path) -> Result<Vec<Case>, Vec<FormatError>> {
    let (mut cases, mut errors) = (Vec::new(), Vec::new());
    for file in vector_files(path) {
        let name = file.display().to_string();
        match read(&file, &name).and_then(|text| format::parse(&name, &text)).and_then(noted) {
            Ok(more) => cases.extend(more),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(cases) } else { Err(errors) }
}

/// The text of a file; where it is not UTF-8, the line is named.
fn read(path: &Path, name: &str) -> Result<String, FormatError> {
    let fault = |line, message| FormatError { file: name.into(), line, message };
    let bytes = fs::read(path).map_err(|e| fault(0, e.to_string()))?;
    String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        fault(line, "a byte that is not UTF-8: write it as \\xHH between quotes".into())
    })
}

/// Every case must belong to a note, or its name would not be unique.
fn noted(cases: Vec<Case>) -> Result<Vec<Case>, FormatError> {
    match cases.iter().find(|case| case.note.is_empty()) {
        None => Ok(cases),
        Some(case) => Err(FormatError {
            file: case.path.clone(),
            line: case.line,
            message: "no note: write `note: NN-name` before the first case".into(),
        }),
    }
}

/// The `.vec` files under a folder, sorted.
pub fn vector_files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_path_buf()];
    }
    let Ok(entries) = fs::read_dir(path) else {
        return Vec::new();
    };
    let mut entries: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    entries.sort();
    let wanted = |path: &PathBuf| path.is_dir() || path.extension().is_some_and(|e| e == "vec");
    entries.into_iter().filter(wanted).flat_map(|path| vector_files(&path)).collect()
}

/// Applies `only`, `quick` and `seed`.
pub fn choose<'c>(cases: &'c [Case], options: &Options) -> Vec<&'c Case> {
    let chosen = |case: &&Case| {
        let name = case.name();
        let named = options.only.is_empty()
            || options.only.iter().any(|only| name.starts_with(only.as_str()));
        named && !(options.quick && is_slow(case))
    };
    let mut cases: Vec<&Case> = cases.iter().filter(chosen).collect();
    if let Some(seed) = options.seed {
        Random::new(seed).shuffle(&mut cases);
    }
    cases
}

fn run_each<'c>(
    cases: impl Iterator<Item = &'c Case>,
    target: &mut dyn Target,
    asked: &str,
    options: &Options,
    part: &mut Summary,
) -> Harness<()> {
    let mut session = Session::open(target, options.timeout_ms)?;
    if let Some(version) = options.redis_version {
        session.claim(version)?;
    }
    session.must_have_a_version()?;
    session.declare(&options.have, &options.lack);
    part.about.note(TargetInfo::of(&session, asked));
    let mut last_played = None;
    for case in cases {
        for resp in &options.resp {
            let ran = run::run(&mut session, case, *resp, false);
            let before = last_played.map(|at: usize| &mut part.outcomes[at]);
            let (outcome, _) = match (ran, before) {
                (Ok(ran), before) => {
                    blame(before, session.take_loss());
                    ran
                }
                (Err(HarnessError(why)), Some(before)) => {
                    let (name, resp) = (&before.case, before.resp);
                    return Err(HarnessError(format!("after {name} in RESP{resp}: {why}")));
                }
                (Err(error), None) => return Err(error),
            };
            if outcome.verdict != Verdict::Skip {
                last_played = Some(part.outcomes.len());
            }
            part.outcomes.push(outcome);
        }
    }
    Ok(())
}

/// A server that is found dead before a case died of the one before it.
fn blame(before: Option<&mut Outcome>, loss: Option<String>) {
    if let (Some(outcome), Some(why)) = (before, loss) {
        outcome.faults.push(Fault::fail(outcome.line, "the server goes on", why));
        outcome.verdict = Verdict::Fail;
    }
}

fn sort_as_written(outcomes: &mut [Outcome], cases: &[&Case]) {
    let order: std::collections::HashMap<String, usize> =
        cases.iter().enumerate().map(|(i, case)| (case.name(), i)).collect();
    outcomes.sort_by_key(|outcome| (order.get(&outcome.case).copied(), outcome.resp));
}

/// Real time beyond a blink, or a great many commands.
pub(crate) fn is_slow(case: &Case) -> bool {
    case.steps.iter().any(|step| match step {
        Step::Sleep(ms) => *ms > 20,
        Step::Send(send) => {
            send.within_ms.is_some() || send.repeat.as_ref().is_some_and(|r| r.to - r.from > 1000)
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load_one(name: &str, bytes: &[u8]) -> String {
        let dir = std::env::temp_dir().join(format!("conformance-load-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let file = dir.join(name);
        fs::write(&file, bytes).unwrap();
        let loaded = load(&file).map(|cases| cases.len());
        fs::remove_file(&file).unwrap();
        match loaded {
            Ok(cases) => format!("{cases} cases"),
            Err(errors) => errors[0].to_string().rsplit(".vec:").next().unwrap().to_string(),
        }
    }

    #[test]
    fn files_that_are_no_vectors_are_refused() {
        assert_eq!(load_one("a.vec", b"note: t\n== x\n> PING\n+PONG\n"), "1 cases");
        assert!(load_one("b.vec", b"note: t\n== x\n> GET \xff\n").starts_with("3: a byte that is"));
        assert!(load_one("c.vec", b"== x\n> PING\n+PONG\n").starts_with("1: no note"));
    }

    #[test]
    fn a_shuffle_is_the_same_for_a_seed_and_loses_nothing() {
        let text: String = (0..40).map(|i| format!("== c{i}\n> PING\n+PONG\n")).collect();
        let cases = format::parse("t/t.vec", &format!("note: t\n{text}")).unwrap();
        let order = |seed| -> Vec<String> {
            let options = Options { seed, ..Options::default() };
            choose(&cases, &options).iter().map(|case| case.id.clone()).collect()
        };
        assert_eq!(order(Some(1)), order(Some(1)));
        assert_ne!(order(Some(1)), order(Some(2)));
        let (mut plain, mut shuffled) = (order(None), order(Some(7)));
        plain.sort();
        shuffled.sort();
        assert_eq!(plain, shuffled);
    }
}
