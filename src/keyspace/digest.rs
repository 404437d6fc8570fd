//! # Digest of all keys: are two data sets the same?
//!
//! ```text
//! data set = mix(number of db 0) + sha1(key a) + sha1(key b) … mix(number of db 3) + …
//! key      = mix(name), mix(type), parts of the value, whether it expires
//! ```
//!
//! Keys have no order, so they are added; databases have one, so their numbers are mixed in.
//! An empty database leaves no trace. Cost: every byte of every key is read once.

use super::Keyspace;
use crate::base::digest::Digest;
use crate::values::digest::digest_entry;

impl Keyspace {
    /// The digest of all databases; zero if they are empty.
    pub fn digest(&self) -> Digest {
        let mut all = Digest::default();
        for (number, db) in self.dbs().iter().enumerate().filter(|(_, db)| !db.is_empty()) {
            all.mix(&(number as u32).to_be_bytes());
            for entry in db.dicts().iter().flat_map(|dict| dict.iter()) {
                let mut key = Digest::default();
                key.mix(entry.key());
                digest_entry(entry, &mut key);
                all.add_digest(key);
            }
        }
        all
    }

    /// The digest of one key's value; zero if there is none.
    pub fn digest_value(&mut self, key: &[u8]) -> Digest {
        let mut digest = Digest::default();
        if let Some(entry) = self.peek(key) {
            digest_entry(entry, &mut digest);
        }
        digest
    }
}
