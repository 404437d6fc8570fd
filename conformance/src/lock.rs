//! # Lock: what the oracles said to each case, and to which text of it
//!
//! `spec/oracle.lock.json` remembers, for every case, a hash of what it is and the verdict of each
//! oracle in each protocol. A case that is changed without being played on the oracles again, or an
//! oracle that suddenly says otherwise, then shows in a diff of one line.
//!
//! ```text
//!   {"format":1,"oracles":["redis 7.0.15","valkey 8.0.1"],"cases":{
//!   "05-strings/set-get":{"hash":"3f786850e387550f","redis":["pass","pass"],"valkey":["pass","pass"]},
//!   ...
//!   }}
//! ```
//!
//! The hash is over the case's canonical JSON: a comment, a blank line or another place in the file
//! does not change it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};

use crate::case::Case;
use crate::summary::Summary;
use crate::verdict::Verdict;

/// Raised when a reader of the old file would misread the new.
const FORMAT: u32 = 1;
/// Hexadecimal digits of a hash that are kept.
const DIGITS: usize = 16;

/// The whole file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    pub format: u32,
    /// Name and version of each, as it was when the file was written.
    pub oracles: Vec<String>,
    pub cases: BTreeMap<String, Locked>,
}

/// What is remembered of one case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Locked {
    pub hash: String,
    /// By the oracle's name: the verdicts in RESP2 and RESP3.
    #[serde(flatten)]
    pub verdicts: BTreeMap<String, Vec<Verdict>>,
}

/// The hash of one case.
pub fn case_hash(case: &Case) -> String {
    digits(&serde_json::to_string(case).expect("cases are plain data"))
}

/// The hash of all: what a report says the suite was.
pub fn suite_hash(cases: &[Case]) -> String {
    let mut lines: Vec<String> =
        cases.iter().map(|case| format!("{} {}\n", case.name(), case_hash(case))).collect();
    lines.sort();
    digits(&lines.concat())
}

impl Lock {
    /// What these cases and these runs of them say.
    pub fn new(cases: &[Case], runs: &Summary) -> Lock {
        let locked = |case: &Case| Locked { hash: case_hash(case), ..Locked::default() };
        let mut lock = Lock {
            format: FORMAT,
            oracles: runs.titles().iter().map(ToString::to_string).collect(),
            cases: cases.iter().map(|case| (case.name(), locked(case))).collect(),
        };
        for outcome in &runs.outcomes {
            let name = outcome.target.split(' ').next().unwrap_or_default().to_string();
            if let Some(case) = lock.cases.get_mut(&outcome.case) {
                case.verdicts.entry(name).or_default().push(outcome.verdict);
            }
        }
        lock
    }

    pub fn parse(json: &str) -> Result<Lock, String> {
        let lock: Lock = serde_json::from_str(json).map_err(|e| e.to_string())?;
        match lock.format == FORMAT {
            true => Ok(lock),
            false => Err(format!("format {} is not {FORMAT}", lock.format)),
        }
    }

    /// A case a line, sorted.
    pub fn write(&self) -> String {
        let json = |value| serde_json::to_string(&value).expect("plain data");
        let line = |(name, locked): (&String, &Locked)| {
            format!("{}:{}", json(serde_json::json!(name)), json(serde_json::json!(locked)))
        };
        let lines: Vec<String> = self.cases.iter().map(line).collect();
        format!(
            "{{\"format\":{},\"oracles\":{},\"cases\":{{\n{}\n}}}}\n",
            self.format,
            json(serde_json::json!(self.oracles)),
            lines.join(",\n")
        )
    }

    /// How this lock differs from what is true now, a line a case. Oracles that did not run now are
    /// not compared.
    pub fn differences(&self, now: &Lock) -> Vec<String> {
        let mut differences = Vec::new();
        for (name, case) in &now.cases {
            let Some(locked) = self.cases.get(name) else {
                differences.push(format!("{name}: a new case"));
                continue;
            };
            if locked.hash != case.hash {
                differences.push(format!("{name}: the case has changed"));
                continue;
            }
            for (oracle, verdicts) in &case.verdicts {
                let was = locked.verdicts.get(oracle).map_or(&[][..], Vec::as_slice);
                if was != verdicts.as_slice() {
                    let (was, is) = (named(was), named(verdicts));
                    differences.push(format!("{name}: {oracle} said {was}, and now {is}"));
                }
            }
        }
        let gone = self.cases.keys().filter(|name| !now.cases.contains_key(*name));
        differences.extend(gone.map(|name| format!("{name}: the case is gone")));
        differences
    }
}

fn named(verdicts: &[Verdict]) -> String {
    let names: Vec<&str> = verdicts.iter().map(|verdict| verdict.name()).collect();
    if names.is_empty() { "nothing".into() } else { names.join(" and ") }
}

fn digits(text: &str) -> String {
    let digest = Sha1::digest(text.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>()[..DIGITS].to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::Outcome;

    fn cases(text: &str) -> Vec<Case> {
        crate::format::parse("t/t.vec", &format!("note: t\n{text}")).unwrap()
    }

    fn runs(verdict: Verdict) -> Summary {
        let outcome = |resp| Outcome {
            case: "t/x".into(),
            target: "redis 7.0.15".into(),
            resp,
            verdict,
            ..Outcome::default()
        };
        Summary { outcomes: vec![outcome(2), outcome(3)], ..Summary::default() }
    }

    #[test]
    fn a_lock_is_a_line_a_case_and_reads_back() {
        let lock =
            Lock::new(&cases("== x\n> PING\n+PONG\n== y\n> PING\n+PONG\n"), &runs(Verdict::Pass));
        let text = lock.write();
        assert_eq!(Lock::parse(&text).unwrap(), lock);
        assert_eq!(text.lines().count(), 4);
        assert!(text.contains(r#""redis":["pass","pass"]"#), "{text}");
    }

    #[test]
    fn only_what_a_case_means_is_hashed() {
        let hash = |text: &str| case_hash(&cases(text)[0]);
        let first = hash("== x: t\n> GET k\nnil\n");
        assert_eq!(first, hash("\n# a note\n== x: t\n\n> GET  k\nnil\n"));
        assert_ne!(first, hash("== x: t\n> GET k\n\"\"\n"));
        assert_ne!(first, hash("== x: t\n> GET k\n2| nil\n"));
    }

    #[test]
    fn each_kind_of_difference_is_said() {
        let old =
            Lock::new(&cases("== x\n> PING\n+PONG\n== y\n> PING\n+PONG\n"), &runs(Verdict::Pass));
        let new =
            Lock::new(&cases("== x\n> PING\n+PONG\n== z\n> PING\n+PONG\n"), &runs(Verdict::Text));
        assert_eq!(
            old.differences(&new),
            [
                "t/x: redis said pass and pass, and now text and text",
                "t/z: a new case",
                "t/y: the case is gone"
            ]
        );
        let changed =
            Lock::new(&cases("== x\n> PING\n+HUM\n== y\n> PING\n+PONG\n"), &Summary::default());
        assert_eq!(old.differences(&changed), ["t/x: the case has changed"]);
    }
}
