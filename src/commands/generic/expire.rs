//! # Expire: deadlines                                              (note 15)
//!
//! Four commands set a deadline, by unit and by where time is counted from. All come down to a
//! Unix time in ms, and that is what copies of the data are told (PEXPIREAT), since
//! "in ten seconds" means another time there. A deadline that has passed deletes at once.

use super::keys::discard;
use crate::args;
use crate::base::error::Error;
use crate::base::int::parse_i64;
use crate::base::word;
use crate::commands::Cx;
use crate::commands::row::Outcome;
use crate::keyspace::notify::Event;
use crate::protocol::Args;

const NX: u8 = 1;
const XX: u8 = 2;
const GT: u8 = 4;
const LT: u8 = 8;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Seconds,
    Milliseconds,
}

pub fn expire(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let now_ms = cx.keys.now_ms();
    set_deadline(cx, args, Unit::Seconds, now_ms)
}

pub fn pexpire(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let now_ms = cx.keys.now_ms();
    set_deadline(cx, args, Unit::Milliseconds, now_ms)
}

pub fn expireat(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    set_deadline(cx, args, Unit::Seconds, 0)
}

pub fn pexpireat(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    set_deadline(cx, args, Unit::Milliseconds, 0)
}

/// `from_ms`: where the given time is counted from.
fn set_deadline(cx: &mut Cx<'_>, args: Args<'_>, unit: Unit, from_ms: i64) -> Outcome {
    let conditions = parse_conditions(args.from(3))?;
    let time = parse_i64(&args[2]).ok_or(Error::NotInteger)?;
    let Some(at_ms) = deadline_ms(time, unit, from_ms) else {
        let name = cx.command.name.to_ascii_lowercase();
        return Err(Error::err(format!("invalid expire time in '{name}' command")));
    };
    let key = &args[1];
    let now_ms = cx.keys.now_ms();
    let Some(mut entry) = cx.keys.get_mut(key) else {
        cx.reply.int(0);
        return Ok(());
    };
    if !holds(conditions, entry.expiry_ms(), at_ms) {
        cx.reply.int(0);
        return Ok(());
    }
    if at_ms <= now_ms {
        let (entry, lazy) = (entry.remove(), cx.config.lazyfree_lazy_expire);
        discard(cx.world, entry, lazy);
        cx.changed(key, Event::generic("del"));
        if cx.propagation.on {
            cx.propagate_instead(args![if lazy { "UNLINK" } else { "DEL" }, key]);
        }
    } else {
        entry.set_expiry(Some(at_ms));
        drop(entry);
        cx.changed(key, Event::generic("expire"));
        if cx.propagation.on {
            propagate_deadline(cx, args, at_ms);
        }
    }
    cx.reply.int(1);
    Ok(())
}

/// As a moment, with whatever conditions were written behind it; a moment already goes as it came.
fn propagate_deadline(cx: &mut Cx<'_>, args: Args<'_>, at_ms: i64) {
    if cx.command.name.eq_ignore_ascii_case("PEXPIREAT") {
        return;
    }
    let mut absolute = args!["PEXPIREAT", &args[1], at_ms.to_string()];
    args.from(3).iter().for_each(|word| absolute.push(word));
    cx.propagate_instead(absolute);
}

fn parse_conditions(words: Args<'_>) -> Result<u8, Error> {
    let mut conditions = 0;
    for word in words.iter() {
        conditions |= match () {
            () if word::is(word, "NX") => NX,
            () if word::is(word, "XX") => XX,
            () if word::is(word, "GT") => GT,
            () if word::is(word, "LT") => LT,
            () => return Err(Error::quoting("Unsupported option ", word, "")),
        };
    }
    if conditions & NX != 0 && conditions & (XX | GT | LT) != 0 {
        return Err(Error::Static(
            "ERR NX and XX, GT or LT options at the same time are not compatible",
        ));
    }
    if conditions & GT != 0 && conditions & LT != 0 {
        return Err(Error::Static("ERR GT and LT options at the same time are not compatible"));
    }
    Ok(conditions)
}

/// `None` when the sum does not fit into 64 bits. Times before 1970 are merely past.
fn deadline_ms(time: i64, unit: Unit, from_ms: i64) -> Option<i64> {
    let ms = if unit == Unit::Seconds { time.checked_mul(1000)? } else { time };
    ms.checked_add(from_ms)
}

/// No expiry counts as one that never comes: nothing is greater, anything is less.
fn holds(conditions: u8, current_ms: Option<i64>, at_ms: i64) -> bool {
    let refused = (conditions & NX != 0 && current_ms.is_some())
        || (conditions & XX != 0 && current_ms.is_none())
        || (conditions & GT != 0 && current_ms.is_none_or(|current_ms| at_ms <= current_ms))
        || (conditions & LT != 0 && current_ms.is_some_and(|current_ms| at_ms >= current_ms));
    !refused
}

pub fn persist(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let Some(mut entry) = cx.keys.get_mut(&args[1]) else {
        cx.reply.int(0);
        return Ok(());
    };
    let had_expiry = entry.expiry_ms().is_some();
    entry.set_expiry(None);
    drop(entry);
    if had_expiry {
        cx.changed(&args[1], Event::generic("persist"));
    }
    cx.reply.int(i64::from(had_expiry));
    Ok(())
}

pub fn ttl(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let now_ms = cx.keys.now_ms();
    tell_expiry(cx, args, |at_ms| seconds(at_ms - now_ms))
}

pub fn pttl(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let now_ms = cx.keys.now_ms();
    tell_expiry(cx, args, |at_ms| at_ms - now_ms)
}

pub fn expiretime(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    tell_expiry(cx, args, seconds)
}

pub fn pexpiretime(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    tell_expiry(cx, args, |at_ms| at_ms)
}

fn tell_expiry(cx: &mut Cx<'_>, args: Args<'_>, tell: impl FnOnce(i64) -> i64) -> Outcome {
    let answer = match cx.keys.glance(&args[1]) {
        None => -2,
        Some(entry) => entry.expiry_ms().map_or(-1, tell),
    };
    cx.reply.int(answer);
    Ok(())
}

/// To the nearest second: what has 1500 ms left has 2 seconds left.
fn seconds(ms: i64) -> i64 {
    ms / 1000 + (ms % 1000 + 500) / 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_expiry_is_later_than_any() {
        for (conditions, current_ms, held) in [
            (0, None, true),
            (NX, None, true),
            (NX, Some(1), false),
            (XX, None, false),
            (GT, None, false),
            (GT, Some(99), true),
            (GT, Some(100), false),
            (LT, None, true),
            (LT, Some(100), false),
            (LT | XX, None, false),
        ] {
            assert_eq!(holds(conditions, current_ms, 100), held, "{conditions} {current_ms:?}");
        }
    }

    #[test]
    fn overflow_is_refused_on_either_side() {
        assert_eq!(deadline_ms(i64::MAX, Unit::Seconds, 0), None);
        assert_eq!(deadline_ms(i64::MIN, Unit::Seconds, 0), None);
        assert_eq!(deadline_ms(i64::MAX, Unit::Milliseconds, 1), None);
        assert_eq!(deadline_ms(i64::MAX, Unit::Milliseconds, 0), Some(i64::MAX));
        assert_eq!(deadline_ms(-5, Unit::Seconds, 1000), Some(-4000));
    }
}
