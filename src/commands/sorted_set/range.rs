//! # Stretches: ZRANGE and its older forms, ZRANGESTORE
//!
//! ```text
//! ZRANGE z 0 -1 WITHSCORES                   ["bob" "7" "ann" "10"], in RESP3 [["bob" ,7] ["ann" ,10]]
//! ZRANGE z +inf (7 BYSCORE REV LIMIT 0 1     ["ann"]
//! ZRANGE z [a (c BYLEX                       members from a to before c, if all scores are equal
//! ZRANGESTORE d z 0 9                        :2   event zrangestore of d; nothing there: del of d
//! ```
//!
//! ZRANGE is all of them since 6.2: ZREVRANGE is ZRANGE … REV, ZRANGEBYSCORE is ZRANGE … BYSCORE. Against
//! the order the range is given from its upper end down, but not where it is one of ranks. What is read
//! goes from where it lies into the reply.

use std::borrow::Cow;

use super::{bounds, limits, reply_pair, reply_pairs, store};
use crate::base::error::Error;
use crate::base::int::parse_i64;
use crate::base::word;
use crate::commands::Cx;
use crate::commands::row::Outcome;
use crate::protocol::{Args, Resp};
use crate::values::sorted_set::algebra::Scored;
use crate::values::sorted_set::{End, Range, Score, build};
use crate::values::{SortedSet, Str};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Rank,
    Score,
    Lex,
}

/// What the words behind the range say, or the command's name.
#[derive(Clone, Copy)]
struct Options {
    by: Option<By>,
    from: Option<End>,
    with_scores: bool,
    offset: i64,
    /// Negative: all.
    limit: i64,
}

/// A stretch that was asked for.
struct Wanted<'a> {
    span: Span<'a>,
    from: End,
    with_scores: bool,
    offset: i64,
    limit: i64,
}

enum Span<'a> {
    Ranks(i64, i64),
    Range(Range<'a>),
}

pub fn zrange(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    reply(cx, args, Options::open())
}

pub fn zrevrange(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    reply(cx, args, Options::fixed(By::Rank, End::Highest))
}

pub fn zrangebyscore(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    reply(cx, args, Options::fixed(By::Score, End::Lowest))
}

pub fn zrevrangebyscore(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    reply(cx, args, Options::fixed(By::Score, End::Highest))
}

pub fn zrangebylex(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    reply(cx, args, Options::fixed(By::Lex, End::Lowest))
}

pub fn zrevrangebylex(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    reply(cx, args, Options::fixed(By::Lex, End::Highest))
}

fn reply(cx: &mut Cx<'_>, args: Args<'_>, options: Options) -> Outcome {
    let wanted = options.parse(args.from(2), true)?;
    let Some(set) = cx.keys.get::<SortedSet>(&args[1])? else {
        cx.reply.array(0);
        return Ok(());
    };
    let reply = &mut cx.reply;
    if let Span::Ranks(start, stop) = wanted.span {
        let ranks = bounds::within((start, stop), set.len());
        reply_pairs(reply, ranks.len(), wanted.with_scores);
        let members = set.iter_from(wanted.from, ranks.start).into_iter().flatten();
        for (member, score) in members.take(ranks.len()) {
            reply_pair(reply, member, score, wanted.with_scores);
        }
        return Ok(());
    }
    let head = reply.begin_array();
    let mut count = 0;
    wanted.for_each(set, |member, score| {
        reply_pair(reply, member, score, wanted.with_scores);
        count += 1;
    });
    let is_flat = wanted.with_scores && reply.resp() == Resp::V2;
    reply.end_array(head, if is_flat { 2 * count } else { count });
    Ok(())
}

