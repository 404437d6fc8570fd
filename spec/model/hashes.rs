//! # Hashes: a map under a key

use super::{
    Answer, Fields, Item, Model, NOT_INTEGER, Reply, SYNTAX, Value, Word, is, numbers, wrong_count,
};
use keynotes::base::float80::Float80;

const NOT_FLOAT: &str = "ERR value is not a valid float";

fn fields(model: &mut Model, db: usize, key: &[u8]) -> Result<Fields, String> {
    Ok(model.find_hash(db, key)?.map_or(Fields::new(), |(fields, _)| fields))
}

/// Changes the fields of a hash that may have to be made, or that goes with its last field.
fn change<T>(
    model: &mut Model,
    db: usize,
    key: &[u8],
    change: impl FnOnce(&mut Fields) -> Result<T, String>,
) -> Result<T, String> {
    let before = model.find_hash(db, key)?;
    let (mut fields, item) =
        before.clone().unwrap_or_else(|| (Fields::new(), Item::of(Value::Hash(Fields::new()))));
    let done = change(&mut fields)?;
    if !fields.is_empty() {
        model.put(db, key, Item { value: Value::Hash(fields), ..item });
    } else if before.is_some() {
        model.remove(db, key);
    }
    Ok(done)
}

pub fn hget(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    Ok(Reply::bulk_or_nil(fields(model, db, &words[1])?.remove(&words[2])))
}

pub fn hmget(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let fields = fields(model, db, &words[1])?;
    let values = words[2..].iter().map(|field| Reply::bulk_or_nil(fields.get(field).cloned()));
    Ok(Reply::Array(values.collect()))
}

pub fn hexists(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    Ok(Reply::flag(fields(model, db, &words[1])?.contains_key(&words[2])))
}

pub fn hstrlen(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    Ok(Reply::count(fields(model, db, &words[1])?.get(&words[2]).map_or(0, Vec::len)))
}

pub fn hlen(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    Ok(Reply::count(fields(model, db, &words[1])?.len()))
}

pub fn hkeys(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    Ok(Reply::InAnyOrder(fields(model, db, &words[1])?.into_keys().collect()))
}

pub fn hvals(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    Ok(Reply::Values(fields(model, db, &words[1])?.into_values().collect()))
}

pub fn hgetall(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    Ok(Reply::Fields(fields(model, db, &words[1])?))
}

pub fn hset(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    set_all(model, db, words, "hset").map(Reply::count)
}

pub fn hmset(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    set_all(model, db, words, "hmset").map(|_| Reply::ok())
}

/// How many were new.
fn set_all(model: &mut Model, db: usize, words: &[Word], name: &str) -> Result<usize, String> {
    let (pairs, rest) = words[2..].as_chunks::<2>();
    if !rest.is_empty() {
        return Err(wrong_count(name));
    }
    change(model, db, &words[1], |fields| {
        let before = fields.len();
        fields.extend(pairs.iter().cloned().map(|[field, value]| (field, value)));
        Ok(fields.len() - before)
    })
}

pub fn hsetnx(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let (key, field) = (&words[1], &words[2]);
    let free = !fields(model, db, key)?.contains_key(field);
    if free {
        set(model, db, key, (field, words[3].clone()))?;
    }
    Ok(Reply::flag(free))
}

fn set(model: &mut Model, db: usize, key: &[u8], pair: (&Word, Word)) -> Result<(), String> {
    change(model, db, key, |fields| {
        fields.insert(pair.0.clone(), pair.1);
        Ok(())
    })
}

pub fn hincrby(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let (key, field) = (&words[1], &words[2]);
    let by = numbers::integer(&words[3]).ok_or(NOT_INTEGER)?;
    let before = fields(model, db, key)?.remove(field);
    let before = before.map_or(Some(0), |text| numbers::integer(&text));
    let sum = before.ok_or("ERR hash value is not an integer")?.checked_add(by);
    let sum = sum.ok_or("ERR increment or decrement would overflow")?;
    set(model, db, key, (field, sum.to_string().into_bytes()))?;
    Ok(Reply::Int(sum))
}

pub fn hincrbyfloat(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let (key, field) = (&words[1], &words[2]);
    let by = Float80::parse(&words[3]).ok_or(NOT_FLOAT)?;
    if !by.is_finite() {
        return Err("ERR value is NaN or Infinity".into());
    }
    let before = fields(model, db, key)?.remove(field).unwrap_or(b"0".to_vec());
    let before = Float80::parse(&before).ok_or("ERR hash value is not a float")?;
    let sum = before.checked_add(by).ok_or("ERR increment would produce NaN or Infinity")?;
    let mut text = Vec::new();
    sum.write_human(&mut text);
    set(model, db, key, (field, text.clone()))?;
    Ok(Reply::Bulk(text))
}

pub fn hdel(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let key = &words[1];
    let there = fields(model, db, key)?;
    if !words[2..].iter().any(|field| there.contains_key(field)) {
        return Ok(Reply::Int(0));
    }
    let removed = change(model, db, key, |fields| {
        Ok(words[2..].iter().filter(|field| fields.remove(*field).is_some()).count())
    });
    removed.map(Reply::count)
}

pub fn hrandfield(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let key = &words[1];
    if words.len() == 2 {
        return Ok(Reply::OneOf(fields(model, db, key)?.into_keys().collect()));
    }
    let count = numbers::draws(&words[2])?;
    let with_values = match &words[3..] {
        [] => false,
        [word] if is(word, "WITHVALUES") => true,
        _ => return Err(SYNTAX.into()),
    };
    if with_values && count.unsigned_abs() > i64::MAX as u64 / 2 {
        return Err("ERR value is out of range".into());
    }
    let of = fields(model, db, key)?;
    if with_values {
        return Ok(Reply::DrawnPairs { count, of });
    }
    Ok(Reply::Drawn { count, of: of.into_keys().collect() })
}
