//! # Servers: started, pinned, asked what they used
//!
//! The server sits on core 0, the client on core 1, so that neither takes the other's time.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const SERVER_CORE: &str = "0";
const CLIENT_CORE: &str = "1";

pub struct Server {
    pub name: &'static str,
    pub version: String,
    pub port: u16,
    process: Child,
}

/// Programs by name; those that are absent are left out.
fn programs() -> Vec<(&'static str, String)> {
    vec![
        ("keynotes", env!("CARGO_BIN_EXE_keynotes").to_owned()),
        ("redis", "redis-server".to_owned()),
        ("valkey", "valkey-server".to_owned()),
    ]
}

pub fn start_all() -> Vec<Server> {
    programs().iter().filter_map(|(name, program)| Server::start(name, program)).collect()
}

/// Starts one program alone, by name.
pub fn start(name: &str) -> Option<Server> {
    let programs = programs();
    let (name, program) = programs.iter().find(|(known, _)| *known == name)?;
    Server::start(name, program)
}

/// Names of the servers that can be started.
pub fn names() -> Vec<&'static str> {
    programs().iter().map(|(name, _)| *name).collect()
}

/// Keeps this process off the server's core.
pub fn pin_self() {
    let pid = std::process::id().to_string();
    let pinned = Command::new("taskset").args(["-pc", CLIENT_CORE, &pid]).output();
    if !pinned.is_ok_and(|output| output.status.success()) {
        eprintln!("taskset is absent: nothing is pinned");
    }
}

impl Server {
    fn start(name: &'static str, program: &str) -> Option<Server> {
        let port = TcpListener::bind("127.0.0.1:0").ok()?.local_addr().ok()?.port();
        let mut command = Command::new("taskset");
        command.args(["-c", SERVER_CORE, program, "--port", &port.to_string()]);
        command.args(["--save", "", "--appendonly", "no", "--bind", "127.0.0.1"]);
        command.args(["--dir", "/tmp"]).stdout(Stdio::null()).stderr(Stdio::null());
        let mut process = command.spawn().ok()?;
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if started.elapsed() > Duration::from_secs(5) || process.try_wait().ok()?.is_some() {
                let _ = process.kill();
                let _ = process.wait();
                return None;
            }
            std::thread::yield_now();
        }
        let mut server = Server { name, version: String::new(), port, process };
        let info = server.ask(&["INFO", "server"]);
        let fields = ["valkey_version:", "keynotes_version:", "redis_version:"];
        let line =
            fields.iter().find_map(|field| info.lines().find_map(|line| line.strip_prefix(field)));
        server.version = line.unwrap_or("?").trim().to_owned();
        Some(server)
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).expect("the server listens");
        stream.set_nodelay(true).expect("a TCP option");
        stream
    }

    /// One command on a connection of its own; the reply as text.
    pub fn ask(&mut self, words: &[&str]) -> String {
        let mut stream = self.connect();
        let mut request = format!("*{}\r\n", words.len());
        for word in words {
            request += &format!("${}\r\n{word}\r\n", word.len());
        }
        stream.write_all(request.as_bytes()).expect("sent");
        let mut reply = Vec::new();
        let mut chunk = [0; 65536];
        loop {
            let count = stream.read(&mut chunk).expect("a reply");
            reply.extend_from_slice(&chunk[..count]);
            if count == 0 || is_whole(&reply) {
                return String::from_utf8_lossy(&reply).into_owned();
            }
        }
    }

    /// A figure of INFO.
    pub fn info(&mut self, section: &str, field: &str) -> f64 {
        let info = self.ask(&["INFO", section]);
        let prefix = format!("{field}:");
        let line = info.lines().find_map(|line| line.strip_prefix(&prefix));
        line.and_then(|value| value.trim().parse().ok()).unwrap_or(f64::NAN)
    }

    /// CPU time of all its threads so far, in nanoseconds.
    pub fn cpu_ns(&self) -> u64 {
        let tasks = format!("/proc/{}/task", self.process.id());
        let Ok(entries) = fs::read_dir(tasks) else { return 0 };
        let times = entries.flatten().filter_map(|entry| {
            let text = fs::read_to_string(entry.path().join("schedstat")).ok()?;
            text.split(' ').next()?.parse::<u64>().ok()
        });
        times.sum()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A status line, or a bulk string that is all there.
fn is_whole(reply: &[u8]) -> bool {
    let Some(line) = reply.iter().position(|&byte| byte == b'\n') else { return false };
    match reply[0] {
        b'$' => {
            let digits = String::from_utf8_lossy(&reply[1..line - 1]).into_owned();
            digits.parse::<usize>().map_or(true, |len| reply.len() >= line + 1 + len + 2)
        }
        _ => true,
    }
}
