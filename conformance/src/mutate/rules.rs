//! # Rules: the vocabulary in which faults are written
//!
//! Small functions that make the hooks of a [`Fault`](super::fault::Fault): requests with a word
//! less, integers off by one, strings cut short. Each leaves alone what it is not about.
//!
//! ```text
//!   fault("set-nx", "SET", "SET ignores NX.").asks(without("NX"))
//!   fault("strlen-more", "STRLEN", "STRLEN counts one byte too many.").replies(integer(|n| n + 1))
//!   fault("incr-ttl", "INCR", "INCR drops the TTL.").spoils(on_key("PERSIST"))
//! ```

use super::fault::{Args, Asked, Exchange};
use crate::bytes::Bytes;
use crate::reply::Reply;

/// A command written as words.
pub fn command(words: &str) -> Args {
    words.split_whitespace().map(Bytes::from).collect()
}

/// A command with a key behind its name, and words behind the key.
pub fn keyed(name: &str, key: &Bytes, rest: &str) -> Args {
    let mut args = command(name);
    args.push(key.clone());
    args.extend(command(rest));
    args
}

/// A script with one key and one argument: what no single command does.
pub fn script(code: &str, key: &Bytes, argument: &str) -> Args {
    vec!["EVAL".into(), code.into(), "1".into(), key.clone(), argument.into()]
}

// Requests.

/// The request without an option.
pub fn without(option: &'static str) -> impl Fn(&Asked) -> Option<Args> {
    without_with(option, 0)
}

/// The request without an option and the words that belong to it.
pub fn without_with(option: &'static str, words: usize) -> impl Fn(&Asked) -> Option<Args> {
    move |asked| {
        let at = position(asked, option)?;
        let mut args = asked.args.clone();
        args.drain(at..(at + 1 + words).min(args.len()));
        Some(args)
    }
}

/// One option taken for another.
pub fn instead(option: &'static str, other: &'static str) -> impl Fn(&Asked) -> Option<Args> {
    move |asked| {
        let at = position(asked, option)?;
        let mut args = asked.args.clone();
        args[at] = other.into();
        Some(args)
    }
}

/// A word that nobody wrote stands at the end.
pub fn also(words: &'static str) -> impl Fn(&Asked) -> Option<Args> {
    move |asked| Some([asked.args.clone(), command(words)].concat())
}

/// Another command, with the same arguments.
pub fn taken_for(name: &'static str) -> impl Fn(&Asked) -> Option<Args> {
    move |asked| Some([command(name), asked.args[1..].to_vec()].concat())
}

/// The number at a place, counted otherwise. Wider than 64 bits, so that no fault can overflow.
pub fn number_at(i: usize, f: fn(i128) -> i128) -> impl Fn(&Asked) -> Option<Args> {
    move |asked| {
        let number: i128 = asked.word(i).lossy().parse().ok()?;
        let mut args = asked.args.clone();
        args[i] = f(number).to_string().as_str().into();
        (args != asked.args).then_some(args)
    }
}

/// The number behind an option, counted otherwise.
pub fn number_after(option: &'static str, f: fn(i128) -> i128) -> impl Fn(&Asked) -> Option<Args> {
    move |asked| number_at(position(asked, option)? + 1, f)(asked)
}

/// The bytes at a place, changed.
pub fn bytes_at(i: usize, f: fn(&[u8]) -> Vec<u8>) -> impl Fn(&Asked) -> Option<Args> {
    move |asked| {
        let mut args = asked.args.clone();
        let word = args.get_mut(i)?;
        *word = Bytes(f(&word.0));
        (args != asked.args).then_some(args)
    }
}

/// The first words only.
pub fn at_most(words: usize) -> impl Fn(&Asked) -> Option<Args> {
    move |asked| (asked.args.len() > words).then(|| asked.args[..words].to_vec())
}

/// A rule for requests that fulfil a condition.
pub fn when<O>(
    condition: fn(&Asked) -> bool,
    rule: impl Fn(&Asked) -> Option<O>,
) -> impl Fn(&Asked) -> Option<O> {
    move |asked| if condition(asked) { rule(asked) } else { None }
}

/// The same answer to whatever is asked.
pub fn always(reply: Reply) -> impl Fn(&Asked) -> Option<Reply> {
    move |_| Some(reply.clone())
}

/// One side question, about the key.
pub fn about_key(name: &'static str) -> impl Fn(&Asked) -> Option<Vec<Args>> {
    move |asked| (asked.args.len() > 1).then(|| vec![keyed(name, &asked.args[1], "")])
}

// Replies.

pub fn ok() -> Reply {
    Reply::Simple("OK".into())
}

pub fn bulk(text: &str) -> Reply {
    Reply::Bulk(text.into())
}

pub fn error(text: &str) -> Reply {
    Reply::Error(text.into())
}

/// Nil, in the protocol of the request.
pub fn nil(asked: &Asked) -> Reply {
    if asked.resp3 { Reply::Null } else { Reply::NullBulk }
}

