//! # Element: a place in the list, to read and to go on from
//!
//! ```text
//!   head       alice <──> bob <──> carol        next, prev: O(1) in both directions
//! ```
//!
//! To walk is to miss the cache at each step, since neighbours in order are strangers in memory. So
//! a walk asks for the next node before it gives the present one, and the memory comes while the
//! caller writes a reply.

use std::fmt;
use std::iter::FusedIterator;
use std::marker::PhantomData;

use super::SkipList;
use super::node::Ptr;

/// An element of a list, borrowed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Element<'a> {
    node: Ptr,
    list: PhantomData<&'a SkipList>,
}

/// From an element to the last one. See [`SkipList::iter`].
#[derive(Clone, Debug)]
pub struct Forward<'a>(pub(super) Option<Element<'a>>);

/// From an element to the first one. See [`SkipList::iter_rev`].
#[derive(Clone, Debug)]
pub struct Backward<'a>(pub(super) Option<Element<'a>>);

impl<'a> Element<'a> {
    /// The caller bounds `'a` by its borrow of the list.
    #[inline(always)]
    pub(super) fn new(node: Ptr) -> Element<'a> {
        Element { node, list: PhantomData }
    }

    #[inline(always)]
    pub(super) fn node(self) -> Ptr {
        self.node
    }

    #[inline(always)]
    pub fn member(self) -> &'a [u8] {
        self.node.member()
    }

    #[inline(always)]
    pub fn score(self) -> f64 {
        self.node.score()
    }

    /// The element one higher.
    #[inline]
    pub fn next(self) -> Option<Element<'a>> {
        self.node.forward(0).map(Element::new)
    }

    /// The element one lower.
    #[inline]
    pub fn prev(self) -> Option<Element<'a>> {
        self.node.backward().map(Element::new)
    }

    /// This element and all above it.
    pub fn forward(self) -> Forward<'a> {
        Forward(Some(self))
    }

    /// This element and all below it, downwards.
    pub fn backward(self) -> Backward<'a> {
        Backward(Some(self))
    }
}

impl SkipList {
    /// All elements, the lowest first.
    pub fn iter(&self) -> Forward<'_> {
        Forward(self.first())
    }

    /// All elements, the highest first.
    pub fn iter_rev(&self) -> Backward<'_> {
        Backward(self.last())
    }
}

impl<'a> Iterator for Forward<'a> {
    type Item = Element<'a>;

    #[inline]
    fn next(&mut self) -> Option<Element<'a>> {
        let element = self.0?;
        self.0 = element.next().inspect(|next| next.node.prefetch());
        Some(element)
    }
}

impl<'a> Iterator for Backward<'a> {
    type Item = Element<'a>;

    #[inline]
    fn next(&mut self) -> Option<Element<'a>> {
        let element = self.0?;
        self.0 = element.prev().inspect(|prev| prev.node.prefetch());
        Some(element)
    }
}

impl FusedIterator for Forward<'_> {}
impl FusedIterator for Backward<'_> {}

impl<'a> IntoIterator for &'a SkipList {
    type Item = Element<'a>;
    type IntoIter = Forward<'a>;

    fn into_iter(self) -> Forward<'a> {
        self.iter()
    }
}

impl fmt::Debug for Element<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} at {}", self.member().escape_ascii().to_string(), self.score())
    }
}
