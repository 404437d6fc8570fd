//! # The verbs that ask servers: run, record, drift, features

use conformance::say;
use std::fs;
use std::path::Path;
use std::time::{Instant, SystemTime};

use conformance::Summary;
use conformance::case::Case;
use conformance::features::FEATURES;
use conformance::matrix::Quotes;
use conformance::report::{self, Style};
use conformance::session::Session;
use conformance::suite::{self, Options};
use conformance::target::Spec;
use conformance::{expect, lock, record};

use super::Exit;
use super::arguments::Arguments;

/// The text of the claims, for the pages of a report.
pub const CLAIMS: &str = "spec/claims";

pub fn run(a: &Arguments) -> Exit {
    if a.targets.is_empty() {
        return Err("say whom to ask: --target redis".into());
    }
    let cases = a.load()?;
    if let Some(name) = expect::unknown(&a.options.expect, &cases) {
        return Err(format!("--expect names {name}, and there is no such case").into());
    }
    let summary = run_all(&cases, &a.targets, &a.options)?;
    tell(a, &cases, &summary)?;
    Ok(summary.exit_code())
}

pub fn drift(a: &Arguments) -> Exit {
    let cases = a.load()?;
    let oracles = [Spec::parse("redis")?, Spec::parse("valkey")?];
    let oracles = if a.targets.is_empty() { &oracles[..] } else { &a.targets };
    let options = Options { strict_text: true, strict_missing: true, ..a.options.clone() };
    let summary = run_all(&cases, oracles, &options)?;
    tell(a, &cases, &summary)?;
    Ok(summary.exit_code())
}

/// Plays the chosen cases on each target after the other.
pub fn run_all(cases: &[Case], targets: &[Spec], options: &Options) -> Result<Summary, String> {
    let chosen = suite::choose(cases, options);
    if chosen.is_empty() {
        return Err("no case has been chosen: see --only".into());
    }
    let started = Instant::now();
    let mut summary = Summary::new(options);
    summary.about.suite = lock::suite_hash(cases);
    summary.about.begin(SystemTime::now());
    for spec in targets {
        summary.merge(suite::run_spec(&chosen, spec, options));
    }
    summary.about.duration_ms = started.elapsed().as_millis() as u64;
    Ok(summary)
}

/// One report on the terminal; with a folder, all of them there and the plain one on the terminal.
fn tell(a: &Arguments, cases: &[Case], summary: &Summary) -> std::io::Result<()> {
    let Some(dir) = &a.out else {
        let style = a.styles.first().copied().unwrap_or_default();
        conformance::out::print(format_args!("{}", style.text(summary).unwrap_or_default()));
        return Ok(());
    };
    conformance::out::print(format_args!("{}", report::plain(summary)));
    let quotes = Quotes::read(cases, Path::new(CLAIMS));
    let default = [Style::Plain];
    let styles = if a.styles.is_empty() { &default[..] } else { &a.styles };
    styles.iter().try_for_each(|style| style.write(summary, &quotes, dir))
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
        say!("{}: {} blanks filled", path.display(), recorded.blanks_filled);
        recorded.drift.iter().for_each(|line| say!("{line}"));
        drifted |= !recorded.drift.is_empty();
    }
    Ok(u8::from(drifted))
}

pub fn features(a: &Arguments) -> Exit {
    for spec in &a.targets {
        let mut target = spec.open()?;
        let session =
            Session::open(&mut *target, a.options.timeout_ms).map_err(|e| e.to_string())?;
        say!("{}", session.title());
        for feature in FEATURES {
            let mark = if session.features()[feature.name] { "yes" } else { "no" };
            say!("  {:<10} {mark:<4} {}", feature.name, feature.meaning);
        }
    }
    Ok(0)
}
