//! # The command line
//!
//! Reads arguments, calls the library, prints. Nothing here decides anything about vectors.

use std::path::{Path, PathBuf};

use conformance::report::Style;
use conformance::suite::{self, Options, Summary};
use conformance::target::Spec;
use lexopt::prelude::*;

type Outcome = Result<u8, Box<dyn std::error::Error>>;

#[derive(Default)]
struct Arguments {
    paths: Vec<PathBuf>,
    targets: Vec<Spec>,
    style: Style,
    options: Options,
}

pub fn main() -> Outcome {
    let mut parser = lexopt::Parser::from_env();
    let command = match parser.next()? {
        Some(Value(command)) => command.string()?,
        _ => return Ok(0),
    };
    let arguments = read(&mut parser)?;
    match command.as_str() {
        "run" => run(arguments),
        _ => Ok(2),
    }
}

fn read(parser: &mut lexopt::Parser) -> Result<Arguments, Box<dyn std::error::Error>> {
    let mut a = Arguments::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("target") => a.targets.push(Spec::parse(&parser.value()?.string()?)?),
            Long("resp") => {
                a.options.resp = parser.value()?.string()?.split(',').map(str::parse).collect::<Result<_, _>>()?
            }
            Long("only") => a.options.only.push(parser.value()?.string()?),
            Long("text") => a.options.strict_text = parser.value()? == "strict",
            Long("missing") => a.options.strict_missing = parser.value()? == "fail",
            Long("jobs") => a.options.jobs = parser.value()?.parse()?,
            Long("seed") => a.options.seed = Some(parser.value()?.parse()?),
            Long("quick") => a.options.quick = true,
            Long("timeout") => a.options.timeout_ms = parser.value()?.parse()?,
            Long("report") => a.style = Style::parse(&parser.value()?.string()?)?,
            Value(path) => a.paths.push(path.into()),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(a)
}

fn run(a: Arguments) -> Outcome {
    let path = a.paths.first().map_or(Path::new("spec/vectors"), |p| p);
    let cases = match suite::load(path) {
        Ok(cases) => cases,
        Err(errors) => {
            errors.iter().for_each(|e| eprintln!("{e}"));
            return Ok(2);
        }
    };
    let chosen = suite::choose(&cases, &a.options);
    let mut summary = Summary { strict_text: a.options.strict_text, strict_missing: a.options.strict_missing, ..Summary::default() };
    for spec in &a.targets {
        summary.merge(suite::run_spec(&chosen, spec, &a.options));
    }
    print!("{}", a.style.write(&summary));
    Ok(summary.exit_code())
}
