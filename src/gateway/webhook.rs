//! Messages to other systems at addresses they gave us: the one place where somebody outside says whither we connect.
//!
//! Owns the guard against being sent where we must not go. A name is resolved once, every address it has is checked at the
//! moment of connecting, and the connection goes to an address that was checked, never to the name again. No redirect, no
//! proxy, one time limit for all, and of the answer only its status is taken. Never retries.

use super::http::Trouble;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

/// Characters an address may have.
const LONGEST_URL: usize = 500;
/// Bytes the head of an answer may have.
const HEAD_LIMIT: usize = 16 * 1024;

/// Whether an address belongs to the open internet: neither this machine, a private or link-local network, a cloud's
/// metadata service, a group nor a range that stands for another address.
#[must_use]
pub fn open_address(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => open_v4(v4),
        IpAddr::V6(v6) => open_v6(v6),
    }
}

fn open_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, ..)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    )
}

/// Only global unicast, and of it none that carries an IPv4 address inside or is meant for papers: a mapped, translated or
/// tunnelled address would lead where its IPv4 half says.
fn open_v6(ip: Ipv6Addr) -> bool {
    let s = ip.segments();
    let global = s[0] & 0xe000 == 0x2000;
    let special = matches!((s[0], s[1]), (0x2001, 0..=0x01ff | 0x0db8) | (0x2002 | 0x3fff, _));
    global && !special
}

/// Resolves by the machine and lets only good addresses through: all of them, or none.
#[derive(Debug, Default)]
struct Guard {
    machine: DefaultResolver,
    allow_loopback: bool,
}
impl Resolver for Guard {
    fn resolve(&self, uri: &Uri, config: &ureq::config::Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.machine.resolve(uri, config, timeout).map_err(|e| match e {
            ureq::Error::Io(_) => ureq::Error::HostNotFound,
            e => e,
        })?;
        let good = |ip: IpAddr| open_address(ip) || (self.allow_loopback && ip.is_loopback());
        if found.is_empty() {
            return Err(ureq::Error::HostNotFound);
        }
        if found.iter().all(|a| good(a.ip())) {
            return Ok(found);
        }
        Err(ureq::Error::Io(std::io::Error::new(std::io::ErrorKind::PermissionDenied, Trouble::ForbiddenAddress.code())))
    }
}

/// The sender of messages.
#[derive(Debug)]
pub struct Webhooks {
    agent: ureq::Agent,
    allow_loopback: bool,
}

impl Webhooks {
    /// A sender that gives up after `timeout`. `allow_loopback` is for tests: plain HTTP to this machine.
    #[must_use]
    pub fn new(timeout: Duration, allow_loopback: bool) -> Self {
        let config = ureq::Agent::config_builder()
            .https_only(!allow_loopback)
            .timeout_global(Some(timeout))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .max_response_header_size(HEAD_LIMIT)
            .max_idle_connections(0)
            .proxy(None)
            .user_agent("qingxin-webhooks")
            .build();
        let guard = Guard { machine: DefaultResolver::default(), allow_loopback };
        Self { agent: ureq::Agent::with_parts(config, DefaultConnector::default(), guard), allow_loopback }
    }

    /// Whether messages may be sent to an address, as far as its text tells: `https`, a host, nobody's password in it. A
    /// host that is a number already must be an open one.
    #[must_use]
    pub fn takes(&self, url: &str) -> bool {
        if url.len() > LONGEST_URL || !url.bytes().all(|b| b.is_ascii_graphic()) || url.contains('#') {
            return false;
        }
        let Ok(uri) = url.parse::<Uri>() else { return false };
        let (Some(scheme), Some(host), Some(authority)) = (uri.scheme_str(), uri.host(), uri.authority()) else { return false };
        if host.is_empty() || authority.as_str().contains('@') || authority.port_u16() == Some(0) {
            return false;
        }
        let number: Option<IpAddr> = host.trim_start_matches('[').trim_end_matches(']').parse().ok();
        let here = host == "localhost" || number.is_some_and(|ip| ip.is_loopback());
        if here {
            return self.allow_loopback;
        }
        scheme == "https" && number.is_none_or(open_address)
    }

    /// Posts a message; the status of the answer. Blocks for at most the time limit.
    ///
    /// # Errors
    /// Why it did not arrive.
    pub fn post(&self, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<u16, Trouble> {
        let mut request = self.agent.post(url);
        for (k, v) in headers {
            request = request.header(*k, *v);
        }
        request.send(body).map(|answer| answer.status().as_u16()).map_err(|e| Trouble::of(&e))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closed_ranges_are_closed_in_every_writing() {
        for closed in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.100.100.200",
            "127.0.0.1",
            "127.8.8.8",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.1.1.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "100::1",
        ] {
            assert!(!open_address(closed.parse().unwrap()), "{closed}");
        }
        for open in [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.167.1.1",
            "223.5.5.5",
            "2400:3200::1",
            "2606:4700::1111",
        ] {
            assert!(open_address(open.parse().unwrap()), "{open}");
        }
    }

    #[test]
    fn only_https_to_a_host_is_taken() {
        let w = Webhooks::new(Duration::from_secs(1), false);
        for good in ["https://example.org/hook", "https://example.org:8443/a?b=c", "https://1.1.1.1/", "https://[2400:3200::1]/x"] {
            assert!(w.takes(good), "{good}");
        }
        for bad in [
            "http://example.org/",
            "ftp://example.org/",
            "https:///x",
            "https://user:pass@example.org/",
            "https://example.org/#f",
            "https://localhost/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://192.168.0.1/",
            "https://例子.cn/",
            "file:///etc/passwd",
            "x",
            "",
            "https://example.org:0/",
            "https://exa mple.org/",
        ] {
            assert!(!w.takes(bad), "{bad}");
        }
        assert!(!w.takes(&format!("https://example.org/{}", "x".repeat(500))));
        assert!(Webhooks::new(Duration::from_secs(1), true).takes("http://127.0.0.1:9/x"));
    }
}
