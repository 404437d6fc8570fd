//! # Report: what a run of the fuzzer found
//!
//! Findings are told apart by their kind and by the commands that are left after shrinking, so that
//! one fault, met a hundred times, is one finding. Rules are listed with how often each was
//! needed: a rule that is never needed is a candidate for removal, and one needed often for doubt.

use std::fmt;
use std::io;
use std::path::Path;

use super::judge::Difference;
use super::rules::{Active, Rule};
use super::vector;

/// Of a difference that could not be shrunk, so many commands are printed.
const LINES_MAX: usize = 20;

/// A difference, as small as it got.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The episode that had it.
    pub number: u64,
    pub difference: Difference,
    /// Whether the same episode showed it a second time.
    pub happens_again: bool,
    /// The commands that are left.
    pub lines: Vec<String>,
    /// The vector.
    pub text: String,
    pub times: usize,
}

/// Everything that a run found.
#[derive(Clone, Debug)]
pub struct Report {
    pub seed: u64,
    /// The reference, and the other.
    pub titles: [String; 2],
    pub commands: u64,
    pub commands_known: usize,
    pub episodes: u64,
    pub differing_episodes: u64,
    /// Played more than once, because a rule wanted something changed.
    pub episodes_again: u64,
    /// How often episodes were played, all in all.
    pub rounds: u64,
    /// Commands that were not played to the end of their episode, because what they leave behind differs.
    pub left_out: u64,
    pub seconds: f64,
    pub findings: Vec<Finding>,
    pub rules: Vec<(&'static Rule, u64)>,
}

impl Report {
    pub fn new(seed: u64, titles: [String; 2]) -> Self {
        Report {
            seed,
            titles,
            commands: 0,
            commands_known: 0,
            episodes: 0,
            differing_episodes: 0,
            episodes_again: 0,
            rounds: 0,
            left_out: 0,
            seconds: 0.0,
            findings: Vec::new(),
            rules: Vec::new(),
        }
    }

    /// Adds a finding and gives it back, or counts it if it is known.
    pub fn add(&mut self, finding: Finding) -> Option<&Finding> {
        if let Some(known) = self.findings.iter_mut().find(|known| known.is_like(&finding)) {
            known.times += 1;
            return None;
        }
        self.findings.push(finding);
        self.findings.last()
    }

    pub fn count_rules(&mut self, active: &[Active]) {
        self.rules = active.iter().map(|active| (active.rule, active.uses)).collect();
    }

    /// 0: no unexplained difference; 1: there are some.
    pub fn exit_code(&self) -> u8 {
        u8::from(self.differing_episodes > 0)
    }

    /// Writes each finding's vector into a folder.
    pub fn write(&self, dir: &Path) -> io::Result<()> {
        std::fs::create_dir_all(dir)?;
        for finding in &self.findings {
            let name =
                format!("{}-{}.vec", vector::id(&finding.difference.signature), finding.number);
            std::fs::write(dir.join(name), &finding.text)?;
        }
        Ok(())
    }
}

impl Finding {
    /// The commands, and what each server said.
    pub fn told(&self, titles: [&str; 2]) -> String {
        let again = if self.happens_again { "" } else { ", did not happen again" };
        let signature = &self.difference.signature;
        let mut lines =
            vec![format!("{signature} (episode {}, met {} times{again})", self.number, self.times)];
        lines.extend(self.lines.iter().take(LINES_MAX).map(|line| format!("  {line}")));
        if self.lines.len() > LINES_MAX {
            lines.push(format!("  ... {} commands in all", self.lines.len()));
        }
        for (title, said) in titles.iter().zip(&self.difference.sides) {
            lines.push(format!("    {title}: {}", shortened(said)));
        }
        lines.join("\n")
    }

    /// The same kind of difference by the same commands.
    fn is_like(&self, other: &Finding) -> bool {
        let names = |finding: &Finding| {
            let first = |line: &String| {
                line.split_once("> ").map(|(_, rest)| rest.split(' ').next().map(str::to_string))
            };
            finding.lines.iter().filter_map(first).collect::<Vec<_>>()
        };
        self.difference.signature == other.difference.signature && names(self) == names(other)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [reference, other] = &self.titles;
        for finding in &self.findings {
            writeln!(f, "\n{}", finding.told([reference, other]))?;
        }
        writeln!(f, "\nrules used")?;
        for (rule, uses) in self.rules.iter().filter(|(_, uses)| *uses > 0) {
            writeln!(f, "  {uses:>8}  {:<20} {}", rule.name, rule.reason)?;
        }
        let unused: Vec<&str> =
            self.rules.iter().filter(|(_, uses)| *uses == 0).map(|(rule, _)| rule.name).collect();
        writeln!(f, "  not needed: {}", unused.join(", "))?;
        let speed = self.commands as f64 / self.seconds.max(0.001);
        writeln!(
            f,
            "\n{reference} and {other}, seed {}: {} commands of {} kinds in {} episodes, {:.1} s, {speed:.0} commands a second",
            self.seed, self.commands, self.commands_known, self.episodes, self.seconds
        )?;
        writeln!(
            f,
            "{} episodes played again, {} rounds in all, {} commands left out; all judged to the end",
            self.episodes_again, self.rounds, self.left_out,
        )?;
        writeln!(
            f,
            "{} episodes differ without an explanation; {} distinct differences",
            self.differing_episodes,
            self.findings.len()
        )
    }
}

/// The beginning of a long reply.
fn shortened(said: &str) -> String {
    match said.char_indices().nth(300) {
        Some((end, _)) => format!("{}...", &said[..end]),
        None => said.to_string(),
    }
}
