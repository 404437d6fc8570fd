//! # Access: CONFIG GET and CONFIG SET
//!
//! ```text
//!   CONFIG GET max* hz          every visible name that a pattern matches, and hz
//!   CONFIG GET watchdog-period  a hidden one answers to its exact name only
//!   CONFIG SET hz 50 timeout 3  both or neither
//! ```
//!
//! Setting goes through three gates: every name must be known, every directive settable now, no name twice.
//! Then the values are stored in order, on a copy: the first that is refused leaves the settings as they were.
//! What a change *means* (a port to bind again, a buffer to resize) is none of this floor's business: the
//! caller gets the names that changed, acts, and puts its clone of the old settings back should that fail.

use super::row::{Origin, Reason, Row};
use super::settings::Config;
use super::{table, value};
use crate::base::glob;
use crate::base::word::until_nul;

/// What the caller of CONFIG SET may do at the moment.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rights {
    /// `enable-protected-configs` lets this client through.
    pub protected: bool,
    /// The data set is being loaded.
    pub loading: bool,
}

/// Why CONFIG SET did nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SetError {
    Unknown { name: Vec<u8> },
    Loading,
    Refused { name: Vec<u8>, reason: Reason },
}

impl SetError {
    /// The error reply, without the dash in front and the line end behind.
    pub fn reply(&self) -> Vec<u8> {
        match self {
            SetError::Unknown { name } => [
                b"ERR Unknown option or number of arguments for CONFIG SET - '",
                until_nul(name),
                b"'",
            ]
            .concat(),
            SetError::Loading => b"LOADING Redis is loading the dataset in memory".to_vec(),
            SetError::Refused { name, reason } => [
                b"ERR CONFIG SET failed (possibly related to argument '",
                until_nul(name),
                b"') - ",
                reason.as_bytes(),
            ]
            .concat(),
        }
    }
}

/// The row of a directive, by its canonical name or an alias, in any case. The second half is the spelling found.
pub fn find(name: &[u8]) -> Option<(&'static Row, &'static str)> {
    spellings().find(|(_, spelling)| spelling.as_bytes().eq_ignore_ascii_case(name))
}

impl Config {
    /// The value of one directive as CONFIG GET shows it.
    pub fn get(&self, name: &[u8]) -> Option<Vec<u8>> {
        find(name).map(|(row, _)| value::show(self, row))
    }

    /// CONFIG GET: names and values for several patterns, each name once.
    ///
    /// A pattern without `*`, `?`, `[` is a name: it also finds hidden directives, and is given back as it was
    /// written. Cost: patterns × directives.
    pub fn matching(&self, patterns: &[&[u8]]) -> Vec<(Vec<u8>, Vec<u8>)> {
        let mut found: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
        let mut taken = std::collections::BTreeSet::new();
        for pattern in patterns {
            if !pattern.iter().any(|byte| matches!(byte, b'*' | b'?' | b'[')) {
                if let Some((row, spelling)) = find(pattern)
                    && taken.insert(spelling)
                {
                    found.push((pattern.to_vec(), value::show(self, row)));
                }
                continue;
            }
            for (row, spelling) in spellings().filter(|(row, _)| !row.is_hidden()) {
                if glob::matches(pattern, spelling.as_bytes(), true) && taken.insert(spelling) {
                    found.push((spelling.into(), value::show(self, row)));
                }
            }
        }
        found
    }

    /// CONFIG SET: all pairs or none. Returns the canonical names of the directives to act upon: those whose
    /// value changed, and those that name a file (it may have changed under the same name).
    ///
    /// # Errors
    /// [`SetError`], whose [`reply`](SetError::reply) is the text that the client gets.
    pub fn set(
        &mut self,
        pairs: &[(&[u8], &[u8])],
        rights: Rights,
    ) -> Result<Vec<&'static str>, SetError> {
        let rows = admit(pairs, rights)?;
        let mut next = self.clone();
        for (row, (name, text)) in rows.iter().zip(pairs) {
            let words = value::words_of(row, text);
            value::parse(&mut next, row, &words, Origin::Set)
                .map_err(|reason| SetError::Refused { name: name.to_vec(), reason })?;
        }
        let mut changed: Vec<&'static str> = Vec::new();
        for row in rows {
            let differs = value::show(self, row) != value::show(&next, row);
            if (differs || row.is_volatile()) && !changed.contains(&row.name) {
                changed.push(row.name);
            }
        }
        *self = next;
        Ok(changed)
    }
}

/// The gates before any value is looked at; the first name that does not pass one is told.
fn admit(pairs: &[(&[u8], &[u8])], rights: Rights) -> Result<Vec<&'static Row>, SetError> {
    let mut rows = Vec::with_capacity(pairs.len());
    let mut seen = Vec::with_capacity(pairs.len());
    for (name, _) in pairs {
        let (row, spelling) =
            find(name).ok_or_else(|| SetError::Unknown { name: name.to_vec() })?;
        let reason = if row.is_immutable() {
            Some("can't set immutable config")
        } else if row.is_protected() && !rights.protected {
            Some("can't set protected config")
        } else if row.is_denied_while_loading() && rights.loading {
            return Err(SetError::Loading);
        } else {
            seen.contains(&spelling).then_some("duplicate parameter")
        };
        if let Some(reason) = reason {
            return Err(SetError::Refused { name: name.to_vec(), reason: reason.into() });
        }
        seen.push(spelling);
        rows.push(row);
    }
    Ok(rows)
}

fn spellings() -> impl Iterator<Item = (&'static Row, &'static str)> {
    table::rows().flat_map(|row| row.names().map(move |name| (row, name)))
}
