//! # Effects: what is judged after the last step
//!
//! That nothing more has come on any connection; then the keyspace events, what was propagated,
//! and the whole keyspace, as far as the case states them.

use super::{Play, Stop};
use crate::bytes::Bytes;
use crate::case::{Event, State};
use crate::client::{Client, Incoming};
use crate::keyspace;
use crate::matcher::Match;
use crate::pattern::Pattern;
use crate::reply::Reply;
use crate::rules::SUBSCRIBE;
use crate::session::HarnessError;
use crate::verdict::{Fault, Verdict};

impl Play<'_, '_, '_> {
    /// Opens a connection that hears every keyspace event, from before the first step; none where the
    /// target tells of them by itself.
    pub(super) fn listen(&mut self) -> Result<(), Stop> {
        if self.case.events.is_none() || self.session.target.take_events().is_some() {
            return Ok(());
        }
        let connection = self.session.target.connect().map_err(|e| HarnessError(e.to_string()))?;
        let mut client = Client::new(connection);
        client.send(&SUBSCRIBE.map(Bytes::from));
        let answer = client.next(self.session.target, self.session.timeout_ms);
        let verdict = match &answer {
            Incoming::Reply(reply) if reply.elements().is_some() => {
                self.listener = Some(client);
                return Ok(());
            }
            Incoming::Reply(reply) if reply.is_unknown_command() => Verdict::Missing,
            _ => Verdict::Fail,
        };
        self.fault_as(verdict, self.case.line, "to hear events", &answer)
    }

    /// After the last step: nothing more may have come, and the effects must be as stated.
    pub(super) fn effects(&mut self) -> Result<(), Stop> {
        let line = self.case.line;
        if self.case.may_end_the_server() {
            return Ok(());
        }
        self.settle()?;
        let names: Vec<&str> = self.clients.keys().copied().collect();
        for name in names {
            if self.case.monitors().contains(&name) {
                continue;
            }
            let further = self.next(name, 0);
            let further = match further {
                Incoming::Reply(_) | Incoming::Broken(_) => Some(further),
                _ => self.client(name).unfinished("half a reply"),
            };
            if let Some(further) = further {
                self.note(&further);
                self.fault(line, &format!("nothing more on {name}"), &further)?;
            }
        }
        self.judge_events()?;
        self.judge_propagation()?;
        let wanted = matches!(&self.case.state, State::Keys(_));
        if wanted || (self.recording && self.case.state != State::Any) {
            self.judge_state()?;
        }
        if !self.recording && self.case.state == State::Blank {
            self.fault(line, "state: nothing is written here: record it", &Incoming::Silence)?;
        }
        Ok(())
    }

    fn judge_state(&mut self) -> Result<(), Stop> {
        let found = keyspace::read(self.session)?;
        self.cx.resp = self.session.control_resp();
        self.cx.slack_ms = self.slack_ms();
        if let State::Keys(keys) = &self.case.state {
            let differences =
                keyspace::differences(keys, &found, &self.session.identity, &mut self.cx);
            for (verdict, expected, got) in differences {
                let line = self.case.state_line.unwrap_or(self.case.line);
                let fault = Fault::fail(line, format!("state: {expected}"), got);
                self.played.faults.push(Fault { verdict, ..fault });
            }
        }
        self.played.trace.state = Some(found);
        Ok(())
    }

    fn judge_events(&mut self) -> Result<(), Stop> {
        let Some(want) = &self.case.events else {
            return Ok(());
        };
        let mut got: Vec<String> = Vec::new();
        match self.listener.take() {
            Some(mut client) => {
                while let Incoming::Reply(reply) = client.next(self.session.target, 0) {
                    self.check_deadline()?;
                    got.extend(event_line(&reply));
                }
            }
            None => {
                let told = self.session.target.take_events().unwrap_or_default();
                got.extend(told.iter().map(ToString::to_string));
            }
        }
        let applies = |event: &&Event| event.when.holds(&self.session.identity, self.cx.resp);
        let line = |event: &Event| {
            let key = Bytes(self.cx.substitute(&event.key.0).into_owned());
            Event { key, ..event.clone() }.to_string()
        };
        let want: Vec<String> = want.iter().filter(applies).map(line).collect();
        if want != got {
            let expected = format!("events: {}", want.join(", "));
            self.played.faults.push(Fault::fail(self.case.line, expected, got.join(", ")));
        }
        Ok(())
    }

    fn judge_propagation(&mut self) -> Result<(), Stop> {
        let Some(want) = &self.case.propagates else {
            return Ok(());
        };
        let Some(got) = self.session.target.take_propagated() else {
            return Ok(());
        };
        let command =
            |args: &Vec<Bytes>| Reply::Array(args.iter().cloned().map(Reply::Bulk).collect());
        let got = Reply::Array(got.iter().map(command).collect());
        let want = Pattern::Array(want.iter().map(|args| Pattern::Array(args.clone())).collect());
        self.cx.resp = 2;
        if self.cx.matches(&want, &got) != Match::Yes {
            let expected = format!("propagates: {want}");
            self.played.faults.push(Fault::fail(self.case.line, expected, got.to_string()));
        }
        Ok(())
    }
}

/// `set "k"` out of a pmessage of a keyevent channel.
fn event_line(reply: &Reply) -> Option<String> {
    let [_, _, channel, key] = reply.elements()? else {
        return None;
    };
    let channel = String::from_utf8_lossy(channel.text()?).into_owned();
    let (db, event) = channel.strip_prefix("__keyevent@")?.split_once("__:")?;
    let event = Event {
        db: db.parse().ok()?,
        event: event.to_string(),
        key: key.text()?.into(),
        when: Default::default(),
    };
    Some(event.to_string())
}
