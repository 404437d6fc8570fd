//! Death by a fault: the report is in the log, and the cause of death is the true one.
//! And the near miss: the watchdog, who reports and lets live.

use super::process::Server;
use std::os::unix::process::ExitStatusExt;
use std::time::Duration;

#[test]
fn a_fatal_signal_is_reported_and_then_dies_of() {
    for (name, number) in [("-SEGV", 11), ("-ABRT", 6), ("-BUS", 7), ("-FPE", 8), ("-ILL", 4)] {
        let (status, setup) = Server::start(&[]).stop(name);
        assert_eq!(status.signal(), Some(number), "{name}");
        let log = setup.text("out");
        let crashed = format!("crashed by signal: {number}");
        for text in ["REDIS BUG REPORT START", &crashed, "STACK TRACE", "epoll_wait", "REPORT END"]
        {
            assert!(log.contains(text), "{name}, {text}: {log}");
        }
    }
}

#[test]
fn a_broken_invariant_is_reported_as_such() {
    for (command, mark) in [("ASSERT", "=== ASSERTION FAILED ==="), ("PANIC", "Guru Meditation")] {
        let mut server = Server::start(&["--enable-debug-command", "yes"]);
        server.connect().send(format!("DEBUG {command}\r\n").as_bytes());
        assert_eq!(server.wait().signal(), Some(6), "{command}");
        let log = server.log();
        for text in ["REDIS BUG REPORT START", mark, "STACK TRACE", "REPORT END"] {
            assert!(log.contains(text), "{command}, {text}: {log}");
        }
        assert!(!log.contains("crashed by signal"), "one report is enough: {log}");
    }
}

#[test]
fn the_report_goes_to_the_log_file() {
    let (_, setup) = Server::start_logging_to("server.log").stop("-SEGV");
    assert!(setup.text("server.log").contains("crashed by signal: 11"));
    assert!(!setup.text("out").contains("crashed"));
}

#[test]
fn without_crash_log_it_dies_silently() {
    let (status, setup) = Server::start(&["--crash-log-enabled", "no"]).stop("-SEGV");
    assert_eq!(status.signal(), Some(11));
    assert!(!setup.text("out").contains("BUG REPORT"));
}

#[test]
fn the_watchdog_tells_where_the_thread_stands() {
    let server = Server::start(&["--watchdog-period", "200"]);
    // The timer runs on while the process stands still: nearly always in its wait, and if it was
    // caught elsewhere it is made to stand again.
    server.await_log(|_| {
        server.signal("-STOP");
        std::thread::sleep(Duration::from_millis(300));
        server.signal("-CONT");
        let log = server.log();
        log.contains("--- WATCHDOG TIMER EXPIRED ---")
            && log.contains("STACK TRACE")
            && log.contains("epoll_wait")
    });
    server.connect().ask("PING\r\n", "+PONG\r\n");
}
