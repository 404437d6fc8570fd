//! Started, announced, stopped: what scripts and supervisors rely on.

use super::process::{PATIENCE, Server, Setup, eventually, exists};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::process::Stdio;

#[test]
fn the_log_tells_pid_port_and_readiness_in_order() {
    let server = Server::start(&["--always-show-logo", "yes"]);
    let log = server.log();
    let pid = format!(" PID: {}\n", server.child.id());
    let marks = [pid.as_str(), "# ", "Server initialized", "Ready to accept connections tcp"];
    let places: Vec<usize> = marks
        .iter()
        .map(|mark| log.rfind(mark).unwrap_or_else(|| panic!("{mark}: {log}")))
        .collect();
    assert!(places[0] < places[2] && places[2] < places[3], "{log}");
    assert!(log.contains(&format!("Port: {}\n", server.setup.port)), "{log}");
    assert!(log.contains("Running in standalone mode"), "{log}");
    let head = format!("{}:M ", server.child.id());
    assert!(log.lines().last().unwrap().starts_with(&head), "{log}");
}

#[test]
fn without_a_terminal_the_logo_is_one_line() {
    let server = Server::start(&[]);
    let line = format!("Running mode=standalone, port={}.", server.setup.port);
    assert!(server.log().contains(&line) && !server.log().contains(" PID: "));
}

#[test]
fn both_signals_end_it_in_order_and_the_port_is_free_again() {
    let mut setup = Setup::new();
    for (signal, name) in [("-TERM", "SIGTERM"), ("-INT", "SIGINT")] {
        let (status, freed) = setup.serve(&[]).stop(signal);
        assert_eq!(status.code(), Some(0));
        let log = freed.text("out");
        for text in [
            &format!("Received {name} scheduling shutdown..."),
            "User requested shutdown...",
            "ready to exit, bye bye...",
        ] {
            assert!(log.contains(text), "{text}: {log}");
        }
        setup = freed;
    }
    assert_eq!(setup.text("out").matches("Ready to accept").count(), 2);
    setup.serve(&[]).connect().ask("PING\r\n", "+PONG\r\n");
}

#[test]
fn a_second_interrupt_does_not_wait() {
    let mut server = Server::start(&[]);
    // While it stands still both signals pile up; they are handled one after the other.
    for signal in ["-STOP", "-TERM", "-INT", "-CONT"] {
        server.signal(signal);
    }
    assert_eq!(server.wait().code(), Some(1));
}

#[test]
fn hangups_are_ignored() {
    let server = Server::start(&[]);
    server.signal("-HUP");
    server.connect().ask("PING\r\n", "+PONG\r\n");
}

#[test]
fn a_taken_port_is_named_and_is_the_end() {
    let server = Server::start(&[]);
    let port = server.setup.port.to_string();
    let (code, output) = Setup::new().finish(&["--port", &port]);
    assert_eq!(code, Some(1));
    assert!(output.contains(&format!("Failed listening on port {port} (tcp), aborting.")));
    assert!(!output.lines().next().unwrap().contains("already in use"), "{output}");
    let (code, output) = Setup::new().finish(&["--port", "0"]);
    assert_eq!((code, output.contains("not listen anywhere")), (Some(1), true));
}

