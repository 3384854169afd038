//! A client of the office API as small as it can be: one connection, one request after the other.
//!
//! Owns what a killed server may leave of an answer: anything cut off is an error, never half an answer.

use serde_json::Value;
use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Result, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// What came back.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The `ETag`, empty when there is none.
    pub etag: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Reply {
    /// The body as JSON; null when it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }
}

/// A connection.
#[derive(Debug)]
pub struct Client {
    reader: BufReader<TcpStream>,
}

fn cut() -> Error {
    Error::new(ErrorKind::UnexpectedEof, "the answer was cut off")
}

impl Client {
    /// Connects.
    ///
    /// # Errors
    /// Nobody listens.
    pub fn connect(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        Ok(Self { reader: BufReader::new(stream) })
    }

    /// Reads.
    ///
    /// # Errors
    /// The connection broke: nobody knows whether the request was served.
    pub fn get(&mut self, path: &str, token: &str) -> Result<Reply> {
        self.ask("GET", path, token, &[], None)
    }

    /// Reads a page of the console.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub fn page(&mut self, path: &str, token: &str) -> Result<Reply> {
        let out = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\ncookie: qx={token}\r\n\r\n");
        self.reader.get_mut().write_all(out.as_bytes())?;
        self.answer()
    }

    /// Sends JSON under a key.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub fn post(&mut self, path: &str, token: &str, key: &str, etag: &str, body: &Value) -> Result<Reply> {
        let mut headers = vec![("idempotency-key", key)];
        if !etag.is_empty() {
            headers.push(("if-match", etag));
        }
        self.ask("POST", path, token, &headers, Some(body.to_string()))
    }

    fn ask(&mut self, method: &str, path: &str, token: &str, headers: &[(&str, &str)], body: Option<String>) -> Result<Reply> {
        // a path of another door is said in full
        let door = if path.starts_with("/api/") { "" } else { "/api/office/v1" };
        let mut out = format!("{method} {door}{path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n");
        for (k, v) in headers {
            out.push_str(&format!("{k}: {v}\r\n"));
        }
        match body {
            Some(b) => out.push_str(&format!("content-type: application/json\r\ncontent-length: {}\r\n\r\n{b}", b.len())),
            None => out.push_str("\r\n"),
        }
        self.reader.get_mut().write_all(out.as_bytes())?;
        self.answer()
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        if self.reader.read_line(&mut line)? == 0 || !line.ends_with('\n') {
            return Err(cut());
        }
        Ok(line.trim_end().to_owned())
    }

    fn answer(&mut self) -> Result<Reply> {
        let bad = || Error::new(ErrorKind::InvalidData, "not HTTP");
        let first = self.line()?;
        let status: u16 = first.split(' ').nth(1).and_then(|s| s.parse().ok()).ok_or_else(bad)?;
        let (mut etag, mut length, mut chunked) = (String::new(), 0usize, false);
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(':') else {
                if line.is_empty() {
                    break;
                }
                return Err(bad());
            };
            let value = value.trim();
            match name.to_ascii_lowercase().as_str() {
                "etag" => value.clone_into(&mut etag),
                "content-length" => length = value.parse().map_err(|_| bad())?,
                "transfer-encoding" => chunked = value.eq_ignore_ascii_case("chunked"),
                _ => {}
            }
        }
        let mut body = Vec::new();
        if chunked {
            loop {
                let size = usize::from_str_radix(self.line()?.trim(), 16).map_err(|_| bad())?;
                self.take(size, &mut body)?;
                self.line()?;
                if size == 0 {
                    break;
                }
            }
        } else {
            self.take(length, &mut body)?;
        }
        Ok(Reply { status, etag, body })
    }

    fn take(&mut self, n: usize, into: &mut Vec<u8>) -> Result<()> {
        let from = into.len();
        into.resize(from + n, 0);
        self.reader.read_exact(&mut into[from..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    /// What a client makes of these bytes.
    fn answered(bytes: &'static [u8]) -> Result<Reply> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = std::thread::spawn(move || {
            let (mut s, _) = listener.accept().unwrap();
            let mut seen = [0; 4096];
            let _ = s.read(&mut seen).unwrap();
            s.write_all(bytes).unwrap();
        });
        let reply = Client::connect(address).unwrap().get("/x", "t");
        server.join().unwrap();
        reply
    }

    #[test]
    fn whole_answers_are_read_and_cut_ones_are_none() {
        let r = answered(b"HTTP/1.1 200 OK\r\nETag: \"7\"\r\nContent-Length: 2\r\n\r\n{}").unwrap();
        assert_eq!((r.status, r.etag.as_str(), r.body.as_slice()), (200, "\"7\"", b"{}".as_slice()));
        let r = answered(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n").unwrap();
        assert_eq!(r.body, b"{}");
        for cut in ["", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"] {
            assert!(answered(cut.as_bytes()).is_err(), "{cut:?}");
        }
    }
}
