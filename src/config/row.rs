//! # Row: one directive, one line
//!
//! A directive is a name, a place in [`Config`], a default and a rule for what may stand there. A row
//! says all of it, and everything else (defaults, `CONFIG GET`, `CONFIG SET`, the file parser, `CONFIG
//! REWRITE`) reads rows, so that no second list can disagree with the first.
//!
//! ```text
//!   int!("timeout", timeout, 0),                            0 ..= i32::MAX unless .between(..) says else
//!   memory!("maxmemory", maxmemory, 0),                     bytes: 100mb, 1gb
//!   flag!("appendonly", appendonly, false).deny_loading(),  yes or no
//!   choice!("appendfsync", appendfsync: AppendFsync::EverySec),
//!   text!("logfile", logfile, "").immutable(),
//!   special!("save", "3600 1 300 100 60 10000", SAVE),      a grammar of its own
//! ```
//!
//! The second word of a row is a field of [`Config`]: hot paths read `config.timeout` with no lookup,
//! while the row reaches the same field through two function pointers. Integers travel through a row as
//! `i64` whatever the field's width; the bounds keep the cast exact, and a test tries both ends.

use super::settings::Config;
use std::borrow::Cow;

/// Why a value is refused, in the words that follow `CONFIG SET failed (…) - `.
pub type Reason = Cow<'static, str>;

/// One directive. The canonical name is the one that CONFIG REWRITE writes.
pub struct Row {
    pub name: &'static str,
    pub aliases: &'static [&'static str],
    pub kind: Kind,
    flags: u8,
}

/// What may stand in a directive's place, with its default.
pub enum Kind {
    Flag {
        at: At<bool>,
        default: bool,
    },
    Int {
        at: At<i64>,
        default: i64,
        min: i64,
        max: i64,
        clamp: (i64, i64),
    },
    Memory {
        at: At<u64>,
        default: u64,
        min: u64,
        max: u64,
        at_least: u64,
    },
    Octal {
        at: At<i64>,
        default: i64,
        max: i64,
    },
    Choice {
        at: At<usize>,
        default: usize,
        texts: &'static [&'static str],
    },
    Text {
        at: TextAt,
        default: &'static str,
        check: fn(&[u8]) -> Result<(), Reason>,
        keeps_empty: bool,
    },
    Special {
        default: &'static str,
        form: &'static Special,
    },
}

/// How a row reaches its field.
pub struct At<T: 'static> {
    pub get: fn(&Config) -> T,
    pub set: fn(&mut Config, T),
}

/// As [`At`], for strings, which are lent instead of copied. Empty means none.
pub struct TextAt {
    pub get: fn(&Config) -> &Vec<u8>,
    pub get_mut: fn(&mut Config) -> &mut Vec<u8>,
}

/// A directive with a grammar of its own.
pub struct Special {
    /// Reads the words after the name and stores what they say.
    pub parse: Parse,
    /// The value as CONFIG GET shows it.
    pub show: fn(&Config) -> Vec<u8>,
    /// Whether several words may follow the name (`save 900 1 300 10`).
    pub many_words: bool,
    pub rewrite: Rewrite,
}

/// Reads the words after a directive's name into its field.
pub type Parse = fn(&mut Config, &[&[u8]], Origin) -> Result<(), Reason>;

/// A line for a file, and whether it is due even if the file never had the directive.
pub type Line = (Vec<u8>, bool);

/// How a special directive is written back into a file.
pub enum Rewrite {
    /// `name value`, if it differs from the default or is there already.
    Bare,
    /// The same with the value in double quotes.
    Quoted,
    /// The same, with no line at all while the value is empty.
    BareUnlessEmpty,
    /// Lines of its own: what follows the name, and whether it is due even if the file never had it.
    Lines(fn(&Config) -> Vec<Line>),
}

/// Where a value comes from. `save` lines of one file add up, a later CONFIG SET replaces them all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    Set,
    /// A config file; `again` if the directive has stood there before.
    File {
        again: bool,
    },
}

const IMMUTABLE: u8 = 1;
const PROTECTED: u8 = 2;
const HIDDEN: u8 = 4;
const SENSITIVE: u8 = 8;
const DENY_LOADING: u8 = 16;
const VOLATILE: u8 = 32;

impl Row {
    pub const fn new(name: &'static str, kind: Kind) -> Row {
        Row { name, aliases: &[], kind, flags: 0 }
    }

