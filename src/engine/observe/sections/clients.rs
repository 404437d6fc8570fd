//! Clients: who is connected, and who waits.

use crate::commands::Cx;
use crate::engine::observe::info::Page;
use crate::session::Session;

pub fn clients(page: &mut Page, cx: &mut Cx<'_>) {
    let sessions = || cx.clients.iter().map(|(_, session)| session);
    let input = |session: &Session| session.traffic.query_len + session.traffic.query_free;
    // The client that asks has its buffer in the context, not in its session.
    let output = sessions().map(|session| session.out.capacity()).max().unwrap_or(0);
    let waits_in_time = |session: &&Session| {
        session.blocked.as_ref().is_some_and(|blocked| blocked.deadline_ms.is_some())
    };
    page.field("connected_clients", cx.clients.len());
    page.field("cluster_connections", 0);
    page.field("maxclients", cx.config.maxclients);
    page.field("client_recent_max_input_buffer", sessions().map(input).max().unwrap_or(0));
    page.field("client_recent_max_output_buffer", output.max(cx.reply.capacity()));
    page.field("blocked_clients", cx.clients.blocked_count);
    page.field("tracking_clients", 0);
    page.field("pubsub_clients", 0);
    let watches = |session: &&Session| !session.watching.is_empty();
    page.field("watching_clients", sessions().filter(watches).count());
    page.field("clients_in_timeout_table", sessions().filter(waits_in_time).count());
    page.field("total_watched_keys", cx.watches.len());
    page.field("total_blocking_keys", cx.waiting.len());
    page.field("total_blocking_keys_on_nokey", 0);
}
