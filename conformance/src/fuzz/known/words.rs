//! # Words: which commands a rule is for, by what stands in them
//!
//! Small questions about the arguments of one command, or about one that was sent earlier.

use super::super::scene::{Sent, says};
use crate::bytes::Bytes;
use crate::reply::Reply;

/// So many at a time are all that an episode can hold.
const ALL: &str = "1000";

/// Whether a scan begins: the cursor is 0.
pub fn scan_starts(args: &[Bytes]) -> bool {
    cursor(args).is_some_and(|cursor| cursor == b"0")
}

pub fn scan_goes_on(args: &[Bytes]) -> bool {
    cursor(args).is_some_and(|cursor| cursor != b"0")
}

/// An empty cursor, a negative one, or one with a zero byte, at which it ended before 7.2.
pub fn is_no_cursor(args: &[Bytes]) -> bool {
    let is_none =
        |cursor: &[u8]| cursor.is_empty() || cursor.starts_with(b"-") || cursor.contains(&0);
    cursor(args).is_some_and(is_none)
}

/// A cursor with a space before it.
pub fn is_spaced_cursor(args: &[Bytes]) -> bool {
    cursor(args).is_some_and(|cursor| cursor.starts_with(b" "))
}

fn cursor(args: &[Bytes]) -> Option<&[u8]> {
    let at = if args[0].0.eq_ignore_ascii_case(b"SCAN") { 1 } else { 2 };
    args.get(at).map(|cursor| &cursor.0[..])
}

/// The same scan, for all at once: the last COUNT counts.
pub fn whole_scan(args: &[Bytes]) -> Vec<Bytes> {
    [args, &["COUNT", ALL].map(Bytes::from)].concat()
}

pub fn is_whole(args: &[Bytes]) -> bool {
    args.ends_with(&["COUNT", ALL].map(Bytes::from))
}

/// Whether a command may meet, and so remove, a dead key on one server and not on the other.
pub fn may_meet_the_dead(sent: &Sent) -> bool {
    sent.is("RANDOMKEY") || sent.is("SCAN")
}

/// Whether SORT leaves elements of a set as they come: BY names no place for the element, or weights that
/// may be equal are compared as text, which decides nothing between equals.
pub fn is_unsorted(args: &[Bytes]) -> bool {
    let by = args.windows(2).find(|pair| pair[0].0.eq_ignore_ascii_case(b"BY"));
    by.is_some_and(|pair| !pair[1].0.contains(&b'*') || says(args, "ALPHA"))
}

pub fn says_limit(args: &[Bytes]) -> bool {
    says(args, "LIMIT")
}

pub fn sorts_by_bytes(args: &[Bytes]) -> bool {
    says(args, "ALPHA") && !says(args, "GET")
}

/// Whether a number among the arguments is beyond those that a double or 64 bits can hold.
pub fn overflows(sent: &Sent) -> bool {
    let is_beyond = |arg: &Bytes| {
        let has_digits = arg.0.iter().any(u8::is_ascii_digit);
        let number = arg.lossy().trim().parse::<f64>().ok();
        has_digits && number.is_some_and(|n| n.is_subnormal() || n.abs() >= i64::MAX as f64)
    };
    sent.args[1..].iter().any(is_beyond)
}

/// Whether a score stands behind each member of the reply.
pub fn has_scores(args: &[Bytes]) -> bool {
    says(args, "WITHSCORES")
}

/// Whether HSCAN is to give fields alone.
pub fn leaves_values_out(args: &[Bytes]) -> bool {
    says(args, "NOVALUES")
}

/// Whether a range is one of members rather than of scores or ranks.
pub fn is_lex(args: &[Bytes]) -> bool {
    let name = args[0].0.to_ascii_lowercase();
    says(args, "BYLEX") || name.windows(3).any(|part| part == b"lex")
}

/// Whether a sorted set may have different scores after this.
pub fn gives_scores(sent: &Sent) -> bool {
    let name = sent.args[0].0.to_ascii_uppercase();
    let is_store = name.starts_with(b"Z") && name.ends_with(b"STORE");
    let adds = ["ZADD", "ZINCRBY", "GEOADD"].iter().any(|name| sent.is(name));
    let is_score = |arg: &Bytes| arg.lossy().parse::<f64>().is_ok_and(|score| score != 0.0);
    is_store || adds && sent.args.iter().skip(2).any(is_score)
}

/// The offset after LIMIT, if it is negative.
pub fn negative_offset(args: &[Bytes]) -> Option<u64> {
    let after = args.windows(2).rev().find(|pair| pair[0].0.eq_ignore_ascii_case(b"LIMIT"))?;
    let offset: i64 = after[1].lossy().parse().ok()?;
    (offset < 0).then_some(offset.unsigned_abs())
}

/// Whether an index does not fit in 32 bits.
pub fn is_far_index(args: &[Bytes]) -> bool {
    let index = args.get(2).and_then(|index| index.lossy().parse::<i64>().ok());
    index.is_some_and(|index| i32::try_from(index).is_err())
}

/// HELLO with a name, refused by both: one of them may have set it.
pub fn names_in_vain(sent: &Sent) -> bool {
    let refused = sent.replies.iter().all(|reply| reply.error().is_some());
    sent.is("HELLO") && sent.says("SETNAME") && (refused || is_queued(sent))
}

/// A claim that claims nothing.
pub fn claims_nothing(sent: &Sent) -> bool {
    let empty = |reply: &Reply| match reply.elements() {
        Some([_, claimed, ..]) if sent.is("XAUTOCLAIM") => {
            claimed.elements().is_some_and(<[Reply]>::is_empty)
        }
        Some(claimed) => claimed.is_empty(),
        None => false,
    };
    let claims = sent.is("XCLAIM") || sent.is("XAUTOCLAIM");
    claims && (is_queued(sent) || sent.replies.iter().all(|reply| empty(reply)))
}

/// ZADD that only changes what is there, or GEOADD.
pub fn only_changes_scores(sent: &Sent) -> bool {
    (sent.is("ZADD") || sent.is("GEOADD")) && sent.says("XX")
}

/// ZADD of a negative zero and of more than that.
pub fn adds_negative_zero(sent: &Sent) -> bool {
    sent.is("ZADD") && sent.says("-0") && sent.args.len() > 4
}

/// What may set a value that is dead from the beginning: it names a moment.
pub fn may_set_the_dead(sent: &Sent) -> bool {
    let names_a_moment = ["EXAT", "PXAT", "ABSTTL"].iter().any(|word| sent.says(word));
    names_a_moment && ["SET", "GETEX", "RESTORE"].iter().any(|name| sent.is(name))
}

fn is_queued(sent: &Sent) -> bool {
    let queued = Reply::Simple(Bytes::from("QUEUED"));
    sent.replies.iter().all(|reply| **reply == queued)
}
