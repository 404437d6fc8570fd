//! # The verbs that ask servers: run, record, drift, features

use std::fs;

use conformance::case::Case;
use conformance::features::FEATURES;
use conformance::record;
use conformance::session::Session;
use conformance::suite::{self, Options, Summary};
use conformance::target::Spec;

use super::Exit;
use super::arguments::Arguments;

pub fn run(a: &Arguments) -> Exit {
    if a.targets.is_empty() {
        return Err("say whom to ask: --target redis".into());
    }
    let cases = a.load()?;
    let summary = run_all(&cases, &a.targets, &a.options);
    print!("{}", a.style.write(&summary));
    Ok(summary.exit_code())
}

pub fn drift(a: &Arguments) -> Exit {
    let cases = a.load()?;
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

pub fn record(a: &Arguments) -> Exit {
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

pub fn features(a: &Arguments) -> Exit {
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
