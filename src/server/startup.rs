//! # Startup: from the command line to a served port
//!
//! ```text
//! config ── supervisor ── log ── descriptors ── sockets ── logo ── engine ── "Ready to accept"
//! ```
//!
//! The order is Redis's, because scripts read the log: a taken port is reported before
//! the line with the pid, and connections are announced once, when all is loaded. What
//! must be done while there is one thread (fork, title) comes first.

use super::cli;
use super::event_loop::EventLoop;
use super::files::{ConfigSource, read_config};
use super::log::Log;
use super::memory;
use super::network::plain_words;
use super::os::{crash, process, syslog};
use super::signals::Signals;
use super::supervise::Supervision;
use super::system::System;
use super::title::Title;
use super::tuning;
use crate::commands::World;
use crate::commands::world::LogLevel;
use crate::config::{Config, FileError, Supervised};
use crate::engine::Engine;
use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use std::process::ExitCode;

/// Runs the program that its name and words ask for.
pub fn run(args: impl Iterator<Item = OsString>) -> ExitCode {
    let mut words: Vec<Vec<u8>> = args.map(OsString::into_vec).collect();
    let program = if words.is_empty() { b"keynotes".to_vec() } else { words.remove(0) };
    cli::act(&program, &words).run(|words| match serve(&program, words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            error.report();
            ExitCode::FAILURE
        }
    })
}

