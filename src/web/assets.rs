//! Style, script and icon of the pages, inside the program. A file's name carries the hash of its content, so browsers
//! may keep it for ever; the text of the pages names it by [`url`].

use super::problem::Failure;
use crate::web::extract::PathText;
use axum::extract::{FromRequestParts, Request};
use axum::http::header::{self, HeaderValue};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::sync::OnceLock;

struct Asset {
    /// The name in the source tree: `app.css`.
    plain: &'static str,
    /// The name on the wire: `app.0123456789ab.css`.
    hashed: String,
    media: &'static str,
    body: &'static [u8],
}

/// The sheet of the console as it is served: the tokens and its own rules.
pub(super) const APP_CSS: &str = concat!(include_str!("assets/tokens.css"), include_str!("assets/app.css"));
/// The sheet of the workers' pages as it is served.
pub(super) const H5_CSS: &str = concat!(include_str!("assets/tokens.css"), include_str!("assets/h5.css"));

fn all() -> &'static [Asset] {
    static ALL: OnceLock<Vec<Asset>> = OnceLock::new();
    ALL.get_or_init(|| {
        let make = |plain: &'static str, media, body: &'static [u8]| {
            let hash = Sha256::digest(body).iter().take(6).fold(String::new(), |mut s, b| {
                let _ = write!(s, "{b:02x}");
                s
            });
            let (stem, ext) = plain.rsplit_once('.').unwrap_or((plain, ""));
            Asset { plain, hashed: format!("{stem}.{hash}.{ext}"), media, body }
        };
        vec![
            make("app.css", "text/css; charset=utf-8", APP_CSS.as_bytes()),
            make("app.js", "text/javascript; charset=utf-8", include_bytes!("assets/app.js")),
            make("h5.css", "text/css; charset=utf-8", H5_CSS.as_bytes()),
            make("h5.js", "text/javascript; charset=utf-8", include_bytes!("assets/h5.js")),
            make("h5-photos.js", "text/javascript; charset=utf-8", include_bytes!("assets/h5-photos.js")),
            make("logo.svg", "image/svg+xml", include_bytes!("assets/logo.svg")),
        ]
    })
}

/// The path of an asset by its plain name; the plain name itself when there is none (a test walks the pages).
#[must_use]
pub fn url(plain: &str) -> String {
    let name = all().iter().find(|a| a.plain == plain).map_or(plain, |a| &a.hashed);
    format!("/assets/{name}")
}

/// `GET /assets/{name}`.
pub(super) async fn serve(request: Request) -> Result<Response, Failure> {
    let (mut parts, _) = request.into_parts();
    let super::extract::PathId(PathText(name)) = super::extract::PathId::<PathText>::from_request_parts(&mut parts, &()).await?;
    let asset = all().iter().find(|a| a.hashed == name).ok_or_else(Failure::no_route)?;
    let tag = format!("\"{}\"", asset.hashed);
    let mut headers = HeaderMap::new();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.media));
    if let Ok(value) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, value);
    }
    let same = parts.headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|v| v.to_str().ok()).any(|v| v.contains(&tag));
    Ok(if same { (StatusCode::NOT_MODIFIED, headers).into_response() } else { (headers, asset.body).into_response() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_carry_the_hash_and_the_style_stays_small() {
        let css = url("app.css");
        assert!(css.starts_with("/assets/app.") && css.ends_with(".css") && css.len() == "/assets/app..css".len() + 12, "{css}");
        for a in all() {
            assert!(a.body.len() < 40 * 1024, "{} has {} bytes", a.plain, a.body.len());
            assert!(a.hashed.parse::<PathText>().is_ok(), "{}", a.hashed);
            let text = std::str::from_utf8(a.body).unwrap();
            assert!(!text.contains("http://") || a.plain == "logo.svg", "{} reaches out", a.plain);
            assert!(!text.contains("https://") && !text.contains("@import"), "{} reaches out", a.plain);
        }
    }
}
