//! # A server that the runner starts
//!
//! On a free port, in a directory of its own under the system's temporary one, persisting
//! nothing; stopped and swept away when the target is dropped. Any program that takes
//! redis-server's arguments will do.
//!
//! Between finding a free port and the server's taking it another program may take it: then
//! the server exits, and the next port is tried.

use std::io;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use super::remote::answers_ping;
use super::{Connection, Remote, Target};
use crate::rules::{DIR, PORT, START};

const ATTEMPTS: u32 = 5;
const START_TIMEOUT: Duration = Duration::from_secs(10);

/// A running child, and the way to reach it.
pub struct Process {
    program: PathBuf,
    child: Child,
    remote: Remote,
    directory: PathBuf,
}

impl Process {
    pub fn start(name: &str, program: &Path) -> io::Result<Self> {
        let directory = private_directory()?;
        let (child, port) = spawn(program, &directory)?;
        let remote = Remote::new(name, "127.0.0.1", port);
        Ok(Process { program: program.into(), child, remote, directory })
    }

    fn stop(&mut self) {
        // Killing is enough: nothing that it holds is to be kept.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Target for Process {
    fn name(&self) -> &str {
        self.remote.name()
    }

    fn connect(&mut self) -> io::Result<Box<dyn Connection>> {
        self.remote.connect()
    }

    fn restart(&mut self) -> io::Result<()> {
        self.stop();
        let _ = std::fs::remove_dir_all(&self.directory);
        std::fs::create_dir_all(&self.directory)?;
        let (child, port) = spawn(&self.program, &self.directory)?;
        self.child = child;
        self.remote = Remote::new(self.remote.name(), "127.0.0.1", port);
        Ok(())
    }

    fn died(&mut self) -> Option<String> {
        let status = self.child.try_wait().ok().flatten()?;
        Some(format!("it ended with {status}"))
    }

    fn now_ms(&mut self) -> u64 {
        self.remote.now_ms()
    }

    fn sleep(&mut self, ms: u64) {
        self.remote.sleep(ms);
    }

    fn feature(&mut self, name: &str) -> Option<bool> {
        match name {
            "files" => Some(true),
            other => self.remote.feature(other),
        }
    }

    fn address(&self) -> Option<(String, u16)> {
        self.remote.address()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop();
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

fn private_directory() -> io::Result<PathBuf> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let path = std::env::temp_dir().join(format!("conformance-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&path)?;
    Ok(path)
}

fn spawn(program: &Path, directory: &Path) -> io::Result<(Child, u16)> {
    let mut last = String::new();
    for _ in 0..ATTEMPTS {
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let argument = |word: &&str| match *word {
            PORT => port.to_string().into(),
            DIR => directory.as_os_str().to_owned(),
            other => other.into(),
        };
        let mut child = Command::new(program)
            .args(START.iter().map(argument))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", program.display())))?;
        match wait_until_up(&mut child, port, directory) {
            Ok(()) => return Ok((child, port)),
            Err(why) => last = why,
        }
        let _ = child.kill();
        let _ = child.wait();
    }
    Err(io::Error::other(format!("{} does not start: {last}", program.display())))
}

fn wait_until_up(child: &mut Child, port: u16, directory: &Path) -> Result<(), String> {
    let start = Instant::now();
    while start.elapsed() < START_TIMEOUT {
        if let Ok(Some(status)) = child.try_wait() {
            return Err(format!("it ended with {status}"));
        }
        if answers_ping("127.0.0.1", port) {
            return match is_another_s(port, directory) {
                true => Err(format!("another server has taken port {port}")),
                false => Ok(()),
            };
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Err(format!("no answer to PING on port {port} in {START_TIMEOUT:?}"))
}

/// Whether who answers on this port works in another directory: then our child is about to find the
/// port taken, and to end. A server that does not tell its directory is believed.
fn is_another_s(port: u16, directory: &Path) -> bool {
    let mut answer = Vec::new();
    let heard =
        super::SocketConnection::open("127.0.0.1", port, START_TIMEOUT).is_ok_and(|mut on| {
            on.send(b"CONFIG GET dir\r\n").is_ok() && on.receive(&mut answer, 500).is_ok()
        });
    let name = directory.file_name().unwrap_or_default().as_encoded_bytes();
    heard && answer.starts_with(b"*2\r\n") && !answer.windows(name.len()).any(|part| part == name)
}
