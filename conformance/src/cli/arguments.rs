//! # Arguments: what the command line said
//!
//! One reader for all verbs: an option means the same wherever it makes sense, and the verbs look
//! only at what concerns them.

use std::error::Error;
use std::path::{Path, PathBuf};

use conformance::case::Case;
use conformance::expect::{self, Expectation};
use conformance::features;
use conformance::format::FormatError;
use conformance::report::Style;
use conformance::suite::{self, Options};
use conformance::target::{Spec, near};
use lexopt::prelude::*;

#[derive(Default)]
pub struct Arguments {
    pub paths: Vec<PathBuf>,
    pub targets: Vec<Spec>,
    pub oracle: Option<Spec>,
    pub also: Option<Spec>,
    pub check: bool,
    pub help: bool,
    pub styles: Vec<Style>,
    pub out: Option<PathBuf>,
    pub vectors: Option<PathBuf>,
    pub flushes_known: bool,
    pub groups: Vec<String>,
    pub facts: Option<PathBuf>,
    pub except: Option<PathBuf>,
    pub errors: bool,
    pub options: Options,
}

impl Arguments {
    /// The folder or file of vectors that was named.
    pub fn path(&self) -> &Path {
        self.paths.first().map_or(Path::new("spec/vectors"), |path| path)
    }

    /// Its cases, or all that is wrong with them. A folder without any is a wrong folder.
    pub fn load(&self) -> Result<Vec<Case>, String> {
        load(self.path())
    }

    /// What holds between arguments.
    fn check(&self) -> Result<(), String> {
        let asked = self.targets.iter().chain(&self.oracle).chain(&self.also);
        for spec in asked.filter(|_| !self.flushes_known) {
            near::refuse_far(spec)?;
        }
        if self.out.is_none() && self.styles.len() > 1 {
            return Err("several reports need a folder: --out DIR".into());
        }
        if self.out.is_none() && self.styles.contains(&Style::Html) {
            return Err("a report of pages needs a folder: --out DIR".into());
        }
        Ok(())
    }
}

pub fn read(parser: &mut lexopt::Parser) -> Result<Arguments, Box<dyn Error>> {
    let mut a = Arguments::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("target") => a.targets.push(Spec::parse(&parser.value()?.string()?)?),
            Long("oracle") => a.oracle = Some(Spec::parse(&parser.value()?.string()?)?),
            Long("also") => a.also = Some(Spec::parse(&parser.value()?.string()?)?),
            Long("resp") => a.options.resp = protocols(&parser.value()?.string()?)?,
            Long("only") => a.options.only.push(parser.value()?.string()?),
            Long("text") => {
                a.options.strict_text = one_of(parser, &["loose", "strict"])? == "strict"
            }
            Long("missing") => {
                a.options.strict_missing = one_of(parser, &["allow", "fail"])? == "fail"
            }
            Long("jobs") => a.options.jobs = parser.value()?.parse()?,
            Long("seed") => a.options.seed = Some(parser.value()?.parse()?),
            Long("timeout") => a.options.timeout_ms = parser.value()?.parse()?,
            Long("redis-version") => a.options.redis_version = Some(parser.value()?.parse()?),
            Long("quick") => a.options.quick = true,
            Long("check") => a.check = true,
            Long("help") | Short('h') => a.help = true,
            Long("report") => a.styles.push(Style::parse(&parser.value()?.string()?)?),
            Long("out") => a.out = Some(parser.value()?.into()),
            Long("vectors") => a.vectors = Some(parser.value()?.into()),
            Long("i-know-this-flushes") => a.flushes_known = true,
            Long("have") => a.options.have.extend(features(&parser.value()?.string()?)?),
            Long("lack") => a.options.lack.extend(features(&parser.value()?.string()?)?),
            Long("expect") => a.options.expect = expectations(parser.value()?.into())?,
            Long("group") => a.groups.extend(words(&parser.value()?.string()?)),
            Long("facts") => a.facts = Some(parser.value()?.into()),
            Long("errors") => a.errors = true,
            Long("except") => a.except = Some(parser.value()?.into()),
            Value(path) => a.paths.push(path.into()),
            other => return Err(other.unexpected().into()),
        }
    }
    a.check()?;
    Ok(a)
}

/// Reads the vectors of a folder or a file.
pub fn load(path: &Path) -> Result<Vec<Case>, String> {
    let listed = |errors: Vec<FormatError>| {
        errors.iter().map(ToString::to_string).collect::<Vec<String>>().join("\n")
    };
    let cases = suite::load(path).map_err(listed)?;
    match cases.is_empty() {
        true => Err(format!("there are no vectors in {}", path.display())),
        false => Ok(cases),
    }
}

fn features(text: &str) -> Result<Vec<String>, String> {
    match words(text).find(|name| !features::is_known(name)) {
        Some(name) => Err(format!("there is no feature `{name}`; see conformance features")),
        None => Ok(words(text).collect()),
    }
}

fn expectations(path: PathBuf) -> Result<Vec<Expectation>, String> {
    let in_file = |error: String| format!("{}: {error}", path.display());
    let text = std::fs::read_to_string(&path).map_err(|e| in_file(e.to_string()))?;
    expect::parse(&text).map_err(in_file)
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(',').map(str::to_string)
}

fn protocols(text: &str) -> Result<Vec<u8>, String> {
    let one = |word: &str| match word {
        "2" => Ok(2),
        "3" => Ok(3),
        _ => Err(format!("`{word}` is no protocol: 2 or 3")),
    };
    text.split(',').map(one).collect()
}

fn one_of(parser: &mut lexopt::Parser, words: &[&str]) -> Result<String, Box<dyn Error>> {
    let word = parser.value()?.string()?;
    match words.contains(&word.as_str()) {
        true => Ok(word),
        false => Err(format!("`{word}` is not one of {}", words.join(", ")).into()),
    }
}
