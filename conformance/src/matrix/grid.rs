//! # Grid: the outcomes, by note, case and server
//!
//! A case has a run for each protocol. Together they count once, as the worst of them that was
//! played; a case that was played in no protocol is skipped and counts neither way.
//!
//! ```text
//!   RESP2 pass, RESP3 fail   -> fail
//!   RESP2 pass, RESP3 skip   -> pass
//!   share = passed / (all - skipped)
//! ```

use std::collections::BTreeMap;

use super::Run;
use crate::verdict::{Outcome, Verdict};

/// The worst first: what a case is called when its runs differ.
pub const WORST_FIRST: [Verdict; 6] =
    [Verdict::Fail, Verdict::Missing, Verdict::Text, Verdict::Xfail, Verdict::Pass, Verdict::Skip];

/// Runs of one case on one server, one a protocol.
pub type Cell = Vec<Outcome>;

#[derive(Debug, Default)]
pub struct Grid {
    /// The titles of the servers, in the order of the runs.
    pub servers: Vec<String>,
    /// By note, by the case's id, by server.
    pub notes: BTreeMap<String, BTreeMap<String, BTreeMap<String, Cell>>>,
}

/// How many cases have each verdict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally(pub BTreeMap<Verdict, usize>);

impl Grid {
    /// Of two runs of the same server, the later counts.
    pub fn new(runs: &[Run]) -> Grid {
        let mut grid = Grid::default();
        for run in runs {
            for target in &run.about.targets {
                grid.add_server(&target.title);
            }
            for outcome in &run.outcomes {
                grid.add_server(&outcome.target);
                let (note, id) = outcome.case.split_once('/').unwrap_or(("", &outcome.case));
                let case = grid.notes.entry(note.into()).or_default().entry(id.into()).or_default();
                let cell = case.entry(outcome.target.clone()).or_default();
                cell.retain(|earlier| earlier.resp != outcome.resp);
                cell.push(outcome.clone());
                cell.sort_by_key(|outcome| outcome.resp);
            }
        }
        grid
    }

    fn add_server(&mut self, title: &str) {
        if !self.servers.iter().any(|known| known == title) {
            self.servers.push(title.to_string());
        }
    }

    /// Of one note, or of all.
    pub fn tally(&self, note: Option<&str>, server: &str) -> Tally {
        let mut tally = Tally::default();
        let notes = self.notes.iter().filter(|(name, _)| note.is_none_or(|note| note == *name));
        for cell in notes.flat_map(|(_, cases)| cases.values()).filter_map(|case| case.get(server))
        {
            *tally.0.entry(verdict(cell)).or_default() += 1;
        }
        tally
    }
}

impl Tally {
    pub fn of(&self, verdict: Verdict) -> usize {
        self.0.get(&verdict).copied().unwrap_or(0)
    }

    /// Cases that were played.
    pub fn judged(&self) -> usize {
        self.0.iter().filter(|(verdict, _)| **verdict != Verdict::Skip).map(|(_, n)| n).sum()
    }

    /// Passed of judged, in tenths of a per cent, rounded down: 100.0 means all.
    pub fn permille(&self) -> Option<usize> {
        (self.judged() > 0).then(|| self.of(Verdict::Pass) * 1000 / self.judged())
    }
}

/// What the runs of a case come to.
pub fn verdict(cell: &Cell) -> Verdict {
    let has = |verdict: &&Verdict| cell.iter().any(|outcome| outcome.verdict == **verdict);
    *WORST_FIRST.iter().find(has).unwrap_or(&Verdict::Skip)
}
