//! # Pattern: what a reply should be, and its notation
//!
//! Replies are written with RESP's own first bytes, in their RESP3 form:
//!
//! ```text
//!   +OK   -ERR text   :1   "bulk\x00"   nil   nil*   [:1 "a"]   {"k": "v"}   ~["a" "b"]
//!   ,1.5  #t  (123    =txt:"verbatim"   >["message" "ch" "hi"]   !"bulk error"   |{"a": :1} "reply"
//! ```
//!
//! At the top of a line `+` and `-` take the rest of it; inside brackets they take a word or a
//! quoted string. Where a reply cannot be exact, a predicate between angle brackets says how far
//! it may vary, never more than that:
//!
//! ```text
//!   <int>  <int 5>  <int 2000 +-49>  <int 1..9>  <float 1.5 +-0.01>  <ttl 100>  <ttl 1500ms>
//!   <bulk>  <bulk /\d+-\d+/>  <bulk /\d+/ as id>  <text /re/>  <error /ERR .*/>  <length 3>  <any>
//!   <any-order [..]>  <contains [..]>  <contains {..}>  <success>
//!   <one-of ["a" "b"]>  <pick 2 distinct of ["a" "b" "c"]>  <pick 5 of ["a" "b"]>
//! ```
//!
//! Regular expressions match the whole string. `$x` stands for a value bound by `as x`.
//!
//! This file holds the type and writes it; [`crate::notation`] reads it, [`crate::matcher`] applies it.

use std::fmt::{self, Display, Formatter};

use serde::{Deserialize, Serialize};

use crate::bytes::Bytes;
use crate::reply::Reply;

/// An expected reply: exact, or a predicate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pattern {
    Simple(Bytes),
    Error(Bytes),
    Int(i64),
    /// `:$x`, the integer bound to a variable.
    IntVariable(String),
    Bulk(Bytes),
    Nil,
    NilArray,
    Array(Vec<Pattern>),
    Map(Vec<(Pattern, Pattern)>),
    Set(Vec<Pattern>),
    Push(Vec<Pattern>),
    Double(String),
    Bool(bool),
    Big(String),
    Verbatim(String, Bytes),
    BulkError(Bytes),
    Attributed(Vec<(Pattern, Pattern)>, Box<Pattern>),
    /// Any reply of a kind; strings may have to match a regular expression.
    Kind(Kind, #[serde(default, skip_serializing_if = "Option::is_none")] Option<String>),
    /// An integer between two bounds, both included.
    IntBetween(i64, i64),
    /// A double, or a string that holds one, at most so far from a value.
    FloatNear(f64, f64),
    /// A time to live: so many units less what has gone by since the case began.
    Ttl(i64, TtlUnit),
    /// An array of so many elements, each one of those listed.
    Pick {
        count: usize,
        distinct: bool,
        of: Vec<Pattern>,
    },
    /// An array or a push; maps and sets are in any order by themselves.
    AnyOrder(Box<Pattern>),
    Contains(Box<Pattern>),
    OneOf(Vec<Pattern>),
    /// A string of so many bytes, or so many elements or pairs.
    Length(usize),
    /// Matches as its pattern does, and binds what was read to a name.
    As(Box<Pattern>, String),
}

/// Kinds of reply, as predicates name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    Any,
    Int,
    Bulk,
    Simple,
    /// A simple, bulk or verbatim string.
    Text,
    Verbatim,
    Error,
    /// Any reply but an error.
    Success,
    Double,
    Bool,
    Array,
    Map,
    Set,
    Push,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TtlUnit {
    #[serde(rename = "s")]
    Seconds,
    #[serde(rename = "ms")]
    Millis,
}

