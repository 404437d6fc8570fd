//! # Judge: the first thing that two servers did not do alike
//!
//! Compares every reply, then what was left, in order, and stops at the first difference that no
//! rule explains: what follows would only echo it. It stops as well where a rule says that two servers keep
//! different data from there on, and tells what to change in the episode before it is played once more.
//!
//! ```text
//!   a> MULTI                 +OK       +OK        equal
//!   a> TTL k                 +QUEUED   +QUEUED    equal; remembered for EXEC
//!   a> EXEC                  [:99]     [:98]      each element by the rules of its own command
//! ```
//!
//! A difference has a signature, its kind and its command, by which shrinking knows that it still
//! has the same one, and the report that it has a new one.

use std::collections::BTreeSet;

use super::contents::Entry;
use super::generate::Episode;
use super::pair::{Played, is_reply};
use super::rules::{Active, Edit};
use super::scene::Scene;
use crate::bytes::Bytes;
use crate::client::Incoming;
use crate::reply::Reply;

/// Two servers, and what is known of how they may differ.
pub struct Judge {
    pub rules: Vec<Active>,
    /// The names of subcommands.
    subcommands: BTreeSet<String>,
    /// What the rules that were needed want changed.
    edits: Vec<Edit>,
}

/// What is to be said of an episode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Same,
    Differs(Difference),
    /// Not yet known: it must be played once more, with changes.
    Again(Vec<Edit>),
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
        Judge { rules, subcommands, edits: Vec::new() }
    }

    /// Judges an episode. A difference counts only when there is nothing to change any more.
    pub fn judge(&mut self, episode: &Episode, played: &Played) -> Verdict {
        self.edits.clear();
        let difference = self.first_difference(episode, played);
        match difference {
            _ if !self.edits.is_empty() => Verdict::Again(std::mem::take(&mut self.edits)),
            Some(difference) => Verdict::Differs(difference),
            None => Verdict::Same,
        }
    }

    fn first_difference(&mut self, episode: &Episode, played: &Played) -> Option<Difference> {
        let mut queues: Vec<Vec<usize>> = vec![Vec::new(); episode.resp.len()];
        for (at, (command, [left, right])) in
            episode.commands.iter().zip(&played.replies).enumerate()
        {
            let (Incoming::Reply(left), Incoming::Reply(right)) = (left, right) else {
                return self.stopped(episode, played, at);
            };
            let queue = &mut queues[command.on];
            if left != right {
                let args = &command.args;
                let scene = Scene { args, in_exec: false, episode, played, end: at };
                if let Some(guilty) = self.compare_reply(&scene, queue, left, right) {
                    let signature = format!("reply {guilty}");
                    let sides = [left, right].map(ToString::to_string);
                    return Some(Difference { at: Place::Reply(at), signature, sides });
                }
                if self.edits.iter().any(|edit| matches!(edit, Edit::LeaveOut(_))) {
                    return None;
                }
            }
            if *left == Reply::Simple(Bytes::from("QUEUED")) {
                queue.push(at);
            } else if self.ends_transaction(&command.args, left) {
                queue.clear();
            }
        }
        self.compare_contents(episode, played)
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
        scene: &Scene,
        queue: &[usize],
        left: &Reply,
        right: &Reply,
    ) -> Option<String> {
        let name = self.name(scene.args);
        match (left, right) {
            (Reply::Array(left), Reply::Array(right))
                if name == "exec" && left.len() == queue.len() && right.len() == queue.len() =>
            {
                for (queued, (left, right)) in queue.iter().zip(left.iter().zip(right)) {
                    let args = &scene.episode.commands[*queued].args;
                    let scene = Scene { args, in_exec: true, ..*scene };
                    if !self.is_same(&scene, Some(*queued), "", left, right) {
                        return Some(self.name(args));
                    }
                }
                None
            }
            _ if self.is_same(scene, Some(scene.end), "", left, right) => None,
            _ => Some(name),
        }
    }

    /// Whether two replies to a command are equal, or become so by its rules. `at`: where in the episode the
    /// command stands; nowhere, if it asks what was left, and only then is the type of the key known.
    fn is_same(
        &mut self,
        scene: &Scene,
        at: Option<usize>,
        kind: &str,
        left: &Reply,
        right: &Reply,
    ) -> bool {
        if left == right {
            return true;
        }
        let name = self.name(scene.args);
        let (mut left, mut right, mut used) = (left.clone(), right.clone(), Vec::new());
        for (i, active) in self.rules.iter().enumerate() {
            if !active.rule.is_for(&name, scene.args, kind) {
                continue;
            }
            let (new_left, new_right) = active.apply(scene, &left, &right);
            if new_left == left && new_right == right {
                continue;
            }
            let Some(edits) = active.edits(scene, at) else { continue };
            used.push((i, edits));
            (left, right) = (new_left, new_right);
            if left == right {
                for (i, edits) in used {
                    self.rules[i].uses += 1;
                    self.edits.extend(edits);
                }
                return true;
            }
        }
        false
    }

    fn compare_contents(&mut self, episode: &Episode, played: &Played) -> Option<Difference> {
        let place = |entry: &Entry| (entry.db, entry.key.clone());
        let difference = |what: String, sides: [String; 2]| {
            Some(Difference { at: Place::Contents, signature: format!("contents {what}"), sides })
        };
        let [left, right] = &played.contents;
        for (left, right) in left.iter().zip(right) {
            if place(left) != place(right) {
                break;
            }
            for ((args, left_says), (_, right_says)) in left.facts.iter().zip(&right.facts) {
                let end = episode.commands.len();
                let scene = Scene { args, in_exec: false, episode, played, end };
                if !self.is_same(&scene, None, &left.kind(), left_says, right_says) {
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
