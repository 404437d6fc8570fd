//! # Hunt: each fault is put in, and the vectors are played until one fails
//!
//! ```text
//!   once        play every case on the bare server; what does not pass there cannot judge
//!   per fault   the cases that send a command that it touches, those first that do little else
//!               a case fails -> it passes without the fault? it fails again with it? -> killed
//!               none fails   -> did the fault ever change anything? survived : idle
//! ```
//!
//! The two further runs make a kill mean something: a machine that is busy, or a server that an
//! earlier fault left dirty, can fail a case too. Faults are independent, so several servers share
//! them; a server is restarted after faults that may have left it in a bad way.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use super::fault::Fault;
use super::mutant::{Mutant, Switch};
use crate::case::{Case, Step};
use crate::run;
use crate::session::{Harness, HarnessError, Session};
use crate::suite::{self, Options};
use crate::target::Spec;
use crate::verdict::{Outcome, Verdict};

/// Short, because a mutant that hangs is dead, and long enough for a busy machine.
pub const TIMEOUT_MS: u64 = 1000;
/// The category of changes that must not be noticed.
pub const CONTROLS: &str = "controls";
/// How often a fault is begun again after the harness failed.
const ATTEMPTS: usize = 2;

/// A case in one protocol, which passes on the bare server.
#[derive(Clone, Copy)]
pub struct Trial<'c> {
    pub case: &'c Case,
    pub resp: u8,
}

/// What became of a fault.
#[derive(Clone, Debug)]
pub enum Fate {
    /// By this case, which said this.
    Killed { by: String, expected: String, got: String },
    /// It has changed something in some run, and no case minded.
    Survived,
    /// It has changed nothing in any run: it proves nothing.
    Idle,
    /// The harness failed.
    Unknown(String),
}

pub struct Finding {
    pub fault: Arc<Fault>,
    pub fate: Fate,
    /// How many cases were played, each protocol counted.
    pub runs: usize,
    pub ms: u128,
}

/// Plays everything once without a fault.
pub fn baseline<'c>(cases: &'c [Case], spec: &Spec, jobs: usize) -> Result<Vec<Trial<'c>>, String> {
    let options = Options { jobs, strict_text: true, ..Options::default() };
    let all: Vec<&Case> = cases.iter().collect();
    let summary = suite::run_spec(&all, spec, &options);
    if let Some(error) = summary.harness_errors.first() {
        return Err(error.clone());
    }
    let named = |outcome: &Outcome| {
        let case = cases.iter().find(|case| case.name() == outcome.case)?;
        (outcome.verdict == Verdict::Pass).then_some(Trial { case, resp: outcome.resp })
    };
    Ok(summary.outcomes.iter().filter_map(named).collect())
}

/// Hunts every fault, on so many servers; findings come in the order of the faults.
pub fn hunt(
    faults: &[Arc<Fault>],
    trials: &[Trial<'_>],
    spec: &Spec,
    jobs: usize,
    progress: &(dyn Fn(&Finding) + Sync),
) -> Vec<Finding> {
    let next = AtomicUsize::new(0);
    let found: Mutex<Vec<(usize, Finding)>> = Mutex::new(Vec::new());
    let jobs = if spec.can_multiply() { jobs.max(1) } else { 1 };
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                let mut worker = Worker { spec, trials };
                while let Some((i, fault)) = take(&next, faults) {
                    worker.work(i, fault, &next, faults, &mut |i, finding| {
                        progress(&finding);
                        found.lock().expect("no thread panics while it reports").push((i, finding));
                    });
                }
            });
        }
    });
    let mut found = found.into_inner().expect("all threads are done");
    found.sort_by_key(|(i, _)| *i);
    found.into_iter().map(|(_, finding)| finding).collect()
}

/// The cases that a fault may fail, the most telling first.
pub fn choose<'c>(fault: &Fault, trials: &[Trial<'c>]) -> Vec<Trial<'c>> {
    let mut chosen: Vec<(usize, Trial)> = trials
        .iter()
        // A control must be tried everywhere, so that time for waiting is not left.
        .filter(|trial| fault.category != CONTROLS || !suite::is_slow(trial.case))
        .filter_map(|trial| {
            let touches = touches(fault, trial.case);
            (touches > 0).then(|| (1000 * cost(trial.case) / touches, *trial))
        })
        .collect();
    chosen.sort_by_key(|(cost, _)| *cost);
    chosen.into_iter().map(|(_, trial)| trial).collect()
}

/// One server and its session, as long as they hold.
struct Worker<'w, 'c> {
    spec: &'w Spec,
    trials: &'w [Trial<'c>],
}

fn take<'f>(next: &AtomicUsize, faults: &'f [Arc<Fault>]) -> Option<(usize, &'f Arc<Fault>)> {
    let i = next.fetch_add(1, Ordering::Relaxed);
    Some((i, faults.get(i)?))
}

