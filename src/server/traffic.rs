//! # Traffic: bytes in, requests run, bytes out
//!
//! Each visit to a client is a slice: one read, or one slice of what it has pending, and
//! one write. Who has more is listed for the next turn, behind all others.
//!
//! A peer may close only its sending half (`printf … | nc`): it still reads. So the end
//! of its stream, once all before it has run, closes the connection after the replies. A
//! blocked client at the end of its stream goes at once, or it would take an element that
//! nobody receives.

use super::connection::{ReadState, WriteState};
use super::event_loop::{EventLoop, READ_LEN};
use crate::commands::World;
use crate::commands::world::LogLevel;
use crate::session::{ClientKey, Closing};

impl EventLoop {
    /// Gives a client its slice of the turn.
    pub(super) fn serve(&mut self, client: ClientKey) {
        let closing = self.engine.clients.get(client).and_then(|session| session.closing);
        let Some(connection) = self.connection(client) else { return };
        if connection.at_end {
            return;
        }
        if closing.is_some() {
            return self.watch_for_end(client);
        }
        if connection.runnable {
            self.run_pending(client);
        } else if connection.unread {
            self.read(client);
        }
        self.list_again(client);
    }

    fn read(&mut self, client: ClientKey) {
        let Some(Some(connection)) = self.connections.get_mut(client.0) else { return };
        let (count, in_shared, state) = connection.read(&mut self.shared);
        connection.unread = state == ReadState::More;
        self.engine.stats.reads_processed += 1;
        self.engine.stats.net_input_bytes += count as u64;
        if state == ReadState::Closed {
            return self.at_end(client);
        }
        if in_shared && connection.pending.is_empty() && !connection.feed.held {
            return self.run_shared(client, count);
        }
        if in_shared {
            connection.pending.push(&self.shared[..count]);
        }
        let len = connection.pending.len();
        if len as u64 > self.engine.config.client_query_buffer_limit {
            return self.over_query_limit(client, len);
        }
        self.run_pending(client);
    }

    /// Runs what was read into the shared buffer; keeps what is left of it.
    fn run_shared(&mut self, client: ClientKey, count: usize) {
        let Some(Some(connection)) = self.connections.get_mut(client.0) else { return };
        self.engine.clients[client].traffic.query_len = count;
        let (bytes, feed) = (&self.shared[..count], &mut connection.feed);
        let done = self.engine.feed(client, feed, bytes, &mut self.batch, &mut self.system);
        connection.pending.push(&self.shared[done..count]);
        self.note_query_len(client);
    }

    /// Runs a slice of the pending bytes.
    fn run_pending(&mut self, client: ClientKey) {
        let Some(Some(connection)) = self.connections.get_mut(client.0) else { return };
        connection.runnable = false;
        if connection.feed.held || connection.pending.is_empty() {
            return self.note_query_len(client);
        }
        let pending = std::mem::take(&mut connection.pending);
        self.engine.clients[client].traffic.query_len = pending.len();
        let (bytes, feed) = (pending.bytes(), &mut connection.feed);
        let slice = &bytes[..bytes.len().min(READ_LEN)];
        let mut done = self.engine.feed(client, feed, slice, &mut self.batch, &mut self.system);
        if done == 0 && slice.len() < bytes.len() && !feed.held {
            // The first request is longer than a slice.
            done = self.engine.feed(client, feed, bytes, &mut self.batch, &mut self.system);
        }
        connection.runnable = done > 0 && slice.len() < bytes.len() && !feed.held;
        connection.pending = pending;
        connection.pending.consume(done);
        self.note_query_len(client);
    }

    /// What CLIENT LIST shows of the read buffer.
    fn note_query_len(&mut self, client: ClientKey) {
        let Some(Some(connection)) = self.connections.get_mut(client.0) else { return };
        if let Some(session) = self.engine.clients.get_mut(client) {
            session.traffic.query_len = connection.pending.len();
            session.traffic.query_free = connection.pending.free_len();
        }
    }

