//! # Setting scores: ZADD, ZINCRBY
//!
//! ```text
//! ZADD z 10 ann 7 bob       :2   new members            event zadd
//! ZADD z GT CH 12 ann       :1   new or moved           event zadd
//! ZADD z INCR 5 ann         "17", or nil if it may not  event zincr
//! ZINCRBY z 5 ann           the same
//! ```
//!
//! NX adds only, XX moves only; GT and LT move in one direction only, but add anyway. All scores are read
//! before anything is done.

use super::limits;
use crate::base::error::Error;
use crate::base::float::parse_f64;
use crate::base::word;
use crate::commands::Cx;
use crate::commands::row::Outcome;
use crate::keyspace::notify::Event;
use crate::protocol::Args;
use crate::values::Form;
use crate::values::sorted_set::{Change, SortedSetMut};

/// What ZADD was told about old scores.
#[derive(Clone, Copy, Default)]
struct Rule {
    nx: bool,
    xx: bool,
    gt: bool,
    lt: bool,
    ch: bool,
    incr: bool,
}

pub fn zadd(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    add(cx, args, Rule::default())
}

/// Words that ZADD takes for options are so here too, but then one is missing.
pub fn zincrby(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    add(cx, args, Rule { incr: true, ..Rule::default() })
}

impl Rule {
    /// Reads options, and gives the scores and members behind them.
    fn parse<'a>(mut self, words: Args<'a>) -> Result<(Rule, Args<'a>), Error> {
        let mut options = 0;
        for word in words.iter() {
            let option = match word {
                _ if word::is(word, "NX") => &mut self.nx,
                _ if word::is(word, "XX") => &mut self.xx,
                _ if word::is(word, "GT") => &mut self.gt,
                _ if word::is(word, "LT") => &mut self.lt,
                _ if word::is(word, "CH") => &mut self.ch,
                _ if word::is(word, "INCR") => &mut self.incr,
                _ => break,
            };
            *option = true;
            options += 1;
        }
        let pairs = words.from(options);
        if pairs.len() == 0 || pairs.len() % 2 == 1 {
            return Err(Error::Syntax);
        }
        if self.nx && self.xx {
            return Err(Error::Static("ERR XX and NX options at the same time are not compatible"));
        }
        if self.nx && (self.gt || self.lt) || self.gt && self.lt {
            return Err(Error::Static(
                "ERR GT, LT, and/or NX options at the same time are not compatible",
            ));
        }
        if self.incr && pairs.len() > 2 {
            return Err(Error::Static("ERR INCR option supports a single increment-element pair"));
        }
        Ok((self, pairs))
    }

    /// The score of a member that has `old`, or is new; `None`: it stays as it is.
    #[inline]
    fn choose(self, old: Option<f64>, given: f64) -> Option<f64> {
        let Some(old) = old else { return (!self.xx).then_some(given) };
        let new = if self.incr { old + given } else { given };
        let stays = self.nx || self.lt && new >= old || self.gt && new <= old;
        (!stays).then_some(new)
    }
}

fn add(cx: &mut Cx<'_>, args: Args<'_>, rule: Rule) -> Outcome {
    let (key, (rule, pairs)) = (&args[1], rule.parse(args.from(2))?);
    // One pair is what is mostly given, and no reason to allocate.
    let first = score(&pairs[0])?;
    let others = pairs.from(2).iter().step_by(2).map(score).collect::<Result<Vec<_>, _>>()?;
    let limits = limits(cx);
    let mut entry = if rule.xx {
        let Some(entry) = cx.keys.get_mut(key) else {
            reply(cx, rule, None, 0);
            return Ok(());
        };
        entry
    } else {
        cx.keys.get_or_create(key, Form::SortedSet)?
    };
    let mut set = SortedSetMut::new(&mut entry, limits).ok_or(Error::WrongType)?;
    let members = pairs.from(1).iter().step_by(2);
    set.expect(&pairs[1], members.len(), cx.rng);
    let (mut added, mut moved, mut last) = (0, 0, None);
    for (member, given) in members.zip([first].into_iter().chain(others)) {
        let choose = |old| {
            last = rule.choose(old, given);
            last
        };
        match set.update(member, cx.rng, choose) {
            Change::None => {}
            Change::Added => added += 1,
            Change::Moved => moved += 1,
            Change::NotANumber => {
                return Err(Error::Static("ERR resulting score is not a number (NaN)"));
            }
        }
    }
    drop(entry);
    if added + moved > 0 {
        cx.changed(key, Event::sorted_set(if rule.incr { "zincr" } else { "zadd" }));
        cx.dirty += added + moved - 1;
    }
    reply(cx, rule, last, if rule.ch { added + moved } else { added });
    Ok(())
}

fn reply(cx: &mut Cx<'_>, rule: Rule, score: Option<f64>, count: u64) {
    match score {
        _ if !rule.incr => cx.reply.int(count as i64),
        Some(score) => cx.reply.double(score),
        None => cx.reply.null(),
    }
}

fn score(word: &[u8]) -> Result<f64, Error> {
    parse_f64(word).ok_or(Error::NotFloat)
}
