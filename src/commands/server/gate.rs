//! # The operator's gate
//!
//! DEBUG can crash a server, a module can do anything, CONFIG SET dir can overwrite files. Such
//! power is behind three directives, each `no`, `yes` or `local`: for nobody, for everybody who
//! may run the command at all, or for those who sit on the same machine.

use crate::base::error::Error;
use crate::commands::Cx;
use crate::commands::row::Outcome;
use crate::commands::table::Known;
use crate::config::Gate;
use crate::session::Origin;

/// Whether a gate lets this context's client pass.
pub fn is_open(cx: &Cx<'_>, gate: Gate) -> bool {
    match gate {
        Gate::No => false,
        Gate::Yes => true,
        Gate::Local => is_local(&cx.clients[cx.me].origin),
    }
}

/// The gate of DEBUG and of MODULE's subcommands, asked before they run.
///
/// # Errors
/// The sentence that tells an operator what to do about it.
#[cold]
pub fn protected_command(cx: &Cx<'_>, known: Known) -> Outcome {
    let (name, directive, gate) = match known.row.name {
        "DEBUG" => ("DEBUG", "debug", cx.config.enable_debug_command),
        _ => ("MODULE", "module", cx.config.enable_module_command),
    };
    if is_open(cx, gate) {
        return Ok(());
    }
    Err(Error::err(format!(
        "{name} command not allowed. If the enable-{directive}-command option is set to \"local\", \
         you can run it from a local connection, otherwise you need to set this option in the \
         configuration file, and then restart the server."
    )))
}

fn is_local(origin: &Origin) -> bool {
    let peer = origin.peer.as_str();
    origin.unix_socket || peer.starts_with("127.0.0.1:") || peer.starts_with("[::1]:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_is_the_same_machine() {
        let from = |peer: &str| Origin { peer: peer.to_owned(), ..Origin::default() };
        assert!(is_local(&from("127.0.0.1:5")) && is_local(&from("[::1]:5")));
        assert!(!is_local(&from("127.0.0.11:5")) && !is_local(&from("10.0.0.1:5")));
        assert!(is_local(&Origin { unix_socket: true, ..from("/tmp/redis.sock:0") }));
    }
}
