//! Listpack against a `Vec<Vec<u8>>`: the same elements after any edits, in a `Vec` and in a
//! buffer that lies behind something else.

use std::ops::Range;

use keynotes::base::int::parse_i64;
use keynotes::structures::buffer::Buffer;
use keynotes::structures::listpack::{EMPTY, Element, Listpack, ListpackMut, Position};
use proptest::prelude::*;
use proptest::sample::Index;

type Model = Vec<Vec<u8>>;

#[derive(Clone, Debug)]
enum Edit {
    Append(Vec<u8>),
    Prepend(Vec<u8>),
    Before(Index, Vec<u8>),
    After(Index, Vec<u8>),
    Replace(Index, Vec<u8>),
    Delete(Index),
    DeleteRange(i64, usize),
    AppendAll(Model),
    InsertAll(Index, Model),
    /// One or two from here on, to before there.
    Move(Index, bool, Index),
    Merge(Model, bool),
}

/// Bytes behind a key, as an entry keeps a small value.
struct Inline {
    block: Vec<u8>,
    at: usize,
}

impl Buffer for Inline {
    fn bytes(&self) -> &[u8] {
        &self.block[self.at..]
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.block[self.at..]
    }

    fn open(&mut self, at: Range<usize>, len: usize) -> &mut [u8] {
        let at = at.start + self.at..at.end + self.at;
        // A gap's contents are anything: what is not written shows.
        self.block.splice(at.clone(), std::iter::repeat_n(0xee, len));
        &mut self.block[at.start..at.start + len]
    }
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    let border = prop::sample::select(vec![63usize, 64, 125, 126, 127, 4095, 4096, 16_378, 17_000]);
    prop_oneof![
        4 => (any::<i64>(), 0u32..64).prop_map(|(int, bits)| (int >> bits).to_string().into_bytes()),
        2 => "[0-9-]{0,3}".prop_map(String::into_bytes),
        4 => prop::collection::vec(any::<u8>(), 0..12),
        1 => border.prop_map(|len| vec![b'x'; len]),
    ]
}

fn edit() -> impl Strategy<Value = Edit> {
    let at = any::<Index>;
    let some = || prop::collection::vec(text(), 0..5);
    prop_oneof![
        3 => text().prop_map(Edit::Append),
        2 => text().prop_map(Edit::Prepend),
        2 => (at(), text()).prop_map(|(at, text)| Edit::Before(at, text)),
        2 => (at(), text()).prop_map(|(at, text)| Edit::After(at, text)),
        2 => (at(), text()).prop_map(|(at, text)| Edit::Replace(at, text)),
        2 => at().prop_map(Edit::Delete),
        1 => (-20i64..20, 0usize..8).prop_map(|(from, count)| Edit::DeleteRange(from, count)),
        2 => some().prop_map(Edit::AppendAll),
        1 => (at(), some()).prop_map(|(at, some)| Edit::InsertAll(at, some)),
        2 => (at(), any::<bool>(), at()).prop_map(|(at, two, to)| Edit::Move(at, two, to)),
        1 => (some(), any::<bool>()).prop_map(|(some, front)| Edit::Merge(some, front)),
    ]
}

fn elements(model: &[Vec<u8>]) -> impl Iterator<Item = Element<'_>> + Clone {
    model.iter().map(|text| Element::Str(text))
}

fn listpack(model: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = EMPTY.to_vec();
    ListpackMut::new(&mut bytes).append_all(elements(model));
    bytes
}

/// An existing index, and where that element is; none if there are none.
fn place<B: Buffer>(
    editor: &ListpackMut<'_, B>,
    at: &Index,
    len: usize,
) -> Option<(usize, Position)> {
    let index = (len > 0).then(|| at.index(len))?;
    Some((index, editor.view().seek(index as i64).unwrap()))
}

fn apply(model: &mut Model, edit: &Edit) {
    let len = model.len();
    match edit {
        Edit::Append(text) => model.push(text.clone()),
        Edit::Prepend(text) => model.insert(0, text.clone()),
        Edit::Before(at, text) if len > 0 => model.insert(at.index(len), text.clone()),
        Edit::After(at, text) if len > 0 => model.insert(at.index(len) + 1, text.clone()),
        Edit::Replace(at, text) if len > 0 => model[at.index(len)] = text.clone(),
        Edit::Delete(at) if len > 0 => drop(model.remove(at.index(len))),
        Edit::DeleteRange(from, count) => drop(model.drain(range(len, *from, *count))),
        Edit::AppendAll(some) | Edit::Merge(some, false) => model.extend_from_slice(some),
        Edit::Merge(some, true) => drop(model.splice(0..0, some.iter().cloned())),
        Edit::InsertAll(at, some) => {
            let at = at.index(len + 1);
            model.splice(at..at, some.iter().cloned());
        }
        Edit::Move(at, two, to) => {
            if let Some((run, to)) = moved(len, at, *two, to) {
                let (count, moved) = (run.len(), model.drain(run.clone()).collect::<Model>());
                let to = if to > run.start { to - count } else { to };
                model.splice(to..to, moved);
            }
        }
        _ => {}
    }
}

fn range(len: usize, from: i64, count: usize) -> Range<usize> {
    let first = if from < 0 { len as i64 + from } else { from };
    match usize::try_from(first) {
        Ok(first) if first < len => first..len.min(first + count),
        _ => 0..0,
    }
}

