//! # Loosen: two replies, made comparable
//!
//! Each way takes both replies and gives both back with what is not promised taken out; what is
//! left must be equal. None of them makes a string equal to an array, or an error to a value.
//!
//! ```text
//!   Order            ~["b" "a"]  ["a" "b"]          sorted
//!   Slack(2000)      :99998      :99999             both :0 if not farther apart
//!   Digits           "3.2999999999999998"  "3.3"    both 3.3
//!   Chance           "a"         "c"                any string for any string
//! ```
//!
//! Knows nothing of which commands deserve it: that is said in [`super::rules`].

use crate::bytes::Bytes;
use crate::reply::Reply;

/// What is done to both replies.
#[derive(Clone, Copy, Debug)]
pub enum Loosen {
    /// Elements in any order.
    Order,
    /// Pairs in any order, also where they stand flat in an array.
    PairOrder,
    /// A cursor and elements: a scan that both ended at once must give the same, in any order.
    Scan,
    /// Integers so far apart at most, if both are positive.
    Slack(i64),
    /// Integers so far apart at most, if neither is negative.
    Near(i64),
    /// An integer for an integer, if neither is negative.
    AnyInteger,
    /// A string, or the lack of one, for another.
    AnyText,
    /// Numbers in strings and doubles, by value; zero has no sign.
    Digits,
    /// Strings and numbers of any content, the same shape.
    Chance,
    /// These fields, with their values, at any depth.
    Fields(&'static [&'static str]),
    /// Consumers without pending entries: they need not be there.
    Idlers,
    /// A transaction's results, for its refusal.
    Aborted,
    /// The first byte on the wire, nothing more; but errors as they are.
    Kind,
    /// Two errors, or two strings, of which one contains this and the other that.
    Said(&'static str, &'static str),
    /// One is an error that contains this; the other is whatever it is.
    Refused(&'static str),
}

impl Loosen {
    /// Both replies, loosened.
    pub fn apply(self, left: &Reply, right: &Reply) -> (Reply, Reply) {
        match self {
            Loosen::Order => (sorted(left), sorted(right)),
            Loosen::PairOrder => (sorted_pairs(left), sorted_pairs(right)),
            Loosen::Scan => scan(left, right),
            Loosen::Slack(slack) => {
                near(left, right, &|a, b| a > 0 && b > 0 && a.abs_diff(b) <= slack as u64)
            }
            Loosen::Near(most) => {
                near(left, right, &|a, b| a >= 0 && b >= 0 && a.abs_diff(b) <= most as u64)
            }
            Loosen::AnyInteger => near(left, right, &|a, b| a >= 0 && b >= 0),
            Loosen::AnyText if is_text_or_none(left) && is_text_or_none(right) => {
                (Reply::Null, Reply::Null)
            }
            Loosen::Digits => (by_value(left), by_value(right)),
            Loosen::Chance => (shape(left), shape(right)),
            Loosen::Fields(fields) => (without(left, fields), without(right, fields)),
            Loosen::Idlers => (busy(left), busy(right)),
            Loosen::Aborted if is_null(left) != is_null(right) => (Reply::Null, Reply::Null),
            Loosen::Kind if left.error().is_none() && same_kind(left, right) => {
                (Reply::Null, Reply::Null)
            }
            Loosen::Said(one, other) if both_say(left, right, one, other) => {
                (Reply::Null, Reply::Null)
            }
            Loosen::Refused(text) if refuses(left, text) != refuses(right, text) => {
                (Reply::Null, Reply::Null)
            }
            Loosen::AnyText
            | Loosen::Aborted
            | Loosen::Kind
            | Loosen::Said(..)
            | Loosen::Refused(_) => (left.clone(), right.clone()),
        }
    }
}

fn sorted(reply: &Reply) -> Reply {
    let mut reply = reply.clone();
    if let Reply::Array(elements) | Reply::Set(elements) = &mut reply {
        elements.sort_by_key(|element| element.to_string());
    }
    reply
}

fn sorted_pairs(reply: &Reply) -> Reply {
    let Some(pairs) = reply.pairs() else { return reply.clone() };
    let mut pairs: Vec<(Reply, Reply)> =
        pairs.into_iter().map(|(k, v)| (k.clone(), v.clone())).collect();
    pairs.sort_by_key(|(k, v)| (k.to_string(), v.to_string()));
    match reply {
        Reply::Map(_) => Reply::Map(pairs),
        _ => Reply::Array(pairs.into_iter().flat_map(|(k, v)| [k, v]).collect()),
    }
}

fn scan(left: &Reply, right: &Reply) -> (Reply, Reply) {
    let parts = |reply: &Reply| match reply {
        Reply::Array(parts) => match &parts[..] {
            [Reply::Bulk(cursor), Reply::Array(elements)] => {
                Some((cursor.0 == b"0", elements.clone()))
            }
            _ => None,
        },
        _ => None,
    };
    let (Some((left_ends, left_found)), Some((right_ends, right_found))) =
        (parts(left), parts(right))
    else {
        return (left.clone(), right.clone());
    };
    if !(left_ends && right_ends) {
        return (Reply::Null, Reply::Null);
    }
    (sorted(&Reply::Array(left_found)), sorted(&Reply::Array(right_found)))
}