pub fn zrangestore(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let wanted = Options::open().parse(args.from(3), false)?;
    let (key, limits) = (&args[1], limits(cx));
    let result = cx.keys.get::<SortedSet>(&args[2])?.map(|set| {
        let mut found: Vec<Scored<'_>> = Vec::new();
        wanted.for_each(set, |member, score| {
            let member = match member {
                Str::Bytes(bytes) => Cow::Borrowed(bytes),
                Str::Int(_) => Cow::Owned(member.to_vec()),
            };
            found.push((member, score.value()));
        });
        if wanted.from == End::Highest {
            found.reverse();
        }
        build(key, found.iter().map(|(member, score)| (&**member, *score)), limits, cx.rng)
    });
    store(cx, key, result, "zrangestore");
    Ok(())
}

impl Options {
    /// The words say everything.
    fn open() -> Options {
        Options { by: None, from: None, with_scores: false, offset: 0, limit: -1 }
    }

    /// The command's name has said it.
    fn fixed(by: By, from: End) -> Options {
        Options { by: Some(by), from: Some(from), ..Options::open() }
    }

    /// Reads the range and what follows it.
    fn parse<'a>(self, words: Args<'a>, may_score: bool) -> Result<Wanted<'a>, Error> {
        let Options { by, from, with_scores, offset, limit } =
            self.read(words.from(2), may_score)?;
        let (by, from) = (by.unwrap_or(By::Rank), from.unwrap_or(End::Lowest));
        if limit != -1 && by == By::Rank {
            return Err(Error::Static(
                "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or \
                 BYLEX",
            ));
        }
        if with_scores && by == By::Lex {
            return Err(Error::Static(
                "ERR syntax error, WITHSCORES not supported in combination with BYLEX",
            ));
        }
        let [first, second] = [0, 1].map(|at| words.get(at).expect("as the arity says"));
        let (min, max) = match from {
            End::Highest if by != By::Rank => (second, first),
            _ => (first, second),
        };
        let span = match by {
            By::Rank => bounds::ranks(min, max).map(|(start, stop)| Span::Ranks(start, stop)),
            By::Score => bounds::scores(min, max).map(Span::Range),
            By::Lex => bounds::members(min, max).map(Span::Range),
        }?;
        Ok(Wanted { span, from, with_scores, offset, limit })
    }

    fn read(mut self, words: Args<'_>, may_score: bool) -> Result<Options, Error> {
        let (by_is_open, from_is_open) = (self.by.is_none(), self.from.is_none());
        let mut by_words = 0..words.len();
        while let Some(at) = by_words.next() {
            let word = &words[at];
            if may_score && word::is(word, "WITHSCORES") {
                self.with_scores = true;
            } else if word::is(word, "LIMIT") && at + 2 < words.len() {
                self.offset = parse_i64(&words[at + 1]).ok_or(Error::NotInteger)?;
                self.limit = parse_i64(&words[at + 2]).ok_or(Error::NotInteger)?;
                by_words.nth(1);
            } else if from_is_open && self.from.is_none() && word::is(word, "REV") {
                self.from = Some(End::Highest);
            } else if by_is_open && self.by.is_none() && word::is(word, "BYLEX") {
                self.by = Some(By::Lex);
            } else if by_is_open && self.by.is_none() && word::is(word, "BYSCORE") {
                self.by = Some(By::Score);
            } else {
                return Err(Error::Syntax);
            }
        }
        Ok(self)
    }
}

impl Wanted<'_> {
    /// Hands over the members of the stretch, beginning at its end.
    fn for_each<'s>(&self, set: SortedSet<'s>, mut each: impl FnMut(Str<'s>, Score<'s>)) {
        let range = match self.span {
            Span::Range(range) => range,
            Span::Ranks(start, stop) => {
                let ranks = bounds::within((start, stop), set.len());
                let members = set.iter_from(self.from, ranks.start).into_iter().flatten();
                return members.take(ranks.len()).for_each(|(member, score)| each(member, score));
            }
        };
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let members = set.iter_in(range, self.from, self.offset).take(limit);
        members.for_each(|(member, score)| each(member, score));
    }
}
