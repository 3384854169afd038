//! How the pages look to who reads them: the city's names around them, and light or dark, standard or large letters.
//!
//! Owns the site's names ([`Site`]), the reader's choice ([`Look`]) with its cookie, and `POST /public/look`. The choice says
//! nothing about a person and opens nothing: it needs no log-in and is kept in the browser alone. Never changes what a page
//! says, only how. The workers' pages have switches of their own (`web::h5`).

use super::Settings;
use super::extract::{FormParams, safe_next};
use super::table::{Access, Route, Table};
use crate::app::App;
use crate::base::{Error, Result, config};
use crate::web::Answer;
use crate::web::edge::see_other;
use axum::extract::FromRequestParts;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, COOKIE, REFERER, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Uri};
use axum::response::{IntoResponse, Response};
use std::convert::Infallible;
use std::sync::Arc;

const NAME: &str = "qx-look";

/// Names and records around every page, from the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// What stands beside the logo and in the title: 清薪.
    pub name: String,
    /// What it is for: 欠薪案件办理.
    pub about: String,
    /// Who runs it, in the foot; may be empty.
    pub organizer: String,
    /// Records of the site in the foot (备案), one line; may be empty.
    pub records: String,
    /// The city has a logo of its own.
    pub own_logo: bool,
}
impl Default for Site {
    fn default() -> Self {
        Self::of(&config::Site::default())
    }
}
impl Site {
    /// The names of the configuration.
    #[must_use]
    pub fn of(c: &config::Site) -> Self {
        Self {
            name: c.name.clone(),
            about: c.about.clone(),
            organizer: c.organizer.clone(),
            records: c.records.clone(),
            own_logo: !c.logo.is_empty(),
        }
    }
    /// Whether the foot has anything of the city's to say.
    #[must_use]
    pub fn signs(&self) -> bool {
        !self.organizer.is_empty() || !self.records.is_empty()
    }
}

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the device is set.
    #[default]
    Device,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// What a reader chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Look {
    /// Light or dark.
    pub theme: Theme,
    /// 长辈版: everything a quarter larger.
    pub large: bool,
}
impl Look {
    /// The choice a request carries; what is not understood is the default.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let lines = headers.get_all(COOKIE).into_iter().filter_map(|v| v.to_str().ok());
        let value = lines.flat_map(|l| l.split(';')).find_map(|p| p.trim().strip_prefix("qx-look=").map(str::to_owned));
        let value = value.unwrap_or_default();
        let theme = match value.as_bytes().first() {
            Some(b'l') => Theme::Light,
            Some(b'd') => Theme::Dark,
            _ => Theme::Device,
        };
        Self { theme, large: value.ends_with('1') }
    }
    /// The classes of `<html>`; empty for the default.
    #[must_use]
    pub fn class(self) -> &'static str {
        match (self.theme, self.large) {
            (Theme::Device, false) => "",
            (Theme::Device, true) => "large",
            (Theme::Light, false) => "light",
            (Theme::Light, true) => "light large",
            (Theme::Dark, false) => "dark",
            (Theme::Dark, true) => "dark large",
        }
    }
    /// What the browser is told of its own parts: scroll bars, pickers.
    #[must_use]
    pub fn scheme(self) -> &'static str {
        match self.theme {
            Theme::Device => "light dark",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }
    fn cookie(self, settings: &Settings) -> Option<HeaderValue> {
        let theme = match self.theme {
            Theme::Device => 'a',
            Theme::Light => 'l',
            Theme::Dark => 'd',
        };
        let secure = if settings.secure_cookies { "; Secure" } else { "" };
        let large = u8::from(self.large);
        HeaderValue::from_str(&format!("{NAME}={theme}{large}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax{secure}")).ok()
    }
}

/// What stands around a page of one request.
#[derive(Debug, Clone, Default)]
pub struct Around {
    /// What the reader chose.
    pub look: Look,
    /// The city's names.
    pub site: Site,
    /// Demo data: a banner says so.
    pub demo: bool,
}
impl Around {
    /// For a page that others' caches may keep, and for doors without a choice: the same for everybody.
    #[must_use]
    pub fn plain(app: &App) -> Self {
        Self { look: Look::default(), site: Site::of(&app.config.site), demo: app.demo }
    }
    /// For who chose a look.
    #[must_use]
    pub fn chosen(app: &App, look: Look) -> Self {
        Self { look, ..Self::plain(app) }
    }
    /// Where the logo is: the city's own, or ours.
    #[must_use]
    pub fn logo(&self) -> String {
        if self.site.own_logo { "/public/logo".into() } else { super::assets::url("logo.svg") }
    }
}

