//! # The engine as a target: no process, no socket, no waiting
//!
//! Keynotes's engine is a state machine, so a case that sleeps an hour runs in a
//! microsecond, and silence is an answer: after a request is fed, everything that will
//! ever be said without another act has been said.

use super::world::VirtualWorld;
use super::{Connection, Received, Target};
use crate::bytes::Bytes;
use crate::case::Event;
use crate::guard::{Condition, Identity, Version};
use crate::reply::Reply;
use crate::resp::Reader;
use keynotes::config::Config;
use keynotes::engine::Engine;
use keynotes::engine::feed::Feed;
use keynotes::keyspace::notify::KeyEvent;
use keynotes::protocol::request::Batch;
use keynotes::session::{ClientKey, Closing, Origin};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::rc::Rc;

/// The engine in this process.
pub struct InProcess {
    server: Rc<RefCell<Server>>,
}

/// One connection to it.
struct Wire {
    server: Rc<RefCell<Server>>,
    id: u64,
}

/// What the event loop is to a real server.
struct Server {
    engine: Engine,
    world: VirtualWorld,
    ends: BTreeMap<u64, End>,
    batch: Batch,
    next_cron_us: u64,
}

/// The server's end of a wire.
struct End {
    client: ClientKey,
    feed: Feed,
    unread: Vec<u8>,
    /// What came before the server closed.
    rest: Option<Vec<u8>>,
}

impl InProcess {
    pub fn new() -> Self {
        InProcess { server: Rc::new(RefCell::new(Server::start())) }
    }
}

impl Default for InProcess {
    fn default() -> Self {
        InProcess::new()
    }
}

impl Target for InProcess {
    fn name(&self) -> &str {
        "engine"
    }

    fn connect(&mut self) -> io::Result<Box<dyn Connection>> {
        let id = self.server.borrow_mut().connect();
        Ok(Box::new(Wire { server: Rc::clone(&self.server), id }))
    }

    fn restart(&mut self) -> io::Result<()> {
        self.server = Rc::new(RefCell::new(Server::start()));
        Ok(())
    }

    fn now_ms(&mut self) -> u64 {
        self.server.borrow().world.now.mono_us / 1000
    }

    fn sleep(&mut self, ms: u64) {
        self.server.borrow_mut().sleep(ms);
    }

    fn silence_is_final(&self) -> bool {
        true
    }

    fn feature(&mut self, name: &str) -> Option<bool> {
        match name {
            "clock" => Some(true),
            "files" => Some(false),
            _ => None,
        }
    }

    fn identity(&mut self) -> Option<Identity> {
        let redis = Version(7, 4, 1);
        let own = Version(0, 1, 0);
        let names = vec![("keynotes".to_string(), own), ("redis".to_string(), redis)];
        Some(Identity { names, redis_version: redis })
    }

    fn take_events(&mut self) -> Option<Vec<Event>> {
        let heard = std::mem::take(&mut self.server.borrow_mut().engine.published);
        let event = |heard: &KeyEvent| Event {
            db: heard.db as u32,
            event: heard.event.name.to_string(),
            key: Bytes(heard.key.to_vec()),
            when: Condition::default(),
        };
        Some(heard.iter().map(event).collect())
    }

    fn take_propagated(&mut self) -> Option<Vec<Vec<Bytes>>> {
        let stream = self.server.borrow_mut().engine.propagation.take_stream(false);
        let mut reader = Reader::default();
        reader.feed(&stream);
        let mut commands = Vec::new();
        while let Ok(Some(Reply::Array(words))) = reader.next_reply() {
            let bytes = |word: &Reply| Bytes(word.text().unwrap_or_default().to_vec());
            let command: Vec<Bytes> = words.iter().map(bytes).collect();
            // Which database a command works on is said by its case already.
            if command.first().is_some_and(|name| name.0 != b"SELECT") {
                commands.push(command);
            }
        }
        Some(commands)
    }
}

