//! # Databases: sixteen maps

use super::{Answer, DB_COUNT, Db, Model, NOT_INTEGER, Reply, SYNTAX, Word, is, numbers};

const OUT_OF_RANGE: &str = "ERR DB index is out of range";
const NOT_32_BITS: &str =
    "ERR value is out of range, value must between -2147483648 and 2147483647";

/// A database's number.
pub fn index(word: &[u8]) -> Result<usize, String> {
    let index = numbers::integer(word).ok_or(NOT_INTEGER)?;
    in_range(index.try_into().map_err(|_| NOT_32_BITS)?)
}

/// An integer of 32 bits.
fn small(word: &[u8]) -> Option<i32> {
    numbers::integer(word).and_then(|index| index.try_into().ok())
}

fn in_range(index: i32) -> Result<usize, String> {
    usize::try_from(index).ok().filter(|db| *db < DB_COUNT).ok_or_else(|| OUT_OF_RANGE.into())
}

pub fn select(model: &mut Model, who: usize, words: &[Word]) -> Answer {
    model.clients[who].db = index(&words[1])?;
    Ok(Reply::ok())
}

/// Dead keys count until somebody meets them.
pub fn dbsize(model: &mut Model, db: usize, _: &[Word]) -> Answer {
    let all = model.dbs[db].len() as i64;
    let ghosts = model.dbs[db].values().filter(|item| item.ghost).count() as i64;
    Ok(if ghosts == 0 { Reply::Int(all) } else { Reply::Between(all - ghosts, all) })
}

pub fn flushdb(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    check_mode(words)?;
    model.replace(db, Db::new());
    Ok(Reply::ok())
}

pub fn flushall(model: &mut Model, _: usize, words: &[Word]) -> Answer {
    check_mode(words)?;
    (0..DB_COUNT).for_each(|db| model.replace(db, Db::new()));
    Ok(Reply::ok())
}

fn check_mode(words: &[Word]) -> Result<(), String> {
    match &words[1..] {
        [] => Ok(()),
        [mode] if is(mode, "SYNC") || is(mode, "ASYNC") => Ok(()),
        _ => Err(SYNTAX.into()),
    }
}

pub fn swapdb(model: &mut Model, _: usize, words: &[Word]) -> Answer {
    let one = small(&words[1]).ok_or("ERR invalid first DB index")?;
    let other = small(&words[2]).ok_or("ERR invalid second DB index")?;
    let (one, other) = (in_range(one)?, in_range(other)?);
    if one != other {
        let (first, second) = (model.dbs[one].clone(), model.dbs[other].clone());
        model.replace(one, second);
        model.replace(other, first);
    }
    Ok(Reply::ok())
}
