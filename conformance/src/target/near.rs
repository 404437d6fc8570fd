//! # Near: whom the runner may flush
//!
//! Running the suite empties the server and changes its configuration. A server that the runner
//! starts is its own; one on this machine's loopback is taken for a test server; any other address is
//! refused unless the user says that they know.
//!
//! ```text
//!   127.0.0.0/8  ::1        near
//!   10.0.0.5  a.host.name   far, as soon as one of the name's addresses is
//! ```

use std::net::{IpAddr, ToSocketAddrs};

use super::Spec;

/// An error unless every address of the target is this machine's loopback.
pub fn refuse_far(spec: &Spec) -> Result<(), String> {
    let Spec::Address { name, host, port } = spec else {
        return Ok(());
    };
    let addresses = (host.as_str(), *port).to_socket_addrs();
    let addresses = addresses.map_err(|e| format!("{name}: {host} cannot be resolved: {e}"))?;
    match addresses.map(|address| address.ip()).find(|ip| !is_near(*ip)) {
        None => Ok(()),
        Some(ip) => Err(format!(
            "{name} is at {ip}, which is not this machine, and everything in it would be flushed; \
             if that is meant: --i-know-this-flushes"
        )),
    }
}

fn is_near(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_loopback(),
        IpAddr::V6(ip) => {
            ip.is_loopback() || ip.to_ipv4_mapped().is_some_and(|v4| v4.is_loopback())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_refused(at: &str) -> bool {
        refuse_far(&Spec::parse(&format!("mine={at}")).unwrap()).is_err()
    }

    #[test]
    fn only_loopback_is_near() {
        for near in ["127.0.0.1:6379", "127.8.9.10:6379", "::1:6379", "::ffff:127.0.0.1:6379"] {
            assert!(!is_refused(near), "{near}");
        }
        for far in ["10.0.0.5:6379", "192.168.1.1:6379", "0.0.0.0:6379", "fe80::1:6379"] {
            assert!(is_refused(far), "{far}");
        }
        assert!(!is_refused("target/debug/server"), "a program is the runner's own");
    }
}