/// The names of kinds, as written.
pub const KINDS: &[(&str, Kind)] = &[
    ("any", Kind::Any),
    ("int", Kind::Int),
    ("bulk", Kind::Bulk),
    ("simple", Kind::Simple),
    ("text", Kind::Text),
    ("verbatim", Kind::Verbatim),
    ("error", Kind::Error),
    ("success", Kind::Success),
    ("double", Kind::Double),
    ("bool", Kind::Bool),
    ("array", Kind::Array),
    ("map", Kind::Map),
    ("set", Kind::Set),
    ("push", Kind::Push),
];

impl Pattern {
    /// Whether it leaves no room: such elements choose first where order does not matter.
    pub fn is_exact(&self) -> bool {
        match self {
            Pattern::Array(e) | Pattern::Set(e) | Pattern::Push(e) => {
                e.iter().all(Pattern::is_exact)
            }
            Pattern::Map(p) => p.iter().all(|(k, v)| k.is_exact() && v.is_exact()),
            Pattern::Simple(_)
            | Pattern::Error(_)
            | Pattern::Int(_)
            | Pattern::IntVariable(_)
            | Pattern::Bulk(_)
            | Pattern::Nil
            | Pattern::NilArray
            | Pattern::Double(_)
            | Pattern::Bool(_)
            | Pattern::Big(_)
            | Pattern::Verbatim(..)
            | Pattern::BulkError(_) => true,
            _ => false,
        }
    }
}

impl From<&Reply> for Pattern {
    /// The exact pattern of a reply.
    fn from(reply: &Reply) -> Self {
        let all = |replies: &[Reply]| replies.iter().map(Pattern::from).collect();
        let pairs = |pairs: &[(Reply, Reply)]| {
            pairs.iter().map(|(k, v)| (Pattern::from(k), Pattern::from(v))).collect()
        };
        match reply {
            Reply::Simple(b) => Pattern::Simple(b.clone()),
            Reply::Error(b) => Pattern::Error(b.clone()),
            Reply::Int(n) => Pattern::Int(*n),
            Reply::Bulk(b) => Pattern::Bulk(b.clone()),
            Reply::NullBulk | Reply::Null => Pattern::Nil,
            Reply::NullArray => Pattern::NilArray,
            Reply::Array(e) => Pattern::Array(all(e)),
            Reply::Map(p) => Pattern::Map(pairs(p)),
            Reply::Set(e) => Pattern::Set(all(e)),
            Reply::Push(e) => Pattern::Push(all(e)),
            Reply::Double(d) => Pattern::Double(d.clone()),
            Reply::Bool(b) => Pattern::Bool(*b),
            Reply::Big(n) => Pattern::Big(n.clone()),
            Reply::Verbatim(format, b) => Pattern::Verbatim(format.clone(), b.clone()),
            Reply::BulkError(b) => Pattern::BulkError(b.clone()),
            Reply::Attributed(p, r) => Pattern::Attributed(pairs(p), Box::new(Pattern::from(&**r))),
        }
    }
}

impl Display for Reply {
    /// The notation of a reply, as a vector would have it.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Pattern::from(self).fmt(f)
    }
}

impl Display for Pattern {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Pattern::Simple(b) => write_line(f, '+', b),
            Pattern::Error(b) => write_line(f, '-', b),
            other => Nested(other).fmt(f),
        }
    }
}

/// A pattern inside another, where `+` and `-` no longer own the line.
struct Nested<'a>(&'a Pattern);

