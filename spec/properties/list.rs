//! Lists in their entries against a vector: the same elements after any changes, under any limits,
//! and the encoding that the limits ask for.

use std::ops::ControlFlow;

use keynotes::structures::listpack::{Element, Listpack};
use keynotes::values::list::{Limits, ListMut, Side};
use keynotes::values::{Entry, Form, List, Payload, Str, Type, Value, View, encoding_name, entry};
use proptest::prelude::*;
use proptest::sample::{Index, select};

type Model = Vec<Vec<u8>>;

#[derive(Clone, Debug)]
enum Call {
    Push(Side, Vec<Vec<u8>>),
    Pop(Side, usize),
    Insert(Index, bool, Vec<u8>),
    InsertBesideNothing,
    Set(i64, Vec<u8>),
    RemoveRange(Index, usize),
    RemoveEqual(Vec<u8>, usize, Side),
}

fn limits() -> impl Strategy<Value = Limits> {
    let fill = select(vec![-2, -1, 0, 1, 2, 4, 30]);
    (fill, 0usize..3, select(vec![0, 0, 0, 50])).prop_map(
        |(fill, compress_depth, packed_threshold)| Limits {
            fill,
            compress_depth,
            packed_threshold,
        },
    )
}

/// Few short texts, so that they meet; some beyond what an entry, or a listpack, may hold.
fn text() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        8 => select(vec!["", "a", "b", "1", "01", "-7", "100000", "abcabcabc"])
            .prop_map(|text| text.as_bytes().to_vec()),
        3 => (0usize..1200).prop_map(|len| vec![b'x'; len]),
        1 => (3500usize..9000).prop_map(|len| (0..len).map(|i| (i * i / 77) as u8).collect()),
    ]
}

fn call() -> impl Strategy<Value = Call> {
    let side = || select(vec![Side::Head, Side::Tail]);
    let texts = || prop::collection::vec(text(), 1..6);
    prop_oneof![
        6 => (side(), texts()).prop_map(|(side, texts)| Call::Push(side, texts)),
        5 => (side(), 1usize..6).prop_map(|(side, count)| Call::Pop(side, count)),
        4 => (any::<Index>(), any::<bool>(), text())
            .prop_map(|(at, after, text)| Call::Insert(at, after, text)),
        1 => Just(Call::InsertBesideNothing),
        4 => (-12i64..12, text()).prop_map(|(index, text)| Call::Set(index, text)),
        3 => (any::<Index>(), 0usize..8).prop_map(|(at, count)| Call::RemoveRange(at, count)),
        2 => (text(), 1usize..4, side())
            .prop_map(|(text, limit, side)| Call::RemoveEqual(text, limit, side)),
    ]
}

fn apply(list: &mut ListMut<'_>, model: &mut Model, call: Call) {
    let removes = !matches!(call, Call::Push(..) | Call::Insert(..) | Call::InsertBesideNothing);
    match call {
        Call::Push(side, texts) => {
            list.push(side, texts.iter().map(Vec::as_slice));
            for text in texts {
                let at = if side == Side::Head { 0 } else { model.len() };
                model.insert(at, text);
            }
        }
        Call::Pop(side, count) => (0..count).for_each(|_| {
            let right = match side {
                _ if model.is_empty() => None,
                Side::Head => Some(model.remove(0)),
                Side::Tail => model.pop(),
            };
            assert_eq!(list.pop(side, |element| Str::from(element).to_vec()), right);
        }),
        Call::Insert(at, after, text) => {
            let Some(pivot) = (!model.is_empty()).then(|| model[at.index(model.len())].clone())
            else {
                return;
            };
            let first = model.iter().position(|element| *element == pivot).expect("it is there");
            assert!(list.insert(&pivot, after, &text));
            model.insert(first + usize::from(after), text);
        }
        Call::InsertBesideNothing => assert!(!list.insert(b"nothing", true, b"x")),
        Call::Set(index, text) => {
            let at = if index < 0 { index + model.len() as i64 } else { index };
            let place = usize::try_from(at).ok().and_then(|at| model.get_mut(at));
            assert_eq!(list.set(index, &text), place.is_some());
            place.into_iter().for_each(|place| *place = text.clone());
        }
        Call::RemoveRange(at, count) => {
            let from = if model.is_empty() { 0 } else { at.index(model.len()) };
            let end = model.len().min(from + count);
            assert_eq!(list.remove_range(from as i64, count), model.drain(from..end).count());
        }
        Call::RemoveEqual(text, limit, side) => {
            let mut places: Vec<_> = (0..model.len()).filter(|at| model[*at] == text).collect();
            if side == Side::Tail {
                places.reverse();
            }
            places.truncate(limit);
            assert_eq!(list.remove_equal(&text, limit, side), places.len());
            places.sort_unstable();
            places.iter().rev().for_each(|at| drop(model.remove(*at)));
        }
    }
    if removes {
        list.shrink();
    }
}

