//! # Strings: GET, SET and their kin

use super::{Answer, Encoding, Item, Model, NOT_INTEGER, Reply, SYNTAX, Value, Word, is, numbers};

const LEN_MAX: u64 = 512 << 20;
const TOO_LONG: &str = "ERR string exceeds maximum allowed size (proto-max-bulk-len)";

pub fn get(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    read(model, db, &words[1])
}

fn read(model: &mut Model, db: usize, key: &[u8]) -> Answer {
    Ok(Reply::bulk_or_nil(model.find_text(db, key)?.map(|(text, _)| text)))
}

/// To which another type is as good as nothing.
pub fn mget(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let texts = words[1..].iter().map(|key| read(model, db, key).unwrap_or(Reply::Nil));
    Ok(Reply::Array(texts.collect()))
}

pub fn strlen(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    Ok(Reply::count(model.find_text(db, &words[1])?.map_or(0, |(text, _)| text.len())))
}

pub fn getdel(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let reply = read(model, db, &words[1])?;
    model.remove(db, &words[1]);
    Ok(reply)
}

pub fn getset(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let reply = read(model, db, &words[1])?;
    model.put(db, &words[1], Item::new(&words[2]));
    Ok(reply)
}

/// What the options of SET and GETEX come to.
#[derive(Default)]
struct Options {
    nx: bool,
    xx: bool,
    get: bool,
    keepttl: bool,
    persist: bool,
    /// EX, PX, EXAT or PXAT, and its number.
    time: Option<(&'static str, Word)>,
}

impl Options {
    fn read(words: &[Word], of_set: bool) -> Result<Options, String> {
        let mut options = Options::default();
        let mut rest = words.iter();
        while let Some(word) = rest.next() {
            let time = ["EX", "PX", "EXAT", "PXAT"].into_iter().find(|option| is(word, option));
            let kept = options.keepttl || options.persist;
            if let Some(unit) = time {
                let other = options.time.as_ref().is_some_and(|(before, _)| *before != unit);
                let number = rest.next().filter(|_| !kept && !other).ok_or(SYNTAX)?;
                options.time = Some((unit, number.clone()));
            } else if of_set && is(word, "NX") && !options.xx {
                options.nx = true;
            } else if of_set && is(word, "XX") && !options.nx {
                options.xx = true;
            } else if of_set && is(word, "GET") {
                options.get = true;
            } else if of_set && is(word, "KEEPTTL") && options.time.is_none() {
                options.keepttl = true;
            } else if !of_set && is(word, "PERSIST") && options.time.is_none() {
                options.persist = true;
            } else {
                return Err(SYNTAX.into());
            }
        }
        Ok(options)
    }

