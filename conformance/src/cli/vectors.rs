//! # The verbs that look at vectors only: compile, lint, coverage

use conformance::say;
use std::fs;
use std::path::Path;

use conformance::coverage;
use conformance::facts::Facts;
use conformance::{compile, lint};

use super::Exit;
use super::arguments::Arguments;

/// Holes that are excused, each with its reason.
const EXCEPTIONS: &str = "spec/vectors/exceptions.txt";

pub fn compile(a: &Arguments) -> Exit {
    let cases = a.load()?;
    let files = compile::compile(&cases).map_err(|blanks| {
        blanks.iter().map(ToString::to_string).collect::<Vec<String>>().join("\n")
    })?;
    let dir = a.path().join("json");
    if a.check {
        let stale = compile::stale(&files, &dir);
        stale.iter().for_each(|name| {
            say!("{} is stale: run conformance compile", dir.join(name).display())
        });
        return Ok(u8::from(!stale.is_empty()));
    }
    let written = compile::write(&files, &dir)?;
    say!("{} cases, {} files written", cases.len(), written.len());
    Ok(0)
}

pub fn lint(a: &Arguments) -> Exit {
    let cases = a.load()?;
    let problems = lint::lint(&cases);
    problems.iter().for_each(|problem| say!("{problem}"));
    say!("{} cases, {} problems", cases.len(), problems.len());
    Ok(u8::from(!problems.is_empty()))
}

pub fn coverage(a: &Arguments) -> Exit {
    let facts = match &a.facts {
        Some(path) => Facts::parse(&fs::read_to_string(path)?)?,
        None => Facts::known().clone(),
    };
    let exceptions = match &a.except {
        Some(path) => fs::read_to_string(path)?,
        None => fs::read_to_string(Path::new(EXCEPTIONS)).unwrap_or_default(),
    };
    let coverage = coverage::coverage(&a.load()?, &facts, &a.groups, &exceptions);
    match a.errors {
        true => coverage.totals.error_texts.iter().for_each(|text| say!("{text}")),
        false => conformance::out::print(format_args!("{coverage}")),
    }
    Ok(0)
}
