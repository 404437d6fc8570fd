//! # Matcher: is this reply the expected one?
//!
//! A pattern is written in its RESP3 form. What a RESP2 connection must answer follows from it:
//!
//! ```text
//!   RESP3    {k: v}      ~[..]             ,1.5     #t   (12    =txt:"x"   >[..]   nil   nil*   _ for both
//!   RESP2    [k v]       [..] any order    "1.5"    :1   "12"   "x"        [..]    $-1   *-1
//! ```
//!
//! Three answers are possible. A reply that means the same in other words (an error with the same
//! code and another text, a double with the same value and other digits) is [`Match::Spelling`]:
//! worth seeing, and a failure for a server that promises the very text.
//!
//! Arrays match in order. Maps and sets do not, for Redis promises none, and neither do `<any-order>`
//! and `<contains>`. Unordered matching is greedy, exact elements first: a vector whose predicates
//! overlap is a poor vector.

use std::borrow::Cow;
use std::collections::BTreeMap;

use regex::bytes::{Regex, RegexBuilder};

use crate::bytes::Bytes;
use crate::pattern::{Kind, Pattern, TtlUnit};
use crate::reply::Reply;

/// The name that stands for the protocol in which a case is played.
pub const PROTOCOL: &str = "resp";

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    No,
    /// The same meaning, spelled otherwise.
    Spelling,
    Yes,
}

/// What a match depends on besides the pattern and the reply.
#[derive(Clone, Debug)]
pub struct Context {
    /// 2 or 3: what the connection speaks.
    pub resp: u8,
    /// Values bound by `as`, and by `@repeat`.
    pub variables: BTreeMap<String, Bytes>,
    /// How much time may have gone by unplanned since the case began.
    pub slack_ms: u64,
}

impl Context {
    pub fn new(resp: u8) -> Self {
        Context { resp, variables: BTreeMap::new(), slack_ms: 0 }
    }

