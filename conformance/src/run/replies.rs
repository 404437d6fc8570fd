//! # Replies: read, judged, and noted for the recorder
//!
//! What a command or an `a<` line expects is looked up for this server and protocol, what comes is
//! read, and the two are compared. The answers that are not replies (blocked, silent, closed) are
//! told here too.

use super::{Observed, Play, Stop, difference, told};
use crate::bytes::Bytes;
use crate::case::{Alternative, Receive, Send, Step, Want};
use crate::client::Incoming;
use crate::matcher::Match;
use crate::pattern::{Kind, Pattern};
use crate::reply::Reply;
use crate::rules::{PATIENCE_MS, QUIET_MS};
use crate::verdict::{Fault, Verdict};

impl<'c> Play<'_, '_, 'c> {
    /// Reads and judges the replies to a command.
    pub(super) fn hear(&mut self, send: &'c Send, args: &[Bytes]) -> Result<(), Stop> {
        if send.replies.is_empty() {
            return self.hear_blank(send, args);
        }
        for (i, alternatives) in send.replies.iter().enumerate() {
            let resp = self.client(&send.on).resp;
            let applies = |a: &&Alternative| a.when.holds(&self.session.identity, resp);
            // HELLO and RESET answer in the protocol that they choose: see what came first.
            match alternatives.iter().find(applies) {
                Some(alternative) => {
                    self.judge(&send.on, send.line, args, alternative, self.session.timeout_ms)?
                }
                // Nothing is said of this server or protocol, and yet it answers.
                None if i == 0 => {
                    let want = Want::Reply(Pattern::Kind(Kind::Any, None));
                    let any = Alternative { when: Default::default(), want, line: send.line };
                    self.judge(&send.on, send.line, args, &any, self.session.timeout_ms)?
                }
                None => {}
            }
        }
        Ok(())
    }

    /// A command without an expectation: to be recorded, unless its reply comes later.
    fn hear_blank(&mut self, send: &'c Send, args: &[Bytes]) -> Result<(), Stop> {
        let later = |step: &Step| matches!(step, Step::Receive(receive) if receive.on == send.on);
        let position = self
            .case
            .steps
            .iter()
            .position(|step| matches!(step, Step::Send(s) if std::ptr::eq(s, send)));
        if position.and_then(|at| self.case.steps.get(at + 1)).is_some_and(later) {
            return Ok(());
        }
        if !self.recording {
            let got = self.next(&send.on, QUIET_MS);
            return self.fault(send.line, "nothing is written here: record it", &got);
        }
        let mut got = self.first_or_blocked(&send.on)?;
        if got == Incoming::Silence && !self.session.target.silence_is_final() {
            // A short timeout of the command's own may still end it.
            got = self.next(&send.on, PATIENCE_MS / 4);
        }
        while got != Incoming::Silence || !self.observed_since(send.line) {
            if let Incoming::Reply(reply) = &got {
                self.client(&send.on).note_protocol(args, reply);
            }
            self.note(&got);
            self.observe(send.line, args, None, &send.on, &got, Match::Yes);
            if !matches!(got, Incoming::Reply(_)) {
                break;
            }
            self.check_deadline()?;
            self.settle()?;
            got = self.next(&send.on, 0);
        }
        Ok(())
    }

    pub(super) fn receive(&mut self, receive: &'c Receive) -> Result<(), Stop> {
        let resp = self.client(&receive.on).resp;
        let wait_ms = receive.within_ms.unwrap_or(self.session.timeout_ms);
        let applies = |a: &&Alternative| a.when.holds(&self.session.identity, resp);
        match receive.reply.iter().find(applies) {
            Some(alternative) => self.judge(&receive.on, receive.line, &[], alternative, wait_ms),
            None if receive.reply.is_empty() && self.recording => {
                let got = self.next(&receive.on, PATIENCE_MS);
                self.note(&got);
                self.observe(receive.line, &[], None, &receive.on, &got, Match::Yes);
                Ok(())
            }
            None if receive.reply.is_empty() => {
                let got = self.next(&receive.on, QUIET_MS);
                self.fault(receive.line, "nothing is written here: record it", &got)
            }
            None => Ok(()),
        }
    }

