//! # Accept: who comes in
//!
//! A few connections a turn (`max-new-connections-per-cycle`), so that a crowd at the
//! door does not keep those inside from being served. Readiness is edge-triggered: a
//! listener that was not emptied is asked again in the next turn, or at the next beat if
//! the process has no descriptor left, since no event will speak of those still in line.
//!
//! Two kinds are turned away with a line of text: who is one too many, and strangers
//! from other machines while there is no password (protected mode).

use super::connection::Connection;
use super::event_loop::{EventLoop, FIRST_CLIENT};
use super::listener::Stream;
use super::network::plain_words;
use crate::commands::World;
use crate::commands::world::LogLevel;
use crate::session::{ClientKey, Origin};
use mio::Token;
use std::io::{ErrorKind, Write};

const TOO_MANY: &[u8] = b"-ERR max number of clients reached\r\n";
const PROTECTED: &[u8] = b"-DENIED This server is in protected mode: it has no password for the \
    default user, so it serves clients on its own machine only. To open it to others, do one of \
    these: 1) set a password for the default user (requirepass, or ACL SETUSER); 2) from the \
    server's machine, send CONFIG SET protected-mode no, and CONFIG REWRITE to make it last; \
    3) write protected-mode no into the config file, or start with --protected-mode no. Without \
    a password, make sure that the server cannot be reached from the internet.\r\n";

impl EventLoop {
    /// Remembers that a listener has connections in line.
    pub(super) fn note_listener(&mut self, token: usize) {
        if !self.accepting.contains(&token) {
            self.accepting.push(token);
        }
    }

    pub(super) fn accept(&mut self, token: usize) {
        for _ in 0..self.engine.config.max_new_connections_per_cycle {
            let Some(listener) = self.system.network.listener(token) else { return };
            match listener.accept() {
                Ok((stream, origin)) => self.welcome(stream, origin),
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock => return,
                    // It gave up while in line; the next one may not have.
                    ErrorKind::Interrupted | ErrorKind::ConnectionAborted => {}
                    _ => {
                        let text = format!("Accepting client connection: {}", plain_words(&error));
                        self.beat.retry_accept(token);
                        return self.system.log(LogLevel::Warning, &text);
                    }
                },
            }
        }
        self.note_listener(token);
    }

    fn welcome(&mut self, mut stream: Stream, origin: Origin) {
        if self.engine.clients.len() >= self.engine.config.maxclients as usize {
            self.engine.stats.rejected_connections += 1;
            let _ = stream.write(TOO_MANY);
            return;
        }
        stream.keep_alive(self.engine.config.tcp_keepalive_s);
        let now = self.system.now();
        let client = self.engine.connect(origin, now);
        if self.is_stranger(client, &stream) {
            self.engine.stats.rejected_connections += 1;
            let _ = stream.write(PROTECTED);
            return self.engine.disconnect(client);
        }
        let token = Token(FIRST_CLIENT + client.0);
        if let Err(error) = stream.register(self.poll.registry(), token) {
            let text = format!("Can't watch a new connection: {}", plain_words(&error));
            self.system.log(LogLevel::Warning, &text);
            return self.engine.disconnect(client);
        }
        if self.connections.len() <= client.0 {
            self.connections.resize_with(client.0 + 1, || None);
        }
        self.connections[client.0] = Some(Connection::new(stream));
    }

    /// Who needs no password is the default user without one.
    fn is_stranger(&self, client: ClientKey, stream: &Stream) -> bool {
        self.engine.config.protected_mode
            && self.engine.clients[client].authenticated
            && !stream.is_local()
    }
}
