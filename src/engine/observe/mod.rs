//! # Observe: what the server tells of itself                         (note 26)
//!
//! - [`info`]: INFO's page, section by section; the sections are in `sections`.
//! - `sample`: rates and peaks, taken by the cron.
//!
//! Nothing here counts: that is done where things happen. Here it is read.

pub mod info;
mod sample;
mod sections;
