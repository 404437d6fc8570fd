//! # Run: one case, step by step
//!
//! Opens the connections, plays the steps, judges each reply as it comes, then the effects. A case
//! stops at its first fault, for what follows would only echo it; while recording it goes on.
//!
//! How the three hard answers are told, without ever just waiting and hoping:
//!
//! ```text
//!   ...        CLIENT LIST shows the client's flag b (a silent in-process target: at once)
//!   nothing    two PINGs on the runner's connection are answered, and still nothing has come
//!   closed     end of file
//! ```
//!
//! A connection that monitors would see those PINGs: there a quiet window must do.

mod effects;
mod replies;

use std::collections::BTreeMap;

use crate::bytes::Bytes;
use crate::case::{Case, Send, Step};
use crate::client::{Client, Incoming};
use crate::keyspace::Found;
use crate::matcher::{Context, Match};
use crate::rules::RETRY_MS;
use crate::session::{Harness, HarnessError, Session};
use crate::verdict::{Fault, Outcome, Verdict};

/// How many repeated commands go out before their replies are read.
const BATCH: usize = 256;

/// What a run saw, line by line: the recorder writes it back into the file.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    pub observed: Vec<Observed>,
    /// What was left, if the case looks or may look at it.
    pub state: Option<Vec<Found>>,
}

/// What came where a line expects something, or where nothing is written yet.
#[derive(Clone, Debug)]
pub struct Observed {
    /// The line of the command, or of `a<`.
    pub step_line: usize,
    /// The connection.
    pub on: String,
    /// The command, for telling times to live from other integers; empty for `a<`.
    pub args: Vec<Bytes>,
    /// The line of the expectation; `None` where there is none yet.
    pub expected_line: Option<usize>,
    pub resp: u8,
    pub got: Incoming,
    /// What had gone by unplanned since the case began.
    pub slack_ms: u64,
    pub matched: Match,
}

/// Runs a case in one protocol. `recording`: blanks are fine, and faults do not stop it.
pub fn run(
    session: &mut Session,
    case: &Case,
    resp: u8,
    recording: bool,
) -> Harness<(Outcome, Trace)> {
    let mut outcome = Outcome {
        case: case.name(),
        title: case.title.clone(),
        claims: case.claims.clone(),
        file: case.path.clone(),
        line: case.line,
        resp,
        target: session.title(),
        verdict: Verdict::Pass,
        reason: String::new(),
        faults: Vec::new(),
        transcript: Vec::new(),
    };
    let resp3_missing = resp == 3 && !session.features()["resp3"];
    if let Some(reason) =
        session.reason_to_skip(case).or(resp3_missing.then(|| "needs resp3".into()))
    {
        (outcome.verdict, outcome.reason) = (Verdict::Skip, reason);
        return Ok((outcome, Trace::default()));
    }
    session.fresh()?;
    let (faults, transcript, trace) = match play(session, case, resp, recording) {
        Ok(played) => played,
        Err(Stop::Harness(error)) => {
            // The server may have died of the case; fresh() will tell whether it can be revived.
            let got = error.0;
            let fault = Fault {
                line: case.line,
                verdict: Verdict::Fail,
                expected: "the server goes on".into(),
                got,
            };
            (vec![fault], Vec::new(), Trace::default())
        }
        Err(Stop::Skip(reason)) => {
            (outcome.verdict, outcome.reason) = (Verdict::Skip, reason);
            let _ = session.restore(case);
            return Ok((outcome, Trace::default()));
        }
        Err(Stop::Fault) => unreachable!("caught where steps are played"),
    };
    let _ = session.restore(case);
    outcome.verdict = faults.iter().map(|fault| fault.verdict).max().unwrap_or(Verdict::Pass);
    (outcome.faults, outcome.transcript) = (faults, transcript);
    judge_expected_failure(session, case, &mut outcome);
    Ok((outcome, trace))
}

