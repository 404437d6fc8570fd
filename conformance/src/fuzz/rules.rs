//! # Rules: what may differ, and why
//!
//! Two right servers differ where nothing is promised: in the order of a set, in a time to live
//! that each measures on its own clock, in a random member; and two versions differ where behaviour
//! was changed. Each such difference is a rule, and there is no other leniency.
//!
//! ```text
//!   rule           commands        pair                       both replies become
//!   set-order      smembers ...                               sorted
//!   doubles        zscore ...      redis <7.2 | the rest      digits read and written anew
//! ```
//!
//! The list itself is [`super::known`].
//!
//! A rule names its commands, the pair of servers that it is for (any, if it says none), what is done to both
//! replies before they are compared again, and its reason. What a rule forgave is counted and printed.

use super::exclude::names;
use super::loosen::Loosen;
use crate::bytes::Bytes;
use crate::guard::{Guard, Identity, parse_guards};

/// One difference that is no fault.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    pub name: &'static str,
    /// Commands as [`super::grammar`] names them; `*` at the end stands for any rest.
    pub commands: &'static [&'static str],
    /// Which of these commands, by their arguments.
    pub when: fn(&[Bytes]) -> bool,
    /// Guards: one for one of the servers, one for the other, in either order. None: any two.
    pub pair: Option<(&'static str, &'static str)>,
    pub how: Loosen,
    /// What was left is of this type, where anything was left; any, if empty.
    pub of: &'static str,
    /// What is left differs too: the rest of the episode cannot be judged.
    pub ends: bool,
    pub reason: &'static str,
}

/// A rule in use between two servers.
pub struct Active {
    pub rule: &'static Rule,
    pub uses: u64,
}

/// The rules that are for these two.
pub fn active(rules: &'static [Rule], sides: [&Identity; 2]) -> Vec<Active> {
    let fits = |rule: &&Rule| {
        let Some((one, other)) = rule.pair else { return true };
        let holds =
            |guards: &str, side: &Identity| parsed(guards).iter().any(|guard| guard.holds(side));
        (holds(one, sides[0]) && holds(other, sides[1]))
            || (holds(one, sides[1]) && holds(other, sides[0]))
    };
    rules.iter().filter(fits).map(|rule| Active { rule, uses: 0 }).collect()
}

impl Rule {
    /// A rule for any two servers.
    pub const fn always(
        name: &'static str,
        commands: &'static [&'static str],
        how: Loosen,
        reason: &'static str,
    ) -> Rule {
        Rule { name, commands, when: |_| true, pair: None, how, of: "", ends: false, reason }
    }

    /// A rule for two versions or two servers.
    pub const fn between(
        pair: (&'static str, &'static str),
        name: &'static str,
        commands: &'static [&'static str],
        how: Loosen,
        reason: &'static str,
    ) -> Rule {
        Rule { name, commands, when: |_| true, pair: Some(pair), how, of: "", ends: false, reason }
    }

    /// The same, and nothing that comes after it in the episode counts.
    pub const fn and_ends(self) -> Rule {
        Rule { ends: true, ..self }
    }

    /// The same; of the keys that an episode leaves, only for those of one type.
    pub const fn of(self, of: &'static str) -> Rule {
        Rule { of, ..self }
    }

    /// The same, only where the arguments are so.
    pub const fn when(self, when: fn(&[Bytes]) -> bool) -> Rule {
        Rule { when, ..self }
    }

    pub fn is_for(&self, command: &str) -> bool {
        self.commands.iter().any(|pattern| names(pattern, command))
    }
}

fn parsed(guards: &str) -> Vec<Guard> {
    parse_guards(guards).expect("a test reads every guard")
}

#[cfg(test)]
mod tests {
    use super::super::known::RULES;
    use super::*;
    use crate::guard::Version;

    #[test]
    fn every_guard_is_readable_and_every_rule_says_why() {
        for rule in RULES {
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
        let has = |sides| active(RULES, sides).iter().any(|active| active.rule.name == "doubles");
        assert!(has([&old, &new]) && has([&new, &old]));
        assert!(!has([&old, &old]) && !has([&new, &new]));
    }
}
