//! # Replies of the model: bytes, or all bytes that would be right
//!
//! Most replies are exact. A few leave a choice to the server, and a reply of the model then says
//! which choices there are; [`Reply::matches`] reads the server's bytes and takes any of them.

use super::{Fields, Members, Word};
use keynotes::base::float::Text;
use keynotes::protocol::Resp;
use std::collections::BTreeSet;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    Status(&'static str),
    Error(String),
    Int(i64),
    Bulk(Vec<u8>),
    Nil,
    NilArray,
    Array(Vec<Reply>),
    Map(Vec<(Reply, Reply)>),
    /// A double, by its text.
    Double(Word),
    /// Members with the texts of their scores: in turn in RESP2, by pairs in RESP3.
    Scored(Vec<(Word, Word)>),
    /// An integer that the clock has a part in, and how much 1 ms of it weighs: a server whose
    /// clock is not ours may be a little off.
    Clocked(i64),
    /// An integer between two, both included.
    Between(i64, i64),
    /// All of these, in any order.
    InAnyOrder(BTreeSet<Word>),
    /// As many times each as it is here, in any order.
    Values(Vec<Word>),
    /// All of these, in any order: a map, or a set.
    Fields(Fields),
    Members(Members),
    /// So many different ones of these, at most; below 0, so many draws.
    Drawn {
        count: i64,
        of: Members,
    },
    /// The same with their values, flat in RESP2 and by pairs in RESP3.
    DrawnPairs {
        count: i64,
        of: Fields,
    },
    /// One of these, or nil if there is none.
    OneOf(BTreeSet<Word>),
    /// A cursor, and some of these.
    SomeOf(BTreeSet<Word>),
}

/// How well a server's clock agrees with the model's.
#[derive(Clone, Copy, Debug)]
pub enum Clock {
    Same,
    /// It may be so many units off, in whatever a reply counts in.
    Near(i64),
}

impl Reply {
    pub fn ok() -> Reply {
        Reply::Status("OK")
    }

    pub fn count(count: usize) -> Reply {
        Reply::Int(count as i64)
    }

    pub fn double(value: f64) -> Reply {
        Reply::Double(Text::of(value).to_vec())
    }

    pub fn flag(flag: bool) -> Reply {
        Reply::Int(i64::from(flag))
    }

    pub fn bulk_or_nil(text: Option<Vec<u8>>) -> Reply {
        text.map_or(Reply::Nil, Reply::Bulk)
    }

    /// Whether a server that answers `bytes`, all of them, is right.
    pub fn matches(&self, mut bytes: &[u8], resp: Resp, clock: Clock) -> bool {
        self.read(&mut bytes, resp, clock).is_some() && bytes.is_empty()
    }

    /// Takes this reply off the front of `bytes`.
    fn read(&self, bytes: &mut &[u8], resp: Resp, clock: Clock) -> Option<()> {
        match self {
            Reply::Array(items) => {
                take(bytes, format!("*{}\r\n", items.len()).as_bytes())?;
                items.iter().try_for_each(|item| item.read(bytes, resp, clock))
            }
            Reply::Map(pairs) => {
                take(bytes, &map_head(pairs.len(), resp))?;
                pairs.iter().try_for_each(|(key, value)| {
                    key.read(bytes, resp, clock)?;
                    value.read(bytes, resp, clock)
                })
            }
            Reply::Scored(pairs) => {
                let count = if resp == Resp::V2 { 2 * pairs.len() } else { pairs.len() };
                take(bytes, format!("*{count}\r\n").as_bytes())?;
                pairs.iter().try_for_each(|(member, score)| {
                    if resp == Resp::V3 {
                        take(bytes, b"*2\r\n")?;
                    }
                    take(bytes, &Reply::Bulk(member.clone()).exact(resp))?;
                    take(bytes, &Reply::Double(score.clone()).exact(resp))
                })
            }
            Reply::Clocked(value) => {
                let got = number(bytes, b':')?;
                let near = match clock {
                    Clock::Same => 0,
                    Clock::Near(units) => units,
                };
                (got.abs_diff(*value) <= near as u64).then_some(())
            }
            Reply::Between(low, high) => {
                (*low..=*high).contains(&number(bytes, b':')?).then_some(())
            }
            _ => self.read_choice(bytes, resp, clock),
        }
    }

