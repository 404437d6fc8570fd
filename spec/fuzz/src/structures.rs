//! # Any bytes at the structures
//!
//! A listpack, an intset and a compressed string come in snapshots and RESTORE, so from strangers.
//! What is found valid must read the same from both ends and bear edits; what is not must be
//! refused without a panic.

use keynotes::structures::intset::{self, Intset, IntsetMut};
use keynotes::structures::listpack::{self, Depth, EMPTY, Element, Listpack, ListpackMut};
use keynotes::structures::lzf;

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
