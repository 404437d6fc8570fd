//! # Sets: members under a key, each once
//!
//! Where the lot decides which members go, the server is believed, if what it says can be true.

use super::{Answer, Item, Members, Model, Reply, SYNTAX, Value, Word, is, numbers};

fn members(model: &mut Model, db: usize, key: &[u8]) -> Result<Members, String> {
    Ok(model.find_set(db, key)?.map_or(Members::new(), |(members, _)| members))
}

/// Adds and removes; says how many were new, and how many were there. A set that has not changed was
/// not touched.
fn change(
    model: &mut Model,
    db: usize,
    key: &[u8],
    adds: &[Word],
    removes: &[Word],
) -> Result<(usize, usize), String> {
    let before = model.find_set(db, key)?;
    let (mut members, item) =
        before.unwrap_or_else(|| (Members::new(), Item::of(Value::Set(Members::new()))));
    let added = adds.iter().filter(|member| members.insert((*member).clone())).count();
    let removed = removes.iter().filter(|member| members.remove(*member)).count();
    if added + removed > 0 && members.is_empty() {
        model.remove(db, key);
    } else if added + removed > 0 {
        model.put(db, key, Item { value: Value::Set(members), ..item });
    }
    Ok((added, removed))
}

pub fn sadd(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    change(model, db, &words[1], &words[2..], &[]).map(|(added, _)| Reply::count(added))
}

pub fn srem(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    change(model, db, &words[1], &[], &words[2..]).map(|(_, removed)| Reply::count(removed))
}

pub fn scard(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    Ok(Reply::count(members(model, db, &words[1])?.len()))
}

pub fn smembers(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    Ok(Reply::Members(members(model, db, &words[1])?))
}

pub fn sismember(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    Ok(Reply::flag(members(model, db, &words[1])?.contains(&words[2])))
}

pub fn smismember(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let members = members(model, db, &words[1])?;
    let flags = words[2..].iter().map(|member| Reply::flag(members.contains(member)));
    Ok(Reply::Array(flags.collect()))
}

/// A missing source hides a target of another type.
pub fn smove(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let (from, to, member) = (&words[1], &words[2], &words[3..]);
    let (is_there, _) = (model.exists(db, from), model.exists(db, to));
    if !is_there {
        return Ok(Reply::Int(0));
    }
    let source = members(model, db, from)?;
    members(model, db, to)?;
    let moves = source.contains(&member[0]);
    if moves && from != to {
        change(model, db, from, &[], member)?;
        change(model, db, to, member, &[])?;
    }
    Ok(Reply::flag(moves))
}

pub fn spop(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let key = &words[1];
    let count = match &words[2..] {
        [] => None,
        [count] => {
            let count = numbers::integer(count).and_then(|count| usize::try_from(count).ok());
            Some(count.ok_or("ERR value is out of range, must be positive")?)
        }
        _ => return Err(SYNTAX.into()),
    };
    let there = members(model, db, key)?;
    let wanted = count.unwrap_or(1).min(there.len());
    let mut popped: Members = model.heard_words().into_iter().collect();
    if popped.len() != wanted || !popped.is_subset(&there) {
        popped = there.into_iter().take(wanted).collect();
    }
    change(model, db, key, &[], &popped.iter().cloned().collect::<Vec<_>>())?;
    Ok(match count {
        Some(_) => Reply::Members(popped),
        None => Reply::OneOf(popped),
    })
}

pub fn srandmember(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let key = &words[1];
    let count = match &words[2..] {
        [] => return Ok(Reply::OneOf(members(model, db, key)?)),
        [count] => numbers::draws(count)?,
        _ => return Err(SYNTAX.into()),
    };
    Ok(Reply::Drawn { count, of: members(model, db, key)? })
}

type Combine = fn(Vec<Members>) -> Members;

fn union(sets: Vec<Members>) -> Members {
    sets.into_iter().flatten().collect()
}

fn intersection(sets: Vec<Members>) -> Members {
    let common = |one: Members, other: Members| &one & &other;
    sets.into_iter().reduce(common).expect("one at least")
}

fn difference(sets: Vec<Members>) -> Members {
    let less = |one: Members, other: Members| &one - &other;
    sets.into_iter().reduce(less).expect("one at least")
}

fn combine(model: &mut Model, db: usize, keys: &[Word], how: Combine) -> Result<Members, String> {
    keys.iter().map(|key| members(model, db, key)).collect::<Result<_, _>>().map(how)
}

pub fn sunion(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    combine(model, db, &words[1..], union).map(Reply::Members)
}

pub fn sinter(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    combine(model, db, &words[1..], intersection).map(Reply::Members)
}

pub fn sdiff(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    combine(model, db, &words[1..], difference).map(Reply::Members)
}

pub fn sunionstore(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    store(model, db, words, union)
}

pub fn sinterstore(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    store(model, db, words, intersection)
}

pub fn sdiffstore(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    store(model, db, words, difference)
}

fn store(model: &mut Model, db: usize, words: &[Word], how: Combine) -> Answer {
    let (key, result) = (&words[1], combine(model, db, &words[2..], how)?);
    let count = result.len();
    if count == 0 {
        model.remove(db, key);
    } else {
        model.put(db, key, Item::of(Value::Set(result)));
    }
    Ok(Reply::count(count))
}

pub fn sintercard(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let count = numbers::integer(&words[1]).filter(|count| *count > 0);
    let count = count.ok_or("ERR numkeys should be greater than 0")? as usize;
    if count > words.len() - 2 {
        return Err("ERR Number of keys can't be greater than number of args".into());
    }
    let (keys, options) = words[2..].split_at(count);
    let mut limit = 0;
    for option in options.chunks(2) {
        match option {
            [name, value] if is(name, "LIMIT") => {
                let value = numbers::integer(value).filter(|value| *value >= 0);
                limit = value.ok_or("ERR LIMIT can't be negative")? as usize;
            }
            _ => return Err(SYNTAX.into()),
        }
    }
    let found = combine(model, db, keys, intersection)?.len();
    Ok(Reply::count(if limit == 0 { found } else { found.min(limit) }))
}
