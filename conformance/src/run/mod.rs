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
//! A connection that monitors would see those PINGs: in a case that has one, a quiet window must do.

mod difference;
mod effects;
mod replies;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::bytes::Bytes;
use crate::case::{Case, Send, Step};
use crate::client::{Client, Incoming};
use crate::keyspace::Found;
use crate::matcher::{Context, Match, PROTOCOL};
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
        duration_ms: 0,
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
    let started = Instant::now();
    let mut played = play(session, case, resp, recording);
    session.end_expected = case.may_end_the_server();
    let trouble = session.restore(case);
    outcome.duration_ms = started.elapsed().as_millis() as u64;
    match played.stop {
        Some(Stop::Skip(reason)) => {
            (outcome.verdict, outcome.reason) = (Verdict::Skip, reason);
            return Ok((outcome, Trace::default()));
        }
        Some(Stop::Harness(error)) => played.faults.push(lost(session, case, error.0)),
        _ => {
            let unexpected = trouble.filter(|_| !session.end_expected);
            played.faults.extend(unexpected.map(|why| lost(session, case, why)));
        }
    }
    let worst = played.faults.iter().map(|fault| fault.verdict).max();
    outcome.verdict = worst.unwrap_or(Verdict::Pass);
    (outcome.faults, outcome.transcript) = (played.faults, played.transcript);
    judge_expected_failure(session, case, &mut outcome);
    Ok((outcome, played.trace))
}

/// The server may have died of the case; whether it can be revived will show before the next.
fn lost(session: &mut Session, case: &Case, why: String) -> Fault {
    Fault::fail(case.line, "the server goes on", session.obituary().unwrap_or(why))
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
            let expected = format!("a failure: {}", xfail.reason);
            outcome.faults.push(Fault::fail(case.line, expected, "an unexpected pass"));
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
    /// Hears keyspace events, if the case states any.
    listener: Option<Client>,
    cx: Context,
    started_ms: u64,
    slept_ms: u64,
    /// When the case must be over, whatever the server does.
    deadline: Instant,
    played: Played,
}

/// What a case leaves behind, and why it stopped short if it did.
#[derive(Default)]
struct Played {
    transcript: Vec<String>,
    faults: Vec<Fault>,
    trace: Trace,
    stop: Option<Stop>,
}

fn play(session: &mut Session, case: &Case, resp: u8, recording: bool) -> Played {
    if let Err(stop) = configure(session, case) {
        return Played { stop: Some(stop), ..Played::default() };
    }
    session.target.take_propagated();
    let started_ms = session.target.now_ms();
    let deadline = Instant::now() + Duration::from_millis(session.case_limit_ms);
    let mut cx = Context::new(resp);
    cx.variables.insert(PROTOCOL.into(), resp.to_string().as_str().into());
    let mut play = Play {
        session,
        case,
        recording,
        clients: BTreeMap::new(),
        listener: None,
        cx,
        started_ms,
        slept_ms: 0,
        deadline,
        played: Played { transcript: configured(case), ..Played::default() },
    };
    let outcome = play
        .open(resp)
        .and_then(|()| play.listen())
        .and_then(|()| play.steps())
        .and_then(|()| play.effects());
    Played { stop: outcome.err(), ..play.played }
}

fn configure(session: &mut Session, case: &Case) -> Result<(), Stop> {
    for (key, value) in &case.settings() {
        let reply =
            session.call_bytes(&["CONFIG".into(), "SET".into(), key.clone(), value.clone()])?;
        if let Some(error) = reply.error() {
            let error = Bytes::from(error).lossy();
            return Err(Stop::Skip(format!("config {key} {value}: {error}")));
        }
    }
    Ok(())
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
            self.check_deadline()?;
            match step {
                Step::Send(send) => self.send(send)?,
                Step::Receive(receive) => self.receive(receive)?,
                Step::Bytes(raw) => {
                    self.played.transcript.push(format!("{}>> {}", raw.on, raw.bytes));
                    let bytes = self.cx.substitute(&raw.bytes.0).into_owned();
                    self.client(&raw.on).send_bytes(&bytes);
                }
                Step::Sleep(ms) => {
                    self.played.transcript.push(format!("@sleep {ms}ms"));
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
            self.check_deadline()?;
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
        self.played.transcript.push(format!(
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
                    other => {
                        let missing =
                            matches!(&other, Incoming::Reply(r) if r.is_unknown_command());
                        let verdict = if missing { Verdict::Missing } else { Verdict::Fail };
                        self.note(&other);
                        self.fault_as(verdict, send.line, "<success>", &other)?
                    }
                }
            }
            self.check_deadline()?;
        }
        Ok(())
    }

    fn send_once(&mut self, send: &'c Send) -> Result<(), Stop> {
        let args = self.substituted(&send.args);
        let deadline = send.within_ms.map(|ms| self.session.target.now_ms() + ms);
        loop {
            self.check_deadline()?;
            self.played.transcript.push(written(&send.on, &args));
            let marks = (self.played.transcript.len(), self.played.faults.len());
            self.client(&send.on).send(&args);
            let heard = self.hear(send, &args);
            let in_time = deadline.is_some_and(|deadline| self.session.target.now_ms() < deadline);
            if !in_time || (heard.is_ok() && self.played.faults.len() == marks.1) {
                return heard;
            }
            self.played.transcript.truncate(marks.0 - 1);
            self.played.faults.truncate(marks.1);
            self.session.target.sleep(RETRY_MS);
        }
    }

    fn client(&mut self, name: &str) -> &mut Client {
        self.clients.get_mut(name).expect("every connection of the case is open")
    }

    /// No server, however slow or talkative, holds a case for longer than its limit.
    fn check_deadline(&self) -> Result<(), Stop> {
        match Instant::now() < self.deadline {
            true => Ok(()),
            false => {
                let limit = self.session.case_limit_ms;
                Err(HarnessError(format!("the case is not over after {limit} ms")).into())
            }
        }
    }

    fn next(&mut self, on: &str, wait_ms: u64) -> Incoming {
        let client = self.clients.get_mut(on).expect("every connection of the case is open");
        let wait_ms = match self.session.target.silence_is_final() {
            true => wait_ms,
            false => wait_ms.min(left_ms(self.deadline)),
        };
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
        self.played.transcript.push(told(incoming));
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
        // A wait that the limit has cut short says nothing of the server.
        self.check_deadline()?;
        let fault = self.differing(Fault::fail(line, expected, told(got)));
        self.played.faults.push(Fault { verdict, ..fault });
        if self.recording { Ok(()) } else { Err(Stop::Fault) }
    }

    /// A fault that the last line of the transcript shows, if it is what came.
    fn differing(&self, fault: Fault) -> Fault {
        let shown = self.played.transcript.last() == Some(&fault.got);
        let at = self.played.transcript.len().checked_sub(1).filter(|_| shown);
        Fault { at, ..fault }
    }
}

/// Rounded up, so that after a wait of so long the deadline has passed.
fn left_ms(deadline: Instant) -> u64 {
    deadline.saturating_duration_since(Instant::now()).as_millis() as u64 + 1
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

/// The case's configuration, as lines of a transcript.
fn configured(case: &Case) -> Vec<String> {
    case.config.iter().map(|(key, value)| format!("@config {key} {value}")).collect()
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
