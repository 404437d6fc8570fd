//! # SHUTDOWN: the last command
//!
//! ```text
//! SHUTDOWN              save if there are save points, then end
//! SHUTDOWN NOSAVE|SAVE  do not save; save even without save points
//! SHUTDOWN NOW          do not wait for replicas that lag
//! SHUTDOWN FORCE        end even if saving fails
//! SHUTDOWN ABORT        call off one that waits
//! ```
//!
//! The client is not answered: its connection closes as the server ends. The handler only
//! leaves a note in the context's lifecycle; whoever drives the engine acts on it.

use crate::base::error::Error;
use crate::base::word;
use crate::commands::cx::Shutdown;
use crate::commands::row::Outcome;
use crate::commands::{Caller, Cx};
use crate::protocol::Args;

pub fn shutdown(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let Some(request) = parse(args)? else {
        return match cx.lifecycle.shutdown.take() {
            Some(_) => {
                cx.reply.ok();
                Ok(())
            }
            None => Err(Error::Static("ERR No shutdown in progress.")),
        };
    };
    if !request.now && matches!(cx.caller, Caller::Exec | Caller::Script) {
        return Err(Error::Static(
            "ERR SHUTDOWN without NOW or ABORT isn't allowed for DENY BLOCKING client",
        ));
    }
    cx.lifecycle.shutdown = Some(request);
    Ok(())
}

/// What is asked for; `None` is ABORT, which stands alone.
fn parse(args: Args<'_>) -> Result<Option<Shutdown>, Error> {
    let mut request = Shutdown::default();
    let mut abort = false;
    for word in args.from(1).iter() {
        match word::upper(word).as_slice() {
            b"NOSAVE" if request.save != Some(true) => request.save = Some(false),
            b"SAVE" if request.save != Some(false) => request.save = Some(true),
            b"NOW" => request.now = true,
            b"FORCE" => request.force = true,
            b"ABORT" => abort = true,
            _ => return Err(Error::Syntax),
        }
    }
    match abort {
        false => Ok(Some(request)),
        true if request == Shutdown::default() => Ok(None),
        true => Err(Error::Syntax),
    }
}
