//! # Faulty: a server with one known fault, to try the fuzzer on
//!
//! Stands before an honest target and rewrites some of the commands on their way. What the server then
//! does is wrong in one way that is known beforehand: does the fuzzer find it, and how
//! short is what it writes down?
//!
//! ```text
//!   Ignores("set", "NX")       SET k v NX        -> SET k v
//!   Runs("expire", "pexpire")  EXPIRE k 1000     -> PEXPIRE k 1000      same reply, other effect
//!   Truncates("append")        APPEND k longer   -> APPEND k long       only from so many bytes on
//! ```

use std::cell::Cell;
use std::io;
use std::rc::Rc;

use super::grammar::{Kind, Shape};
use crate::guard::Identity;
use crate::reply::Reply;
use crate::resp::{Reader, write_command};
use crate::target::{Connection, Received, Target};

/// A value of so many bytes or more is cut.
const CUT_BYTES: usize = 20;

/// What is wrong.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// A command overlooks a token, and the value that belongs to it if there is one.
    Ignores { command: String, token: String, with_value: bool },
    /// A command does what another does.
    Runs { command: String, instead: String },
    /// A long last argument loses its end.
    Truncates { command: String },
    /// A command with a token ends the server.
    Crashes { command: String, token: String },
}

/// A target with a fault.
pub struct Faulty {
    inner: Box<dyn Target>,
    fault: Fault,
    is_dead: Rc<Cell<bool>>,
}

struct FaultyConnection {
    inner: Box<dyn Connection>,
    reader: Reader,
    fault: Fault,
    is_dead: Rc<Cell<bool>>,
}

impl Fault {
    /// The faults of overlooking one of a command's tokens.
    pub fn of_tokens(shape: &Shape) -> Vec<Fault> {
        let ignores = |node: &&super::grammar::Argument| {
            Some(Fault::Ignores {
                command: shape.name.clone(),
                token: node.token.clone()?,
                with_value: node.kind != Kind::PureToken,
            })
        };
        shape.nodes().iter().filter_map(ignores).collect()
    }

    fn apply(&self, args: &mut Vec<Vec<u8>>) {
        let is = |command: &str| calls(args, command);
        match self {
            Fault::Ignores { command, token, with_value } if is(command) => {
                let is_token = |arg: &Vec<u8>| arg.eq_ignore_ascii_case(token.as_bytes());
                if let Some(at) = args.iter().skip(1).position(is_token) {
                    let end = (at + 2 + usize::from(*with_value)).min(args.len());
                    args.drain(at + 1..end);
                }
            }
            Fault::Runs { command, instead } if is(command) => {
                args[0] = instead.clone().into_bytes()
            }
            Fault::Truncates { command } if is(command) => {
                if let Some(last) = args.last_mut().filter(|last| last.len() >= CUT_BYTES) {
                    last.pop();
                }
            }
            _ => {}
        }
    }

    fn kills(&self, args: &[Vec<u8>]) -> bool {
        let Fault::Crashes { command, token } = self else { return false };
        calls(args, command) && args.iter().any(|arg| arg.eq_ignore_ascii_case(token.as_bytes()))
    }
}

/// Whether the first words are those of `get` or `client|setname`.
fn calls(args: &[Vec<u8>], command: &str) -> bool {
    let words: Vec<&str> = command.split('|').collect();
    let mut pairs = words.iter().zip(args);
    args.len() >= words.len() && pairs.all(|(word, arg)| arg.eq_ignore_ascii_case(word.as_bytes()))
}

impl Faulty {
    pub fn new(inner: Box<dyn Target>, fault: Fault) -> Self {
        Faulty { inner, fault, is_dead: Rc::default() }
    }
}

impl Target for Faulty {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn connect(&mut self) -> io::Result<Box<dyn Connection>> {
        if self.is_dead.get() {
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        let inner = self.inner.connect()?;
        let (reader, fault) = (Reader::default(), self.fault.clone());
        let is_dead = Rc::clone(&self.is_dead);
        Ok(Box::new(FaultyConnection { inner, reader, fault, is_dead }))
    }

    fn restart(&mut self) -> io::Result<()> {
        // What the dead one's connections see stays so; the new one has its own.
        self.is_dead = Rc::default();
        self.inner.restart()
    }

    fn now_ms(&mut self) -> u64 {
        self.inner.now_ms()
    }

    fn sleep(&mut self, ms: u64) {
        self.inner.sleep(ms);
    }

    fn silence_is_final(&self) -> bool {
        self.inner.silence_is_final()
    }

    fn feature(&mut self, name: &str) -> Option<bool> {
        self.inner.feature(name)
    }

    fn identity(&mut self) -> Option<Identity> {
        self.inner.identity()
    }
}

impl Connection for FaultyConnection {
    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.reader.feed(bytes);
        let mut out = Vec::new();
        while let Ok(Some(Reply::Array(words))) = self.reader.next_reply() {
            let bytes = |word: &Reply| word.text().unwrap_or_default().to_vec();
            let mut args: Vec<Vec<u8>> = words.iter().map(bytes).collect();
            self.fault.apply(&mut args);
            if self.fault.kills(&args) {
                self.is_dead.set(true);
            }
            write_command(&args, &mut out);
        }
        self.inner.send(&out)
    }

    fn receive(&mut self, into: &mut Vec<u8>, wait_ms: u64) -> io::Result<Received> {
        if self.is_dead.get() {
            return Ok(Received::Closed);
        }
        self.inner.receive(into, wait_ms)
    }
}
