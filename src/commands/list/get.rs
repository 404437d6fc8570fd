//! # Reading lists
//!
//! ```text
//! LINDEX l -1               the last
//! LRANGE l 0 9              the first ten
//! LPOS l x RANK -2          index of the last but one that is x
//! LPOS l x COUNT 0          indexes of all
//! ```
//!
//! Elements go from where they lie into the reply; a list of a million is copied once.

use std::ops::ControlFlow;

use crate::base::error::Error;
use crate::base::int::parse_i64;
use crate::base::word;
use crate::commands::Cx;
use crate::commands::row::Outcome;
use crate::protocol::Args;
use crate::values::list::Side;
use crate::values::{List, Str};

pub fn llen(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let list = cx.keys.get::<List>(&args[1])?;
    cx.reply.int(list.map_or(0, List::len) as i64);
    Ok(())
}

/// The key comes first: without one, a bad index goes unnoticed.
pub fn lindex(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let Some(list) = cx.keys.get::<List>(&args[1])? else {
        cx.reply.null();
        return Ok(());
    };
    let index = parse_i64(&args[2]).ok_or(Error::NotInteger)?;
    let reply = &mut cx.reply;
    if list.with(index, |element| Str::from(element).reply(reply)).is_none() {
        reply.null();
    }
    Ok(())
}

pub fn lrange(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let start = parse_i64(&args[2]).ok_or(Error::NotInteger)?;
    let stop = parse_i64(&args[3]).ok_or(Error::NotInteger)?;
    let list = cx.keys.get::<List>(&args[1])?;
    let (start, count) = stretch(start, stop, list.map_or(0, List::len));
    cx.reply.array(count);
    if let Some(list) = list {
        let reply = &mut cx.reply;
        list.for_each(start as i64, Side::Head, count, |element| Str::from(element).reply(reply));
    }
    Ok(())
}

/// What is meant by indexes from `start` to `stop`, both included, negative ones counted from the
/// end: the first index, and how many elements from there on.
pub(super) fn stretch(start: i64, stop: i64, len: usize) -> (usize, usize) {
    let from_start =
        |index: i64| if index < 0 { index.saturating_add_unsigned(len as u64) } else { index };
    let first = from_start(start).max(0) as usize;
    let end = from_start(stop).saturating_add(1).clamp(0, len as i64) as usize;
    (first.min(len), end.saturating_sub(first))
}

/// What LPOS looks for.
struct Search {
    from_side: Side,
    /// So many are passed over.
    skip: u64,
    /// So many are told, in an array; without it one.
    count: Option<u64>,
    /// So many elements are looked at.
    scan_max: usize,
}

impl Search {
    fn parse(words: Args<'_>) -> Result<Search, Error> {
        let mut search =
            Search { from_side: Side::Head, skip: 0, count: None, scan_max: usize::MAX };
        let mut words = words.iter();
        while let Some(option) = words.next() {
            let value = words.next().ok_or(Error::Syntax)?;
            let count = || parse_i64(value).and_then(|count| u64::try_from(count).ok());
            if word::is(option, "RANK") {
                let rank = parse_i64(value).ok_or(Error::NotInteger)?;
                search.skip = nth(rank)?;
                search.from_side = if rank < 0 { Side::Tail } else { Side::Head };
            } else if word::is(option, "COUNT") {
                let count = count().ok_or(Error::Static("ERR COUNT can't be negative"))?;
                search.count = Some(if count == 0 { u64::MAX } else { count });
            } else if word::is(option, "MAXLEN") {
                let max = count().ok_or(Error::Static("ERR MAXLEN can't be negative"))?;
                search.scan_max = if max == 0 { usize::MAX } else { max as usize };
            } else {
                return Err(Error::Syntax);
            }
        }
        Ok(search)
    }
}

/// How many come before the one of this rank.
fn nth(rank: i64) -> Result<u64, Error> {
    match rank {
        i64::MIN => Err(super::OUT_OF_RANGE),
        0 => Err(Error::Static(
            "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list",
        )),
        _ => Ok(rank.unsigned_abs() - 1),
    }
}

pub fn lpos(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let search = Search::parse(args.from(3))?;
    let list = cx.keys.get::<List>(&args[1])?;
    let (mut skip, mut told) = (search.skip, 0);
    let wanted = search.count.unwrap_or(1);
    let head = search.count.map(|_| cx.reply.begin_array());
    let reply = &mut cx.reply;
    if let Some(list) = list {
        list.search(&args[2], search.from_side, search.scan_max, |index| {
            if skip > 0 {
                skip -= 1;
                return ControlFlow::Continue(());
            }
            reply.int(index as i64);
            told += 1;
            if told == wanted { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
    }
    match head {
        Some(head) => cx.reply.end_array(head, told as usize),
        None if told == 0 => cx.reply.null(),
        None => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::stretch;

    #[test]
    fn a_stretch_is_cut_to_the_list() {
        for ((start, stop), expected) in [
            ((0, -1), (0, 5)),
            ((1, 2), (1, 2)),
            ((-2, -1), (3, 2)),
            ((-9, 1), (0, 2)),
            ((3, 99), (3, 2)),
            ((i64::MIN, i64::MAX), (0, 5)),
        ] {
            assert_eq!(stretch(start, stop, 5), expected, "{start} {stop}");
        }
        for (start, stop) in [(2, 1), (5, 9), (-1, -2), (0, -6), (i64::MAX, i64::MIN)] {
            assert_eq!(stretch(start, stop, 5).1, 0, "{start} {stop}");
        }
    }
}
