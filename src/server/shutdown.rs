//! # Shutdown: the last turn
//!
//! Asked for by SHUTDOWN or by a signal, which means the same. What the log says on the
//! way is what scripts wait for.

use super::event_loop::EventLoop;
use crate::commands::World;
use crate::commands::world::LogLevel;

impl EventLoop {
    /// Turns a signal into a shutdown.
    pub(super) fn heed_signals(&mut self) {
        if let Some((name, shutdown)) = self.signals.take(&self.engine.config) {
            let text = format!("Received {name} scheduling shutdown...");
            self.system.log(LogLevel::Warning, &text);
            self.engine.lifecycle.shutdown = Some(shutdown);
        }
    }

    /// Puts everything away if a shutdown is asked for. Returns whether the process may end.
    pub(super) fn shut_down_if_asked(&mut self) -> bool {
        if self.engine.lifecycle.shutdown.is_none() {
            return false;
        }
        self.system.log(LogLevel::Warning, "User requested shutdown...");
        self.supervision.stopping();
        self.system.network.close();
        if let Some(path) = self.system.network.unix_path() {
            let _ = std::fs::remove_file(path);
            self.system.log(LogLevel::Notice, "Removing the unix socket file.");
        }
        if self.supervision.remove_pidfile() {
            self.system.log(LogLevel::Notice, "Removing the pid file.");
        }
        self.system.log(LogLevel::Warning, "Redis is now ready to exit, bye bye...");
        true
    }
}
