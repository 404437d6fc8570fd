//! Entry against a struct of plain fields: the same after any sequence of changes.

use std::sync::Arc;

use keynotes::structures::entry::{ACCESS_MAX, Entry, INLINE_MAX, NewPayload, Payload};
use proptest::prelude::*;

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
    Mark(bool),
    Fill(u8),
}

struct Model {
    key: Vec<u8>,
    value: Value,
    expiry_ms: Option<i64>,
    access: u32,
    mark: bool,
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
        1 => any::<bool>().prop_map(Change::Mark),
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

fn apply(e: &mut Entry<(Boxed, u32)>, model: &mut Model, change: Change, counted: &Boxed) {
    match change {
        Change::Payload(value) => {
            e.set_payload(payload(&value, counted));
            (model.value, model.mark) = (value, false);
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
        Change::Access(access) => {
            e.set_access(access);
            model.access = access;
        }
        Change::Mark(mark) => {
            e.set_mark(mark);
            model.mark = mark;
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

fn same(e: &Entry<(Boxed, u32)>, model: &Model) {
    assert_eq!(e.key(), model.key);
    assert_eq!((e.expiry_ms(), e.access(), e.mark()), (model.expiry_ms, model.access, model.mark));
    let (value, payload_bytes) = match e.payload() {
        Payload::Int(int) => (Value::Int(int), 8),
        Payload::Inline(bytes) => {
            (Value::Inline(bytes.to_vec()), bytes.len() + 1 + usize::from(bytes.len() > 255))
        }
        Payload::Boxed(boxed) => (Value::Boxed(boxed.1), 8),
    };
    assert_eq!(value, model.value);
    let key_bytes = e.key().len() + if e.key().len() > 255 { 4 } else { 1 };
    let total = 4 + key_bytes + payload_bytes + if model.expiry_ms.is_some() { 8 } else { 0 };
    assert_eq!(e.heap_bytes(), total.next_multiple_of(8));
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
        let mut e = Entry::new(&key, payload(&first, &counted), expiry_ms);
        let mut model = Model { key, value: first, expiry_ms, access: 0, mark: false };
        same(&e, &model);
        for change in changes {
            apply(&mut e, &mut model, change, &counted);
            same(&e, &model);
            let boxes = usize::from(matches!(model.value, Value::Boxed(_)));
            prop_assert_eq!(Arc::strong_count(&counted), 1 + boxes);
        }
        match e.into_boxed() {
            Ok(boxed) => prop_assert_eq!(Value::Boxed(boxed.1), model.value),
            Err(e) => same(&e, &model),
        }
        prop_assert_eq!(Arc::strong_count(&counted), 1);
    }
}

#[test]
fn entries_may_be_freed_on_another_thread() {
    let e = Entry::new(b"big", NewPayload::Boxed(Box::new(vec![0u8; 1 << 20])), None);
    std::thread::spawn(move || drop(e)).join().unwrap();
}
