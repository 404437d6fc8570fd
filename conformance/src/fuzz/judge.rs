//! # Judge: the first thing that two servers did not do alike
//!
//! Compares every reply, then what was left, in order, and stops at the first difference that no
//! rule explains: what follows would only echo it.
//!
//! ```text
//!   a> MULTI                 +OK       +OK        equal
//!   a> TTL k                 +QUEUED   +QUEUED    equal; remembered for EXEC
//!   a> EXEC                  [:99]     [:98]      each element by the rules of its own command
//! ```
//!
//! Where a rule says that two versions leave different data behind, the rest of the episode is not judged.
//!
//! A difference has a signature, its kind and its command, by which shrinking knows that it still
//! has the same one, and the report that it has a new one.

use std::collections::BTreeSet;

use super::contents::Entry;
use super::generate::Episode;
use super::pair::{Played, is_reply};
use super::rules::Active;
use crate::bytes::Bytes;
use crate::client::Incoming;
use crate::reply::Reply;

/// Two servers, and what is known of how they may differ.
pub struct Judge {
    pub rules: Vec<Active>,
    /// The names of subcommands.
    subcommands: BTreeSet<String>,
    /// A rule said that what follows in the last episode cannot be judged.
    pub ended: bool,
}

/// One that no rule explains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub at: Place,
    /// The kind of difference and the command that shows it.
    pub signature: String,
    /// What each had to say.
    pub sides: [String; 2],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The reply to this command of the episode.
    Reply(usize),
    /// What was left at the end.
    Contents,
}

