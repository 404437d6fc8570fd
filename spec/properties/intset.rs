//! Intset against a `BTreeSet`.

use std::collections::BTreeSet;

use keynotes::structures::intset::{EMPTY, Intset, IntsetMut};
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Call {
    Add(i64),
    Remove(i64),
    RemoveAt(prop::sample::Index),
}

/// Few values, so that they meet, and all borders of the widths.
fn value() -> impl Strategy<Value = i64> {
    prop_oneof![
        6 => -20i64..20,
        2 => (any::<i64>(), 0u32..64).prop_map(|(value, bits)| value >> bits),
        1 => (prop::sample::select(vec![1i64 << 15, 1 << 31, i64::MIN]), -2i64..2, any::<bool>())
            .prop_map(|(border, near, negative)| {
                let border = if negative { border.wrapping_neg() } else { border };
                border.wrapping_add(near)
            }),
    ]
}

fn call() -> impl Strategy<Value = Call> {
    prop_oneof![
        5 => value().prop_map(Call::Add),
        2 => value().prop_map(Call::Remove),
        1 => any::<prop::sample::Index>().prop_map(Call::RemoveAt),
    ]
}

fn same(bytes: &[u8], model: &BTreeSet<i64>) {
    let intset = Intset::new(bytes);
    intset.check();
    assert_eq!((intset.len(), intset.is_empty()), (model.len(), model.is_empty()));
    assert!(intset.iter().eq(model.iter().copied()));
    assert!(intset.iter().rev().eq(model.iter().rev().copied()));
    assert_eq!((intset.min(), intset.max()), (model.first().copied(), model.last().copied()));
    for (index, &value) in model.iter().enumerate() {
        assert_eq!((intset.get(index), intset.search(value)), (Some(value), Ok(index)));
    }
    assert_eq!(intset.get(model.len()), None);
}

proptest! {
    #[test]
    fn an_intset_is_a_set(
        calls in prop::collection::vec(call(), 1..60),
        absent in prop::collection::vec(value(), 1..10),
    ) {
        let mut model = BTreeSet::new();
        let mut bytes = EMPTY.to_vec();
        for call in calls {
            let mut intset = IntsetMut::new(&mut bytes);
            match call {
                Call::Add(value) => prop_assert_eq!(intset.add(value), model.insert(value)),
                Call::Remove(value) => prop_assert_eq!(intset.remove(value), model.remove(&value)),
                Call::RemoveAt(at) if !model.is_empty() => {
                    let index = at.index(model.len());
                    let value = *model.iter().nth(index).unwrap();
                    prop_assert_eq!(intset.remove_at(index), value);
                    model.remove(&value);
                }
                Call::RemoveAt(_) => {}
            }
            same(&bytes, &model);
        }
        for value in absent {
            let intset = Intset::new(&bytes);
            prop_assert_eq!(intset.contains(value), model.contains(&value));
            let place = intset.search(value).unwrap_or_else(|place| place);
            prop_assert_eq!(place, model.range(..value).count());
        }
    }
}
