//! # Out: what is printed, for as long as somebody reads it
//!
//! `conformance mutate --list | head` closes the pipe after ten lines. That is no failure: what is
//! printed after it is not wanted, but the run still ends as it would, stops the servers that it has
//! started and returns its exit code. `println!` would panic; so nothing here uses it.

use std::fmt;
use std::io::{self, ErrorKind, Write};

/// Prints a line.
#[macro_export]
macro_rules! say {
    ($($word:tt)*) => {
        $crate::out::print(format_args!("{}\n", format_args!($($word)*)))
    };
}

/// Prints as it is.
pub fn print(text: fmt::Arguments<'_>) {
    print_to(&mut io::stdout().lock(), text);
}

fn print_to(out: &mut impl Write, text: fmt::Arguments<'_>) {
    match out.write_fmt(text).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => panic!("cannot print: {error}"),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes nothing, for one reason.
    struct Closed(ErrorKind);

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_who_leaves_is_no_failure() {
        print_to(&mut Closed(ErrorKind::BrokenPipe), format_args!("unread"));
    }

    #[test]
    #[should_panic(expected = "cannot print")]
    fn a_full_disk_is_one() {
        print_to(&mut Closed(ErrorKind::StorageFull), format_args!("lost"));
    }
}
