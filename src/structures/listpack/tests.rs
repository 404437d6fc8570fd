use super::encoding::{Encoded, back_len, read_back};
use super::*;

fn listpack(elements: &[&str]) -> Vec<u8> {
    let mut bytes = EMPTY.to_vec();
    let elements = elements.iter().map(|text| Element::Str(text.as_bytes()));
    ListpackMut::new(&mut bytes).append_all(elements);
    Listpack::new(&bytes).check();
    bytes
}

fn texts(bytes: &[u8]) -> Vec<String> {
    let text = |element| match element {
        Element::Int(int) => int.to_string(),
        Element::Str(string) => String::from_utf8(string.to_vec()).unwrap(),
    };
    Listpack::new(bytes).iter().map(text).collect()
}

fn entry(element: Element<'_>) -> Vec<u8> {
    let encoded = Encoded::of(element);
    let mut bytes = vec![0; encoded.len_bytes()];
    encoded.write(&mut bytes);
    bytes
}

#[test]
fn the_bytes_of_the_essay() {
    let bytes = listpack(&["hello", "-3", "1024", "7"]);
    assert_eq!(bytes, b"\x16\0\0\0\x04\0\x85hello\x06\xdf\xfd\x02\xc4\0\x02\x07\x01\xff");
}

/// As redis-server 7.0.15 and valkey-server 8.0.1 write them.
#[test]
fn integers_take_the_shortest_form() {
    for (int, bytes) in [
        (0, &b"\0\x01"[..]),
        (127, b"\x7f\x01"),
        (128, b"\xc0\x80\x02"),
        (-1, b"\xdf\xff\x02"),
        (4095, b"\xcf\xff\x02"),
        (-4096, b"\xd0\0\x02"),
        (4096, b"\xf1\0\x10\x03"),
        (-32_768, b"\xf1\0\x80\x03"),
        (32_768, b"\xf2\0\x80\0\x04"),
        (-8_388_608, b"\xf2\0\0\x80\x04"),
        (8_388_608, b"\xf3\0\0\x80\0\x05"),
        (i64::from(i32::MIN), b"\xf3\0\0\0\x80\x05"),
        (1 << 31, b"\xf4\0\0\0\x80\0\0\0\0\x09"),
        (i64::MIN, b"\xf4\0\0\0\0\0\0\0\x80\x09"),
    ] {
        assert_eq!(entry(Element::Int(int)), bytes, "{int}");
        assert_eq!(entry(Element::Str(int.to_string().as_bytes())), bytes, "{int}");
        assert_eq!(texts(&listpack(&[&int.to_string()])), [int.to_string()]);
    }
}

#[test]
fn what_only_looks_like_an_integer_is_a_string() {
    for text in ["", "-", "-0", "007", "+1", " 1", "9223372036854775808", "1e3"] {
        let bytes = entry(Element::Str(text.as_bytes()));
        assert_eq!(bytes[0], 0x80 | text.len() as u8, "{text}");
    }
}

/// As redis-server 7.0.15 and valkey-server 8.0.1 write them.
#[test]
fn long_strings_have_long_heads_and_long_back_lengths() {
    for (len, head, back) in [
        (63, &b"\xbf"[..], &b"\x40"[..]),
        (64, b"\xe0\x40", b"\x42"),
        (125, b"\xe0\x7d", b"\x7f"),
        (126, b"\xe0\x7e", b"\x01\x80"),
        (4095, b"\xef\xff", b"\x20\x81"),
        (4096, b"\xf0\0\x10\0\0", b"\x20\x85"),
        (16_377, b"\xf0\xf9\x3f\0\0", b"\x7f\xfe"),
        (16_378, b"\xf0\xfa\x3f\0\0", b"\x00\xff\xff"),
        (2_097_145, b"\xf0\xf9\xff\x1f\0", b"\x7f\xff\xfe"),
        (2_097_146, b"\xf0\xfa\xff\x1f\0", b"\x00\xff\xff\xff"),
    ] {
        let text = "x".repeat(len);
        assert_eq!(entry(Element::Str(text.as_bytes())), [head, text.as_bytes(), back].concat());
        let bytes = listpack(&["a", &text, "b"]);
        let middle = Listpack::new(&bytes).seek(-2).unwrap();
        assert_eq!(Listpack::new(&bytes).get(middle), Element::Str(text.as_bytes()));
    }
}

#[test]
fn back_lengths_read_back_at_each_border() {
    for border in [0, 127, 128, 16_382, 16_383, 16_384, 2_097_150, 2_097_151, 268_435_455, 1 << 32]
    {
        for len in [border, border + 1] {
            let mut bytes = vec![0xff; 5 - back_len(len)];
            let mut rest = len;
            let mut back = [0; 5];
            for byte in back[..back_len(len)].iter_mut().rev() {
                *byte = 0x80 | (rest & 0x7f) as u8;
                rest >>= 7;
            }
            back[0] &= 0x7f;
            bytes.extend_from_slice(&back[..back_len(len)]);
            assert_eq!(read_back(&bytes), Some(len));
        }
    }
    assert_eq!(read_back(&[0xff; 9]), None);
    assert_eq!(read_back(b""), None);
}