/// Which elements are moved, and to before which index; the end has one too.
fn moved(len: usize, at: &Index, two: bool, to: &Index) -> Option<(Range<usize>, usize)> {
    let count = if two { 2 } else { 1 };
    let start = at.index(len.checked_sub(count)? + 1);
    let run = start..start + count;
    Some((run.clone(), to.index(len + 1))).filter(|(_, to)| *to <= run.start || *to >= run.end)
}

fn apply_to<B: Buffer>(buffer: &mut B, len: usize, edit: &Edit) {
    let mut editor = ListpackMut::new(buffer);
    match edit {
        Edit::Append(text) => editor.append(Element::Str(text)),
        Edit::Prepend(text) => editor.prepend(Element::Str(text)),
        Edit::Before(at, text) => {
            if let Some((index, position)) = place(&editor, at, len) {
                let new = editor.insert_before(position, Element::Str(text));
                assert_eq!(editor.view().seek(index as i64), Some(new));
            }
        }
        Edit::After(at, text) => {
            if let Some((index, position)) = place(&editor, at, len) {
                let new = editor.insert_after(position, Element::Str(text));
                assert_eq!(editor.view().seek(index as i64 + 1), Some(new));
            }
        }
        Edit::Replace(at, text) => {
            if let Some((_, position)) = place(&editor, at, len) {
                editor.replace(position, Element::Str(text));
            }
        }
        Edit::Delete(at) => {
            if let Some((index, position)) = place(&editor, at, len) {
                let next = editor.delete(position);
                assert_eq!(editor.view().seek(index as i64), next);
            }
        }
        Edit::DeleteRange(from, count) => {
            assert_eq!(editor.delete_range(*from, *count), range(len, *from, *count).len());
        }
        Edit::AppendAll(some) => editor.append_all(elements(some)),
        Edit::InsertAll(at, some) => {
            let before = editor.view().seek(at.index(len + 1) as i64);
            editor.insert_all(before, elements(some));
        }
        Edit::Move(at, two, to) => {
            if let Some((run, to)) = moved(len, at, *two, to) {
                let (from, to) =
                    (editor.view().seek(run.start as i64), editor.view().seek(to as i64));
                editor.move_run(from.expect("it is there"), run.len(), to);
            }
        }
        Edit::Merge(some, true) => editor.prepend_listpack(Listpack::new(&listpack(some))),
        Edit::Merge(some, false) => editor.append_listpack(Listpack::new(&listpack(some))),
    }
}

fn expected(text: &[u8]) -> Element<'_> {
    parse_i64(text).map_or(Element::Str(text), Element::Int)
}

fn same(bytes: &[u8], model: &Model) {
    let listpack = Listpack::new(bytes);
    listpack.check();
    assert_eq!((listpack.len(), listpack.is_empty()), (model.len(), model.is_empty()));
    assert!(listpack.iter().eq(model.iter().map(|text| expected(text))));
    let mut position = listpack.first();
    for (index, text) in model.iter().enumerate() {
        let here = position.unwrap();
        assert_eq!(listpack.seek(index as i64), Some(here));
        assert_eq!(listpack.seek(index as i64 - model.len() as i64), Some(here));
        assert!(listpack.equals(here, text));
        assert_eq!(listpack.iter().nth(index), Some(expected(text)));
        position = listpack.next(here);
        assert_eq!(position.map_or(listpack.last(), |next| listpack.prev(next)), Some(here));
    }
    assert_eq!(position, None);
    assert_eq!(listpack.seek(model.len() as i64), None);
    assert_eq!(listpack.seek(-1 - model.len() as i64), None);
}

/// The index at which a search from `from` that passes over `skip` after each must stop.
fn search(model: &Model, from: usize, needle: &[u8], skip: usize) -> Option<usize> {
    (from..model.len()).step_by(skip + 1).find(|&index| model[index] == needle)
}

proptest! {
    #[test]
    fn a_listpack_is_a_vec(edits in prop::collection::vec(edit(), 1..40)) {
        let mut model = Model::new();
        let mut bytes = EMPTY.to_vec();
        let mut inline = Inline { block: [&b"a key"[..], &EMPTY].concat(), at: 5 };
        for edit in &edits {
            apply_to(&mut bytes, model.len(), edit);
            apply_to(&mut inline, model.len(), edit);
            apply(&mut model, edit);
            same(&bytes, &model);
            prop_assert_eq!(inline.bytes(), &bytes[..]);
        }
        prop_assert_eq!(&inline.block[..5], b"a key");
    }

    #[test]
    fn find_is_a_search(
        model in prop::collection::vec(text(), 1..30),
        needle in any::<Index>(),
        from in any::<Index>(),
        skip in 0usize..3,
        other in text(),
    ) {
        let bytes = listpack(&model);
        let listpack = Listpack::new(&bytes);
        let from = from.index(model.len());
        for needle in [&model[needle.index(model.len())], &other] {
            let found = listpack.find(listpack.seek(from as i64).unwrap(), needle, skip);
            let index = search(&model, from, needle, skip);
            prop_assert_eq!(found, index.and_then(|index| listpack.seek(index as i64)));
        }
    }
}
