//! # Proxy: a connection on which a fault is carried out
//!
//! Takes what the client sends apart ([`super::requests`]), pairs what the server says with it
//! ([`super::talk`]), and calls the fault's hooks ([`super::fault`]) on the way. Single-threaded: the
//! proxy works when the runner sends or receives, never in between.
//!
//! ```text
//!   send     -> splitter -> hooks -> inner
//!   receive  <- out <- hooks <- talk <- reader <- inner
//! ```
//!
//! Hooks that look at the data before a request must see what earlier requests have done: then the
//! proxy first waits for their replies, a moment at most, for a blocked client never gets one.
//! What was queued by MULTI is looked at before EXEC goes out and spoilt when EXEC has answered:
//! between two queued commands nothing can be done.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::fault::{Args, Exchange, Fault, Wire};
use super::mutant::Shared;
use super::requests::{Piece, Request, Splitter};
use super::talk::{Heard, Talk, Waiting};
use crate::bytes::Bytes;
use crate::reply::Reply;
use crate::resp::{Reader, write_command, write_reply};
use crate::target::{Connection, Received};

/// How long the proxy waits for replies that are on their way.
const DRAIN: Duration = Duration::from_millis(300);
/// How many bytes at once, where replies are torn.
const FRAGMENT_BYTES: usize = 7;

pub struct Proxy {
    inner: Box<dyn Connection>,
    fault: Arc<Fault>,
    /// Which connection of the mutant it is.
    number: u64,
    shared: Shared,
    splitter: Splitter,
    talk: Talk,
    reader: Reader,
    /// What is to be sent on before anything is waited for.
    outgoing: Vec<u8>,
    /// What the client may read.
    out: Vec<u8>,
    /// The server has closed it, or the fault says so.
    closed: bool,
    /// What comes is no RESP: it is passed on as it is.
    lost: bool,
}

impl Proxy {
    pub fn new(inner: Box<dyn Connection>, fault: Arc<Fault>, number: u64, shared: Shared) -> Self {
        Proxy {
            inner,
            fault,
            number,
            shared,
            splitter: Splitter::default(),
            talk: Talk::default(),
            reader: Reader::default(),
            outgoing: Vec::new(),
            out: Vec::new(),
            closed: false,
            lost: false,
        }
    }
}

impl Connection for Proxy {
    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut requests = 0;
        for piece in self.splitter.feed(bytes) {
            match piece {
                Piece::Request(request) if requests > 0 && self.is_wire(&Wire::FirstOnly) => {
                    drop(request);
                    self.bite();
                }
                Piece::Request(request) if request.fixed && self.is_wire(&Wire::WholeOnly) => {
                    self.bite();
                }
                Piece::Part(_) if self.is_wire(&Wire::WholeOnly) => {}
                Piece::Request(request) => {
                    requests += 1;
                    self.request(request)?;
                }
                Piece::Part(bytes) => self.outgoing.extend(bytes),
            }
        }
        self.flush()
    }

    fn receive(&mut self, into: &mut Vec<u8>, wait_ms: u64) -> io::Result<Received> {
        self.collect();
        if self.out.is_empty() && !self.closed {
            let mut received = self.take_in(wait_ms)?;
            while received == Received::Bytes && self.out.is_empty() && !self.closed {
                received = self.take_in(0)?;
            }
            if received == Received::Closed {
                self.close();
            }
            self.collect();
        }
        if !self.out.is_empty() {
            self.hand_over(into);
            return Ok(Received::Bytes);
        }
        Ok(if self.closed { Received::Closed } else { Received::Silence })
    }
}

// Requests.

impl Proxy {
    fn request(&mut self, request: Request) -> io::Result<()> {
        let asked = self.talk.asked(request.args, request.inline);
        let mut waiting = Waiting::new(asked);
        let fault = self.fault.clone();
        if fault.looks.is_some() && waiting.asked.name() == "EXEC" {
            self.look_at_queue()?;
        }
        if !fault.applies(&waiting.asked) || request.fixed {
            self.outgoing.extend(request.bytes);
            self.wait_for(waiting);
            return Ok(());
        }
        if fault.looks.is_some() || fault.answers.is_some() || fault.precedes.is_some() {
            self.drain()?;
            self.talk.refresh(&mut waiting.asked);
        }
        if !waiting.asked.queueing {
            waiting.asked.seen = self.look(&waiting);
        }
        if let Some(reply) = fault.answers.as_ref().and_then(|hook| hook(&waiting.asked)) {
            self.bite();
            write_reply(&reply, &mut self.out);
            return Ok(());
        }
        if let Some(commands) = fault.precedes.as_ref().and_then(|hook| hook(&waiting.asked)) {
            self.bite();
            self.ask_hidden(&commands);
            self.drain()?;
        }
        match fault.asks.as_ref().and_then(|hook| hook(&waiting.asked)) {
            Some(args) => {
                self.bite();
                write_command(&plain(&args), &mut self.outgoing);
                waiting.sent = Some(args);
            }
            None => self.outgoing.extend(request.bytes),
        }
        self.wait_for(waiting);
        Ok(())
    }

