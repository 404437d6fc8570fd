//! # Loosen: two replies, made comparable
//!
//! Each way takes both replies and gives both back with what is not promised taken out; what is
//! left must be equal. None of them makes a string equal to an array, or an error to a value.
//!
//! ```text
//!   Order            ~["b" "a"]  ["a" "b"]          sorted
//!   Slack(2000)      :99998      :99999             both :0 if not farther apart
//!   Scores           "3.2999999999999998"  "3.3"    one, where a score may stand
//!   Chosen           "a"         "c"                one, if both were sent before
//! ```
//!
//! Where two servers are told apart, the first is the one that behaves as before. Knows nothing of which commands deserve it: that is said in [`super::rules`].

use super::digits::is_respelled;
use super::scene::Scene;
use crate::bytes::Bytes;
use crate::reply::Reply;

/// What is done to both replies.
#[derive(Clone, Copy, Debug)]
pub enum Loosen {
    /// Elements in any order.
    Order,
    /// Pairs in any order, also where they stand flat in an array.
    PairOrder,
    /// A cursor and elements, or pairs, in any order, if both scans ended.
    Scan { pairs: bool },
    /// A cursor and any elements that were sent before; of a scan of many steps, one has not ended.
    Part { of_many: bool },
    /// Integers so far apart at most, if both are positive.
    Slack(i64),
    /// Integers so far apart at most, if neither is negative.
    Near(i64),
    /// An integer for an integer, if neither is negative.
    AnyInteger,
    /// This integer from the first, that one from the second.
    Ints(i64, i64),
    /// A string, or the lack of one, for another.
    AnyText,
    /// Doubles, and strings in this place, that are the same number: with 17 digits from the first, with as
    /// few as possible from the second.
    Scores(Place),
    /// A zero whose sign the first lost, and the second did not.
    ZeroSign,
    /// Strings for strings, if they were sent before or are numbers; the same shape.
    Chosen,
    /// These fields, with their values, at any depth.
    Fields(&'static [&'static str]),
    /// Consumers without pending entries: they need not be there.
    Idlers,
    /// A transaction that the first aborts and the second runs.
    Aborted,
    /// The first byte on the wire, nothing more; but errors as they are.
    Kind,
    /// Two errors, or two strings, of which the first contains this and the second that.
    Said(&'static str, &'static str),
    /// The second is an error that contains this; the first is whatever else it is.
    Refuses(&'static str),
    /// The first is an error that contains this; the second is whatever else it is.
    Grants(&'static str),
    /// What a function finds explained.
    Explained(fn(&Scene, &Reply, &Reply) -> bool),
}

/// Where strings are scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The reply is one, or a list of them.
    Alone,
    /// Every second element, behind its member.
    Behind,
    /// The last element.
    Last,
    Nowhere,
}

impl Loosen {
    /// Both replies, loosened.
    pub fn apply(self, scene: &Scene, one: &Reply, other: &Reply) -> (Reply, Reply) {
        match self {
            Loosen::Order => return (sorted(one), sorted(other)),
            Loosen::PairOrder => return (sorted_pairs(one), sorted_pairs(other)),
            Loosen::Scan { pairs } => return (scanned(one, pairs), scanned(other, pairs)),
            Loosen::Slack(slack) => {
                return near(one, other, &|a, b| a > 0 && b > 0 && a.abs_diff(b) <= slack as u64);
            }
            Loosen::Near(most) => {
                let near_by = |a: i64, b: i64| a.abs_diff(b) <= most as u64;
                return near(one, other, &|a, b| a >= 0 && b >= 0 && near_by(a, b));
            }
            Loosen::AnyInteger => return near(one, other, &|a, b| a >= 0 && b >= 0),
            Loosen::Scores(place) => return scores(one, other, place),
            Loosen::ZeroSign => return (one.clone(), signs_lost(one, other)),
            Loosen::Chosen => return (shape(scene, one), shape(scene, other)),
            Loosen::Fields(fields) => return (without(one, fields), without(other, fields)),
            Loosen::Idlers => return (busy(one), busy(other)),
            _ => {}
        }
        if self.explains(scene, one, other) {
            (Reply::Null, Reply::Null)
        } else {
            (one.clone(), other.clone())
        }
    }

