//! # Session: one target, case after case
//!
//! Holds what outlives a case: the runner's own connection (`control`), what the server is and
//! can do, and its configuration as first met. Before each case it makes the server as good as
//! new; after it, it undoes what the case's commands may have changed.
//!
//! ```text
//!   fresh    kill other clients, unpause, flush data, scripts, functions, statistics
//!   restore  configuration, users, debugging switches: only after cases that touch them
//! ```
//!
//! When the server is gone, or does not answer, it is restarted; where that cannot be done, the
//! harness has failed (exit code 2), not a case.

use std::collections::BTreeMap;
use std::fmt;

use crate::bytes::Bytes;
use crate::case::Case;
use crate::client::{Client, Incoming};
use crate::features::{FEATURES, Probe, is_shown};
use crate::guard::{Identity, Version};
use crate::reply::Reply;
use crate::rules::{CASE_MS, FRESH, IDENTITY, RESTORE, Undo};
use crate::target::Target;

/// How long a server may take to be gone after it has closed its connections.
const DYING_MS: u64 = 200;

/// The runner itself cannot go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HarnessError(pub String);

pub type Harness<T> = Result<T, HarnessError>;

/// A target made ready for cases.
pub struct Session<'t> {
    pub target: &'t mut dyn Target,
    pub identity: Identity,
    /// How long a reply may take.
    pub timeout_ms: u64,
    /// How long a case may take in all.
    pub case_limit_ms: u64,
    control: Client,
    features: BTreeMap<&'static str, bool>,
    /// The target shows its events itself.
    hears: bool,
    /// CONFIG GET *, as it was at first.
    baseline: BTreeMap<Bytes, Bytes>,
    /// The default user's line of ACL LIST, as it was at first.
    default_user: String,
    /// The last case was allowed to end the server.
    pub end_expected: bool,
    /// It could not be put back as it was: only a restart will do.
    suspect: bool,
    /// How it was lost before the case that runs now, if nobody expected it.
    lost: Option<String>,
}

impl<'t> Session<'t> {
    pub fn open(target: &'t mut dyn Target, timeout_ms: u64) -> Harness<Self> {
        let control = connect(target)?;
        let hears = target.take_events().is_some();
        let mut session = Session {
            target,
            identity: Identity::default(),
            timeout_ms,
            case_limit_ms: CASE_MS,
            control,
            features: BTreeMap::new(),
            hears,
            baseline: BTreeMap::new(),
            default_user: String::new(),
            end_expected: false,
            suspect: false,
            lost: None,
        };
        session.identify(None)?;
        for feature in FEATURES {
            let known = session.target.feature(feature.name);
            let has = match (&feature.probe, known) {
                (_, Some(known)) => known,
                (Probe::Target, None) => false,
                (Probe::Ask(command, shows), None) => {
                    let answer = session.call(command)?;
                    is_shown(shows, &answer, session.control.resp)
                }
            };
            session.features.insert(feature.name, has);
        }
        session.speak_best()?;
        session.baseline = session.config()?;
        session.default_user = session.default_user()?;
        Ok(session)
    }

    /// Features that the target has, or has not, whatever the probes say.
    pub fn declare(&mut self, have: &[String], lack: &[String]) {
        for (name, has) in &mut self.features {
            *has = (*has || have.iter().any(|n| n == name)) && !lack.iter().any(|n| n == name);
        }
    }

    /// The version of Redis that the target follows, whatever it says.
    pub fn claim(&mut self, version: Version) -> Harness<()> {
        self.identify(Some(version))
    }

    /// Without one every case that names its version would be skipped, and nothing be wrong.
    pub fn must_have_a_version(&self) -> Harness<()> {
        if self.identity.redis_version != Version::default() {
            return Ok(());
        }
        Err(HarnessError(format!(
            "INFO of {} names no redis_version: say which it follows, as in --redis-version 7.0.0",
            self.target.name()
        )))
    }

    /// `redis 7.0.15`
    pub fn title(&self) -> String {
        let version =
            self.identity.names.first().map_or(Version::default(), |(_, version)| *version);
        format!("{} {version}", self.target.name())
    }