impl Worker<'_, '_> {
    /// Hunts this fault and further ones on one server, until there are none or the server is
    /// to be replaced.
    fn work(
        &mut self,
        first: usize,
        fault: &Arc<Fault>,
        next: &AtomicUsize,
        faults: &[Arc<Fault>],
        report: &mut dyn FnMut(usize, Finding),
    ) {
        let (mut i, mut fault, mut attempts) = (first, fault, 1);
        while let Err((at, error)) = self.on_one_server(i, fault, next, faults, report) {
            attempts = if at == i { attempts + 1 } else { 1 };
            (i, fault) = (at, &faults[at]);
            if attempts > ATTEMPTS {
                let fate = Fate::Unknown(error.to_string());
                report(i, Finding { fault: fault.clone(), fate, runs: 0, ms: 0 });
                return;
            }
        }
    }

    fn on_one_server(
        &self,
        first: usize,
        fault: &Arc<Fault>,
        next: &AtomicUsize,
        faults: &[Arc<Fault>],
        report: &mut dyn FnMut(usize, Finding),
    ) -> Result<(), (usize, HarnessError)> {
        let opened = self.spec.open().map_err(|e| (first, HarnessError(e.to_string())))?;
        let mut mutant = Mutant::new(opened);
        let switch = mutant.switch();
        let mut session = Session::open(&mut mutant, TIMEOUT_MS).map_err(|e| (first, e))?;
        let mut current = Some((first, fault));
        while let Some((i, fault)) = current {
            let finding = self.one(fault, &switch, &mut session).map_err(|e| (i, e))?;
            switch.arm(None);
            report(i, finding);
            if fault.wedges {
                return Ok(());
            }
            current = take(next, faults);
        }
        Ok(())
    }

    fn one(
        &self,
        fault: &Arc<Fault>,
        switch: &Switch,
        session: &mut Session<'_>,
    ) -> Harness<Finding> {
        let start = Instant::now();
        let mut runs = 0;
        let mut bitten = false;
        let mut fate = None;
        for trial in choose(fault, self.trials) {
            switch.arm(Some(fault));
            let outcome = run::run(session, trial.case, trial.resp, false)?.0;
            runs += 1;
            let bites = switch.bites() > 0;
            bitten |= bites;
            if bites && notices(fault, &outcome) && self.confirm(fault, trial, switch, session)? {
                let by = format!("{} in RESP{}", outcome.case, outcome.resp);
                let first = outcome.faults.first();
                let expected = first.map(|fault| fault.expected.clone()).unwrap_or_default();
                let got = first.map(|fault| fault.got.clone()).unwrap_or_default();
                fate = Some(Fate::Killed { by, expected, got });
                break;
            }
        }
        let fate = fate.unwrap_or(if bitten { Fate::Survived } else { Fate::Idle });
        Ok(Finding { fault: fault.clone(), fate, runs, ms: start.elapsed().as_millis() })
    }

    /// Whether the case passes without the fault, and fails again with it.
    fn confirm(
        &self,
        fault: &Arc<Fault>,
        trial: Trial<'_>,
        switch: &Switch,
        session: &mut Session<'_>,
    ) -> Harness<bool> {
        switch.arm(None);
        let mut without = run::run(session, trial.case, trial.resp, false)?.0;
        if without.verdict != Verdict::Pass {
            // The fault has left something behind that cleaning does not reach.
            switch.restart().map_err(|e| HarnessError(e.to_string()))?;
            without = run::run(session, trial.case, trial.resp, false)?.0;
        }
        switch.arm(Some(fault));
        let with = run::run(session, trial.case, trial.resp, false)?.0;
        Ok(without.verdict == Verdict::Pass && notices(fault, &with))
    }
}

fn notices(fault: &Fault, outcome: &Outcome) -> bool {
    match outcome.verdict {
        Verdict::Fail => true,
        Verdict::Text => fault.strict,
        _ => false,
    }
}

/// How much a case has to do with a fault.
fn touches(fault: &Fault, case: &Case) -> usize {
    const LISTENING: [&str; 2] = ["SUBSCRIBE", "PSUBSCRIBE"];
    let listens = case.events.is_some()
        || case.commands().any(|(name, _)| LISTENING.contains(&name.as_str()));
    if fault.heard && !listens {
        return 0;
    }
    let count = |step: &Step| match step {
        Step::Send(send) => usize::from(fault.touches(&send.args)),
        // A fault of the wire shows in bytes first of all.
        Step::Bytes(_) if fault.wire.is_some() => 20,
        Step::Bytes(raw) => {
            let text = raw.bytes.lossy().to_uppercase();
            usize::from(fault.commands().any(|name| name == "*" || text.contains(name)))
        }
        _ => 0,
    };
    case.steps.iter().map(count).sum()
}

/// About how long a case takes, in commands.
fn cost(case: &Case) -> usize {
    let of = |step: &Step| match step {
        Step::Sleep(ms) => 2 + *ms as usize,
        Step::Send(send) => send.repeat.as_ref().map_or(1, |r| (r.to - r.from) as usize / 10 + 1),
        Step::Bytes(_) | Step::Receive(_) => 1,
    };
    8 + case.steps.iter().map(of).sum::<usize>()
}
