//! # Record: an oracle fills in what is not written
//!
//! Plays a file's cases on a server that is trusted, in both protocols, and writes into the file
//! what was left blank: the replies to commands that have none, bare `a<` lines, and `state:`.
//!
//! ```text
//!   before            after
//!   > SET k v         > SET k v
//!   > PTTL k          +OK
//!                     > PTTL k
//!                     :-1
//!                     state:
//!                       "k" string "v"
//! ```
//!
//! A line that is written is never touched. Where it does not hold it is reported as drift, for a
//! person to decide. Replies are written in their RESP3 form; where RESP2 does not follow from it
//! mechanically, as two lines, `2|` and `3|`. What a second oracle says otherwise becomes a line
//! with a guard. Times to live are written as `<ttl n>`, ids that the server chose as patterns.

use std::collections::BTreeMap;

use crate::case::{Case, State};
use crate::client::Incoming;
use crate::format;
use crate::keyspace::Found;
use crate::lint;
use crate::matcher::{Context, Match};
use crate::notation;
use crate::pattern::Pattern;
use crate::reply::Reply;
use crate::run::{self, Observed, Trace};
use crate::session::{Harness, HarnessError, Session};
use crate::soften::{guided, nominal, softened};
use crate::target::Spec;
use crate::verdict::Verdict;

/// A file after recording.
pub struct Recorded {
    pub text: String,
    /// Lines that were written already and do not hold, and what should be looked at by eye.
    pub drift: Vec<String>,
    pub blanks_filled: usize,
}

/// What one oracle said to one case, in each protocol.
struct Heard {
    resp2: Trace,
    resp3: Trace,
}

/// Changes to a text, by line number.
#[derive(Default)]
struct Edits {
    replace: BTreeMap<usize, Vec<String>>,
    after: BTreeMap<usize, Vec<String>>,
}

/// Records `text`, the content of `file`, on an oracle, and on a second one if there is one.
pub fn record(file: &str, text: &str, oracle: &Spec, also: Option<&Spec>) -> Harness<Recorded> {
    let cases = format::parse(file, text).map_err(|e| HarnessError(e.to_string()))?;
    let mut drift = Vec::new();
    let first = hear_all(&cases, oracle, &mut drift)?;
    let second = match also {
        Some(spec) => hear_all(&cases, spec, &mut drift)?,
        None => cases.iter().map(|_| None).collect(),
    };
    let mut edits = Edits::default();
    let lines: Vec<&str> = text.lines().collect();
    for (i, case) in cases.iter().enumerate() {
        let Some(heard) = &first[i] else { continue };
        let other = second[i].as_ref().zip(also.map(Spec::name));
        fill_replies(case, heard, other, &mut edits, &mut drift);
        let end = cases.get(i + 1).map_or(lines.len(), |next| next.line - 1);
        fill_state(case, heard, other, last_line(&lines, case.line, end), &mut edits);
    }
    let blanks_filled = edits.replace.len() + edits.after.len();
    Ok(Recorded { text: edits.apply(&lines), drift, blanks_filled })
}

/// Plays every case; `None` for those that the oracle skips.
fn hear_all(cases: &[Case], spec: &Spec, drift: &mut Vec<String>) -> Harness<Vec<Option<Heard>>> {
    let mut target = spec.open().map_err(|e| HarnessError(format!("{}: {e}", spec.name())))?;
    let mut session = Session::open(&mut *target, 5000)?;
    let mut heard = Vec::new();
    for case in cases {
        let mut traces = Vec::new();
        for resp in [2, 3] {
            let (outcome, trace) = run::run(&mut session, case, resp, true)?;
            if outcome.verdict == Verdict::Skip {
                continue;
            }
            for fault in outcome.faults {
                let place =
                    format!("{}:{}: {} in RESP{resp}", case.path, fault.line, outcome.target);
                drift.push(format!("{place}: written {}, heard {}", fault.expected, fault.got));
            }
            traces.push(trace);
        }
        let resp3 = traces.pop();
        heard.push(traces.pop().zip(resp3).map(|(resp2, resp3)| Heard { resp2, resp3 }));
    }
    Ok(heard)
}

