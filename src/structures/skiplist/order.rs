//! # Order: what lies within a range
//!
//! A range is two questions, each of which divides the list in one place: does the range begin
//! after this element, does it end before it? Scores and members ask differently, the walk that
//! puts the questions is the same.
//!
//! ```text
//!   scores   1    2    2    3    5    8         Excluded(2.0) ..= Included(5.0)
//!   begins_after  yes  yes  yes  no   no   no
//!   ends_before   no   no   no   no   no   yes     within: ranks 3..5
//! ```
//!
//! A range of members (ZRANGEBYLEX) makes sense where all scores are equal, for then members are in
//! order. Elsewhere the answer is some stretch of the list or nothing, and no harm is done.

use std::ops::{Bound, Range};

use super::node::Ptr;
use super::{Element, SkipList};

/// A stretch of the order.
pub trait Within {
    /// The element is too low.
    fn begins_after(&self, element: Element<'_>) -> bool;
    /// The element is too high.
    fn ends_before(&self, element: Element<'_>) -> bool;
}

/// From one score to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoreRange {
    pub min: Bound<f64>,
    pub max: Bound<f64>,
}

/// From one member to another, where scores are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LexRange<'a> {
    pub min: LexBound<'a>,
    pub max: LexBound<'a>,
}

/// An end of a [`LexRange`]. `Least` comes before every member and `Greatest` after, and either may
/// stand at either end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LexBound<'a> {
    Least,
    Included(&'a [u8]),
    Excluded(&'a [u8]),
    Greatest,
}

impl ScoreRange {
    /// This score is too low for the range.
    #[inline(always)]
    pub fn is_above(&self, score: f64) -> bool {
        match self.min {
            Bound::Included(min) => score < min,
            Bound::Excluded(min) => score <= min,
            Bound::Unbounded => false,
        }
    }

    /// This score is too high for the range.
    #[inline(always)]
    pub fn is_below(&self, score: f64) -> bool {
        match self.max {
            Bound::Included(max) => score > max,
            Bound::Excluded(max) => score >= max,
            Bound::Unbounded => false,
        }
    }
}

impl LexRange<'_> {
    /// This member is too low for the range.
    #[inline]
    pub fn is_above(&self, member: &[u8]) -> bool {
        match self.min {
            LexBound::Least => false,
            LexBound::Included(min) => member < min,
            LexBound::Excluded(min) => member <= min,
            LexBound::Greatest => true,
        }
    }

    /// This member is too high for the range.
    #[inline]
    pub fn is_below(&self, member: &[u8]) -> bool {
        match self.max {
            LexBound::Least => true,
            LexBound::Included(max) => member > max,
            LexBound::Excluded(max) => member >= max,
            LexBound::Greatest => false,
        }
    }
}

impl Within for ScoreRange {
    #[inline(always)]
    fn begins_after(&self, element: Element<'_>) -> bool {
        self.is_above(element.score())
    }

    #[inline(always)]
    fn ends_before(&self, element: Element<'_>) -> bool {
        self.is_below(element.score())
    }
}

impl Within for LexRange<'_> {
    #[inline]
    fn begins_after(&self, element: Element<'_>) -> bool {
        self.is_above(element.member())
    }

    #[inline]
    fn ends_before(&self, element: Element<'_>) -> bool {
        self.is_below(element.member())
    }
}

impl SkipList {
    /// The lowest element of a range.
    pub fn first_in(&self, range: &impl Within) -> Option<Element<'_>> {
        let (before, _) = self.links.last_before(too_low(range));
        before.forward(0).map(Element::new).filter(|&first| !range.ends_before(first))
    }

    /// The highest element of a range.
    pub fn last_in(&self, range: &impl Within) -> Option<Element<'_>> {
        let (last, count) = self.links.last_before(not_too_high(range));
        Some(Element::new(last)).filter(|&last| count > 0 && !range.begins_after(last))
    }

    /// The ranks of a range: as many as it has elements, and where they are.
    pub fn ranks_in(&self, range: &impl Within) -> Range<usize> {
        let (_, below) = self.links.last_before(too_low(range));
        let (_, end) = self.links.last_before(not_too_high(range));
        below as usize..end.max(below) as usize
    }
}

#[inline(always)]
pub(super) fn too_low(range: &impl Within) -> impl Fn(Ptr) -> bool {
    |node| range.begins_after(Element::new(node))
}

#[inline(always)]
fn not_too_high(range: &impl Within) -> impl Fn(Ptr) -> bool {
    |node| !range.ends_before(Element::new(node))
}