    pub fn features(&self) -> &BTreeMap<&'static str, bool> {
        &self.features
    }

    /// The protocol of the runner's own connection.
    pub fn control_resp(&self) -> u8 {
        self.control.resp
    }

    /// Sends a command on the runner's own connection.
    pub fn call(&mut self, args: &[&str]) -> Harness<Reply> {
        self.call_bytes(&args.iter().map(|arg| Bytes::from(*arg)).collect::<Vec<_>>())
    }

    pub fn call_bytes(&mut self, args: &[Bytes]) -> Harness<Reply> {
        for attempt in 0..2 {
            self.control.send(args);
            match self.control.next(self.target, self.timeout_ms) {
                Incoming::Reply(reply) => {
                    self.control.note_protocol(args, &reply);
                    return Ok(reply);
                }
                // A case may have killed every client, this one too.
                Incoming::Closed if attempt == 0 => self.reconnect()?,
                other => {
                    return Err(HarnessError(format!(
                        "{} answers {other:?} to {}",
                        self.target.name(),
                        args[0]
                    )));
                }
            }
        }
        Err(HarnessError(format!("{} closes every connection", self.target.name())))
    }

    /// Two round trips: whatever the server had to send to others is on its way after them.
    pub fn settle(&mut self) -> Harness<()> {
        if !self.target.silence_is_final() {
            self.call(&["PING"])?;
            self.call(&["PING"])?;
        }
        Ok(())
    }

    /// Why this case is not for this server, if it is not.
    pub fn reason_to_skip(&self, case: &Case) -> Option<String> {
        let version = self.identity.redis_version;
        if let Some(since) = case.since.filter(|since| version < *since) {
            return Some(format!("since {since}"));
        }
        if let Some(until) = case.until.filter(|until| version >= *until) {
            return Some(format!("until {until}"));
        }
        let needs = if self.hears { case.needs_without_ears() } else { case.needs() };
        needs.into_iter().find_map(|need| match self.features.get(need) {
            Some(true) => None,
            Some(false) => Some(format!("needs {need}")),
            None => Some(format!("needs {need}, which this runner does not know")),
        })
    }

    /// Makes the server as good as new. Servers that lack some of these commands refuse them,
    /// which is as good.
    pub fn fresh(&mut self) -> Harness<()> {
        let tried = if self.suspect { Ok(()) } else { self.try_all(FRESH) };
        if self.suspect || tried.is_err() {
            self.lost = tried.err().map(|e| self.obituary().unwrap_or(e.0));
            self.lost = self.lost.take().filter(|_| !self.end_expected);
            let restarted = self.target.restart();
            restarted.map_err(|e| HarnessError(format!("{} is gone: {e}", self.target.name())))?;
            self.reconnect()?;
            self.try_all(FRESH)?;
            self.after_restart()?;
            self.suspect = false;
        }
        Ok(())
    }

    /// How the server was lost since the last question, if it was.
    pub fn take_loss(&mut self) -> Option<String> {
        self.lost.take()
    }

    /// How the server ended, if it has. Dying takes a moment.
    pub fn obituary(&mut self) -> Option<String> {
        (0..DYING_MS).find_map(|_| {
            self.target.died().or_else(|| {
                self.target.sleep(1);
                None
            })
        })
    }

    /// Undoes what the commands of a case may have changed beyond the data. What stood in the way
    /// is returned, and the next case begins with a restart.
    pub fn restore(&mut self, case: &Case) -> Option<String> {
        let trouble = self.try_restore(case).err().map(|error| error.0);
        self.suspect = trouble.is_some();
        trouble
    }

    fn try_restore(&mut self, case: &Case) -> Harness<()> {
        let mut concerned = RESTORE.iter().filter(|restore| restore.concerns(case));
        concerned.try_for_each(|restore| self.undo(restore.undo))
    }

    fn undo(&mut self, what: Undo) -> Harness<()> {
        match what {
            Undo::Config => self.restore_config(),
            Undo::Users => self.restore_users(),
            Undo::Commands(commands) => {
                commands.iter().try_for_each(|command| self.call(command).map(drop))
            }
        }
    }

    fn try_all(&mut self, commands: &[&[&str]]) -> Harness<()> {
        if let Incoming::Closed = self.control.next(self.target, 0) {
            self.reconnect()?;
        }
        for command in commands {
            self.control.send(&command.iter().map(|arg| Bytes::from(*arg)).collect::<Vec<_>>());
        }
        for command in commands {
            match self.control.next(self.target, self.timeout_ms) {
                Incoming::Reply(_) => {}
                other => return Err(HarnessError(format!("{other:?} to {}", command[0]))),
            }
        }
        Ok(())
    }

    fn restore_config(&mut self) -> Harness<()> {
        let now = self.config()?;
        let changed: Vec<_> = self
            .baseline
            .iter()
            .filter(|(k, v)| now.get(k) != Some(v))
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect();
        for (key, value) in changed {
            self.call_bytes(&["CONFIG".into(), "SET".into(), key, value])?;
        }
        Ok(())
    }

    fn restore_users(&mut self) -> Harness<()> {
        let users = self.call(&["ACL", "USERS"])?;
        for user in users.elements().unwrap_or(&[]).iter().filter_map(|user| user.text()) {
            if user != b"default" {
                self.call_bytes(&["ACL".into(), "DELUSER".into(), user.into()])?;
            }
        }
        if self.default_user()? != self.default_user {
            let rules = self.default_user.clone();
            let rules = rules.split_whitespace().skip(2);
            let command: Vec<&str> =
                ["ACL", "SETUSER", "default", "reset"].into_iter().chain(rules).collect();
            self.call(&command)?;
        }
        self.call(&["ACL", "LOG", "RESET"])?;
        Ok(())
    }

    fn default_user(&mut self) -> Harness<String> {
        let list = self.call(&["ACL", "LIST"])?;
        let lines = list.elements().unwrap_or(&[]).iter().filter_map(Reply::text);
        let mut lines = lines.map(|line| String::from_utf8_lossy(line).into_owned());
        Ok(lines.find(|line| line.starts_with("user default ")).unwrap_or_default())
    }

    /// A restarted server may have another port; one that somebody else runs may still be as the
    /// last case left it.
    fn after_restart(&mut self) -> Harness<()> {
        let port = Bytes::from("port");
        if let Some(now) = self.config()?.remove(&port) {
            self.baseline.insert(port, now);
        }
        self.restore_config()?;
        self.restore_users()
    }

    fn config(&mut self) -> Harness<BTreeMap<Bytes, Bytes>> {
        let reply = self.call(&["CONFIG", "GET", "*"])?;
        let text = |reply: &Reply| Bytes::from(reply.text().unwrap_or(&[]));
        Ok(reply.pairs().unwrap_or_default().into_iter().map(|(k, v)| (text(k), text(v))).collect())
    }

    /// What was claimed stands before what INFO says, and the first line counts.
    fn identify(&mut self, claimed: Option<Version>) -> Harness<()> {
        if let Some(identity) = self.target.identity() {
            let redis_version = claimed.unwrap_or(identity.redis_version);
            self.identity = Identity { redis_version, ..identity };
            return Ok(());
        }
        let claimed = claimed.map_or(String::new(), |version| format!("redis_version:{version}\n"));
        let info = self.call(&["INFO", "server"])?;
        let info = String::from_utf8_lossy(info.text().unwrap_or(&[])).into_owned();
        self.identity = identity_of(self.target.name(), &format!("{claimed}{info}"));
        Ok(())
    }

    fn reconnect(&mut self) -> Harness<()> {
        self.control = connect(self.target)?;
        self.speak_best()
    }

    fn speak_best(&mut self) -> Harness<()> {
        let resp = if self.features.get("resp3") == Some(&true) { 3 } else { 2 };
        match self.control.hello(self.target, resp, self.timeout_ms) {
            Incoming::Reply(_) => Ok(()),
            other => {
                Err(HarnessError(format!("{} answers {other:?} to HELLO", self.target.name())))
            }
        }
    }
}

