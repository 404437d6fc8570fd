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
use crate::format::{self, FormatError};
use crate::random::Random;
use crate::report;
use crate::run;
use crate::session::{Harness, HarnessError, Session};
use crate::target::{Spec, Target};
use crate::verdict::{Outcome, Verdict};

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
        }
    }
}

/// Everything that a run found. `Display` is the plain report.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    pub outcomes: Vec<Outcome>,
    /// The runner could not go on with these targets.
    pub harness_errors: Vec<String>,
    pub strict_text: bool,
    pub strict_missing: bool,
}

impl Summary {
    /// An empty one, as strict as the options say.
    pub fn new(options: &Options) -> Self {
        Summary {
            strict_text: options.strict_text,
            strict_missing: options.strict_missing,
            ..Summary::default()
        }
    }

    pub fn count(&self, verdict: Verdict) -> usize {
        self.outcomes.iter().filter(|outcome| outcome.verdict == verdict).count()
    }

    pub fn is_failure(&self, outcome: &Outcome) -> bool {
        match outcome.verdict {
            Verdict::Fail => true,
            Verdict::Text => self.strict_text,
            Verdict::Missing => self.strict_missing,
            _ => false,
        }
    }

    pub fn failures(&self) -> impl Iterator<Item = &Outcome> {
        self.outcomes.iter().filter(|outcome| self.is_failure(outcome))
    }

    /// 0: all is well; 1: a case failed; 2: the harness did.
    pub fn exit_code(&self) -> u8 {
        match (self.harness_errors.is_empty(), self.failures().next()) {
            (false, _) => 2,
            (true, Some(_)) => 1,
            (true, None) => 0,
        }
    }

    pub fn merge(&mut self, other: Summary) {
        self.outcomes.extend(other.outcomes);
        self.harness_errors.extend(other.harness_errors);
    }
}

impl std::fmt::Display for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&report::plain(self))
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
    if let Err(error) = run_each(cases.iter().copied(), target, options, &mut summary.outcomes) {
        summary.harness_errors.push(error.to_string());
    }
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
                let ran = spec
                    .open()
                    .map_err(|e| HarnessError(format!("{}: {e}", spec.name())))
                    .and_then(|mut target| {
                        run_each(
                            std::iter::from_fn(take),
                            &mut *target,
                            options,
                            &mut part.outcomes,
                        )
                    });
                part.harness_errors.extend(ran.err().map(|error| error.to_string()));
                done.lock().expect("no thread panics while it holds the lock").merge(part);
            });
        }
    });
    let mut summary = done.into_inner().expect("all threads are done");
    sort_as_written(&mut summary.outcomes, cases);
    summary
}

/// Reads every `.vec` file under a folder (or one file), in order of path.
pub fn load(path: &Path) -> Result<Vec<Case>, Vec<FormatError>> {
    let (mut cases, mut errors) = (Vec::new(), Vec::new());
    for file in vector_files(path) {
        let name = file.display().to_string();
        let text = fs::read_to_string(&file).map_err(|e| FormatError {
            file: name.clone(),
            line: 0,
            message: e.to_string(),
        });
        match text.and_then(|text| format::parse(&name, &text)) {
            Ok(more) => cases.extend(more),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(cases) } else { Err(errors) }
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
    options: &Options,
    outcomes: &mut Vec<Outcome>,
) -> Harness<()> {
    let mut session = Session::open(target, options.timeout_ms)?;
    for case in cases {
        for resp in &options.resp {
            outcomes.push(run::run(&mut session, case, *resp, false)?.0);
        }
    }
    Ok(())
}

fn sort_as_written(outcomes: &mut [Outcome], cases: &[&Case]) {
    let order: std::collections::HashMap<String, usize> =
        cases.iter().enumerate().map(|(i, case)| (case.name(), i)).collect();
    outcomes.sort_by_key(|outcome| (order.get(&outcome.case).copied(), outcome.resp));
}

/// Real time beyond a blink, or a great many commands.
fn is_slow(case: &Case) -> bool {
    case.steps.iter().any(|step| match step {
        Step::Sleep(ms) => *ms > 20,
        Step::Send(send) => {
            send.within_ms.is_some() || send.repeat.as_ref().is_some_and(|r| r.to - r.from > 1000)
        }
        _ => false,
    })
}
