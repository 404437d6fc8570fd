//! # Scene: what a difference is judged by
//!
//! Two replies to one command say little. Whether a rule explains their difference may hang on
//! what was sent before, on what was answered to it, and on whether EXEC ran the command.
//!
//! ```text
//!   HELLO 3 SETNAME me AUTH a b      -WRONGPASS -ERR     before
//!   CLIENT GETNAME                   "me"       nil      asked about
//! ```
//!
//! Knows no rules.

use super::generate::Episode;
use super::pair::Played;
use crate::bytes::Bytes;
use crate::client::Incoming;
use crate::reply::Reply;

/// A command, and all that was sent before it.
#[derive(Clone, Copy)]
pub struct Scene<'s> {
    pub args: &'s [Bytes],
    /// Ran as part of a transaction.
    pub in_exec: bool,
    pub episode: &'s Episode,
    pub played: &'s Played,
    /// So many commands were sent before the one that shows the difference.
    pub end: usize,
}

/// An earlier command and what both said to it.
#[derive(Clone, Copy)]
pub struct Sent<'s> {
    pub args: &'s [Bytes],
    pub replies: [&'s Reply; 2],
}

impl<'s> Scene<'s> {
    /// Earlier commands, and where in the episode they stand.
    pub fn before(&self) -> impl Iterator<Item = (usize, Sent<'s>)> + use<'s> {
        let pairs = self.episode.commands.iter().zip(&self.played.replies);
        pairs.take(self.end).enumerate().filter_map(|(at, (command, replies))| {
            let [Incoming::Reply(left), Incoming::Reply(right)] = replies else { return None };
            Some((at, Sent { args: &command.args, replies: [left, right] }))
        })
    }

    /// Whether a word was an argument of an earlier command: then a server may hold it.
    pub fn was_sent(&self, word: &[u8]) -> bool {
        self.before().any(|(_, sent)| sent.args[1..].iter().any(|arg| arg.0 == word))
    }
}

impl Sent<'_> {
    /// Whether the first word is this one.
    pub fn is(&self, name: &str) -> bool {
        self.args[0].0.eq_ignore_ascii_case(name.as_bytes())
    }

    /// Whether a word of the language is among the arguments.
    pub fn says(&self, word: &str) -> bool {
        says(self.args, word)
    }
}

/// Whether a word of the language is among the arguments.
pub fn says(args: &[Bytes], word: &str) -> bool {
    args[1..].iter().any(|arg| arg.0.eq_ignore_ascii_case(word.as_bytes()))
}
