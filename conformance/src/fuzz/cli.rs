//! # The command line of `conformance fuzz`
//!
//! Reads the arguments, runs, prints the report and writes the vectors.

use crate::say;
use std::path::PathBuf;

use lexopt::prelude::*;

use super::exclude::{ALWAYS_WITH, EXCLUDED, EXCLUDED_WITH};
use super::known;
use super::{Options, run};
use crate::target::Spec;

pub const HELP: &str = "\
conformance fuzz: two servers, one stream of random commands

  --ref T                whose answers count; redis unless given
  --other T              who must give the same
  --commands N           how many (100000)
  --seed S               which stream (1); the same seed, the same stream
  --resp 2,3             protocols to choose from for each connection; both unless given
  --group G,G            only commands of these groups, as COMMAND DOCS names them
  --episode E            only this episode of the seed, as a report names it
  --findings N           stop at so many distinct differences (20)
  --timeout MS           how long a reply may take (5000)
  --out DIR              write a vector for each difference there
  --list                 print what is left out and what may differ, with the reasons

Targets are written as for conformance run. Both are flushed and reconfigured!

Exit code: 0 no unexplained difference, 1 differences, 2 the harness failed.
";

/// Runs the command, and returns the exit code.
pub fn main(parser: &mut lexopt::Parser) -> Result<u8, Box<dyn std::error::Error>> {
    let mut options = Options { tell: true, ..Options::default() };
    let (mut reference, mut other, mut out) = (Spec::parse("redis")?, None, None);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("ref") => reference = Spec::parse(&parser.value()?.string()?)?,
            Long("other") => other = Some(Spec::parse(&parser.value()?.string()?)?),
            Long("commands") => options.commands = parser.value()?.parse()?,
            Long("seed") => options.seed = parser.value()?.parse()?,
            Long("resp") => options.style.resp = listed(&parser.value()?.string()?, str::parse)?,
            Long("group") => options.groups = listed(&parser.value()?.string()?, str::parse)?,
            Long("episode") => options.episode = Some(parser.value()?.parse()?),
            Long("findings") => options.findings_max = parser.value()?.parse()?,
            Long("timeout") => options.timeout_ms = parser.value()?.parse()?,
            Long("out") => out = Some(PathBuf::from(parser.value()?)),
            Long("list") => return list(),
            Long("help") | Short('h') => {
                crate::out::print(format_args!("{HELP}"));
                return Ok(0);
            }
            other => return Err(other.unexpected().into()),
        }
    }
    if options.style.resp.iter().any(|resp| ![2, 3].contains(resp)) {
        return Err("a protocol is 2 or 3".into());
    }
    let other = other.ok_or("say whom to compare: --other keynotes=PATH")?;
    let report = run([&reference, &other], &options)?;
    crate::out::print(format_args!("{report}"));
    if let Some(dir) = out {
        report.write(&dir)?;
    }
    Ok(report.exit_code())
}

fn listed<T, E>(text: &str, parse: fn(&str) -> Result<T, E>) -> Result<Vec<T>, E> {
    text.split(',').map(parse).collect()
}

fn list() -> Result<u8, Box<dyn std::error::Error>> {
    say!("left out");
    EXCLUDED.iter().for_each(|(name, reason)| say!("  {name:<20} {reason}"));
    for (name, guard, reason) in EXCLUDED_WITH {
        say!("  {name:<20} [{guard}] {reason}");
    }
    say!("\nsent only with a last argument");
    for (name, last, reason) in ALWAYS_WITH {
        say!("  {:<20} {reason}", format!("{name} {last}"));
    }
    say!("\nmay differ");
    for rule in known::all() {
        let pair = rule.pair.map(|(one, other)| format!("[{one} | {other}] ")).unwrap_or_default();
        say!("  {:<20} {pair}{}: {}", rule.name, rule.commands.join(" "), rule.reason);
    }
    Ok(0)
}
