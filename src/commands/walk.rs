//! # Walk: what SCAN, HSCAN, SSCAN and ZSCAN share                  (note 04)
//!
//! Each takes a cursor, answers with another and some elements, and knows the same few words:
//!
//! ```text
//! SCAN cursor      [MATCH pattern] [COUNT count] [TYPE type]
//! HSCAN key cursor [MATCH pattern] [COUNT count] [NOVALUES]
//! ```
//!
//! MATCH filters after the walk: a call with a narrow pattern may well answer with a cursor and
//! nothing else. A small collection is walked whole in one call, whatever COUNT says.

use crate::base::error::Error;
use crate::base::glob;
use crate::base::int::{parse_i64, parse_u64};
use crate::base::word;
use crate::protocol::Args;

const COUNT_DEFAULT: u64 = 10;
/// Steps of a call for each element that it should look at: most of them may be empty.
const STEPS_PER_ELEMENT: u64 = 10;

/// What is walked over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    Keys,
    Fields,
    Members,
}

/// MATCH, COUNT, TYPE, NOVALUES.
#[derive(Clone, Copy, Debug)]
pub struct Filter<'a> {
    pattern: Option<&'a [u8]>,
    pub type_name: Option<&'a [u8]>,
    pub without_values: bool,
    count: u64,
}

/// # Errors
/// What is no unsigned 64-bit integer is no cursor.
pub fn cursor(word: &[u8]) -> Result<u64, Error> {
    parse_u64(word).ok_or(Error::Static("ERR invalid cursor"))
}

impl<'a> Filter<'a> {
    pub fn parse(words: Args<'a>, over: Over) -> Result<Self, Error> {
        let mut filter =
            Filter { pattern: None, type_name: None, without_values: false, count: COUNT_DEFAULT };
        let mut words = words.iter();
        while let Some(option) = words.next() {
            if word::is(option, "NOVALUES") {
                if over != Over::Fields {
                    return Err(Error::Static("ERR NOVALUES option can only be used in HSCAN"));
                }
                filter.without_values = true;
                continue;
            }
            let value = words.next().ok_or(Error::Syntax)?;
            if word::is(option, "COUNT") {
                let count = parse_i64(value).ok_or(Error::NotInteger)?;
                filter.count = u64::try_from(count).map_err(|_| Error::Syntax)?;
                if count == 0 {
                    return Err(Error::Syntax);
                }
            } else if word::is(option, "MATCH") {
                filter.pattern = Some(value).filter(|pattern| *pattern != b"*");
            } else if word::is(option, "TYPE") && over == Over::Keys {
                filter.type_name = Some(value);
            } else {
                return Err(Error::Syntax);
            }
        }
        Ok(filter)
    }

    pub fn matches(&self, element: &[u8]) -> bool {
        self.pattern.is_none_or(|pattern| glob::matches(pattern, element, false))
    }

    /// Walks by `step`, which takes a cursor and what it has met so far, and gives the next one:
    /// until enough is met, or the walk is over, or it was too much work for what it met.
    pub fn walk<T>(
        &self,
        mut cursor: u64,
        mut step: impl FnMut(u64, &mut Vec<T>) -> u64,
    ) -> (u64, Vec<T>) {
        let mut met = Vec::new();
        let mut steps = self.count.saturating_mul(STEPS_PER_ELEMENT);
        loop {
            cursor = step(cursor, &mut met);
            steps -= 1;
            if cursor == 0 || steps == 0 || met.len() as u64 >= self.count {
                return (cursor, met);
            }
        }
    }
}
