//! # AUTH: who the client is
//!
//! There is one user, `default`, whose password is the directive `requirepass`. With
//! none set, everybody is that user from the start, and any password will do.

use crate::base::error::Error;
use crate::commands::Cx;
use crate::commands::row::Outcome;
use crate::protocol::Args;

pub const DEFAULT_USER: &[u8] = b"default";

const WRONG_PASS: Error =
    Error::Static("WRONGPASS invalid username-password pair or user is disabled.");
const NO_PASSWORD: Error = Error::Static(
    "ERR AUTH <password> called without any password configured for the default user. \
     Are you sure your configuration is correct?",
);

pub(super) fn auth(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    match args.len() {
        2 if cx.config.requirepass.is_empty() => return Err(NO_PASSWORD),
        2 => authenticate(cx, DEFAULT_USER, &args[1])?,
        3 => authenticate(cx, &args[1], &args[2])?,
        _ => return Err(Error::Syntax),
    }
    cx.reply.ok();
    Ok(())
}

/// Makes the client a user, if the password is that user's.
///
/// # Errors
/// WRONGPASS, whether the user or the password is wrong: which of them is not told.
pub(super) fn authenticate(cx: &mut Cx<'_>, user: &[u8], password: &[u8]) -> Outcome {
    let wanted = &cx.config.requirepass;
    if user != DEFAULT_USER || !(wanted.is_empty() || same_secret(wanted, password)) {
        cx.stats.lasting.auth_failures += 1;
        return Err(WRONG_PASS);
    }
    cx.session().authenticated = true;
    Ok(())
}

/// Compares without stopping at the first difference: the time taken tells a guesser
/// nothing about how much of the guess was right.
fn same_secret(secret: &[u8], guess: &[u8]) -> bool {
    let differing = secret.iter().zip(guess).fold(0, |bits, (a, b)| bits | (a ^ b));
    differing == 0 && secret.len() == guess.len()
}