fn texts(list: List<'_>, from_side: Side) -> Model {
    let (mut texts, start) = (Model::new(), if from_side == Side::Head { 0 } else { -1 });
    list.for_each(start, from_side, usize::MAX, |element| texts.push(Str::from(element).to_vec()));
    texts
}

fn check_reads(entry: &Entry, model: &Model) {
    let list = List::view(entry).expect("a list");
    assert_eq!((list.len(), list.is_empty()), (model.len(), model.is_empty()));
    assert_eq!(texts(list, Side::Head), *model);
    let backwards: Model = model.iter().rev().cloned().collect();
    assert_eq!(texts(list, Side::Tail), backwards);
    for (at, text) in model.iter().enumerate().step_by(3) {
        for index in [at as i64, at as i64 - model.len() as i64] {
            let read = |element: Element<'_>| Str::from(element).to_vec();
            assert_eq!(list.with(index, read).as_ref(), Some(text));
        }
        let mut found = Vec::new();
        list.search(text, Side::Head, at + 1, |index| {
            found.push(index);
            ControlFlow::Continue(())
        });
        let right: Vec<_> = (0..=at).filter(|other| model[*other] == *text).collect();
        assert_eq!(found, right);
    }
    assert!(list.with(model.len() as i64, |_| ()).is_none());
}

/// A quicklist that its limits call small is a listpack after a removal; what is a listpack is
/// within them.
fn check_encoding(entry: &Entry, limits: Limits) {
    assert_eq!(Type::of(entry), Type::List);
    match entry.payload() {
        Payload::Boxed(Value::List(nodes)) => {
            assert_eq!(encoding_name(entry), "quicklist");
            nodes.check();
        }
        Payload::Inline(bytes) => check_listpack(bytes, limits),
        Payload::Boxed(Value::Bytes(bytes)) => check_listpack(bytes, limits),
        other => panic!("{other:?} is no list"),
    }
}

fn check_listpack(bytes: &[u8], limits: Limits) {
    let listpack = Listpack::new(bytes);
    listpack.check();
    let Some(len_max) = limits.node_len_max() else {
        // A node may have grown beyond 8 kB by a replacement, and is then judged by its count alone.
        return assert!(listpack.len() <= limits.node_count_max());
    };
    // What an entry takes beside its text is not judged: a listpack may lie above the limit by that.
    let len_bytes = bytes.len().saturating_sub(10 * listpack.len());
    assert!(len_bytes <= len_max);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn a_list_is_a_vector(limits in limits(), calls in prop::collection::vec(call(), 1..40)) {
        let mut entry = entry(b"key", Form::List, Form::List.empty(), Some(7));
        let mut model = Model::new();
        for call in calls {
            let mut list = ListMut::new(&mut entry, limits).expect("a list");
            apply(&mut list, &mut model, call);
            check_reads(&entry, &model);
            check_encoding(&entry, limits);
        }
        prop_assert_eq!(entry.expiry_ms(), Some(7));
        let copy = keynotes::values::duplicate(&entry, b"copy");
        check_reads(&copy, &model);
    }
}
