//! # Quicklist: a list of small runs                                          (note 06)
//!
//! A list is pushed and popped at its ends, read in stretches, and sometimes changed in the middle.
//! A quicklist is a sequence of nodes, each of which is a listpack of some kilobytes:
//!
//! ```text
//!   nodes   │ 389 elements │ 389 │ 1 large │ 389 │ 212 │
//!               │             │        │       │      └ raw: an end
//!               │             │        │       └ squeezed by LZF, if a depth is set
//!               │             │        └ plain: one element that no node could hold
//!               └ raw: an end
//! ```
//!
//! ## The naive form
//!
//! A doubly linked list of strings: two links, a pointer and a block for each element, some 60
//! bytes more than the text, and a cache miss a step. A `VecDeque<Vec<u8>>` is better (24 bytes and
//! a block each), but a change in the middle moves half of it. One big listpack has no overhead,
//! and moves all behind each change. Nodes are the middle way: changes move one node, overhead is
//! per node.
//!
//! ## The tricks
//!
//! 1. **Room at both ends** of a node (`room`): a push at the start moves 6 bytes, not 4 kB.
//! 2. **Nodes in a `VecDeque`**, not linked: an index is found by adding up counts that lie side by
//!    side, and no link is followed. To add or drop a node in the middle moves what is beside it,
//!    40 bytes for each node, which costs less than to have walked there.
//! 3. **Exact blocks**: a node that is full gives its spare room back.
//! 4. **Readers unpack into a buffer of their own** ([`Quicklist::visit`]): a read leaves squeezed
//!    nodes squeezed. Redis unpacks the node, and must squeeze it again after.
//!
//! Measured (`benches/quicklist.rs`, texts of 19 bytes, nanoseconds of CPU):
//!
//! ```text
//!                                         quicklist   VecDeque<Vec<u8>>
//!   push, read and pop   one end                 33       15
//!                        head in, tail out       40       11
//!                        across a node's border  67       15      a node comes and goes
//!   push, from empty     at either end        24-26
//!   middle of a million  read one              1217               1285 counts on the way
//!                        read one, squeezed    3974               unpacks 8 kB
//!                        read 100              1453
//!   bytes an element                           21.2       48      squeezed: 5.2
//! ```
//!
//! ## Worked example
//!
//! `LINSERT l BEFORE x y` where x is in the middle of a full node: the node is cut before x, y goes
//! to the end of the first half, and then neighbours are merged as far as they fit together: the
//! first half with the node before it, the second with the one behind. Nodes are cut, filled and
//! merged exactly as Redis does, so that a list's snapshot has the same nodes (`limits`, `insert`).
//!
//! ## Cost
//!
//! Push and pop O(1); the element at an index O(nodes); a change there one node's move, too.
//!
//! A quicklist knows nothing of keys and clients, nor when a list should be something else.

mod insert;
mod limits;
mod node;
mod remove;
mod room;
mod visit;

use std::collections::VecDeque;
use std::ops::Range;

use crate::structures::listpack::{Element, Listpack};
pub use limits::Limits;
use node::Node;
pub use node::Stored;

/// A sequence of byte strings. See the module for its shape.
#[derive(Clone, Debug)]
pub struct Quicklist {
    nodes: VecDeque<Node>,
    len: usize,
    limits: Limits,
}

/// One of the two ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Head,
    Tail,
}

/// Where an element is. Any change to the list makes it stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    node: usize,
    offset: usize,
}

/// A node as a snapshot keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeView<'a> {
    /// One bare element, not a listpack.
    pub plain: bool,
    pub count: usize,
    pub stored: Stored<'a>,
}

impl Quicklist {
    pub fn new(limits: Limits) -> Quicklist {
        Quicklist { nodes: VecDeque::new(), len: 0, limits }
    }

    /// Number of elements. O(1).
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    #[inline]
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Decides from now on which elements are large; those that are there stay as they are.
    #[inline]
    pub fn set_packed_threshold(&mut self, threshold: usize) {
        self.limits.packed_threshold = threshold;
    }

    /// Adds an element at one end.
    #[inline]
    pub fn push(&mut self, side: Side, text: &[u8]) {
        self.len += 1;
        match self.end_mut(side) {
            Some((node, limits)) if limits.allow_insert(node, text.len()) => {
                let element = Element::Str(text);
                node.edit(|listpack| match side {
                    Side::Head => listpack.prepend(element),
                    Side::Tail => listpack.append(element),
                });
            }
            _ => self.push_node(side, self.new_node(text)),
        }
    }

