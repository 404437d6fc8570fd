//! # Several sets: what they have in common, together, for themselves
//!
//! ```text
//! SINTER a b            ~["2" "3"]       goes straight into the reply, which gets its head last
//! SINTERCARD 2 a b      :2               stops at LIMIT
//! SINTERSTORE d a b     :2               event sinterstore of d; nothing left: del of d
//! ```
//!
//! A result that is stored is made first and put in its place then, for the place may be one of the
//! sets. It is kept as Redis keeps it, which can be seen (OBJECT ENCODING): a union or difference begins
//! as an intset and goes on as a set does to which its members are added; an intersection is an intset
//! if it can be one.

use super::limits;
use crate::base::error::Error;
use crate::base::int::parse_i64;
use crate::base::word;
use crate::commands::Cx;
use crate::commands::generic::discard;
use crate::commands::row::Outcome;
use crate::keyspace::notify::Event;
use crate::protocol::{Args, Reply};
use crate::values::set::{Limits, SetMut, algebra};
use crate::values::{self, Entry, Form, Set, Str, Type, View};

pub fn sinter(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let sets = sets(cx.keys.read_all(args.from(1).iter(), Type::Set)?);
    match all(sets) {
        None => cx.reply.set(0),
        Some(mut sets) => reply_set(&mut cx.reply, |each| {
            algebra::intersection(&mut sets).for_each(each);
        }),
    }
    Ok(())
}

pub fn sunion(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let seed = cx.keys.seed();
    let sets = sets(cx.keys.read_all(args.from(1).iter(), Type::Set)?);
    let mut sets: Vec<Set<'_>> = sets.into_iter().flatten().collect();
    reply_set(&mut cx.reply, |each| algebra::union(&mut sets, seed, each));
    Ok(())
}

pub fn sdiff(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let limits = limits(cx);
    let sets = sets(cx.keys.read_all(args.from(1).iter(), Type::Set)?);
    let Some((first, mut others)) = first_and_others(&sets) else {
        cx.reply.set(0);
        return Ok(());
    };
    if !algebra::is_cheaper_to_remove(first, &others) {
        reply_set(&mut cx.reply, |each| algebra::difference(first, &mut others).for_each(each));
        return Ok(());
    }
    let left = remove_all(b"", first, &others, limits);
    let left = Set::view(&left).expect("a set");
    cx.reply.set(left.len());
    left.iter().for_each(|member| member.reply(&mut cx.reply));
    Ok(())
}

/// The first word after the keys counts, if any do, so that keys may be named as options are.
pub fn sintercard(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let count = parse_i64(&args[1]).and_then(|count| usize::try_from(count).ok());
    let count = count.filter(|&count| count > 0);
    let count = count.ok_or(Error::Static("ERR numkeys should be greater than 0"))?;
    if count > args.len() - 2 {
        return Err(Error::Static("ERR Number of keys can't be greater than number of args"));
    }
    let limit = limit(args.from(2 + count))?;
    let keys = args.iter().skip(2).take(count);
    let sets = sets(cx.keys.read_all(keys, Type::Set)?);
    let found =
        all(sets).map_or(0, |mut sets| algebra::intersection(&mut sets).take(limit).count());
    cx.reply.int(found as i64);
    Ok(())
}

/// LIMIT, perhaps again and again: the last counts, and 0 is none.
fn limit(words: Args<'_>) -> Result<usize, Error> {
    let (mut limit, mut words) = (0, words.iter());
    while let Some(option) = words.next() {
        let value = words.next().filter(|_| word::is(option, "LIMIT")).ok_or(Error::Syntax)?;
        let number = parse_i64(value).and_then(|value| usize::try_from(value).ok());
        limit = number.ok_or(Error::Static("ERR LIMIT can't be negative"))?;
    }
    Ok(if limit == 0 { usize::MAX } else { limit })
}

pub fn sinterstore(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let (key, limits) = (&args[1], limits(cx));
    let sets = sets(cx.keys.read_all(args.from(2).iter(), Type::Set)?);
    let result = all(sets).map(|mut sets| intersection(key, &mut sets, limits));
    store(cx, key, result, "sinterstore");
    Ok(())
}

