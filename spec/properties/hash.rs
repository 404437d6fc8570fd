//! A hash in its entry against a `BTreeMap`, in both encodings and across the limits between them.

use keynotes::base::hash::HashSeed;
use keynotes::base::rng::Rng;
use keynotes::values::hash::{HashMut, Limits};
use keynotes::values::{self, Entry, Form, Hash, Str, View, duplicate, encoding_name};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug)]
enum Call {
    Set(Vec<u8>, Vec<u8>),
    SetAll(Vec<(Vec<u8>, Vec<u8>)>),
    Remove(Vec<u8>),
    Copy,
}

/// Few fields, so that they meet; integers, and what only looks like one.
fn field() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        6 => prop::sample::select(vec!["a", "b", "", "7", "-7", "07", "70000", "\0"])
            .prop_map(|text| text.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..12),
        1 => Just(vec![b'f'; 300]),
    ]
}

/// On both sides of the longest that a listpack takes here, and of the longest that a block takes.
fn value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        6 => field(),
        1 => (9usize..12).prop_map(|len| vec![b'v'; len]),
        1 => (3990usize..4010).prop_map(|len| vec![b'w'; len]),
    ]
}

fn call() -> impl Strategy<Value = Call> {
    prop_oneof![
        6 => (field(), value()).prop_map(|(field, value)| Call::Set(field, value)),
        2 => prop::collection::vec((field(), value()), 1..8).prop_map(Call::SetAll),
        3 => field().prop_map(Call::Remove),
        1 => Just(Call::Copy),
    ]
}

fn limits(value_bytes: usize) -> Limits {
    Limits { entries: 6, value_bytes, seed: HashSeed([3; 16]) }
}

fn same(entry: &Entry, model: &BTreeMap<Vec<u8>, Vec<u8>>, seed: u64) {
    let hash = Hash::view(entry).expect("a hash");
    assert_eq!((hash.len(), hash.is_empty()), (model.len(), model.is_empty()));
    let owned = |(field, value): (Str<'_>, Str<'_>)| (field.to_vec(), value.to_vec());
    let all: Vec<_> = hash.iter().map(owned).collect();
    assert_eq!(all.len(), model.len());
    assert_eq!(&all.into_iter().collect::<BTreeMap<_, _>>(), model);
    let mut scanned = BTreeMap::new();
    let mut cursor = 0;
    loop {
        cursor = hash.scan(cursor, |field, value| {
            scanned.insert(field.to_vec(), value.to_vec());
        });
        if cursor == 0 {
            break;
        }
    }
    assert_eq!(&scanned, model);
    for (field, value) in model {
        assert_eq!(hash.get(field).map(Str::to_vec).as_ref(), Some(value));
    }
    if let Some(longest) = model.keys().max_by_key(|field| field.len()) {
        assert!(hash.get(&[longest, &b"x"[..]].concat()).is_none());
        let (field, value) = owned(hash.random(&mut Rng::new(seed)));
        assert_eq!(model.get(&field), Some(&value));
    }
    assert_eq!((entry.key(), entry.expiry_ms()), (&b"key"[..], Some(7)));
}

proptest! {
    #[test]
    fn a_hash_is_a_map(
        calls in prop::collection::vec(call(), 1..60),
        value_bytes in prop::sample::select(vec![10, 5000]),
        seed: u64,
    ) {
        let limits = limits(value_bytes);
        let mut model = BTreeMap::new();
        let mut entry = values::entry(b"key", Form::Hash, Form::Hash.empty(), Some(7));
        let mut was_table = false;
        for call in calls {
            let mut hash = HashMut::new(&mut entry, limits).expect("a hash");
            let mut too_large = false;
            match call {
                Call::Set(field, value) => {
                    too_large = field.len().max(value.len()) > value_bytes;
                    prop_assert_eq!(hash.set(&field, &value), model.insert(field, value).is_none());
                }
                Call::SetAll(pairs) => {
                    let words: Vec<&[u8]> =
                        pairs.iter().flat_map(|(field, value)| [&field[..], value]).collect();
                    too_large = pairs.len() > limits.entries
                        || words.iter().any(|word| word.len() > value_bytes);
                    hash.expect(words.into_iter());
                    for (field, value) in pairs {
                        prop_assert_eq!(hash.set(&field, &value), model.insert(field, value).is_none());
                    }
                }
                Call::Remove(field) => prop_assert_eq!(hash.remove(&field), model.remove(&field).is_some()),
                Call::Copy => entry = duplicate(&entry, b"key"),
            }
            same(&entry, &model, seed);
            was_table |= too_large || model.len() > limits.entries;
            prop_assert_eq!(encoding_name(&entry), if was_table { "hashtable" } else { "listpack" });
        }
    }
}

#[test]
fn every_field_is_drawn() {
    for entries in [3, 1000] {
        let limits = Limits { entries, ..limits(64) };
        let mut entry = values::entry(b"key", Form::Hash, Form::Hash.empty(), None);
        let mut hash = HashMut::new(&mut entry, limits).expect("a hash");
        for number in 0..50 {
            hash.set(format!("f{number}").as_bytes(), b"v");
        }
        let mut rng = Rng::new(1);
        let drawn: BTreeSet<_> =
            (0..2000).map(|_| hash.view().random(&mut rng).0.to_vec()).collect();
        assert_eq!(drawn.len(), 50);
    }
}
