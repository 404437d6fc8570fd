//! # Score: what the hunt says about the vectors
//!
//! A table by category, the faults that got away with what they do wrong, and the controls: changes
//! that are none of anybody's business and must not be noticed. As JSON, one object a line.
//!
//! The vectors are good enough when they catch 95 of 100 faults, and 85 of 100 in each category.
//! A fault that never changed anything counts as not caught: it shows that no case goes there.

use std::fmt::Write;

use super::fault::Fault;
use super::hunt::{Fate, Finding};

const TOTAL_PERCENT_MIN: usize = 95;
const CATEGORY_PERCENT_MIN: usize = 85;

pub struct Score {
    pub faults: Vec<Finding>,
    pub controls: Vec<Finding>,
    /// How many runs passed on the bare server.
    pub trials: usize,
    pub seconds: u64,
}

#[derive(Clone, Copy, Default)]
struct Counts {
    faults: usize,
    killed: usize,
    survived: usize,
    idle: usize,
}

impl Score {
    /// 0 if the vectors are good enough, 1 if not, 2 if the harness failed.
    pub fn exit_code(&self) -> u8 {
        let unknown = |finding: &Finding| matches!(finding.fate, Fate::Unknown(_));
        if self.faults.iter().chain(&self.controls).any(unknown) {
            return 2;
        }
        let controls_hold = self.controls.iter().all(|control| !control.is_killed());
        let categories = self.categories().into_iter();
        let enough = total(&self.faults).reaches(TOTAL_PERCENT_MIN)
            && categories.into_iter().all(|(_, counts)| counts.reaches(CATEGORY_PERCENT_MIN));
        u8::from(!(controls_hold && enough))
    }

    pub fn plain(&self) -> String {
        let mut out = String::new();
        for finding in self.faults.iter().filter(|finding| !finding.is_killed()) {
            let _ = writeln!(out, "{}", told(finding));
        }
        for finding in self.controls.iter().filter(|finding| !finding.survived()) {
            let _ = writeln!(out, "CONTROL {}", told(finding));
        }
        let head = ["category", "faults", "killed", "survived", "idle", "score"];
        let _ = writeln!(out, "\n{}", row(head.map(String::from)));
        for (category, counts) in self.categories() {
            let _ = writeln!(out, "{}", counts.row(category));
        }
        let _ = writeln!(out, "{}", total(&self.faults).row("total"));
        let alive = self.controls.iter().filter(|control| control.survived()).count();
        let _ = writeln!(
            out,
            "\n{alive} of {} controls survived; {} runs pass on the bare server; {} s",
            self.controls.len(),
            self.trials,
            self.seconds
        );
        out
    }

    pub fn json(&self) -> String {
        let line = |finding: &Finding, control: bool| {
            let (fate, by, expected, got) = match &finding.fate {
                Fate::Killed { by, expected, got } => ("killed", by, expected, got),
                Fate::Survived => ("survived", &String::new(), &String::new(), &String::new()),
                Fate::Idle => ("idle", &String::new(), &String::new(), &String::new()),
                Fate::Unknown(why) => ("unknown", &String::new(), &String::new(), why),
            };
            let Fault { category, name, sentence, .. } = &*finding.fault;
            let object = serde_json::json!({
                "category": category, "fault": name, "sentence": sentence, "control": control,
                "fate": fate, "by": by, "expected": expected, "got": got,
                "runs": finding.runs, "ms": finding.ms as u64,
            });
            format!("{object}\n")
        };
        let faults = self.faults.iter().map(|finding| line(finding, false));
        faults.chain(self.controls.iter().map(|finding| line(finding, true))).collect()
    }

    /// In the order in which the categories first appear.
    fn categories(&self) -> Vec<(&'static str, Counts)> {
        let mut names: Vec<&str> = Vec::new();
        for finding in &self.faults {
            if !names.contains(&finding.fault.category) {
                names.push(finding.fault.category);
            }
        }
        let of = |name: &&'static str| {
            let counted = self.faults.iter().filter(|finding| finding.fault.category == *name);
            (*name, count(counted))
        };
        names.iter().map(of).collect()
    }
}

impl Finding {
    pub fn is_killed(&self) -> bool {
        matches!(self.fate, Fate::Killed { .. })
    }

    pub fn survived(&self) -> bool {
        matches!(self.fate, Fate::Survived)
    }
}

impl Counts {
    fn percent(&self) -> usize {
        (100 * self.killed).checked_div(self.faults).unwrap_or(100)
    }

    fn reaches(&self, percent: usize) -> bool {
        100 * self.killed >= percent * self.faults
    }

    fn row(&self, name: &str) -> String {
        let numbers = [self.faults, self.killed, self.survived, self.idle].map(|n| n.to_string());
        let [faults, killed, survived, idle] = numbers;
        row([name.into(), faults, killed, survived, idle, format!("{} %", self.percent())])
    }
}

fn total(findings: &[Finding]) -> Counts {
    count(findings.iter())
}

fn count<'f>(findings: impl Iterator<Item = &'f Finding>) -> Counts {
    let mut counts = Counts::default();
    for finding in findings {
        counts.faults += 1;
        match finding.fate {
            Fate::Killed { .. } => counts.killed += 1,
            Fate::Survived => counts.survived += 1,
            Fate::Idle | Fate::Unknown(_) => counts.idle += 1,
        }
    }
    counts
}

fn row(cells: [String; 6]) -> String {
    let [name, numbers @ ..] = cells;
    numbers.iter().fold(format!("{name:<16}"), |row, number| format!("{row}{number:>10}"))
}

pub fn told(finding: &Finding) -> String {
    let title = finding.fault.title();
    let sentence = finding.fault.sentence;
    let runs = finding.runs;
    match &finding.fate {
        Fate::Killed { by, expected, got } => {
            format!("killed    {title}: {sentence} By {by}: expected {expected}, got {got}")
        }
        Fate::Survived => format!("survived  {title}: {sentence} ({runs} runs)"),
        Fate::Idle => format!("idle      {title}: {sentence} ({runs} runs, none of them bitten)"),
        Fate::Unknown(why) => format!("unknown   {title}: {why}"),
    }
}
