//! Entry against a struct of plain fields: the same after any sequence of changes.

use std::sync::Arc;

use keynotes::structures::entry::{
    ACCESS_MAX, Entry, INLINE_MAX, NewPayload, Pair, Payload, TAG_MAX,
};
use proptest::prelude::*;
use proptest::sample::Index;

/// Boxed values count their owners, so that a leak or a double drop shows.
type Boxed = Arc<u32>;

#[derive(Clone, Debug, PartialEq)]
enum Value {
    Int(i64),
    Inline(Vec<u8>),
    Boxed(u32),
}

#[derive(Clone, Debug)]
enum Change {
    Payload(Value),
    Expiry(Option<i64>),
    Rename(Vec<u8>),
    Access(u32),
    Tag(u8),
    /// Where, how much, and what comes in its place.
    Open(Index, usize, Vec<u8>),
    Fill(u8),
}

struct Model {
    key: Vec<u8>,
    value: Value,
    expiry_ms: Option<i64>,
    access: u32,
    tag: u8,
}

fn bytes(max: usize) -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => proptest::collection::vec(any::<u8>(), 0..40),
        1 => proptest::collection::vec(any::<u8>(), 240..270),
        1 => (0..=max).prop_map(|len| vec![7; len]),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<i64>().prop_map(Value::Int),
        bytes(INLINE_MAX).prop_map(Value::Inline),
        any::<u32>().prop_map(Value::Boxed),
    ]
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => value().prop_map(Change::Payload),
        2 => any::<Option<i64>>().prop_map(Change::Expiry),
        1 => bytes(70_000).prop_map(Change::Rename),
        1 => (0..=ACCESS_MAX).prop_map(Change::Access),
        1 => (0..=TAG_MAX).prop_map(Change::Tag),
        4 => (any::<Index>(), 0usize..60, bytes(300))
            .prop_map(|(at, len, new)| Change::Open(at, len, new)),
        1 => any::<u8>().prop_map(Change::Fill),
    ]
}

fn payload<'a>(value: &'a Value, counted: &Arc<u32>) -> NewPayload<'a, (Boxed, u32)> {
    match value {
        Value::Int(int) => NewPayload::Int(*int),
        Value::Inline(bytes) => NewPayload::Inline(bytes),
        Value::Boxed(n) => NewPayload::Boxed(Box::new((counted.clone(), *n))),
    }
}

fn apply<const HEAD: usize>(
    e: &mut Entry<(Boxed, u32), HEAD>,
    model: &mut Model,
    change: Change,
    counted: &Boxed,
) {
    match change {
        Change::Payload(value) => {
            e.set_payload(payload(&value, counted));
            (model.value, model.tag) = (value, 0);
        }
        Change::Expiry(expiry_ms) => {
            e.set_expiry(expiry_ms);
            model.expiry_ms = expiry_ms;
        }
        Change::Rename(key) => {
            let old = std::mem::replace(e, Entry::new(b"", NewPayload::Int(0), None));
            *e = old.rename(&key);
            model.key = key;
        }
        Change::Access(access) => model.access = access,
        Change::Tag(tag) => {
            e.set_tag(tag);
            model.tag = tag;
        }
        Change::Open(at, len, new) => {
            if let Value::Inline(bytes) = &mut model.value {
                let start = at.index(bytes.len() + 1);
                let end = bytes.len().min(start + len);
                if bytes.len() - (end - start) + new.len() <= INLINE_MAX {
                    e.open_inline(start..end, new.len()).copy_from_slice(&new);
                    bytes.splice(start..end, new);
                }
            }
        }
        Change::Fill(byte) => {
            if let (Some(inline), Value::Inline(bytes)) = (e.inline_mut(), &mut model.value) {
                inline.fill(byte);
                bytes.fill(byte);
            }
            if let (Some(boxed), Value::Boxed(n)) = (e.boxed_mut(), &mut model.value) {
                (boxed.1, *n) = (u32::from(byte), u32::from(byte));
            }
        }
    }
}

fn same<const HEAD: usize>(e: &Entry<(Boxed, u32), HEAD>, model: &Model) {
    assert_eq!(e.key(), model.key);
    assert_eq!((e.expiry_ms(), e.tag()), (model.expiry_ms, model.tag));
    let (value, payload_bytes) = match e.payload() {
        Payload::Int(int) => (Value::Int(int), 8),
        Payload::Inline(bytes) => {
            (Value::Inline(bytes.to_vec()), bytes.len() + 1 + usize::from(bytes.len() > 255))
        }
        Payload::Boxed(boxed) => (Value::Boxed(boxed.1), 8),
    };
    assert_eq!(value, model.value);
    let key_bytes = e.key().len() + if e.key().len() > 255 { 4 } else { 1 };
    let total = HEAD + key_bytes + payload_bytes + if model.expiry_ms.is_some() { 8 } else { 0 };
    let waste = e.heap_bytes() - total;
    assert!(waste < 8 || waste < total / 4, "{total} bytes in a block of {}", e.heap_bytes());
}

/// Applies changes; `access` is what an entry with an access word does besides.
fn run<const HEAD: usize>(
    mut e: Entry<(Boxed, u32), HEAD>,
    mut model: Model,
    changes: Vec<Change>,
    counted: &Boxed,
    access: impl Fn(&mut Entry<(Boxed, u32), HEAD>, &Change, &Model),
) {
    same(&e, &model);
    for change in changes {
        apply(&mut e, &mut model, change.clone(), counted);
        access(&mut e, &change, &model);
        same(&e, &model);
        let boxes = usize::from(matches!(model.value, Value::Boxed(_)));
        assert_eq!(Arc::strong_count(counted), 1 + boxes);
    }
    match e.into_boxed() {
        Ok(boxed) => assert_eq!(Value::Boxed(boxed.1), model.value),
        Err(e) => same(&e, &model),
    }
    assert_eq!(Arc::strong_count(counted), 1);
}

proptest! {
    #[test]
    fn an_entry_is_its_fields(
        key in bytes(70_000),
        first in value(),
        expiry_ms in any::<Option<i64>>(),
        changes in proptest::collection::vec(change(), 0..40),
    ) {
        let counted = Arc::new(0);
        let model = || Model { key: key.clone(), value: first.clone(), expiry_ms, access: 0, tag: 0 };
        let pair = Pair::new(&key, payload(&first, &counted), expiry_ms);
        run(pair, model(), changes.clone(), &counted, |_, _, _| ());
        let entry = Entry::new(&key, payload(&first, &counted), expiry_ms);
        run(entry, model(), changes, &counted, |e: &mut Entry<_>, change, model| {
            if let Change::Access(access) = change {
                e.set_access(*access);
            }
            assert_eq!(e.access(), model.access);
        });
    }
}

#[test]
fn entries_may_be_freed_on_another_thread() {
    let e: Entry<Vec<u8>> =
        Entry::new(b"big", NewPayload::Boxed(Box::new(vec![0u8; 1 << 20])), None);
    std::thread::spawn(move || drop(e)).join().unwrap();
}
