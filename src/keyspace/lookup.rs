//! # Lookup: reading and writing keys
//!
//! Ways to ask for a key, by what the asking itself may change:
//!
//! ```text
//! get       reads a value: counts a hit or a miss, marks the key as used
//! glance    looks at the entry: TTL, TYPE, EXISTS; counts, but does not mark
//! peek      looks at the entry; neither counts nor marks
//! get_mut   finds an entry to change, marks the key as used
//! read_all  reads several entries of one type
//! put       sets a whole value, whatever was there; put_entry one that was made elsewhere
//! remove    takes an entry out; insert puts one in, whatever was there
//! ```
//!
//! In all of them a key whose time is up is removed first; while nothing may change (a pause) it
//! is only hidden.

use super::db::Db;
use super::notify::{Class, Event};
use super::{Journal, Keyspace, is_dead};
use crate::base::error::Error;
use crate::structures::dict::{Lookup, Occupied};
use crate::values::{self, Entry, Form, NewPayload, Type, View};

const NEW_EVENT: Event = Event::new(Class::NEW, "new");

/// What becomes of a key's expiry when its value is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ttl {
    Keep,
    Clear,
    /// Unix time in ms.
    At(i64),
}

impl Keyspace {
    /// The value at a key, as a type.
    ///
    /// # Errors
    /// [`Error::WrongType`] when the key holds another type.
    #[inline]
    pub fn get<'a, T: View<'a>>(&'a mut self, key: &[u8]) -> Result<Option<T>, Error> {
        match self.read(key) {
            None => Ok(None),
            Some(entry) => T::view(entry).map(Some).ok_or(Error::WrongType),
        }
    }

    /// The entry at a key, read: counts and marks as [`get`](Keyspace::get).
    #[inline]
    pub fn read(&mut self, key: &[u8]) -> Option<&Entry> {
        let (db, now_ms) = (self.selected, self.now_ms);
        match find(&mut self.dbs[db], &mut self.journal, db, key, now_ms) {
            Some(mut entry) => {
                self.journal.counters.hits += 1;
                let used = self.tracking.used(entry.access(), now_ms, &mut self.rng);
                entry.set_access(used);
                Some(entry.into_ref())
            }
            None => {
                self.journal.note_miss(db, key);
                None
            }
        }
    }

