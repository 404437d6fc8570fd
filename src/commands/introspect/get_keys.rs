//! # COMMAND GETKEYS: the keys of a request that is not run

use super::info::{key_flag_names, set_of_names};
use crate::base::error::Error;
use crate::commands::Cx;
use crate::commands::keys::{self, KeyUse};
use crate::commands::row::{NO_MANDATORY_KEYS, Outcome};
use crate::commands::table::Lookup;
use crate::protocol::Args;

pub fn keys(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let request = args.from(2);
    let found = keys_of(cx, request)?;
    cx.reply.array(found.len());
    found.iter().for_each(|key| cx.reply.bulk(&request[key.at]));
    Ok(())
}

pub fn keys_and_flags(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let request = args.from(2);
    let found = keys_of(cx, request)?;
    cx.reply.array(found.len());
    for key in &found {
        cx.reply.array(2);
        cx.reply.bulk(&request[key.at]);
        set_of_names(&mut cx.reply, key_flag_names(key.flags));
    }
    Ok(())
}

fn keys_of(cx: &Cx<'_>, request: Args<'_>) -> Result<Vec<KeyUse>, Error> {
    let Lookup::Found(known) = cx.table.lookup(request) else {
        return Err(Error::Static("ERR Invalid command specified"));
    };
    if !keys::has_keys(known.row) {
        return Err(Error::Static("ERR The command has no key arguments"));
    }
    if !known.row.accepts(request.len()) {
        return Err(Error::Static("ERR Invalid number of arguments specified for command"));
    }
    let mut found = Vec::new();
    keys::find(known.row, request, &mut found);
    if found.is_empty() && !known.row.has(NO_MANDATORY_KEYS) {
        return Err(Error::Static("ERR Invalid arguments specified for command"));
    }
    Ok(found)
}
