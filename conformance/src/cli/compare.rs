//! # The verbs that look at runs: matrix, lock

use conformance::say;
use std::fs;
use std::path::{Path, PathBuf};

use conformance::Summary;
use conformance::lock::Lock;
use conformance::matrix::{self, Quotes};
use conformance::report;
use conformance::suite::Options;
use conformance::target::Spec;

use super::Exit;
use super::arguments::{self, Arguments};
use super::play::{CLAIMS, run_all};

/// What the oracles said, for `lock`.
const LOCK: &str = "spec/oracle.lock.json";
const ORACLES: [&str; 2] = ["redis", "valkey"];

pub fn matrix(a: &Arguments) -> Exit {
    let Some(out) = a.out.as_ref().filter(|_| !a.paths.is_empty()) else {
        return Err("write conformance matrix RUN.json... --out DIR".into());
    };
    let mut runs = Vec::new();
    for path in &a.paths {
        let run = report::parse_json(&fs::read_to_string(path)?);
        runs.push(run.map_err(|error| format!("{}: {error}", path.display()))?);
    }
    let vectors = a.vectors.as_deref().unwrap_or(Path::new("spec/vectors"));
    let quotes = match vectors.exists() {
        true => Quotes::read(&arguments::load(vectors)?, Path::new(CLAIMS)),
        false => Quotes::default(),
    };
    let pages = matrix::pages(&runs, &quotes);
    matrix::write(&pages, out)?;
    say!("{} pages in {}", pages.len(), out.display());
    Ok(0)
}

/// Writes the lock, or says where it does not hold. An oracle that is not installed is not asked.
pub fn lock(a: &Arguments) -> Exit {
    let cases = a.load()?;
    let (mut oracles, mut absent) = (Vec::new(), Vec::new());
    for name in ORACLES {
        match is_installed(&format!("{name}-server")) {
            true => oracles.push(Spec::parse(name)?),
            false => absent.push(name),
        }
    }
    absent.iter().for_each(|name| eprintln!("{name}-server is not installed: not asked"));
    let options = Options { jobs: a.options.jobs, ..Options::default() };
    let runs = match oracles.is_empty() {
        true => Summary::new(&options),
        false => run_all(&cases, &oracles, &options)?,
    };
    if let Some(error) = runs.harness_errors.first() {
        return Err(error.clone().into());
    }
    let now = Lock::new(&cases, &runs);
    let file = a.out.clone().unwrap_or_else(|| PathBuf::from(LOCK));
    if !a.check {
        if !absent.is_empty() {
            return Err("the lock is written only where all oracles are installed".into());
        }
        fs::write(&file, now.write())?;
        say!("{} cases locked in {}", cases.len(), file.display());
        return Ok(0);
    }
    let locked = Lock::parse(&fs::read_to_string(&file)?)?;
    let differences = locked.differences(&now);
    differences.iter().for_each(|line| say!("{line}"));
    say!("{} cases, {} differences", cases.len(), differences.len());
    Ok(u8::from(!differences.is_empty()))
}

fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|dir| dir.join(program).is_file())
}