    fn wait_for(&mut self, waiting: Waiting) {
        if self.is_wire(&Wire::LastServedFirst) && self.fault.applies(&waiting.asked) {
            let args = waiting.asked.args.clone();
            self.shared.borrow_mut().waiting.push((self.number, args));
        }
        self.talk.sent(waiting);
    }

    /// What the fault wants to know before a request.
    fn look(&self, waiting: &Waiting) -> Vec<Reply> {
        let questions = self.fault.looks.as_ref().and_then(|hook| hook(&waiting.asked));
        let Some(questions) = questions else { return Vec::new() };
        self.shared.borrow_mut().ask_aside(self.talk.db, waiting.asked.resp3, &questions)
    }

    fn look_at_queue(&mut self) -> io::Result<()> {
        self.drain()?;
        let queue: Vec<Waiting> = self.talk.queue_mut().map(|waiting| waiting.clone()).collect();
        let touched = |waiting: &Waiting| self.fault.applies(&waiting.asked);
        let seen: Vec<Vec<Reply>> = queue
            .iter()
            .map(|waiting| if touched(waiting) { self.look(waiting) } else { Vec::new() })
            .collect();
        for (waiting, seen) in self.talk.queue_mut().zip(seen) {
            waiting.asked.seen = seen;
        }
        Ok(())
    }

    fn ask_hidden(&mut self, commands: &[Args]) {
        for args in commands {
            write_command(&plain(args), &mut self.outgoing);
            let asked = self.talk.asked(args.clone(), false);
            self.talk.sent(Waiting::hidden(asked));
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.outgoing.is_empty() {
            return Ok(());
        }
        self.inner.send(&std::mem::take(&mut self.outgoing))
    }

    /// Waits until everything that was asked is answered, a moment at most.
    fn drain(&mut self) -> io::Result<()> {
        self.flush()?;
        let start = Instant::now();
        let still = self.shared.borrow().inner.silence_is_final();
        while !self.talk.is_idle() && start.elapsed() < DRAIN {
            match self.take_in(20)? {
                Received::Bytes => {}
                Received::Silence if still => break,
                Received::Silence => {}
                Received::Closed => {
                    self.close();
                    break;
                }
            }
        }
        Ok(())
    }
}

// Replies.

impl Proxy {
    fn take_in(&mut self, wait_ms: u64) -> io::Result<Received> {
        let mut bytes = Vec::new();
        let received = self.inner.receive(&mut bytes, wait_ms)?;
        if received == Received::Bytes {
            self.digest(&bytes)?;
        }
        Ok(received)
    }

    fn digest(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.lost {
            self.out.extend_from_slice(bytes);
            return Ok(());
        }
        self.reader.feed(bytes);
        let mut heard = Vec::new();
        loop {
            match self.reader.next_reply() {
                Ok(Some(reply)) => heard.extend(self.one(reply)?),
                Ok(None) => break,
                Err(_) => {
                    self.lost = true;
                    break;
                }
            }
        }
        if heard.len() > 1 && self.is_wire(&Wire::Reversed) {
            heard.reverse();
            self.bite();
        }
        heard.iter().for_each(|reply| write_reply(reply, &mut self.out));
        if self.lost {
            self.out.extend_from_slice(self.reader.unread());
        }
        Ok(())
    }

    /// What the client is to read instead of one reply.
    fn one(&mut self, reply: Reply) -> io::Result<Vec<Reply>> {
        if let Some(Wire::ClosesAfter(when)) = &self.fault.wire
            && when(&reply)
        {
            self.bite();
            self.closed = true;
        }
        match self.talk.heard(&reply) {
            Heard::Unasked => {
                let other = self.fault.unasked.as_ref().and_then(|hook| hook(&reply));
                Ok(self.instead_of(reply, other))
            }
            Heard::Part(asked, queued) if queued || !self.fault.applies(&asked) => Ok(vec![reply]),
            Heard::Part(asked, _) => {
                let x = Exchange { asked: &asked, reply: &reply };
                let other = self.fault.replies.as_ref().and_then(|hook| hook(&x));
                Ok(self.instead_of(reply, other))
            }
            Heard::Answer(waiting, _) if waiting.hidden => Ok(Vec::new()),
            Heard::Answer(waiting, queue) => self.answer(waiting, queue, reply),
        }
    }

