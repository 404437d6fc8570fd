//! # The command line
//!
//! Reads arguments, calls the library, prints. Nothing here decides anything about vectors.

use std::fs;
use std::path::{Path, PathBuf};

use conformance::case::Case;
use conformance::features::FEATURES;
use conformance::report::Style;
use conformance::session::Session;
use conformance::suite::{self, Options, Summary};
use conformance::target::Spec;
use conformance::{compile, lint, mutate, record};
use lexopt::prelude::*;

const HELP: &str = "\
conformance: does this server do what Redis does?

  conformance run [PATH] --target T...     play the vectors
  conformance record FILE... --oracle T    fill in what is blank, report what does not hold
  conformance drift [PATH]                 do the oracles still answer as written?
  conformance compile [PATH] [--check]     write PATH/json, or say what is stale in it
  conformance lint [PATH]                  name careless vectors
  conformance features --target T          what `needs:` would find there
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
  --report plain|tap|json

record
  --oracle T             who is trusted; redis unless given
  --also T               a second oracle: where it differs, a guarded line

Exit code: 0 all is well, 1 a vector failed or a file is stale, 2 the harness failed.
";

type Exit = Result<u8, Box<dyn std::error::Error>>;

#[derive(Default)]
struct Arguments {
    paths: Vec<PathBuf>,
    targets: Vec<Spec>,
    oracle: Option<Spec>,
    also: Option<Spec>,
    check: bool,
    help: bool,
    style: Style,
    options: Options,
}

/// Runs the command that the process was started with, and returns its exit code.
pub fn main() -> Exit {
    let mut parser = lexopt::Parser::from_env();
    let command = match parser.next()? {
        Some(Value(command)) => command.string()?,
        _ => "help".to_string(),
    };
    if command == "mutate" {
        return mutate::command(&mut parser);
    }
    let arguments = read(&mut parser)?;
    match command.as_str() {
        _ if arguments.help => help(),
        "run" => run(&arguments),
        "record" => record(&arguments),
        "drift" => drift(&arguments),
        "compile" => compile(&arguments),
        "lint" => lint(&arguments),
        "features" => features(&arguments),
        "help" => help(),
        other => Err(format!("there is no command `{other}`; see conformance --help").into()),
    }
}

fn read(parser: &mut lexopt::Parser) -> Result<Arguments, Box<dyn std::error::Error>> {
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
            Value(path) => a.paths.push(path.into()),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(a)
}

fn protocols(text: &str) -> Result<Vec<u8>, String> {
    let one = |word: &str| match word {
        "2" => Ok(2),
        "3" => Ok(3),
        _ => Err(format!("`{word}` is no protocol: 2 or 3")),
    };
    text.split(',').map(one).collect()
}

fn one_of(
    parser: &mut lexopt::Parser,
    words: &[&str],
) -> Result<String, Box<dyn std::error::Error>> {
    let word = parser.value()?.string()?;
    match words.contains(&word.as_str()) {
        true => Ok(word),
        false => Err(format!("`{word}` is not one of {}", words.join(", ")).into()),
    }
}

fn help() -> Exit {
    print!("{HELP}");
    Ok(0)
}

fn run(a: &Arguments) -> Exit {
    if a.targets.is_empty() {
        return Err("say whom to ask: --target redis".into());
    }
    let cases = load(a)?;
    let summary = run_all(&cases, &a.targets, &a.options);
    print!("{}", a.style.write(&summary));
    Ok(summary.exit_code())
}

fn drift(a: &Arguments) -> Exit {
    let cases = load(a)?;
    let oracles = [Spec::parse("redis")?, Spec::parse("valkey")?];
    let oracles = if a.targets.is_empty() { &oracles[..] } else { &a.targets };
    let options = Options { strict_text: true, strict_missing: true, ..a.options.clone() };
    let summary = run_all(&cases, oracles, &options);
    print!("{}", a.style.write(&summary));
    Ok(summary.exit_code())
}

fn run_all(cases: &[Case], targets: &[Spec], options: &Options) -> Summary {
    let chosen = suite::choose(cases, options);
    let mut summary = Summary::new(options);
    for spec in targets {
        summary.merge(suite::run_spec(&chosen, spec, options));
    }
    summary
}

fn record(a: &Arguments) -> Exit {
    let oracle = a.oracle.clone().map_or_else(|| Spec::parse("redis"), Ok)?;
    let mut drifted = false;
    for path in a.paths.iter().flat_map(|path| suite::vector_files(path)) {
        let text = fs::read_to_string(&path)?;
        let recorded =
            record::record(&path.display().to_string(), &text, &oracle, a.also.as_ref())?;
        if recorded.text != text {
            fs::write(&path, &recorded.text)?;
        }
        println!("{}: {} blanks filled", path.display(), recorded.blanks_filled);
        recorded.drift.iter().for_each(|line| println!("{line}"));
        drifted |= !recorded.drift.is_empty();
    }
    Ok(u8::from(drifted))
}

fn compile(a: &Arguments) -> Exit {
    let cases = load(a)?;
    let files = compile::compile(&cases);
    let dir = path(a).join("json");
    if a.check {
        let stale = compile::stale(&files, &dir);
        stale.iter().for_each(|name| {
            println!("{} is stale: run conformance compile", dir.join(name).display())
        });
        return Ok(u8::from(!stale.is_empty()));
    }
    let written = compile::write(&files, &dir)?;
    println!("{} cases, {} files written", cases.len(), written.len());
    Ok(0)
}

fn lint(a: &Arguments) -> Exit {
    let cases = load(a)?;
    let problems = lint::lint(&cases);
    problems.iter().for_each(|problem| println!("{problem}"));
    println!("{} cases, {} problems", cases.len(), problems.len());
    Ok(u8::from(!problems.is_empty()))
}

fn features(a: &Arguments) -> Exit {
    for spec in &a.targets {
        let mut target = spec.open()?;
        let session =
            Session::open(&mut *target, a.options.timeout_ms).map_err(|e| e.to_string())?;
        println!("{}", session.title());
        for feature in FEATURES {
            let mark = if session.features()[feature.name] { "yes" } else { "no" };
            println!("  {:<10} {mark:<4} {}", feature.name, feature.meaning);
        }
    }
    Ok(0)
}

fn path(a: &Arguments) -> &Path {
    a.paths.first().map_or(Path::new("spec/vectors"), |path| path)
}

fn load(a: &Arguments) -> Result<Vec<Case>, String> {
    let listed =
        |errors: Vec<_>| errors.iter().map(ToString::to_string).collect::<Vec<String>>().join("\n");
    suite::load(path(a)).map_err(|errors: Vec<conformance::format::FormatError>| listed(errors))
}
