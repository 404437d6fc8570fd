//! Bytes of a stranger at the structures: what the fuzz targets check, with good bytes that were
//! spoiled in a few places, since pure noise is seldom valid.

use keynotes::structures::intset::{self, IntsetMut};
use keynotes::structures::listpack::{EMPTY, Element, ListpackMut};
use keynotes::structures::lzf;
use proptest::prelude::*;
use proptest::sample::Index;

use super::bytes::fuzz::structures as fuzz;

fn listpack() -> impl Strategy<Value = Vec<u8>> {
    let text = prop_oneof![
        (any::<i64>(), 0u32..64).prop_map(|(int, bits)| (int >> bits).to_string().into_bytes()),
        prop::collection::vec(any::<u8>(), 0..10),
        (60usize..140).prop_map(|len| vec![b'x'; len]),
    ];
    prop::collection::vec(text, 0..8).prop_map(|texts| {
        let mut bytes = EMPTY.to_vec();
        let elements = texts.iter().map(|text| Element::Str(text));
        ListpackMut::new(&mut bytes).append_all(elements);
        bytes
    })
}

fn intset() -> impl Strategy<Value = Vec<u8>> {
    let value = (any::<i64>(), 0u32..64).prop_map(|(value, bits)| value >> bits);
    prop::collection::vec(value, 0..8).prop_map(|values| {
        let mut bytes = intset::EMPTY.to_vec();
        let mut editor = IntsetMut::new(&mut bytes);
        for value in values {
            editor.add(value);
        }
        bytes
    })
}

/// A length, and bytes that stand for so many.
fn packed() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(0u8..3, 0..300).prop_map(|text| {
        let packed = lzf::compress(&text, 2 * text.len()).expect("room enough");
        [&(text.len() as u16).to_le_bytes()[..], &packed].concat()
    })
}

/// Up to three bytes are others, some may be gone.
fn spoiled(good: impl Strategy<Value = Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let changes = prop::collection::vec((any::<Index>(), any::<u8>()), 0..4);
    (good, changes, prop::option::weighted(0.2, any::<Index>())).prop_map(
        |(mut bytes, changes, cut)| {
            for (at, byte) in changes {
                if !bytes.is_empty() {
                    let at = at.index(bytes.len());
                    bytes[at] = byte;
                }
            }
            if let Some(cut) = cut {
                bytes.truncate(cut.index(bytes.len() + 1));
            }
            bytes
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn any_bytes_are_a_listpack_or_refused(bytes in spoiled(listpack())) {
        fuzz::listpack(&bytes);
        fuzz::listpack(bytes.get(4..bytes.len().saturating_sub(1)).unwrap_or_default());
    }

    #[test]
    fn any_bytes_are_an_intset_or_refused(bytes in spoiled(intset())) {
        fuzz::intset(&bytes);
        fuzz::intset(bytes.get(7..).unwrap_or_default());
    }

    #[test]
    fn any_calls_leave_a_skip_list_whole(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        fuzz::skiplist(&bytes);
    }

    #[test]
    fn any_bytes_unpack_or_are_refused(bytes in spoiled(packed())) {
        fuzz::lzf(&bytes);
    }
}