#[test]
fn fields_are_found_and_values_are_not() {
    let bytes = listpack(&["name", "Alice", "age", "30", "30", "name2", "Alice", ""]);
    let listpack = Listpack::new(&bytes);
    let first = listpack.first().unwrap();
    let found = |needle: &str, skip| {
        let position = listpack.find(first, needle.as_bytes(), skip)?;
        Some(listpack.iter_from(position).rev().count())
    };
    assert_eq!(found("Alice", 1), Some(2));
    assert_eq!(found("Alice", 0), Some(7));
    assert_eq!(found("30", 1), Some(4));
    assert_eq!(found("030", 0), None);
    assert_eq!(found("", 1), None);
    assert_eq!(found("", 0), Some(1));
    // Three passed over at a time leave the last group short.
    assert_eq!(found("Alice", 3), None);
}

#[test]
fn an_integer_kept_as_a_string_elsewhere_compares_as_a_string() {
    let foreign = b"\x0f\0\0\0\x02\0\x811\x02\xf1\x05\0\x03\x09\xff";
    assert!(!is_valid(foreign, Depth::Deep));
    let foreign = b"\x0e\0\0\0\x02\0\x811\x02\xf1\x05\0\x03\xff";
    assert!(is_valid(foreign, Depth::Deep));
    let listpack = Listpack::new(foreign);
    let first = listpack.first().unwrap();
    assert_eq!(listpack.get(first), Element::Str(b"1"));
    assert_eq!(listpack.find(first, b"1", 0), Some(first));
    assert!(listpack.equals(listpack.next(first).unwrap(), b"5"));
}

#[test]
fn edits_give_the_position_to_go_on_from() {
    let mut bytes = listpack(&["a", "b", "c", "d"]);
    let mut editor = ListpackMut::new(&mut bytes);
    let b = editor.view().seek(1).unwrap();
    let c = editor.delete(b).unwrap();
    assert_eq!(editor.view().get(c), Element::Str(b"c"));
    let one = editor.insert_before(c, Element::Int(1));
    assert_eq!(editor.view().get(one), Element::Int(1));
    let long = editor.insert_after(one, Element::Str(&[b'x'; 100]));
    editor.replace(long, Element::Str(b"x"));
    assert_eq!(editor.view().next(long), editor.view().seek(-2));
    assert_eq!(editor.delete_run(one, 0), Some(one));
    let d = editor.delete_run(one, 3).unwrap();
    assert_eq!(editor.view().get(d), Element::Str(b"d"));
    assert_eq!(editor.delete_run(d, 9), None);
    assert_eq!(texts(&bytes), ["a"]);
}

#[test]
fn a_count_that_does_not_fit_is_lost_until_it_is_asked_for() {
    let mut bytes = EMPTY.to_vec();
    let mut editor = ListpackMut::new(&mut bytes);
    editor.append_all((0..65_534).map(Element::Int));
    assert_eq!(editor.view().header_count(), 65_534);
    editor.append(Element::Int(7));
    assert_eq!((editor.view().header_count(), editor.view().len()), (COUNT_UNKNOWN, 65_535));
    editor.recount();
    assert_eq!(editor.view().header_count(), COUNT_UNKNOWN);
    assert_eq!(editor.view().seek(-1), editor.view().last());
    assert_eq!(editor.view().seek(-65_535), editor.view().first());
    assert_eq!((editor.view().seek(-65_536), editor.view().seek(65_535)), (None, None));
    assert_eq!(editor.delete_range(-2, 5), 2);
    assert_eq!((editor.view().header_count(), editor.view().len()), (COUNT_UNKNOWN, 65_533));
    editor.recount();
    assert_eq!(editor.view().header_count(), 65_533);
    editor.view().check();
}

#[test]
fn a_frame_alone_passes_the_shallow_look_only() {
    let good = listpack(&["hello", "1024"]);
    assert!(is_valid(&good, Depth::Deep));
    for (at, byte) in [(6, 0x86), (6, 0xf5), (6, 0xff), (12, 7), (4, 1), (4, 3)] {
        let mut bad = good.clone();
        bad[at] = byte;
        assert!(is_valid(&bad, Depth::Shallow) && !is_valid(&bad, Depth::Deep), "{at}: {byte}");
    }
    // Nothing may follow the end, and the end is no entry's back length.
    let early = b"\x09\0\0\0\0\0\xff\x05\xff";
    let text = "x".repeat(253);
    let shared = [&b"\x06\x01\0\0\x01\0\xe0\xfd"[..], text.as_bytes(), b"\x01\xff"].concat();
    let whole = [&shared[..], b"\xff"].concat();
    for bytes in [&early[..], &shared, &whole] {
        let mut bad = bytes.to_vec();
        let len_bytes = bad.len() as u32;
        bad[..4].copy_from_slice(&len_bytes.to_le_bytes());
        assert!(is_valid(&bad, Depth::Shallow));
        assert_eq!(is_valid(&bad, Depth::Deep), bad.len() == whole.len());
    }
    for bad in [&good[..good.len() - 1], &good[..6], b"", &[&good[..], b"\xff"].concat()] {
        assert!(!is_valid(bad, Depth::Shallow));
    }
}

#[test]
fn a_gigabyte_is_the_end() {
    assert!(has_room(100, (1 << 30) - 100));
    assert!(!has_room(100, (1 << 30) - 99));
    assert!(!has_room(7, usize::MAX));
}
