//! # Keys: is it there, what is it, away with it                     (note 04)

use crate::base::error::Error;
use crate::commands::row::Outcome;
use crate::commands::{Cx, World};
use crate::keyspace::access::Tracking;
use crate::keyspace::notify::Event;
use crate::protocol::Args;
use crate::values::{self, Entry, FREE_AT_ONCE_MAX, Type};

/// Draws of RANDOMKEY while dead keys cannot be removed.
const DRAWS_OF_FROZEN_MAX: u32 = 100;

/// Frees a removed entry: elsewhere if `lazy` and it would take long.
#[inline]
pub fn discard(world: &mut dyn World, entry: Entry, lazy: bool) {
    if lazy && values::free_effort(&entry) > FREE_AT_ONCE_MAX {
        world.free_later(Box::new(entry), 1);
    }
}

pub fn del(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let lazy = cx.config.lazyfree_lazy_user_del;
    delete(cx, args, lazy)
}

pub fn unlink(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    delete(cx, args, true)
}

fn delete(cx: &mut Cx<'_>, args: Args<'_>, lazy: bool) -> Outcome {
    let mut deleted = 0;
    for key in args.from(1).iter() {
        if let Some(entry) = cx.keys.remove(key) {
            discard(cx.world, entry, lazy);
            cx.changed(key, Event::generic("del"));
            deleted += 1;
        }
    }
    cx.reply.int(deleted);
    Ok(())
}

pub fn exists(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let count = args.from(1).iter().filter(|key| cx.keys.glance(key).is_some()).count();
    cx.reply.int(count as i64);
    Ok(())
}

pub fn touch(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    // A client under NO-TOUCH leaves no trace, but this it asks for by name.
    cx.keys.tracking = Tracking::of(cx.config);
    let count = args.from(1).iter().filter(|key| cx.keys.read(key).is_some()).count();
    cx.reply.int(count as i64);
    Ok(())
}

pub fn type_of(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let name = cx.keys.glance(&args[1]).map_or("none", |entry| Type::of(entry).name());
    cx.reply.status(name);
    Ok(())
}

/// Dead keys that are drawn are removed, and the lot is cast again. In a pause they stay: if
/// there is hardly any other key, a dead one is told rather than that the draw never ends.
pub fn randomkey(cx: &mut Cx<'_>, _: Args<'_>) -> Outcome {
    let rng = &mut *cx.rng;
    let mut draws_left = DRAWS_OF_FROZEN_MAX;
    while let Some(entry) = cx.keys.db().random(&mut || rng.next_u64()) {
        let key: Box<[u8]> = entry.key().into();
        draws_left -= u32::from(cx.keys.journal.frozen);
        if cx.keys.peek(&key).is_some() || draws_left == 0 {
            cx.reply.bulk(&key);
            return Ok(());
        }
    }
    cx.reply.null();
    Ok(())
}

/// A database by its number, as MOVE and COPY read it.
pub fn parse_db(cx: &Cx<'_>, word: &[u8]) -> Result<usize, Error> {
    let number = crate::base::int::parse_i64(word).ok_or(Error::NotInteger)?;
    let db = i32::try_from(number).map_err(|_| {
        Error::Static("ERR value is out of range, value must between -2147483648 and 2147483647")
    })?;
    let db = usize::try_from(db).ok().filter(|&db| db < cx.keys.db_count());
    db.ok_or(Error::Static("ERR DB index is out of range"))
}
