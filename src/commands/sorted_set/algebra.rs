//! # Several sets: ZUNION, ZINTER, ZDIFF
//!
//! ```text
//! ZUNION 2 a b WEIGHTS 1 10 WITHSCORES    ["x" "1" "y" "32"]    y is 2 in a, 3 in b
//! ZINTERSTORE d 2 a b AGGREGATE MAX       :1   event zinterstore of d; nothing left: del of d
//! ZINTERCARD 2 a b LIMIT 10               :1   stops at LIMIT
//! ```
//!
//! Plain sets may take part. All keys are looked at, and must hold one or the other, before the words
//! behind them are read.

use super::{limits, reply_pair, reply_pairs, store};
use crate::base::error::Error;
use crate::base::float::parse_f64;
use crate::base::int::parse_i64;
use crate::base::word;
use crate::commands::Cx;
use crate::commands::row::Outcome;
use crate::protocol::Args;
use crate::values::sorted_set::algebra::{self, Aggregate, Scored, Source};
use crate::values::sorted_set::{Score, build};
use crate::values::{Entry, Str, Type, View};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Op {
    Union,
    Inter,
    Diff,
}

/// What the words behind the keys say.
struct Options {
    weights: Vec<f64>,
    aggregate: Aggregate,
    with_scores: bool,
}

pub fn zunion(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    reply(cx, args, Op::Union)
}

pub fn zinter(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    reply(cx, args, Op::Inter)
}

pub fn zdiff(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    reply(cx, args, Op::Diff)
}

pub fn zunionstore(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    store_result(cx, args, Op::Union, "zunionstore")
}

pub fn zinterstore(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    store_result(cx, args, Op::Inter, "zinterstore")
}

pub fn zdiffstore(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    store_result(cx, args, Op::Diff, "zdiffstore")
}

fn reply(cx: &mut Cx<'_>, args: Args<'_>, op: Op) -> Outcome {
    let keys = keys(cx, args.from(1))?;
    let seed = cx.keys.seed();
    let sources = sources(cx.keys.read_all_of(keys.iter(), TYPES)?);
    let options = Options::parse(args.from(2 + keys.len()), keys.len(), op, true)?;
    let found = op.apply(sources, &options, seed);
    reply_pairs(&mut cx.reply, found.len(), options.with_scores);
    for (member, score) in &found {
        let (member, score) = (Str::Bytes(member), Score::Double(*score));
        reply_pair(&mut cx.reply, member, score, options.with_scores);
    }
    Ok(())
}

fn store_result(cx: &mut Cx<'_>, args: Args<'_>, op: Op, event: &'static str) -> Outcome {
    let (key, limits, keys) = (&args[1], limits(cx), keys(cx, args.from(2))?);
    let sources = sources(cx.keys.read_all_of(keys.iter(), TYPES)?);
    let options = Options::parse(args.from(3 + keys.len()), keys.len(), op, false)?;
    let found = op.apply(sources, &options, limits.seed);
    let members = found.iter().map(|(member, score)| (&**member, *score));
    let result = build(key, members, limits, cx.rng);
    store(cx, key, Some(result), event);
    Ok(())
}

pub fn zintercard(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let keys = keys(cx, args.from(1))?;
    let sources = sources(cx.keys.read_all_of(keys.iter(), TYPES)?);
    let (mut limit, mut words) = (0, args.from(2 + keys.len()).iter());
    while let Some(option) = words.next() {
        let value = words.next().filter(|_| word::is(option, "LIMIT")).ok_or(Error::Syntax)?;
        let number = parse_i64(value).and_then(|value| usize::try_from(value).ok());
        limit = number.ok_or(Error::Static("ERR LIMIT can't be negative"))?;
    }
    let limit = if limit == 0 { usize::MAX } else { limit };
    let all: Option<Vec<Source<'_>>> = sources.into_iter().collect();
    let found = all.map_or(0, |mut all| algebra::intersection_len(&mut all, limit));
    cx.reply.int(found as i64);
    Ok(())
}

const TYPES: &[Type] = &[Type::Set, Type::SortedSet];

/// As many keys as the first word says, behind it.
fn keys<'a>(cx: &Cx<'_>, words: Args<'a>) -> Result<Args<'a>, Error> {
    let count = parse_i64(&words[0]).ok_or(Error::NotInteger)?;
    if count < 1 {
        let name = cx.command.name.to_ascii_lowercase();
        return Err(Error::err(format!("at least 1 input key is needed for '{name}' command")));
    }
    let count = usize::try_from(count).ok().filter(|&count| count < words.len());
    Ok(words.to(count.ok_or(Error::Syntax)? + 1).from(1))
}

/// A key that is missing is an empty set.
fn sources(entries: Vec<Option<&Entry>>) -> Vec<Option<Source<'_>>> {
    entries.into_iter().map(|entry| entry.and_then(Source::view)).collect()
}

impl Op {
    fn apply<'a>(
        self,
        sources: Vec<Option<Source<'a>>>,
        options: &Options,
        seed: crate::base::hash::HashSeed,
    ) -> Vec<Scored<'a>> {
        let aggregate = options.aggregate;
        let weights = options.weights.iter().copied().chain(std::iter::repeat(1.0));
        let pairs = sources.iter().copied().zip(weights);
        let weighed = pairs.map(|(source, weight)| source.map(|source| (source, weight)));
        match self {
            Op::Union => {
                let mut inputs: Vec<_> = weighed.flatten().collect();
                algebra::union(&mut inputs, aggregate, seed)
            }
            Op::Inter => {
                let inputs: Option<Vec<_>> = weighed.collect();
                let found = inputs.map(|mut all| algebra::intersection(&mut all, aggregate));
                found.unwrap_or_default()
            }
            Op::Diff => {
                let others: Vec<_> = sources[1..].iter().copied().flatten().collect();
                let found = sources[0].map(|first| algebra::difference(first, &others, seed));
                found.unwrap_or_default()
            }
        }
    }
}

impl Options {
    /// `shows`: what is found is shown and not stored. Words may come again; the last ones count.
    fn parse(words: Args<'_>, key_count: usize, op: Op, shows: bool) -> Result<Options, Error> {
        let mut options =
            Options { weights: Vec::new(), aggregate: Aggregate::Sum, with_scores: false };
        let mut rest = words;
        while let Some(option) = rest.get(0) {
            let read = if op != Op::Diff && rest.len() > key_count && word::is(option, "WEIGHTS") {
                let weights = rest.to(key_count + 1).from(1);
                options.weights = weights.iter().map(weight).collect::<Result<_, _>>()?;
                key_count + 1
            } else if op != Op::Diff && rest.len() >= 2 && word::is(option, "AGGREGATE") {
                options.aggregate = aggregate(&rest[1])?;
                2
            } else if shows && word::is(option, "WITHSCORES") {
                options.with_scores = true;
                1
            } else {
                return Err(Error::Syntax);
            };
            rest = rest.from(read);
        }
        Ok(options)
    }
}

fn weight(word: &[u8]) -> Result<f64, Error> {
    parse_f64(word).ok_or(Error::Static("ERR weight value is not a float"))
}

fn aggregate(word: &[u8]) -> Result<Aggregate, Error> {
    match word {
        _ if word::is(word, "SUM") => Ok(Aggregate::Sum),
        _ if word::is(word, "MIN") => Ok(Aggregate::Min),
        _ if word::is(word, "MAX") => Ok(Aggregate::Max),
        _ => Err(Error::Syntax),
    }
}
