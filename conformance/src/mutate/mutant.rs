//! # Mutant: a target with one fault
//!
//! Wraps any target. While no fault is armed it hands out the inner target's own connections; with
//! one armed, each connection of a case goes through a proxy that carries the fault's hooks out.
//!
//! The runner's own connection stays clean. A faulty server would lie to the runner too, but then a
//! fault in GET would be caught by every case that has a `state:`, and the score would be cheap.
//! So what counts is what a case itself asks, and the state that is truly left.
//!
//! ```text
//!   runner --+-- control ----------------------------------> server
//!            +-- a case's connection -- proxy -- inner ----> server
//!                                         `--- side -------> server    opened for each use
//! ```
//!
//! Keyspace events that side commands would cause are switched off while they run: a server that
//! forgets to drop a TTL does not say `expire` when it does so.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::sync::Arc;

use super::fault::{Args, Fault};
use super::proxy::Proxy;
use crate::bytes::Bytes;
use crate::case::Event;
use crate::client::{Client, Incoming};
use crate::guard::Identity;
use crate::reply::Reply;
use crate::target::{Connection, Target};

/// How long a side command may take.
const SIDE_TIMEOUT_MS: u64 = 500;

pub struct Mutant {
    name: String,
    shared: Shared,
}

/// What a mutant and its connections share.
pub type Shared = Rc<RefCell<Bench>>;

pub struct Bench {
    pub inner: Box<dyn Target>,
    fault: Option<Arc<Fault>>,
    /// How often the fault has changed something since it was armed.
    pub bites: u64,
    /// Requests that wait for their replies, in the order in which they began to wait, and what
    /// another connection has left for them.
    pub waiting: Vec<(u64, Args)>,
    pub left_for: Vec<(u64, Reply)>,
    connections: u64,
}

/// The switch by which a fault is put in and taken out, also while a session holds the target.
#[derive(Clone)]
pub struct Switch(Shared);

impl Mutant {
    pub fn new(inner: Box<dyn Target>) -> Self {
        let name = inner.name().to_string();
        let bench = Bench {
            inner,
            fault: None,
            bites: 0,
            waiting: Vec::new(),
            left_for: Vec::new(),
            connections: 0,
        };
        Mutant { name, shared: Rc::new(RefCell::new(bench)) }
    }

    pub fn switch(&self) -> Switch {
        Switch(self.shared.clone())
    }
}

impl Switch {
    /// From now on new connections have this fault, or none.
    pub fn arm(&self, fault: Option<&Arc<Fault>>) {
        let mut bench = self.0.borrow_mut();
        bench.fault = fault.cloned();
        bench.bites = 0;
        bench.waiting.clear();
        bench.left_for.clear();
    }

    pub fn bites(&self) -> u64 {
        self.0.borrow().bites
    }

    pub fn restart(&self) -> io::Result<()> {
        self.0.borrow_mut().inner.restart()
    }
}

impl Target for Mutant {
    fn name(&self) -> &str {
        &self.name
    }

    fn connect(&mut self) -> io::Result<Box<dyn Connection>> {
        let mut bench = self.shared.borrow_mut();
        let inner = bench.inner.connect()?;
        let Some(fault) = bench.fault.clone() else {
            return Ok(inner);
        };
        bench.connections += 1;
        let number = bench.connections;
        drop(bench);
        Ok(Box::new(Proxy::new(inner, fault, number, self.shared.clone())))
    }

    fn connect_for_runner(&mut self) -> io::Result<Box<dyn Connection>> {
        self.shared.borrow_mut().inner.connect_for_runner()
    }

    fn restart(&mut self) -> io::Result<()> {
        self.shared.borrow_mut().inner.restart()
    }

    fn died(&mut self) -> Option<String> {
        self.shared.borrow_mut().inner.died()
    }

    fn now_ms(&mut self) -> u64 {
        self.shared.borrow_mut().inner.now_ms()
    }

    fn sleep(&mut self, ms: u64) {
        self.shared.borrow_mut().inner.sleep(ms);
    }

    fn silence_is_final(&self) -> bool {
        self.shared.borrow().inner.silence_is_final()
    }

    fn feature(&mut self, name: &str) -> Option<bool> {
        self.shared.borrow_mut().inner.feature(name)
    }

    fn identity(&mut self) -> Option<Identity> {
        self.shared.borrow_mut().inner.identity()
    }

    fn take_events(&mut self) -> Option<Vec<Event>> {
        self.shared.borrow_mut().inner.take_events()
    }

    fn take_propagated(&mut self) -> Option<Vec<Vec<Bytes>>> {
        self.shared.borrow_mut().inner.take_propagated()
    }

    fn address(&self) -> Option<(String, u16)> {
        self.shared.borrow().inner.address()
    }
}

impl Bench {
    /// Sends commands on a connection of their own. No replies if the server will not answer.
    pub fn ask_aside(&mut self, db: u32, resp3: bool, commands: &[Args]) -> Vec<Reply> {
        let Ok(connection) = self.inner.connect() else {
            return Vec::new();
        };
        let mut client = Client::new(connection);
        if resp3 {
            client.hello(&mut *self.inner, 3, SIDE_TIMEOUT_MS);
        }
        self.converse(&mut client, db, commands)
    }

    /// Changes data behind the server's back, without a keyspace event.
    pub fn spoil_aside(&mut self, db: u32, commands: &[Args]) {
        let Ok(connection) = self.inner.connect() else {
            return;
        };
        let mut client = Client::new(connection);
        let directive = || vec!["CONFIG".into(), "GET".into(), "notify-keyspace-events".into()];
        let told = self.converse(&mut client, db, &[directive()]);
        let flags = told.first().and_then(Reply::elements).and_then(|flat| flat.get(1)?.text());
        let flags = Bytes::from(flags.unwrap_or_default());
        let set = |value: Bytes| {
            let mut args = directive();
            args[1] = "SET".into();
            args.push(value);
            args
        };
        let silenced = [vec![set("".into())], commands.to_vec(), vec![set(flags.clone())]].concat();
        let commands = if flags.0.is_empty() { commands } else { &silenced[..] };
        self.converse(&mut client, db, commands);
    }

    fn converse(&mut self, client: &mut Client, db: u32, commands: &[Args]) -> Vec<Reply> {
        let select = vec![Bytes::from("SELECT"), db.to_string().as_str().into()];
        client.send(&select);
        commands.iter().for_each(|args| client.send(args));
        let mut replies = Vec::new();
        for _ in 0..=commands.len() {
            match client.next(&mut *self.inner, SIDE_TIMEOUT_MS) {
                Incoming::Reply(reply) => replies.push(reply),
                _ => return Vec::new(),
            }
        }
        replies.remove(0);
        replies
    }
}
