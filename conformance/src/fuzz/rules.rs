//! # Rules: what may differ, and why
//!
//! Two right servers differ where nothing is promised: in the order of a set, in a time to live
//! that each measures on its own clock, in a random member; and two versions differ where behaviour
//! was changed. Each such difference is a rule, and there is no other leniency.
//!
//! ```text
//!   rule           commands        pair                       both replies become
//!   set-order      smembers ...                               sorted
//!   doubles        zscore ...      redis <7.2 | the rest      one, if spelled as each of the two does
//! ```
//!
//! A rule names its commands, the pair of servers that it is for (any, if it says none), what is done to both
//! replies before they are compared again, and its reason. What a rule forgave is counted and printed.
//!
//! Some differences leave more behind than a reply, and some are only suspected of being harmless. Such a
//! rule says how the episode is played once more, [`Again`]; then everything is judged anew, and nothing
//! of an episode is left unjudged:
//!
//! ```text
//!   SCAN 0           ["3" ["a"]]  ["0" ["a" "b"]]     again with SCAN 0 COUNT 1000: must agree
//!   LREM k -2^63 a   :1           -ERR out of range   again without it: the rest must agree
//!   RANDOMKEY  DBSIZE     :3      :4                  again without RANDOMKEY: DBSIZE must agree
//! ```
//!
//! The list itself is [`super::known`].

use super::exclude::names;
use super::loosen::Loosen;
use super::scene::{Scene, Sent};
use crate::bytes::Bytes;
use crate::guard::{Guard, Identity, parse_guards};
use crate::reply::Reply;

/// One difference that is no fault.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    pub name: &'static str,
    /// Commands as [`super::grammar`] names them; `*` at the end stands for any rest.
    pub commands: &'static [&'static str],
    /// Which of these commands, by their arguments.
    pub when: fn(&[Bytes]) -> bool,
    /// Guards: one for the one server, one for the other. None: any two.
    pub pair: Option<(&'static str, &'static str)>,
    pub how: Loosen,
    /// What was left is of this type, where anything was left; any, if empty.
    pub of: &'static str,
    pub again: Again,
    pub reason: &'static str,
}

/// How an episode is played once more after a rule was needed.
#[derive(Clone, Copy, Debug)]
pub enum Again {
    /// It is not: the replies are all that differs.
    No,
    /// Without the command, for it leaves different data behind.
    WithoutIt,
    /// Without these of the earlier commands: the difference must be gone. If there is none of
    /// them, the rule explains nothing.
    Without(fn(&Sent) -> bool),
    /// With these arguments in the place of the command's own.
    With(fn(&[Bytes]) -> Vec<Bytes>),
}

/// A change to an episode, by a command's place in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    LeaveOut(usize),
    Replace(usize, Vec<Bytes>),
}

/// A rule in use between two servers.
pub struct Active {
    pub rule: &'static Rule,
    pub uses: u64,
    /// The reference is the rule's second server, not its first.
    pub turned: bool,
}

/// The rules that are for these two.
pub fn active(
    rules: impl Iterator<Item = &'static Rule>,
    [left, right]: [&Identity; 2],
) -> Vec<Active> {
    let holds =
        |guards: &str, side: &Identity| parsed(guards).iter().any(|guard| guard.holds(side));
    let fitting = |rule: &'static Rule| {
        let turned = match rule.pair {
            None => false,
            Some((one, other)) if holds(one, left) && holds(other, right) => false,
            Some((one, other)) if holds(one, right) && holds(other, left) => true,
            Some(_) => return None,
        };
        Some(Active { rule, uses: 0, turned })
    };
    rules.filter_map(fitting).collect()
}

impl Active {
    /// Both replies, loosened, in the order in which they came.
    pub fn apply(&self, scene: &Scene, left: &Reply, right: &Reply) -> (Reply, Reply) {
        if self.turned {
            let (one, other) = self.rule.how.apply(scene, right, left);
            (other, one)
        } else {
            self.rule.how.apply(scene, left, right)
        }
    }

    /// What is changed in the episode; `at`: where in it the command stands, if there is one. None
    /// if the rule needs something to change and there is nothing.
    pub fn edits(&self, scene: &Scene, at: Option<usize>) -> Option<Vec<Edit>> {
        match self.rule.again {
            Again::No => Some(Vec::new()),
            Again::WithoutIt => Some(vec![Edit::LeaveOut(at?)]),
            Again::With(instead) => Some(vec![Edit::Replace(at?, instead(scene.args))]),
            Again::Without(which) => {
                let suspects = scene.before().filter(|(_, sent)| which(sent));
                let edits: Vec<Edit> = suspects.map(|(at, _)| Edit::LeaveOut(at)).collect();
                (!edits.is_empty()).then_some(edits)
            }
        }
    }
}

impl Rule {
    /// A rule for any two servers.
    pub const fn always(
        name: &'static str,
        commands: &'static [&'static str],
        how: Loosen,
        reason: &'static str,
    ) -> Rule {
        let (when, again): (fn(&[Bytes]) -> bool, Again) = (|_| true, Again::No);
        Rule { name, commands, when, pair: None, how, of: "", again, reason }
    }

    /// A rule for two versions or two servers.
    pub const fn between(
        pair: (&'static str, &'static str),
        name: &'static str,
        commands: &'static [&'static str],
        how: Loosen,
        reason: &'static str,
    ) -> Rule {
        Rule { pair: Some(pair), ..Rule::always(name, commands, how, reason) }
    }

    /// The same; then the episode is played once more.
    pub const fn again(self, again: Again) -> Rule {
        Rule { again, ..self }
    }

    /// The same; of the keys that an episode leaves, only for those of one type.
    pub const fn of(self, of: &'static str) -> Rule {
        Rule { of, ..self }
    }

    /// The same, only where the arguments are so.
    pub const fn when(self, when: fn(&[Bytes]) -> bool) -> Rule {
        Rule { when, ..self }
    }

    /// Whether it is for a command with these arguments, and for what is left of a type, if it is asked
    /// about what is left.
    pub fn is_for(&self, command: &str, args: &[Bytes], kind: &str) -> bool {
        let of_this = kind.is_empty() || self.of.is_empty() || kind == self.of;
        of_this && self.commands.iter().any(|name| names(name, command)) && (self.when)(args)
    }
}

fn parsed(guards: &str) -> Vec<Guard> {
    parse_guards(guards).expect("a test reads every guard")
}

#[cfg(test)]
mod tests {
    use super::super::known;
    use super::*;
    use crate::guard::Version;

    #[test]
    fn every_guard_is_readable_and_every_rule_says_why() {
        for rule in known::all() {
            assert!(!rule.reason.is_empty() && !rule.commands.is_empty(), "{}", rule.name);
            for guards in rule.pair.iter().flat_map(|(one, other)| [one, other]) {
                assert!(parse_guards(guards).is_ok(), "{}: {guards}", rule.name);
            }
        }
    }

    #[test]
    fn a_pair_is_meant_in_either_order_and_only_when_both_guards_hold() {
        let identity = |name: &str, version| Identity {
            names: vec![(name.into(), version)],
            redis_version: version,
        };
        let (old, new) =
            (identity("redis", Version(7, 0, 15)), identity("valkey", Version(8, 0, 1)));
        let turned = |sides| {
            let active = active(known::all(), sides);
            active.iter().find(|active| active.rule.name == "doubles").map(|active| active.turned)
        };
        assert_eq!((turned([&old, &new]), turned([&new, &old])), (Some(false), Some(true)));
        assert_eq!((turned([&old, &old]), turned([&new, &new])), (None, None));
    }
}
