//! # Numbers: INCR and its kin

use super::{Answer, Encoding, Item, Model, NOT_INTEGER, Reply, Word};
use keynotes::base::float80::Float80;

const NOT_FLOAT: &str = "ERR value is not a valid float";

/// A text is an integer only if it is how that integer prints.
pub fn integer(text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?;
    text.parse().ok().filter(|value: &i64| value.to_string() == text)
}

/// How many draws a count asks for: below 0, each is from all.
pub fn draws(word: &[u8]) -> Result<i64, String> {
    let count = integer(word).ok_or(NOT_INTEGER)?;
    let bounds = (-i64::MAX, i64::MAX);
    if count < bounds.0 {
        let (least, most) = bounds;
        return Err(format!("ERR value is out of range, value must between {least} and {most}"));
    }
    Ok(count)
}

pub fn incr(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    add(model, db, &words[1], 1)
}

pub fn decr(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    add(model, db, &words[1], -1)
}

pub fn incrby(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    add(model, db, &words[1], integer(&words[2]).ok_or(NOT_INTEGER)?)
}

/// The lowest integer has no opposite.
pub fn decrby(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let amount = integer(&words[2]).ok_or(NOT_INTEGER)?;
    add(model, db, &words[1], amount.checked_neg().ok_or("ERR decrement would overflow")?)
}

fn add(model: &mut Model, db: usize, key: &[u8], amount: i64) -> Answer {
    let before = model.find_text(db, key)?;
    let value = before.as_ref().map_or(Some(0), |(text, _)| integer(text)).ok_or(NOT_INTEGER)?;
    let sum = value.checked_add(amount).ok_or("ERR increment or decrement would overflow")?;
    let item = Item::encoded(sum.to_string().into_bytes(), Encoding::Int);
    let deadline_ms = before.and_then(|(_, item)| item.deadline_ms);
    model.put(db, key, Item { deadline_ms, ..item });
    Ok(Reply::Int(sum))
}

/// The sum is kept as text, even where it is whole.
pub fn incrbyfloat(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let key = &words[1];
    let before = model.find_text(db, key)?;
    let text = before.as_ref().map_or(&b"0"[..], |(text, _)| text);
    let value = Float80::parse(text).ok_or(NOT_FLOAT)?;
    let amount = Float80::parse(&words[2]).ok_or(NOT_FLOAT)?;
    let sum = value.checked_add(amount).ok_or("ERR increment would produce NaN or Infinity")?;
    let mut text = Vec::new();
    sum.write_human(&mut text);
    let deadline_ms = before.and_then(|(_, item)| item.deadline_ms);
    model.put(db, key, Item { deadline_ms, ..Item::text(text.clone()) });
    Ok(Reply::Bulk(text))
}