    fn deadline_ms(&self, model: &Model, command: &str) -> Result<Option<i64>, String> {
        let Some((unit, number)) = &self.time else { return Ok(None) };
        deadline_ms(model, unit, number, command).map(Some)
    }
}

/// A time above zero, counted from now unless it is `…AT`.
fn deadline_ms(model: &Model, unit: &str, word: &[u8], command: &str) -> Result<i64, String> {
    let invalid = || format!("ERR invalid expire time in '{command}' command");
    let number = numbers::integer(word).ok_or(NOT_INTEGER)?;
    let weight = if unit.starts_with("EX") { 1000 } else { 1 };
    let from_ms = if unit.ends_with("AT") { 0 } else { model.now_ms };
    let ms = number.checked_mul(weight).filter(|ms| *ms > 0).ok_or_else(invalid)?;
    ms.checked_add(from_ms).ok_or_else(invalid)
}

pub fn set(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let key = &words[1];
    let options = Options::read(&words[3..], true)?;
    let mut deadline_ms = options.deadline_ms(model, "set")?;
    let before = model.find(db, key).cloned();
    let old = if options.get { read(model, db, key)? } else { Reply::Nil };
    let holds = !(options.nx && before.is_some() || options.xx && before.is_none());
    if holds {
        if options.keepttl {
            deadline_ms = before.as_ref().and_then(|item| item.deadline_ms);
        }
        model.put(db, key, Item { deadline_ms, ..Item::new(&words[2]) });
    }
    Ok(match (options.get, holds) {
        (true, _) => old,
        (false, true) => Reply::ok(),
        (false, false) => Reply::Nil,
    })
}

pub fn setnx(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let free = !model.exists(db, &words[1]);
    if free {
        model.put(db, &words[1], Item::new(&words[2]));
    }
    Ok(Reply::flag(free))
}

pub fn setex(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let deadline_ms = Some(deadline_ms(model, "EX", &words[2], "setex")?);
    model.put(db, &words[1], Item { deadline_ms, ..Item::new(&words[3]) });
    Ok(Reply::ok())
}

pub fn psetex(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let deadline_ms = Some(deadline_ms(model, "PX", &words[2], "psetex")?);
    model.put(db, &words[1], Item { deadline_ms, ..Item::new(&words[3]) });
    Ok(Reply::ok())
}

/// The key comes first: without one, a bad number goes unnoticed.
pub fn getex(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let key = &words[1];
    let options = Options::read(&words[2..], false)?;
    let Some((text, item)) = model.find_text(db, key)? else { return Ok(Reply::Nil) };
    match options.deadline_ms(model, "getex")? {
        Some(deadline_ms) if deadline_ms <= model.now_ms => {
            model.remove(db, key);
        }
        Some(deadline_ms) => {
            model.put(db, key, Item { deadline_ms: Some(deadline_ms), ..item.clone() });
        }
        None if options.persist && item.deadline_ms.is_some() => {
            model.put(db, key, Item { deadline_ms: None, ..item.clone() });
        }
        None => {}
    }
    Ok(Reply::Bulk(text))
}

pub fn mset(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    for (key, value) in pairs(words, "mset")? {
        model.put(db, key, Item::new(value));
    }
    Ok(Reply::ok())
}

pub fn msetnx(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let pairs = pairs(words, "msetnx")?;
    let free = !pairs.iter().any(|(key, _)| model.exists(db, key));
    for (key, value) in pairs.into_iter().filter(|_| free) {
        model.put(db, key, Item::new(value));
    }
    Ok(Reply::flag(free))
}

fn pairs<'w>(words: &'w [Word], name: &str) -> Result<Vec<(&'w Word, &'w Word)>, String> {
    match words[1..].as_chunks::<2>() {
        (pairs, []) => Ok(pairs.iter().map(|[key, value]| (key, value)).collect()),
        _ => Err(super::wrong_count(name)),
    }
}

/// A key that is made here is as SET would make it; one that is changed is raw from then on.
pub fn append(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let (key, tail) = (&words[1], &words[2]);
    let (len, item) = match model.find_text(db, key)? {
        None => (tail.len(), Item::new(tail)),
        Some((mut text, item)) => {
            text.extend_from_slice(tail);
            (text.len(), Item { value: Value::Text(text), encoding: Encoding::Raw, ..item })
        }
    };
    model.put(db, key, item);
    Ok(Reply::count(len))
}

pub fn setrange(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let (key, patch) = (&words[1], &words[3]);
    let offset = numbers::integer(&words[2]).ok_or(NOT_INTEGER)?;
    let offset = u64::try_from(offset).map_err(|_| "ERR offset is out of range")?;
    let before = model.find_text(db, key)?;
    if patch.is_empty() {
        return Ok(Reply::count(before.map_or(0, |(text, _)| text.len())));
    }
    if offset + patch.len() as u64 > LEN_MAX {
        return Err(TOO_LONG.into());
    }
    let (mut text, item) = before.unwrap_or_else(|| (Vec::new(), Item::text(Vec::new())));
    let (start, end) = (offset as usize, offset as usize + patch.len());
    text.resize(text.len().max(end), 0);
    text[start..end].copy_from_slice(patch);
    let len = text.len();
    model.put(db, key, Item { value: Value::Text(text), encoding: Encoding::Raw, ..item });
    Ok(Reply::count(len))
}

/// Both ends count, and count from the end when negative.
pub fn getrange(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let start = i128::from(numbers::integer(&words[2]).ok_or(NOT_INTEGER)?);
    let end = i128::from(numbers::integer(&words[3]).ok_or(NOT_INTEGER)?);
    let text = model.find_text(db, &words[1])?.map_or(Vec::new(), |(text, _)| text);
    let len = text.len() as i128;
    let from_front = |index: i128| if index < 0 { (index + len).max(0) } else { index };
    let backwards = start < 0 && end < 0 && start > end;
    let inside = |index: i128| !backwards && from_front(start) <= index && index <= from_front(end);
    let kept = text.iter().enumerate().filter(|(index, _)| inside(*index as i128));
    Ok(Reply::Bulk(kept.map(|(_, byte)| *byte).collect()))
}
