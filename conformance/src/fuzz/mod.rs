//! # Fuzz: two servers, one stream of random commands
//!
//! Vectors check what somebody thought of. This checks the rest: random commands go to a reference and
//! to another server at once, and whatever is not the same, reply or data, is shrunk to a few commands
//! and written down as a vector.
//!
//! ```text
//!   COMMAND, COMMAND DOCS --grammar--> generate --episode--> pair --replies, contents--> judge
//!        of the reference                 ^ seed, number                     rules ------^ |
//!                                         |                                      a difference
//!                                      values, corrupt        vector <-- shrink <----------+
//! ```
//!
//! Reading order: [`grammar`], [`exclude`], [`values`], [`generate`], [`corrupt`] (what is sent); [`pair`],
//! [`contents`] (to whom); [`judge`], [`rules`], [`loosen`] (what must be equal); [`shrink`], [`vector`].
//!
//! A seed gives the same stream whatever the timing. Knows nothing of which answer is right.

pub mod cli;
pub mod contents;
pub mod corrupt;
pub mod exclude;
pub mod generate;
pub mod grammar;
pub mod judge;
pub mod limits;
pub mod loosen;
pub mod pair;
pub mod report;
pub mod rules;
pub mod shrink;
pub mod values;
pub mod vector;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::random::Random;
use crate::session::{Harness, HarnessError};
use crate::target::Spec;
use generate::{Episode, Generator, Style};
use grammar::Grammar;
use judge::{Difference, Judge};
use pair::Pair;
use report::{Finding, Report};

/// How much one difference may cost to shrink.
const QUESTIONS_MAX: usize = 1500;
const SHRINK_TIME_MAX: Duration = Duration::from_secs(30);
/// Differences of one signature that are shrunk: the later ones are most often the same again.
const SHRUNK_PER_SIGNATURE: usize = 4;

/// What to run.
#[derive(Clone, Debug)]
pub struct Options {
    pub commands: u64,
    pub seed: u64,
    /// Only these groups, as COMMAND DOCS names them; all if empty.
    pub groups: Vec<String>,
    /// Only this episode.
    pub episode: Option<u64>,
    pub style: Style,
    /// Stop at so many distinct differences.
    pub findings_max: usize,
    pub timeout_ms: u64,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            commands: 100_000,
            seed: 1,
            groups: Vec::new(),
            episode: None,
            style: Style::default(),
            findings_max: 20,
            timeout_ms: 5000,
        }
    }
}

/// Opens both servers and runs.
pub fn run(specs: [&Spec; 2], options: &Options) -> Harness<Report> {
    let mut pair = Pair::open(specs, options.timeout_ms)?;
    run_pair(&mut pair, options, Some(specs[0]))
}

/// Runs on two servers that are open. `oracle`: where the vectors are recorded.
pub fn run_pair(pair: &mut Pair, options: &Options, oracle: Option<&Spec>) -> Harness<Report> {
    let grammar = shared_grammar(pair, &options.groups)?;
    if grammar.commands.is_empty() {
        return Err(HarnessError("no command is known to both servers".into()));
    }
    let identities = [&pair.sides[0].identity, &pair.sides[1].identity];
    let judge = Judge::new(&grammar, rules::active(rules::RULES, identities));
    let report = Report::new(options.seed, pair.sides.each_ref().map(|side| side.title.clone()));
    let mut run = Run { pair, options, oracle, judge, report, seen: BTreeMap::new() };
    let start = Instant::now();
    let mut number = options.episode.unwrap_or(0);
    while run.report.commands < options.commands && run.report.findings.len() < options.findings_max
    {
        let mut generator = Generator::new(&grammar, Random::part(options.seed, number));
        let episode = generator.episode(&options.style);
        run.episode(number, episode)?;
        number += 1;
        if options.episode.is_some() {
            break;
        }
    }
    run.report.seconds = start.elapsed().as_secs_f64();
    run.report.commands_known = grammar.commands.len();
    run.report.count_rules(&run.judge.rules);
    Ok(run.report)
}

