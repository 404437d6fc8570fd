//! A Redis in a variable: the engine, a fake world, and a clock that moves when told.
//!
//! ```text
//! let mut redis = Redis::new();
//! assert_eq!(redis.ask("SET k v PX 100"), "+OK");
//! redis.advance_ms(101);
//! assert_eq!(redis.ask("GET k"), "$-1");
//! ```

use conformance::target::VirtualWorld;
use keynotes::base::quote::split_args;
use keynotes::commands::Command;
use keynotes::config::Config;
use keynotes::engine::{Engine, Flow};
use keynotes::protocol::OwnedArgs;
use keynotes::session::{ClientKey, Origin};

/// An engine with one client connected; more can join.
pub struct Redis {
    pub engine: Engine,
    pub world: VirtualWorld,
    pub client: ClientKey,
}

impl Redis {
    pub fn new() -> Self {
        Redis::with_config(Config::new())
    }

    pub fn with_config(config: Config) -> Self {
        let mut world = VirtualWorld::default();
        let engine = Engine::new(config, &mut world);
        Redis::around(engine, world)
    }

    /// With a command table of its own.
    #[allow(dead_code)]
    pub fn with_commands(groups: &[(&'static str, &'static [Command])]) -> Self {
        let mut world = VirtualWorld::default();
        let engine = Engine::with_commands(groups, Config::new(), &mut world);
        Redis::around(engine, world)
    }

    fn around(mut engine: Engine, world: VirtualWorld) -> Self {
        engine.propagation.on = true;
        let client = engine.connect(Origin::default(), world.now);
        Redis { engine, world, client }
    }

    pub fn connect(&mut self) -> ClientKey {
        self.engine.connect(Origin::default(), self.world.now)
    }

    /// Sends a line as redis-cli would split it; the reply as RESP lines joined by blanks.
    pub fn ask(&mut self, line: &str) -> String {
        self.ask_as(self.client, line)
    }

    pub fn ask_as(&mut self, client: ClientKey, line: &str) -> String {
        let words = split_args(line.as_bytes()).expect("balanced quotes");
        let args = OwnedArgs::from_words(words.iter().map(Vec::as_slice));
        self.run(client, &args);
        self.read(client)
    }

    /// Sends words; the reply's bytes.
    pub fn ask_words(&mut self, words: &[&[u8]]) -> Vec<u8> {
        let args = OwnedArgs::from_words(words.iter().copied());
        self.run(self.client, &args);
        self.engine.clients[self.client].out.take()
    }

    pub fn run(&mut self, client: ClientKey, args: &OwnedArgs) -> Flow {
        self.engine.run(client, args.borrow(), &mut self.world)
    }

    /// What a client has been sent since the last look.
    pub fn read(&mut self, client: ClientKey) -> String {
        show(&self.engine.clients[client].out.take())
    }

    pub fn advance_ms(&mut self, ms: u64) {
        self.world.advance_us(ms * 1000);
        self.engine.tick(&mut self.world);
    }

    /// The stream of effects since the last look, a command a line.
    pub fn effects(&mut self) -> Vec<String> {
        let stream = show(&self.engine.propagation.take_stream(false));
        let mut commands = Vec::new();
        for word in stream.split(' ').filter(|word| !word.starts_with('$')) {
            match word.strip_prefix('*') {
                Some(_) => commands.push(String::new()),
                None => {
                    if let Some(command) = commands.last_mut() {
                        let gap = if command.is_empty() { "" } else { " " };
                        *command = format!("{command}{gap}{word}");
                    }
                }
            }
        }
        commands
    }
}

/// RESP bytes as text: lines joined by blanks.
pub fn show(resp: &[u8]) -> String {
    String::from_utf8_lossy(resp).trim_end().replace("\r\n", " ")
}

/// Says on the terminal, past the test harness's capture, what could not be checked here.
pub fn say_absent(what: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "note: {what}");
}
