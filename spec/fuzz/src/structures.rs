//! # Any bytes at the structures
//!
//! A listpack, an intset and a compressed string come in snapshots and RESTORE, so from strangers.
//! What is found valid must read the same from both ends and bear edits; what is not must be
//! refused without a panic.
//!
//! A skip list is never read from bytes, but it is made of raw pointers, so that any calls must leave
//! it whole: there, bytes are calls.

use std::ops::Bound;

use keynotes::base::hash::HashSeed;
use keynotes::base::rng::Rng;
use keynotes::structures::intset::{self, Intset, IntsetMut};
use keynotes::structures::listpack::{self, Depth, EMPTY, Element, Listpack, ListpackMut};
use keynotes::structures::lzf;
use keynotes::structures::skiplist::{LexBound, LexRange, ScoreRange, SkipList};

/// Validation of listpacks. The bytes are tried as they are, and in a good frame.
pub fn listpack(input: &[u8]) {
    let mut framed = [&EMPTY[..4], input, &[0xff]].concat();
    let len_bytes = framed.len() as u32;
    framed[..4].copy_from_slice(&len_bytes.to_le_bytes());
    for bytes in [input, &framed] {
        let deep = listpack::is_valid(bytes, Depth::Deep);
        assert!(!deep || listpack::is_valid(bytes, Depth::Shallow));
        if deep {
            read_listpack(bytes);
            edit_listpack(bytes);
        }
    }
}

fn read_listpack(bytes: &[u8]) {
    let listpack = Listpack::new(bytes);
    let forward: Vec<Element<'_>> = listpack.iter().collect();
    assert_eq!(listpack.len(), forward.len());
    assert!(listpack.iter().rev().eq(forward.iter().rev().copied()));
    let Some(first) = listpack.first() else { return };
    for element in &forward {
        let text = match element {
            Element::Int(int) => int.to_string().into_bytes(),
            Element::Str(string) => string.to_vec(),
        };
        let found = listpack.find(first, &text, 0).expect("what is there is found");
        assert!(listpack.equals(found, &text));
    }
    let mut again = EMPTY.to_vec();
    ListpackMut::new(&mut again).append_all(forward.iter().copied());
    Listpack::new(&again).check();
}

fn edit_listpack(bytes: &[u8]) {
    let mut bytes = bytes.to_vec();
    let mut editor = ListpackMut::new(&mut bytes);
    let len = editor.view().len();
    editor.prepend(Element::Int(1));
    editor.append(Element::Str(b"one"));
    assert!(listpack::is_valid(editor.view().bytes(), Depth::Deep));
    assert_eq!(editor.delete_range(0, usize::MAX), len + 2);
    editor.recount();
    assert_eq!(bytes, EMPTY);
}

/// Validation of intsets. The bytes are tried as they are, and behind a good length.
pub fn intset(input: &[u8]) {
    let mut framed = [&intset::EMPTY[..], input.get(1..).unwrap_or_default()].concat();
    framed[0] = 2 << (input.first().unwrap_or(&0) % 3);
    let len = (framed.len() - intset::HEADER_LEN) / usize::from(framed[0]);
    framed[4..8].copy_from_slice(&(len as u32).to_le_bytes());
    framed.truncate(intset::HEADER_LEN + len * usize::from(framed[0]));
    for bytes in [input, &framed] {
        let deep = intset::is_valid(bytes, true);
        assert!(!deep || intset::is_valid(bytes, false));
        if deep {
            edit_intset(bytes);
        }
    }
}

fn edit_intset(bytes: &[u8]) {
    Intset::new(bytes).check();
    let values: Vec<i64> = Intset::new(bytes).iter().collect();
    let mut edited = bytes.to_vec();
    let mut editor = IntsetMut::new(&mut edited);
    editor.add(i64::MIN);
    editor.add(0);
    editor.view().check();
    values.iter().for_each(|&value| assert!(editor.remove(value)));
    assert!(editor.view().len() <= 2);
}

/// Unpacking of LZF: the first two bytes say how much it claims to stand for.
pub fn lzf(input: &[u8]) {
    let Some((claim, packed)) = input.split_first_chunk() else { return };
    let claim = usize::from(u16::from_le_bytes(*claim));
    if let Some(text) = lzf::decompress(packed, claim) {
        assert_eq!(text.len(), claim);
    }
    let packed = lzf::compress(input, 2 * input.len()).expect("room enough");
    assert_eq!(lzf::decompress(&packed, input.len()).as_deref(), Some(input));
}

/// Calls to a skip list, three bytes each: what to do, a score, a member. What it holds must be what
/// a sorted vector holds.
pub fn skiplist(input: &[u8]) {
    let Some((&seed, calls)) = input.split_first() else { return };
    let mut rng = Rng::new(seed.into());
    let mut list = SkipList::new(HashSeed([seed; 16]));
    let mut model: Vec<(f64, Vec<u8>)> = Vec::new();
    for call in calls.as_chunks().0 {
        skiplist_call(&mut list, &mut model, &mut rng, *call);
    }
    list.check();
    let (copy, len) = (list.clone(), list.len());
    copy.check();
    assert!(copy.iter().map(|e| (e.score(), e.member())).eq(model.iter().map(|e| (e.0, &e.1[..]))));
    assert_eq!(list.remove_ranks(0..usize::MAX, drop), len);
    list.check();
}

fn skiplist_call(
    list: &mut SkipList,
    model: &mut Vec<(f64, Vec<u8>)>,
    rng: &mut Rng,
    [what, score, text]: [u8; 3],
) {
    let score = [f64::NEG_INFINITY, -0.0, f64::INFINITY]
        .get(usize::from(score))
        .map_or(f64::from(score), |&special| special);
    let len = if text == u8::MAX { 300 } else { usize::from(text >> 4) };
    let member = vec![b'a' + (text & 3); len];
    match what % 8 {
        0..4 => {
            let old = list.insert(&member, score, rng);
            model.retain(|(_, other)| *other != member);
            let score = old.filter(|&old| old == score).unwrap_or(score);
            let at = model.partition_point(|(s, m)| *s < score || (*s == score && *m < member));
            model.insert(at, (score, member));
        }
        4 => {
            let removed = list.remove(&member).is_some();
            let len = model.len();
            model.retain(|(_, other)| *other != member);
            assert_eq!(removed, model.len() < len);
        }
        5 => {
            let range =
                ScoreRange { min: Bound::Excluded(score), max: Bound::Included(score + 3.0) };
            let ranks = list.ranks_in(&range);
            assert_eq!(list.remove_in(&range, drop), ranks.len());
            model.drain(ranks);
        }
        6 => {
            // Scores differ, so that this is no range of anything: it must do no harm.
            let range = LexRange { min: LexBound::Included(&member), max: LexBound::Greatest };
            let ends = [list.first_in(&range), list.last_in(&range)];
            ends.into_iter().flatten().for_each(|end| assert!(list.rank(end) < list.len()));
        }
        _ => {
            let popped = if what < 128 { list.pop_first() } else { list.pop_last() };
            let expected = match (model.is_empty(), what < 128) {
                (true, _) => None,
                (_, true) => Some(model.remove(0)),
                (_, false) => model.pop(),
            };
            assert_eq!(popped.map(|node| node.member().to_vec()), expected.map(|pair| pair.1));
        }
    }
}
