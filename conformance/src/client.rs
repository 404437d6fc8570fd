//! # Client: one connection, read reply by reply
//!
//! Joins a [`Connection`] and a [`Reader`], and remembers what the server must know of the
//! client for replies to be judged: its protocol and its id.

use std::io::ErrorKind;

use crate::bytes::Bytes;
use crate::reply::Reply;
use crate::resp::{Reader, write_command};
use crate::target::{Connection, Received, Target};

/// The step of a virtual clock while a reply is awaited.
const WAIT_STEP_MS: u64 = 10;
/// How much longer than asked a reply that keeps arriving is read on.
const GRACE_MS: u64 = 1000;
/// How much of an unfinished reply is shown.
const SHOWN_BYTES: usize = 64;

/// A named connection of a case, or the runner's own.
pub struct Client {
    connection: Box<dyn Connection>,
    reader: Reader,
    /// Why nothing more can be sent.
    stuck: Option<String>,
    /// What it speaks now: 2 or 3.
    pub resp: u8,
    /// As CLIENT LIST knows it, if HELLO told.
    pub id: Option<i64>,
}

/// What came, or did not.
#[derive(Clone, Debug, PartialEq)]
pub enum Incoming {
    Reply(Reply),
    Silence,
    Closed,
    /// Bytes that are not RESP, and why.
    Broken(String),
}

impl Client {
    pub fn new(connection: Box<dyn Connection>) -> Self {
        let (reader, stuck) = Default::default();
        Client { connection, reader, stuck, resp: 2, id: None }
    }

    /// Switches to a protocol. Servers without HELLO stay in RESP2; their answer is returned.
    pub fn hello(&mut self, target: &mut dyn Target, resp: u8, wait_ms: u64) -> Incoming {
        let hello = [Bytes::from("HELLO"), resp.to_string().as_str().into()];
        self.send(&hello);
        let answer = self.next(target, wait_ms);
        if let Incoming::Reply(reply) = &answer {
            self.note_protocol(&hello, reply);
        }
        answer
    }

    /// Sends a command. That the connection is closed shows when a reply is read.
    pub fn send(&mut self, args: &[Bytes]) {
        let args: Vec<&[u8]> = args.iter().map(|b| b.0.as_slice()).collect();
        let mut bytes = Vec::new();
        write_command(&args, &mut bytes);
        self.send_bytes(&bytes);
    }

    pub fn send_bytes(&mut self, bytes: &[u8]) {
        if self.stuck.is_some() {
            return;
        }
        // After half a command nothing that follows would be understood.
        match self.connection.send(bytes) {
            Err(error) if error.kind() == ErrorKind::TimedOut => {
                self.stuck = Some("the server does not read what is sent".into());
            }
            _ => {}
        }
    }

    /// The next reply, waiting for it at most so long.
    pub fn next(&mut self, target: &mut dyn Target, wait_ms: u64) -> Incoming {
        let start = target.now_ms();
        loop {
            match self.reader.next_reply() {
                Ok(Some(reply)) => return Incoming::Reply(reply),
                Ok(None) => {}
                Err(error) => return Incoming::Broken(error.0),
            }
            let waited_ms = target.now_ms() - start;
            let left = wait_ms.saturating_sub(waited_ms);
            if waited_ms > wait_ms + GRACE_MS {
                return self.unfinished("a reply without an end").unwrap_or(Incoming::Silence);
            }
            let mut bytes = Vec::new();
            match self.connection.receive(&mut bytes, left) {
                Ok(Received::Bytes) => self.reader.feed(&bytes),
                Ok(Received::Closed) => {
                    return self.unfinished("closed amid a reply").unwrap_or(Incoming::Closed);
                }
                Ok(Received::Silence) if left == 0 && wait_ms == 0 => return Incoming::Silence,
                Ok(Received::Silence) if left == 0 => {
                    let stuck = self.stuck.clone().map(Incoming::Broken);
                    let unfinished = self.unfinished("half a reply, then nothing");
                    return stuck.or(unfinished).unwrap_or(Incoming::Silence);
                }
                Ok(Received::Silence) if target.silence_is_final() => {
                    target.sleep(WAIT_STEP_MS.min(left))
                }
                Ok(Received::Silence) => {}
                Err(error) => return Incoming::Broken(error.to_string()),
            }
        }
    }

    /// What came of a reply that is not whole, if anything did.
    pub fn unfinished(&self, what: &str) -> Option<Incoming> {
        let unread = self.reader.unread();
        let shown = Bytes::from(&unread[..unread.len().min(SHOWN_BYTES)]);
        (!unread.is_empty()).then(|| Incoming::Broken(format!("{what}: {shown}")))
    }

    /// Follows HELLO and RESET, which change what the connection speaks from their reply on.
    pub fn note_protocol(&mut self, args: &[Bytes], reply: &Reply) {
        let word = |i: usize| args.get(i).map(|b| b.0.to_ascii_uppercase()).unwrap_or_default();
        match (word(0).as_slice(), word(1).as_slice()) {
            (b"HELLO", b"2" | b"3") if reply.pairs().is_some() => {
                self.resp = if word(1) == b"3" { 3 } else { 2 };
                self.id = field(reply, "id")
                    .and_then(|id| if let Reply::Int(id) = id { Some(*id) } else { None });
            }
            (b"RESET", _) if reply.error().is_none() => self.resp = 2,
            _ => {}
        }
    }
}

/// The value of a field in a map, or in the flat array that stands for one.
pub fn field<'r>(reply: &'r Reply, name: &str) -> Option<&'r Reply> {
    reply
        .pairs()?
        .into_iter()
        .find(|(key, _)| key.text() == Some(name.as_bytes()))
        .map(|(_, value)| value)
}
