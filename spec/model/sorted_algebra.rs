//! # Several sorted sets: union, intersection, difference
//!
//! Member by member: which scores has it in which set, and what do they come to?

use super::sorted_sets::{Pairs, order, pairs, score_of, scored, store};
use super::{Answer, Model, NOT_INTEGER, Reply, SYNTAX, Word, is, numbers};
use keynotes::base::float::parse_f64;

pub fn zunion(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    show(model, db, words, Op::Union)
}

pub fn zinter(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    show(model, db, words, Op::Inter)
}

pub fn zdiff(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    show(model, db, words, Op::Diff)
}

pub fn zunionstore(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let (found, _) = together(model, db, &words[2..], Op::Union, "zunionstore", false)?;
    Ok(store(model, db, &words[1], found))
}

pub fn zinterstore(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let (found, _) = together(model, db, &words[2..], Op::Inter, "zinterstore", false)?;
    Ok(store(model, db, &words[1], found))
}

pub fn zdiffstore(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let (found, _) = together(model, db, &words[2..], Op::Diff, "zdiffstore", false)?;
    Ok(store(model, db, &words[1], found))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Op {
    Union,
    Inter,
    Diff,
}

fn show(model: &mut Model, db: usize, words: &[Word], op: Op) -> Answer {
    let name = match op {
        Op::Union => "zunion",
        Op::Inter => "zinter",
        Op::Diff => "zdiff",
    };
    let (found, with_scores) = together(model, db, &words[1..], op, name, true)?;
    if with_scores {
        return Ok(scored(found));
    }
    Ok(Reply::Array(found.into_iter().map(|(_, member)| Reply::Bulk(member)).collect()))
}

/// The sets behind a number of keys, the smallest first if they are not to be subtracted; plain ones
/// have score 1. And the words behind the keys.
fn sources<'a>(
    model: &mut Model,
    db: usize,
    words: &'a [Word],
    name: &str,
) -> Result<(Vec<Pairs>, &'a [Word]), String> {
    let count = numbers::integer(&words[0]).ok_or(NOT_INTEGER)?;
    if count < 1 {
        return Err(format!("ERR at least 1 input key is needed for '{name}' command"));
    }
    let keys = usize::try_from(count).ok().and_then(|count| words.get(1..count.checked_add(1)?));
    let keys = keys.ok_or(SYNTAX)?;
    let source = |key: &Word| match model.find_set(db, key) {
        Ok(found) => {
            let members = found.map(|(members, _)| members).unwrap_or_default();
            Ok(members.into_iter().map(|member| (1.0, member)).collect())
        }
        Err(_) => pairs(model, db, key),
    };
    let sources = keys.iter().map(source).collect::<Result<_, _>>()?;
    Ok((sources, &words[keys.len() + 1..]))
}

fn together(
    model: &mut Model,
    db: usize,
    words: &[Word],
    op: Op,
    name: &str,
    may_show: bool,
) -> Result<(Pairs, bool), String> {
    let (sources, mut rest) = sources(model, db, words, name)?;
    let (mut weights, mut aggregate, mut with_scores) = (vec![1.0; sources.len()], "SUM", false);
    while let [word, behind @ ..] = rest {
        if op != Op::Diff && is(word, "WEIGHTS") && behind.len() >= sources.len() {
            let weight = |word: &Word| parse_f64(word).ok_or("ERR weight value is not a float");
            let (given, behind) = behind.split_at(sources.len());
            weights = given.iter().map(weight).collect::<Result<_, _>>()?;
            rest = behind;
        } else if op != Op::Diff && is(word, "AGGREGATE") && !behind.is_empty() {
            let known = ["SUM", "MIN", "MAX"].into_iter().find(|name| is(&behind[0], name));
            aggregate = known.ok_or(SYNTAX)?;
            rest = &behind[1..];
        } else if may_show && is(word, "WITHSCORES") {
            with_scores = true;
            rest = behind;
        } else {
            return Err(SYNTAX.into());
        }
    }
    if op == Op::Diff {
        let mut left = sources[0].clone();
        left.retain(|(_, member)| sources[1..].iter().all(|set| score_of(set, member).is_none()));
        left.sort_by(order);
        return Ok((left, with_scores));
    }
    let mut weighed: Vec<(&Pairs, f64)> = sources.iter().zip(weights).collect();
    weighed.sort_by_key(|(pairs, _)| pairs.len());
    Ok((combine(&weighed, op, aggregate), with_scores))
}

/// Every member with what its scores come to; what is no number is 0.
fn combine(sources: &[(&Pairs, f64)], op: Op, aggregate: &str) -> Pairs {
    let or_zero = |score: f64| if score.is_nan() { 0.0 } else { score };
    let mut found = Pairs::new();
    for (_, member) in sources.iter().flat_map(|(pairs, _)| pairs.iter()) {
        let scores: Vec<f64> = sources
            .iter()
            .filter_map(|(pairs, weight)| Some(score_of(pairs, member)? * weight))
            .enumerate()
            .map(|(at, score)| if op == Op::Union || at == 0 { or_zero(score) } else { score })
            .collect();
        let is_wanted = op == Op::Union || scores.len() == sources.len();
        if !is_wanted || score_of(&found, member).is_some() {
            continue;
        }
        let both = |one: f64, other: f64| match aggregate {
            "MIN" if other < one => other,
            "MAX" if other > one => other,
            "SUM" => or_zero(one + other),
            _ => one,
        };
        found.push((scores.into_iter().reduce(both).expect("of one at least"), member.clone()));
    }
    found.sort_by(order);
    found
}

pub fn zintercard(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let (sources, rest) = sources(model, db, &words[1..], "zintercard")?;
    let mut limit = 0;
    for option in rest.chunks(2) {
        match option {
            [name, value] if is(name, "LIMIT") => {
                let value = numbers::integer(value).filter(|value| *value >= 0);
                limit = value.ok_or("ERR LIMIT can't be negative")? as usize;
            }
            _ => return Err(SYNTAX.into()),
        }
    }
    let in_all = |member: &Word| sources.iter().all(|set| score_of(set, member).is_some());
    let found = sources[0].iter().filter(|(_, member)| in_all(member)).count();
    Ok(Reply::count(if limit == 0 { found } else { found.min(limit) }))
}
