//! What matches what, in both protocols.

use super::*;
use crate::notation::parse;
use crate::resp::Reader;

fn check(resp: u8, pattern: &str, wire: &str) -> Match {
    let mut reader = Reader::default();
    reader.feed(wire.replace(' ', "\r\n").as_bytes());
    let reply = reader.next_reply().unwrap().unwrap();
    Context { slack_ms: 30, ..Context::new(resp) }.matches(&parse(pattern).unwrap(), &reply)
}

#[test]
fn the_resp2_form_follows_from_the_resp3_form() {
    for (pattern, resp2, resp3) in [
        ("{\"f\": \"1\"}", "*2 $1 f $1 1 ", "%1 $1 f $1 1 "),
        ("~[\"a\" \"b\"]", "*2 $1 b $1 a ", "~2 $1 b $1 a "),
        (",1.5", "$3 1.5 ", ",1.5 "),
        ("#t", ":1 ", "#t "),
        ("(12", "$2 12 ", "(12 "),
        ("=txt:\"x\"", "$1 x ", "=5 txt:x "),
        (">[:1]", "*1 :1 ", ">1 :1 "),
        ("nil", "$-1 ", "_ "),
        ("nil*", "*-1 ", "_ "),
    ] {
        assert_eq!(check(2, pattern, resp2), Match::Yes, "{pattern}");
        assert_eq!(check(3, pattern, resp3), Match::Yes, "{pattern}");
        assert_eq!(check(3, pattern, resp2), Match::No, "{pattern}: the RESP2 form in RESP3");
        assert_eq!(check(2, pattern, resp3), Match::No, "{pattern}: the RESP3 form in RESP2");
    }
    assert_eq!(check(2, "nil", "*-1 "), Match::No, "the two nulls of RESP2 differ");
    assert_eq!(check(2, "+OK", "$2 OK "), Match::No, "a bulk OK is no status");
}

#[test]
fn same_code_other_text_is_spelling() {
    let mut context = Context::new(3);
    let error = |text: &str| Reply::Error(text.into());
    let want = parse("-ERR no such key").unwrap();
    assert_eq!(context.matches(&want, &error("ERR no such key")), Match::Yes);
    assert_eq!(context.matches(&want, &error("ERR key missing")), Match::Spelling);
    assert_eq!(context.matches(&want, &error("WRONGTYPE no such key")), Match::No);
    assert_eq!(context.matches(&parse("-ERR").unwrap(), &error("ERR anything")), Match::Yes);
    assert_eq!(check(3, ",8.2", ",8.199999999999999289457264 "), Match::Spelling);
    assert_eq!(check(3, ",8.2", ",8.3 "), Match::No);
}

#[test]
fn predicates_allow_what_they_say_and_no_more() {
    for (pattern, wire, want) in [
        ("<int 10 +-2>", ":12 ", Match::Yes),
        ("<int 10 +-2>", ":13 ", Match::No),
        ("<ttl 100>", ":100 ", Match::Yes),
        ("<ttl 100>", ":99 ", Match::Yes),
        ("<ttl 100>", ":101 ", Match::No),
        ("<ttl 100>", ":98 ", Match::No),
        ("<ttl 1000ms>", ":970 ", Match::Yes),
        ("<ttl 1000ms>", ":969 ", Match::No),
        ("<pick 2 distinct of [\"a\" \"b\"]>", "*2 $1 b $1 a ", Match::Yes),
        ("<pick 2 distinct of [\"a\" \"b\"]>", "*2 $1 a $1 a ", Match::No),
        ("<pick 2 of [\"a\" \"b\"]>", "*2 $1 a $1 a ", Match::Yes),
        ("<pick 2 of [\"a\" \"b\"]>", "*2 $1 a $1 c ", Match::No),
        ("<any-order [\"a\" \"b\"]>", "*2 $1 b $1 a ", Match::Yes),
        ("[\"a\" \"b\"]", "*2 $1 b $1 a ", Match::No),
        ("<any-order [\"a\" \"a\"]>", "*2 $1 a $1 b ", Match::No),
        ("<any-order [<bulk> \"a\"]>", "*2 $1 a $1 b ", Match::Yes),
        ("{\"a\": :1 \"b\": :2}", "*4 $1 b :2 $1 a :1 ", Match::Yes),
        ("{\"a\": :1 \"b\": :2}", "*4 $1 b :1 $1 a :2 ", Match::No),
        ("{\"a\": :1 \"a\": :2}", "*4 $1 a :2 $1 a :1 ", Match::Yes),
        ("{\"a\": :1 \"a\": :1}", "*4 $1 a :1 $1 a :2 ", Match::No),
        ("{\"a\": :1}", "*3 $1 a :1 $1 b ", Match::No),
        ("{<bulk>: :1 \"a\": :1}", "*4 $1 a :1 $1 b :1 ", Match::Yes),
        ("<success>", ":1 ", Match::Yes),
        ("<success>", "-ERR ", Match::No),
        ("<contains {\"b\": :2}>", "*4 $1 a :1 $1 b :2 ", Match::Yes),
        ("<contains {\"b\": :1}>", "*4 $1 a :1 $1 b :2 ", Match::No),
        ("<bulk /\\d+-\\d+/>", "$3 1-2 ", Match::Yes),
        ("<bulk /\\d+/>", "$3 1-2 ", Match::No),
        ("<float 1.5 +-0.01>", "$5 1.505 ", Match::Yes),
        ("<float 1.5 +-0.01>", "$4 1.52 ", Match::No),
        ("<length 3>", "$3 abc ", Match::Yes),
        ("<one-of [:1 nil]>", "$-1 ", Match::Yes),
    ] {
        assert_eq!(check(2, pattern, wire), want, "{pattern} against {wire}");
    }
}

#[test]
fn names_are_bound_and_only_bound_names_are_replaced() {
    let mut context = Context::new(3);
    let reply = Reply::Bulk("1-2".into());
    assert_eq!(context.matches(&parse("<bulk as id>").unwrap(), &reply), Match::Yes);
    assert_eq!(context.matches(&parse("$id").unwrap(), &reply), Match::Yes);
    assert_eq!(&*context.substitute(b"$ x$id ${id}y $other $"), b"$ x1-2 1-2y $other $");
}
