//! # Iter: through a sorted set, up or down
//!
//! ```text
//!   [bob│7.5│ann│10]       up: a member, then its score       down: a score, then its member
//! ```

use crate::structures::listpack;
use crate::structures::skiplist::{Backward, Element, Forward};
use crate::values::Str;

use super::Score;

/// Members with their scores, in order or against it.
#[derive(Clone)]
pub enum Iter<'a> {
    PackedUp(listpack::Iter<'a>),
    PackedDown(listpack::Iter<'a>),
    Up(Forward<'a>),
    Down(Backward<'a>),
}

impl<'a> Iter<'a> {
    /// What is left after those for which `is_before` says yes, if anything is.
    pub(super) fn find_rest(
        mut self,
        is_before: impl Fn(Str<'a>, Score<'a>) -> bool,
    ) -> Option<Iter<'a>> {
        loop {
            let rest = self.clone();
            let (member, score) = self.next()?;
            if !is_before(member, score) {
                return Some(rest);
            }
        }
    }
}

impl<'a> Iterator for Iter<'a> {
    type Item = (Str<'a>, Score<'a>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Iter::PackedUp(pairs) => {
                let member = pairs.next()?;
                let score = pairs.next().expect("a member has a score");
                Some((member.into(), Score::Packed(score)))
            }
            Iter::PackedDown(pairs) => {
                let score = pairs.next_back()?;
                let member = pairs.next_back().expect("a score has a member");
                Some((member.into(), Score::Packed(score)))
            }
            Iter::Up(elements) => elements.next().map(pair),
            Iter::Down(elements) => elements.next().map(pair),
        }
    }
}

#[inline]
pub(super) fn pair(element: Element<'_>) -> (Str<'_>, Score<'_>) {
    (Str::Bytes(element.member()), Score::Double(element.score()))
}
