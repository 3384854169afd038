//! Mail over SMTP: one connection for many letters, TLS as configured, authentication, time limits.
//!
//! Owns the dialogue and what each answer means. The Message-ID is the caller's, so that a letter sent twice is known as
//! one. Where TLS is asked for nothing is said without it. Never retries a letter; of what the other side says only codes
//! are kept, its words may quote the address.

use crate::base::config::Mail as Settings;
use crate::base::{At, Error, Result};
use crate::domain::courier::{Class, Tried, Why};
use lettre::message::Mailbox;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::transport::smtp::Error as Smtp;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{Certificate, SmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Quit, Rcpt, Rset};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, Message};
use std::error::Error as _;
use std::time::{Duration, UNIX_EPOCH};

/// One letter.
#[derive(Clone, Copy)]
pub struct Letter<'a> {
    /// What makes it one, however often it is sent.
    pub id: &'a str,
    /// To whom.
    pub to: &'a str,
    /// The subject.
    pub subject: &'a str,
    /// The text.
    pub text: &'a str,
    /// Its date.
    pub at: At,
}
impl std::fmt::Debug for Letter<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Letter({})", self.id)
    }
}

/// When TLS begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tls {
    None,
    Starttls,
    Implicit,
}

/// The relay letters go to.
#[derive(Clone)]
pub struct Mailer {
    host: String,
    port: u16,
    tls: Tls,
    parameters: Option<TlsParameters>,
    credentials: Option<Credentials>,
    from: Mailbox,
    timeout: Duration,
}
impl std::fmt::Debug for Mailer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Mailer({}:{} {:?})", self.host, self.port, self.tls)
    }
}

impl Mailer {
    /// The relay of the configuration; `None` where there is none. `ca` is a certificate in PEM that is trusted beside the
    /// public ones.
    ///
    /// # Errors
    /// [`Error::Config`]: the sender's address or the certificate cannot be read.
    pub fn new(s: &Settings, ca: Option<&[u8]>) -> Result<Option<Self>> {
        if s.host.is_empty() {
            return Ok(None);
        }
        let from = s.from.parse::<Mailbox>().map_err(|_| Error::Config(format!("mail.from = {:?} 不是邮件地址。", s.from)))?;
        let tls = match s.tls.as_str() {
            "starttls" => Tls::Starttls,
            "implicit" => Tls::Implicit,
            _ => Tls::None,
        };
        let bad = |e: Smtp| Error::Config(format!("mail.ca_file 中的证书无法使用：{e}"));
        let parameters = if tls == Tls::None {
            None
        } else {
            let mut b = TlsParameters::builder(s.host.clone());
            if let Some(pem) = ca {
                b = b.add_root_certificate(Certificate::from_pem(pem).map_err(bad)?);
            }
            Some(b.build().map_err(bad)?)
        };
        let credentials = (!s.user.is_empty()).then(|| Credentials::new(s.user.clone(), s.password.clone()));
        let timeout = Duration::from_secs(s.timeout_seconds);
        Ok(Some(Self { host: s.host.clone(), port: s.port, tls, parameters, credentials, from, timeout }))
    }

    /// The Message-ID of a letter.
    #[must_use]
    pub fn message_id(&self, id: &str) -> String {
        format!("<{id}@{}>", self.from.email.domain())
    }

    /// Whether a text is an address letters can go to.
    #[must_use]
    pub fn takes(address: &str) -> bool {
        address.len() <= 254 && address.is_ascii() && address.parse::<Address>().is_ok()
    }

