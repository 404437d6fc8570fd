//! # Notify: which keyspace events are published                                (note 04)
//!
//! One letter a class, and two for the channel. Redis reads them in any order and shows them in its own:
//!
//! ```text
//!   g generic   $ string   l list   s set   h hash   z zset   x expired   e evicted   t stream   d module
//!   A = g$lshzxetd          m key miss, n new key: only when asked for, A does not hold them
//!   K on __keyspace@db__    E on __keyevent@db__
//!
//!   "KEA" is shown as "AKE";  "Kg$" as "g$K";  "" publishes nothing
//! ```

use super::row::{Rewrite, Special};

/// A set of event classes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NotifyFlags(pub u16);

impl NotifyFlags {
    pub const KEYSPACE: NotifyFlags = NotifyFlags(1 << 0);
    pub const KEYEVENT: NotifyFlags = NotifyFlags(1 << 1);
    pub const GENERIC: NotifyFlags = NotifyFlags(1 << 2);
    pub const STRING: NotifyFlags = NotifyFlags(1 << 3);
    pub const LIST: NotifyFlags = NotifyFlags(1 << 4);
    pub const SET: NotifyFlags = NotifyFlags(1 << 5);
    pub const HASH: NotifyFlags = NotifyFlags(1 << 6);
    pub const ZSET: NotifyFlags = NotifyFlags(1 << 7);
    pub const EXPIRED: NotifyFlags = NotifyFlags(1 << 8);
    pub const EVICTED: NotifyFlags = NotifyFlags(1 << 9);
    pub const STREAM: NotifyFlags = NotifyFlags(1 << 10);
    pub const MODULE: NotifyFlags = NotifyFlags(1 << 11);
    pub const KEY_MISS: NotifyFlags = NotifyFlags(1 << 12);
    pub const NEW: NotifyFlags = NotifyFlags(1 << 13);
    /// What `A` stands for.
    pub const ALL: NotifyFlags = NotifyFlags(0b1111_1111_1100);

    /// Whether every class of `other` is in this set.
    pub const fn has(self, other: NotifyFlags) -> bool {
        self.0 & other.0 == other.0
    }

    /// The classes that somebody hears: without a channel (`K` or `E`) nothing is published.
    pub const fn heard(self) -> NotifyFlags {
        let channels = NotifyFlags::KEYSPACE.0 | NotifyFlags::KEYEVENT.0;
        if self.0 & channels == 0 { NotifyFlags(0) } else { self }
    }

    /// Reads letters in any order; `None` on one that is no class.
    pub fn parse(letters: &[u8]) -> Option<NotifyFlags> {
        let mut flags = NotifyFlags::default();
        for letter in letters {
            let class = match letter {
                b'A' => NotifyFlags::ALL,
                _ => LETTERS.iter().find(|(name, _)| name == letter)?.1,
            };
            flags.0 |= class.0;
        }
        Some(flags)
    }

    /// The letters in Redis's order. `n` hides behind `A`, as it does there.
    pub fn letters(self) -> String {
        let mut letters = String::new();
        let all = self.has(NotifyFlags::ALL);
        if all {
            letters.push('A');
        }
        for (letter, class) in LETTERS {
            let shown_by_all = NotifyFlags::ALL.has(*class) || *class == NotifyFlags::NEW;
            if self.has(*class) && !(all && shown_by_all) {
                letters.push(*letter as char);
            }
        }
        letters
    }
}

const LETTERS: &[(u8, NotifyFlags)] = &[
    (b'g', NotifyFlags::GENERIC),
    (b'$', NotifyFlags::STRING),
    (b'l', NotifyFlags::LIST),
    (b's', NotifyFlags::SET),
    (b'h', NotifyFlags::HASH),
    (b'z', NotifyFlags::ZSET),
    (b'x', NotifyFlags::EXPIRED),
    (b'e', NotifyFlags::EVICTED),
    (b't', NotifyFlags::STREAM),
    (b'd', NotifyFlags::MODULE),
    (b'n', NotifyFlags::NEW),
    (b'K', NotifyFlags::KEYSPACE),
    (b'E', NotifyFlags::KEYEVENT),
    (b'm', NotifyFlags::KEY_MISS),
];

pub const NOTIFY_KEYSPACE_EVENTS: Special = Special {
    many_words: false,
    parse: |config, words, _| {
        let flags = NotifyFlags::parse(words[0]);
        config.notify_keyspace_events =
            flags.ok_or("Invalid event class character. Use 'Ag$lshzxeKEtmdn'.")?;
        Ok(())
    },
    show: |config| config.notify_keyspace_events.letters().into_bytes(),
    rewrite: Rewrite::Quoted,
};
