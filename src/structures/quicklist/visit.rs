//! # Visit: reading a list
//!
//! All reading beyond the ends goes through [`Quicklist::visit`], which hands over one element
//! after the other until it is told to stop. It walks node by node: inside of one there is nothing
//! but the listpack's own step. A squeezed node is unpacked into a buffer of the reader's.

use std::ops::ControlFlow;

use super::{Place, Quicklist, Side};
use crate::structures::listpack::{Element, Listpack};

impl Quicklist {
    /// Hands over elements from an index on, away from `from_side`, until `visit` breaks: forward
    /// if that is the head. Nothing happens if there is no such index.
    pub fn visit<T>(
        &self,
        index: i64,
        from_side: Side,
        mut visit: impl FnMut(Element<'_>, Place) -> ControlFlow<T>,
    ) -> Option<T> {
        let start = self.locate(index)?;
        let mut scratch = Vec::new();
        let (mut node, mut offset) = (start.node, start.offset);
        loop {
            let found = self.visit_node(node, offset, from_side, &mut scratch, &mut visit);
            if let ControlFlow::Break(found) = found {
                return Some(found);
            }
            match from_side {
                Side::Head => {
                    node += 1;
                    offset = 0;
                }
                Side::Tail => {
                    node = node.checked_sub(1)?;
                    offset = self.nodes[node].count() - 1;
                }
            }
            if node == self.nodes.len() {
                return None;
            }
        }
    }

    /// What `read` makes of the element with an index.
    pub fn with<T>(&self, index: i64, read: impl FnOnce(Element<'_>) -> T) -> Option<T> {
        let mut read = Some(read);
        self.visit(index, Side::Head, |element, _| {
            ControlFlow::Break(read.take().map(|read| read(element)))
        })?
    }

    /// Hands over up to `count` elements from an index on, forward.
    pub fn for_each(&self, index: i64, count: usize, mut each: impl FnMut(Element<'_>)) {
        let mut left = count;
        if left == 0 {
            return;
        }
        self.visit(index, Side::Head, |element, _| {
            each(element);
            left -= 1;
            if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
    }

    /// The elements of one node from an offset on.
    #[inline]
    fn visit_node<T>(
        &self,
        node: usize,
        offset: usize,
        from_side: Side,
        scratch: &mut Vec<u8>,
        visit: &mut impl FnMut(Element<'_>, Place) -> ControlFlow<T>,
    ) -> ControlFlow<T> {
        let body = &self.nodes[node];
        let raw = body.raw(scratch);
        if body.is_plain() {
            return visit(Element::Str(raw), Place { node, offset });
        }
        let listpack = Listpack::new(raw);
        let start = listpack.seek(offset as i64).expect("an offset of this node");
        match from_side {
            Side::Head => {
                for (behind, element) in listpack.iter_from(start).enumerate() {
                    visit(element, Place { node, offset: offset + behind })?;
                }
            }
            Side::Tail => {
                for (before, element) in listpack.iter_to(start).rev().enumerate() {
                    visit(element, Place { node, offset: offset - before })?;
                }
            }
        }
        ControlFlow::Continue(())
    }
}
