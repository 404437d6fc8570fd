//! A server in a variable: its own directory, its own port, gone when dropped.

use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

pub const PATIENCE: Duration = Duration::from_secs(20);

/// A directory, and how to start programs in it.
pub struct Setup {
    pub dir: tempfile::TempDir,
    pub port: u16,
}

pub struct Server {
    pub child: Child,
    pub setup: Setup,
}

impl Setup {
    pub fn new() -> Setup {
        Setup { dir: tempfile::tempdir().expect("a directory"), port: free_port() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The program under the name of `redis-server`, its output appended to `out` and `err`.
    pub fn command(&self, args: &[&str]) -> Command {
        self.command_as("redis-server", args)
    }

    pub fn command_as(&self, name: &str, args: &[&str]) -> Command {
        let program = self.path(name);
        let _ = std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_keynotes"), &program);
        let append = |name| {
            let file = fs::OpenOptions::new().create(true).append(true).open(self.path(name));
            Stdio::from(file.expect("a file for the output"))
        };
        let mut command = Command::new(program);
        command.args(args).current_dir(self.dir.path());
        command.stdin(Stdio::null()).stdout(append("out")).stderr(append("err"));
        command
    }

    /// Runs to the end: exit code and all that was printed.
    pub fn finish(&self, args: &[&str]) -> (Option<i32>, String) {
        let mut child = self.command(args).spawn().expect("it runs");
        let status = end_of(&mut child, || self.text("out"));
        (status.code(), self.text("out") + &self.text("err"))
    }

    pub fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// Starts on this setup's port and waits until connections are taken.
    pub fn serve(self, args: &[&str]) -> Server {
        let port = self.port.to_string();
        let args = [&["--port", &port, "--bind", "127.0.0.1"], args].concat();
        let before = self.text("out").matches("eady to accept").count();
        let child = self.command(&args).spawn().expect("it starts");
        let server = Server { child, setup: self };
        server.await_log(|log| log.matches("eady to accept").count() > before);
        server
    }
}

impl Server {
    pub fn start(args: &[&str]) -> Server {
        Setup::new().serve(args)
    }

    /// Logs to a file of its directory, not to standard output.
    pub fn start_logging_to(name: &str) -> Server {
        let setup = Setup::new();
        let port = setup.port.to_string();
        let child = setup.command(&["--port", &port, "--logfile", name]).spawn().expect("a start");
        let server = Server { child, setup };
        let log = || server.setup.text(name);
        eventually(|| log().contains("eady to accept"), log);
        server
    }

    pub fn connect(&self) -> Wire {
        Wire::new(TcpStream::connect(("127.0.0.1", self.setup.port)).expect("it accepts"))
    }

    pub fn log(&self) -> String {
        self.setup.text("out")
    }

    pub fn await_log(&self, found: impl Fn(&str) -> bool) {
        eventually(|| found(&self.log()), || format!("log:\n{}", self.log()));
    }

    pub fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        let status = Command::new("kill").args([signal, &pid]).status().expect("kill runs");
        assert!(status.success());
    }

    pub fn wait(&mut self) -> ExitStatus {
        let setup = &self.setup;
        end_of(&mut self.child, || setup.text("out"))
    }

    /// Ends it by a signal; gives back its directory and port.
    pub fn stop(mut self, signal: &str) -> (ExitStatus, Setup) {
        self.signal(signal);
        let status = self.wait();
        let setup = std::mem::replace(
            &mut self.setup,
            Setup { dir: tempfile::tempdir().expect("a directory"), port: 0 },
        );
        (status, setup)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A bare socket.
pub struct Wire {
    pub stream: TcpStream,
}

impl Wire {
    pub fn new(stream: TcpStream) -> Wire {
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream.set_write_timeout(Some(PATIENCE)).expect("a timeout");
        stream.set_nodelay(true).expect("a socket");
        Wire { stream }
    }

    pub fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).expect("it takes bytes");
    }

    /// Reads exactly as many bytes as `expected` has, and compares.
    pub fn expect(&mut self, expected: &str) {
        let mut bytes = vec![0; expected.len()];
        let mut len = 0;
        while len < bytes.len() {
            match self.stream.read(&mut bytes[len..]) {
                Ok(0) | Err(_) => break,
                Ok(count) => len += count,
            }
        }
        assert_eq!(String::from_utf8_lossy(&bytes[..len]), expected);
    }

    pub fn ask(&mut self, request: &str, reply: &str) {
        self.send(request.as_bytes());
        self.expect(reply);
    }

    /// All bytes until the server closes. A reset counts as a close.
    pub fn rest(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let _ = self.stream.read_to_end(&mut bytes);
        bytes
    }

    pub fn close_sending(&self) {
        self.stream.shutdown(Shutdown::Write).expect("half a socket");
    }
}

/// Waits for a process to end; one that does not is killed.
fn end_of(child: &mut Child, log: impl Fn() -> String) -> ExitStatus {
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("a child") {
            return status;
        }
        if started.elapsed() > PATIENCE {
            let _ = child.kill();
            panic!("it does not end; log:\n{}", log());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

pub fn eventually(mut holds: impl FnMut() -> bool, explain: impl Fn() -> String) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < PATIENCE, "it never came; {}", explain());
        std::thread::sleep(Duration::from_millis(5));
    }
}

pub fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// A port that nobody has; numbers below the range that the kernel gives to clients.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    loop {
        let step = NEXT.fetch_add(1, Ordering::Relaxed);
        let port = 12_000 + ((std::process::id() as u16 % 200) * 50 + step) % 10_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