    /// `bytes` with each `$name` or `${name}` that is bound replaced; the others stay as they are.
    pub fn substitute<'b>(&self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        if self.variables.is_empty() || !bytes.contains(&b'$') {
            return Cow::Borrowed(bytes);
        }
        let mut out = Vec::with_capacity(bytes.len());
        let mut rest = bytes;
        while let Some(at) = rest.iter().position(|&b| b == b'$') {
            out.extend_from_slice(&rest[..at]);
            rest = &rest[at..];
            let (name, length) = variable_name(rest);
            match self.variables.get(name) {
                Some(value) => out.extend_from_slice(&value.0),
                None => out.extend_from_slice(&rest[..length]),
            }
            rest = &rest[length..];
        }
        out.extend_from_slice(rest);
        Cow::Owned(out)
    }

    /// Compares a reply with a pattern, and binds the pattern's names if they match.
    pub fn matches(&mut self, pattern: &Pattern, reply: &Reply) -> Match {
        let resp3 = self.resp == 3;
        if !self.may_send(reply) {
            return Match::No;
        }
        match (pattern, reply) {
            (Pattern::Simple(want), Reply::Simple(got)) => self.same(want, got),
            (Pattern::Error(want), Reply::Error(got)) => self.error(want, got),
            (Pattern::BulkError(want), Reply::BulkError(got)) => self.error(want, got),
            (Pattern::Int(want), Reply::Int(got)) => yes(want == got),
            (Pattern::IntVariable(name), Reply::Int(got)) => {
                yes(self.variables.get(name).is_some_and(|b| b.0 == got.to_string().as_bytes()))
            }
            (Pattern::Bulk(want), Reply::Bulk(got)) => self.same(want, got),
            (Pattern::Nil, Reply::NullBulk) | (Pattern::NilArray, Reply::NullArray) => yes(!resp3),
            (Pattern::Nil | Pattern::NilArray, Reply::Null) => yes(resp3),
            (Pattern::Array(want), Reply::Array(got)) => self.all(want, got),
            (Pattern::Push(want), Reply::Push(got)) => self.all(want, got),
            (Pattern::Push(want), Reply::Array(got)) if !resp3 => self.all(want, got),
            (Pattern::Set(want), Reply::Set(got)) => self.unordered(want, got, false),
            (Pattern::Set(want), Reply::Array(got)) if !resp3 => self.unordered(want, got, false),
            (Pattern::Map(_), _) => self.loose(pattern, reply, false),
            (Pattern::Double(want), Reply::Double(got)) if resp3 => double(want, got.as_bytes()),
            (Pattern::Double(want), Reply::Bulk(got)) if !resp3 => double(want, &got.0),
            (Pattern::Bool(want), Reply::Bool(got)) => yes(want == got),
            (Pattern::Bool(want), Reply::Int(got)) if !resp3 => yes(i64::from(*want) == *got),
            (Pattern::Big(want), Reply::Big(got)) => yes(want == got),
            (Pattern::Big(want), Reply::Bulk(got)) if !resp3 => yes(want.as_bytes() == got.0),
            (Pattern::Verbatim(format, want), Reply::Verbatim(got_format, got)) => {
                self.same(want, got).min(yes(format == got_format))
            }
            (Pattern::Verbatim(_, want), Reply::Bulk(got)) if !resp3 => self.same(want, got),
            (Pattern::Attributed(want, inner), Reply::Attributed(got, reply)) => {
                let (want, got) = (Pattern::Map(want.clone()), Reply::Map(got.clone()));
                self.matches(&want, &got).min(self.matches(inner, reply))
            }
            (Pattern::Attributed(_, inner), _) if !resp3 => self.matches(inner, reply),
            _ => self.predicate(pattern, reply),
        }
    }

    fn predicate(&mut self, pattern: &Pattern, reply: &Reply) -> Match {
        match pattern {
            Pattern::Kind(kind, regex) => {
                yes(self.is_kind(*kind, reply) && regex_holds(regex.as_deref(), reply))
            }
            Pattern::IntBetween(low, high) => {
                yes(matches!(reply, Reply::Int(n) if (low..=high).contains(&n)))
            }
            Pattern::FloatNear(value, slack) => {
                yes(float_of(reply)
                    .is_some_and(|got| got == *value || (got - value).abs() <= *slack))
            }
            Pattern::Ttl(value, unit) => {
                yes(matches!(reply, Reply::Int(n) if self.ttl_holds(*value, *unit, *n)))
            }
            Pattern::Pick { count, distinct, of } => self.pick(*count, *distinct, of, reply),
            Pattern::AnyOrder(inner) => self.loose(inner, reply, false),
            Pattern::Contains(inner) => self.loose(inner, reply, true),
            Pattern::OneOf(of) => {
                of.iter().map(|p| self.matches(p, reply)).max().unwrap_or(Match::No)
            }
            Pattern::Length(length) => yes(length_of(reply) == Some(*length)),
            Pattern::As(inner, name) => {
                let matched = self.matches(inner, reply);
                if matched != Match::No {
                    self.variables.insert(name.clone(), value_of(reply));
                }
                matched
            }
            _ => Match::No,
        }
    }

    /// Whether the protocol has this type at all.
    fn may_send(&self, reply: &Reply) -> bool {
        match reply {
            Reply::NullBulk | Reply::NullArray => self.resp == 2,
            Reply::Simple(_)
            | Reply::Error(_)
            | Reply::Int(_)
            | Reply::Bulk(_)
            | Reply::Array(_) => true,
            _ => self.resp == 3,
        }
    }

    fn same(&self, want: &Bytes, got: &Bytes) -> Match {
        yes(*self.substitute(&want.0) == got.0)
    }

    fn error(&self, want: &Bytes, got: &Bytes) -> Match {
        let want = self.substitute(&want.0);
        let code = |text: &[u8]| text.split(|&b| b == b' ').next().unwrap_or(&[]).to_vec();
        match *want == got.0 || (*want == code(&want) && *want == code(&got.0)) {
            true => Match::Yes,
            false if code(&want) == code(&got.0) => Match::Spelling,
            false => Match::No,
        }
    }

    fn all(&mut self, want: &[Pattern], got: &[Reply]) -> Match {
        if want.len() != got.len() {
            return Match::No;
        }
        let mut worst = Match::Yes;
        for (want, got) in want.iter().zip(got) {
            worst = worst.min(self.matches(want, got));
            if worst == Match::No {
                break;
            }
        }
        worst
    }

    fn pairs<'r>(&self, reply: &'r Reply) -> Option<Vec<(&'r Reply, &'r Reply)>> {
        match reply {
            Reply::Array(_) if self.resp == 3 => None,
            other => other.pairs(),
        }
    }

    /// In any order; `<contains>` when there may be more than is listed.
    fn loose(&mut self, inner: &Pattern, reply: &Reply, more: bool) -> Match {
        if let Pattern::Map(want) = inner {
            let Some(got) = self.pairs(reply) else {
                return Match::No;
            };
            let as_array = |(k, v): (&Reply, &Reply)| Reply::Array(vec![k.clone(), v.clone()]);
            let want: Vec<Pattern> =
                want.iter().map(|(k, v)| Pattern::Array(vec![k.clone(), v.clone()])).collect();
            let got: Vec<Reply> = got.into_iter().map(as_array).collect();
            return self.unordered(&want, &got, more);
        }
        match (inner, reply) {
            (Pattern::Array(want), Reply::Array(got))
            | (Pattern::Set(want), Reply::Set(got))
            | (Pattern::Push(want), Reply::Push(got)) => self.unordered(want, got, more),
            (Pattern::Set(want) | Pattern::Push(want), Reply::Array(got)) if self.resp == 2 => {
                self.unordered(want, got, more)
            }
            _ => Match::No,
        }
    }

    fn unordered(&mut self, want: &[Pattern], got: &[Reply], more: bool) -> Match {
        if want.len() > got.len() || (want.len() < got.len() && !more) {
            return Match::No;
        }
        let mut order: Vec<&Pattern> = want.iter().collect();
        order.sort_by_key(|p| !p.is_exact());
        let mut left: Vec<&Reply> = got.iter().collect();
        let mut worst = Match::Yes;
        for want in order {
            let mut best = (Match::No, 0);
            for (i, got) in left.iter().enumerate() {
                let matched = self.matches(want, got);
                if matched > best.0 {
                    best = (matched, i);
                }
                if matched == Match::Yes {
                    break;
                }
            }
            if best.0 == Match::No {
                return Match::No;
            }
            worst = worst.min(self.matches(want, left.remove(best.1)));
        }
        worst
    }

    fn pick(&mut self, count: usize, distinct: bool, of: &[Pattern], reply: &Reply) -> Match {
        let got = match reply {
            Reply::Array(got) | Reply::Set(got) => got,
            _ => return Match::No,
        };
        let repeats = got.iter().enumerate().any(|(i, r)| got[..i].contains(r));
        if got.len() != count || (distinct && repeats) {
            return Match::No;
        }
        let mut one =
            |reply: &Reply| of.iter().map(|p| self.matches(p, reply)).max().unwrap_or(Match::No);
        got.iter().map(&mut one).min().unwrap_or(Match::Yes)
    }

    fn is_kind(&self, kind: Kind, reply: &Reply) -> bool {
        let resp2 = self.resp == 2;
        match (kind, reply) {
            (Kind::Any, _) | (Kind::Int, Reply::Int(_)) | (Kind::Bulk, Reply::Bulk(_)) => true,
            (Kind::Simple, Reply::Simple(_)) | (Kind::Verbatim, Reply::Verbatim(..)) => true,
            (Kind::Verbatim | Kind::Double, Reply::Bulk(_)) => resp2,
            (Kind::Text, _) => reply.text().is_some(),
            (Kind::Error, _) => reply.error().is_some(),
            (Kind::Success, _) => reply.error().is_none(),
            (Kind::Double, Reply::Double(_)) | (Kind::Bool, Reply::Bool(_)) => true,
            (Kind::Bool, Reply::Int(_)) => resp2,
            (Kind::Array, Reply::Array(_)) | (Kind::Map, Reply::Map(_)) => true,
            (Kind::Set, Reply::Set(_)) | (Kind::Push, Reply::Push(_)) => true,
            (Kind::Map | Kind::Set | Kind::Push, Reply::Array(_)) => resp2,
            _ => false,
        }
    }

    /// A clock in seconds rounds to the nearest, so half a unit more may show.
    fn ttl_holds(&self, value: i64, unit: TtlUnit, got: i64) -> bool {
        let unit_ms = if unit == TtlUnit::Seconds { 1000 } else { 1 };
        let slack = (self.slack_ms as i64 + unit_ms - 1) / unit_ms;
        (value - slack..=value).contains(&got)
    }
}