    fn answer(
        &mut self,
        waiting: Waiting,
        queue: Vec<Waiting>,
        reply: Reply,
    ) -> io::Result<Vec<Reply>> {
        let reply = match reply {
            Reply::Array(replies) if replies.len() == queue.len() && !queue.is_empty() => {
                let pairs = queue.iter().zip(replies);
                Reply::Array(pairs.flat_map(|(one, reply)| self.rewrite(one, reply)).collect())
            }
            other => other,
        };
        let replies = self.rewrite(&waiting, reply.clone());
        let commands = self.follow_ups(&waiting, &reply);
        if !commands.is_empty() {
            self.ask_hidden(&commands);
            self.drain()?;
        }
        if self.is_wire(&Wire::LastServedFirst) && self.fault.applies(&waiting.asked) {
            return Ok(self.give_to_the_last(&waiting, replies));
        }
        Ok(replies)
    }

    /// The hooks that a reply calls, apart from what must be asked on this connection.
    fn rewrite(&mut self, waiting: &Waiting, reply: Reply) -> Vec<Reply> {
        let fault = self.fault.clone();
        if !fault.applies(&waiting.asked) {
            return vec![reply];
        }
        let x = Exchange { asked: &waiting.asked, reply: &reply };
        if let Some(commands) = fault.spoils.as_ref().and_then(|hook| hook(&x)) {
            self.bite();
            self.shared.borrow_mut().spoil_aside(self.talk.db, &commands);
        }
        let other = fault.replies.as_ref().and_then(|hook| hook(&x));
        self.instead_of(reply, other)
    }

    fn follow_ups(&mut self, waiting: &Waiting, reply: &Reply) -> Vec<Args> {
        let fault = self.fault.clone();
        if !fault.applies(&waiting.asked) {
            return Vec::new();
        }
        let x = Exchange { asked: &waiting.asked, reply };
        let commands = fault.follows.as_ref().and_then(|hook| hook(&x)).unwrap_or_default();
        if !commands.is_empty() {
            self.bite();
        }
        commands
    }

    fn instead_of(&mut self, reply: Reply, other: Option<Vec<Reply>>) -> Vec<Reply> {
        match other {
            Some(other) if other != [reply.clone()] => {
                self.bite();
                other
            }
            _ => vec![reply],
        }
    }

    /// If another client waits with the same request and came later, it gets these replies.
    fn give_to_the_last(&mut self, waiting: &Waiting, replies: Vec<Reply>) -> Vec<Reply> {
        let mut shared = self.shared.borrow_mut();
        let args = &waiting.asked.args;
        let last = shared.waiting.iter().rposition(|(_, other)| other == args);
        let Some((number, _)) = last.map(|at| shared.waiting.remove(at)) else {
            return replies;
        };
        if number == self.number {
            return replies;
        }
        shared.bites += 1;
        shared.left_for.extend(replies.into_iter().map(|reply| (number, reply)));
        Vec::new()
    }

    /// Takes what other connections have left for this one.
    fn collect(&mut self) {
        let mut shared = self.shared.borrow_mut();
        let mine = |(number, _): &mut (u64, Reply)| *number == self.number;
        for (_, reply) in shared.left_for.extract_if(.., mine) {
            write_reply(&reply, &mut self.out);
        }
    }

    fn close(&mut self) {
        if self.is_wire(&Wire::NeverCloses) {
            self.bite();
            self.shared.borrow_mut().inner.sleep(1);
        } else {
            self.closed = true;
        }
    }

    fn hand_over(&mut self, into: &mut Vec<u8>) {
        match self.fault.wire {
            Some(Wire::Fragments) => {
                self.bite();
                // Long replies in longer pieces, or reading them would take quadratic time.
                let length = FRAGMENT_BYTES.max(self.out.len() / 64).min(self.out.len());
                into.extend(self.out.drain(..length));
            }
            Some(Wire::Slow(ms)) => {
                self.bite();
                self.shared.borrow_mut().inner.sleep(ms);
                into.append(&mut self.out);
            }
            _ => into.append(&mut self.out),
        }
    }

    fn is_wire(&self, wire: &Wire) -> bool {
        let kind = std::mem::discriminant(wire);
        self.fault.wire.as_ref().is_some_and(|mine| std::mem::discriminant(mine) == kind)
    }

    fn bite(&self) {
        self.shared.borrow_mut().bites += 1;
    }
}

fn plain(args: &[Bytes]) -> Vec<&[u8]> {
    args.iter().map(|arg| arg.0.as_slice()).collect()
}
