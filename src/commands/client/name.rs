//! # Names: what a client calls itself
//!
//! A name, the library that it uses and its version: three texts that the server only
//! stores, so that people who read CLIENT LIST know whom they see. They must fit on
//! that line, so they hold no blanks and no control characters.

use crate::base::error::Error;
use crate::base::word;
use crate::commands::Cx;
use crate::commands::row::Outcome;
use crate::protocol::Args;

pub(super) fn id(cx: &mut Cx<'_>, _: Args<'_>) -> Outcome {
    let id = cx.session().id;
    cx.reply.int(id as i64);
    Ok(())
}

pub(super) fn getname(cx: &mut Cx<'_>, _: Args<'_>) -> Outcome {
    let name = &cx.clients[cx.me].name;
    if name.is_empty() {
        cx.reply.null()
    } else {
        cx.reply.bulk(name)
    }
    Ok(())
}

pub(super) fn setname(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    check_name(&args[2])?;
    cx.session().name = args[2].to_vec();
    cx.reply.ok();
    Ok(())
}

pub(super) fn setinfo(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let (attribute, value) = (&args[2], &args[3]);
    let session = cx.session();
    let place = if word::is(attribute, "LIB-NAME") {
        &mut session.lib_name
    } else if word::is(attribute, "LIB-VER") {
        &mut session.lib_ver
    } else {
        return Err(Error::quoting("Unrecognized option '", attribute, "'"));
    };
    if !fits_on_the_line(value) {
        let tail = b" cannot contain spaces, newlines or special characters.";
        return Err(Error::err([attribute, tail].concat()));
    }
    *place = value.to_vec();
    cx.reply.ok();
    Ok(())
}

/// # Errors
/// When the name would break the line of CLIENT LIST.
pub fn check_name(name: &[u8]) -> Outcome {
    if fits_on_the_line(name) {
        return Ok(());
    }
    Err(Error::Static("ERR Client names cannot contain spaces, newlines or special characters."))
}

/// Redis judges a C string: nothing behind a zero byte, which is not printed either.
fn fits_on_the_line(text: &[u8]) -> bool {
    word::until_nul(text).iter().all(u8::is_ascii_graphic)
}