/// Compiles a regular expression as vectors mean it: over bytes, the whole string, `.` for any byte.
pub fn compile_regex(source: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(&format!("^(?:{source})$")).unicode(false).dot_matches_new_line(true).build()
}

/// The bytes that a variable keeps of a reply.
pub fn value_of(reply: &Reply) -> Bytes {
    match reply {
        Reply::Int(n) => n.to_string().as_str().into(),
        Reply::Double(text) | Reply::Big(text) => text.as_str().into(),
        other => other.text().or(other.error()).unwrap_or(&[]).into(),
    }
}

fn regex_holds(regex: Option<&str>, reply: &Reply) -> bool {
    let Some(source) = regex else { return true };
    compile_regex(source).is_ok_and(|regex| regex.is_match(&value_of(reply).0))
}

fn double(want: &str, got: &[u8]) -> Match {
    let got = String::from_utf8_lossy(got);
    match (want.parse::<f64>(), got.parse::<f64>()) {
        _ if want == got => Match::Yes,
        (Ok(a), Ok(b)) if a == b => Match::Spelling,
        _ => Match::No,
    }
}

fn float_of(reply: &Reply) -> Option<f64> {
    match reply {
        Reply::Double(text) => text.parse().ok(),
        Reply::Bulk(_) | Reply::Simple(_) => std::str::from_utf8(reply.text()?).ok()?.parse().ok(),
        _ => None,
    }
}

fn length_of(reply: &Reply) -> Option<usize> {
    match reply {
        Reply::Map(pairs) => Some(pairs.len()),
        other => other.text().map(<[u8]>::len).or(other.elements().map(<[Reply]>::len)),
    }
}

/// The name after a `$`, and how many bytes it takes with its sign and braces.
fn variable_name(rest: &[u8]) -> (&str, usize) {
    let is_name = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    let braces = usize::from(rest.get(1) == Some(&b'{'));
    let start = 1 + braces;
    let end = rest[start..].iter().position(|b| !is_name(b)).map_or(rest.len(), |n| start + n);
    if braces == 1 && rest.get(end) != Some(&b'}') {
        return ("", 1);
    }
    (std::str::from_utf8(&rest[start..end]).unwrap_or(""), end + braces)
}

fn yes(holds: bool) -> Match {
    if holds { Match::Yes } else { Match::No }
}

#[cfg(test)]
#[path = "matcher_tests.rs"]
mod tests;