impl Display for Nested<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Pattern::Simple(b) => write_word(f, '+', b),
            Pattern::Error(b) => write_word(f, '-', b),
            Pattern::Int(n) => write!(f, ":{n}"),
            Pattern::IntVariable(name) => write!(f, ":${name}"),
            Pattern::Bulk(b) => write!(f, "{b}"),
            Pattern::Nil => f.write_str("nil"),
            Pattern::NilArray => f.write_str("nil*"),
            Pattern::Array(e) => write_elements(f, "[", e),
            Pattern::Set(e) => write_elements(f, "~[", e),
            Pattern::Push(e) => write_elements(f, ">[", e),
            Pattern::Map(p) => write_pairs(f, "{", p),
            Pattern::Double(d) => write!(f, ",{d}"),
            Pattern::Bool(b) => f.write_str(if *b { "#t" } else { "#f" }),
            Pattern::Big(n) => write!(f, "({n}"),
            Pattern::Verbatim(format, b) => write!(f, "={format}:{b}"),
            Pattern::BulkError(b) => write!(f, "!{b}"),
            Pattern::Attributed(p, reply) => {
                write_pairs(f, "|{", p)?;
                write!(f, " {}", Nested(reply))
            }
            predicate => {
                f.write_str("<")?;
                write_predicate(f, predicate)?;
                f.write_str(">")
            }
        }
    }
}

fn write_predicate(f: &mut Formatter<'_>, predicate: &Pattern) -> fmt::Result {
    match predicate {
        Pattern::Kind(kind, regex) => {
            let name = KINDS.iter().find(|(_, k)| k == kind).map_or("any", |(name, _)| name);
            f.write_str(name)?;
            regex.as_ref().map_or(Ok(()), |re| write!(f, " /{}/", re.replace('/', "\\/")))
        }
        Pattern::IntBetween(low, high) => write!(f, "int {low}..{high}"),
        Pattern::FloatNear(value, slack) => write!(f, "float {value} +-{slack}"),
        Pattern::Ttl(value, TtlUnit::Seconds) => write!(f, "ttl {value}"),
        Pattern::Ttl(value, TtlUnit::Millis) => write!(f, "ttl {value}ms"),
        Pattern::Pick { count, distinct, of } => {
            write!(f, "pick {count} {}of ", if *distinct { "distinct " } else { "" })?;
            write_elements(f, "[", of)
        }
        Pattern::AnyOrder(inner) => write!(f, "any-order {}", Nested(inner)),
        Pattern::Contains(inner) => write!(f, "contains {}", Nested(inner)),
        Pattern::OneOf(of) => {
            f.write_str("one-of ")?;
            write_elements(f, "[", of)
        }
        Pattern::Length(n) => write!(f, "length {n}"),
        Pattern::As(inner, name) => {
            write_predicate(f, inner)?;
            write!(f, " as {name}")
        }
        exact => Nested(exact).fmt(f),
    }
}

fn write_elements(f: &mut Formatter<'_>, open: &str, elements: &[Pattern]) -> fmt::Result {
    f.write_str(open)?;
    for (i, element) in elements.iter().enumerate() {
        write!(f, "{}{}", if i > 0 { " " } else { "" }, Nested(element))?;
    }
    f.write_str("]")
}

fn write_pairs(f: &mut Formatter<'_>, open: &str, pairs: &[(Pattern, Pattern)]) -> fmt::Result {
    f.write_str(open)?;
    for (i, (key, value)) in pairs.iter().enumerate() {
        write!(f, "{}{}: {}", if i > 0 { " " } else { "" }, Nested(key), Nested(value))?;
    }
    f.write_str("}")
}

/// A string that may own the rest of its line, quoted if the line would not keep it.
fn write_line(f: &mut Formatter<'_>, sign: char, b: &Bytes) -> fmt::Result {
    match std::str::from_utf8(&b.0) {
        Ok(text)
            if text.trim() == text
                && !text.starts_with('"')
                && !text.contains(char::is_control) =>
        {
            write!(f, "{sign}{text}")
        }
        _ => write!(f, "{sign}{b}"),
    }
}

fn write_word(f: &mut Formatter<'_>, sign: char, b: &Bytes) -> fmt::Result {
    let plain = |c: &u8| c.is_ascii_graphic() && !b"[]{}<>:\"".contains(c);
    match b.0.iter().all(plain) && !b.0.is_empty() {
        true => write!(f, "{sign}{}", b.lossy()),
        false => write!(f, "{sign}{b}"),
    }
}
