//! # Timeout: how long a command waits                          (notes 06, 09, 11)
//!
//! ```text
//! BLPOP q 0         for ever
//! BLPOP q 0.5       half a second
//! BLPOP q 0.0001    a millisecond: no wait is so short that it would be none, for that means for ever
//! ```

use super::stats::Stats;
use super::{CommandTable, Cx};
use crate::base::error::Error;
use crate::base::float80::Float80;
use crate::config::Config;
use crate::session::{ClientKey, Clients};

const OUT_OF_RANGE: Error = Error::Static("ERR timeout is out of range");

/// When a command that waits so many seconds gives up, in ms of Unix time; `None` is never.
pub fn deadline_ms(cx: &Cx<'_>, seconds: &[u8]) -> Result<Option<i64>, Error> {
    let seconds = Float80::parse(seconds)
        .ok_or(Error::Static("ERR timeout is not a float or out of range"))?;
    match seconds.times_up(1000) {
        0 => Ok(None),
        ..0 => Err(Error::Static("ERR timeout is negative")),
        ms => {
            let ms = i64::try_from(ms).map_err(|_| OUT_OF_RANGE)?;
            cx.now.ms().checked_add(ms).map(Some).ok_or(OUT_OF_RANGE)
        }
    }
}

/// A wait is over, and no key ended it: it counts as a call that took no time. Failed it has if the
/// client was told so.
pub fn count_ended(
    client: ClientKey,
    failed: bool,
    clients: &Clients,
    table: &mut CommandTable,
    stats: &mut Stats,
    config: &Config,
) {
    stats.commands_processed += 1;
    if let Some(command) = clients[client].last_command {
        table.count_call(command, 0, failed, config.latency_tracking);
    }
}
