//! # Shrink: the shortest conversation that still shows a difference
//!
//! Delta debugging: leave something out, ask both servers again, keep what still differs in the same
//! way. First commands, in halves, quarters and so on; then connections, protocol and limits; then
//! arguments; then values, the same wherever they stand, until nothing can be left out.
//!
//! ```text
//!   200 commands, 3 connections     COPY {tag}a k DB 1 REPLACE, EXPIRE k 70001 GT, ...
//!     commands   -> 3               SET {tag}a "\x00..." PX 5000123, COPY {tag}a k replace, TTL k
//!     arguments  -> 3               ...
//!     values     -> 3               SET k v PX 1000000, COPY k a, TTL a
//! ```
//!
//! Knows no servers: it is given a question that says whether an episode still differs.

use std::time::Instant;

use super::generate::{Command, Episode};
use crate::bytes::Bytes;

/// Bound on questions, and on the time that they may take.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    pub questions: usize,
    pub until: Instant,
}

/// The smallest episode found for which `differs` still holds; it holds for `episode`.
pub fn shrink(
    episode: Episode,
    budget: Budget,
    differs: &mut dyn FnMut(&Episode) -> bool,
) -> Episode {
    let mut shrinker = Shrinker { best: episode, budget, differs };
    loop {
        let before = shrinker.best.clone();
        shrinker.commands();
        shrinker.connections();
        shrinker.surroundings();
        shrinker.arguments();
        shrinker.values();
        if shrinker.best == before || shrinker.is_spent() {
            return shrinker.best;
        }
    }
}

struct Shrinker<'d> {
    best: Episode,
    budget: Budget,
    differs: &'d mut dyn FnMut(&Episode) -> bool,
}

impl Shrinker<'_> {
    fn is_spent(&self) -> bool {
        self.budget.questions == 0 || Instant::now() > self.budget.until
    }

    /// Keeps a smaller episode if it still differs.
    fn try_one(&mut self, smaller: Episode) -> bool {
        if smaller == self.best || smaller.commands.is_empty() || self.is_spent() {
            return false;
        }
        self.budget.questions -= 1;
        let still = (self.differs)(&smaller);
        if still {
            self.best = smaller;
        }
        still
    }

    /// Leaves out ever smaller pieces, from the end: late commands are often mere witnesses.
    fn commands(&mut self) {
        let mut size = self.best.commands.len().div_ceil(2);
        while size > 0 {
            let mut end = self.best.commands.len();
            while end > 0 {
                let start = end.saturating_sub(size);
                let mut smaller = self.best.clone();
                smaller.commands.drain(start..end);
                self.try_one(smaller);
                end = start;
            }
            size /= 2;
        }
    }

    /// One connection in place of several, then no unused ones.
    fn connections(&mut self) {
        for protocol in self.best.resp.clone() {
            let mut smaller = self.best.clone();
            smaller.resp = vec![protocol];
            smaller.commands.iter_mut().for_each(|command| command.on = 0);
            if self.try_one(smaller) {
                return;
            }
        }
        for from in (1..self.best.resp.len()).rev() {
            let mut smaller = self.best.clone();
            smaller.resp.remove(from);
            let onto = |on: usize| if on == from { from - 1 } else { on - usize::from(on > from) };
            smaller.commands.iter_mut().for_each(|command| command.on = onto(command.on));
            self.try_one(smaller);
        }
    }

    fn surroundings(&mut self) {
        self.try_one(Episode { resp: vec![2; self.best.resp.len()], ..self.best.clone() });
        self.try_one(Episode { limits: Vec::new(), ..self.best.clone() });
        for at in (0..self.best.limits.len()).rev() {
            let mut smaller = self.best.clone();
            smaller.limits.remove(at);
            self.try_one(smaller);
        }
    }

    /// Leaves out arguments, one or two at a time: a token often stands with its value.
    fn arguments(&mut self) {
        for at in (0..self.best.commands.len()).rev() {
            for width in [2, 1] {
                let mut arg = self.best.commands[at].args.len();
                while arg > 1 {
                    let start = arg.saturating_sub(width).max(1);
                    let mut smaller = self.best.clone();
                    smaller.commands[at].args.drain(start..arg);
                    self.try_one(smaller);
                    arg = start.min(self.best.commands[at].args.len());
                }
            }
            let mut upper = self.best.clone();
            upper.commands[at].args[0].0.make_ascii_uppercase();
            self.try_one(upper);
        }
    }

    /// Replaces values by simpler ones, everywhere at once; then each on its own.
    fn values(&mut self) {
        for value in distinct(&self.best.commands) {
            for simpler in simpler_than(&value) {
                let mut smaller = self.best.clone();
                let arguments =
                    smaller.commands.iter_mut().flat_map(|command| &mut command.args[1..]);
                arguments.filter(|arg| **arg == value).for_each(|arg| *arg = simpler.clone());
                if self.try_one(smaller) {
                    break;
                }
            }
        }
        for at in 0..self.best.commands.len() {
            for arg in 1..self.best.commands[at].args.len() {
                for simpler in simpler_than(&self.best.commands[at].args[arg].clone()) {
                    let mut smaller = self.best.clone();
                    smaller.commands[at].args[arg] = simpler;
                    if self.try_one(smaller) {
                        break;
                    }
                }
            }
        }
    }
}