#[test]
fn a_bad_config_is_quoted_and_is_the_end() {
    for (args, line, reason) in [
        (&["--port", "x"][..], r#"'port "x"'"#, "argument couldn't be parsed into an integer"),
        (&["--bogus", "1"], r#"'bogus "1"'"#, "wrong number of arguments"),
        (
            &["--loglevel", "loud"],
            r#"'loglevel "loud"'"#,
            "argument(s) must be one of the following",
        ),
        (&["--dir", "/none/x"], r#"'dir "/none/x"'"#, "\nNo such file or directory"),
        (
            &["--logfile", "/none/x"],
            "(Redis 7.4.1) ***\n",
            "\nCan't open the log file: No such file",
        ),
    ] {
        let (code, output) = Setup::new().finish(args);
        assert_eq!(code, Some(1), "{args:?}");
        assert!(output.contains(line) && output.contains(reason), "{args:?}: {output}");
    }
    let (code, output) = Setup::new().finish(&["absent.conf"]);
    assert_eq!(code, Some(1));
    assert!(output.contains("can't open config file 'absent.conf': No such file or directory"));
}

#[test]
fn version_and_help_and_parts_that_are_absent() {
    let (code, output) = Setup::new().finish(&["--version"]);
    assert_eq!(code, Some(0));
    assert!(output.starts_with("Redis server v=7.4.1 sha=00000000:0 malloc="), "{output}");
    let (code, output) = Setup::new().finish(&["--help"]);
    assert_eq!((code, output.starts_with("Usage: redis-server ")), (Some(1), true));
    let (code, _) = Setup::new().finish(&["--test-memory", "1"]);
    assert_eq!(code, Some(1));
    let setup = Setup::new();
    let status = setup.command_as("redis-check-aof", &["x"]).status().unwrap();
    assert_eq!(status.code(), Some(1));
}

#[test]
fn standard_input_is_a_config_file_too() {
    let setup = Setup::new();
    let mut command = setup.command(&["-", "--loglevel", "verbose"]);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let config = format!("port {}\nbind 127.0.0.1\n", setup.port);
    child.stdin.take().unwrap().write_all(config.as_bytes()).unwrap();
    let server = Server { child, setup };
    server.await_log(|log| log.contains("Ready to accept"));
    server.connect().ask("PING\r\n", "+PONG\r\n");
}

#[test]
fn files_are_relative_to_dir() {
    let setup = Setup::new();
    std::fs::create_dir(setup.path("data")).unwrap();
    let config = "dir ./data\nlogfile server.log\nunixsocket s.sock\nunixsocketperm 700\n\
                  pidfile server.pid\n";
    std::fs::write(setup.path("redis.conf"), config).unwrap();
    let (path, socket, pidfile) =
        (setup.path("data/server.log"), setup.path("data/s.sock"), setup.path("data/server.pid"));
    let child = setup.command(&["redis.conf", "--port", "0"]).spawn().unwrap();
    let mut server = Server { child, setup };
    let log = || std::fs::read_to_string(&path).unwrap_or_default();
    eventually(|| log().contains("ready to accept connections at s.sock"), log);
    assert!(!log().contains("Ready to accept"), "that line is for ports");
    assert_eq!(socket.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    let pid = std::fs::read_to_string(&pidfile).unwrap();
    assert_eq!(pid, format!("{}\n", server.child.id()));
    let mut stream = UnixStream::connect(&socket).unwrap();
    stream.write_all(b"PING\r\n").unwrap();
    let mut reply = [0; 7];
    std::io::Read::read_exact(&mut stream, &mut reply).unwrap();
    assert_eq!(&reply, b"+PONG\r\n");
    // A log that was moved away is begun anew.
    std::fs::rename(&path, server.setup.path("old.log")).unwrap();
    server.signal("-TERM");
    assert_eq!(server.wait().code(), Some(0));
    assert!(!exists(&socket) && !exists(&pidfile));
    assert!(log().contains("bye bye") && !log().contains("initialized"), "{}", log());
}

#[test]
fn a_pid_file_that_cannot_be_written_does_not_matter() {
    let server = Server::start(&["--pidfile", "/none/redis.pid"]);
    assert!(server.log().contains("Failed to write PID file /none/redis.pid: No such file"));
}

#[test]
fn systemd_is_told_of_start_and_end() {
    let setup = Setup::new();
    let socket = UnixDatagram::bind(setup.path("notify")).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    let port = setup.port.to_string();
    let mut command = setup.command(&["--port", &port, "--supervised", "systemd"]);
    let child = command.env("NOTIFY_SOCKET", setup.path("notify")).spawn().unwrap();
    let mut server = Server { child, setup };
    let mut message = [0; 100];
    let mut hear = || {
        let len = socket.recv(&mut message).unwrap();
        String::from_utf8_lossy(&message[..len]).into_owned()
    };
    assert!(hear().ends_with("\nREADY=1\n"));
    server.signal("-TERM");
    assert_eq!(hear(), "STOPPING=1\n");
    assert_eq!(server.wait().code(), Some(0));
}

#[test]
fn ps_shows_the_title() {
    let template = "{title} on {port}, a title that is longer than all arguments together";
    let setup = Setup::new();
    let port = setup.port.to_string();
    let mut command = setup.command(&["--port", &port, "--proc-title-template", template]);
    // Nor is it disturbed by a variable of a name that nobody can set.
    let child = command.env("=odd", "1").spawn().unwrap();
    let server = Server { child, setup };
    server.await_log(|log| log.contains("Ready to accept"));
    let shown = std::fs::read(format!("/proc/{}/cmdline", server.child.id())).unwrap();
    let shown = String::from_utf8_lossy(&shown);
    let title = format!("redis-server on {}, a title", server.setup.port);
    assert!(shown.trim_end_matches('\0').contains(&title), "{shown}");
}

#[test]
fn in_the_background_the_pid_file_leads_to_it() {
    let setup = Setup::new();
    let port = setup.port.to_string();
    let args = ["--daemonize", "yes", "--port", &port, "--pidfile", "d.pid", "--logfile", "d.log"];
    assert_eq!(setup.finish(&args).0, Some(0));
    eventually(|| setup.text("d.log").contains("Ready to accept"), || setup.text("d.log"));
    let pid = setup.text("d.pid").trim().to_owned();
    assert!(std::process::Command::new("kill").arg(&pid).status().unwrap().success());
    eventually(|| setup.text("d.log").contains("bye bye"), || setup.text("d.log"));
}

#[test]
fn commands_answer_to_the_names_that_the_config_gives_them() {
    let setup = Setup::new();
    let text = "rename-command SET put\nrename-command CONFIG cfg\nrename-command FLUSHALL \"\"\n";
    std::fs::write(setup.path("redis.conf"), text).unwrap();
    let port = setup.port.to_string();
    let child = setup.command(&["redis.conf", "--port", &port]).spawn().unwrap();
    let server = super::process::Server { child, setup };
    server.await_log(|log| log.contains("Ready to accept"));
    let mut client = server.connect();
    client.ask("put k 1\r\nGET k\r\n", "+OK\r\n$1\r\n1\r\n");
    client.ask("FLUSHALL\r\n", "-ERR unknown command 'FLUSHALL', with args beginning with: \r\n");
    client.ask("set\r\n", "-ERR unknown command 'set', with args beginning with: \r\n");
    client.ask("cfg x\r\n", "-ERR unknown subcommand 'x'. Try CFG HELP.\r\n");
    client.ask("cfg rewrite\r\n", "+OK\r\n");
    assert!(server.setup.text("redis.conf").starts_with(text), "renames stay in the file");
}

#[test]
fn what_a_config_says_of_commands_and_users_is_kept_or_refused() {
    for (options, found) in [
        (&["--rename-command", "NOSUCH", "x"][..], "No such command in rename-command"),
        (&["--rename-command", "SET", "get"], "Target command name already exists"),
        (&["--user", "foo", "--user", "foo"], "Duplicate user"),
        (&["--user", "alice", "on", "nopass", "+@all"], "ACL users are not supported"),
        (&["--user", "default", "on", ">secret"], "set by requirepass"),
    ] {
        let (code, text) = Setup::new().finish(options);
        assert_eq!(code, Some(1), "{options:?}");
        assert!(text.contains(found), "{options:?}: {text}");
    }
}
