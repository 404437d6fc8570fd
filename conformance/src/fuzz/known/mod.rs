//! # Known differences: the list of rules
//!
//! First what 7.2 changed, for what is sorted is sorted by its text; then what no server promises; then
//! what Valkey and Keynotes do otherwise. Redis 7.0 is the oldest that is compared; what 7.2 changed,
//! Valkey, which began as a copy of 7.2, mostly has too.
//!
//! ```text
//!   Rule::always   name, commands, how, reason                     any two servers
//!   Rule::between  (guard, guard), name, commands, how, reason     only where the guards hold
//!     .when(..)                                                    only with such arguments
//!     .of(..)                                                      of what is left, only this type
//!     .again(..)                                                   then the episode is played once more
//! ```

mod always;
#[cfg(test)]
mod examples;
mod servers;
mod since_7_2;
#[cfg(test)]
mod tests;
mod words;

use super::rules::Rule;

/// Every rule, in the order in which they are tried.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    [always::FIRST, since_7_2::RULES, always::RULES, servers::RULES].into_iter().flatten()
}
