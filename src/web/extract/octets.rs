//! A body of bytes as they are, with what its sender says their hash is (`Content-Digest`, RFC 9530).

use super::super::Failure;
use crate::base::error::FieldError;
use crate::base::{Error, text};
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The bytes and their announced SHA-256, as 64 lower-case hexadecimal digits. Whether they fit is asked in the use case.
#[derive(Debug, Clone)]
pub struct Octets {
    /// The body.
    pub bytes: Bytes,
    /// What `Content-Digest` says.
    pub sha256: String,
}

impl<S: Send + Sync> FromRequest<S> for Octets {
    type Rejection = Failure;
    async fn from_request(req: Request, state: &S) -> Result<Self, Failure> {
        let kind = req.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        if !kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/octet-stream") {
            return Err(Failure::unsupported_media_type());
        }
        let sha256 = digest(req.headers())
            .ok_or_else(|| Failure::from(Error::Invalid(vec![FieldError::coded("header.Content-Digest", "not_a_digest", &[])])))?;
        let bytes = Bytes::from_request(req, state).await.map_err(|r| match r.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Failure::of_status(StatusCode::PAYLOAD_TOO_LARGE),
            _ => Error::Malformed(text::zh("web.detail.body").to_owned()).into(),
        })?;
        Ok(Self { bytes, sha256 })
    }
}

/// The SHA-256 among the digests of the header.
fn digest(headers: &HeaderMap) -> Option<String> {
    let all = headers.get("content-digest")?.to_str().ok()?;
    let coded = all.split(',').find_map(|d| d.trim().strip_prefix("sha-256=:")?.strip_suffix(':'))?;
    let bytes = STANDARD.decode(coded).ok().filter(|b| b.len() == 32)?;
    Some(crate::base::seal::hex(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    async fn send(headers: &[(&str, &str)], body: &str) -> Result<Octets, Failure> {
        let mut b = axum::http::Request::builder().method("PUT");
        for (k, v) in headers {
            b = b.header(*k, *v);
        }
        Octets::from_request(b.body(Body::from(body.to_owned())).unwrap(), &()).await
    }
    const OF_ABC: &str = "sha-512=:AA==:, sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:";

    #[tokio::test]
    async fn bytes_come_with_their_digest() {
        let octets = ("content-type", "application/octet-stream");
        let got = send(&[octets, ("content-digest", OF_ABC)], "abc").await.unwrap();
        assert_eq!(got.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(&got.bytes[..], b"abc");
        for wrong in ["", "sha-256=AA==", "sha-256=:AA==:", "sha-256=:not base64:", "sha-512=:AA==:"] {
            let e = send(&[octets, ("content-digest", wrong)], "abc").await.unwrap_err();
            assert_eq!(e.fields()[0].code, "not_a_digest", "{wrong}");
        }
        assert_eq!(send(&[octets], "abc").await.unwrap_err().status().as_u16(), 422);
        assert_eq!(send(&[("content-digest", OF_ABC)], "abc").await.unwrap_err().status().as_u16(), 415);
    }
}
