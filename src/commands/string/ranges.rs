//! # Bytes of strings: APPEND, SETRANGE, GETRANGE
//!
//! A string as a growing log, a fixed-width record, a vector of small cells. Bytes are
//! counted from 0; in GETRANGE a negative index counts from the end, -1 being the last
//! byte, and both ends are included.
//!
//! ```text
//!   H  e  l  l  o        GETRANGE 1 3    "ell"     GETRANGE -2 -1   "lo"
//!   0  1  2  3  4        GETRANGE 3 99   "lo"      GETRANGE 3 1     ""
//!  -5 -4 -3 -2 -1        SETRANGE 7 X    "Hello\0\0X"
//! ```
//!
//! An old oddity is kept: an end before the first byte is taken as the first byte, so
//! `GETRANGE 0 -99` is "H". No string may outgrow `proto-max-bulk-len`.

use crate::base::error::Error;
use crate::base::int::parse_i64;
use crate::commands::Cx;
use crate::commands::row::Outcome;
use crate::keyspace::lookup::Ttl;
use crate::keyspace::notify::Event;
use crate::protocol::Args;
use crate::values::{Str, View, string};
use std::ops::Range;

const TOO_LONG: Error =
    Error::Static("ERR string exceeds maximum allowed size (proto-max-bulk-len)");

pub fn append(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let (key, tail) = (&args[1], &args[2]);
    let len_max = cx.config.proto_max_bulk_len;
    let len = if let Some(mut entry) = cx.keys.get_mut(key) {
        let value = Str::view(&entry).ok_or(Error::WrongType)?;
        check_len(value.len(), tail.len(), len_max)?;
        string::append(&mut entry, tail)
    } else {
        cx.keys.put(key, string::payload(tail), Ttl::Clear);
        tail.len()
    };
    cx.changed(key, Event::string("append"));
    cx.reply.int(len as i64);
    Ok(())
}

pub fn strlen(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let len = cx.keys.get::<Str>(&args[1])?.map_or(0, Str::len);
    cx.reply.int(len as i64);
    Ok(())
}

/// Nothing to write changes nothing, not even a missing key.
pub fn setrange(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let (key, bytes) = (&args[1], &args[3]);
    let offset = parse_i64(&args[2]).ok_or(Error::NotInteger)?;
    let offset =
        usize::try_from(offset).map_err(|_| Error::Static("ERR offset is out of range"))?;
    let len_max = cx.config.proto_max_bulk_len;
    let len = if let Some(mut entry) = cx.keys.get_mut(key) {
        let value = Str::view(&entry).ok_or(Error::WrongType)?;
        if bytes.is_empty() {
            cx.reply.int(value.len() as i64);
            return Ok(());
        }
        check_len(offset, bytes.len(), len_max)?;
        string::overwrite(&mut entry, offset, bytes)
    } else {
        if bytes.is_empty() {
            cx.reply.int(0);
            return Ok(());
        }
        check_len(offset, bytes.len(), len_max)?;
        cx.keys.put(key, string::raw_payload(b""), Ttl::Clear);
        let mut entry = cx.keys.get_mut(key).expect("it was just put");
        string::overwrite(&mut entry, offset, bytes)
    };
    cx.changed(key, Event::string("setrange"));
    cx.reply.int(len as i64);
    Ok(())
}

/// Also SUBSTR, its first name.
pub fn getrange(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let start = parse_i64(&args[2]).ok_or(Error::NotInteger)?;
    let end = parse_i64(&args[3]).ok_or(Error::NotInteger)?;
    match cx.keys.get::<Str>(&args[1])? {
        None => cx.reply.bulk(b""),
        Some(value) => {
            let mut digits = itoa::Buffer::new();
            let bytes = value.bytes(&mut digits);
            cx.reply.bulk(&bytes[range_of(start, end, bytes.len())]);
        }
    }
    Ok(())
}

/// The bytes that two inclusive indices mean in a string of `len` bytes.
fn range_of(start: i64, end: i64, len: usize) -> Range<usize> {
    if len == 0 || start < 0 && end < 0 && start > end {
        return 0..0;
    }
    let len = len as i64;
    let from_front = |index: i64| if index < 0 { (index + len).max(0) } else { index };
    let (start, end) = (from_front(start), from_front(end).min(len - 1));
    if start > end { 0..0 } else { start as usize..end as usize + 1 }
}

fn check_len(before: usize, added: usize, len_max: u64) -> Outcome {
    match before.checked_add(added) {
        Some(len) if len as u64 <= len_max => Ok(()),
        _ => Err(TOO_LONG),
    }
}

#[cfg(test)]
mod tests {
    use super::range_of;

    #[test]
    fn both_ends_count() {
        for ((start, end), bytes) in [
            ((0, -1), 0..5),
            ((1, 3), 1..4),
            ((-2, -1), 3..5),
            ((3, 99), 3..5),
            ((3, 1), 0..0),
            ((5, 9), 0..0),
            ((-99, 1), 0..2),
            ((0, -99), 0..1),
            ((-99, -98), 0..1),
            ((-98, -99), 0..0),
            ((1, -99), 0..0),
            ((i64::MIN, i64::MAX), 0..5),
        ] {
            assert_eq!(range_of(start, end, 5), bytes, "{start} {end}");
        }
        assert_eq!(range_of(0, -1, 0), 0..0);
    }
}
