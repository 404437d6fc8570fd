//! # Options: the words behind SET and GETEX
//!
//! ```text
//! SET key value [NX | XX] [GET] [EX s | PX ms | EXAT s | PXAT ms | KEEPTTL]
//! GETEX key                     [EX s | PX ms | EXAT s | PXAT ms | PERSIST]
//! ```
//!
//! Any order, any case. Words of one bracket exclude each other, but a word may be said
//! twice: `EX 10 EX 20` is 20 seconds. Whether the words fit together is judged first and
//! whether the time is a number only later, because GETEX on a missing key answers nil
//! even to `EX abc`.
//!
//! A time becomes a deadline, Unix time in ms: `EX 10` at 1000 ms is 11000. Zero and less
//! are refused, also as a Unix time; a deadline that has passed is none of this file's business.

use crate::base::error::Error;
use crate::base::int::parse_i64;
use crate::base::word::is;
use crate::commands::Cx;
use crate::keyspace::lookup::Ttl;
use crate::protocol::Args;

/// When a value is set at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// `NX`: only if the key is missing.
    IfMissing,
    /// `XX`: only if the key is there.
    IfThere,
}

/// What the time of an expiry counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Seconds,
    Milliseconds,
    UnixSeconds,
    UnixMilliseconds,
}

/// What is to become of the expiry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lifetime<'a> {
    /// Nothing was said.
    #[default]
    Unsaid,
    /// `KEEPTTL`.
    Keep,
    /// `PERSIST`.
    Persist,
    /// A unit, and the word that should be a number.
    Until(Unit, &'a [u8]),
}

/// The options of one SET or GETEX.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options<'a> {
    pub condition: Option<Condition>,
    pub get: bool,
    pub lifetime: Lifetime<'a>,
}

impl<'a> Options<'a> {
    /// The options of SET, from its fourth word on.
    ///
    /// # Errors
    /// [`Error::Syntax`] for a word that is unknown, out of place or without its number.
    #[inline]
    pub fn of_set(words: Args<'a>) -> Result<Self, Error> {
        let mut options = Options::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if is(word, "NX") {
                options.require(Condition::IfMissing)?;
            } else if is(word, "XX") {
                options.require(Condition::IfThere)?;
            } else if is(word, "GET") {
                options.get = true;
            } else if is(word, "KEEPTTL") {
                options.live(Lifetime::Keep)?;
            } else {
                options.live(until(word, words.next())?)?;
            }
        }
        Ok(options)
    }

    /// The lifetime that GETEX asks for, from its third word on.
    ///
    /// # Errors
    /// As [`of_set`](Options::of_set).
    pub fn of_getex(words: Args<'a>) -> Result<Lifetime<'a>, Error> {
        let mut options = Options::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if is(word, "PERSIST") {
                options.live(Lifetime::Persist)?;
            } else {
                options.live(until(word, words.next())?)?;
            }
        }
        Ok(options.lifetime)
    }

    fn require(&mut self, condition: Condition) -> Result<(), Error> {
        match self.condition.replace(condition) {
            Some(other) if other != condition => Err(Error::Syntax),
            _ => Ok(()),
        }
    }

    /// The last of several wins, if they are of one kind.
    fn live(&mut self, lifetime: Lifetime<'a>) -> Result<(), Error> {
        let same_kind = match (self.lifetime, lifetime) {
            (Lifetime::Unsaid, _) => true,
            (Lifetime::Until(before, _), Lifetime::Until(unit, _)) => before == unit,
            (before, now) => before == now,
        };
        self.lifetime = lifetime;
        if same_kind { Ok(()) } else { Err(Error::Syntax) }
    }
}

impl Lifetime<'_> {
    /// As what becomes of a key's expiry when its value is set whole.
    ///
    /// # Errors
    /// As [`deadline_ms`].
    #[inline]
    pub fn ttl(self, cx: &Cx<'_>) -> Result<Ttl, Error> {
        match self {
            Lifetime::Unsaid | Lifetime::Persist => Ok(Ttl::Clear),
            Lifetime::Keep => Ok(Ttl::Keep),
            Lifetime::Until(unit, word) => deadline_ms(cx, unit, word).map(Ttl::At),
        }
    }
}

/// The Unix time in ms that `word` stands for.
///
/// # Errors
/// [`Error::NotInteger`], or "invalid expire time" for zero, less, and what overflows.
pub fn deadline_ms(cx: &Cx<'_>, unit: Unit, word: &[u8]) -> Result<i64, Error> {
    let count = parse_i64(word).ok_or(Error::NotInteger)?;
    let scale = match unit {
        Unit::Seconds | Unit::UnixSeconds => 1000,
        Unit::Milliseconds | Unit::UnixMilliseconds => 1,
    };
    let start_ms = match unit {
        Unit::Seconds | Unit::Milliseconds => cx.keys.now_ms(),
        Unit::UnixSeconds | Unit::UnixMilliseconds => 0,
    };
    let deadline = count.checked_mul(scale).and_then(|ms| ms.checked_add(start_ms));
    deadline.filter(|_| count > 0).ok_or_else(|| {
        let name = cx.command.name.to_ascii_lowercase();
        Error::err(format!("invalid expire time in '{name}' command"))
    })
}

fn until<'a>(word: &[u8], time: Option<&'a [u8]>) -> Result<Lifetime<'a>, Error> {
    let unit = match word {
        _ if is(word, "EX") => Unit::Seconds,
        _ if is(word, "PX") => Unit::Milliseconds,
        _ if is(word, "EXAT") => Unit::UnixSeconds,
        _ if is(word, "PXAT") => Unit::UnixMilliseconds,
        _ => return Err(Error::Syntax),
    };
    time.map(|time| Lifetime::Until(unit, time)).ok_or(Error::Syntax)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args;

    #[test]
    fn words_of_one_bracket_exclude_each_other() {
        for (words, fits) in [
            (args!["SET", "nx", "GET", "ex", "10"], true),
            (args!["SET", "EX", "10", "EX", "20"], true),
            (args!["SET", "KEEPTTL", "keepttl", "XX", "XX"], true),
            (args!["SET", "NX", "XX"], false),
            (args!["SET", "EX", "10", "PX", "10"], false),
            (args!["SET", "KEEPTTL", "EX", "10"], false),
            (args!["SET", "EX"], false),
            (args!["SET", "PERSIST"], false),
        ] {
            assert_eq!(Options::of_set(words.borrow().from(1)).is_ok(), fits, "{words:?}");
        }
    }

    #[test]
    fn the_last_of_a_kind_wins() {
        let words = args!["GETEX", "k", "EX", "10", "ex", "abc"];
        let lifetime = Options::of_getex(words.borrow().from(2));
        assert_eq!(lifetime, Ok(Lifetime::Until(Unit::Seconds, b"abc")));
    }
}