/// Integers, also within arrays of the same length, by a relation.
fn near(left: &Reply, right: &Reply, is_near: &impl Fn(i64, i64) -> bool) -> (Reply, Reply) {
    match (left, right) {
        (Reply::Int(a), Reply::Int(b)) if is_near(*a, *b) => (Reply::Int(0), Reply::Int(0)),
        (Reply::Array(a), Reply::Array(b)) if a.len() == b.len() => {
            let pairs = a.iter().zip(b).map(|(a, b)| near(a, b, is_near));
            let (a, b) = pairs.unzip();
            (Reply::Array(a), Reply::Array(b))
        }
        _ => (left.clone(), right.clone()),
    }
}

fn by_value(reply: &Reply) -> Reply {
    mapped(reply, &|leaf| {
        let digits = match leaf {
            Reply::Double(digits) => digits.clone(),
            Reply::Bulk(b) if !b.0.is_empty() => b.lossy(),
            _ => return None,
        };
        // Adding 0 takes the sign off a zero.
        let value = digits.parse::<f64>().ok()? + 0.0;
        Some(match leaf {
            Reply::Double(_) => Reply::Double(value.to_string()),
            _ => Reply::Bulk(Bytes::from(value.to_string().as_str())),
        })
    })
}

fn shape(reply: &Reply) -> Reply {
    mapped(reply, &|leaf| match leaf {
        Reply::Bulk(_) => Some(Reply::Bulk(Bytes::default())),
        Reply::Double(_) => Some(Reply::Double(String::new())),
        _ => None,
    })
}

/// A reply with its leaves changed where a function has something in their place.
fn mapped(reply: &Reply, change: &impl Fn(&Reply) -> Option<Reply>) -> Reply {
    let all = |elements: &[Reply]| elements.iter().map(|e| mapped(e, change)).collect();
    match reply {
        Reply::Array(e) => Reply::Array(all(e)),
        Reply::Set(e) => Reply::Set(all(e)),
        Reply::Push(e) => Reply::Push(all(e)),
        Reply::Map(pairs) => {
            Reply::Map(pairs.iter().map(|(k, v)| (mapped(k, change), mapped(v, change))).collect())
        }
        leaf => change(leaf).unwrap_or_else(|| leaf.clone()),
    }
}

/// Leaves out pairs, of maps and of flat arrays that stand for maps.
fn without(reply: &Reply, fields: &[&str]) -> Reply {
    let is_named = |key: &Reply| fields.iter().any(|field| key.text() == Some(field.as_bytes()));
    let deep = |reply: &Reply| without(reply, fields);
    let kept = |pairs: Vec<(&Reply, &Reply)>| {
        let pairs = pairs.into_iter().filter(|(key, _)| !is_named(key));
        pairs.map(|(key, value)| (key.clone(), deep(value))).collect::<Vec<_>>()
    };
    match reply {
        Reply::Map(_) => Reply::Map(kept(reply.pairs().unwrap_or_default())),
        Reply::Array(elements) => match reply.pairs() {
            Some(pairs) if pairs.iter().any(|(key, _)| is_named(key)) => {
                Reply::Array(kept(pairs).into_iter().flat_map(|(k, v)| [k, v]).collect())
            }
            _ => Reply::Array(elements.iter().map(deep).collect()),
        },
        other => other.clone(),
    }
}

fn busy(reply: &Reply) -> Reply {
    let Reply::Array(consumers) = reply else { return reply.clone() };
    let is_busy = |consumer: &&Reply| {
        crate::client::field(consumer, "pending").is_none_or(|pending| *pending != Reply::Int(0))
    };
    Reply::Array(consumers.iter().filter(is_busy).cloned().collect())
}

fn is_null(reply: &Reply) -> bool {
    matches!(reply, Reply::Null | Reply::NullArray | Reply::NullBulk)
}

fn same_kind(left: &Reply, right: &Reply) -> bool {
    std::mem::discriminant(left) == std::mem::discriminant(right)
}

fn both_say(left: &Reply, right: &Reply, one: &str, other: &str) -> bool {
    let says = |reply: &Reply, text: &str| {
        let said = reply.error().or_else(|| reply.text()).unwrap_or_default();
        String::from_utf8_lossy(said).contains(text)
    };
    let in_order = says(left, one) && says(right, other);
    same_kind(left, right) && (in_order || says(left, other) && says(right, one))
}

fn is_text_or_none(reply: &Reply) -> bool {
    matches!(reply, Reply::Bulk(_) | Reply::NullBulk | Reply::Null)
}

