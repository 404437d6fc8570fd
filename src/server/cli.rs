//! # The command line: which program, and what it prints and leaves
//!
//! One binary plays several parts, by the name under which it is called
//! (`redis-server`, `redis-sentinel`, `redis-check-aof`, `redis-check-rdb`) or by its
//! first word (`keynotes server`). Directives on the command line are config text; see
//! [`crate::config::args`].

use super::memory::ALLOCATOR_NAME;
use std::path::Path;
use std::process::ExitCode;

/// What the words ask for.
#[derive(Debug, PartialEq, Eq)]
pub enum Act {
    /// Serve, with these words as config.
    Serve(Vec<Vec<u8>>),
    Print(String),
    /// Say why not, and fail.
    Refuse(String),
}

impl Act {
    /// Prints, or hands on to `serve`.
    pub fn run(self, serve: impl FnOnce(&[Vec<u8>]) -> ExitCode) -> ExitCode {
        match self {
            Act::Serve(words) => serve(&words),
            Act::Print(text) => {
                println!("{text}");
                ExitCode::SUCCESS
            }
            Act::Refuse(text) => {
                eprintln!("{text}");
                ExitCode::FAILURE
            }
        }
    }
}

/// Decides by the program's own name and its words.
pub fn act(program: &[u8], words: &[Vec<u8>]) -> Act {
    let path = String::from_utf8_lossy(program);
    let name = Path::new(&*path).file_name().map(|name| name.to_string_lossy().into_owned());
    let mut name = name.unwrap_or_default();
    let mut words = words;
    if let [first, rest @ ..] = words
        && [b"server".as_slice(), b"sentinel", b"check-aof", b"check-rdb"].contains(&&first[..])
    {
        name = format!("redis-{}", String::from_utf8_lossy(first));
        words = rest;
    }
    let absent = ["redis-sentinel", "redis-check-aof", "redis-check-rdb"];
    if let Some(part) = absent.iter().find(|part| name.contains(**part)) {
        return Act::Refuse(format!("{part} is not there yet."));
    }
    if words.iter().any(|word| word == b"--sentinel") {
        return Act::Refuse("Sentinel mode is not there yet.".to_owned());
    }
    match words {
        [word] if word == b"-v" || word == b"--version" => Act::Print(version()),
        // Redis takes this for a call that went wrong, too.
        [word] if word == b"-h" || word == b"--help" => Act::Refuse(help(&name)),
        [word, ..] if word == b"--test-memory" => {
            Act::Refuse("The memory test is not part of this program.".to_owned())
        }
        [word] if word == b"--check-system" => {
            Act::Refuse("The system check is not part of this program.".to_owned())
        }
        words => Act::Serve(words.to_vec()),
    }
}

/// `Redis server v=7.4.1 …`: tools look for ` v=7.`.
pub fn version() -> String {
    format!(
        "Redis server v=7.4.1 sha=00000000:0 malloc={ALLOCATOR_NAME} bits=64 build=keynotes-{}",
        env!("CARGO_PKG_VERSION")
    )
}

fn help(name: &str) -> String {
    format!(
        "Usage: {name} [/path/to/redis.conf] [options] [-]\n       \
         {name} -               reads config lines from standard input\n       \
         {name} -v | --version\n       \
         {name} -h | --help\n\n\
         An option is a directive of the config file with two dashes in front, and its \
         values.\nIt overrides the file's.\n\n\
         Examples:\n       \
         {name}\n       \
         {name} /etc/redis/6379.conf\n       \
         {name} --port 7777 --replicaof 127.0.0.1 8888\n       \
         {name} /etc/redis/6379.conf --loglevel verbose\n       \
         echo 'maxmemory 128mb' | {name} -"
    )
}

/// The start-up picture. Scripts look for ` PID: ` in it.
pub fn logo(mode: &str, port: u16) -> String {
    let pid = std::process::id();
    format!(
        "\n   ___________________________\n  \
         |  | | |  |  | | | | |  |   |      Keynotes {} (Redis 7.4.1) 64 bit\n  \
         |  | | |  |  | | | | |  |   |\n  \
         |  |_| |  |  |_| |_| |  |   |      Running in {mode} mode\n  \
         |   |  |  |   |   |  |  |   |      Port: {port}\n  \
         |___|__|__|___|___|__|__|___|      PID: {pid}\n\n",
        env!("CARGO_PKG_VERSION")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<Vec<u8>> {
        line.split_whitespace().map(|word| word.into()).collect()
    }

    #[test]
    fn the_name_and_the_first_word_choose_the_part() {
        assert_eq!(
            act(b"/usr/bin/redis-server", &words("a.conf -")),
            Act::Serve(words("a.conf -"))
        );
        assert_eq!(act(b"keynotes", &words("server --port 1")), Act::Serve(words("--port 1")));
        for (program, line) in [
            ("redis-sentinel", "s.conf"),
            ("./redis-check-aof", "x"),
            ("keynotes", "check-rdb x"),
            ("redis-server", "s.conf --sentinel"),
            ("redis-server", "--test-memory 10"),
        ] {
            assert!(matches!(act(program.as_bytes(), &words(line)), Act::Refuse(_)), "{program}");
        }
    }

    #[test]
    fn version_and_help_count_only_alone() {
        assert!(
            matches!(act(b"redis-server", &words("-v")), Act::Print(text) if text.contains(" v=7."))
        );
        assert!(
            matches!(act(b"redis-server", &words("--help")), Act::Refuse(text) if text.starts_with("Usage: "))
        );
        assert!(matches!(act(b"redis-server", &words("-v x")), Act::Serve(_)));
    }
}
