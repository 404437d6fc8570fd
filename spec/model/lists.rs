//! # Lists: a vector of texts
//!
//! Whatever a command does, it takes the list out, changes it, and puts it back: an empty one is
//! not put back.

use super::{
    Answer, Item, Model, NO_SUCH_KEY, NOT_INTEGER, Reply, SYNTAX, Value, Word, is, numbers,
};

const TOO_LOW: &str = "ERR value is out of range, must be positive";
const OUT_OF_RANGE: &str =
    "ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807";
const RANK_ZERO: &str = "ERR RANK can't be zero: use 1 to start from the first match, 2 from the \
    second ... or use negative to start from the end of the list";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}
use Side::{Left, Right};

impl Side {
    fn read(word: &Word) -> Result<Side, String> {
        match word {
            _ if is(word, "LEFT") => Ok(Left),
            _ if is(word, "RIGHT") => Ok(Right),
            _ => Err(SYNTAX.into()),
        }
    }

    fn put(self, list: &mut Vec<Word>, element: Word) {
        let at = if self == Left { 0 } else { list.len() };
        list.insert(at, element);
    }

    fn take(self, list: &mut Vec<Word>) -> Word {
        list.remove(if self == Left { 0 } else { list.len() - 1 })
    }
}

impl Model {
    fn put_list(&mut self, db: usize, key: &[u8], list: Vec<Word>, item: Item) {
        if list.is_empty() {
            self.remove(db, key);
        } else {
            self.put(db, key, Item { value: Value::List(list), ..item });
        }
    }
}

pub fn lpush(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    push(model, db, words, Left, true)
}

pub fn rpush(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    push(model, db, words, Right, true)
}

pub fn lpushx(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    push(model, db, words, Left, false)
}

pub fn rpushx(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    push(model, db, words, Right, false)
}

fn push(model: &mut Model, db: usize, words: &[Word], side: Side, make: bool) -> Answer {
    let (mut list, item) = match model.find_list(db, &words[1])? {
        Some(found) => found,
        None if make => (Vec::new(), Item::of(Value::List(Vec::new()))),
        None => return Ok(Reply::Int(0)),
    };
    words[2..].iter().for_each(|word| side.put(&mut list, word.clone()));
    let len = list.len();
    model.put_list(db, &words[1], list, item);
    Ok(Reply::count(len))
}

pub fn lpop(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    pop(model, db, words, Left)
}

pub fn rpop(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    pop(model, db, words, Right)
}

fn pop(model: &mut Model, db: usize, words: &[Word], side: Side) -> Answer {
    let count = match words.get(2) {
        _ if words.len() > 3 => {
            let name = String::from_utf8_lossy(&words[0]).to_ascii_lowercase();
            return Err(super::wrong_count(&name));
        }
        None => None,
        Some(word) => {
            let count = numbers::integer(word).and_then(|count| u64::try_from(count).ok());
            Some(count.ok_or(TOO_LOW)?)
        }
    };
    match (pop_several(model, db, &words[1], side, count.unwrap_or(1))?, count) {
        (None, None) => Ok(Reply::Nil),
        (None, Some(_)) => Ok(Reply::NilArray),
        (Some(mut popped), None) => Ok(popped.remove(0)),
        (Some(popped), Some(_)) => Ok(Reply::Array(popped)),
    }
}

/// Up to so many elements of a list, if there is one.
fn pop_several(
    model: &mut Model,
    db: usize,
    key: &[u8],
    side: Side,
    count: u64,
) -> Result<Option<Vec<Reply>>, String> {
    let Some((mut list, item)) = model.find_list(db, key)? else { return Ok(None) };
    let count = count.min(list.len() as u64);
    let popped = (0..count).map(|_| Reply::Bulk(side.take(&mut list))).collect();
    if count > 0 {
        model.put_list(db, key, list, item);
    }
    Ok(Some(popped))
}

pub fn lmpop(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let above_0 = |word: &Word| numbers::integer(word).filter(|number| *number > 0);
    let number = above_0(&words[1]).ok_or("ERR numkeys should be greater than 0")? as usize;
    let behind = words.get(2..).unwrap_or_default();
    let side = Side::read(behind.get(number).ok_or(SYNTAX)?)?;
    let count = match &behind[number + 1..] {
        [] => 1,
        [option, count, rest @ ..] if is(option, "COUNT") => {
            let count = above_0(count).ok_or("ERR count should be greater than 0")?;
            if !rest.is_empty() {
                return Err(SYNTAX.into());
            }
            count
        }
        _ => return Err(SYNTAX.into()),
    };
    for key in &behind[..number] {
        if let Some(popped) = pop_several(model, db, key, side, count as u64)? {
            return Ok(Reply::Array(vec![Reply::Bulk(key.clone()), Reply::Array(popped)]));
        }
    }
    Ok(Reply::NilArray)
}

pub fn llen(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    Ok(Reply::count(model.find_list(db, &words[1])?.map_or(0, |(list, _)| list.len())))
}

/// Where an index points in a list of this length.
fn place(index: i64, len: usize) -> Option<usize> {
    let from_front = if index < 0 { i128::from(index) + len as i128 } else { i128::from(index) };
    usize::try_from(from_front).ok().filter(|at| *at < len)
}

pub fn lindex(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let Some((list, _)) = model.find_list(db, &words[1])? else { return Ok(Reply::Nil) };
    let index = numbers::integer(&words[2]).ok_or(NOT_INTEGER)?;
    Ok(Reply::bulk_or_nil(place(index, list.len()).map(|at| list[at].clone())))
}