fn judge_expected_failure(session: &Session, case: &Case, outcome: &mut Outcome) {
    let applies =
        |guards: &[crate::guard::Guard]| guards.iter().any(|guard| guard.holds(&session.identity));
    let Some(xfail) = case.xfail.iter().find(|xfail| applies(&xfail.on)) else {
        return;
    };
    outcome.reason = xfail.reason.clone();
    outcome.verdict = match outcome.verdict {
        Verdict::Fail => Verdict::Xfail,
        Verdict::Pass => {
            let (expected, got) =
                (format!("a failure: {}", xfail.reason), "an unexpected pass".to_string());
            outcome.faults.push(Fault { line: case.line, verdict: Verdict::Fail, expected, got });
            Verdict::Fail
        }
        other => other,
    };
}

/// Why a case does not go on.
enum Stop {
    /// A fault was noted.
    Fault,
    Skip(String),
    Harness(HarnessError),
}

impl From<HarnessError> for Stop {
    fn from(error: HarnessError) -> Self {
        Stop::Harness(error)
    }
}

/// A case in play.
struct Play<'s, 't, 'c> {
    session: &'s mut Session<'t>,
    case: &'c Case,
    recording: bool,
    clients: BTreeMap<&'c str, Client>,
    cx: Context,
    started_ms: u64,
    slept_ms: u64,
    transcript: Vec<String>,
    faults: Vec<Fault>,
    trace: Trace,
}

type Played = (Vec<Fault>, Vec<String>, Trace);

fn play(session: &mut Session, case: &Case, resp: u8, recording: bool) -> Result<Played, Stop> {
    for (key, value) in &case.config {
        let reply =
            session.call_bytes(&["CONFIG".into(), "SET".into(), key.clone(), value.clone()])?;
        if let Some(error) = reply.error() {
            return Err(Stop::Skip(format!(
                "config {key} {value}: {}",
                Bytes::from(error).lossy()
            )));
        }
    }
    let mut events = match &case.events {
        Some(_) => effects::listen(session)?,
        None => None,
    };
    session.target.take_propagated();
    let started_ms = session.target.now_ms();
    let mut play = Play {
        session,
        case,
        recording,
        clients: BTreeMap::new(),
        cx: Context::new(resp),
        started_ms,
        slept_ms: 0,
        transcript: Vec::new(),
        faults: Vec::new(),
        trace: Trace::default(),
    };
    let outcome =
        play.open(resp).and_then(|()| play.steps()).and_then(|()| play.effects(events.as_mut()));
    match outcome {
        Ok(()) | Err(Stop::Fault) => Ok((play.faults, play.transcript, play.trace)),
        Err(stop) => Err(stop),
    }
}

impl<'c> Play<'_, '_, 'c> {
    /// Opens every connection before the first step, or a monitor would see the later ones.
    fn open(&mut self, resp: u8) -> Result<(), Stop> {
        for name in self.case.connections() {
            let connection =
                self.session.target.connect().map_err(|e| HarnessError(e.to_string()))?;
            let mut client = Client::new(connection);
            if !self.case.raw.iter().any(|raw| raw == name) {
                match client.hello(self.session.target, resp, self.session.timeout_ms) {
                    Incoming::Reply(_) => {}
                    other => return Err(HarnessError(format!("{other:?} to HELLO")).into()),
                }
            }
            self.clients.insert(name, client);
        }
        Ok(())
    }

    fn steps(&mut self) -> Result<(), Stop> {
        let case = self.case;
        for step in &case.steps {
            match step {
                Step::Send(send) => self.send(send)?,
                Step::Receive(receive) => self.receive(receive)?,
                Step::Bytes(raw) => {
                    self.transcript.push(format!("{}>> {}", raw.on, raw.bytes));
                    let bytes = self.cx.substitute(&raw.bytes.0).into_owned();
                    self.client(&raw.on).send_bytes(&bytes);
                }
                Step::Sleep(ms) => {
                    self.transcript.push(format!("@sleep {ms}ms"));
                    self.session.target.sleep(*ms);
                    self.slept_ms += ms;
                }
            }
        }
        Ok(())
    }

    fn send(&mut self, send: &'c Send) -> Result<(), Stop> {
        let resp = self.client(&send.on).resp;
        if !send.when.holds(&self.session.identity, resp) {
            return Ok(());
        }
        let Some(repeat) = &send.repeat else {
            return self.send_once(send);
        };
        if send.replies.is_empty() {
            return self.send_many(send, repeat.from..=repeat.to, &repeat.variable);
        }
        for value in repeat.from..=repeat.to {
            self.cx.variables.insert(repeat.variable.clone(), value.to_string().as_str().into());
            self.send_once(send)?;
        }
        Ok(())
    }