fn fill_replies(
    case: &Case,
    heard: &Heard,
    other: Option<(&Heard, &str)>,
    edits: &mut Edits,
    drift: &mut Vec<String>,
) {
    for line in heard.blank_lines() {
        let mut written = Vec::new();
        for (i, spoken) in heard.replies(line).enumerate() {
            let plain = spoken.lines();
            if plain.len() > 1 || spoken.is_unstable() {
                let place = format!("{}:{line}", case.path);
                drift.push(format!(
                    "{place}: two runs differ: by protocol, or by chance? see {}",
                    plain.join(" and ")
                ));
            }
            if let Some((second, name)) = other {
                let theirs = second.replies(line).nth(i).filter(|theirs| !theirs.is_missing());
                let theirs = theirs
                    .filter(|theirs| !theirs.agrees_with(&plain))
                    .map(|theirs| theirs.lines());
                if let Some(theirs) = theirs {
                    written.extend(theirs.iter().map(|text| format!("[{name}] {text}")));
                }
            }
            written.extend(plain);
        }
        match heard.later(line) {
            None => edits.after.entry(line).or_default().extend(written),
            Some(on) => {
                edits
                    .replace
                    .insert(line, written.iter().map(|text| addressed(&on, text)).collect());
            }
        }
    }
}

/// `2| x` for connection a: `2| a< x`.
fn addressed(on: &str, text: &str) -> String {
    let at =
        ["2| ", "3| "].iter().filter_map(|mark| text.find(mark).map(|at| at + mark.len())).min();
    let at = at
        .or_else(|| format::guard(text).map(|(_, rest)| text.len() - rest.trim_start().len()))
        .unwrap_or(0);
    let text = format!("{}{on} {}", &text[..at], &text[at..]);
    text.replace(&format!("{on} ..."), &format!("{on} nothing"))
}

fn fill_state(
    case: &Case,
    heard: &Heard,
    other: Option<(&Heard, &str)>,
    last_line: usize,
    edits: &mut Edits,
) {
    let wanted = match case.state {
        State::Blank => true,
        State::Unstated => lint::writes(case),
        State::Any | State::Keys(_) => false,
    };
    let Some(found) = heard.resp3.state.as_ref().filter(|_| wanted) else {
        return;
    };
    let slack_ms = heard.resp3.observed.last().map_or(1, |observed| observed.slack_ms + 5);
    let theirs = other.and_then(|(second, name)| Some((second.resp3.state.as_ref()?, name)));
    let mut lines = Vec::new();
    let again = heard.resp2.state.as_deref().unwrap_or(&[]);
    for key in found {
        let same = |other: &&Found| other.db == key.db && other.key == key.key;
        let ours = state_line(key, again.iter().find(same), slack_ms);
        if let Some((theirs, name)) = theirs
            && let Some(key) = theirs.iter().find(same)
            && let theirs = state_line(key, again.iter().find(same), slack_ms)
            && theirs != ours
        {
            lines.push(format!("  [{name}] {theirs}"));
        }
        lines.push(format!("  {ours}"));
    }
    let head = if found.is_empty() { "state: empty" } else { "state:" };
    lines.insert(0, head.to_string());
    match case.state_line {
        Some(line) => drop(edits.replace.insert(line, lines)),
        None => edits.after.entry(last_line).or_default().extend(lines),
    }
}

/// The line for a key, with what another run tells of what is not the same twice.
fn state_line(found: &Found, again: Option<&Found>, slack_ms: u64) -> String {
    let ttl_ms = if found.ttl_ms < 0 { found.ttl_ms } else { nominal(found.ttl_ms, slack_ms) };
    let mut line = Found { ttl_ms, ..found.clone() }.line();
    if let (Some(value), Some(Some(again))) = (&found.value, again.map(|again| &again.value))
        && !matches!(line.value, Some(Pattern::Length(_)))
    {
        line.value = Some(guided(value, Some(again)));
    }
    line.to_string()
}

/// One reply, as heard in both protocols.
struct Spoken<'a> {
    resp2: Option<&'a Observed>,
    resp3: Option<&'a Observed>,
}

