//! # Headings: what stands above the steps
//!
//! `key: value` lines. Before the first case they hold for the whole file; after `== id: title`
//! for that case, where lists add to the file's and single values replace them.
//!
//! | heading | value |
//! |---|---|
//! | `note:` | the folder's name, `05-strings` (file only) |
//! | `claims:` | ids of the claims that the case proves |
//! | `since:` `until:` | versions of Redis, `until` not included |
//! | `needs:` | features of [`crate::features`] |
//! | `config:` | directives and values, restored afterwards |
//! | `nodes:` | `m=primary r=replicaof:m` |
//! | `raw:` | connections that get no HELLO |
//! | `xfail:` | `[guard] reason` |

use crate::bytes::Bytes;
use crate::case::{Case, ExpectedFailure, Node};
use crate::format::guard;
use crate::guard::parse_guards;
use crate::lexer::{self, Parsed, error};

/// The headings of a file: a case without steps, copied for each.
#[derive(Default)]
pub struct FileHead {
    template: Case,
}

impl FileHead {
    pub fn heading(&mut self, key: &str, value: &str) -> Parsed<()> {
        match key {
            "note" => {
                self.template.note = value.to_string();
                Ok(())
            }
            _ => heading(&mut self.template, key, value),
        }
    }

    /// A new case that has the file's headings.
    pub fn begin(&self, line: usize, id: &str, title: &str) -> Case {
        Case { id: id.to_string(), title: title.to_string(), line, ..self.template.clone() }
    }
}

/// `key: value`, if the line is one: the key in lower-case letters.
pub fn split(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let is_key = !key.is_empty() && key.chars().all(|c| c.is_ascii_lowercase());
    is_key.then(|| (key, value.trim()))
}

/// Applies one heading to a case.
pub fn heading(case: &mut Case, key: &str, value: &str) -> Parsed<()> {
    let words = || value.split([' ', ',']).filter(|w| !w.is_empty()).map(str::to_string);
    match key {
        "claims" => case.claims.extend(words()),
        "since" => case.since = Some(value.parse().or_else(error)?),
        "until" => case.until = Some(value.parse().or_else(error)?),
        "needs" => case.needs.extend(words()),
        "raw" => case.raw.extend(words()),
        "config" => {
            let args = lexer::arguments(value)?;
            if args.is_empty() || !args.len().is_multiple_of(2) {
                return error("`config:` takes directives and values in pairs");
            }
            case.config.extend(args.chunks(2).map(|p| (Bytes(p[0].clone()), Bytes(p[1].clone()))));
        }
        "nodes" => {
            for word in words() {
                case.nodes.push(node(&word)?);
            }
        }
        "xfail" => {
            let Some((guards, reason)) = guard(value) else {
                return error("write `xfail: [guard] reason`");
            };
            let on = parse_guards(guards).or_else(error)?;
            case.xfail.push(ExpectedFailure { on, reason: reason.trim().to_string() });
        }
        other => return error(format!("there is no heading `{other}:`")),
    }
    Ok(())
}

fn node(word: &str) -> Parsed<Node> {
    let Some((name, role)) = word.split_once('=') else {
        return error("write `nodes: m=primary r=replicaof:m`");
    };
    let (role, of) =
        role.split_once(':').map_or((role, None), |(role, of)| (role, Some(of.to_string())));
    Ok(Node { name: name.to_string(), role: role.to_string(), of })
}
