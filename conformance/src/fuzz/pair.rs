//! # Pair: two servers that hear the same
//!
//! Both get every command, in the same order across connections, and work at the same time.
//!
//! ```text
//!            a's turn: 14 commands        b's turn: 5         a's turn ...
//!   runner   write, write, read, read     write, write, ...
//!   ref        \---- works ----/
//!   other         \---- works ----/
//! ```
//!
//! While a connection keeps its turn its commands are pipelined; when the turn changes, all replies
//! are awaited first, for nothing orders what two connections send. So the order is exact, and a turn
//! costs one round trip.
//!
//! Before an episode both keyspaces are emptied and connections opened anew; after it, both are
//! read whole ([`super::contents`]). Knows nothing of what should be equal.

use super::contents::{self, Entry};
use super::generate::Episode;
use super::limits::{LIMITS, Limit};
use crate::bytes::Bytes;
use crate::client::{Client, Incoming};
use crate::guard::Identity;
use crate::reply::Reply;
use crate::resp::write_command;
use crate::session::{Harness, HarnessError, Session};
use crate::target::{Spec, Target};

/// No limit on encodings: an offset near the usual half gigabyte would fill the machine.
const STRING_LIMIT: (&str, &str) = ("proto-max-bulk-len", "1048576");

/// What is emptied between two episodes. A server that lacks one of these refuses it.
const FRESH: &[&[&str]] =
    &[&["SELECT", "0"], &["FLUSHALL"], &["SCRIPT", "FLUSH"], &["FUNCTION", "FLUSH"]];

/// The reference and the other, in this order wherever there are two.
pub struct Pair {
    pub sides: [Side; 2],
    pub timeout_ms: u64,
}

/// One of the two servers.
pub struct Side {
    pub target: Box<dyn Target>,
    pub identity: Identity,
    /// `redis 7.0.15`
    pub title: String,
    control: Client,
    limits: Option<Vec<&'static Limit>>,
}

/// What came of an episode.
#[derive(Debug, Default)]
pub struct Played {
    /// Of each command, in order; fewer if one of the two stopped answering.
    pub replies: Vec<[Incoming; 2]>,
    /// Empty if one of the two stopped answering.
    pub contents: [Vec<Entry>; 2],
    /// Who is gone, of those that stopped.
    pub crashed: [bool; 2],
}

impl Pair {
    pub fn open(specs: [&Spec; 2], timeout_ms: u64) -> Harness<Pair> {
        let [reference, other] = specs;
        let open = |spec: &Spec| {
            let target = spec.open();
            target.map_err(|e| HarnessError(format!("{}: {e}", spec.name())))
        };
        Pair::of([open(reference)?, open(other)?], timeout_ms)
    }

    pub fn of(targets: [Box<dyn Target>; 2], timeout_ms: u64) -> Harness<Pair> {
        let [reference, other] = targets;
        let sides = [Side::open(reference, timeout_ms)?, Side::open(other, timeout_ms)?];
        Ok(Pair { sides, timeout_ms })
    }

    /// Plays an episode on two empty keyspaces.
    pub fn play(&mut self, episode: &Episode) -> Harness<Played> {
        let timeout_ms = self.timeout_ms;
        for side in &mut self.sides {
            side.refresh(&episode.limits, timeout_ms)?;
        }
        let [reference, other] = &mut self.sides;
        let mut clients = [
            reference.connect(&episode.resp, timeout_ms)?,
            other.connect(&episode.resp, timeout_ms)?,
        ];
        let mut played = Played::default();
        let mut at = 0;
        while at < episode.commands.len() {
            let on = episode.commands[at].on;
            let turn = episode.commands[at..].iter().take_while(|command| command.on == on).count();
            let mut bytes = Vec::new();
            for command in &episode.commands[at..at + turn] {
                let args: Vec<&[u8]> = command.args.iter().map(|arg| arg.0.as_slice()).collect();
                write_command(&args, &mut bytes);
            }
            clients.iter_mut().for_each(|side| side[on].send_bytes(&bytes));
            let first = played.replies.len();
            let both = [0, 1]
                .map(|i| read(&mut clients[i][on], &mut *self.sides[i].target, turn, timeout_ms));
            let [left, right] = both;
            played.replies.extend(left.into_iter().zip(right).map(|(left, right)| [left, right]));
            let stopped = |pair: &[Incoming; 2]| pair.iter().any(|one| !is_reply(one));
            if played.replies[first..].iter().any(stopped) {
                drop(clients);
                played.crashed = [0, 1].map(|i| self.sides[i].is_gone(timeout_ms));
                return Ok(played);
            }
            at += turn;
        }
        let [reference, other] = &mut self.sides;
        played.contents = contents::read([reference, other], timeout_ms)?;
        Ok(played)
    }
}

impl Side {
    fn open(mut target: Box<dyn Target>, timeout_ms: u64) -> Harness<Side> {
        let session = Session::open(&mut *target, timeout_ms)?;
        let (identity, title) = (session.identity.clone(), session.title());
        let control = control(&mut *target, timeout_ms)?;
        Ok(Side { target, identity, title, control, limits: None })
    }