    fn list_again(&mut self, client: ClientKey) {
        let Some(connection) = self.connection(client) else { return };
        if (connection.unread || connection.runnable) && !connection.listed && !connection.at_end {
            connection.listed = true;
            self.again.push(client);
        }
    }

    #[cold]
    fn over_query_limit(&mut self, client: ClientKey, len: usize) {
        self.engine.stats.query_buffer_limit_disconnections += 1;
        let session = &self.engine.clients[client];
        let text = format!(
            "Closing client that reached max query buffer length: id={} addr={} qbuf={len}",
            session.id, session.origin.peer
        );
        self.system.log(LogLevel::Warning, &text);
        self.engine.clients.close(client, Closing::Now);
    }

    fn at_end(&mut self, client: ClientKey) {
        let Some(connection) = self.connection(client) else { return };
        connection.at_end = true;
        let session = &self.engine.clients[client];
        let reads_on = !session.out.is_empty() && !session.is_blocked();
        let how = if reads_on { Closing::AfterReply } else { Closing::Now };
        self.engine.clients.close(client, how);
    }

    /// A client that is to be closed is read only to see that it left, or to let it go
    /// without a reset.
    fn watch_for_end(&mut self, client: ClientKey) {
        let Some(Some(connection)) = self.connections.get_mut(client.0) else { return };
        let state = connection.discard_input(&mut self.shared);
        connection.unread = state == ReadState::More;
        if state == ReadState::Closed {
            connection.at_end = true;
        }
        self.list_again(client);
    }

    pub(super) fn on_resumed(&mut self, client: ClientKey) {
        let closing =
            self.engine.clients.get(client).is_none_or(|session| session.closing.is_some());
        if let Some(connection) = self.connection(client)
            && !closing
        {
            connection.feed.held = false;
            connection.runnable = !connection.pending.is_empty();
            self.list_again(client);
        }
    }

    pub(super) fn on_writable(&mut self, client: ClientKey) {
        if let Some(connection) = self.connection(client)
            && std::mem::take(&mut connection.write_blocked)
        {
            self.unsent.push(client);
        }
    }

    pub(super) fn send_output(&mut self) {
        let mut outbox = std::mem::take(&mut self.outbox);
        self.engine.clients.take_outbox(&mut outbox);
        outbox.append(&mut self.unsent);
        for client in outbox.drain(..) {
            self.send(client);
        }
        self.outbox = outbox;
    }

    fn send(&mut self, client: ClientKey) {
        let Some(Some(connection)) = self.connections.get_mut(client.0) else { return };
        let Some(session) = self.engine.clients.get_mut(client) else { return };
        let doomed = session.closing == Some(Closing::Now);
        if connection.write_blocked || session.out.is_empty() || doomed {
            return;
        }
        let (count, state) = connection.write(session.out.as_bytes());
        session.out.consume(count);
        self.engine.stats.writes_processed += 1;
        self.engine.stats.net_output_bytes += count as u64;
        match state {
            WriteState::More => self.unsent.push(client),
            WriteState::Closed => self.engine.clients.close(client, Closing::Now),
            WriteState::Done | WriteState::Blocked => {}
        }
    }

    pub(super) fn close_doomed(&mut self) {
        for client in self.engine.clients.take_doomed() {
            let Some(session) = self.engine.clients.get(client) else { continue };
            let after_reply = session.closing == Some(Closing::AfterReply);
            if after_reply && !session.out.is_empty() {
                self.engine.clients.close(client, Closing::AfterReply);
                continue;
            }
            if let Some(Some(connection)) = self.connections.get_mut(client.0)
                && after_reply
            {
                connection.discard_input(&mut self.shared);
            }
            if let Some(slot) = self.connections.get_mut(client.0) {
                *slot = None;
            }
            self.engine.disconnect(client);
        }
    }
}
