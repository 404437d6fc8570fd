//! # Switches: what a client chooses for itself alone

use crate::base::error::Error;
use crate::base::word;
use crate::commands::Cx;
use crate::commands::row::Outcome;
use crate::protocol::Args;
use crate::session::ReplyMode;

pub(super) fn no_evict(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    cx.session().no_evict = on_or_off(&args[2])?;
    cx.reply.ok();
    Ok(())
}

pub(super) fn no_touch(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    cx.session().no_touch = on_or_off(&args[2])?;
    cx.reply.ok();
    Ok(())
}

/// Only ON is answered: in EXEC the other two leave a hole in the array. Whoever chose OFF and asks to skip a reply gets what it has.
pub(super) fn reply(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let mode = &mut cx.session().reply_mode;
    match word::lower(&args[2]).as_slice() {
        b"on" => {
            *mode = ReplyMode::On;
            cx.reply.ok();
        }
        b"off" => *mode = ReplyMode::Off,
        b"skip" if *mode == ReplyMode::Off => {}
        b"skip" => *mode = ReplyMode::SkipNext,
        _ => return Err(Error::Syntax),
    }
    Ok(())
}

fn on_or_off(word: &[u8]) -> Result<bool, Error> {
    match word::lower(word).as_slice() {
        b"on" => Ok(true),
        b"off" => Ok(false),
        _ => Err(Error::Syntax),
    }
}
