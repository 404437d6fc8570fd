//! # Notify: events of keys                                        (note 04)
//!
//! Whoever changes a key names an event: `set`, `expire`, `expired`. An event has a
//! class, a letter of `notify-keyspace-events`, and is heard only if that class is
//! switched on. The keyspace queues what is to be heard; the engine publishes it after
//! the command.

pub use crate::config::NotifyFlags as Class;

/// An event: its class and its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    pub class: Class,
    pub name: &'static str,
}

impl Event {
    pub const fn new(class: Class, name: &'static str) -> Self {
        Event { class, name }
    }

    pub const fn string(name: &'static str) -> Self {
        Event::new(Class::STRING, name)
    }

    pub const fn list(name: &'static str) -> Self {
        Event::new(Class::LIST, name)
    }

    pub const fn hash(name: &'static str) -> Self {
        Event::new(Class::HASH, name)
    }

    pub const fn set(name: &'static str) -> Self {
        Event::new(Class::SET, name)
    }

    pub const fn generic(name: &'static str) -> Self {
        Event::new(Class::GENERIC, name)
    }
}

/// An event of a key, on its way to who listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyEvent {
    pub db: usize,
    pub key: Box<[u8]>,
    pub event: Event,
}