/// Every value that stands as an argument, once, in order of appearance.
fn distinct(commands: &[Command]) -> Vec<Bytes> {
    let mut values: Vec<Bytes> = Vec::new();
    for arg in commands.iter().flat_map(|command| &command.args[1..]) {
        if !values.contains(arg) {
            values.push(arg.clone());
        }
    }
    values
}

/// What may stand for a value, the simplest first. A great number is replaced by great ones only, or a
/// time to live would come to pass.
fn simpler_than(value: &Bytes) -> Vec<Bytes> {
    const WORDS: &[&str] = &["k", "v", "a", "b", "c"];
    const GREAT: &[&str] = &["1000000", "10000000000"];
    const SMALL: &[&str] = &["0", "1", "2", "-1"];
    let number = std::str::from_utf8(&value.0).ok().and_then(|text| text.parse::<i64>().ok());
    let pool = match number {
        Some(number) if number >= 1000 => GREAT,
        Some(_) => SMALL,
        None => WORDS,
    };
    let mut simpler: Vec<Bytes> = pool.iter().map(|text| Bytes::from(*text)).collect();
    if let Some(at) = simpler.iter().position(|candidate| candidate == value) {
        simpler.truncate(at);
        return simpler;
    }
    if number.is_none() && value.0.len() > 1 {
        simpler.push(Bytes::from(&value.0[..value.0.len() / 2]));
        simpler.push(Bytes(vec![b'x'; value.0.len()]));
        simpler.push(Bytes(value.0.to_ascii_uppercase()));
    }
    simpler.retain(|candidate| candidate != value);
    simpler
}

#[cfg(test)]
mod tests {
    use super::super::limits::LIMITS;
    use super::*;
    use std::time::Duration;

    fn command(on: usize, text: &str) -> Command {
        Command { on, args: text.split(' ').map(Bytes::from).collect() }
    }

    fn budget(questions: usize) -> Budget {
        Budget { questions, until: Instant::now() + Duration::from_secs(60) }
    }

    fn noise(n: usize) -> Vec<Command> {
        (0..n).map(|i| command(i % 3, &format!("append key:{i} value-{i}"))).collect()
    }

    #[test]
    fn two_needed_commands_far_apart_are_all_that_is_left() {
        let mut commands = noise(200);
        commands[20] = command(1, "sEt key:7 \u{fc}ber PX 5000123");
        commands[170] = command(2, "GETEX key:7 PERSIST EX 77");
        let episode = Episode { resp: vec![3, 2, 3], commands, limits: LIMITS.iter().collect() };
        let has = |episode: &Episode, name: &str, word: &str| {
            episode.commands.iter().position(|command| {
                command.args[0].0.eq_ignore_ascii_case(name.as_bytes())
                    && command.args.contains(&Bytes::from(word))
            })
        };
        let mut asked = 0;
        let shrunk = shrink(episode, budget(1000), &mut |episode| {
            asked += 1;
            let set = has(episode, "set", "PX");
            set.is_some() && set < has(episode, "getex", "PERSIST")
        });
        assert_eq!(shrunk.commands, [command(0, "SET PX"), command(0, "GETEX PERSIST")]);
        assert_eq!((shrunk.resp, shrunk.limits), (vec![2], Vec::new()));
        assert!(asked < 200, "{asked} questions");
    }

    #[test]
    fn a_value_is_renamed_wherever_it_stands() {
        let commands = vec![command(0, "SET {tag}a hello"), command(0, "GET {tag}a")];
        let episode = Episode { resp: vec![2], commands, limits: Vec::new() };
        let shrunk = shrink(episode, budget(1000), &mut |episode| {
            let [set, get] = &episode.commands[..] else { return false };
            set.args.len() == 3 && get.args.len() == 2 && set.args[1] == get.args[1]
        });
        assert_eq!(shrunk.commands, [command(0, "SET k k"), command(0, "GET k")]);
    }

    #[test]
    fn the_budget_binds() {
        let episode =
            Episode { resp: vec![2; 3], commands: noise(100), limits: LIMITS.iter().collect() };
        let mut asked = 0;
        shrink(episode, budget(50), &mut |_| {
            asked += 1;
            false
        });
        assert_eq!(asked, 50);
    }

    #[test]
    fn a_great_number_is_never_made_a_small_one() {
        for text in ["5000123", "9223372036854775807"] {
            let least =
                simpler_than(&text.into()).iter().map(|b| b.lossy().parse::<i64>().unwrap()).min();
            assert!(least.unwrap() >= 1_000_000, "{text}");
        }
    }
}