impl Judge {
    pub fn new<'n>(names: impl Iterator<Item = &'n String>, rules: Vec<Active>) -> Self {
        let subcommands = names.filter(|name| name.contains('|')).cloned().collect();
        Judge { rules, subcommands, ended: false }
    }

    /// The first difference of an episode, if there is one.
    pub fn first_difference(&mut self, episode: &Episode, played: &Played) -> Option<Difference> {
        self.ended = false;
        let mut queues: Vec<Vec<usize>> = vec![Vec::new(); episode.resp.len()];
        for (at, (command, [left, right])) in
            episode.commands.iter().zip(&played.replies).enumerate()
        {
            let (Incoming::Reply(left), Incoming::Reply(right)) = (left, right) else {
                return self.stopped(episode, played, at);
            };
            let queue = &mut queues[command.on];
            if left != right {
                let guilty = self.compare_reply(episode, at, queue, left, right);
                if let Some(guilty) = guilty {
                    let signature = format!("reply {guilty}");
                    let sides = [left, right].map(ToString::to_string);
                    return Some(Difference { at: Place::Reply(at), signature, sides });
                }
            }
            if self.ended {
                return None;
            }
            if *left == Reply::Simple(Bytes::from("QUEUED")) {
                queue.push(at);
            } else if self.ends_transaction(&command.args, left) {
                queue.clear();
            }
        }
        let [left, right] = &played.contents;
        self.compare_contents(left, right)
    }

    /// `client|setname`, of the words that called it.
    pub fn name(&self, args: &[Bytes]) -> String {
        let first = args[0].lossy().to_lowercase();
        let both = args.get(1).map(|second| format!("{first}|{}", second.lossy().to_lowercase()));
        both.filter(|both| self.subcommands.contains(both)).unwrap_or(first)
    }

    /// The name of the command that is answered differently; of those that EXEC runs, the first.
    fn compare_reply(
        &mut self,
        episode: &Episode,
        at: usize,
        queue: &[usize],
        left: &Reply,
        right: &Reply,
    ) -> Option<String> {
        let args = &episode.commands[at].args;
        let name = self.name(args);
        match (left, right) {
            (Reply::Array(left), Reply::Array(right))
                if name == "exec" && left.len() == queue.len() && right.len() == queue.len() =>
            {
                for (queued, (left, right)) in queue.iter().zip(left.iter().zip(right)) {
                    let args = &episode.commands[*queued].args;
                    if !self.is_same(args, "", left, right) {
                        return Some(self.name(args));
                    }
                    if self.ended {
                        break;
                    }
                }
                None
            }
            _ if self.is_same(args, "", left, right) => None,
            _ => Some(name),
        }
    }

    /// Whether two replies to a command are equal, or become so by its rules. The type of the key
    /// is known only of what was left.
    fn is_same(&mut self, args: &[Bytes], kind: &str, left: &Reply, right: &Reply) -> bool {
        if left == right {
            return true;
        }
        let name = self.name(args);
        let (mut left, mut right, mut used) = (left.clone(), right.clone(), Vec::new());
        for (i, active) in self.rules.iter().enumerate() {
            let of = active.rule.of;
            let is_of_another = !kind.is_empty() && !of.is_empty() && kind != of;
            if is_of_another || !active.rule.is_for(&name) || !(active.rule.when)(args) {
                continue;
            }
            let (new_left, new_right) = active.rule.how.apply(&left, &right);
            if new_left != left || new_right != right {
                used.push(i);
            }
            (left, right) = (new_left, new_right);
            if left == right {
                for i in used {
                    self.rules[i].uses += 1;
                    self.ended |= self.rules[i].rule.ends;
                }
                return true;
            }
        }
        false
    }

    fn compare_contents(&mut self, left: &[Entry], right: &[Entry]) -> Option<Difference> {
        let place = |entry: &Entry| (entry.db, entry.key.clone());
        let difference = |what: String, sides: [String; 2]| {
            Some(Difference { at: Place::Contents, signature: format!("contents {what}"), sides })
        };
        for (left, right) in left.iter().zip(right) {
            if place(left) != place(right) {
                break;
            }
            for ((args, left_says), (_, right_says)) in left.facts.iter().zip(&right.facts) {
                if !self.is_same(args, &left.kind(), left_says, right_says) {
                    let name = self.name(args);
                    let told = |entry: &Entry, reply: &Reply| {
                        format!("db{} {} {name}: {reply}", entry.db, entry.key)
                    };
                    let sides = [told(left, left_says), told(right, right_says)];
                    return difference(format!("{name} of a {}", left.kind()), sides);
                }
            }
        }
        let keys = |entries: &[Entry]| entries.iter().map(place).collect::<Vec<_>>();
        let (left, right) = (keys(left), keys(right));
        let listed = |keys: &[(u32, Bytes)]| {
            let each: Vec<String> = keys.iter().map(|(db, key)| format!("db{db} {key}")).collect();
            format!("keys: {}", each.join(", "))
        };
        if left == right {
            None
        } else {
            difference("keys".into(), [listed(&left), listed(&right)])
        }
    }

    /// One of the two gave no reply.
    fn stopped(&self, episode: &Episode, played: &Played, at: usize) -> Option<Difference> {
        let [left, right] = &played.replies[at];
        if left == right && played.crashed == [false, false] {
            return None;
        }
        let what = match played.crashed {
            [true, _] => "crash of the reference".to_string(),
            [_, true] => "crash of the other".to_string(),
            _ => format!("silence {}", self.name(&episode.commands[at].args)),
        };
        let told = |incoming: &Incoming| match incoming {
            Incoming::Reply(reply) => reply.to_string(),
            other => format!("{other:?}"),
        };
        let sides = [told(left), told(right)];
        debug_assert!(!is_reply(left) || !is_reply(right));
        Some(Difference { at: Place::Reply(at), signature: what, sides })
    }

    fn ends_transaction(&self, args: &[Bytes], reply: &Reply) -> bool {
        let wrong_arity = reply.error().is_some_and(|text| text.starts_with(b"ERR wrong number"));
        ["exec", "discard", "reset"].contains(&self.name(args).as_str()) && !wrong_arity
    }
}