    fn judge(
        &mut self,
        on: &str,
        step: usize,
        args: &[Bytes],
        want: &Alternative,
        wait_ms: u64,
    ) -> Result<(), Stop> {
        let (got, matched, expected) = self.answer(on, args, &want.want, wait_ms)?;
        self.note(&got);
        self.observe(step, args, Some(want.line), on, &got, matched);
        let line = if want.line == 0 { self.case.line } else { want.line };
        match (matched, &got, &want.want) {
            (Match::Yes, ..) => Ok(()),
            (_, Incoming::Reply(reply), want)
                if reply.is_unknown_command() && !expects_unknown(want) =>
            {
                self.fault_as(Verdict::Missing, line, &expected, &got)
            }
            (Match::Spelling, ..) => {
                let fault = self.differing(Fault::fail(line, expected, told(&got)));
                self.played.faults.push(Fault { verdict: Verdict::Text, ..fault });
                Ok(())
            }
            (Match::No, _, want) => {
                let failed = self.fault(line, &expected, &got);
                if let Some(fault) = self.played.faults.last_mut().filter(|f| f.line == line) {
                    fault.bytes = difference::hidden(want, &got);
                }
                failed
            }
        }
    }

    /// What came, whether it is what was wanted, and what that was.
    fn answer(
        &mut self,
        on: &str,
        args: &[Bytes],
        want: &Want,
        wait_ms: u64,
    ) -> Result<(Incoming, Match, String), Stop> {
        let (got, wanted, name) = match want {
            Want::Reply(pattern) => {
                let got = self.next(on, wait_ms);
                let Incoming::Reply(reply) = &got else {
                    return Ok((got, Match::No, pattern.to_string()));
                };
                self.client(on).note_protocol(args, reply);
                let matched = self.compare(on, pattern, reply);
                return Ok((got, matched, pattern.to_string()));
            }
            Want::Blocked => (self.first_or_blocked(on)?, Incoming::Silence, "..."),
            Want::Nothing => {
                self.settle()?;
                (self.next(on, 0), Incoming::Silence, "nothing")
            }
            Want::Closed => (self.next(on, wait_ms), Incoming::Closed, "closed"),
        };
        let matched = if got == wanted { Match::Yes } else { Match::No };
        Ok((got, matched, name.to_string()))
    }

    fn compare(&mut self, on: &str, pattern: &Pattern, reply: &Reply) -> Match {
        self.cx.resp = self.client(on).resp;
        self.cx.slack_ms = self.slack_ms();
        self.cx.matches(pattern, reply)
    }

    /// The first reply, or silence once the client is known to be blocked.
    fn first_or_blocked(&mut self, on: &str) -> Result<Incoming, Stop> {
        if self.session.target.silence_is_final() {
            return Ok(self.next(on, 0));
        }
        let id = self.client(on).id.filter(|_| self.case.monitors().is_empty());
        let Some(id) = id else {
            return Ok(self.next(on, QUIET_MS));
        };
        let start = self.session.target.now_ms();
        loop {
            match self.next(on, 0) {
                Incoming::Silence => {}
                other => return Ok(other),
            }
            let list = self.session.call(&["CLIENT", "LIST", "ID", &id.to_string()])?;
            let text = String::from_utf8_lossy(list.text().unwrap_or(&[])).into_owned();
            let flags = text.split(' ').find_map(|field| field.strip_prefix("flags="));
            let waited_ms = self.session.target.now_ms() - start;
            match flags {
                Some(flags) if flags.contains('b') => return Ok(self.next(on, 0)),
                Some(_) if waited_ms < PATIENCE_MS => self.session.target.sleep(1),
                // Silent for long and not blocked: CLIENT REPLY OFF, or no flags to be seen.
                _ => return Ok(self.next(on, QUIET_MS)),
            }
        }
    }

    /// Waits until whatever was on its way has come.
    pub(super) fn settle(&mut self) -> Result<(), Stop> {
        // A monitor would see what the runner asks.
        match self.case.monitors().is_empty() {
            true => self.session.settle()?,
            false => self.session.target.sleep(QUIET_MS),
        }
        Ok(())
    }

    fn observed_since(&self, line: usize) -> bool {
        self.played.trace.observed.last().is_some_and(|observed| observed.step_line == line)
    }

    fn observe(
        &mut self,
        step_line: usize,
        args: &[Bytes],
        line: Option<usize>,
        on: &str,
        got: &Incoming,
        matched: Match,
    ) {
        let (resp, slack_ms) = (self.client(on).resp, self.slack_ms());
        let (on, args, got) = (on.to_string(), args.to_vec(), got.clone());
        let observed =
            Observed { step_line, on, args, expected_line: line, resp, got, slack_ms, matched };
        self.played.trace.observed.push(observed);
    }
}

/// Whether the very words are in the pattern, as a text or as an expression.
fn expects_unknown(want: &Want) -> bool {
    let Want::Reply(pattern) = want else { return false };
    let text = pattern.to_string().to_lowercase();
    text.contains("err unknown command") || text.contains("err unknown subcommand")
}
