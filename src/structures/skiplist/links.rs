//! # Links: the levels, the spans, and the walk down
//!
//! The head is a node without a member, as high as the list ever was. Think of the end as a node
//! too, one place behind the last element: then every forward pointer spans something, the spans
//! of each level add up to one more than there are elements, and no case is special.
//!
//! ```text
//!            head ──────────────── 3 ────────────────> carol ───────── 2 ────────> end
//!            head ──── 1 ──> alice ──────── 2 ───────> carol ───────── 2 ────────> end
//!            head ──── 1 ──> alice ── 1 ─> bob ── 1 ─> carol ── 1 ─> dave ── 1 ──> end
//!    place    0                1            2            3            4             5
//! ```
//!
//! An element's *place* is its rank plus one: how many elements the head must go on to reach it.
//!
//! All questions are one walk ([`Links::descend`]): from the head's top level, go on while the next
//! node is still before what is looked for, else go down. Where the walk left each level is the
//! [`Path`], which a change needs: exactly these pointers and spans change.
//!
//! To compare is to wait for the next node's memory. So on each node the walk asks for what it will
//! meet if it goes down from there, and then waits for both at once.
//!
//! A walk must know where it goes, by comparing. [`Links::rank`] knows where it is already and wants
//! to know how far that is, so it climbs: from the node over its highest level to the next, from
//! there over that one's highest, to the end. It compares nothing.
//!
//! This file knows the order of ranks only: what comes before what is an argument. It owns the head
//! and no other node.

use super::node::{HEIGHT_MAX, Node, Ptr};

/// Spans take four bytes, and the end has a place too.
const LEN_MAX: usize = u32::MAX as usize - 1;

pub(super) struct Links {
    head: Node,
    tail: Option<Ptr>,
    /// Levels in use: those above it in the head lead nowhere, and their spans mean nothing.
    height: usize,
    len: usize,
    /// Bytes of all linked nodes' blocks.
    node_bytes: usize,
}

/// Where a walk left each level: the last node before what was looked for, and that node's place.
/// Levels that are not in use say the head.
pub(super) struct Path {
    before: [Ptr; HEIGHT_MAX],
    place: [u32; HEIGHT_MAX],
}

/// The last node of each level while a list is built from front to back.
pub(super) struct Ends(Path);

