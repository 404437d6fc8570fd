//! # Arguments: what the command line said
//!
//! One reader for all verbs: an option means the same wherever it makes sense, and the verbs look
//! only at what concerns them.

use std::error::Error;
use std::path::{Path, PathBuf};

use conformance::case::Case;
use conformance::format::FormatError;
use conformance::report::Style;
use conformance::suite::{self, Options};
use conformance::target::Spec;
use lexopt::prelude::*;

#[derive(Default)]
pub struct Arguments {
    pub paths: Vec<PathBuf>,
    pub targets: Vec<Spec>,
    pub oracle: Option<Spec>,
    pub also: Option<Spec>,
    pub check: bool,
    pub help: bool,
    pub style: Style,
    pub groups: Vec<String>,
    pub facts: Option<PathBuf>,
    pub except: Option<PathBuf>,
    pub options: Options,
}

impl Arguments {
    /// The folder or file of vectors that was named.
    pub fn path(&self) -> &Path {
        self.paths.first().map_or(Path::new("spec/vectors"), |path| path)
    }

    /// Its cases, or all that is wrong with them.
    pub fn load(&self) -> Result<Vec<Case>, String> {
        let listed = |errors: Vec<FormatError>| {
            errors.iter().map(ToString::to_string).collect::<Vec<String>>().join("\n")
        };
        suite::load(self.path()).map_err(listed)
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
            Long("quick") => a.options.quick = true,
            Long("check") => a.check = true,
            Long("help") | Short('h') => a.help = true,
            Long("report") => a.style = Style::parse(&parser.value()?.string()?)?,
            Long("group") => a.groups.extend(words(&parser.value()?.string()?)),
            Long("facts") => a.facts = Some(parser.value()?.into()),
            Long("except") => a.except = Some(parser.value()?.into()),
            Value(path) => a.paths.push(path.into()),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(a)
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