/// Why the server does not start.
enum StartError {
    Config(FileError),
    Io(&'static str, io::Error),
    /// The log has said it already.
    Logged,
}

impl StartError {
    /// Says it where scripts look: a file that cannot be read in the log, a bad line on stderr.
    fn report(&self) {
        match self {
            StartError::Config(error @ FileError::Unreadable { .. }) => {
                if let Ok(mut log) = Log::open(None, LogLevel::Notice) {
                    log.write(LogLevel::Warning, &error.to_string());
                }
            }
            StartError::Config(error) => eprintln!("{error}"),
            StartError::Io(what, error) => eprintln!("{what}: {}", plain_words(error)),
            StartError::Logged => {}
        }
    }
}

fn serve(program: &[u8], words: &[Vec<u8>]) -> Result<(), StartError> {
    let (mut config, source) = read_config(words).map_err(StartError::Config)?;
    let (supervision, notes) =
        Supervision::begin(&config).map_err(|error| StartError::Io("fork", error))?;
    let title = Title::claim(program, &source.given, &config);
    let mut system = open_system(&config, &source, title)?;
    announce(&mut system, &source, &config);
    for note in notes {
        system.log(LogLevel::Notice, &note);
    }
    prepare_process(&mut config, &mut system);
    listen(&config, &mut system)?;
    if let Err(text) = supervision.write_pidfile() {
        system.log(LogLevel::Warning, &text);
    }
    system.title.show(&config);
    show_logo(&config, &mut system);
    for (level, note) in tuning::warnings(&config) {
        system.log(level, &note);
    }
    let signals =
        Signals::listen().map_err(|error| StartError::Io("Can't handle signals", error))?;
    let engine = Engine::new(config, &mut system);
    system.log(LogLevel::Notice, "Server initialized");
    let mut turning = EventLoop::new(engine, system, signals, supervision)
        .map_err(|error| StartError::Io("Can't create the event loop", error))?;
    turning.announce_ready();
    turning.run().map_err(|error| StartError::Io("The event loop failed", error))?;
    // The kernel takes a big keyspace back at once; dropping it would take seconds.
    std::process::exit(0)
}

fn open_system(config: &Config, source: &ConfigSource, title: Title) -> Result<System, StartError> {
    let path = match config.logfile.as_slice() {
        [] => None,
        name => {
            let name = PathBuf::from(OsString::from_vec(name.to_vec()));
            // The config's `dir` is the working directory by now.
            Some(std::env::current_dir().map_or(name.clone(), |dir| dir.join(&name)))
        }
    };
    crash::set_log_path(path.as_deref());
    crash::set_exit_on_panic(config.use_exit_on_panic);
    let mut log = Log::open(path, config.loglevel)
        .map_err(|error| StartError::Io("Can't open the log file", error))?;
    if config.syslog_enabled {
        syslog::open(&config.syslog_ident, config.syslog_facility);
        log.to_syslog = true;
    }
    Ok(System::new(log, source.file.clone(), title))
}

/// The first lines of a log.
fn announce(system: &mut System, source: &ConfigSource, config: &Config) {
    let pid = std::process::id();
    system.log(LogLevel::Notice, "oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo");
    let text = format!(
        "Redis version=7.4.1, bits=64, commit=00000000, modified=0, pid={pid}, just started"
    );
    system.log(LogLevel::Notice, &text);
    if source.is_empty {
        let text = "Warning: no config file specified, using the default config. In order to \
                    specify a config file use redis-server /path/to/redis.conf";
        system.log(LogLevel::Warning, text);
    } else {
        system.log(LogLevel::Notice, "Configuration loaded");
    }
    if config.daemonize && config.supervised != Supervised::No {
        let text = "daemonize is set although a supervisor is: the server stays in front";
        system.log(LogLevel::Warning, text);
    }
    system.log.role = 'M';
}

/// Signals, limits and priorities. What is refused is logged, and the server goes on.
fn prepare_process(config: &mut Config, system: &mut System) {
    process::ignore_hangups_and_broken_pipes();
    crash::report_panics();
    if config.crash_log_enabled {
        crash::report_fatal_signals();
    } else {
        crash::die_silently_of_fatal_signals();
    }
    memory::set_background_thread(config.jemalloc_bg_thread);
    let (room, notes) = tuning::make_room_for_clients(config.maxclients);
    config.maxclients = room;
    for (level, note) in notes {
        system.log(level, &note);
    }
    if !config.server_cpulist.is_empty() {
        let list = String::from_utf8_lossy(&config.server_cpulist).into_owned();
        let cpus = tuning::cpu_list(&list);
        if cpus.is_none_or(|cpus| process::run_on_cpus(&cpus).is_err()) {
            system.log(LogLevel::Warning, &format!("Can't run on the CPUs '{list}'"));
        }
    }
    if config.disable_thp
        && let Err(error) = process::disable_huge_pages()
    {
        let text = format!("Failed to disable transparent huge pages: {}", plain_words(&error));
        system.log(LogLevel::Warning, &text);
    }
    if let Err(text) = system.oom_score.apply(config, 0) {
        system.log(LogLevel::Warning, &text);
    }
    system.watchdog.set_period(config.watchdog_period_ms, config.hz);
}

fn listen(config: &Config, system: &mut System) -> Result<(), StartError> {
    if config.tls_port != 0 {
        system.log(LogLevel::Warning, "Failed to configure TLS: this build has none, aborting.");
        return Err(StartError::Logged);
    }
    if let Err(error) = system.network.listen(config) {
        system.log(LogLevel::Warning, &error.to_string());
        let text = match error {
            super::network::ListenError::Tcp { port, .. } => {
                format!("Failed listening on port {port} (tcp), aborting.")
            }
            super::network::ListenError::Unix(_) => {
                "Failed listening on the unix socket, aborting.".to_owned()
            }
        };
        system.log(LogLevel::Warning, &text);
        return Err(StartError::Logged);
    }
    if !system.network.serves_tcp() && system.network.unix_path().is_none() {
        system.log(LogLevel::Warning, "Configured to not listen anywhere, exiting.");
        return Err(StartError::Logged);
    }
    Ok(())
}

/// The picture for people who look at a terminal or ask for it; a line for all others.
fn show_logo(config: &Config, system: &mut System) {
    let mode = if config.cluster_enabled { "cluster" } else { "standalone" };
    let to_terminal = config.logfile.is_empty() && io::stdout().is_terminal();
    if config.always_show_logo || (to_terminal && !config.syslog_enabled) {
        system.log.write_raw(&cli::logo(mode, config.port));
    } else {
        let text = format!("Running mode={mode}, port={}.", config.port);
        system.log(LogLevel::Notice, &text);
    }
}
