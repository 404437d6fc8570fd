//! # Changing a set
//!
//! ```text
//! SADD s a b         :2   (new members)       event sadd
//! SREM s a           :1                       event srem
//! SMOVE s t b        :1   (s is empty now)    events srem, del of s, sadd of t
//! ```

use super::limits;
use crate::base::error::Error;
use crate::commands::Cx;
use crate::commands::row::Outcome;
use crate::keyspace::notify::Event;
use crate::protocol::Args;
use crate::values::Type;
use crate::values::set::SetMut;

pub fn sadd(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let (key, members, limits) = (&args[1], args.from(2), limits(cx));
    let form = limits.first_form(&members[0], members.len());
    let mut entry = cx.keys.get_or_create(key, form)?;
    let mut set = SetMut::new(&mut entry, limits).ok_or(Error::WrongType)?;
    set.expect(members.len());
    let added = members.iter().filter(|member| set.add(member)).count();
    drop(entry);
    if added > 0 {
        cx.changed(key, Event::set("sadd"));
        cx.dirty += added as u64 - 1;
    }
    cx.reply.int(added as i64);
    Ok(())
}

pub fn srem(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let (key, limits) = (&args[1], limits(cx));
    let Some(mut entry) = cx.keys.get_mut(key) else {
        cx.reply.int(0);
        return Ok(());
    };
    let mut set = SetMut::new(&mut entry, limits).ok_or(Error::WrongType)?;
    let removed = args.from(2).iter().filter(|member| set.remove(member)).count();
    let is_empty = set.view().is_empty();
    if is_empty {
        entry.remove();
    } else {
        drop(entry);
    }
    if removed > 0 {
        cx.changed(key, Event::set("srem"));
        cx.dirty += removed as u64 - 1;
    }
    if is_empty {
        cx.tell(key, Event::generic("del"));
    }
    cx.reply.int(removed as i64);
    Ok(())
}

/// Both keys are looked at before anything is done.
pub fn smove(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let (from, to, member) = (&args[1], &args[2], &args[3]);
    let source = cx.keys.peek(from).map(Type::of);
    let target = cx.keys.peek(to).map(Type::of);
    if source.is_none() {
        cx.reply.int(0);
        return Ok(());
    }
    if [source, target].into_iter().flatten().any(|found| found != Type::Set) {
        return Err(Error::WrongType);
    }
    let moved = take(cx, from, member, from != to);
    if moved && from != to {
        give(cx, to, member)?;
    }
    cx.reply.int(i64::from(moved));
    Ok(())
}

/// Removes a member, or only looks for it; says whether it was there. The key holds a set.
fn take(cx: &mut Cx<'_>, key: &[u8], member: &[u8], removes: bool) -> bool {
    let limits = limits(cx);
    let mut entry = cx.keys.get_mut(key).expect("looked at a moment ago");
    let mut set = SetMut::new(&mut entry, limits).expect("a set");
    if !removes {
        return set.view().contains(member);
    }
    if !set.remove(member) {
        return false;
    }
    let is_empty = set.view().is_empty();
    if is_empty {
        entry.remove();
    } else {
        drop(entry);
    }
    cx.changed(key, Event::set("srem"));
    if is_empty {
        cx.tell(key, Event::generic("del"));
    }
    true
}

fn give(cx: &mut Cx<'_>, key: &[u8], member: &[u8]) -> Outcome {
    let limits = limits(cx);
    let mut entry = cx.keys.get_or_create(key, limits.first_form(member, 1))?;
    let mut set = SetMut::new(&mut entry, limits).ok_or(Error::WrongType)?;
    let added = set.add(member);
    drop(entry);
    if added {
        cx.changed(key, Event::set("sadd"));
    }
    Ok(())
}
