//! # Lists: elements in order, pushed and popped at the ends        (note 06)
//!
//! A queue of jobs, a log of the last hundred events. While it is small a list is one listpack;
//! when that would be full it becomes a quicklist, a sequence of listpacks. It is a listpack again when it
//! has shrunk to half of what one may hold: if it were sooner, a list that is pushed and popped at
//! the border would be copied each time.
//!
//! ```text
//!   RPUSH l a b c      [a│b│c]                           in the key's own entry      listpack
//!   … beyond 8 kB      [a … ] ─ [ … ] ─ [ … z]           nodes of some kilobytes     quicklist
//!   LTRIM l 0 9        [a … j]                           at most 4 kB                listpack
//! ```
//!
//! `list-max-listpack-size` says what one holds: a size, or a number of elements and then half of that
//! number ([`Limits`]). A list grows before the elements are added, by the length of their texts;
//! it shrinks when its owner says so ([`ListMut::shrink`]), after all of a command's removals.
//!
//! [`List`] reads, [`ListMut`] changes. Elements are handed to a closure, for a node in the
//! middle may be squeezed, and is then read out of a buffer: see [`Quicklist::visit`].
//!
//! Knows nothing of keys, nor of who waits for an element.

use std::ops::ControlFlow;

use super::packed::Packed;
use super::{Entry, Payload, Type, Value, View, bytes_of, set_bytes, set_structure};
use crate::base::int::parse_i64;
pub use crate::structures::listpack::Element;
use crate::structures::listpack::{Listpack, ListpackMut};
pub use crate::structures::quicklist::{Limits, Side};
use crate::structures::quicklist::{Quicklist, Stored};

/// A list as it is read.
#[derive(Clone, Copy)]
pub enum List<'a> {
    Packed(Listpack<'a>),
    Nodes(&'a Quicklist),
}

/// A list in its entry, to change.
pub struct ListMut<'e> {
    entry: &'e mut Entry,
    limits: Limits,
}

impl<'a> View<'a> for List<'a> {
    #[inline]
    fn view(entry: &'a Entry) -> Option<Self> {
        if Type::of(entry) != Type::List {
            return None;
        }
        match entry.payload() {
            Payload::Boxed(Value::List(nodes)) => Some(List::Nodes(nodes)),
            _ => bytes_of(entry).map(Listpack::new).map(List::Packed),
        }
    }
}

