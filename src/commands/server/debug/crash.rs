//! Ways to end a process, for tests of what is left when it does. The world does it; in a test
//! the world may only note that it was asked to, and then the command answers like any other.

use crate::commands::Cx;
use crate::commands::row::Outcome;
use crate::commands::world::Crash;
use crate::protocol::Args;

pub fn segfault(cx: &mut Cx<'_>, _: Args<'_>) -> Outcome {
    end(cx, Crash::Segfault)
}

pub fn panic(cx: &mut Cx<'_>, _: Args<'_>) -> Outcome {
    end(cx, Crash::Panic)
}

pub fn oom(cx: &mut Cx<'_>, _: Args<'_>) -> Outcome {
    end(cx, Crash::Oom)
}

pub fn assert(cx: &mut Cx<'_>, _: Args<'_>) -> Outcome {
    end(cx, Crash::Assert)
}

fn end(cx: &mut Cx<'_>, how: Crash) -> Outcome {
    cx.world.crash(how);
    cx.reply.ok();
    Ok(())
}
