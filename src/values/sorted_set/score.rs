//! # Score: a double, as it lies in a listpack
//!
//! ```text
//!   10       integer 10          as few bytes as the listpack has for it
//!   -0       integer 0           the sign is lost
//!   7.5      "7.5"               the shortest text that reads back the same
//!   1e300    "1e+300"            more than 2^62, so a text too
//!   inf      "inf"
//! ```
//!
//! To read a text back costs more than to pass over it; so a score is read when somebody asks.

use crate::base::float::{Text, parse_f64, whole};
use crate::structures::listpack::Element;

/// A member's score.
#[derive(Clone, Copy, Debug)]
pub enum Score<'a> {
    Packed(Element<'a>),
    Double(f64),
}

/// A score on its way into a listpack.
#[derive(Clone, Copy)]
pub(super) enum Stored {
    Int(i64),
    Text(Text),
}

impl Score<'_> {
    #[inline]
    pub fn value(self) -> f64 {
        match self {
            Score::Double(value) => value,
            Score::Packed(Element::Int(value)) => value as f64,
            Score::Packed(Element::Str(text)) => parse_f64(text).expect("the text of a score"),
        }
    }
}

impl Stored {
    #[inline]
    pub(super) fn of(score: f64) -> Stored {
        match whole(score) {
            Some(value) => Stored::Int(value),
            None => Stored::Text(Text::of(score)),
        }
    }

    #[inline]
    pub(super) fn element(&self) -> Element<'_> {
        match self {
            Stored::Int(value) => Element::Int(*value),
            Stored::Text(text) => Element::Str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_in_the_listpack() {
        let stored = |score| match Stored::of(score).element() {
            Element::Int(value) => format!("int {value}"),
            Element::Str(text) => String::from_utf8(text.to_vec()).unwrap(),
        };
        let table = [
            (10.0, "int 10"),
            (-0.0, "int 0"),
            (7.5, "7.5"),
            (1e17, "int 100000000000000000"),
            (4611686018427387904.0, "int 4611686018427387904"),
            (1e19, "1e+19"),
            (f64::NEG_INFINITY, "-inf"),
            (5e-324, "5e-324"),
        ];
        for (score, text) in table {
            assert_eq!(stored(score), text);
            assert_eq!(Score::Packed(Stored::of(score).element()).value(), score);
        }
    }
}
