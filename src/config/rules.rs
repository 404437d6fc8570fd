//! # Rules: what a text may not be
//!
//! A few texts are more than bytes: file names must not wander into other directories, host names have an
//! alphabet, a process title has holes to fill.

use super::row::Reason;

const HOST_NAME_MAX: usize = 256;

pub fn db_file_name(name: &[u8]) -> Result<(), Reason> {
    if has_slash(name) {
        return Err("dbfilename can't be a path, just a filename".into());
    }
    Ok(())
}

pub fn append_file_name(name: &[u8]) -> Result<(), Reason> {
    if name.is_empty() {
        return Err("appendfilename can't be empty".into());
    }
    if has_slash(name) {
        return Err("appendfilename can't be a path, just a filename".into());
    }
    Ok(())
}

pub fn append_dir_name(name: &[u8]) -> Result<(), Reason> {
    if name.is_empty() {
        return Err("appenddirname can't be empty".into());
    }
    if has_slash(name) {
        return Err("appenddirname can't be a path, just a dirname".into());
    }
    Ok(())
}

pub fn hostname(name: &[u8]) -> Result<(), Reason> {
    if name.len() >= HOST_NAME_MAX {
        return Err("Hostnames must be less than 256 characters".into());
    }
    if name.iter().any(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))) {
        return Err("Hostnames may only contain alphanumeric characters, hyphens or dots".into());
    }
    Ok(())
}

/// The nickname of a cluster node: it travels in lines of text, so nothing that a shell would stumble over.
pub fn human_nodename(name: &[u8]) -> Result<(), Reason> {
    const FORBIDDEN: &[u8] = b"!#$%&()*+;<>?@[]^{|}~";
    if name.iter().any(|byte| byte.is_ascii_control() || FORBIDDEN.contains(byte)) {
        return Err("Announced human node name contained invalid character".into());
    }
    Ok(())
}

/// The locales of this server: the environment's, `C`, `POSIX`, and names of the shape `xx_YY.charset`.
pub fn locale(name: &[u8]) -> Result<(), Reason> {
    let shaped = name.len() >= 5
        && name[..2].iter().all(u8::is_ascii_lowercase)
        && name[2] == b'_'
        && name[3..5].iter().all(u8::is_ascii_uppercase);
    match name {
        b"" | b"C" | b"POSIX" | b"C.UTF-8" | b"C.utf8" => Ok(()),
        _ if shaped => Ok(()),
        _ => Err("Invalid locale name".into()),
    }
}

/// A title must have only known holes, and must not come out blank.
pub fn proc_title(template: &[u8]) -> Result<(), Reason> {
    let filled = expand_proc_title(template, |hole| match hole {
        b"title" | b"server-mode" | b"unixsocket" | b"config-file" => Some(Vec::new()),
        b"listen-addr" => Some(b"*:0".to_vec()),
        b"port" | b"tls-port" => Some(b"0".to_vec()),
        _ => None,
    });
    match filled {
        Some(title) if title.iter().any(|byte| *byte != b' ') => Ok(()),
        _ => Err("template format is invalid or contains unknown variables".into()),
    }
}

/// Fills the `{holes}` of a title; `None` if one is unknown to `fill` or never closed.
pub fn expand_proc_title(
    template: &[u8],
    fill: impl Fn(&[u8]) -> Option<Vec<u8>>,
) -> Option<Vec<u8>> {
    let mut title = Vec::new();
    let mut rest = template;
    while let Some(open) = rest.iter().position(|byte| *byte == b'{') {
        title.extend_from_slice(&rest[..open]);
        rest = &rest[open + 1..];
        let close = rest.iter().position(|byte| *byte == b'}')?;
        title.extend(fill(&rest[..close])?);
        rest = &rest[close + 1..];
    }
    title.extend_from_slice(rest);
    Some(title)
}

fn has_slash(name: &[u8]) -> bool {
    name.contains(&b'/')
}