impl Connection for Wire {
    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.server.borrow_mut().receive(self.id, bytes)
    }

    fn receive(&mut self, into: &mut Vec<u8>, _: u64) -> io::Result<Received> {
        let mut server = self.server.borrow_mut();
        let Server { engine, ends, .. } = &mut *server;
        let Some(end) = ends.get_mut(&self.id) else { return Ok(Received::Closed) };
        let output = match &mut end.rest {
            Some(rest) => std::mem::take(rest),
            None => engine.clients[end.client].out.take(),
        };
        into.extend_from_slice(&output);
        Ok(match (output.is_empty(), &end.rest) {
            (false, _) => Received::Bytes,
            (true, None) => Received::Silence,
            (true, Some(_)) => Received::Closed,
        })
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        let mut server = self.server.borrow_mut();
        if let Some(end) = server.ends.remove(&self.id)
            && end.rest.is_none()
        {
            server.engine.disconnect(end.client);
        }
        server.settle();
    }
}

impl Server {
    fn start() -> Self {
        let mut world = VirtualWorld::default();
        let mut config = Config::new();
        let text = b"enable-debug-command yes\nsave \"\"\n";
        keynotes::config::load(&mut config, text, &mut NoFiles).expect("directives of Redis");
        let mut engine = Engine::new(config, &mut world);
        engine.propagation.on = true;
        Server { engine, world, ends: BTreeMap::new(), batch: Batch::default(), next_cron_us: 0 }
    }

    fn connect(&mut self) -> u64 {
        let origin = Origin {
            peer: "127.0.0.1:50000".to_string(),
            local: "127.0.0.1:6379".to_string(),
            fd: 8,
            unix_socket: false,
        };
        let client = self.engine.connect(origin, self.world.now);
        let id = self.engine.clients[client].id;
        let end = End { client, feed: Feed::default(), unread: Vec::new(), rest: None };
        self.ends.insert(id, end);
        id
    }

    fn receive(&mut self, id: u64, bytes: &[u8]) -> io::Result<()> {
        let Some(end) = self.ends.get_mut(&id).filter(|end| end.rest.is_none()) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        end.unread.extend_from_slice(bytes);
        self.run_requests(id);
        self.settle();
        Ok(())
    }

    fn run_requests(&mut self, id: u64) {
        let Server { engine, world, ends, batch, .. } = self;
        let Some(end) = ends.get_mut(&id).filter(|end| end.rest.is_none()) else { return };
        let done = engine.feed(end.client, &mut end.feed, &end.unread, batch, world);
        end.unread.drain(..done);
    }

    /// Lets time go by in steps of the cron, so that what is due on the way happens on the way.
    fn sleep(&mut self, ms: u64) {
        let until_us = self.world.now.mono_us + ms * 1000;
        let hz = u64::from(self.engine.config.hz.max(1));
        while self.world.now.mono_us < until_us {
            let timer_us = self.engine.next_timer_ms().map_or(u64::MAX, |timer_ms| {
                let ahead_ms = (timer_ms - self.world.now.ms()).max(1) as u64;
                self.world.now.mono_us + ahead_ms * 1000
            });
            let next_us =
                until_us.min(self.next_cron_us.max(self.world.now.mono_us + 1)).min(timer_us);
            self.world.advance_us(next_us - self.world.now.mono_us);
            if next_us >= self.next_cron_us || next_us == timer_us {
                self.next_cron_us = next_us + 1_000_000 / hz;
                self.engine.tick(&mut self.world);
                self.settle();
            }
        }
    }

    /// What the event loop does at the end of a turn.
    fn settle(&mut self) {
        loop {
            let resumed = self.engine.clients.take_resumed();
            if resumed.is_empty() {
                break;
            }
            for client in resumed {
                let found = self
                    .ends
                    .iter_mut()
                    .find(|(_, end)| end.client == client && end.rest.is_none());
                if let Some((&id, end)) = found {
                    end.feed.held = false;
                    self.run_requests(id);
                }
            }
        }
        for client in self.engine.clients.take_doomed() {
            let Some(end) =
                self.ends.values_mut().find(|end| end.client == client && end.rest.is_none())
            else {
                continue;
            };
            let session = &mut self.engine.clients[client];
            let said = session.out.take();
            let keeps = session.closing == Some(Closing::AfterReply);
            end.rest = Some(if keeps { said } else { Vec::new() });
            self.engine.disconnect(client);
        }
    }
}

struct NoFiles;

impl keynotes::config::Outside for NoFiles {
    fn read(&mut self, _: &[u8]) -> io::Result<Vec<u8>> {
        Err(io::ErrorKind::NotFound.into())
    }
}