    /// A repeated command of whose replies only errors matter: pipelined.
    fn send_many(
        &mut self,
        send: &'c Send,
        range: std::ops::RangeInclusive<i64>,
        variable: &str,
    ) -> Result<(), Stop> {
        self.transcript.push(format!(
            "@repeat {variable} {}..{} {}",
            range.start(),
            range.end(),
            written(&send.on, &send.args)
        ));
        let values: Vec<i64> = range.collect();
        for batch in values.chunks(BATCH) {
            for value in batch {
                self.cx.variables.insert(variable.to_string(), value.to_string().as_str().into());
                let args = self.substituted(&send.args);
                self.client(&send.on).send(&args);
            }
            for _ in batch {
                match self.next(&send.on, self.session.timeout_ms) {
                    Incoming::Reply(reply) if reply.error().is_none() => {}
                    other => self.fault(send.line, "no error", &other)?,
                }
            }
        }
        Ok(())
    }

    fn send_once(&mut self, send: &'c Send) -> Result<(), Stop> {
        let args = self.substituted(&send.args);
        let deadline = send.within_ms.map(|ms| self.session.target.now_ms() + ms);
        loop {
            self.transcript.push(written(&send.on, &args));
            let marks = (self.transcript.len(), self.faults.len());
            self.client(&send.on).send(&args);
            let heard = self.hear(send, &args);
            let in_time = deadline.is_some_and(|deadline| self.session.target.now_ms() < deadline);
            if !in_time || (heard.is_ok() && self.faults.len() == marks.1) {
                return heard;
            }
            self.transcript.truncate(marks.0 - 1);
            self.faults.truncate(marks.1);
            self.session.target.sleep(RETRY_MS);
        }
    }

    fn client(&mut self, name: &str) -> &mut Client {
        self.clients.get_mut(name).expect("every connection of the case is open")
    }

    fn next(&mut self, on: &str, wait_ms: u64) -> Incoming {
        let client = self.clients.get_mut(on).expect("every connection of the case is open");
        client.next(self.session.target, wait_ms)
    }

    fn substituted(&self, args: &[Bytes]) -> Vec<Bytes> {
        args.iter().map(|arg| Bytes(self.cx.substitute(&arg.0).into_owned())).collect()
    }

    /// Real time that went by besides the case's own sleeps; a real server's clock adds a tick.
    fn slack_ms(&mut self) -> u64 {
        let elapsed = self.session.target.now_ms() - self.started_ms;
        let tick = u64::from(!self.session.target.silence_is_final());
        elapsed.saturating_sub(self.slept_ms) + tick
    }

    fn note(&mut self, incoming: &Incoming) {
        self.transcript.push(told(incoming));
    }

    fn fault(&mut self, line: usize, expected: &str, got: &Incoming) -> Result<(), Stop> {
        self.fault_as(Verdict::Fail, line, expected, got)
    }

    fn fault_as(
        &mut self,
        verdict: Verdict,
        line: usize,
        expected: &str,
        got: &Incoming,
    ) -> Result<(), Stop> {
        self.faults.push(Fault { line, verdict, expected: expected.into(), got: told(got) });
        if self.recording { Ok(()) } else { Err(Stop::Fault) }
    }
}

/// What came, as a transcript has it.
fn told(incoming: &Incoming) -> String {
    match incoming {
        Incoming::Reply(reply) => reply.to_string(),
        Incoming::Silence => "...".into(),
        Incoming::Closed => "closed".into(),
        Incoming::Broken(why) => format!("not RESP: {why}"),
    }
}

/// A command as a vector has it.
pub fn written(on: &str, args: &[Bytes]) -> String {
    let words: Vec<String> = args
        .iter()
        .map(|arg| if arg.is_plain_word() { arg.lossy() } else { arg.to_string() })
        .collect();
    format!("{}> {}", if on == crate::case::MAIN { "" } else { on }, words.join(" "))
}

#[cfg(test)]
mod tests;
