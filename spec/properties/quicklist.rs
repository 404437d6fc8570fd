//! Quicklist against a `VecDeque`: the same elements after any changes, under any limits, and a
//! `check()` that knows which nodes are to be squeezed.

use std::collections::VecDeque;
use std::ops::ControlFlow;

use keynotes::structures::listpack::Element;
use keynotes::structures::lzf;
use keynotes::structures::quicklist::{Limits, Quicklist, Side, Stored};
use proptest::prelude::*;
use proptest::sample::Index;

type Model = VecDeque<Vec<u8>>;

#[derive(Clone, Debug)]
enum Call {
    Push(Side, Vec<u8>),
    PushMany(Side, Vec<u8>, usize),
    RemoveEnd(Side, usize),
    Insert(Index, Vec<u8>, bool),
    Replace(Index, Vec<u8>),
    Remove(Index),
    RemoveRange(i64, usize),
    RemoveEqual(Vec<u8>, usize, Side),
    Rotate,
    Reload,
}

fn limits() -> impl Strategy<Value = Limits> {
    let fill = prop::sample::select(vec![-1, -2, 0, 1, 2, 3, 5, 16]);
    let threshold = prop::sample::select(vec![0, 0, 40, 200]);
    (fill, 0usize..4, threshold).prop_map(|(fill, compress_depth, packed_threshold)| Limits {
        fill,
        compress_depth,
        packed_threshold,
    })
}

/// Few short texts, so that they meet; some that shrink; some that no node holds.
fn text() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        6 => prop::sample::select(vec!["", "a", "b", "1", "-7", "100000", "abcabcabcabc"])
            .prop_map(|text| text.as_bytes().to_vec()),
        3 => (0usize..300).prop_map(|len| vec![b'x'; len]),
        1 => prop::collection::vec(any::<u8>(), 0..90),
        1 => (1000usize..9000).prop_map(|len| (0..len).map(|i| (i * i / 77) as u8).collect()),
    ]
}

fn call() -> impl Strategy<Value = Call> {
    let side = || prop::sample::select(vec![Side::Head, Side::Tail]);
    let at = any::<Index>;
    prop_oneof![
        4 => (side(), text()).prop_map(|(side, text)| Call::Push(side, text)),
        3 => (side(), text(), 0usize..12).prop_map(|(side, text, n)| Call::PushMany(side, text, n)),
        3 => (side(), 1usize..6).prop_map(|(side, n)| Call::RemoveEnd(side, n)),
        6 => (at(), text(), any::<bool>()).prop_map(|(at, text, after)| Call::Insert(at, text, after)),
        3 => (at(), text()).prop_map(|(at, text)| Call::Replace(at, text)),
        2 => at().prop_map(Call::Remove),
        2 => (-30i64..30, 0usize..25).prop_map(|(from, count)| Call::RemoveRange(from, count)),
        1 => (text(), 1usize..5, side()).prop_map(|(text, n, side)| Call::RemoveEqual(text, n, side)),
        1 => Just(Call::Rotate),
        1 => Just(Call::Reload),
    ]
}

fn apply(list: &mut Quicklist, model: &mut Model, call: Call) {
    let len = model.len();
    let place = |at: &Index| (len > 0).then(|| at.index(len));
    match call {
        Call::Push(side, text) => push(list, model, side, &text),
        Call::PushMany(side, text, n) => (0..n).for_each(|_| push(list, model, side, &text)),
        Call::RemoveEnd(side, n) => (0..n).for_each(|_| {
            list.remove_end(side);
            match side {
                Side::Head => model.pop_front(),
                Side::Tail => model.pop_back(),
            };
        }),
        Call::Insert(at, text, after) => {
            if let Some(index) = place(&at) {
                let there = list.locate(index as i64).unwrap();
                match after {
                    true => list.insert_after(there, &text),
                    false => list.insert_before(there, &text),
                }
                model.insert(index + usize::from(after), text);
            }
        }
        Call::Replace(at, text) => {
            if let Some(index) = place(&at) {
                list.replace(list.locate(index as i64 - len as i64).unwrap(), &text);
                model[index] = text;
            }
        }
        Call::Remove(at) => {
            if let Some(index) = place(&at) {
                list.remove(list.locate(index as i64).unwrap());
                model.remove(index);
            }
        }
        Call::RemoveRange(from, count) => {
            let first = if from < 0 { len as i64 + from } else { from };
            let range = match usize::try_from(first) {
                Ok(first) if first < len => first..len.min(first + count),
                _ => 0..0,
            };
            assert_eq!(list.remove_range(from, count), range.len());
            model.drain(range);
        }
        Call::RemoveEqual(text, n, side) => {
            assert_eq!(list.remove_equal(&text, n, side), remove_equal(model, &text, n, side));
        }
        Call::Rotate => {
            list.rotate();
            if len > 0 {
                model.rotate_right(1);
            }
        }
        Call::Reload => *list = reload(list),
    }
}