impl List<'_> {
    /// Number of elements. O(1).
    #[inline]
    pub fn len(self) -> usize {
        match self {
            List::Packed(listpack) => listpack.len(),
            List::Nodes(nodes) => nodes.len(),
        }
    }

    #[inline]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// What `read` makes of the element with an index: 0 is the first, -1 the last.
    pub fn with<T>(self, index: i64, read: impl FnOnce(Element<'_>) -> T) -> Option<T> {
        match self {
            List::Packed(listpack) => listpack.seek(index).map(|found| read(listpack.get(found))),
            List::Nodes(nodes) => nodes.with(index, read),
        }
    }

    /// Hands over up to `count` elements from an index on, away from a side: forward if that is
    /// the head.
    #[inline]
    pub fn for_each(
        self,
        index: i64,
        from_side: Side,
        count: usize,
        mut each: impl FnMut(Element<'_>),
    ) {
        self.visit(index, from_side, count, |element| {
            each(element);
            ControlFlow::Continue(())
        });
    }

    /// Hands over the index of each element that `text` spells, beginning at a side, until `found`
    /// breaks. Only the first `scan_max` elements from that side are looked at.
    pub fn search(
        self,
        text: &[u8],
        from_side: Side,
        scan_max: usize,
        mut found: impl FnMut(usize) -> ControlFlow<()>,
    ) {
        let (int, len) = (parse_i64(text), self.len());
        let mut passed = 0;
        let start = if from_side == Side::Head { 0 } else { -1 };
        self.visit(start, from_side, scan_max, |element| {
            let same = match element {
                Element::Int(value) => int == Some(value),
                Element::Str(string) => string == text,
            };
            passed += 1;
            match from_side {
                _ if !same => ControlFlow::Continue(()),
                Side::Head => found(passed - 1),
                Side::Tail => found(len - passed),
            }
        });
    }

    fn visit(
        self,
        index: i64,
        from_side: Side,
        count: usize,
        mut each: impl FnMut(Element<'_>) -> ControlFlow<()>,
    ) {
        let mut left = count;
        if left == 0 {
            return;
        }
        let mut each = |element: Element<'_>| {
            each(element)?;
            left -= 1;
            if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let listpack = match self {
            List::Packed(listpack) => listpack,
            List::Nodes(nodes) => {
                nodes.visit(index, from_side, |element, _| each(element));
                return;
            }
        };
        let Some(start) = listpack.seek(index) else { return };
        let _ = match from_side {
            Side::Head => listpack.iter_from(start).try_for_each(each),
            Side::Tail => listpack.iter_to(start).rev().try_for_each(each),
        };
    }
}

impl<'e> ListMut<'e> {
    /// `None`: the entry holds another type.
    #[inline]
    pub fn new(entry: &'e mut Entry, limits: Limits) -> Option<ListMut<'e>> {
        if Type::of(entry) != Type::List {
            return None;
        }
        let mut list = ListMut { entry, limits };
        if let Some(nodes) = list.nodes() {
            nodes.set_packed_threshold(limits.packed_threshold);
        }
        Some(list)
    }

    #[inline]
    pub fn view(&self) -> List<'_> {
        List::view(self.entry).expect("a list, as seen when this was made")
    }

    /// Adds elements at one end, one after the other: what is pushed last at the head is first.
    #[inline]
    pub fn push<'w>(&mut self, side: Side, words: impl ExactSizeIterator<Item = &'w [u8]> + Clone) {
        self.expect(words.clone());
        if let Some(nodes) = self.nodes() {
            words.for_each(|word| nodes.push(side, word));
            return;
        }
        let mut packed = Packed::new(self.entry);
        let mut listpack = ListpackMut::new(&mut packed);
        let elements = words.map(Element::Str);
        match side {
            Side::Head => elements.for_each(|element| listpack.prepend(element)),
            Side::Tail if elements.len() > 1 => listpack.append_all(elements),
            Side::Tail => elements.for_each(|element| listpack.append(element)),
        }
    }

    /// Takes the element at one end out; gives what `read` makes of it.
    #[inline]
    pub fn pop<T>(&mut self, side: Side, read: impl FnOnce(Element<'_>) -> T) -> Option<T> {
        if let Some(nodes) = self.nodes() {
            let taken = read(nodes.peek(side)?);
            nodes.remove_end(side);
            return Some(taken);
        }
        let mut packed = Packed::new(self.entry);
        let mut listpack = ListpackMut::new(&mut packed);
        let view = listpack.view();
        let end = match side {
            Side::Head => view.first(),
            Side::Tail => view.last(),
        }?;
        let taken = read(view.get(end));
        listpack.delete(end);
        Some(taken)
    }

    /// Adds an element beside the first one that `pivot` spells; says whether there is one.
    pub fn insert(&mut self, pivot: &[u8], after: bool, text: &[u8]) -> bool {
        self.expect([text].into_iter());
        if let Some(nodes) = self.nodes() {
            let found = nodes.visit(0, Side::Head, |element, place| {
                if element.spells(pivot) {
                    ControlFlow::Break(place)
                } else {
                    ControlFlow::Continue(())
                }
            });
            match found {
                Some(place) if after => nodes.insert_after(place, text),
                Some(place) => nodes.insert_before(place, text),
                None => return false,
            }
            return true;
        }
        let mut packed = Packed::new(self.entry);
        let mut listpack = ListpackMut::new(&mut packed);
        let view = listpack.view();
        let Some(found) = view.first().and_then(|first| view.find(first, pivot, 0)) else {
            return false;
        };
        if after {
            listpack.insert_after(found, Element::Str(text));
        } else {
            listpack.insert_before(found, Element::Str(text));
        }
        true
    }

    /// Puts another element at an index; says whether there is one.
    pub fn set(&mut self, index: i64, text: &[u8]) -> bool {
        self.expect([text].into_iter());
        if let Some(nodes) = self.nodes() {
            let place = nodes.locate(index);
            place.into_iter().for_each(|place| nodes.replace(place, text));
            return place.is_some();
        }
        let mut packed = Packed::new(self.entry);
        let mut listpack = ListpackMut::new(&mut packed);
        let place = listpack.view().seek(index);
        place.into_iter().for_each(|place| listpack.replace(place, Element::Str(text)));
        place.is_some()
    }

    /// Removes up to `count` elements from an index on; says how many.
    pub fn remove_range(&mut self, index: i64, count: usize) -> usize {
        if count == 0 {
            return 0;
        }
        match self.nodes() {
            Some(nodes) => nodes.remove_range(index, count),
            None => ListpackMut::new(&mut Packed::new(self.entry)).delete_range(index, count),
        }
    }

    /// Removes up to `limit` elements that `text` spells, the first ones from a side; says how many.
    pub fn remove_equal(&mut self, text: &[u8], limit: usize, from_side: Side) -> usize {
        if let Some(nodes) = self.nodes() {
            return nodes.remove_equal(text, limit, from_side);
        }
        let mut packed = Packed::new(self.entry);
        let mut listpack = ListpackMut::new(&mut packed);
        match from_side {
            Side::Head => remove_forward(&mut listpack, text, limit),
            Side::Tail => remove_backward(&mut listpack, text, limit),
        }
    }

    /// Elements were removed: a quicklist that has become small is a listpack again.
    #[inline]
    pub fn shrink(&mut self) {
        let limits = self.limits;
        if let Some(nodes) = self.nodes()
            && is_small(nodes, limits)
        {
            self.become_listpack();
        }
    }

    /// Elements are about to be added: if a listpack could not hold them too, the list becomes a
    /// quicklist now.
    #[inline]
    fn expect<'w>(&mut self, words: impl Iterator<Item = &'w [u8]>) {
        let List::Packed(listpack) = self.view() else { return };
        let (mut len_bytes, mut count) = (listpack.bytes().len(), listpack.len());
        for word in words {
            len_bytes += word.len();
            count += 1;
        }
        if self.limits.exceeds(len_bytes, count) {
            self.become_nodes();
        }
    }

    #[inline]
    fn nodes(&mut self) -> Option<&mut Quicklist> {
        match self.entry.boxed_mut() {
            Some(Value::List(nodes)) => Some(nodes),
            _ => None,
        }
    }

    #[cold]
    fn become_nodes(&mut self) {
        let listpack = bytes_of(self.entry).expect("packed").to_vec();
        let mut nodes = Quicklist::new(self.limits);
        if !Listpack::new(&listpack).is_empty() {
            nodes.push_listpack(listpack);
        }
        set_structure(self.entry, Value::List(Box::new(nodes)));
    }

    #[cold]
    fn become_listpack(&mut self) {
        let empty = Quicklist::new(self.limits);
        let nodes = std::mem::replace(self.nodes().expect("not packed"), empty);
        let listpack = nodes.into_listpack().expect("one packed node");
        set_bytes(self.entry, listpack);
    }
}

/// One packed node of at most half of what a listpack may hold.
fn is_small(list: &Quicklist, limits: Limits) -> bool {
    let mut nodes = list.nodes();
    let (Some(node), None) = (nodes.next(), nodes.next()) else { return false };
    match (node.stored, limits.node_len_max()) {
        _ if node.plain => false,
        (Stored::Lzf(..), _) => false,
        (Stored::Raw(listpack), Some(len_max)) => listpack.len() <= len_max / 2,
        (Stored::Raw(_), None) => node.count <= limits.node_count_max() / 2,
    }
}

fn remove_forward(listpack: &mut ListpackMut<'_, Packed<'_>>, text: &[u8], limit: usize) -> usize {
    let (mut removed, mut from) = (0, listpack.view().first());
    while removed < limit
        && let Some(found) = from.and_then(|from| listpack.view().find(from, text, 0))
    {
        from = listpack.delete(found);
        removed += 1;
    }
    removed
}

fn remove_backward(listpack: &mut ListpackMut<'_, Packed<'_>>, text: &[u8], limit: usize) -> usize {
    let (mut removed, mut at) = (0, listpack.view().last());
    while removed < limit
        && let Some(position) = at
    {
        // What lies before stays where it is.
        at = listpack.view().prev(position);
        if listpack.view().equals(position, text) {
            listpack.delete(position);
            removed += 1;
        }
    }
    removed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::{Form, Str, encoding_name, entry};

    const FOUR: Limits = Limits { fill: 4, compress_depth: 0, packed_threshold: 0 };

    fn words(text: &str) -> impl ExactSizeIterator<Item = &[u8]> + Clone {
        text.split(' ').map(str::as_bytes).collect::<Vec<_>>().into_iter()
    }

    fn texts(list: List<'_>) -> String {
        let mut texts = Vec::new();
        list.for_each(0, Side::Head, usize::MAX, |element| {
            texts.push(String::from_utf8(Str::from(element).to_vec()).expect("UTF-8"));
        });
        texts.join(" ")
    }

    #[test]
    fn a_list_grows_out_of_its_listpack_and_shrinks_back_at_half() {
        let mut entry = entry(b"l", Form::List, Form::List.empty(), Some(7));
        let mut list = ListMut::new(&mut entry, FOUR).expect("a list");
        list.push(Side::Tail, words("a b c 4"));
        assert_eq!(encoding_name(list.entry), "listpack");
        list.push(Side::Head, words("0"));
        assert_eq!(
            (encoding_name(list.entry), texts(list.view())),
            ("quicklist", "0 a b c 4".into())
        );
        assert_eq!(list.remove_equal(b"4", 1, Side::Tail), 1);
        list.pop(Side::Head, |element| assert_eq!(element, Element::Int(0)));
        list.shrink();
        assert_eq!(encoding_name(list.entry), "quicklist");
        list.pop(Side::Tail, |element| assert_eq!(element, Element::Str(b"c")));
        list.shrink();
        assert_eq!((encoding_name(list.entry), texts(list.view())), ("listpack", "a b".into()));
        assert_eq!((Form::of(&entry), entry.expiry_ms()), (Form::List, Some(7)));
    }

    #[test]
    fn a_search_tells_indexes_from_either_side() {
        let mut entry = entry(b"l", Form::List, Form::List.empty(), None);
        let mut list = ListMut::new(&mut entry, FOUR).expect("a list");
        for (encoding, more) in [("listpack", "x 7 x"), ("quicklist", "7 x y")] {
            list.push(Side::Tail, words(more));
            assert_eq!(encoding_name(list.entry), encoding);
            let found = |text: &str, side, scan_max| {
                let mut found = Vec::new();
                list.view().search(text.as_bytes(), side, scan_max, |index| {
                    found.push(index);
                    ControlFlow::Continue(())
                });
                found
            };
            let last = list.view().len() - 1;
            assert_eq!(found("x", Side::Head, 2), [0]);
            assert_eq!(found("7", Side::Head, 3), [1]);
            assert_eq!(found("y", Side::Tail, usize::MAX).len(), last / 4);
            assert_eq!(found("x", Side::Tail, usize::MAX).last(), Some(&0));
        }
    }
}
