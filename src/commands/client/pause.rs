//! # CLIENT PAUSE: holding everybody back
//!
//! For a while commands are not run but kept; their clients just see a slow server. In
//! mode WRITE only commands that may change data are held, so that replicas can catch
//! up before they take over; in mode ALL everything is, CLIENT UNPAUSE too, and only
//! time ends it. The gate itself is the last one of dispatch. Keys do not die meanwhile either: one
//! whose time is up is hidden, and removed once the pause is over.
//!
//! A second pause never makes the first one shorter or milder.

use super::wrong_words;
use crate::base::error::Error;
use crate::base::int::parse_i64;
use crate::base::word;
use crate::commands::Cx;
use crate::commands::cx::Pause;
use crate::commands::row::Outcome;
use crate::protocol::Args;

pub(super) fn pause(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let writes_only = match args.get(3).map(word::lower).as_deref() {
        _ if args.len() > 4 => return Err(wrong_words(&args[1])),
        None | Some(b"all") => false,
        Some(b"write") => true,
        Some(_) => return Err(Error::Static("ERR CLIENT PAUSE mode must be WRITE or ALL")),
    };
    let mut pause = Pause { until_ms: deadline_ms(&args[2], cx.now.ms())?, writes_only };
    if let Some(running) = cx.lifecycle.pause.filter(|running| running.until_ms > cx.now.ms()) {
        pause.until_ms = pause.until_ms.max(running.until_ms);
        pause.writes_only &= running.writes_only;
    }
    cx.lifecycle.pause = Some(pause);
    cx.keys.journal.frozen = true;
    cx.reply.ok();
    Ok(())
}

/// The engine runs what was held back once this command is over.
pub(super) fn unpause(cx: &mut Cx<'_>, _: Args<'_>) -> Outcome {
    cx.lifecycle.pause = None;
    cx.keys.journal.frozen = false;
    cx.reply.ok();
    Ok(())
}

fn deadline_ms(word: &[u8], now_ms: i64) -> Result<i64, Error> {
    let timeout_ms =
        parse_i64(word).ok_or(Error::Static("ERR timeout is not an integer or out of range"))?;
    if timeout_ms < 0 {
        return Err(Error::Static("ERR timeout is negative"));
    }
    now_ms.checked_add(timeout_ms).ok_or(Error::Static("ERR timeout is out of range"))
}