impl Spoken<'_> {
    /// The line or lines that expect it.
    fn lines(&self) -> Vec<String> {
        let (Some(two), Some(three)) = (self.resp2, self.resp3) else {
            let one = |mark: &str, heard: Option<&Observed>| {
                heard.map(|heard| format!("{mark}| {}", text_of(heard, None)))
            };
            return one("2", self.resp2).into_iter().chain(one("3", self.resp3)).collect();
        };
        if let (Incoming::Reply(reply2), Incoming::Reply(reply3)) = (&two.got, &three.got) {
            let pattern = softened(guided(reply3, Some(reply2)), three);
            let mut cx =
                Context { slack_ms: two.slack_ms + three.slack_ms, ..Context::new(two.resp) };
            if cx.matches(&pattern, reply2) == Match::Yes {
                return vec![pattern.to_string()];
            }
        } else if two.got == three.got {
            return vec![text_of(three, None)];
        }
        vec![format!("2| {}", text_of(two, None)), format!("3| {}", text_of(three, None))]
    }

    /// Whether what is written for another oracle holds here too.
    fn agrees_with(&self, lines: &[String]) -> bool {
        let ([line], Some(two), Some(three)) = (lines, self.resp2, self.resp3) else {
            return self.lines() == lines;
        };
        let Ok(pattern) = notation::parse(line) else {
            return self.lines() == lines;
        };
        [two, three].iter().all(|heard| match &heard.got {
            Incoming::Reply(reply) => {
                let mut cx = Context { slack_ms: heard.slack_ms, ..Context::new(heard.resp) };
                cx.matches(&pattern, reply) == Match::Yes
            }
            _ => false,
        })
    }

    /// Whether something had to be left open because it changed from one run to the next.
    fn is_unstable(&self) -> bool {
        let (Some(two), Some(three)) = (self.resp2, self.resp3) else {
            return false;
        };
        match (&two.got, &three.got) {
            (Incoming::Reply(two), Incoming::Reply(three)) => {
                let alone = guided(three, None);
                let nulls = |text: String| text.replace("nil*", "nil");
                nulls(guided(three, Some(two)).to_string()) != nulls(alone.to_string())
            }
            (two, three) => two != three,
        }
    }

    fn is_missing(&self) -> bool {
        matches!(self.resp3.map(|heard| &heard.got), Some(Incoming::Reply(reply)) if reply.is_unknown_command())
    }
}

impl Heard {
    /// The lines of commands and of `a<` that nothing is written for.
    fn blank_lines(&self) -> Vec<usize> {
        let blank = |o: &&Observed| o.expected_line.is_none();
        let lines = |trace: &Trace| {
            trace.observed.iter().filter(blank).map(|o| o.step_line).collect::<Vec<_>>()
        };
        let mut all = [lines(&self.resp2), lines(&self.resp3)].concat();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// What was heard for a blank line, reply by reply.
    fn replies(&self, line: usize) -> impl Iterator<Item = Spoken<'_>> {
        let of = move |trace: &'_ Trace| -> Vec<usize> {
            let here = |(i, o): (usize, &Observed)| {
                (o.step_line == line && o.expected_line.is_none()).then_some(i)
            };
            trace.observed.iter().enumerate().filter_map(here).collect()
        };
        let (two, three) = (of(&self.resp2), of(&self.resp3));
        (0..two.len().max(three.len())).map(move |i| Spoken {
            resp2: two.get(i).map(|at| &self.resp2.observed[*at]),
            resp3: three.get(i).map(|at| &self.resp3.observed[*at]),
        })
    }

    /// `a<` if the line is one.
    fn later(&self, line: usize) -> Option<String> {
        let observed = self.resp3.observed.iter().find(|o| o.step_line == line)?;
        observed.args.is_empty().then(|| format!("{}<", observed.on))
    }
}

impl Edits {
    fn apply(&self, lines: &[&str]) -> String {
        let mut out = Vec::new();
        for (i, line) in lines.iter().enumerate() {
            match self.replace.get(&(i + 1)) {
                Some(lines) => out.extend(lines.iter().cloned()),
                None => out.push(line.to_string()),
            }
            out.extend(self.after.get(&(i + 1)).into_iter().flatten().cloned());
        }
        out.join("\n") + "\n"
    }
}

fn text_of(heard: &Observed, other: Option<&Reply>) -> String {
    match &heard.got {
        Incoming::Reply(reply) => softened(guided(reply, other), heard).to_string(),
        Incoming::Silence => "...".into(),
        Incoming::Closed => "closed".into(),
        Incoming::Broken(why) => format!("# not RESP: {why}"),
    }
}

/// The last line of a case that is neither empty nor a comment. Lines count from 1.
fn last_line(lines: &[&str], first: usize, end: usize) -> usize {
    let says_something = |line: &str| !line.trim().is_empty() && !line.starts_with("# ");
    (first..=end).rev().find(|n| says_something(lines[n - 1])).unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_replies_are_addressed_behind_their_conditions() {
        assert_eq!(addressed("a<", ":1"), "a< :1");
        assert_eq!(addressed("a<", "2| [:1]"), "2| a< [:1]");
        assert_eq!(addressed("a<", "[valkey] :1"), "[valkey] a< :1");
        assert_eq!(addressed("a<", "..."), "a< nothing");
    }
}