/// The reference's grammar of what both servers know and is not left out.
pub fn shared_grammar(pair: &mut Pair, groups: &[String]) -> Harness<Grammar> {
    let timeout_ms = pair.timeout_ms;
    let [reference, other] = &mut pair.sides;
    let table = reference.call(&["COMMAND"], timeout_ms)?;
    let docs = reference.call(&["COMMAND", "DOCS"], timeout_ms)?;
    let theirs = grammar::flags_by_name(&other.call(&["COMMAND"], timeout_ms)?);
    let mut grammar = Grammar::read(&table, &docs);
    grammar.retain(|shape| {
        let wanted = groups.is_empty() || groups.contains(&shape.group);
        wanted && theirs.contains_key(&shape.name) && exclude::reason(shape).is_none()
    });
    Ok(grammar)
}

struct Run<'r> {
    pair: &'r mut Pair,
    options: &'r Options,
    oracle: Option<&'r Spec>,
    judge: Judge,
    report: Report,
    /// How often each signature was met.
    seen: BTreeMap<String, usize>,
}

impl Run<'_> {
    fn episode(&mut self, number: u64, episode: Episode) -> Harness<()> {
        let played = self.pair.play(&episode)?;
        self.report.commands += played.replies.len() as u64;
        self.report.episodes += 1;
        let Some(difference) = self.judge.first_difference(&episode, &played) else {
            return Ok(());
        };
        self.report.differing_episodes += 1;
        let seen = self.seen.entry(difference.signature.clone()).or_insert(0);
        *seen += 1;
        if *seen > SHRUNK_PER_SIGNATURE {
            return Ok(());
        }
        let finding = self.explain(number, episode, difference)?;
        self.report.add(finding);
        Ok(())
    }

    /// Shrinks an episode and writes it down.
    fn explain(
        &mut self,
        number: u64,
        episode: Episode,
        difference: Difference,
    ) -> Harness<Finding> {
        let signature = difference.signature.clone();
        let until = Instant::now() + SHRINK_TIME_MAX;
        let budget = shrink::Budget { questions: QUESTIONS_MAX, until };
        let happens_again =
            self.difference(&episode)?.is_some_and(|again| again.signature == signature);
        let (mut shrunk, mut last, mut broken) = (episode.clone(), difference, None);
        if happens_again {
            shrunk =
                shrink::shrink(episode, budget, &mut |episode| match self.difference(episode) {
                    Ok(found) => {
                        let same = found.filter(|found| found.signature == signature);
                        let is_same = same.is_some();
                        last = same.unwrap_or_else(|| last.clone());
                        is_same
                    }
                    Err(error) => {
                        broken = Some(error);
                        false
                    }
                });
        }
        if let Some(error) = broken {
            return Err(error);
        }
        let titles = self.pair.sides.each_ref().map(|side| side.title.as_str());
        let origin = format!("seed {}, episode {number}", self.options.seed);
        let crashed = signature.starts_with("crash of the reference");
        let oracle = self.oracle.filter(|_| !crashed);
        let text = vector::text(&shrunk, &last, titles, &origin, oracle);
        Ok(Finding {
            number,
            difference: last,
            happens_again,
            lines: vector::lines(&shrunk),
            text,
            times: 1,
        })
    }

    fn difference(&mut self, episode: &Episode) -> Harness<Option<Difference>> {
        let uses: Vec<u64> = self.judge.rules.iter().map(|active| active.uses).collect();
        let played = self.pair.play(episode)?;
        let difference = self.judge.first_difference(episode, &played);
        // What shrinking asks is no part of the run.
        self.judge.rules.iter_mut().zip(uses).for_each(|(active, uses)| active.uses = uses);
        Ok(difference)
    }
}
