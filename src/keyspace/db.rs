//! # Db: one numbered database                                     (note 04)
//!
//! A flat set of keys. Underneath it is an array of dicts: one, or one for each slot
//! of a cluster, so that a slot's keys can be counted, listed and moved alone.

use super::expire::Progress;
use crate::base::crc16::key_slot;
use crate::base::hash::HashSeed;
use crate::structures::dict::Dict;
use crate::values::Entry;

#[derive(Default)]
pub struct Db {
    dicts: Vec<Dict<Entry>>,
    /// Of the sweep for dead keys.
    pub progress: Progress,
}

impl Db {
    pub fn new(dict_count: usize, seed: HashSeed) -> Self {
        let dicts = (0..dict_count).map(|_| Dict::new(seed)).collect();
        Db { dicts, progress: Progress::default() }
    }

    /// The dict that `key` lives in.
    #[inline]
    pub fn dict(&self, key: &[u8]) -> &Dict<Entry> {
        &self.dicts[self.index_of(key)]
    }

    #[inline]
    pub fn dict_mut(&mut self, key: &[u8]) -> &mut Dict<Entry> {
        let index = self.index_of(key);
        &mut self.dicts[index]
    }

    pub fn dicts(&self) -> &[Dict<Entry>] {
        &self.dicts
    }

    pub fn dicts_mut(&mut self) -> &mut [Dict<Entry>] {
        &mut self.dicts
    }

    /// Number of keys, those not yet found to be expired included.
    pub fn len(&self) -> usize {
        self.dicts.iter().map(Dict::len).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of keys with an expiry.
    pub fn expiring_len(&self) -> usize {
        self.dicts.iter().map(Dict::expiring_len).sum()
    }

    #[inline]
    fn index_of(&self, key: &[u8]) -> usize {
        if self.dicts.len() == 1 { 0 } else { usize::from(key_slot(key)) }
    }
}