fn refuses(reply: &Reply, text: &str) -> bool {
    reply.error().is_some_and(|error| String::from_utf8_lossy(error).contains(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bulk(text: &str) -> Reply {
        Reply::Bulk(text.into())
    }

    fn equal(how: Loosen, left: Reply, right: Reply) -> bool {
        let (left, right) = how.apply(&left, &right);
        left == right
    }

    #[test]
    fn each_way_forgives_what_it_says() {
        let array = |words: &[&str]| Reply::Array(words.iter().map(|word| bulk(word)).collect());
        let scan = |cursor, words: &[&str]| Reply::Array(vec![bulk(cursor), array(words)]);
        assert!(equal(Loosen::Order, array(&["a", "b"]), array(&["b", "a"])));
        assert!(equal(
            Loosen::PairOrder,
            array(&["f", "1", "a", "2"]),
            array(&["a", "2", "f", "1"])
        ));
        assert!(equal(Loosen::Scan, scan("0", &["a", "b"]), scan("0", &["b", "a"])));
        assert!(equal(Loosen::Scan, scan("7", &["a"]), scan("0", &["b", "a"])));
        assert!(equal(Loosen::Slack(5), Reply::Int(100), Reply::Int(105)));
        assert!(equal(Loosen::Near(2), Reply::Int(0), Reply::Int(2)));
        assert!(equal(Loosen::AnyInteger, Reply::Int(0), Reply::Int(7)));
        let consumer = |n| Reply::Array(vec![bulk("pending"), Reply::Int(n)]);
        assert!(equal(Loosen::Idlers, Reply::Array(vec![consumer(0)]), Reply::Array(vec![])));
        assert!(equal(Loosen::Aborted, Reply::NullArray, array(&["a"])));
        assert!(equal(Loosen::AnyText, bulk("me"), Reply::NullBulk));
        assert!(equal(Loosen::Digits, bulk("3.2999999999999998"), bulk("3.3")));
        assert!(equal(Loosen::Chance, array(&["a"]), array(&["b"])));
        assert!(equal(
            Loosen::Fields(&["id"]),
            array(&["id", "1", "n", "2"]),
            array(&["id", "9", "n", "2"])
        ));
        assert!(equal(Loosen::Kind, bulk("a"), bulk("b")));
        let error = |text: &str| Reply::Error(text.into());
        assert!(equal(Loosen::Said("cat", "dog"), error("ERR a dog"), error("ERR cat")));
        assert!(equal(Loosen::Said("cat", "dog"), bulk("cat"), bulk("dog")));
        assert!(equal(Loosen::Refused("no cat"), error("ERR no cat"), Reply::Int(3)));
    }

    #[test]
    fn no_way_forgives_more() {
        let array = |words: &[&str]| Reply::Array(words.iter().map(|word| bulk(word)).collect());
        let scan = |cursor, words: &[&str]| Reply::Array(vec![bulk(cursor), array(words)]);
        assert!(!equal(Loosen::Order, array(&["a", "b"]), Reply::Set(vec![bulk("a"), bulk("b")])));
        assert!(!equal(Loosen::Order, array(&["a", "a"]), array(&["a"])));
        assert!(!equal(
            Loosen::PairOrder,
            array(&["a", "1", "b", "2"]),
            array(&["a", "2", "b", "1"])
        ));
        assert!(!equal(Loosen::Scan, scan("0", &["a", "b"]), scan("0", &["b"])));
        assert!(!equal(Loosen::Slack(5), Reply::Int(100), Reply::Int(106)));
        assert!(!equal(Loosen::Slack(5), Reply::Int(-1), Reply::Int(3)));
        assert!(!equal(Loosen::Near(2), Reply::Int(0), Reply::Int(3)));
        assert!(!equal(Loosen::AnyInteger, Reply::Int(-1), Reply::Int(7)));
        let consumer = |n| Reply::Array(vec![bulk("pending"), Reply::Int(n)]);
        assert!(!equal(Loosen::Idlers, Reply::Array(vec![consumer(1)]), Reply::Array(vec![])));
        assert!(!equal(Loosen::Aborted, array(&["b"]), array(&["a"])));
        assert!(!equal(Loosen::AnyText, bulk("me"), Reply::Int(1)));
        assert!(!equal(Loosen::Digits, bulk("3.3"), bulk("3.4")));
        assert!(!equal(Loosen::Digits, bulk("3.3"), Reply::Double("3.3".into())));
        assert!(!equal(Loosen::Chance, array(&["a"]), array(&["b", "a"])));
        assert!(!equal(Loosen::Chance, bulk("a"), Reply::NullBulk));
        assert!(!equal(
            Loosen::Fields(&["id"]),
            array(&["id", "1", "n", "2"]),
            array(&["id", "9", "n", "3"])
        ));
        assert!(!equal(Loosen::Kind, bulk("a"), Reply::Simple("a".into())));
        let error = |text: &str| Reply::Error(text.into());
        assert!(!equal(Loosen::Kind, error("ERR a"), error("ERR b")));
        assert!(!equal(Loosen::Said("cat", "dog"), error("ERR cat 1"), error("ERR cat 2")));
        assert!(!equal(Loosen::Said("cat", "dog"), error("ERR cat"), bulk("dog")));
        assert!(!equal(Loosen::Refused("no cat"), error("ERR no dog"), Reply::Int(3)));
        assert!(!equal(Loosen::Refused("cat"), error("ERR cat 1"), error("ERR cat 2")));
    }
}