    /// Sends commands on the runner's own connection, without waiting.
    pub fn send<A: AsRef<[u8]>>(&mut self, commands: &[Vec<A>]) {
        let mut bytes = Vec::new();
        commands.iter().for_each(|command| write_command(command, &mut bytes));
        self.control.send_bytes(&bytes);
    }

    /// So many replies on the runner's own connection.
    pub fn replies(&mut self, count: usize, timeout_ms: u64) -> Harness<Vec<Reply>> {
        let mut replies = Vec::with_capacity(count);
        for _ in 0..count {
            match self.control.next(&mut *self.target, timeout_ms) {
                Incoming::Reply(reply) => replies.push(reply),
                other => {
                    return Err(HarnessError(format!("{} answers {other:?}", self.title)));
                }
            }
        }
        Ok(replies)
    }

    pub fn call(&mut self, args: &[&str], timeout_ms: u64) -> Harness<Reply> {
        self.send(&[args.to_vec()]);
        Ok(self.replies(1, timeout_ms)?.remove(0))
    }

    /// Empties it; brings it back if it is gone or hangs.
    fn refresh(&mut self, limits: &[&'static Limit], timeout_ms: u64) -> Harness<()> {
        let fresh: Vec<Vec<&str>> = FRESH.iter().map(|command| command.to_vec()).collect();
        self.send(&fresh);
        if self.replies(FRESH.len(), timeout_ms).is_err() {
            self.revive(timeout_ms)?;
        }
        if self.limits.as_deref() != Some(limits) {
            self.set_limits(limits, timeout_ms)?;
        }
        Ok(())
    }

    /// A server that does not know a directive refuses it, which is as good.
    fn set_limits(&mut self, small: &[&'static Limit], timeout_ms: u64) -> Harness<()> {
        let set =
            |name: &str, value: &str| ["CONFIG", "SET", name, value].map(str::to_string).to_vec();
        let value = |limit: &&'static Limit| {
            if small.contains(limit) { limit.small } else { limit.usual }
        };
        // When the cycle meets a dead key is nobody's promise; that no command sees one is.
        let no_cycle = ["DEBUG", "SET-ACTIVE-EXPIRE", "0"].map(str::to_string).to_vec();
        let mut commands = vec![no_cycle, set(STRING_LIMIT.0, STRING_LIMIT.1)];
        commands.extend(LIMITS.iter().map(|limit| set(limit.name, value(&limit))));
        self.send(&commands);
        self.replies(commands.len(), timeout_ms)?;
        self.limits = Some(small.to_vec());
        Ok(())
    }

    fn connect(&mut self, resp: &[u8], timeout_ms: u64) -> Harness<Vec<Client>> {
        let mut clients = Vec::new();
        for resp in resp {
            let connection = self.target.connect().map_err(|e| HarnessError(e.to_string()))?;
            let mut client = Client::new(connection);
            // RESP2 is what a connection speaks unless told otherwise.
            if *resp == 3 {
                client.send(&[Bytes::from("HELLO"), Bytes::from("3")]);
                let answer = client.next(&mut *self.target, timeout_ms);
                if !is_reply(&answer) {
                    return Err(HarnessError(format!(
                        "{} answers {answer:?} to HELLO",
                        self.title
                    )));
                }
            }
            clients.push(client);
        }
        Ok(clients)
    }

    /// Whether it no longer answers on the runner's own connection.
    fn is_gone(&mut self, timeout_ms: u64) -> bool {
        self.call(&["PING"], timeout_ms).is_err()
    }

    fn revive(&mut self, timeout_ms: u64) -> Harness<()> {
        let restarted = self.target.restart();
        restarted.map_err(|e| HarnessError(format!("{} is gone: {e}", self.title)))?;
        self.control = control(&mut *self.target, timeout_ms)?;
        self.limits = None;
        Ok(())
    }
}

/// The replies to a turn; after the first that does not come, the same again for each of the rest.
fn read(
    client: &mut Client,
    target: &mut dyn Target,
    count: usize,
    timeout_ms: u64,
) -> Vec<Incoming> {
    let mut replies = Vec::with_capacity(count);
    while replies.len() < count {
        let reply = client.next(target, timeout_ms);
        if !is_reply(&reply) {
            replies.resize(count, reply);
            break;
        }
        replies.push(reply);
    }
    replies
}

pub fn is_reply(incoming: &Incoming) -> bool {
    matches!(incoming, Incoming::Reply(_))
}

/// The runner's own connection, in RESP3.
fn control(target: &mut dyn Target, timeout_ms: u64) -> Harness<Client> {
    let connection = target.connect().map_err(|e| HarnessError(e.to_string()))?;
    let mut client = Client::new(connection);
    match client.hello(target, 3, timeout_ms) {
        Incoming::Reply(_) => Ok(client),
        other => Err(HarnessError(format!("{} answers {other:?} to HELLO", target.name()))),
    }
}