    /// A line to the relay; it connects with the first letter. Blocks.
    #[must_use]
    pub fn line(&self) -> Line<'_> {
        Line { mailer: self, open: None }
    }

    fn connect(&self) -> std::result::Result<SmtpConnection, (&'static str, Smtp)> {
        let hello = ClientId::Domain(self.from.email.domain().to_owned());
        let at_once = self.parameters.as_ref().filter(|_| self.tls == Tls::Implicit);
        let address = (self.host.as_str(), self.port);
        let mut c = SmtpConnection::connect(address, Some(self.timeout), &hello, at_once, None).map_err(|e| ("connect", e))?;
        if let (Tls::Starttls, Some(p)) = (self.tls, &self.parameters) {
            c.starttls(p, &hello).map_err(|e| ("starttls", e))?;
        }
        if let Some(who) = &self.credentials {
            c.auth(DEFAULT_MECHANISMS, who).map_err(|e| ("auth", e))?;
        }
        Ok(c)
    }

    fn written(&self, l: &Letter<'_>) -> Option<(Address, Vec<u8>)> {
        let to: Address = l.to.parse().ok()?;
        let date = UNIX_EPOCH + Duration::from_millis(u64::try_from(l.at.millis()).unwrap_or(0));
        // of a program, not of a person: no answer "out of office" comes back
        let auto = HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".into());
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to.clone()))
            .subject(l.subject)
            .date(date)
            .message_id(Some(self.message_id(l.id)))
            .header(ContentType::TEXT_PLAIN)
            .raw_header(auto)
            .body(l.text.to_owned())
            .ok()?;
        Some((to, message.formatted()))
    }
}

/// A connection with what goes over it.
pub struct Line<'a> {
    mailer: &'a Mailer,
    open: Option<SmtpConnection>,
}
impl std::fmt::Debug for Line<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Line({:?}, open: {})", self.mailer, self.open.is_some())
    }
}
impl Drop for Line<'_> {
    fn drop(&mut self) {
        if let Some(mut c) = self.open.take() {
            let _ = c.command(Quit);
        }
    }
}

impl Line<'_> {
    /// Sends one letter. Blocks for at most the time limit of each step.
    pub fn send(&mut self, l: &Letter<'_>) -> Tried {
        let Some((to, bytes)) = self.mailer.written(l) else { return Tried::not(Class::Refused, Why::BadAddress) };
        let kept = self.open.is_some();
        match self.dialogue(&to, &bytes) {
            // a relay hangs up on who says nothing for long, or says first that it will (421): that is no fault of the letter,
            // nor is what it says to another one (one that does not answer is not asked twice)
            Err(("mail", e)) if kept && e.status().map_or(!late(&e), |s| u16::from(s) == 421) => {
                self.open = None;
                self.dialogue(&to, &bytes).map_or_else(|(step, e)| self.told(step, &e), |()| Tried::sent())
            }
            Err((step, e)) => self.told(step, &e),
            Ok(()) => Tried::sent(),
        }
    }

    fn dialogue(&mut self, to: &Address, bytes: &[u8]) -> std::result::Result<(), (&'static str, Smtp)> {
        let c = match &mut self.open {
            Some(c) => c,
            None => self.open.insert(self.mailer.connect()?),
        };
        c.command(Mail::new(Some(self.mailer.from.email.clone()), Vec::new())).map_err(|e| ("mail", e))?;
        c.command(Rcpt::new(to.clone(), Vec::new())).map_err(|e| ("rcpt", e))?;
        c.command(Data).map_err(|e| ("data", e))?;
        c.command(Whole::of(bytes)).map(drop).map_err(|e| ("data", e))
    }

    /// What an answer means, and whether the connection is still good.
    fn told(&mut self, step: &'static str, e: &Smtp) -> Tried {
        let own = matches!(step, "rcpt" | "data");
        let Some(code) = e.status().map(u16::from) else {
            self.open = None;
            let (class, why) = match () {
                () if late(e) => (Class::Timeout, "timeout"),
                () if e.is_tls() => (Class::Deferred, "tls"),
                () if e.is_client() => (Class::Deferred, "not_offered"),
                () => (Class::Deferred, "connection"),
            };
            let reason = format!("{step} {why}");
            return if own { Tried::not(class, reason) } else { Tried::no_way(class, reason) };
        };
        let reason = match enhanced(e) {
            Some(more) => format!("{step} {code} {more}"),
            None => format!("{step} {code}"),
        };
        // 421: the relay closes; what it says before RCPT is about us, not about the letter
        if code == 421 || !own {
            self.open = None;
            return Tried::no_way(Class::Deferred, reason);
        }
        if self.open.as_mut().is_none_or(|c| c.command(Rset).is_err()) {
            self.open = None;
        }
        // authentication required: no letter goes until the configuration is mended
        if code == 530 {
            return Tried::no_way(Class::Deferred, reason);
        }
        // policy and security (RFC 3463, X.7.X): it is us the relay will not have, and mending that is the operator's
        let us = enhanced(e).is_some_and(|s| s.starts_with("5.7."));
        Tried::not(if e.is_permanent() && !us { Class::Refused } else { Class::Deferred }, reason)
    }
}

