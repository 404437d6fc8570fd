use super::*;

type E = Entry<Vec<u8>>;
const KEY: &[u8] = b"user:0000000001x";

fn inline(bytes: &[u8]) -> NewPayload<'_, Vec<u8>> {
    NewPayload::Inline(bytes)
}

#[test]
fn sizes_are_what_the_essay_says() {
    assert_eq!(KEY.len(), 16);
    let bytes = |payload, expiry_ms| E::new(KEY, payload, expiry_ms).heap_bytes();
    assert_eq!(bytes(inline(b"0123456789"), None), 32);
    assert_eq!(bytes(inline(b"0123456789"), Some(1)), 40);
    assert_eq!(bytes(NewPayload::Int(7), None), 32);
    assert_eq!(bytes(inline(&[0; 100]), None), 128);
    assert_eq!(size_of::<Option<E>>(), 8);
}

#[test]
fn overwriting_in_the_same_class_keeps_the_block() {
    let mut e = E::new(KEY, NewPayload::Int(1), Some(5));
    let block = e.block;
    e.set_payload(NewPayload::Int(2));
    // 13 + 16 + 8 = 37 bytes as an integer, 14 + 16 + 9 = 39 inline: the key slides by one byte.
    e.set_payload(inline(b"nine byte"));
    assert_eq!((e.block, e.key(), e.expiry_ms()), (block, KEY, Some(5)));
    assert_eq!(e.payload(), Payload::Inline(b"nine byte"));
    e.set_payload(NewPayload::Boxed(Box::new(vec![9])));
    assert_eq!((e.block, e.key(), e.expiry_ms()), (block, KEY, Some(5)));
    e.boxed_mut().unwrap().push(8);
    assert_eq!(e.payload(), Payload::Boxed(&vec![9, 8]));
    e.set_payload(inline(b"twelve bytes"));
    assert_ne!(e.block, block);
}

#[test]
fn a_new_payload_clears_the_tag_and_keeps_the_access_word() {
    let mut e = E::new(b"k", inline(b"v"), None);
    e.set_access(ACCESS_MAX);
    e.set_tag(5);
    e.set_expiry(Some(-1));
    assert!(e.tag() == 5 && e.access() == ACCESS_MAX && e.expiry_ms() == Some(-1));
    e.set_payload(inline(b"w"));
    assert!(e.tag() == 0 && e.access() == ACCESS_MAX);
}

#[test]
fn rename_moves_the_box() {
    let boxed = Box::new(vec![1, 2, 3]);
    let address: *const Vec<u8> = &*boxed;
    let mut e = E::new(b"old", NewPayload::Boxed(boxed), Some(9));
    e.set_tag(5);
    let e = e.rename(&[b'n'; 300]);
    assert_eq!((e.key(), e.expiry_ms(), e.tag()), (&[b'n'; 300][..], Some(9), 5));
    let back = e.into_boxed().ok().unwrap();
    assert_eq!(&raw const *back, address);
    assert!(E::new(b"k", NewPayload::Int(1), None).into_boxed().is_err());
}

#[test]
#[should_panic(expected = "an inline value of 4001 bytes")]
fn values_above_the_limit_are_refused() {
    E::new(b"k", inline(&[0; INLINE_MAX + 1]), None);
}