    /// Older or other spellings, listed by CONFIG GET beside the canonical one.
    pub const fn alias(mut self, aliases: &'static [&'static str]) -> Row {
        self.aliases = aliases;
        self
    }

    /// Only a config file or the command line may set it.
    pub const fn immutable(mut self) -> Row {
        self.flags |= IMMUTABLE;
        self
    }

    /// CONFIG SET needs `enable-protected-configs`.
    pub const fn protected(mut self) -> Row {
        self.flags |= PROTECTED;
        self
    }

    /// Absent from CONFIG GET patterns; there for those who name it.
    pub const fn hidden(mut self) -> Row {
        self.flags |= HIDDEN;
        self
    }

    /// A secret: kept out of SLOWLOG and MONITOR.
    pub const fn sensitive(mut self) -> Row {
        self.flags |= SENSITIVE;
        self
    }

    /// Refused with -LOADING while the data set is being loaded.
    pub const fn deny_loading(mut self) -> Row {
        self.flags |= DENY_LOADING;
        self
    }

    /// Acted upon even when the text stays the same: the file that it names may have changed.
    pub const fn volatile(mut self) -> Row {
        self.flags |= VOLATILE;
        self
    }

    /// Inclusive bounds of an integer or a memory size.
    pub const fn between(mut self, low: i64, high: i64) -> Row {
        match &mut self.kind {
            Kind::Int { min, max, .. } => (*min, *max) = (low, high),
            Kind::Memory { min, max, .. } => (*min, *max) = (low as u64, high as u64),
            _ => panic!("only numbers have bounds"),
        }
        self
    }

    /// Values out of this range are accepted, and moved into it without a word.
    pub const fn clamped(mut self, low: i64, high: i64) -> Row {
        match &mut self.kind {
            Kind::Int { clamp, .. } => *clamp = (low, high),
            Kind::Memory { at_least, .. } => *at_least = low as u64,
            _ => panic!("only numbers are clamped"),
        }
        self
    }

    /// A further rule for a text.
    pub const fn checked(mut self, rule: fn(&[u8]) -> Result<(), Reason>) -> Row {
        match &mut self.kind {
            Kind::Text { check, .. } => *check = rule,
            _ => panic!("only texts have a rule"),
        }
        self
    }

    /// An empty text is a value (`logfile ""`), so CONFIG REWRITE writes it instead of dropping the line.
    pub const fn keeps_empty(mut self) -> Row {
        match &mut self.kind {
            Kind::Text { keeps_empty, .. } => *keeps_empty = true,
            _ => panic!("only texts are empty"),
        }
        self
    }

    pub const fn is_immutable(&self) -> bool {
        self.flags & IMMUTABLE != 0
    }

    pub const fn is_protected(&self) -> bool {
        self.flags & PROTECTED != 0
    }

    pub const fn is_hidden(&self) -> bool {
        self.flags & HIDDEN != 0
    }

    pub const fn is_sensitive(&self) -> bool {
        self.flags & SENSITIVE != 0
    }

    pub const fn is_denied_while_loading(&self) -> bool {
        self.flags & DENY_LOADING != 0
    }

    pub const fn is_volatile(&self) -> bool {
        self.flags & VOLATILE != 0
    }

    /// Whether several words may follow the name.
    pub const fn takes_many_words(&self) -> bool {
        matches!(self.kind, Kind::Special { form, .. } if form.many_words)
    }

    /// The canonical name, then the aliases.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }
}

/// The rule of a text that has none.
pub fn anything(_: &[u8]) -> Result<(), Reason> {
    Ok(())
}

macro_rules! flag {
    ($name:literal, $field:ident, $default:literal) => {
        Row::new(
            $name,
            Kind::Flag {
                at: At { get: |c| c.$field, set: |c, v| c.$field = v },
                default: $default,
            },
        )
    };
}

macro_rules! int {
    ($name:literal, $field:ident, $default:expr) => {
        Row::new(
            $name,
            Kind::Int {
                at: At { get: |c| c.$field as i64, set: |c, v| c.$field = v as _ },
                default: $default,
                min: 0,
                max: i32::MAX as i64,
                clamp: (i64::MIN, i64::MAX),
            },
        )
    };
}

macro_rules! memory {
    ($name:literal, $field:ident, $default:expr) => {
        Row::new(
            $name,
            Kind::Memory {
                at: At { get: |c| c.$field, set: |c, v| c.$field = v },
                default: $default,
                min: 0,
                max: i64::MAX as u64,
                at_least: 0,
            },
        )
    };
}

macro_rules! choice {
    ($name:literal, $field:ident: $enum:ident::$default:ident) => {
        Row::new(
            $name,
            Kind::Choice {
                at: At { get: |c| c.$field as usize, set: |c, v| c.$field = $enum::ALL[v] },
                default: $enum::$default as usize,
                texts: $enum::TEXTS,
            },
        )
    };
}

macro_rules! text {
    ($name:literal, $field:ident, $default:literal) => {
        Row::new(
            $name,
            Kind::Text {
                at: TextAt { get: |c| &c.$field, get_mut: |c| &mut c.$field },
                default: $default,
                check: crate::config::row::anything,
                keeps_empty: false,
            },
        )
    };
}

macro_rules! special {
    ($name:literal, $default:literal, $form:expr) => {
        Row::new($name, Kind::Special { default: $default, form: &$form })
    };
}

pub(super) use {choice, flag, int, memory, special, text};
