//! # Mutate: would the vectors notice?
//!
//! A suite that every server passes proves nothing. So a server that is right is made wrong, in one
//! place at a time, and the vectors are played on it: a fault that no vector notices is a vector
//! that nobody has written yet.
//!
//! ```text
//!   faults    what goes wrong, as data                 faults/options.rs: "SET ignores NX."
//!   fault     the hooks of which a fault is made       asks, replies, spoils, ...
//!   rules     the words to write them with             without("NX")
//!   mutant    a target with one fault in it            proxy, talk, requests: how it gets there
//!   hunt      cases against faults                     killed, survived, idle
//!   score     the table, and the exit code
//! ```
//!
//! Controls are the opposite: changes that are nobody's business, such as the order of KEYS, the
//! wording of an error or a slow line. A vector that notices one of these asks for too much.
//!
//! What this cannot do: commands that a script runs are not seen; a fault between two commands of a
//! transaction cannot be made; time and memory stay the server's own.

pub mod controls;
pub mod fault;
pub mod faults;
pub mod hunt;
pub mod mutant;
mod proxy;
pub mod requests;
pub mod rules;
pub mod score;
pub mod talk;
#[cfg(test)]
mod tests;

use crate::say;
use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use lexopt::prelude::*;

use crate::suite;
use crate::target::Spec;
use fault::Fault;
use score::Score;

const HELP: &str = "\
conformance mutate: would the vectors notice a faulty server?

  conformance mutate [PATH] --upstream T

  --upstream T           the server that is made faulty; redis unless given
  --only CATEGORY[/NAME] these faults, by prefix; may be given several times
  --list                 name the faults and what goes wrong, and play nothing
  --json FILE            what became of each fault, one object a line
  --jobs N               that many servers side by side
  --verbose              say what became of each fault at once, and by which case

Exit code: 0 if 95 of 100 faults are noticed, and 85 of 100 in each category, and no control is;
1 if not; 2 if the harness failed.
";

struct Options {
    path: PathBuf,
    upstream: Spec,
    only: Vec<String>,
    list: bool,
    json: Option<PathBuf>,
    jobs: usize,
    verbose: bool,
}

/// Runs `conformance mutate`, and returns the exit code.
pub fn command(parser: &mut lexopt::Parser) -> Result<u8, Box<dyn Error>> {
    let Some(options) = read(parser)? else {
        crate::out::print(format_args!("{HELP}"));
        return Ok(0);
    };
    let chosen = |all: Vec<Fault>| -> Vec<Arc<Fault>> {
        let named = |fault: &Fault| {
            let title = fault.title();
            options.only.is_empty() || options.only.iter().any(|only| title.starts_with(only))
        };
        all.into_iter().filter(named).map(Arc::new).collect()
    };
    let (faults, controls) = (chosen(faults::all()), chosen(controls::all()));
    if options.list {
        for fault in faults.iter().chain(&controls) {
            say!("{:<40} {}", fault.title(), fault.sentence);
        }
        say!("{} faults, {} controls", faults.len(), controls.len());
        return Ok(0);
    }
    let score = play(&options, &faults, &controls)?;
    crate::out::print(format_args!("{}", score.plain()));
    if let Some(path) = &options.json {
        fs::write(path, score.json())?;
    }
    Ok(score.exit_code())
}

fn play(
    options: &Options,
    faults: &[Arc<Fault>],
    controls: &[Arc<Fault>],
) -> Result<Score, Box<dyn Error>> {
    let start = Instant::now();
    let cases = suite::load(&options.path).map_err(|errors| {
        errors.iter().map(ToString::to_string).collect::<Vec<String>>().join("\n")
    })?;
    let trials = hunt::baseline(&cases, &options.upstream, options.jobs)?;
    let progress = |finding: &hunt::Finding| {
        if options.verbose {
            say!("{}", score::told(finding));
        }
    };
    let all = [faults, controls].concat();
    let mut found = hunt::hunt(&all, &trials, &options.upstream, options.jobs, &progress);
    let controls = found.split_off(faults.len());
    let seconds = start.elapsed().as_secs();
    Ok(Score { faults: found, controls, trials: trials.len(), seconds })
}

fn read(parser: &mut lexopt::Parser) -> Result<Option<Options>, Box<dyn Error>> {
    let mut options = Options {
        path: "spec/vectors".into(),
        upstream: Spec::parse("redis")?,
        only: Vec::new(),
        list: false,
        json: None,
        jobs: 1,
        verbose: false,
    };
    while let Some(argument) = parser.next()? {
        match argument {
            Long("upstream") => options.upstream = Spec::parse(&parser.value()?.string()?)?,
            Long("only") => options.only.push(parser.value()?.string()?),
            Long("list") => options.list = true,
            Long("json") => options.json = Some(parser.value()?.into()),
            Long("jobs") => options.jobs = parser.value()?.parse()?,
            Long("verbose") => options.verbose = true,
            Long("help") | Short('h') => return Ok(None),
            Value(path) => options.path = path.into(),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Some(options))
}