    /// Of those that take the whole of both replies: whether they do.
    fn explains(self, scene: &Scene, one: &Reply, other: &Reply) -> bool {
        match self {
            Loosen::Part { of_many } => {
                let ended = is_part(scene, one).zip(is_part(scene, other));
                ended.is_some_and(|(one, other)| !(of_many && one && other))
            }
            Loosen::Ints(this, that) => *one == Reply::Int(this) && *other == Reply::Int(that),
            Loosen::AnyText => is_text_or_none(one) && is_text_or_none(other),
            Loosen::Aborted => is_null(one) && matches!(other, Reply::Array(_)),
            Loosen::Kind => one.error().is_none() && same_kind(one, other),
            Loosen::Said(this, that) => {
                same_kind(one, other) && says(one, this) && says(other, that)
            }
            Loosen::Refuses(text) => !is_refusal(one, text) && is_refusal(other, text),
            Loosen::Grants(text) => is_refusal(one, text) && !is_refusal(other, text),
            Loosen::Explained(explains) => explains(scene, one, other),
            _ => false,
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

/// The two parts of a scan's reply: whether it ended, and what it found.
fn scan_parts(reply: &Reply) -> Option<(&[u8], &[Reply])> {
    match reply.elements()? {
        [Reply::Bulk(cursor), Reply::Array(found)] => Some((&cursor.0, found)),
        _ => None,
    }
}

fn scanned(reply: &Reply, pairs: bool) -> Reply {
    let Some((b"0", found)) = scan_parts(reply) else { return reply.clone() };
    let found = Reply::Array(found.to_vec());
    let found = if pairs { sorted_pairs(&found) } else { sorted(&found) };
    Reply::Array(vec![Reply::Bulk("0".into()), found])
}

/// Whether a scan ended, of one that is well formed and gives nothing that nobody sent.
fn is_part(scene: &Scene, reply: &Reply) -> Option<bool> {
    let (cursor, found) = scan_parts(reply)?;
    let is_cursor = cursor.iter().all(u8::is_ascii_digit) && !cursor.is_empty();
    let known = found.iter().all(|found| is_known(scene, found));
    (is_cursor && known).then_some(cursor == b"0")
}

/// Whether a string was sent before, or is a number: those are computed too.
fn is_known(scene: &Scene, reply: &Reply) -> bool {
    let Reply::Bulk(text) = reply else { return false };
    let is_number = || text.lossy().parse::<f64>().is_ok();
    scene.was_sent(&text.0) || is_number()
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

/// Numbers that only their spelling tells apart, made the same.
fn scores(one: &Reply, other: &Reply, place: Place) -> (Reply, Reply) {
    let unchanged = || (one.clone(), other.clone());
    let (one_text, other_text) = match (one, other) {
        (Reply::Double(a), Reply::Double(b)) => (a.clone(), b.clone()),
        (Reply::Bulk(a), Reply::Bulk(b)) if place == Place::Alone => (a.lossy(), b.lossy()),
        (Reply::Array(a), Reply::Array(b)) if a.len() == b.len() => {
            let each = a.iter().zip(b).enumerate().map(|(i, (one, other))| {
                let is_string = matches!(one, Reply::Bulk(_));
                let place = match place {
                    Place::Behind if is_string && i % 2 == 1 => Place::Alone,
                    Place::Last if is_string && i + 1 == a.len() => Place::Alone,
                    Place::Behind | Place::Last if is_string => Place::Nowhere,
                    place => place,
                };
                scores(one, other, place)
            });
            let (one, other) = each.unzip();
            return (Reply::Array(one), Reply::Array(other));
        }
        _ => return unchanged(),
    };
    if is_respelled(&one_text, &other_text) { (other.clone(), other.clone()) } else { unchanged() }
}

/// The other reply, with its negative zeros as the one has them.
fn signs_lost(one: &Reply, other: &Reply) -> Reply {
    let lost = |zero: &[u8], negative: &[u8]| zero == b"0" && negative == b"-0";
    match (one, other) {
        (Reply::Double(a), Reply::Double(b)) if lost(a.as_bytes(), b.as_bytes()) => one.clone(),
        (Reply::Bulk(a), Reply::Bulk(b)) if lost(&a.0, &b.0) => one.clone(),
        (Reply::Array(a), Reply::Array(b)) if a.len() == b.len() => {
            Reply::Array(a.iter().zip(b).map(|(one, other)| signs_lost(one, other)).collect())
        }
        _ => other.clone(),
    }
}

fn shape(scene: &Scene, reply: &Reply) -> Reply {
    mapped(reply, &|leaf| match leaf {
        Reply::Bulk(_) if is_known(scene, leaf) => Some(Reply::Bulk(Bytes::default())),
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

fn says(reply: &Reply, text: &str) -> bool {
    let said = reply.error().or_else(|| reply.text()).unwrap_or_default();
    String::from_utf8_lossy(said).contains(text)
}

fn is_text_or_none(reply: &Reply) -> bool {
    matches!(reply, Reply::Bulk(_) | Reply::NullBulk | Reply::Null)
}

fn is_refusal(reply: &Reply, text: &str) -> bool {
    reply.error().is_some_and(|error| String::from_utf8_lossy(error).contains(text))
}

#[cfg(test)]
mod tests {
    use super::super::generate::{Command, Episode};
    use super::super::pair::Played;
    use super::*;
    use crate::client::Incoming;

    fn bulk(text: &str) -> Reply {
        Reply::Bulk(text.into())
    }

    /// As the answer to a command before which `SADD k a b` was sent.
    fn equal(how: Loosen, one: Reply, other: Reply) -> bool {
        let args: Vec<Bytes> = ["SADD", "k", "a", "b"].map(Bytes::from).to_vec();
        let commands = vec![Command { on: 0, args: args.clone() }];
        let episode = Episode { resp: vec![2], commands, limits: Vec::new() };
        let replies = vec![[1, 1].map(|n| Incoming::Reply(Reply::Int(n)))];
        let played = Played { replies, ..Played::default() };
        let scene =
            Scene { args: &args, in_exec: false, episode: &episode, played: &played, end: 1 };
        let (one, other) = how.apply(&scene, &one, &other);
        one == other
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
        assert!(equal(
            Loosen::Scan { pairs: false },
            scan("0", &["a", "b"]),
            scan("0", &["b", "a"])
        ));
        assert!(equal(Loosen::Part { of_many: true }, scan("7", &["a"]), scan("0", &["b", "a"])));
        assert!(equal(Loosen::Slack(5), Reply::Int(100), Reply::Int(105)));
        assert!(equal(Loosen::Near(2), Reply::Int(0), Reply::Int(2)));
        assert!(equal(Loosen::AnyInteger, Reply::Int(0), Reply::Int(7)));
        let consumer = |n| Reply::Array(vec![bulk("pending"), Reply::Int(n)]);
        assert!(equal(Loosen::Idlers, Reply::Array(vec![consumer(0)]), Reply::Array(vec![])));
        assert!(equal(Loosen::Aborted, Reply::NullArray, array(&["a"])));
        assert!(equal(Loosen::AnyText, bulk("me"), Reply::NullBulk));
        assert!(equal(Loosen::Scores(Place::Alone), bulk("3.2999999999999998"), bulk("3.3")));
        assert!(equal(Loosen::Chosen, array(&["a"]), array(&["b"])));
        assert!(equal(
            Loosen::Fields(&["id"]),
            array(&["id", "1", "n", "2"]),
            array(&["id", "9", "n", "2"])
        ));
        assert!(equal(Loosen::Kind, bulk("a"), bulk("b")));
        let error = |text: &str| Reply::Error(text.into());
        assert!(equal(Loosen::Said("cat", "dog"), error("ERR cat"), error("ERR a dog")));
        assert!(equal(Loosen::Said("cat", "dog"), bulk("cat"), bulk("dog")));
        assert!(equal(Loosen::Grants("no cat"), error("ERR no cat"), Reply::Int(3)));
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
        assert!(!equal(Loosen::Scan { pairs: false }, scan("0", &["a", "b"]), scan("0", &["b"])));
        assert!(!equal(Loosen::Slack(5), Reply::Int(100), Reply::Int(106)));
        assert!(!equal(Loosen::Slack(5), Reply::Int(-1), Reply::Int(3)));
        assert!(!equal(Loosen::Near(2), Reply::Int(0), Reply::Int(3)));
        assert!(!equal(Loosen::AnyInteger, Reply::Int(-1), Reply::Int(7)));
        let consumer = |n| Reply::Array(vec![bulk("pending"), Reply::Int(n)]);
        assert!(!equal(Loosen::Idlers, Reply::Array(vec![consumer(1)]), Reply::Array(vec![])));
        assert!(!equal(Loosen::Aborted, array(&["b"]), array(&["a"])));
        assert!(!equal(Loosen::AnyText, bulk("me"), Reply::Int(1)));
        assert!(!equal(Loosen::Scores(Place::Alone), bulk("3.3"), bulk("3.4")));
        assert!(!equal(Loosen::Scores(Place::Alone), bulk("3.3"), Reply::Double("3.3".into())));
        assert!(!equal(Loosen::Chosen, array(&["a"]), array(&["b", "a"])));
        assert!(!equal(Loosen::Chosen, bulk("a"), Reply::NullBulk));
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
        assert!(!equal(Loosen::Grants("no cat"), error("ERR no dog"), Reply::Int(3)));
        assert!(!equal(Loosen::Refuses("cat"), error("ERR cat 1"), error("ERR cat 2")));
    }
}