    /// The entries at several keys, each read as by [`read`](Keyspace::read).
    ///
    /// # Errors
    /// [`Error::WrongType`] when a key holds another type; the keys behind it are not looked at.
    pub fn read_all<'k>(
        &mut self,
        keys: impl Iterator<Item = &'k [u8]> + Clone,
        wanted: Type,
    ) -> Result<Vec<Option<&Entry>>, Error> {
        let mut found = Vec::new();
        for key in keys.clone() {
            found.push(match self.read(key) {
                None => false,
                Some(entry) if Type::of(entry) == wanted => true,
                Some(_) => return Err(Error::WrongType),
            });
        }
        // Nothing changes any more: now they can be held all at once.
        let db = &self.dbs[self.selected];
        let entry = |(key, found): (_, bool)| db.dict(key).get(key).filter(|_| found);
        Ok(keys.zip(found).map(entry).collect())
    }

    /// The entry at a key, looked at: counts as [`get`](Keyspace::get), but a look is no use.
    #[inline]
    pub fn glance(&mut self, key: &[u8]) -> Option<&Entry> {
        let (db, now_ms) = (self.selected, self.now_ms);
        match find(&mut self.dbs[db], &mut self.journal, db, key, now_ms) {
            Some(entry) => {
                self.journal.counters.hits += 1;
                Some(entry.into_ref())
            }
            None => {
                self.journal.note_miss(db, key);
                None
            }
        }
    }

    /// The entry at a key; nothing is counted or marked.
    #[inline]
    pub fn peek(&mut self, key: &[u8]) -> Option<&Entry> {
        let (db, now_ms) = (self.selected, self.now_ms);
        find(&mut self.dbs[db], &mut self.journal, db, key, now_ms).map(Occupied::into_ref)
    }

    /// The entry at a key, to change; marks it as used.
    #[inline]
    pub fn get_mut(&mut self, key: &[u8]) -> Option<Occupied<'_, Entry>> {
        let (db, now_ms) = (self.selected, self.now_ms);
        let mut entry = find(&mut self.dbs[db], &mut self.journal, db, key, now_ms)?;
        let used = self.tracking.used(entry.access(), now_ms, &mut self.rng);
        entry.set_access(used);
        Some(entry)
    }

    /// The entry at a key, to change, as [`get_mut`](Keyspace::get_mut); an empty one of this form if
    /// there is none. Who creates one must not leave it empty.
    ///
    /// # Errors
    /// [`Error::WrongType`] when the key holds another type.
    #[inline]
    pub fn get_or_create(&mut self, key: &[u8], form: Form) -> Result<Occupied<'_, Entry>, Error> {
        let (db, now_ms) = (self.selected, self.now_ms);
        let first = self.tracking.first(now_ms);
        let fresh = || {
            let mut entry = values::entry(key, form, form.empty(), None);
            entry.set_access(first);
            entry
        };
        match self.dbs[db].dict_mut(key).find_or_vacant(key) {
            Lookup::Occupied(mut entry) if is_dead(&entry, now_ms) => {
                self.journal.bury(entry.replace(fresh()));
                self.journal.note_expired(db, key);
                self.journal.notify(db, key, NEW_EVENT);
                Ok(entry)
            }
            Lookup::Occupied(mut entry) => {
                let used = self.tracking.used(entry.access(), now_ms, &mut self.rng);
                entry.set_access(used);
                if Type::of(&entry) == form.value_type() {
                    Ok(entry)
                } else {
                    Err(Error::WrongType)
                }
            }
            Lookup::Vacant(place) => {
                self.journal.notify(db, key, NEW_EVENT);
                Ok(place.insert(fresh()))
            }
        }
    }

    /// Sets a key's value, whatever it was. Returns whether the key is new.
    #[inline]
    pub fn put(&mut self, key: &[u8], payload: NewPayload<'_>, ttl: Ttl) -> bool {
        let (db, now_ms) = (self.selected, self.now_ms);
        match self.dbs[db].dict_mut(key).find_or_vacant(key) {
            Lookup::Occupied(mut entry) => {
                let was_dead = is_dead(&entry, now_ms);
                entry.set_payload(payload);
                let used = self.tracking.used(entry.access(), now_ms, &mut self.rng);
                entry.set_access(used);
                match ttl {
                    Ttl::Keep if !was_dead => {}
                    Ttl::Keep | Ttl::Clear => entry.set_expiry(None),
                    Ttl::At(at_ms) => entry.set_expiry(Some(at_ms)),
                }
                drop(entry);
                if was_dead {
                    self.journal.note_expired(db, key);
                    self.journal.notify(db, key, NEW_EVENT);
                }
                was_dead
            }
            Lookup::Vacant(place) => {
                let expiry_ms = match ttl {
                    Ttl::At(at_ms) => Some(at_ms),
                    Ttl::Keep | Ttl::Clear => None,
                };
                let mut entry = Entry::new(key, payload, expiry_ms);
                entry.set_access(self.tracking.first(now_ms));
                place.insert(entry);
                self.journal.notify(db, key, NEW_EVENT);
                true
            }
        }
    }

    /// Puts an entry in, whatever was at its key, which is given back.
    pub fn put_entry(&mut self, mut entry: Entry) -> Option<Entry> {
        let (db, now_ms) = (self.selected, self.now_ms);
        match self.dbs[db].dict_mut(entry.key()).find_or_vacant(entry.key()) {
            Lookup::Occupied(mut place) => {
                entry.set_access(self.tracking.used(place.access(), now_ms, &mut self.rng));
                let old = place.replace(entry);
                if is_dead(&old, now_ms) {
                    self.journal.note_expired(db, old.key());
                    self.journal.notify(db, old.key(), NEW_EVENT);
                }
                Some(old)
            }
            Lookup::Vacant(place) => {
                entry.set_access(self.tracking.first(now_ms));
                self.journal.notify(db, entry.key(), NEW_EVENT);
                place.insert(entry);
                None
            }
        }
    }

    /// Whether a key is there but its time is up: nobody has met it since.
    pub fn is_dead(&self, key: &[u8]) -> bool {
        self.db().dict(key).get(key).is_some_and(|entry| is_dead(entry, self.now_ms))
    }

    /// The type of what is at a key. The look leaves no trace: a dead key is none, and stays.
    pub fn type_of(&self, key: &[u8]) -> Option<Type> {
        let entry = self.db().dict(key).get(key)?;
        (!is_dead(entry, self.now_ms)).then(|| Type::of(entry))
    }

    /// Takes a key out; `None` if it was not there.
    pub fn remove(&mut self, key: &[u8]) -> Option<Entry> {
        let (db, now_ms) = (self.selected, self.now_ms);
        find(&mut self.dbs[db], &mut self.journal, db, key, now_ms).map(Occupied::remove)
    }

    /// Puts an entry in under its own key, as a new key even if there was one: that one is given
    /// back, to be freed wherever it is cheap.
    pub fn insert(&mut self, entry: Entry) -> Option<Entry> {
        let (db, now_ms) = (self.selected, self.now_ms);
        let (old, key) = match self.dbs[db].dict_mut(entry.key()).find_or_vacant(entry.key()) {
            Lookup::Occupied(mut place) => {
                let old = place.replace(entry);
                (Some(old), place.into_ref().key())
            }
            Lookup::Vacant(place) => (None, place.insert(entry).into_ref().key()),
        };
        if old.as_ref().is_some_and(|old| is_dead(old, now_ms)) {
            self.journal.note_expired(db, key);
        }
        self.journal.notify(db, key, NEW_EVENT);
        old
    }
}

/// The entry at a key, unless its time is up: then it is removed, or at least not found.
#[inline]
fn find<'a>(
    db: &'a mut Db,
    journal: &mut Journal,
    db_number: usize,
    key: &[u8],
    now_ms: i64,
) -> Option<Occupied<'a, Entry>> {
    let entry = db.dict_mut(key).get_mut(key)?;
    if is_dead(&entry, now_ms) {
        if !journal.frozen {
            journal.bury(entry.remove());
            journal.note_expired(db_number, key);
        }
        return None;
    }
    Some(entry)
}
