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
//! [`contents`] (to whom); [`judge`], [`rules`], [`known`], [`scene`], [`loosen`], [`digits`] (what must be
//! equal); [`shrink`], [`vector`].
//!
//! A seed gives the same stream whatever the timing. Knows nothing of which answer is right.

pub mod cli;
pub mod contents;
pub mod corrupt;
pub mod digits;
#[cfg(all(test, feature = "engine"))]
mod engine_tests;
pub mod exclude;
#[cfg(all(test, feature = "engine"))]
mod faulty;
pub mod generate;
pub mod grammar;
pub mod judge;
pub mod known;
pub mod limits;
pub mod loosen;
pub mod pair;
pub mod report;
pub mod rules;
pub mod scene;
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
use judge::{Difference, Judge, Verdict};
use pair::Pair;
use report::{Finding, Report};
use rules::{Again, Edit};

/// How much one difference may cost to shrink.
const QUESTIONS_MAX: usize = 1500;
const SHRINK_TIME_MAX: Duration = Duration::from_secs(30);
/// How long a reply may take while an episode is shrunk of which one did not come.
const SHRINK_TIMEOUT_MS: u64 = 200;
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
    /// Tell each new finding on standard error as soon as it is there.
    pub tell: bool,
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
            tell: false,
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
    let (grammar, names) = shared_grammar(pair, &options.groups)?;
    if grammar.commands.is_empty() {
        return Err(HarnessError("no command is known to both servers".into()));
    }
    let identities = [&pair.sides[0].identity, &pair.sides[1].identity];
    let judge = Judge::new(names.iter(), rules::active(known::all(), identities));
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

