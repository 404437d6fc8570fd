//! # Feed: from bytes to commands that ran
//!
//! A connection is bytes; whoever holds them (the event loop, a test) hands them over
//! here. Complete requests are parsed a batch at a time, their keys are brought into
//! the cache together, then they run one by one until the client must wait.

use super::{Engine, Flow};
use crate::commands::World;
use crate::protocol::request::{Batch, Limits, RequestParser};
use crate::session::ClientKey;

/// Requests that are parsed before they run, so that their keys can be fetched together.
const BATCH_LEN: usize = 64;
/// A database of fewer keys stays in the cache by itself.
const PREFETCH_KEYS_MIN: usize = 4096;

/// The parser of one connection, and whether its client may go on.
#[derive(Debug, Default)]
pub struct Feed {
    parser: RequestParser,
    /// The client is blocked, held back or closing: its bytes wait.
    pub held: bool,
}

impl Feed {
    /// Length of the word under way, in bytes, once known: how much more the buffer needs.
    pub fn pending_bulk_len(&self) -> Option<usize> {
        self.parser.pending_bulk_len()
    }
}

impl Engine {
    /// Runs all complete requests of `buffer`; returns how many bytes are done with.
    /// The next call's buffer begins there. `batch` is scratch space.
    pub fn feed(
        &mut self,
        client: ClientKey,
        feed: &mut Feed,
        buffer: &[u8],
        batch: &mut Batch,
        world: &mut dyn World,
    ) -> usize {
        let mut done = 0;
        self.clock = world.now();
        while !feed.held {
            batch.clear();
            let limits = self.limits(client);
            let parsed = feed.parser.parse(buffer, done, limits, BATCH_LEN, batch);
            self.prefetch(client, batch, buffer);
            for index in 0..batch.len() {
                done = batch.end(index);
                if self.run_next(client, batch.args(index, buffer), world) == Flow::Stop {
                    feed.parser.rewind();
                    feed.held = true;
                    return done;
                }
            }
            if !batch.is_empty() && self.limits(client) != limits {
                // AUTH or CONFIG SET ran: what follows it is looked at again.
                feed.parser.rewind();
                continue;
            }
            match parsed {
                Err(error) => {
                    self.refuse(client, &error);
                    feed.held = true;
                    done = buffer.len();
                }
                Ok(end) => done = end,
            }
            if batch.len() < BATCH_LEN {
                break;
            }
        }
        done
    }

    /// What the client may send now.
    #[inline]
    fn limits(&self, client: ClientKey) -> Limits {
        Limits {
            authenticated: !self.must_authenticate(client),
            bulk_len_max: self.config.proto_max_bulk_len,
        }
    }

    /// Brings the first key of each request into the cache, before the first of them runs:
    /// all buckets first, then the entries that they point to.
    #[inline]
    fn prefetch(&self, client: ClientKey, batch: &Batch, buffer: &[u8]) {
        let db = &self.keys.dbs()[self.clients[client].db];
        if batch.len() < 2 || db.len() < PREFETCH_KEYS_MIN {
            return;
        }
        let mut hashes = [0; BATCH_LEN];
        for (index, hash) in hashes[..batch.len()].iter_mut().enumerate() {
            let Some(key) = batch.args(index, buffer).get(1) else { continue };
            let dict = db.dict(key);
            *hash = dict.hash(key);
            dict.prefetch_bucket(*hash);
        }
        for (index, &hash) in hashes[..batch.len()].iter().enumerate() {
            if let Some(key) = batch.args(index, buffer).get(1) {
                db.dict(key).prefetch_item(hash);
            }
        }
    }
}
