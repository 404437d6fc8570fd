//! # Rows: what is measured
//!
//! A row is a request with a random key in it, a keyspace, a pipeline depth. Request and
//! reply have fixed lengths, so that the client counts bytes and parses nothing: it must
//! never be the slower side.

use super::load;
use super::servers::Server;

/// What one row sends.
#[derive(Clone)]
pub struct Row {
    pub name: String,
    pub kind: Kind,
    /// Number of keys, from which the key of a request is drawn.
    pub keys: u64,
    pub pipeline: usize,
    pub clients: usize,
    /// Requests of one run.
    pub commands: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Ping,
    Get,
    Set,
    Incr,
    /// Ten keys at once.
    Mset10,
}

pub const VALUE: &[u8] = b"0a1b2c3d4e";

/// The table's rows. `quick`: fewer keys and requests, for a look.
pub fn all(quick: bool) -> Vec<Row> {
    let many = if quick { 100_000 } else { 1_000_000 };
    let scale = if quick { 1 } else { 4 };
    let mut rows = Vec::new();
    for (pipeline, commands) in [(1, 50_000), (16, 400_000), (64, 800_000)] {
        let commands = commands * scale;
        let mut push = |kind: Kind, keys: u64| {
            let title = format!("{kind:?}").to_lowercase();
            let keyspace = match keys {
                0 => String::new(),
                100 => " 100 keys".to_owned(),
                keys => format!(" {}k keys", keys / 1000),
            };
            let name = format!("{title} P{pipeline}{keyspace}");
            let commands = if kind == Kind::Mset10 { commands / 5 } else { commands };
            rows.push(Row { name, kind, keys, pipeline, clients: 50, commands });
        };
        push(Kind::Ping, 0);
        for keys in [many, 100] {
            for kind in [Kind::Get, Kind::Set, Kind::Incr, Kind::Mset10] {
                push(kind, keys);
            }
        }
    }
    rows
}

impl Row {
    /// Fills the keyspace that the row works on.
    pub fn prepare(&self, server: &mut Server) {
        server.ask(&["FLUSHALL"]);
        if self.keys > 0 {
            let value: &[u8] = if self.kind == Kind::Incr { b"1000000000" } else { VALUE };
            load::fill(server, self.keys, |key, out| {
                write_set(out, &numbered(key), value);
            });
        }
    }

    /// Appends one request; returns the length of its reply in bytes.
    pub fn write(&self, random: &mut impl FnMut(u64) -> u64, out: &mut Vec<u8>) -> usize {
        match self.kind {
            Kind::Ping => {
                out.extend_from_slice(b"*1\r\n$4\r\nPING\r\n");
                b"+PONG\r\n".len()
            }
            Kind::Get => {
                out.extend_from_slice(b"*2\r\n$3\r\nGET\r\n");
                write_word(out, &numbered(random(self.keys)));
                b"$10\r\n\r\n".len() + VALUE.len()
            }
            Kind::Set => {
                write_set(out, &numbered(random(self.keys)), VALUE);
                b"+OK\r\n".len()
            }
            Kind::Incr => {
                out.extend_from_slice(b"*2\r\n$4\r\nINCR\r\n");
                write_word(out, &numbered(random(self.keys)));
                b":1000000000\r\n".len()
            }
            Kind::Mset10 => {
                out.extend_from_slice(b"*21\r\n$4\r\nMSET\r\n");
                for _ in 0..10 {
                    write_word(out, &numbered(random(self.keys)));
                    write_word(out, VALUE);
                }
                b"+OK\r\n".len()
            }
        }
    }
}

/// `key:000000000042`: 16 bytes.
pub fn numbered(key: u64) -> [u8; 16] {
    let mut name = *b"key:000000000000";
    let (mut rest, mut at) = (key, name.len());
    while rest > 0 {
        at -= 1;
        name[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    name
}

pub fn write_set(out: &mut Vec<u8>, key: &[u8], value: &[u8]) {
    out.extend_from_slice(b"*3\r\n$3\r\nSET\r\n");
    write_word(out, key);
    write_word(out, value);
}

pub fn write_word(out: &mut Vec<u8>, word: &[u8]) {
    let mut digits = itoa::Buffer::new();
    out.push(b'$');
    out.extend_from_slice(digits.format(word.len()).as_bytes());
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(word);
    out.extend_from_slice(b"\r\n");
}
