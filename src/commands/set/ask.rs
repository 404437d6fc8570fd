//! # Asking a set
//!
//! What is read goes from where it lies into the reply; a set of a million members is copied once.

use crate::commands::Cx;
use crate::commands::row::Outcome;
use crate::protocol::Args;
use crate::values::Set;

pub fn sismember(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let set = cx.keys.get::<Set>(&args[1])?;
    cx.reply.int(i64::from(set.is_some_and(|set| set.contains(&args[2]))));
    Ok(())
}

pub fn smismember(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let set = cx.keys.get::<Set>(&args[1])?;
    let members = args.from(2);
    cx.reply.array(members.len());
    for member in members.iter() {
        cx.reply.int(i64::from(set.is_some_and(|set| set.contains(member))));
    }
    Ok(())
}

pub fn scard(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let set = cx.keys.get::<Set>(&args[1])?;
    cx.reply.int(set.map_or(0, Set::len) as i64);
    Ok(())
}

pub fn smembers(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let set = cx.keys.get::<Set>(&args[1])?;
    cx.reply.set(set.map_or(0, Set::len));
    for member in set.into_iter().flat_map(Set::iter) {
        member.reply(&mut cx.reply);
    }
    Ok(())
}
