//! The switches: each stores a word's meaning in [`Switches`](crate::commands::switches::Switches).

use super::unknown;
use crate::base::error::Error;
use crate::base::int::parse_i64;
use crate::base::word;
use crate::commands::Cx;
use crate::commands::row::Outcome;
use crate::commands::switches::REPLY_PEAK_RESET_MS;
use crate::config::value::parse_memory;
use crate::protocol::Args;

/// Sizes of list elements end here: 4 GB, and 1 MB for what comes around them.
const ELEMENT_MAX: u64 = (4 << 30) - (1 << 20);

pub fn active_expire(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    cx.keys.sweeper.enabled = is_on(&args[2]);
    done(cx)
}

pub fn pause_cron(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    cx.lifecycle.switches.pause_cron = is_on(&args[2]);
    done(cx)
}

pub fn skip_checksum(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    cx.lifecycle.switches.skip_checksum = is_on(&args[2]);
    done(cx)
}

pub fn allow_all_in_scripts(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    cx.lifecycle.switches.allow_all_in_scripts = is_on(&args[2]);
    done(cx)
}

pub fn dict_resizing(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    cx.lifecycle.switches.dict_resizing = is_on(&args[2]);
    done(cx)
}

pub fn aof_flush_sleep(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    cx.lifecycle.switches.aof_flush_sleep_us = number(&args[2]).max(0) as u64;
    done(cx)
}

pub fn drop_cluster_packets(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let kind = parse_i64(&args[2]).ok_or(Error::NotInteger)?;
    cx.lifecycle.switches.drop_cluster_packets = u16::try_from(kind).ok();
    done(cx)
}

pub fn packed_threshold(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let bytes = parse_memory(&args[2]).filter(|bytes| *bytes <= ELEMENT_MAX).ok_or(
        Error::Static("ERR argument must be a memory value bigger than 1 and smaller than 4gb"),
    )?;
    cx.lifecycle.switches.packed_threshold_bytes = bytes;
    done(cx)
}

pub fn reply_buffer(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let switches = &mut cx.lifecycle.switches;
    match word::lower(&args[2]).as_slice() {
        b"peak-reset-time" => {
            switches.reply_peak_reset_ms = match word::lower(&args[3]).as_slice() {
                b"never" => None,
                b"reset" => Some(REPLY_PEAK_RESET_MS),
                _ => Some(parse_i64(&args[3]).ok_or(Error::NotInteger)?.max(0) as u64),
            };
        }
        b"resizing" => switches.reply_resizing = is_on(&args[3]),
        _ => return Err(unknown(args)),
    }
    done(cx)
}

fn done(cx: &mut Cx<'_>) -> Outcome {
    cx.reply.ok();
    Ok(())
}

/// On is any number but 0. What is no number at all is 0, as C's atoi has it.
fn is_on(word: &[u8]) -> bool {
    number(word) != 0
}

fn number(word: &[u8]) -> i64 {
    let sign = usize::from(word.first() == Some(&b'-'));
    let digits = word[sign..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    parse_i64(&word[..sign + digits]).unwrap_or(0)
}
