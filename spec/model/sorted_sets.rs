//! # Sorted sets: pairs of a score and a member, in order
//!
//! Whatever a command does, it takes the pairs out, changes them, sorts them, and puts them back: none
//! are not put back. Scores are read and written as Rust does it where that is the same.

use super::{
    Answer, Item, Model, NOT_INTEGER, Reply, SYNTAX, Value, Word, is, numbers, wrong_count,
};
use keynotes::base::float::{Text, parse_f64, parse_laxly};
use std::cmp::Ordering;

/// In order: by score, then by member.
pub type Pairs = Vec<(f64, Word)>;

const NOT_FLOAT: &str = "ERR value is not a valid float";
const TOO_LOW: &str = "ERR value is out of range, must be positive";

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Lowest,
    Highest,
}
use End::{Highest, Lowest};

/// What a range holds.
type Holds<'a> = Box<dyn Fn(&(f64, Word)) -> bool + 'a>;

pub fn order(one: &(f64, Word), other: &(f64, Word)) -> Ordering {
    one.0.partial_cmp(&other.0).expect("numbers").then_with(|| one.1.cmp(&other.1))
}

pub fn pairs(model: &mut Model, db: usize, key: &[u8]) -> Result<Pairs, String> {
    Ok(model.find_sorted_set(db, key)?.map_or(Pairs::new(), |(pairs, _)| pairs))
}

/// Puts pairs in the place of those that were there, in whatever order they are.
fn put(model: &mut Model, db: usize, key: &[u8], mut pairs: Pairs) {
    if pairs.is_empty() {
        model.remove(db, key);
        return;
    }
    pairs.sort_by(order);
    let item =
        model.find(db, key).cloned().unwrap_or_else(|| Item::of(Value::SortedSet(Pairs::new())));
    model.put(db, key, Item { value: Value::SortedSet(pairs), ..item });
}

/// Puts a new sorted set, whatever was there.
pub fn store(model: &mut Model, db: usize, key: &[u8], mut pairs: Pairs) -> Reply {
    let count = pairs.len();
    pairs.sort_by(order);
    if pairs.is_empty() {
        model.find(db, key);
        model.remove(db, key);
    } else {
        model.put(db, key, Item::of(Value::SortedSet(pairs)));
    }
    Reply::count(count)
}

pub fn score_of(pairs: &Pairs, member: &[u8]) -> Option<f64> {
    pairs.iter().find(|(_, other)| other == member).map(|(score, _)| *score)
}

pub fn zadd(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    add(model, db, words, false)
}

pub fn zincrby(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    add(model, db, words, true)
}

fn add(model: &mut Model, db: usize, words: &[Word], incr: bool) -> Answer {
    let known = ["NX", "XX", "GT", "LT", "CH", "INCR"];
    let is_option = |word: &&Word| known.iter().any(|name| is(word, name));
    let options: Vec<&Word> = words[2..].iter().take_while(is_option).collect();
    let given = &words[2 + options.len()..];
    let [nx, xx, gt, lt, ch, incr_word] =
        known.map(|name| options.iter().any(|option| is(option, name)));
    let incr = incr || incr_word;
    let (given, rest) = given.as_chunks::<2>();
    match () {
        () if given.is_empty() || !rest.is_empty() => return Err(SYNTAX.into()),
        () if nx && xx => {
            return Err("ERR XX and NX options at the same time are not compatible".into());
        }
        () if nx && (gt || lt) || gt && lt => {
            let text = "ERR GT, LT, and/or NX options at the same time are not compatible";
            return Err(text.into());
        }
        () if incr && given.len() > 1 => {
            return Err("ERR INCR option supports a single increment-element pair".into());
        }
        () => {}
    }
    let scores = given.iter().map(|[score, _]| parse_f64(score).ok_or(NOT_FLOAT));
    let scores = scores.collect::<Result<Vec<f64>, _>>()?;
    let mut all = pairs(model, db, &words[1])?;
    let (mut added, mut moved, mut last) = (0, 0, None);
    for ([_, member], score) in given.iter().zip(scores) {
        let old = score_of(&all, member);
        let new = old.filter(|_| incr).unwrap_or(0.0) + score;
        last = Some(new);
        match old {
            Some(_) if new.is_nan() => {
                return Err("ERR resulting score is not a number (NaN)".into());
            }
            Some(old) if nx || lt && new >= old || gt && new <= old => last = None,
            Some(old) if new == old => {}
            Some(_) => {
                all.retain(|(_, other)| other != member);
                all.push((new, member.clone()));
                moved += 1;
            }
            None if xx => last = None,
            None => {
                all.push((score, member.clone()));
                last = Some(score);
                added += 1;
            }
        }
    }
    if added + moved > 0 {
        put(model, db, &words[1], all);
    }
    Ok(match last {
        Some(score) if incr => Reply::double(score),
        None if incr => Reply::Nil,
        _ => Reply::count(if ch { added + moved } else { added }),
    })
}

