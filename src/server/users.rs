//! # Users: what a `user` line may say
//!
//! There is one user, `default`, who may do everything; nobody else can log in. A line that
//! describes just that is taken; any other is refused, and the server does not start:
//! whoever writes down what a user may not do must not find a server that lets him.
//!
//! ```text
//! user default on nopass ~* &* +@all        taken: so it is anyway
//! user default on >secret ~* +@all          refused: requirepass is the place for a password
//! user alice on nopass ~cached:* +get       refused
//! user bob off                              taken: he cannot log in
//! ```

use crate::config::row::Reason;

/// What holds of the user `default` without being said.
const GIVEN: &[&str] =
    &["on", "nopass", "~*", "allkeys", "&*", "allchannels", "+@all", "allcommands"];
/// What holds of everybody else.
const GIVEN_OF_OTHERS: &[&str] =
    &["off", "reset", "resetpass", "resetkeys", "resetchannels", "-@all", "nocommands"];

/// # Errors
/// When the line asks for something that this server cannot keep.
pub fn admit(name: &[u8], rules: &[Vec<u8>]) -> Result<(), Reason> {
    let is_default = name == b"default";
    let given = if is_default { GIVEN } else { GIVEN_OF_OTHERS };
    let is_given =
        |rule: &[u8]| given.iter().any(|word| rule.eq_ignore_ascii_case(word.as_bytes()));
    match rules.iter().find(|rule| !is_given(rule)) {
        None => Ok(()),
        Some(_) if !is_default => {
            Err("ACL users are not supported: nobody but 'default' can log in".into())
        }
        Some(rule) if rule.starts_with(b">") => {
            Err("a password of 'default' is set by requirepass, not by an ACL rule".into())
        }
        Some(rule) => {
            Err(format!("the ACL rule '{}' is not supported", String::from_utf8_lossy(rule)).into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::admit;

    #[test]
    fn only_what_holds_anyway_is_taken() {
        let taken = |line: &str| {
            let words: Vec<Vec<u8>> = line.split(' ').map(|word| word.into()).collect();
            admit(&words[0], &words[1..]).is_ok()
        };
        assert!(taken("default on nopass ~* &* +@all") && taken("default allkeys ON"));
        assert!(taken("bob off resetkeys -@all"));
        for refused in [
            "default off",
            "default on >secret",
            "default resetchannels",
            "default -@dangerous",
            "alice on nopass ~* +@all",
        ] {
            assert!(!taken(refused), "{refused}");
        }
    }
}
