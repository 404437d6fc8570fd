//! # INFO: a page of fields, by section
//!
//! ```text
//! INFO                    the sections that are cheap and of use to all
//! INFO memory cpu         these two, in the page's own order
//! INFO all, everything    commandstats and latencystats too
//!
//! # Clients\r\n
//! connected_clients:1\r\n
//! ...
//! \r\n
//! # Memory\r\n
//! ```
//!
//! A field is a line; monitors split lines at the first colon. The list of sections is
//! `SECTIONS`, their fields are written in the files of `sections`.

use super::sections::{activity, clients, memory, server, statistics};
use crate::base::word;
use crate::commands::Cx;
use crate::protocol::Args;
use std::fmt::{Display, Write};

/// A section: its title, whether a bare INFO shows it, and who writes it.
struct Section {
    title: &'static str,
    by_default: bool,
    write: fn(&mut Page, &mut Cx<'_>),
}

const fn section(
    title: &'static str,
    by_default: bool,
    write: fn(&mut Page, &mut Cx<'_>),
) -> Section {
    Section { title, by_default, write }
}

/// In the order of the page.
const SECTIONS: &[Section] = &[
    section("Server", true, server::server),
    section("Clients", true, clients::clients),
    section("Memory", true, memory::memory),
    section("Persistence", true, activity::persistence),
    section("Stats", true, statistics::stats),
    section("Replication", true, activity::replication),
    section("CPU", true, server::cpu),
    section("Modules", true, |_, _| {}),
    section("Commandstats", false, statistics::commandstats),
    section("Errorstats", true, statistics::errorstats),
    section("Latencystats", false, statistics::latencystats),
    section("Cluster", true, |page, cx| {
        page.field("cluster_enabled", u8::from(cx.config.cluster_enabled));
    }),
    section("Keyspace", true, activity::keyspace),
];

/// The page of the sections that the words name; of those by default if there are none.
pub fn info(cx: &mut Cx<'_>, words: Args<'_>) -> String {
    let named = |name: &str| words.iter().any(|word| word::is(word, name));
    let default = words.len() == 0 || named("default");
    let all = named("all") || named("everything");
    let mut page = Page::default();
    for section in SECTIONS {
        // The list of modules also goes by the name that Redis's own table has for it.
        let alias = section.title == "Modules" && named("module_list");
        if all || default && section.by_default || named(section.title) || alias {
            page.begin(section.title);
            (section.write)(&mut page, cx);
        }
    }
    page.text
}

/// The text as it grows.
#[derive(Default)]
pub(super) struct Page {
    text: String,
}

impl Page {
    /// `name:value`
    pub fn field(&mut self, name: &str, value: impl Display) {
        // Writing to a String cannot fail.
        let _ = write!(self.text, "{name}:{value}\r\n");
    }

    /// A number of bytes, and the same for people on the line below.
    pub fn bytes(&mut self, name: &str, bytes: u64) {
        self.field(name, bytes);
        self.field(&format!("{name}_human"), human(bytes));
    }

    fn begin(&mut self, title: &str) {
        let gap = if self.text.is_empty() { "" } else { "\r\n" };
        let _ = write!(self.text, "{gap}# {title}\r\n");
    }
}

/// `919.12K`: bytes in the largest unit of 1024 that leaves a whole part.
pub(super) fn human(bytes: u64) -> String {
    const UNITS: [char; 5] = ['K', 'M', 'G', 'T', 'P'];
    let power = bytes.max(1).ilog(1024) as usize;
    match power.checked_sub(1).and_then(|index| UNITS.get(index)) {
        Some(unit) => format!("{:.2}{unit}", bytes as f64 / 1024f64.powi(power as i32)),
        None => format!("{bytes}B"),
    }
}

#[cfg(test)]
mod tests {
    use super::human;

    #[test]
    fn bytes_for_people() {
        for (bytes, text) in [
            (0, "0B"),
            (1023, "1023B"),
            (1024, "1.00K"),
            (941_176, "919.12K"),
            (25_276_510_208, "23.54G"),
            (1 << 50, "1.00P"),
        ] {
            assert_eq!(human(bytes), text);
        }
    }
}
