//! # Timeout: how long a command waits                          (notes 06, 09, 11)
//!
//! ```text
//! BLPOP q 0         for ever
//! BLPOP q 0.5       half a second
//! BLPOP q 0.0001    a millisecond: no wait is so short that it would be none, for that means for ever
//! ```

use super::Cx;
use crate::base::error::Error;
use crate::base::float80::Float80;

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
