//! # Remove: one, the ends, and stretches
//!
//! A stretch needs one walk: the path to before its first element stays the path while elements
//! behind it go, one after the other. Each is out of links and table when the receiver gets it.

use std::ops::Range;

use super::links::Path;
use super::node::{Node, Ptr};
use super::order::too_low;
use super::{Element, SkipList, Within, lookup};

impl SkipList {
    /// Removes a member.
    pub fn remove(&mut self, member: &[u8]) -> Option<Node> {
        let item = self.members.get_mut(member)?;
        let path = lookup::path_of(&self.links, item.ptr());
        self.links.unlink(item.ptr(), &path);
        Some(item.remove())
    }

    /// Removes the lowest element.
    pub fn pop_first(&mut self) -> Option<Node> {
        let node = self.links.first()?;
        Some(self.take(node, &self.links.path_to_first()))
    }

    /// Removes the highest element.
    pub fn pop_last(&mut self) -> Option<Node> {
        let last = self.links.last()?;
        // Whatever is not the last comes before it: no score is looked at.
        Some(self.take(last, &self.links.path(|node| node != last)))
    }

    /// Removes the elements of a range, from the lowest on, and hands each to `receive`. Gives
    /// their number.
    pub fn remove_in(&mut self, range: &impl Within, receive: impl FnMut(Node)) -> usize {
        let path = self.links.path(too_low(range));
        self.take_while(&path, |node| !range.ends_before(Element::new(node)), receive)
    }

    /// As [`SkipList::remove_in`], by ranks; those that nobody has do not matter.
    pub fn remove_ranks(&mut self, ranks: Range<usize>, receive: impl FnMut(Node)) -> usize {
        let ranks = ranks.start..ranks.end.min(self.len());
        if ranks.is_empty() {
            return 0;
        }
        let path = self.links.path_to_rank(ranks.start);
        let mut left = ranks.len();
        let wanted = |_| {
            let wanted = left > 0;
            left = left.saturating_sub(1);
            wanted
        };
        self.take_while(&path, wanted, receive)
    }

    fn take_while(
        &mut self,
        path: &Path,
        mut wanted: impl FnMut(Ptr) -> bool,
        mut receive: impl FnMut(Node),
    ) -> usize {
        let before = self.len();
        while let Some(node) = path.next().filter(|&node| wanted(node)) {
            receive(self.take(node, path));
        }
        before - self.len()
    }

    /// Takes out the node that a path leads to.
    fn take(&mut self, node: Ptr, path: &Path) -> Node {
        self.links.unlink(node, path);
        self.members.remove(node.member()).expect("who is linked is in the table")
    }
}