pub fn zcard(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    Ok(Reply::count(pairs(model, db, &words[1])?.len()))
}

pub fn zscore(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let score = score_of(&pairs(model, db, &words[1])?, &words[2]);
    Ok(score.map_or(Reply::Nil, Reply::double))
}

pub fn zmscore(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let all = pairs(model, db, &words[1])?;
    let score = |member: &Word| score_of(&all, member).map_or(Reply::Nil, Reply::double);
    Ok(Reply::Array(words[2..].iter().map(score).collect()))
}

pub fn zrank(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    rank(model, db, words, Lowest)
}

pub fn zrevrank(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    rank(model, db, words, Highest)
}

fn rank(model: &mut Model, db: usize, words: &[Word], from: End) -> Answer {
    let with_score = match &words[3..] {
        [] => false,
        [word] if is(word, "WITHSCORE") => true,
        [_] => return Err(SYNTAX.into()),
        _ => return Err(wrong_count(if from == Lowest { "zrank" } else { "zrevrank" })),
    };
    let mut all = pairs(model, db, &words[1])?;
    if from == Highest {
        all.reverse();
    }
    let rank = all.iter().position(|(_, member)| *member == words[2]);
    Ok(match rank {
        Some(rank) if with_score => {
            Reply::Array(vec![Reply::count(rank), Reply::double(all[rank].0)])
        }
        Some(rank) => Reply::count(rank),
        None if with_score => Reply::NilArray,
        None => Reply::Nil,
    })
}

pub fn zcount(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let holds = by_score(&words[2], &words[3])?;
    let all = pairs(model, db, &words[1])?;
    Ok(Reply::count(all.iter().filter(|pair| holds(pair)).count()))
}

fn by_score<'a>(min: &Word, max: &Word) -> Result<Holds<'a>, String> {
    let end = |word: &Word| match word.strip_prefix(b"(") {
        Some(rest) => parse_laxly(rest).map(|score| (score, true)),
        None => parse_laxly(word).map(|score| (score, false)),
    };
    let ends = end(min).zip(end(max)).ok_or("ERR min or max is not a float")?;
    let ((min, min_excluded), (max, max_excluded)) = ends;
    Ok(Box::new(move |(score, _)| {
        (*score > min || *score == min && !min_excluded)
            && (*score < max || *score == max && !max_excluded)
    }))
}

/// From a start to a stop, of so many.
fn ranks(start: &Word, stop: &Word, len: usize) -> Result<std::ops::Range<usize>, String> {
    let [start, stop] = [start, stop].map(|word| numbers::integer(word).ok_or(NOT_INTEGER));
    let from_end = |rank: i64| if rank < 0 { rank.saturating_add(len as i64) } else { rank };
    let (start, stop) = (from_end(start?).max(0), from_end(stop?).min(len as i64 - 1));
    Ok(if start > stop { 0..0 } else { start as usize..stop as usize + 1 })
}

pub fn zrange(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    range(model, db, words, None, None)
}

pub fn zrevrange(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    range(model, db, words, Some(false), Some(Highest))
}

pub fn zrangebyscore(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    range(model, db, words, Some(true), Some(Lowest))
}

pub fn zrevrangebyscore(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    range(model, db, words, Some(true), Some(Highest))
}

fn range(
    model: &mut Model,
    db: usize,
    words: &[Word],
    by_scores: Option<bool>,
    from: Option<End>,
) -> Answer {
    let (found, with_scores) = stretch(model, db, &words[1..], by_scores, from, true)?;
    Ok(if with_scores {
        scored(found)
    } else {
        Reply::Array(found.into_iter().map(|(_, member)| Reply::Bulk(member)).collect())
    })
}

pub fn zrangestore(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let (found, _) = stretch(model, db, &words[2..], None, None, false)?;
    Ok(store(model, db, &words[1], found))
}