impl Links {
    pub(super) fn new() -> Links {
        let head = Node::new(b"", f64::NEG_INFINITY, 1);
        Links { head, tail: None, height: 1, len: 0, node_bytes: 0 }
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Levels in use.
    #[inline]
    pub(super) fn height(&self) -> usize {
        self.height
    }

    #[inline]
    pub(super) fn head(&self) -> Ptr {
        self.head.ptr()
    }

    #[inline]
    pub(super) fn first(&self) -> Option<Ptr> {
        self.head().forward(0)
    }

    #[inline]
    pub(super) fn last(&self) -> Option<Ptr> {
        self.tail
    }

    pub(super) fn mem_bytes(&self) -> usize {
        self.head().block_bytes() + self.node_bytes
    }

    /// Walks down to the last node of which `before`, asked with the node and its place, says yes
    /// (or to the head), and gives both. It must say yes up to some node and no from there on.
    #[inline(always)]
    pub(super) fn descend(
        &self,
        before: impl Fn(Ptr, u32) -> bool,
        mut leave: impl FnMut(usize, Ptr, u32),
    ) -> (Ptr, u32) {
        let (mut at, mut place) = (self.head(), 0);
        let mut refused = None;
        for level in (0..self.height).rev() {
            loop {
                let next = at.forward(level);
                // What was refused a level above need not be asked for again.
                if next == refused {
                    break;
                }
                let Some(node) = next else { break };
                let next_place = place + at.span(level);
                if !before(node, next_place) {
                    refused = next;
                    break;
                }
                (at, place) = (node, next_place);
                if level > 0 {
                    prefetch(at.forward(level - 1));
                }
            }
            leave(level, at, place);
        }
        (at, place)
    }

    /// The last node for which `before` says yes, or the head; and for how many it does.
    #[inline]
    pub(super) fn last_before(&self, before: impl Fn(Ptr) -> bool) -> (Ptr, u32) {
        self.descend(|node, _| before(node), |_, _, _| ())
    }

    /// As [`Links::last_before`], on each level.
    #[inline]
    pub(super) fn path(&self, before: impl Fn(Ptr) -> bool) -> Path {
        self.path_by(|node, _| before(node))
    }

    /// The path to before the element of a rank.
    pub(super) fn path_to_rank(&self, rank: usize) -> Path {
        self.path_by(|_, place| place as usize <= rank)
    }

    /// The path to before the first element.
    #[inline]
    pub(super) fn path_to_first(&self) -> Path {
        Path { before: [self.head(); HEIGHT_MAX], place: [0; HEIGHT_MAX] }
    }

    #[inline(always)]
    fn path_by(&self, before: impl Fn(Ptr, u32) -> bool) -> Path {
        let mut path = self.path_to_first();
        self.descend(before, |level, node, place| path.leave(level, node, place));
        path
    }

    /// The element of a rank.
    pub(super) fn nth(&self, rank: usize) -> Option<Ptr> {
        if rank >= self.len {
            return None;
        }
        if rank + 1 == self.len {
            return self.tail;
        }
        Some(self.descend(|_, place| place as usize <= rank + 1, |_, _, _| ()).0)
    }

    /// The rank of a node in this list.
    pub(super) fn rank(&self, node: Ptr) -> usize {
        let (mut at, mut to_end) = (node, 0);
        loop {
            let top = at.height() - 1;
            to_end += at.span(top) as usize;
            match at.forward(top) {
                Some(next) => at = next,
                None => break,
            }
        }
        debug_assert!(to_end <= self.len);
        self.len.wrapping_sub(to_end)
    }

    /// Makes the levels of a new node usable. To be called before its path is walked.
    #[inline]
    pub(super) fn raise(&mut self, height: usize) {
        while self.height < height {
            self.add_level(height);
        }
    }

    /// Puts a node where a path leads.
    #[inline]
    pub(super) fn link(&mut self, node: Ptr, path: &Path) {
        assert!(self.len < LEN_MAX, "{LEN_MAX} elements");
        debug_assert!(node.height() <= self.height);
        for level in 0..node.height() {
            let before = path.before[level];
            let to_node = path.place[0] - path.place[level] + 1;
            node.set_forward(level, before.forward(level));
            node.set_span(level, before.span(level) + 1 - to_node);
            before.set_forward(level, Some(node));
            before.set_span(level, to_node);
        }
        for level in node.height()..self.height {
            let before = path.before[level];
            before.set_span(level, before.span(level) + 1);
        }
        node.set_backward(Some(path.before[0]).filter(|&before| before != self.head()));
        self.set_backward_of(node.forward(0), Some(node));
        self.len += 1;
        self.node_bytes += node.block_bytes();
    }

    /// Takes out the node that a path leads to. The path then leads to the one after it.
    #[inline]
    pub(super) fn unlink(&mut self, node: Ptr, path: &Path) {
        debug_assert!(path.next() == Some(node));
        for level in 0..node.height() {
            let before = path.before[level];
            before.set_span(level, before.span(level) + node.span(level) - 1);
            before.set_forward(level, node.forward(level));
        }
        for level in node.height()..self.height {
            let before = path.before[level];
            before.set_span(level, before.span(level) - 1);
        }
        self.set_backward_of(node.forward(0), node.backward());
        while self.height > 1 && self.head().forward(self.height - 1).is_none() {
            self.height -= 1;
        }
        self.len -= 1;
        self.node_bytes -= node.block_bytes();
    }

    /// The ends of an empty list, to [`Links::append`] at. The head gets all its levels for so long.
    pub(super) fn begin(&mut self) -> Ends {
        assert!(self.len == 0);
        self.raise(HEIGHT_MAX);
        Ends(self.path_to_first())
    }

    /// Puts a node behind all others, in time that does not depend on how many there are. The
    /// spans to the end are wrong until [`Links::finish`].
    pub(super) fn append(&mut self, node: Ptr, Ends(path): &mut Ends) {
        assert!(self.len < LEN_MAX, "{LEN_MAX} elements");
        self.len += 1;
        let place = self.len as u32;
        node.set_backward(self.tail.replace(node));
        for level in 0..node.height() {
            path.before[level].set_forward(level, Some(node));
            path.before[level].set_span(level, place - path.place[level]);
            path.leave(level, node, place);
        }
        self.node_bytes += node.block_bytes();
    }

    /// Sets the spans to the end and gives up the levels that no node has.
    pub(super) fn finish(&mut self, Ends(path): &Ends) {
        let used = (1..HEIGHT_MAX).take_while(|&level| self.head().forward(level).is_some());
        self.height = 1 + used.count();
        for level in 1..self.height {
            path.before[level].set_span(level, self.end_place() - path.place[level]);
        }
        let head = Node::new(b"", f64::NEG_INFINITY, self.height);
        self.replace_head(head);
    }

    /// A new level leads from the head to the end.
    #[cold]
    fn add_level(&mut self, head_height: usize) {
        if self.height == self.head().height() {
            self.replace_head(Node::new(b"", f64::NEG_INFINITY, head_height));
        }
        self.head().set_span(self.height, self.end_place());
        self.height += 1;
    }

    #[inline]
    fn end_place(&self) -> u32 {
        self.len as u32 + 1
    }

    /// Nothing points to the head, so that it can be exchanged.
    fn replace_head(&mut self, head: Node) {
        for level in 0..self.height {
            head.ptr().set_forward(level, self.head().forward(level));
            head.ptr().set_span(level, self.head().span(level));
        }
        self.head = head;
    }

    #[inline]
    fn set_backward_of(&mut self, node: Option<Ptr>, to: Option<Ptr>) {
        match node {
            Some(node) => node.set_backward(to),
            None => self.tail = to,
        }
    }
}

#[inline(always)]
fn prefetch(node: Option<Ptr>) {
    if let Some(node) = node {
        node.prefetch();
    }
}

impl Path {
    /// The node behind the place that the path leads to.
    #[inline]
    pub(super) fn next(&self) -> Option<Ptr> {
        self.before[0].forward(0)
    }

    #[inline]
    fn leave(&mut self, level: usize, node: Ptr, place: u32) {
        (self.before[level], self.place[level]) = (node, place);
    }
}