impl std::error::Error for HarnessError {}

impl fmt::Display for HarnessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn connect(target: &mut dyn Target) -> Harness<Client> {
    let connection = target.connect_for_runner();
    connection
        .map(Client::new)
        .map_err(|e| HarnessError(format!("{} cannot be reached: {e}", target.name())))
}

/// Names and versions, from INFO. A fork has its own name only; Keynotes is Redis too, by design.
fn identity_of(target: &str, info: &str) -> Identity {
    let version = |field: &str| {
        let value = info.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
        value.parse::<Version>().ok()
    };
    let redis_version = version("redis_version").unwrap_or_default();
    let mut names = Vec::new();
    for kind in IDENTITY {
        if let Some(version) = version(kind.field) {
            names.push((kind.name.to_string(), version));
            if kind.only {
                break;
            }
        }
    }
    if !names.iter().any(|(name, _)| name == target) {
        let own = names.first().map_or(redis_version, |(_, version)| *version);
        names.push((target.to_string(), own));
    }
    Identity { names, redis_version }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_a_server_is() {
        let valkey = identity_of(
            "mine",
            "redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.0.1\r\n",
        );
        assert_eq!(valkey.redis_version, Version(7, 2, 4));
        assert_eq!(
            valkey.names,
            [("valkey".into(), Version(8, 0, 1)), ("mine".into(), Version(8, 0, 1))]
        );
        let keynotes = identity_of("keynotes", "redis_version:7.4.1\nkeynotes_version:0.1.0\n");
        assert_eq!(
            keynotes.names,
            [("keynotes".into(), Version(0, 1, 0)), ("redis".into(), Version(7, 4, 1))]
        );
        let claimed = identity_of("mine", "redis_version:7.2.0\nredis_version:6.0.0\n");
        assert_eq!(claimed.redis_version, Version(7, 2, 0), "the first line counts");
    }
}
