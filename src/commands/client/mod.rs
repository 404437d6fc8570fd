//! # CLIENT: connections seen from inside
//!
//! One subcommand a row. What they do falls in a few kinds, a file each:
//!
//! - [`name`]: what a client calls itself.
//! - [`describe`]: the line about a client, and who may be listed.
//! - [`kill`]: closing others. [`pause`]: holding everybody back.
//! - [`switches`]: what a client chooses for itself alone. [`unblock`]: ending a wait.

pub mod describe;
pub mod kill;
pub mod name;
pub mod pause;
pub mod switches;
pub mod unblock;

use super::help;
use super::row::{ADMIN, Command, LOADING, NOSCRIPT, STALE, cmd, container};
use crate::base::error::Error;

pub const COMMANDS: &[Command] =
    &[container("CLIENT", SUBCOMMANDS).doc("2.4.0", "", "Looks at connections and steers them.")];

const ANYTIME: u32 = NOSCRIPT | LOADING | STALE;
const ADMINISTRATOR: u32 = ANYTIME | ADMIN;
const TO_ALL_NODES: &[&str] = &["request_policy:all_nodes", "response_policy:all_succeeded"];
const VARIES: &[&str] = &["nondeterministic_output"];

const SUBCOMMANDS: &[Command] = &[
    cmd("CLIENT GETNAME", name::getname).flags(ANYTIME).doc(
        "2.6.9",
        "O(1)",
        "Returns the name of this connection.",
    ),
    cmd("CLIENT HELP", help::help).flags(LOADING | STALE).doc("5.0.0", "O(1)", "Prints this text."),
    cmd("CLIENT ID", name::id).flags(ANYTIME).doc(
        "5.0.0",
        "O(1)",
        "Returns the number of this connection.",
    ),
    cmd("CLIENT INFO", describe::info).flags(ANYTIME).tips(VARIES).doc(
        "6.2.0",
        "O(1)",
        "Describes this connection.",
    ),
    cmd(
        "CLIENT KILL (filter: old-format<ip:port>@-2.8.12 | (new-format: \
         [ID client-id:integer]@2.8.12 | [client-type: TYPE (NORMAL | MASTER@3.2.0 | SLAVE | \
         REPLICA@5.0.0 | PUBSUB)]@2.8.12 | [USER username] | [ADDR addr<ip:port>] | \
         [LADDR laddr<ip:port>]@6.2.0 | [SKIPME (YES | NO)] | \
         [MAXAGE maxage:integer]@7.4.0)...)",
        kill::kill,
    )
    .arity(-3)
    .flags(ADMINISTRATOR)
    .doc("2.4.0", "O(N) in the connections", "Closes connections."),
    cmd(
        "CLIENT LIST [client-type: TYPE (NORMAL | MASTER | REPLICA | PUBSUB)]@5.0.0 \
         [ID client-id:integer...]@6.2.0",
        describe::list,
    )
    .flags(ADMINISTRATOR)
    .tips(VARIES)
    .doc("2.4.0", "O(N) in the connections", "Describes connections, one a line."),
    cmd("CLIENT NO-EVICT (enabled: ON | OFF)", switches::no_evict).flags(ADMINISTRATOR).doc(
        "7.0.0",
        "O(1)",
        "Spares this connection when memory for clients runs out.",
    ),
    cmd("CLIENT NO-TOUCH (enabled: ON | OFF)", switches::no_touch).flags(ANYTIME).doc(
        "7.2.0",
        "O(1)",
        "Has this connection's reads leave no trace in how recently a key was used.",
    ),
    cmd("CLIENT PAUSE timeout:integer [mode: WRITE | ALL]@6.2.0", pause::pause)
        .flags(ADMINISTRATOR)
        .doc("3.0.0", "O(1)", "Holds back commands of clients for a while."),
    cmd("CLIENT REPLY (action: ON | OFF | SKIP)", switches::reply).flags(ANYTIME).doc(
        "3.2.0",
        "O(1)",
        "Chooses whether replies are sent.",
    ),
    cmd("CLIENT SETINFO (attr: LIB-NAME libname | LIB-VER libver)", name::setinfo)
        .flags(ANYTIME)
        .tips(TO_ALL_NODES)
        .doc("7.2.0", "O(1)", "Says which library the client uses."),
    cmd("CLIENT SETNAME connection-name", name::setname).flags(ANYTIME).tips(TO_ALL_NODES).doc(
        "2.6.9",
        "O(1)",
        "Gives this connection a name.",
    ),
    cmd("CLIENT UNBLOCK client-id:integer [unblock-type: TIMEOUT | ERROR]", unblock::unblock)
        .flags(ADMINISTRATOR)
        .doc("5.0.0", "O(N) in the connections", "Ends the wait of a blocked client."),
    cmd("CLIENT UNPAUSE", pause::unpause).flags(ADMINISTRATOR).doc(
        "6.2.0",
        "O(N) in the commands held back",
        "Ends a pause.",
    ),
];

/// Too many words for a subcommand that takes a varying number of them.
fn wrong_words(subcommand: &[u8]) -> Error {
    let head = "unknown subcommand or wrong number of arguments for '";
    Error::quoting(head, subcommand, "'. Try CLIENT HELP.")
}
