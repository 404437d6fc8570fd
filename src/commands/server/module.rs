//! # MODULE: a shelf that stays empty
//!
//! Modules are shared libraries made for the insides of another program. There are none
//! here: the list is empty, and to load one fails as a file does that cannot be loaded.

use crate::base::error::Error;
use crate::commands::Cx;
use crate::commands::help::help;
use crate::commands::row::{
    ADMIN, Command, LOADING, NO_ASYNC_LOADING, NOSCRIPT, Outcome, PROTECTED, STALE, cmd,
};
use crate::commands::world::LogLevel;
use crate::protocol::Args;

const LOADER: u32 = ADMIN | NOSCRIPT | NO_ASYNC_LOADING | PROTECTED;

pub const SUBCOMMANDS: &[Command] = &[
    cmd("MODULE HELP", help).flags(LOADING | STALE).doc(
        "5.0.0",
        "O(1)",
        "Tells what MODULE can do.",
    ),
    cmd("MODULE LIST", list).flags(ADMIN | NOSCRIPT).tips(&["nondeterministic_output_order"]).doc(
        "4.0.0",
        "O(N) in the modules",
        "Lists the modules that are loaded.",
    ),
    cmd("MODULE LOAD path [arg...]", load).flags(LOADER).doc(
        "4.0.0",
        "O(1)",
        "Would load a module.",
    ),
    cmd("MODULE LOADEX path [configs: CONFIG name value]... [ARGS args...]", load)
        .arity(-3)
        .flags(LOADER)
        .doc("7.0.0", "O(1)", "Would load a module with settings of its own."),
    cmd("MODULE UNLOAD name", unload).flags(LOADER).doc("4.0.0", "O(1)", "Would unload a module."),
];

fn list(cx: &mut Cx<'_>, _: Args<'_>) -> Outcome {
    cx.reply.array(0);
    Ok(())
}

fn load(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let path = String::from_utf8_lossy(&args[2]);
    let message = format!("Module {path} failed to load: this server takes no modules");
    cx.world.log(LogLevel::Warning, &message);
    Err(Error::Static("ERR Error loading the extension. Please check the server logs."))
}

fn unload(_: &mut Cx<'_>, _: Args<'_>) -> Outcome {
    Err(Error::Static("ERR Error unloading module: no such module with that name"))
}
