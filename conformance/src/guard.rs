//! # Guards: to which servers a line applies
//!
//! ```text
//!   [valkey >=8.0.0 <8.0.2] "quicklist"      one server, a range of versions
//!   [redis <7.2, keynotes] -ERR ...          either of two
//!   2| ["k" "v"]                             only where the connection speaks RESP2
//! ```
//!
//! A server has one or more identities: Keynotes is `keynotes` at its own version and `redis` at
//! the version that it reproduces; Valkey is only `valkey` (its differences from Redis are what
//! guards are for), though `since:` compares with the Redis version that it claims.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Major, minor, patch; what is not given is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Version(pub u32, pub u32, pub u32);

/// A server's name, and bounds that its version must keep.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guard {
    pub name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bounds: Vec<(Comparison, Version)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Comparison {
    #[serde(rename = ">=")]
    AtLeast,
    #[serde(rename = "<=")]
    AtMost,
    #[serde(rename = ">")]
    Above,
    #[serde(rename = "<")]
    Below,
    #[serde(rename = "=")]
    Equal,
}

/// When a line applies: any of its guards, and its protocol. Empty: always.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resp: Option<u8>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub guards: Vec<Guard>,
}

/// What a target says it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// Names that guards may use, each with its version; the first is the server's own.
    pub names: Vec<(String, Version)>,
    /// The version of Redis whose behaviour it claims; `since:` and `until:` compare with it.
    pub redis_version: Version,
}

impl Condition {
    pub fn is_always(&self) -> bool {
        self.resp.is_none() && self.guards.is_empty()
    }

    pub fn holds(&self, identity: &Identity, resp: u8) -> bool {
        let named = self.guards.is_empty() || self.guards.iter().any(|guard| guard.holds(identity));
        named && self.resp.is_none_or(|wanted| wanted == resp)
    }
}

impl Guard {
    pub fn holds(&self, identity: &Identity) -> bool {
        let within =
            |version: Version| self.bounds.iter().all(|(how, bound)| how.holds(version, *bound));
        identity.names.iter().any(|(name, version)| *name == self.name && within(*version))
    }
}

impl Comparison {
    fn holds(self, version: Version, bound: Version) -> bool {
        match self {
            Comparison::AtLeast => version >= bound,
            Comparison::AtMost => version <= bound,
            Comparison::Above => version > bound,
            Comparison::Below => version < bound,
            Comparison::Equal => version == bound,
        }
    }
}

/// Reads what stands between the brackets of a guard.
pub fn parse_guards(text: &str) -> Result<Vec<Guard>, String> {
    text.split(',').map(parse_guard).collect()
}

fn parse_guard(text: &str) -> Result<Guard, String> {
    let mut words = text.split_whitespace();
    let name = words.next().ok_or("a guard names a server")?.to_string();
    Ok(Guard { name, bounds: words.map(parse_bound).collect::<Result<_, _>>()? })
}

fn parse_bound(text: &str) -> Result<(Comparison, Version), String> {
    const SIGNS: [(&str, Comparison); 5] = [
        (">=", Comparison::AtLeast),
        ("<=", Comparison::AtMost),
        (">", Comparison::Above),
        ("<", Comparison::Below),
        ("=", Comparison::Equal),
    ];
    let found = SIGNS.iter().find_map(|(sign, how)| Some((*how, text.strip_prefix(sign)?)));
    let (how, version) =
        found.ok_or_else(|| format!("`{text}` is no bound: write >=7.2 or <8.0.2"))?;
    Ok((how, version.parse()?))
}

impl FromStr for Version {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = [0; 3];
        for (i, part) in text.trim().split('.').enumerate() {
            let number = part.parse().map_err(|_| format!("`{text}` is not a version"))?;
            *parts.get_mut(i).ok_or_else(|| format!("`{text}` is not a version"))? = number;
        }
        Ok(Version(parts[0], parts[1], parts[2]))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

impl TryFrom<String> for Version {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Version> for String {
    fn from(version: Version) -> String {
        version.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(guard: &str, names: &[(&str, Version)]) -> bool {
        let names = names.iter().map(|(n, v)| (n.to_string(), *v)).collect();
        let identity = Identity { names, redis_version: Version(7, 4, 1) };
        Condition { resp: None, guards: parse_guards(guard).unwrap() }.holds(&identity, 3)
    }

    #[test]
    fn bounds_are_all_kept_and_names_are_alternatives() {
        let valkey = [("valkey", Version(8, 0, 1))];
        assert!(holds("valkey >=8.0.0 <8.0.2", &valkey));
        assert!(!holds("valkey >=8.0.0 <8.0.1", &valkey));
        assert!(holds("valkey >8", &valkey) && holds("redis <7.2, valkey", &valkey));
        assert!(!holds("redis", &valkey));
        let keynotes = [("keynotes", Version(0, 1, 0)), ("redis", Version(7, 4, 1))];
        assert!(
            holds("keynotes", &keynotes)
                && holds("redis >=7.4", &keynotes)
                && !holds("redis <7.2", &keynotes)
        );
        assert!(
            parse_guards("redis 7.2").is_err()
                && parse_guards("redis >=7.x").is_err()
                && parse_guards("").is_err()
        );
    }
}
