//! # Summary: everything that a run found
//!
//! The outcomes, what stopped the runner if anything did, and what the run was about: which suite,
//! which servers, which options. Reports write it, and read it back from JSON.
//!
//! ```text
//!   plan     464 cases, 928 runs            known before the first case is played
//!   kept     one outcome for each run, fewer only if a target was lost for good
//!   verdict  exit code 0, 1, or 2 if the harness failed
//! ```

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::report;
use crate::session::Session;
use crate::suite::Options;
use crate::verdict::{Outcome, Verdict};

/// Everything that a run found. `Display` is the plain report.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    pub outcomes: Vec<Outcome>,
    /// The runner could not go on with these targets.
    pub harness_errors: Vec<String>,
    pub strict_text: bool,
    pub strict_missing: bool,
    pub about: About,
}

/// What was run, on what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// The version of the runner.
    pub version: String,
    /// Of all cases that there are, chosen or not: see [`crate::lock::suite_hash`].
    pub suite: String,
    /// In UTC, `2026-11-24T14:26:35Z`.
    pub started: String,
    pub duration_ms: u64,
    /// How many cases were chosen, and how many runs of them there were to be.
    pub cases: usize,
    pub runs: usize,
    pub options: Vec<(String, String)>,
    pub targets: Vec<TargetInfo>,
}

/// A server, as it was met.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetInfo {
    /// `redis 7.0.15`: what outcomes call it.
    pub title: String,
    pub name: String,
    pub version: String,
    /// What `--target` said.
    pub asked: String,
    pub features: Vec<String>,
}

impl Summary {
    /// An empty one, as strict as the options say.
    pub fn new(options: &Options) -> Self {
        Summary {
            strict_text: options.strict_text,
            strict_missing: options.strict_missing,
            about: About {
                version: env!("CARGO_PKG_VERSION").into(),
                options: options.described(),
                ..About::default()
            },
            ..Summary::default()
        }
    }

    pub fn count(&self, verdict: Verdict) -> usize {
        self.outcomes.iter().filter(|outcome| outcome.verdict == verdict).count()
    }

    pub fn is_failure(&self, outcome: &Outcome) -> bool {
        let Summary { strict_text, strict_missing, .. } = *self;
        Options { strict_text, strict_missing, ..Options::default() }.is_failure(outcome.verdict)
    }

    pub fn failures(&self) -> impl Iterator<Item = &Outcome> {
        self.outcomes.iter().filter(|outcome| self.is_failure(outcome))
    }

    /// 0: all is well; 1: a case failed; 2: the harness did.
    pub fn exit_code(&self) -> u8 {
        match (self.harness_errors.is_empty(), self.failures().next()) {
            (false, _) => 2,
            (true, Some(_)) => 1,
            (true, None) => 0,
        }
    }

    /// The titles of the targets, in the order in which they were asked.
    pub fn titles(&self) -> Vec<&str> {
        let mut titles: Vec<&str> = self.about.targets.iter().map(|t| t.title.as_str()).collect();
        for outcome in &self.outcomes {
            if !titles.contains(&outcome.target.as_str()) {
                titles.push(&outcome.target);
            }
        }
        titles
    }

    pub fn merge(&mut self, other: Summary) {
        self.outcomes.extend(other.outcomes);
        self.harness_errors.extend(other.harness_errors);
        self.about.runs += other.about.runs;
        self.about.cases = self.about.cases.max(other.about.cases);
        for target in other.about.targets {
            self.about.note(target);
        }
    }
}

impl About {
    /// Adds a target that is not there yet.
    pub fn note(&mut self, target: TargetInfo) {
        if !self.targets.contains(&target) {
            self.targets.push(target);
        }
    }

    /// When the run began.
    pub fn begin(&mut self, now: SystemTime) {
        self.started = utc(now.duration_since(UNIX_EPOCH).unwrap_or_default());
    }
}

impl TargetInfo {
    pub fn of(session: &Session, asked: &str) -> TargetInfo {
        let title = session.title();
        let (name, version) = title.rsplit_once(' ').unwrap_or((&title, ""));
        let has = session.features().iter().filter(|(_, has)| **has);
        TargetInfo {
            name: name.into(),
            version: version.into(),
            asked: asked.into(),
            features: has.map(|(name, _)| name.to_string()).collect(),
            title,
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&report::plain(self))
    }
}

/// A moment as ISO 8601 has it. Days are counted in eras of 400 years that begin in March, so that
/// the day that is sometimes there comes last.
fn utc(since_epoch: Duration) -> String {
    const DAYS_AN_ERA: u64 = 146_097;
    let seconds = since_epoch.as_secs();
    let days = seconds / 86_400 + 719_468;
    let (era, day) = (days / DAYS_AN_ERA, days % DAYS_AN_ERA);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let from_march = (5 * day + 2) / 153;
    let (day, month) = (day - (153 * from_march + 2) / 5 + 1, (from_march + 2) % 12 + 1);
    let year = era * 400 + year + u64::from(month <= 2);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_in_utc() {
        let at = |seconds| utc(Duration::from_secs(seconds));
        assert_eq!(at(0), "1970-01-01T00:00:00Z");
        assert_eq!(at(951_782_399), "2000-02-28T23:59:59Z");
        assert_eq!(at(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(at(1_795_530_395), "2026-11-24T14:26:35Z");
    }
}