pub fn sunionstore(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let (key, limits) = (&args[1], limits(cx));
    let sets = sets(cx.keys.read_all(args.from(2).iter(), Type::Set)?);
    let members = sets.into_iter().flatten().flat_map(Set::iter);
    let result = collect(key, Form::Intset, members, limits);
    store(cx, key, Some(result), "sunionstore");
    Ok(())
}

pub fn sdiffstore(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let (key, limits) = (&args[1], limits(cx));
    let sets = sets(cx.keys.read_all(args.from(2).iter(), Type::Set)?);
    let result = first_and_others(&sets).map(|(first, mut others)| {
        if algebra::is_cheaper_to_remove(first, &others) {
            remove_all(key, first, &others, limits)
        } else {
            collect(key, Form::Intset, algebra::difference(first, &mut others), limits)
        }
    });
    store(cx, key, result, "sdiffstore");
    Ok(())
}

fn sets(entries: Vec<Option<&Entry>>) -> Vec<Option<Set<'_>>> {
    entries.into_iter().map(|entry| entry.and_then(Set::view)).collect()
}

/// `None` if a set is missing, and so the intersection empty.
fn all(sets: Vec<Option<Set<'_>>>) -> Option<Vec<Set<'_>>> {
    sets.into_iter().collect()
}

/// `None` if there is nothing to subtract from.
fn first_and_others<'a>(sets: &[Option<Set<'a>>]) -> Option<(Set<'a>, Vec<Set<'a>>)> {
    let (first, others) = sets.split_first()?;
    Some(((*first)?, others.iter().copied().flatten().collect()))
}

/// Writes a set whose number of members is known only at the end.
fn reply_set<'a>(reply: &mut Reply, write: impl FnOnce(&mut dyn FnMut(Str<'a>))) {
    let head = reply.begin_array();
    let mut count = 0;
    write(&mut |member| {
        member.reply(reply);
        count += 1;
    });
    reply.end_set(head, count);
}

/// A new set of these members, which begins in a form.
fn collect<'a>(
    key: &[u8],
    form: Form,
    members: impl Iterator<Item = Str<'a>>,
    limits: Limits,
) -> Entry {
    let mut entry = values::entry(key, form, form.empty(), None);
    let mut set = SetMut::new(&mut entry, limits).expect("a set");
    for member in members {
        set.add(member.bytes(&mut itoa::Buffer::new()));
    }
    entry
}

/// The other way to a difference: a copy of the first set, less the members of the others.
fn remove_all(key: &[u8], first: Set<'_>, others: &[Set<'_>], limits: Limits) -> Entry {
    let mut entry = collect(key, Form::Intset, first.iter(), limits);
    let mut set = SetMut::new(&mut entry, limits).expect("a set");
    for member in others.iter().flat_map(|other| other.iter()) {
        set.remove(member.bytes(&mut itoa::Buffer::new()));
    }
    entry
}

/// An intersection begins as the smallest set is, if that is no table. It is an intset in the end if
/// it can be: but a listpack has no text that spells an integer, so only integers can make it one.
fn intersection(key: &[u8], sets: &mut [Set<'_>], limits: Limits) -> Entry {
    let sieve = algebra::intersection(sets);
    let form = if matches!(sets[0], Set::Intset(_)) { Form::Intset } else { Form::Set };
    let mut entry = collect(key, form, sieve, limits);
    let mut set = SetMut::new(&mut entry, limits).expect("a set");
    if set.view().iter().all(|member| member.int().is_some()) {
        set.become_intset();
    }
    entry
}

/// Puts a result in its place. One without members is none, and leaves none.
fn store(cx: &mut Cx<'_>, key: &[u8], result: Option<Entry>, event: &'static str) {
    let len = |entry: &Entry| Set::view(entry).map_or(0, Set::len);
    let result = result.filter(|entry| len(entry) > 0);
    cx.reply.int(result.as_ref().map_or(0, len) as i64);
    let (old, event) = match result {
        Some(result) => (cx.keys.put_entry(result), Some(Event::set(event))),
        None => (cx.keys.remove(key), None),
    };
    if let Some(event) = event.or(old.is_some().then_some(Event::generic("del"))) {
        cx.changed(key, event);
    }
    if let Some(old) = old {
        discard(cx.world, old, cx.config.lazyfree_lazy_server_del);
    }
}
