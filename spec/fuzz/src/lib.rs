//! # Any bytes
//!
//! What must hold whatever a stranger sends: no panic, memory in proportion to what was sent, and
//! an answer or an error and a clean close. The same functions are called by libFuzzer (the
//! targets beside this file) and, with bytes by lot, by `cargo test`.
//!
//! The first byte of an input is no part of the stream: it says how long the pieces are in which
//! the rest arrives.

pub mod structures;

use conformance::resp::Reader;
use conformance::target::VirtualWorld;
use keynotes::config::Config;
use keynotes::engine::Engine;
use keynotes::engine::feed::Feed;
use keynotes::protocol::request::{Batch, Limits, RequestParser};
use keynotes::session::Origin;

/// So that a few bytes cannot ask for much memory (`SETRANGE k 536870000 x`).
const BULK_LEN_MAX: u64 = 64 * 1024;

/// The requests in a stream, and the text of the error that ended it.
type Parsed = (Vec<Vec<Vec<u8>>>, Option<Vec<u8>>);

/// The request parser: pieces give what the whole gives, and no word is longer than what was sent.
pub fn requests(input: &[u8]) {
    let Some((&first, stream)) = input.split_first() else { return };
    for authenticated in [false, true] {
        let limits = Limits { authenticated, bulk_len_max: BULK_LEN_MAX };
        let whole = parse(stream, stream.len().max(1), limits);
        let pieces = parse(stream, usize::from(first) + 1, limits);
        assert_eq!(whole, pieces, "in pieces of {}", usize::from(first) + 1);
        let held: usize = whole.0.iter().flatten().map(Vec::len).sum();
        assert!(held <= stream.len(), "{held} bytes out of {}", stream.len());
    }
}

fn parse(stream: &[u8], piece_len: usize, limits: Limits) -> Parsed {
    let (mut parser, mut batch) = (RequestParser::default(), Batch::default());
    let (mut buffer, mut found) = (Vec::new(), Vec::new());
    for piece in stream.chunks(piece_len) {
        buffer.extend_from_slice(piece);
        batch.clear();
        let end = parser.parse(&buffer, 0, limits, usize::MAX, &mut batch);
        for index in 0..batch.len() {
            found.push(batch.args(index, &buffer).iter().map(<[u8]>::to_vec).collect());
        }
        match end {
            Ok(end) => drop(buffer.drain(..end)),
            Err(error) => return (found, Some(error.0)),
        }
    }
    (found, None)
}

/// The engine: what it says is RESP, whole replies only, and who broke the protocol is told so and
/// closed.
pub fn feed(input: &[u8]) {
    let Some((&first, stream)) = input.split_first() else { return };
    let mut config = Config::new();
    config.proto_max_bulk_len = BULK_LEN_MAX;
    let mut world = VirtualWorld::default();
    let mut engine = Engine::new(config, &mut world);
    engine.propagation.on = true;
    let client = engine.connect(Origin::default(), world.now);
    let (mut feed, mut batch) = (Feed::default(), Batch::default());
    let (mut buffer, mut said) = (Vec::new(), Vec::new());
    for piece in stream.chunks(usize::from(first) + 1) {
        buffer.extend_from_slice(piece);
        let done = engine.feed(client, &mut feed, &buffer, &mut batch, &mut world);
        buffer.drain(..done);
        said.extend_from_slice(&engine.clients[client].out.take());
        if feed.held {
            break;
        }
    }
    let closing = engine.clients[client].closing.is_some();
    let waits = engine.clients[client].is_blocked() || engine.lifecycle.pause.is_some();
    assert!(feed.held == (closing || waits), "held: {}, closing: {closing}", feed.held);
    // EXEC leaves a hole in its array where CLIENT REPLY or CLIENT KILL of oneself ran.
    let mentions = |word: &[u8]| stream.windows(word.len()).any(|at| at.eq_ignore_ascii_case(word));
    let may_be_cut = mentions(b"EXEC") && (mentions(b"REPLY") || mentions(b"KILL"));
    let replies = count_replies(&said, may_be_cut);
    assert!(replies <= stream.len(), "{replies} replies to {} bytes", stream.len());
    engine.disconnect(client);
    engine.tick(&mut world);
    assert!(engine.clients.is_empty());
    let stream = engine.propagation.take_stream(false);
    count_replies(&stream, false);
}

/// Whole replies in `bytes`; panics if something is left over (unless it may be), or is no RESP.
fn count_replies(bytes: &[u8], may_be_cut: bool) -> usize {
    let mut reader = Reader::default();
    reader.feed(bytes);
    let mut count = 0;
    while reader.next_reply().expect("RESP").is_some() {
        count += 1;
    }
    assert!(may_be_cut || reader.unread().is_empty(), "half a reply");
    count
}
