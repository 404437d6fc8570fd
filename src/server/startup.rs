//! # Startup: from the command line to a served port
//!
//! ```text
//! keynotes [server] [redis.conf] [--directive value ...]
//! ```
//!
//! The order is Redis's, because scripts read the log: config, log, sockets, the line
//! with the pid, the line that says that connections are accepted.

use super::event_loop::EventLoop;
use super::listener::{Listener, listen_tcp, listen_unix};
use super::log::Log;
use super::system::System;
use crate::commands::World;
use crate::commands::world::LogLevel;
use crate::config::file::{Outside, load};
use crate::config::{Config, FileError, args::command_line};
use crate::engine::Engine;
use std::ffi::OsString;
use std::io::{self, Read};
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Runs the program that the first word names.
pub fn run(args: impl Iterator<Item = OsString>) -> ExitCode {
    let mut args: Vec<Vec<u8>> = args.skip(1).map(OsString::into_vec).collect();
    if args.first().is_some_and(|word| word == b"server") {
        args.remove(0);
    }
    match args.first().map(Vec::as_slice) {
        Some(b"--version" | b"-v") => {
            println!("{}", version_line());
            return ExitCode::SUCCESS;
        }
        Some(b"--help" | b"-h") => {
            println!("Usage: keynotes [server] [/path/to/redis.conf] [--directive value ...]");
            return ExitCode::SUCCESS;
        }
        _ => {}
    }
    match start(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(StartError::Config(error)) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
        Err(StartError::Io(error)) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

enum StartError {
    Config(FileError),
    Io(io::Error),
}

impl From<io::Error> for StartError {
    fn from(error: io::Error) -> Self {
        StartError::Io(error)
    }
}

/// `Redis server v=7.4.1 …`: tools look for ` v=7.`.
fn version_line() -> String {
    "Redis server v=7.4.1 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=keynotes".to_owned()
}

fn start(args: &[Vec<u8>]) -> Result<(), StartError> {
    let (config, config_file) = load_config(args).map_err(StartError::Config)?;
    let logfile = String::from_utf8_lossy(&config.logfile).into_owned();
    let log = Log::open(&logfile, config.loglevel)?;
    let mut system = System::new(log, config_file);
    let listeners = listen(&config, &mut system)?;
    let pid = std::process::id();
    system.log(LogLevel::Notice, &format!("Redis version=7.4.1, bits=64, pid={pid}, just started"));
    system.log(
        LogLevel::Notice,
        &format!("Running mode=standalone, port={}. PID: {pid}", config.port),
    );
    let engine = Engine::new(config, &mut system);
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGTERM, signal_hook::consts::SIGINT] {
        signal_hook::flag::register(signal, Arc::clone(&stop))?;
    }
    system.log(LogLevel::Notice, "Ready to accept connections tcp");
    EventLoop::new(engine, system, listeners, stop)?.run()?;
    Ok(())
}

fn load_config(args: &[Vec<u8>]) -> Result<(Config, Option<PathBuf>), FileError> {
    let line = command_line(args);
    let mut text = Vec::new();
    if let Some(path) = &line.file {
        let unreadable = |error| FileError::Unreadable { path: path.clone(), error };
        text = Files.read(path).map_err(unreadable)?;
        text.push(b'\n');
    }
    if line.from_stdin {
        let mut more = Vec::new();
        let path = b"-".to_vec();
        io::stdin()
            .read_to_end(&mut more)
            .map_err(|error| FileError::Unreadable { path, error })?;
        text.extend(more);
        text.push(b'\n');
    }
    text.extend_from_slice(&line.options);
    let mut config = Config::new();
    load(&mut config, &text, &mut Files)?;
    let path = line.file.map(|path| PathBuf::from(OsString::from_vec(path)));
    Ok((config, path))
}

/// Config files on disk.
struct Files;

impl Outside for Files {
    fn read(&mut self, path: &[u8]) -> io::Result<Vec<u8>> {
        std::fs::read(OsString::from_vec(path.to_vec()))
    }
}

fn listen(config: &Config, system: &mut System) -> Result<Vec<Listener>, StartError> {
    let mut listeners = Vec::new();
    if config.port != 0 {
        match listen_tcp(&config.bind, config.port, config.tcp_backlog) {
            Ok(tcp) => listeners.extend(tcp),
            Err(error) => {
                let text = format!("Failed listening on port {} (tcp), aborting.", config.port);
                system.log(LogLevel::Warning, &text);
                return Err(error.into());
            }
        }
    }
    if !config.unixsocket.is_empty() {
        listeners.push(listen_unix(&String::from_utf8_lossy(&config.unixsocket))?);
    }
    Ok(listeners)
}