/// The reference's grammar of what both servers know and is not left out, and the names of all its
/// commands.
pub fn shared_grammar(pair: &mut Pair, groups: &[String]) -> Harness<(Grammar, Vec<String>)> {
    let timeout_ms = pair.timeout_ms;
    let [reference, other] = &mut pair.sides;
    let table = reference.call(&["COMMAND"], timeout_ms)?;
    let docs = reference.call(&["COMMAND", "DOCS"], timeout_ms)?;
    let theirs = grammar::flags_by_name(&other.call(&["COMMAND"], timeout_ms)?);
    let mut grammar = Grammar::read(&table, &docs);
    let sides = [&reference.identity, &other.identity];
    grammar.retain(|shape| {
        let wanted = groups.is_empty() || groups.contains(&shape.group);
        let left_out = exclude::reason(shape).or_else(|| exclude::reason_between(shape, sides));
        wanted && theirs.contains_key(&shape.name) && left_out.is_none()
    });
    Ok((grammar, grammar::flags_by_name(&table).into_keys().collect()))
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
        let judged = self.judged(episode)?;
        self.report.commands += judged.sent;
        self.report.episodes += 1;
        self.report.episodes_again += u64::from(judged.rounds > 1);
        self.report.rounds += judged.rounds;
        self.report.left_out += judged.left_out;
        let Some(difference) = judged.difference else { return Ok(()) };
        self.report.differing_episodes += 1;
        let seen = self.seen.entry(difference.signature.clone()).or_insert(0);
        *seen += 1;
        if *seen > SHRUNK_PER_SIGNATURE {
            return Ok(());
        }
        let finding = self.explain(number, judged.episode, difference, judged.stopped)?;
        if let Some(new) = self.report.add(finding)
            && self.options.tell
        {
            let titles = self.pair.sides.each_ref().map(|side| side.title.as_str());
            eprintln!("{}", new.told(titles));
        }
        Ok(())
    }

    /// Plays an episode, and once more for as long as rules want something changed in it. Each change takes
    /// a command away or makes it one for which the rule is no longer needed, so there is an end.
    fn judged(&mut self, mut episode: Episode) -> Harness<Judged> {
        let (mut rounds, mut left_out, mut sent) = (0, 0, 0);
        loop {
            let uses: Vec<u64> = self.judge.rules.iter().map(|active| active.uses).collect();
            let played = self.pair.play(&episode)?;
            rounds += 1;
            sent = sent.max(played.replies.len() as u64);
            let difference = match self.judge.judge(&episode, &played) {
                Verdict::Same => None,
                Verdict::Differs(difference) => Some(difference),
                Verdict::Again(edits) => {
                    // The others will be needed again.
                    let rules = self.judge.rules.iter_mut().zip(uses);
                    rules
                        .filter(|(active, _)| matches!(active.rule.again, Again::No))
                        .for_each(|(active, uses)| active.uses = uses);
                    left_out += edit(&mut episode, edits);
                    continue;
                }
            };
            let stopped = played.replies.len() < episode.commands.len();
            return Ok(Judged { episode, difference, stopped, rounds, left_out, sent });
        }
    }

    /// Shrinks an episode and writes it down.
    fn explain(
        &mut self,
        number: u64,
        episode: Episode,
        first: Difference,
        stopped: bool,
    ) -> Harness<Finding> {
        let patience_ms = self.pair.timeout_ms;
        if stopped {
            self.pair.timeout_ms = patience_ms.min(SHRINK_TIMEOUT_MS);
        }
        let shrunk = self.shrunk(episode, &first);
        self.pair.timeout_ms = patience_ms;
        let (shrunk, again) = shrunk?;
        let happens_again = again.is_some();
        let difference = again.unwrap_or(first);
        let titles = self.pair.sides.each_ref().map(|side| side.title.as_str());
        let origin = format!("seed {}, episode {number}", self.options.seed);
        let crashed = difference.signature.starts_with("crash of the reference");
        let oracle = self.oracle.filter(|_| !crashed);
        let text = vector::text(&shrunk, &difference, titles, &origin, oracle);
        let lines = vector::lines(&shrunk);
        Ok(Finding { number, difference, happens_again, lines, text, times: 1 })
    }

    /// The smallest episode with the same signature and what differs in it; nothing differs if the
    /// difference does not happen again.
    fn shrunk(
        &mut self,
        episode: Episode,
        first: &Difference,
    ) -> Harness<(Episode, Option<Difference>)> {
        let until = Instant::now() + SHRINK_TIME_MAX;
        let budget = shrink::Budget { questions: QUESTIONS_MAX, until };
        let is_same = |found: &Difference| found.signature == first.signature;
        let mut last = self.difference(&episode)?.filter(is_same);
        if last.is_none() {
            return Ok((episode, None));
        }
        let mut broken = None;
        let shrunk = shrink::shrink(episode, budget, &mut |episode| {
            let found = match self.difference(episode) {
                Ok(found) => found.filter(is_same),
                Err(error) => {
                    broken = Some(error);
                    None
                }
            };
            let still = found.is_some();
            last = found.or(last.take());
            still
        });
        broken.map_or(Ok((shrunk, last)), Err)
    }

    fn difference(&mut self, episode: &Episode) -> Harness<Option<Difference>> {
        let uses: Vec<u64> = self.judge.rules.iter().map(|active| active.uses).collect();
        let judged = self.judged(episode.clone())?;
        // What shrinking asks is no part of the run.
        self.judge.rules.iter_mut().zip(uses).for_each(|(active, uses)| active.uses = uses);
        Ok(judged.difference)
    }
}

/// What came of an episode, after all changes.
struct Judged {
    episode: Episode,
    difference: Option<Difference>,
    /// One of the two stopped answering.
    stopped: bool,
    /// How often it was played.
    rounds: u64,
    /// Commands that were left out.
    left_out: u64,
    /// Commands that were judged at least once.
    sent: u64,
}

/// Changes an episode, and returns how many commands it lost.
fn edit(episode: &mut Episode, edits: Vec<Edit>) -> u64 {
    let mut out = Vec::new();
    for edit in edits {
        match edit {
            Edit::Replace(at, args) => episode.commands[at].args = args,
            Edit::LeaveOut(at) => out.push(at),
        }
    }
    out.sort_unstable();
    out.dedup();
    out.iter().rev().for_each(|at| drop(episode.commands.remove(*at)));
    out.len() as u64
}

#[cfg(test)]
mod tests;