/// A message with its end, for one write: in two, the second waits until the other side acknowledges the first, which it puts
/// off (Nagle's algorithm against delayed acknowledgements, forty milliseconds a letter).
struct Whole(String);
impl Whole {
    fn of(message: &[u8]) -> Self {
        // a line that begins with a dot gets one more (RFC 5321, 4.5.2)
        let mut text = String::from_utf8_lossy(message).replace("\r\n.", "\r\n..");
        if text.starts_with('.') {
            text.insert(0, '.');
        }
        if !text.ends_with("\r\n") {
            text.push_str("\r\n");
        }
        text.push_str(".\r\n");
        Self(text)
    }
}
impl std::fmt::Display for Whole {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether nobody answered in time. A socket's own limit shows as "would block".
fn late(e: &Smtp) -> bool {
    let mut source = e.source();
    while let Some(s) = source {
        if let Some(io) = s.downcast_ref::<std::io::Error>() {
            return matches!(io.kind(), std::io::ErrorKind::TimedOut | std::io::ErrorKind::WouldBlock);
        }
        source = s.source();
    }
    false
}

/// The enhanced status code (RFC 3463) an answer begins with.
fn enhanced(e: &Smtp) -> Option<String> {
    let said = e.source()?.to_string();
    let first = said.split_whitespace().next()?;
    let digits = |s: &str| (1..=3).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_digit());
    let parts: Vec<&str> = first.split('.').collect();
    (parts.len() == 3 && parts.iter().all(|p| digits(p))).then(|| first.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings {
            host: "relay.example.gov.cn".into(),
            port: 587,
            tls: "starttls".into(),
            user: String::new(),
            password: String::new(),
            from: "清薪 <qingxin@wf.example.gov.cn>".into(),
            ca_file: String::new(),
            timeout_seconds: 5,
        }
    }

    #[test]
    fn a_letter_has_its_own_message_id_and_is_of_a_program() {
        let m = Mailer::new(&settings(), None).unwrap().unwrap();
        let at = At::from_millis(1_795_000_000_000).unwrap();
        let l =
            Letter { id: "019a", to: "a.b@wf.example.gov.cn", subject: "清薪：您有一条新通知", text: "第一行\n第二行", at };
        let (_, bytes) = m.written(&l).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains("Message-ID: <019a@wf.example.gov.cn>\r\n") && text.contains("Auto-Submitted: auto-generated\r\n"), "{text}");
        assert!(text.is_ascii(), "whatever the relay offers, it can take this: {text}");
        assert!(m.written(&Letter { to: "x y", ..l }).is_none());
    }

    #[test]
    fn a_dot_at_the_beginning_of_a_line_ends_nothing() {
        assert_eq!(Whole::of(b"a\r\n.\r\n..b").to_string(), "a\r\n..\r\n...b\r\n.\r\n");
        assert_eq!(Whole::of(b".\r\n").to_string(), "..\r\n.\r\n");
    }

    #[test]
    fn addresses_are_plain() {
        assert!(Mailer::takes("zhang.san@wf.example.gov.cn"));
        for bad in ["", "zhang", "a@b\r\nRCPT TO:<c@d>", "张三@wf.example.gov.cn", "a b@c.d", "<a@b.c>"] {
            assert!(!Mailer::takes(bad), "{bad:?}");
        }
    }

    #[test]
    fn no_host_is_no_mail_and_a_wrong_sender_is_said() {
        assert!(Mailer::new(&Settings { host: String::new(), ..settings() }, None).unwrap().is_none());
        assert!(matches!(Mailer::new(&Settings { from: "nobody".into(), ..settings() }, None), Err(Error::Config(_))));
        assert!(matches!(
            Mailer::new(&settings(), Some(b"-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----\n")),
            Err(Error::Config(_))
        ));
    }
}