    /// The element at one end.
    #[inline]
    pub fn peek(&self, side: Side) -> Option<Element<'_>> {
        let node = self.end(side)?;
        let Stored::Raw(raw) = node.stored() else { unreachable!("an end is never squeezed") };
        if node.is_plain() {
            return Some(Element::Str(raw));
        }
        let listpack = Listpack::new(raw);
        let position = match side {
            Side::Head => listpack.first(),
            Side::Tail => listpack.last(),
        };
        position.map(|position| listpack.get(position))
    }

    /// Where the element with an index is: 0 is the first, -1 the last. O(nodes).
    pub fn locate(&self, index: i64) -> Option<Place> {
        let index = match usize::try_from(index) {
            Ok(index) => index,
            Err(_) => self.len.checked_sub(usize::try_from(index.unsigned_abs()).ok()?)?,
        };
        if index >= self.len {
            return None;
        }
        if index <= self.len / 2 {
            let mut offset = index;
            for (node, count) in self.nodes.iter().map(Node::count).enumerate() {
                if offset < count {
                    return Some(Place { node, offset });
                }
                offset -= count;
            }
        } else {
            let mut behind = self.len - index;
            for (node, count) in self.nodes.iter().map(Node::count).enumerate().rev() {
                if behind <= count {
                    return Some(Place { node, offset: count - behind });
                }
                behind -= count;
            }
        }
        None
    }

    /// Takes the element at the tail to the head.
    pub fn rotate(&mut self) {
        if self.nodes.back().is_some_and(Node::is_plain) {
            self.nodes.rotate_right(1);
            return self.settle(0..1);
        }
        let text = match self.peek(Side::Tail) {
            Some(Element::Str(text)) => text.to_vec(),
            Some(Element::Int(int)) => int.to_string().into_bytes(),
            None => return,
        };
        if self.len > 1 {
            self.push(Side::Head, &text);
            self.remove_end(Side::Tail);
        }
    }

    /// The nodes, as a snapshot keeps them.
    pub fn nodes(&self) -> impl ExactSizeIterator<Item = NodeView<'_>> {
        self.nodes.iter().map(|node| NodeView {
            plain: node.is_plain(),
            count: node.count(),
            stored: node.stored(),
        })
    }

    /// Appends a whole node out of a snapshot: a listpack that has elements and was found valid.
    pub fn push_listpack(&mut self, listpack: Vec<u8>) {
        let node = Node::packed(listpack);
        self.len += node.count();
        self.push_node(Side::Tail, node);
    }

    /// Appends a whole plain node out of a snapshot.
    pub fn push_plain(&mut self, text: Vec<u8>) {
        self.len += 1;
        self.push_node(Side::Tail, Node::plain(text));
    }

    /// The listpack of a list that has one packed node and nothing else; else the list again.
    pub fn into_listpack(mut self) -> Result<Vec<u8>, Quicklist> {
        match self.nodes.pop_front_if(|node| self.len == node.count() && !node.is_plain()) {
            Some(node) => Ok(node.into_raw()),
            None => Err(self),
        }
    }

    /// Bytes of all blocks that the list owns.
    pub fn heap_bytes(&self) -> usize {
        let nodes = self.nodes.capacity() * size_of::<Node>();
        nodes + self.nodes.iter().map(Node::heap_bytes).sum::<usize>()
    }

    /// Panics if an invariant does not hold. O(size), and it squeezes every inner node.
    pub fn check(&self) {
        assert_eq!(self.len, self.nodes.iter().map(Node::count).sum::<usize>());
        for (index, node) in self.nodes.iter().enumerate() {
            node.check(self.is_inside(index));
        }
    }

    #[inline]
    fn end(&self, side: Side) -> Option<&Node> {
        match side {
            Side::Head => self.nodes.front(),
            Side::Tail => self.nodes.back(),
        }
    }

    #[inline]
    fn end_mut(&mut self, side: Side) -> Option<(&mut Node, &Limits)> {
        let node = match side {
            Side::Head => self.nodes.front_mut(),
            Side::Tail => self.nodes.back_mut(),
        };
        node.map(|node| (node, &self.limits))
    }

    fn new_node(&self, text: &[u8]) -> Node {
        if self.limits.is_large(text.len()) { Node::plain(text.to_vec()) } else { Node::with(text) }
    }

    /// Adds a node at one end; its neighbour is full.
    fn push_node(&mut self, side: Side, node: Node) {
        if let Some((full, _)) = self.end_mut(side) {
            full.trim();
        }
        match side {
            Side::Head => self.nodes.push_front(node),
            Side::Tail => self.nodes.push_back(node),
        }
        self.settle(0..0);
    }

    /// Whether a node is to be squeezed: there is a depth, and it is deeper from either end.
    fn is_inside(&self, index: usize) -> bool {
        let depth = self.limits.compress_depth;
        depth > 0 && index >= depth && index < self.nodes.len().saturating_sub(depth)
    }

    /// Unpacks what has come near an end, and squeezes what has gone from one or was changed. Every
    /// change that touches an inner node or adds or drops any ends with this.
    fn settle(&mut self, changed: Range<usize>) {
        let (depth, len) = (self.limits.compress_depth, self.nodes.len());
        if depth == 0 {
            return;
        }
        for index in (0..depth.min(len)).chain(len.saturating_sub(depth)..len) {
            self.nodes[index].unpack();
        }
        // No change adds more than two nodes at once.
        let outermost =
            [depth, depth + 1, len.wrapping_sub(depth + 1), len.wrapping_sub(depth + 2)];
        for index in changed.chain(outermost) {
            if self.is_inside(index) {
                self.nodes[index].squeeze();
            }
        }
    }
}

#[cfg(test)]
mod tests;