/// Of an index only the lower 32 bits count.
pub fn lset(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let (mut list, item) = model.find_list(db, &words[1])?.ok_or(NO_SUCH_KEY)?;
    let index = numbers::integer(&words[2]).ok_or(NOT_INTEGER)?;
    let at = place(i64::from(index as i32), list.len()).ok_or("ERR index out of range")?;
    list[at] = words[3].clone();
    model.put_list(db, &words[1], list, item);
    Ok(Reply::ok())
}

pub fn linsert(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let after = is(&words[2], "AFTER");
    if !after && !is(&words[2], "BEFORE") {
        return Err(SYNTAX.into());
    }
    let Some((mut list, item)) = model.find_list(db, &words[1])? else { return Ok(Reply::Int(0)) };
    let Some(at) = list.iter().position(|element| *element == words[3]) else {
        return Ok(Reply::Int(-1));
    };
    list.insert(at + usize::from(after), words[4].clone());
    let len = list.len();
    model.put_list(db, &words[1], list, item);
    Ok(Reply::count(len))
}

/// Two indexes, both included, that may count from the end.
fn ends(words: &[Word]) -> Result<(i64, i64), String> {
    let index = |word: &Word| numbers::integer(word).ok_or(NOT_INTEGER);
    Ok((index(&words[2])?, index(&words[3])?))
}

/// The elements from one index to the other.
fn stretch(list: Vec<Word>, (start, stop): (i64, i64)) -> Vec<Word> {
    let len = list.len() as i128;
    let from_front = |index: i64| i128::from(index) + if index < 0 { len } else { 0 };
    let inside = |at: i128| from_front(start) <= at && at <= from_front(stop);
    let kept = list.into_iter().enumerate().filter(|(at, _)| inside(*at as i128));
    kept.map(|(_, element)| element).collect()
}

pub fn lrange(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let ends = ends(words)?;
    let list = model.find_list(db, &words[1])?.map_or(Vec::new(), |(list, _)| list);
    Ok(Reply::Array(stretch(list, ends).into_iter().map(Reply::Bulk).collect()))
}

pub fn ltrim(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let ends = ends(words)?;
    if let Some((list, item)) = model.find_list(db, &words[1])? {
        model.put_list(db, &words[1], stretch(list, ends), item);
    }
    Ok(Reply::ok())
}

pub fn lrem(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let count = numbers::integer(&words[2]).ok_or(NOT_INTEGER)?;
    if count == i64::MIN {
        return Err(OUT_OF_RANGE.into());
    }
    let Some((mut list, item)) = model.find_list(db, &words[1])? else { return Ok(Reply::Int(0)) };
    let found = |list: &[Word]| {
        let mut places = (0..list.len()).filter(|&at| list[at] == words[3]);
        if count < 0 { places.next_back() } else { places.next() }
    };
    let (limit, mut removed) = (if count == 0 { i64::MAX } else { count.abs() }, 0);
    while let Some(at) = found(&list).filter(|_| removed < limit) {
        list.remove(at);
        removed += 1;
    }
    if removed > 0 {
        model.put_list(db, &words[1], list, item);
    }
    Ok(Reply::Int(removed))
}

pub fn lpos(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let (mut rank, mut count, mut looked_at) = (1, None, 0);
    for option in words[3..].chunks(2) {
        let [name, value] = option else { return Err(SYNTAX.into()) };
        let number = numbers::integer(value);
        let natural = number.filter(|number| *number >= 0);
        if is(name, "RANK") {
            rank = number.ok_or(NOT_INTEGER)?;
            match rank {
                0 => return Err(RANK_ZERO.into()),
                i64::MIN => return Err(OUT_OF_RANGE.into()),
                _ => {}
            }
        } else if is(name, "COUNT") {
            count = Some(natural.ok_or("ERR COUNT can't be negative")?);
        } else if is(name, "MAXLEN") {
            looked_at = natural.ok_or("ERR MAXLEN can't be negative")?;
        } else {
            return Err(SYNTAX.into());
        }
    }
    let all = |number: i64| if number == 0 { usize::MAX } else { number as usize };
    let list = model.find_list(db, &words[1])?.map_or(Vec::new(), |(list, _)| list);
    let mut places: Vec<usize> = (0..list.len()).collect();
    if rank < 0 {
        places.reverse();
    }
    let found = places.into_iter().take(all(looked_at)).filter(|at| list[*at] == words[2]);
    let mut found = found.skip(rank.unsigned_abs() as usize - 1).map(Reply::count);
    Ok(match count {
        None => found.next().unwrap_or(Reply::Nil),
        Some(count) => Reply::Array(found.take(all(count)).collect()),
    })
}

pub fn lmove(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let (from, to) = (Side::read(&words[3])?, Side::read(&words[4])?);
    shift(model, db, words, from, to)
}

pub fn rpoplpush(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    shift(model, db, words, Right, Left)
}

fn shift(model: &mut Model, db: usize, words: &[Word], from: Side, to: Side) -> Answer {
    let (source, target) = (&words[1], &words[2]);
    let Some((mut list, item)) = model.find_list(db, source)? else { return Ok(Reply::Nil) };
    model.find_list(db, target)?;
    let element = from.take(&mut list);
    if source == target {
        to.put(&mut list, element.clone());
        model.put_list(db, source, list, item);
    } else {
        model.put_list(db, source, list, item);
        let there = model.find_list(db, target)?;
        let (mut list, item) =
            there.unwrap_or_else(|| (Vec::new(), Item::of(Value::List(Vec::new()))));
        to.put(&mut list, element.clone());
        model.put_list(db, target, list, item);
    }
    Ok(Reply::Bulk(element))
}