/// The reader's choice of a request.
impl<S: Sync> FromRequestParts<S> for Look {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> std::result::Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

/// A logo of the city's own.
#[derive(Debug, Clone)]
pub struct Logo {
    media: &'static str,
    bytes: Vec<u8>,
}
impl Logo {
    /// The largest, in bytes.
    pub const MAX: usize = 40 * 1024;
    /// A file's content: PNG by its first bytes, or SVG.
    ///
    /// # Errors
    /// It is neither, or too large.
    pub fn read(bytes: Vec<u8>) -> Result<Self> {
        let svg = std::str::from_utf8(&bytes).is_ok_and(|s| s.contains("<svg"));
        let media = match (bytes.starts_with(b"\x89PNG\r\n\x1a\n"), svg) {
            (true, _) => "image/png",
            (false, true) => "image/svg+xml",
            _ => return Err(Error::Config("site.logo 应是 SVG 或 PNG 图片。".into())),
        };
        if bytes.len() > Self::MAX {
            return Err(Error::Config("site.logo 不能超过 40 KiB。".into()));
        }
        Ok(Self { media, bytes })
    }
}

/// `GET /public/logo`.
async fn logo(axum::Extension(settings): axum::Extension<Arc<Settings>>) -> Answer<Response> {
    let logo = settings.logo.as_ref().ok_or(Error::NotFound("logo"))?;
    let kept = [(CONTENT_TYPE, logo.media), (CACHE_CONTROL, "public, max-age=3600")];
    Ok((kept, logo.bytes.clone()).into_response())
}

/// The page the reader came from, as a path of our own.
fn back(headers: &HeaderMap) -> String {
    let from: Option<Uri> = headers.get(REFERER).and_then(|v| v.to_str().ok()).and_then(|s| s.parse().ok());
    let path = from.as_ref().and_then(|u| u.path_and_query()).map(|p| p.as_str());
    safe_next(path).to_owned()
}

/// `POST /public/look`: `theme` (`device`, `light`, `dark`) or `large` (`0`, `1`); what is not named stays.
async fn choose(
    axum::Extension(settings): axum::Extension<Arc<Settings>>,
    headers: HeaderMap,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let mut look = Look::of(&headers);
    match p.raw("theme") {
        Some("light") => look.theme = Theme::Light,
        Some("dark") => look.theme = Theme::Dark,
        Some("device") => look.theme = Theme::Device,
        _ => {}
    }
    match p.raw("large") {
        Some("1") => look.large = true,
        Some("0") => look.large = false,
        _ => {}
    }
    p.finish()?;
    let mut answer = see_other(&back(&headers));
    if let Some(cookie) = look.cookie(&settings) {
        answer.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(answer)
}

/// Adds the row to the router table.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let row = Route::post("/public/look", "look", Access::Public, "选择深浅和字号").reads_form().answers_plain(303, "回到来处", None);
    t.add(row, choose);
    t.add(Route::get("/public/logo", "logo", Access::Public, "单位标志").answers_plain(200, "图片", None), logo);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(cookie: &str) -> Look {
        let mut h = HeaderMap::new();
        h.insert(COOKIE, HeaderValue::from_str(cookie).unwrap());
        Look::of(&h)
    }

    #[test]
    fn what_was_chosen_comes_back_and_nonsense_is_the_default() {
        for theme in [Theme::Device, Theme::Light, Theme::Dark] {
            for large in [false, true] {
                let look = Look { theme, large };
                let cookie = look.cookie(&Settings::default()).unwrap();
                let pair = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
                assert_eq!(sent(&format!("a=b; {pair}; qx=1")), look);
                assert_eq!(look.class().contains("large"), large);
            }
        }
        for bad in ["qx-look=", "qx-look=<b>", "other=d1", "qx-look=x"] {
            assert_eq!(sent(bad), Look::default(), "{bad}");
        }
    }

    #[test]
    fn a_logo_is_a_small_picture() {
        assert!(Logo::read(b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec()).is_ok());
        assert!(Logo::read(b"<html>".to_vec()).is_err());
        let large = [b"\x89PNG\r\n\x1a\n".as_slice(), &vec![0; Logo::MAX]].concat();
        assert!(Logo::read(large).is_err());
    }

    #[test]
    fn the_way_back_is_a_path_of_our_own() {
        let mut h = HeaderMap::new();
        assert_eq!(back(&h), "/");
        h.insert(REFERER, HeaderValue::from_static("http://evil.example//x"));
        assert_eq!(back(&h), "/");
        h.insert(REFERER, HeaderValue::from_static("https://qx.example/cases/1?tab=2#t"));
        assert_eq!(back(&h), "/cases/1?tab=2");
    }
}