    /// The replies whose order, or more, is left to the server.
    fn read_choice(&self, bytes: &mut &[u8], resp: Resp, clock: Clock) -> Option<()> {
        match self {
            Reply::InAnyOrder(all) => {
                let got = words(bytes)?;
                let distinct: BTreeSet<Word> = got.iter().cloned().collect();
                (got.len() == all.len() && distinct == *all).then_some(())
            }
            Reply::Values(all) => {
                let (mut got, mut all) = (words(bytes)?, all.clone());
                got.sort_unstable();
                all.sort_unstable();
                (got == all).then_some(())
            }
            Reply::Fields(all) => {
                take(bytes, &map_head(all.len(), resp))?;
                let mut pair = || Some((word(bytes)?, word(bytes)?));
                let got: Option<Fields> = (0..all.len()).map(|_| pair()).collect();
                (got? == *all).then_some(())
            }
            Reply::Members(all) => {
                let kind = if resp == Resp::V2 { b'*' } else { b'~' };
                let count = number(bytes, kind)?;
                let got: Option<Members> = (0..count).map(|_| word(bytes)).collect();
                (count == all.len() as i64 && got? == *all).then_some(())
            }
            Reply::Drawn { count, of } => {
                let got = words(bytes)?;
                let known = got.iter().all(|word| of.contains(word));
                (known && is_draw(*count, &got, of.len())).then_some(())
            }
            Reply::DrawnPairs { count, of } => {
                let mut elements = number(bytes, b'*')?;
                let mut got = Vec::new();
                while elements > 0 {
                    elements -= if resp == Resp::V2 { 2 } else { 1 };
                    if resp == Resp::V3 {
                        take(bytes, b"*2\r\n")?;
                    }
                    got.push(word(bytes)?);
                    (of.get(got.last()?)? == &word(bytes)?).then_some(())?;
                }
                is_draw(*count, &got, of.len()).then_some(())
            }
            Reply::OneOf(all) if all.is_empty() => Reply::Nil.read(bytes, resp, clock),
            Reply::OneOf(all) => all.contains(&word(bytes)?).then_some(()),
            Reply::SomeOf(all) => {
                take(bytes, b"*2\r\n")?;
                let cursor = String::from_utf8(word(bytes)?).ok()?;
                cursor.parse::<u64>().ok()?;
                words(bytes)?.iter().all(|word| all.contains(word)).then_some(())
            }
            _ => take(bytes, &self.exact(resp)),
        }
    }

    fn exact(&self, resp: Resp) -> Vec<u8> {
        match (self, resp) {
            (Reply::Status(text), _) => format!("+{text}\r\n").into_bytes(),
            (Reply::Error(text), _) => format!("-{text}\r\n").into_bytes(),
            (Reply::Int(value), _) => format!(":{value}\r\n").into_bytes(),
            (Reply::Bulk(text), _) => {
                [format!("${}\r\n", text.len()).as_bytes(), text, b"\r\n"].concat()
            }
            (Reply::Double(text), Resp::V2) => Reply::Bulk(text.clone()).exact(resp),
            (Reply::Double(text), Resp::V3) => [b",", &text[..], b"\r\n"].concat(),
            (Reply::Nil, Resp::V2) => b"$-1\r\n".to_vec(),
            (Reply::NilArray, Resp::V2) => b"*-1\r\n".to_vec(),
            (Reply::Nil | Reply::NilArray, Resp::V3) => b"_\r\n".to_vec(),
            (inexact, _) => unreachable!("{inexact:?} is read, not written"),
        }
    }
}

/// Whether so many draws out of `len` may have come out like this.
fn is_draw(count: i64, got: &[Word], len: usize) -> bool {
    let distinct: BTreeSet<&Word> = got.iter().collect();
    match usize::try_from(count) {
        Ok(most) => got.len() == most.min(len) && distinct.len() == got.len(),
        Err(_) if len == 0 => got.is_empty(),
        Err(_) => got.len() as u64 == count.unsigned_abs(),
    }
}

fn map_head(len: usize, resp: Resp) -> Vec<u8> {
    match resp {
        Resp::V2 => format!("*{}\r\n", len * 2).into_bytes(),
        Resp::V3 => format!("%{len}\r\n").into_bytes(),
    }
}

fn take(bytes: &mut &[u8], head: &[u8]) -> Option<()> {
    *bytes = bytes.strip_prefix(head)?;
    Some(())
}

/// A number after its sign byte, up to the end of the line.
fn number(bytes: &mut &[u8], kind: u8) -> Option<i64> {
    take(bytes, &[kind])?;
    let end = bytes.windows(2).position(|pair| pair == b"\r\n")?;
    let value = std::str::from_utf8(&bytes[..end]).ok()?.parse().ok()?;
    *bytes = &bytes[end + 2..];
    Some(value)
}

fn word(bytes: &mut &[u8]) -> Option<Word> {
    let len = usize::try_from(number(bytes, b'$')?).ok()?;
    let word = bytes.get(..len)?.to_vec();
    *bytes = &bytes[len..];
    take(bytes, b"\r\n")?;
    Some(word)
}

fn words(bytes: &mut &[u8]) -> Option<Vec<Word>> {
    let count = number(bytes, b'*')?;
    (0..count).map(|_| word(bytes)).collect()
}

#[test]
fn a_choice_is_left_to_the_server_and_nothing_else() {
    let all = |words: &[&str]| words.iter().map(|word| word.as_bytes().to_vec()).collect();
    let right = |reply: &Reply, bytes: &str| reply.matches(bytes.as_bytes(), Resp::V3, Clock::Same);
    let keys = Reply::InAnyOrder(all(&["a", "b"]));
    assert!(right(&keys, "*2\r\n$1\r\nb\r\n$1\r\na\r\n"));
    assert!(!right(&keys, "*2\r\n$1\r\na\r\n$1\r\na\r\n"));
    assert!(right(&Reply::OneOf(all(&[])), "_\r\n"));
    assert!(!right(&Reply::OneOf(all(&["a"])), "$1\r\nb\r\n"));
    let exec = Reply::Array(vec![Reply::Int(1), Reply::SomeOf(all(&["a"]))]);
    assert!(right(&exec, "*2\r\n:1\r\n*2\r\n$2\r\n17\r\n*0\r\n"));
    assert!(!right(&exec, "*2\r\n:1\r\n*2\r\n$2\r\n17\r\n*1\r\n$1\r\nb\r\n"));
    assert!(!right(&Reply::Nil, "_\r\n_\r\n"));
    assert!(!right(&Reply::Clocked(5), ":6\r\n"));
}
