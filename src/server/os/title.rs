//! # Title: the name that `ps` shows
//!
//! The kernel shows as a process's command line whatever stands in the memory where it
//! once put the arguments. So a new title is written there:
//!
//! ```text
//! arg_start               arg_end = env_start                env_end
//! │ redis-server\0redis.conf\0 │ PATH=/bin\0HOME=/root\0 …   │
//! │ redis-server 127.0.0.1:6379\0\0\0\0\0\0\0\0\0\0\0 …      │
//! ```
//!
//! Arguments are short and a title may be longer, so the environment's place is taken
//! too, once its variables have been copied to the heap.
#![allow(unsafe_code)]

use std::ffi::OsString;
use std::ops::Range;
use std::os::unix::ffi::OsStrExt;

/// Memory that holds the title.
#[derive(Debug)]
pub struct TitleArea {
    bytes: Range<usize>,
}

impl TitleArea {
    /// Finds the area and moves the environment out of it. Call it before any thread is
    /// started, and read no argument of the program afterwards. `None` if the kernel does
    /// not say where the area is.
    pub fn claim() -> Option<TitleArea> {
        let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
        let bytes = area_of(&stat)?;
        // A name that begins with `=` can be inherited but not set: such a variable is lost.
        let settable = |(name, _): &(OsString, OsString)| !name.as_bytes().contains(&b'=');
        let environment: Vec<_> = std::env::vars_os().filter(settable).collect();
        for (name, value) in environment {
            // SAFETY: there is one thread yet, so nobody reads the environment meanwhile.
            unsafe { std::env::set_var(name, value) };
        }
        Some(TitleArea { bytes })
    }

    /// Writes the title, cut to what fits, and zeros behind it.
    pub fn write(&mut self, title: &[u8]) {
        let len = title.len().min(self.bytes.len() - 1);
        // SAFETY: the kernel gave this range to us for the arguments and the environment;
        // it is writable for the life of the process, std has its own copy of what it
        // needs, and the variables live on the heap since `claim`.
        unsafe {
            let area =
                std::slice::from_raw_parts_mut(self.bytes.start as *mut u8, self.bytes.len());
            area[..len].copy_from_slice(&title[..len]);
            area[len..].fill(0);
        }
    }
}

/// Fields 48 to 51 of `/proc/self/stat`: start and end of the arguments, then of the environment.
fn area_of(stat: &str) -> Option<Range<usize>> {
    // The second field is the program's name in brackets, and may hold anything.
    let (_, rest) = stat.rsplit_once(") ")?;
    let fields: Vec<usize> =
        rest.split_ascii_whitespace().map(|word| word.parse().unwrap_or(0)).collect();
    let &[args_start, args_end, env_start, env_end] = fields.get(45..49)? else { return None };
    let end = if env_start == args_end { env_end } else { args_end };
    (args_start != 0 && end > args_start).then_some(args_start..end)
}

#[cfg(test)]
mod tests {
    use super::area_of;

    #[test]
    fn the_area_spans_arguments_and_environment() {
        let head: String = (3..48).map(|field| format!("{field} ")).collect();
        assert_eq!(area_of(&format!("1 (a ) b) {head}100 150 150 900 0")), Some(100..900));
        assert_eq!(area_of(&format!("1 (x) {head}100 150 160 900 0")), Some(100..150));
        assert_eq!(area_of(&format!("1 (x) {head}0 0 0 0 0")), None);
    }
}