/// What ZRANGE finds behind its name, and whether it shows scores. Ranges of members are not asked
/// for: where scores differ they mean nothing.
fn stretch(
    model: &mut Model,
    db: usize,
    words: &[Word],
    by_scores: Option<bool>,
    from: Option<End>,
    may_show: bool,
) -> Result<(Pairs, bool), String> {
    let (mut by, mut end, mut with_scores, mut limit) = (by_scores, from, false, (0, -1));
    let mut rest = words[3..].iter();
    while let Some(word) = rest.next() {
        match word {
            _ if may_show && is(word, "WITHSCORES") => with_scores = true,
            _ if is(word, "LIMIT") && rest.len() >= 2 => {
                let mut number = || numbers::integer(rest.next().expect("two")).ok_or(NOT_INTEGER);
                limit = (number()?, number()?);
            }
            _ if is(word, "REV") && end.is_none() => end = Some(Highest),
            _ if is(word, "BYSCORE") && by.is_none() => by = Some(true),
            _ => return Err(SYNTAX.into()),
        }
    }
    let end = end.unwrap_or(Lowest);
    if !by.unwrap_or(false) {
        if limit.1 != -1 {
            let text = "ERR syntax error, LIMIT is only supported in combination with either \
                BYSCORE or BYLEX";
            return Err(text.into());
        }
        ranks(&words[1], &words[2], 0)?;
        let mut all = pairs(model, db, &words[0])?;
        if end == Highest {
            all.reverse();
        }
        let ranks = ranks(&words[1], &words[2], all.len())?;
        return Ok((all[ranks].to_vec(), with_scores));
    }
    let (min, max) = if end == Lowest { (1, 2) } else { (2, 1) };
    let holds = by_score(&words[min], &words[max])?;
    let mut found = pairs(model, db, &words[0])?;
    found.retain(holds);
    if end == Highest {
        found.reverse();
    }
    let offset = usize::try_from(limit.0).unwrap_or(usize::MAX);
    let count = usize::try_from(limit.1).unwrap_or(usize::MAX);
    Ok((found.into_iter().skip(offset).take(count).collect(), with_scores))
}

pub fn zrem(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    remove(model, db, words, |pairs| pairs.retain(|(_, member)| !words[2..].contains(member)))
}

pub fn zremrangebyrank(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    ranks(&words[2], &words[3], 0)?;
    remove(model, db, words, |pairs| {
        let ranks = ranks(&words[2], &words[3], pairs.len()).expect("read before");
        pairs.drain(ranks);
    })
}

pub fn zremrangebyscore(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let holds = by_score(&words[2], &words[3])?;
    remove(model, db, words, |pairs| pairs.retain(|pair| !holds(pair)))
}

fn remove(model: &mut Model, db: usize, words: &[Word], change: impl FnOnce(&mut Pairs)) -> Answer {
    let mut all = pairs(model, db, &words[1])?;
    let before = all.len();
    change(&mut all);
    let removed = before - all.len();
    if removed > 0 {
        put(model, db, &words[1], all);
    }
    Ok(Reply::count(removed))
}

pub fn zpopmin(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    pop(model, db, words, Lowest)
}

pub fn zpopmax(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    pop(model, db, words, Highest)
}

fn pop(model: &mut Model, db: usize, words: &[Word], end: End) -> Answer {
    let count = match &words[2..] {
        [] => None,
        [count] => {
            let count = numbers::integer(count).and_then(|count| usize::try_from(count).ok());
            Some(count.ok_or(TOO_LOW)?)
        }
        _ => return Err(SYNTAX.into()),
    };
    let popped = take(model, db, &words[1], end, count.unwrap_or(1))?;
    if count.is_some() {
        return Ok(scored(popped));
    }
    let flat = |(score, member)| [Reply::Bulk(member), Reply::double(score)];
    Ok(Reply::Array(popped.into_iter().flat_map(flat).collect()))
}

fn take(model: &mut Model, db: usize, key: &[u8], end: End, count: usize) -> Result<Pairs, String> {
    let mut all = pairs(model, db, key)?;
    if end == Highest {
        all.reverse();
    }
    let popped: Pairs = all.drain(..count.min(all.len())).collect();
    if !popped.is_empty() {
        put(model, db, key, all);
    }
    Ok(popped)
}

pub fn zmpop(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let number = numbers::integer(&words[1]).filter(|number| *number > 0);
    let number = number.ok_or("ERR numkeys should be greater than 0")? as usize;
    let rest = words.get(number.saturating_add(2)..).unwrap_or_default();
    let end = match rest.first() {
        Some(word) if is(word, "MIN") => Lowest,
        Some(word) if is(word, "MAX") => Highest,
        _ => return Err(SYNTAX.into()),
    };
    let count = match &rest[1..] {
        [] => 1,
        [name, count, rest @ ..] if is(name, "COUNT") => {
            let count = numbers::integer(count).filter(|count| *count > 0);
            let count = count.ok_or("ERR count should be greater than 0")?;
            if !rest.is_empty() {
                return Err(SYNTAX.into());
            }
            count as usize
        }
        _ => return Err(SYNTAX.into()),
    };
    for key in &words[2..number + 2] {
        let popped = take(model, db, key, end, count)?;
        if !popped.is_empty() {
            let pair =
                |(score, member)| Reply::Array(vec![Reply::Bulk(member), Reply::double(score)]);
            let popped = Reply::Array(popped.into_iter().map(pair).collect());
            return Ok(Reply::Array(vec![Reply::Bulk(key.clone()), popped]));
        }
    }
    Ok(Reply::NilArray)
}

/// Members with their scores: in turn in RESP2, by pairs in RESP3.
pub fn scored(pairs: Pairs) -> Reply {
    let pair = |(score, member)| (member, Text::of(score).to_vec());
    Reply::Scored(pairs.into_iter().map(pair).collect())
}