fn push(list: &mut Quicklist, model: &mut Model, side: Side, text: &[u8]) {
    list.push(side, text);
    match side {
        Side::Head => model.push_front(text.to_vec()),
        Side::Tail => model.push_back(text.to_vec()),
    }
}

fn remove_equal(model: &mut Model, text: &[u8], limit: usize, side: Side) -> usize {
    let same = (0..model.len()).filter(|&index| model[index] == text);
    let mut found: Vec<usize> = match side {
        Side::Head => same.take(limit).collect(),
        Side::Tail => same.rev().take(limit).collect(),
    };
    found.sort_unstable();
    found.iter().rev().for_each(|&index| drop(model.remove(index)));
    found.len()
}

/// The list as a snapshot would bring it back: with the same nodes.
fn reload(list: &Quicklist) -> Quicklist {
    let mut again = Quicklist::new(list.limits());
    for node in list.nodes() {
        let raw = match node.stored {
            Stored::Raw(bytes) => bytes.to_vec(),
            Stored::Lzf(bytes, len) => lzf::decompress(bytes, len).unwrap(),
        };
        if node.plain { again.push_plain(raw) } else { again.push_listpack(raw) }
    }
    assert!(again.nodes().eq(list.nodes()));
    again
}

fn bytes(element: Element<'_>) -> Vec<u8> {
    match element {
        Element::Str(text) => text.to_vec(),
        Element::Int(int) => int.to_string().into_bytes(),
    }
}

fn all(list: &Quicklist, index: i64, side: Side) -> Vec<Vec<u8>> {
    let mut seen = Vec::new();
    let mut places = Vec::new();
    let end = list.visit(index, side, |element, place| {
        seen.push(bytes(element));
        places.push(place);
        ControlFlow::<()>::Continue(())
    });
    assert_eq!(end, None);
    let located = places.first().copied();
    assert_eq!(located, list.locate(index));
    assert!(match side {
        Side::Head => places.is_sorted_by(|a, b| a < b),
        Side::Tail => places.is_sorted_by(|a, b| a > b),
    });
    seen
}

fn same(list: &Quicklist, model: &Model) {
    list.check();
    assert_eq!((list.len(), list.is_empty()), (model.len(), model.is_empty()));
    assert_eq!(list.peek(Side::Head).map(bytes).as_ref(), model.front());
    assert_eq!(list.peek(Side::Tail).map(bytes).as_ref(), model.back());
    assert!(all(list, 0, Side::Head).iter().eq(model));
    assert!(all(list, -1, Side::Tail).iter().eq(model.iter().rev()));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn a_quicklist_is_a_deque(limits in limits(), calls in prop::collection::vec(call(), 1..60)) {
        let mut list = Quicklist::new(limits);
        let mut model = Model::new();
        for call in calls {
            apply(&mut list, &mut model, call);
            same(&list, &model);
        }
        let copy = list.clone();
        for index in 0..model.len() {
            let before = index as i64 - model.len() as i64;
            prop_assert_eq!(list.with(index as i64, bytes), model.get(index).cloned());
            prop_assert_eq!(list.with(before, bytes), model.get(index).cloned());
            let mut some = Vec::new();
            list.for_each(before, 3, |element| some.push(bytes(element)));
            prop_assert!(some.iter().eq(model.iter().skip(index).take(3)));
        }
        prop_assert_eq!(list.with(model.len() as i64, bytes), None);
        prop_assert_eq!(list.with(-1 - model.len() as i64, bytes), None);
        while !list.is_empty() {
            list.remove_end(Side::Tail);
        }
        same(&list, &Model::new());
        same(&copy, &model);
    }
}