/// Any of the three nulls.
pub fn is_null(reply: &Reply) -> bool {
    matches!(reply, Reply::Null | Reply::NullBulk | Reply::NullArray)
}

/// An integer, changed.
pub fn integer(f: fn(i128) -> i128) -> impl Fn(&Exchange<'_>) -> Option<Reply> {
    move |x| {
        let changed = f(i128::from(x.int()?));
        Some(Reply::Int(changed.clamp(i64::MIN.into(), i64::MAX.into()) as i64))
    }
}

/// The bytes of a string, changed, in a string of the same kind.
pub fn text(f: fn(&[u8]) -> Vec<u8>) -> impl Fn(&Exchange<'_>) -> Option<Reply> {
    move |x| {
        let changed = |bytes: &Bytes| Bytes(f(&bytes.0));
        match x.reply {
            Reply::Bulk(bytes) => Some(Reply::Bulk(changed(bytes))),
            Reply::Simple(bytes) => Some(Reply::Simple(changed(bytes))),
            Reply::Verbatim(format, bytes) => Some(Reply::Verbatim(format.clone(), changed(bytes))),
            _ => None,
        }
    }
}

/// A piece of a text, wherever it stands, replaced.
pub fn reworded(
    from: &'static str,
    to: &'static str,
) -> impl Fn(&Exchange<'_>) -> Option<Reply> + Clone {
    move |x| {
        let changed = |bytes: &Bytes| -> Option<Bytes> {
            let text = bytes.lossy();
            text.contains(from).then(|| text.replace(from, to).as_str().into())
        };
        match x.reply {
            Reply::Bulk(bytes) => Some(Reply::Bulk(changed(bytes)?)),
            Reply::Simple(bytes) => Some(Reply::Simple(changed(bytes)?)),
            Reply::Verbatim(format, bytes) => {
                Some(Reply::Verbatim(format.clone(), changed(bytes)?))
            }
            _ => None,
        }
    }
}

/// The elements of a sequence that has some, changed, in a sequence of the same kind.
pub fn elements(f: fn(&mut Vec<Reply>)) -> impl Fn(&Exchange<'_>) -> Option<Reply> {
    move |x| {
        let mut elements = x.reply.elements().filter(|all| !all.is_empty())?.to_vec();
        f(&mut elements);
        Some(match x.reply {
            Reply::Set(_) => Reply::Set(elements),
            Reply::Push(_) => Reply::Push(elements),
            _ => Reply::Array(elements),
        })
    }
}

/// The value of a field in a map or in the flat array that stands for one.
pub fn in_field(
    name: &'static str,
    f: fn(&Reply) -> Reply,
) -> impl Fn(&Exchange<'_>) -> Option<Reply> {
    move |x| {
        let is_it = |key: &Reply| key.text() == Some(name.as_bytes());
        match x.reply {
            Reply::Map(pairs) => {
                let mut pairs = pairs.clone();
                let (_, value) = pairs.iter_mut().find(|(key, _)| is_it(key))?;
                *value = f(value);
                Some(Reply::Map(pairs))
            }
            Reply::Array(flat) => {
                let mut flat = flat.clone();
                let at = flat.iter().step_by(2).position(is_it)? * 2 + 1;
                *flat.get_mut(at)? = f(&flat[at]);
                Some(Reply::Array(flat))
            }
            _ => None,
        }
    }
}

/// An error whose text contains this becomes another reply.
pub fn error_as(part: &'static str, other: Reply) -> impl Fn(&Exchange<'_>) -> Option<Reply> {
    move |x| says(x.reply, part).then(|| other.clone())
}

/// An error whose text contains this gets another text.
pub fn misworded(
    part: &'static str,
    text: &'static str,
) -> impl Fn(&Exchange<'_>) -> Option<Reply> {
    error_as(part, error(text))
}

/// A reply of any kind, changed.
pub fn reply(f: fn(&Reply) -> Option<Reply>) -> impl Fn(&Exchange<'_>) -> Option<Reply> {
    move |x| f(x.reply)
}

pub fn says(reply: &Reply, part: &str) -> bool {
    reply.error().is_some_and(|text| String::from_utf8_lossy(text).contains(part))
}

// What is done to the data afterwards.

/// One command on the key, if the request succeeded.
pub fn on_key(name: &'static str) -> impl Fn(&Exchange<'_>) -> Option<Vec<Args>> {
    then(move |x| vec![keyed(name, &x.asked.word(1), "")])
}

/// Commands, if the request succeeded.
pub fn then(f: impl Fn(&Exchange<'_>) -> Vec<Args>) -> impl Fn(&Exchange<'_>) -> Option<Vec<Args>> {
    move |x| (!x.failed() && x.asked.args.len() > 1).then(|| f(x)).filter(|all| !all.is_empty())
}

fn position(asked: &Asked, option: &str) -> Option<usize> {
    let is_it = |word: &Bytes| word.0.eq_ignore_ascii_case(option.as_bytes());
    asked.args.iter().skip(1).position(is_it).map(|at| at + 1)
}
