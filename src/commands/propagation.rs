//! # Propagation: what a write owes to the log and the replicas
//!
//! Every command that changes data leaves a trace: the commands which, run on a
//! copy of the data, give the same data. Mostly that is the command itself. Where
//! it depends on time or chance, the handler names a form that does not (an expiry
//! in 10 seconds becomes a deadline), and a key that expired on the way leaves a DEL.
//!
//! ```text
//! client: SET k v EX 10      stream: SELECT 0 | SET k v PXAT 1700000010000
//! client: EXEC of 2 writes   stream: MULTI | SET a 1 | INCR n | EXEC
//! ```
//!
//! The trace is a stream of RESP bytes, cut into units: all of a unit reaches a
//! copy, or nothing. Persistence and replication take it from here. While nobody
//! does, nothing is written.

use crate::protocol::{Args, OwnedArgs, Reply, Resp};

/// The stream of effects.
#[derive(Debug, Default)]
pub struct Propagation {
    /// Somebody takes the stream: a log, a replica, a test.
    pub on: bool,
    stream: Vec<u8>,
    /// Database that the reader of the stream has selected.
    stream_db: Option<usize>,
    unit: Vec<(usize, OwnedArgs)>,
}

impl Propagation {
    /// Adds a command to the unit under way.
    pub fn push(&mut self, db: usize, args: Args<'_>) {
        if self.on {
            self.unit.push((db, args.to_owned()));
        }
    }

    /// Ends the unit: writes it to the stream, between MULTI and EXEC when it holds several.
    pub fn end_unit(&mut self) {
        if self.unit.is_empty() {
            return;
        }
        let unit = std::mem::take(&mut self.unit);
        let several = unit.len() > 1;
        if several {
            self.select(unit[0].0);
            self.write(&["MULTI".as_bytes()]);
        }
        for (db, args) in &unit {
            self.select(*db);
            self.write(&args.borrow().iter().collect::<Vec<_>>());
        }
        if several {
            self.write(&["EXEC".as_bytes()]);
        }
    }

    /// Hands the stream over. The next unit selects its database again if `reselect` says so.
    pub fn take_stream(&mut self, reselect: bool) -> Vec<u8> {
        if reselect {
            self.stream_db = None;
        }
        std::mem::take(&mut self.stream)
    }

    fn select(&mut self, db: usize) {
        if self.stream_db != Some(db) {
            self.stream_db = Some(db);
            self.write(&[b"SELECT", db.to_string().as_bytes()]);
        }
    }

    fn write(&mut self, words: &[&[u8]]) {
        let mut request = Reply::new(Resp::V2);
        request.array(words.len());
        words.iter().for_each(|word| request.bulk(word));
        self.stream.extend_from_slice(request.as_bytes());
    }
}
