//! # The command line
//!
//! Reads arguments, calls the library, prints. Nothing here decides anything about vectors.

mod arguments;
mod compare;
mod play;
mod vectors;

use lexopt::prelude::*;

const HELP: &str = "\
conformance: does this server do what Redis does?

  conformance run [PATH] --target T...     play the vectors
  conformance record FILE... --oracle T    fill in what is blank, report what does not hold
  conformance drift [PATH]                 do the oracles still answer as written?
  conformance compile [PATH] [--check]     write PATH/json, or say what is stale in it
  conformance lint [PATH]                  name careless vectors
  conformance coverage [PATH]              what do the vectors not try?
  conformance lock [PATH] [--check]        what do the oracles say to each case?
  conformance matrix RUN.json... --out DIR pages that compare servers, from reports in JSON
  conformance features --target T          what `needs:` would find there
  conformance fuzz --ref T --other T       random commands to two servers; see fuzz --help
  conformance mutate [PATH] --upstream T   would the vectors notice a faulty server? --help says more

PATH is a folder of vectors or one file; spec/vectors unless given.

A target is one of
  redis, valkey          started from PATH on a free port, stopped afterwards
  keynotes[=BINARY]      likewise; without =BINARY, from the variable KEYNOTES_BIN
  name=BINARY            any program that takes redis-server's arguments
  name=host:port         a server that runs already; it is flushed and reconfigured!

run
  --target T             may be given several times
  --resp 2,3             protocols; both unless given
  --only NOTE[/ID]       by prefix: 06, 06-lists, 06-lists/blpop; may be given several times
  --text strict          another wording of an error is a failure
  --missing fail         a command that the server does not know is a failure
  --quick                leave out cases that sleep or repeat much
  --jobs N               that many servers of each kind side by side
  --seed S               shuffle the cases
  --timeout MS           how long a reply may take (5000)
  --report R             plain, tap, junit, json or html; with --out several times
  --out DIR              write the reports there: report.txt, report.tap, junit.xml, run.json, site/
  --expect FILE          known failures, a line each: NOTE/ID and the reason
  --redis-version V      which Redis the target follows, where INFO does not tell or tells less
  --have F,G  --lack F   features that the target has or lacks, whatever the probes say
  --i-know-this-flushes  also a server that is not on this machine

record
  --oracle T             who is trusted; redis unless given
  --also T               a second oracle: where it differs, a guarded line

matrix
  --vectors DIR          the vectors whose text is shown; spec/vectors unless given

coverage
  --group G,H            only these groups of commands
  --facts FILE           another table of commands than the built-in one
  --errors               list the texts of errors that are expected, instead of the holes
  --except FILE          holes that are excused; spec/vectors/exceptions.txt unless given

Exit code: 0 all is well, 1 a vector failed or a file is stale, 2 the harness failed.
";

type Exit = Result<u8, Box<dyn std::error::Error>>;

/// Runs the command that the process was started with, and returns its exit code.
pub fn main() -> Exit {
    let mut parser = lexopt::Parser::from_env();
    let command = match parser.next()? {
        Some(Value(command)) => command.string()?,
        _ => "help".to_string(),
    };
    match command.as_str() {
        "fuzz" => return conformance::fuzz::cli::main(&mut parser),
        "mutate" => return conformance::mutate::command(&mut parser),
        _ => {}
    }
    let arguments = arguments::read(&mut parser)?;
    match command.as_str() {
        _ if arguments.help => help(),
        "run" => play::run(&arguments),
        "record" => play::record(&arguments),
        "drift" => play::drift(&arguments),
        "compile" => vectors::compile(&arguments),
        "lint" => vectors::lint(&arguments),
        "coverage" => vectors::coverage(&arguments),
        "lock" => compare::lock(&arguments),
        "matrix" => compare::matrix(&arguments),
        "features" => play::features(&arguments),
        "help" => help(),
        other => Err(format!("there is no command `{other}`; see conformance --help").into()),
    }
}

fn help() -> Exit {
    conformance::out::print(format_args!("{HELP}"));
    Ok(0)
}
