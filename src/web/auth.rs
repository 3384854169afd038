//! Who asks: a bearer token on the APIs, the session cookie in the console.
//!
//! Owns the two extractors that turn a token into an [`Actor`]. Decides nothing but that: what the actor may do is asked
//! in the use case. A person who must change the password first gets no further than that.

use super::Failure;
use super::extract::{Bearer, SessionCookie};
use super::look::Look;
use crate::app::App;
use crate::app::workers::Me;
use crate::base::Error;
use crate::base::text::Lang;
use crate::domain::access::{Actor, Staff};
use axum::extract::FromRequestParts;
use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::request::Parts;
use std::sync::Arc;

/// The staff member of an API request.
#[derive(Debug, Clone)]
pub struct By(pub Actor);

/// The staff member of a console request, and how this one wants the pages.
#[derive(Debug, Clone)]
pub struct Officer(pub Staff, pub Look);
impl Officer {
    /// As an actor.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::Staff(self.0.clone())
    }
}

/// The worker of a request to the claimant's API.
#[derive(Debug, Clone)]
pub struct Mine(pub Me);

impl FromRequestParts<Arc<App>> for Mine {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Failure> {
        let Bearer(token) = Bearer::from_request_parts(parts, app).await?;
        let mut me = app.authenticate_worker(token.reveal()).await?;
        // what the phone asks for now goes before what was chosen once
        if let Some(asked) = parts.headers.get(ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()) {
            me.lang = Lang::of(asked);
        }
        Ok(Self(me))
    }
}

/// A door's extractor, for handlers that serve more than one door.
pub trait Asks: FromRequestParts<Arc<App>> + Send {
    /// Who asks.
    fn actor(&self) -> Actor;
}
impl Asks for By {
    fn actor(&self) -> Actor {
        self.0.clone()
    }
}
impl Asks for Mine {
    fn actor(&self) -> Actor {
        self.0.actor()
    }
}

/// Paths open to a person who must change the password first.
fn before_change(path: &str) -> bool {
    matches!(path, "/account" | "/account/password" | "/logout" | "/api/office/v1/session" | "/api/office/v1/session/password")
}

async fn staff(parts: &Parts, app: &Arc<App>, token: &str) -> Result<Staff, Failure> {
    let staff = app.authenticate(token).await?;
    if staff.must_change && !before_change(parts.uri.path()) {
        return Err(Error::Forbidden("must_change_password").into());
    }
    Ok(staff)
}

impl FromRequestParts<Arc<App>> for By {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Failure> {
        let Bearer(token) = Bearer::from_request_parts(parts, app).await?;
        Ok(Self(Actor::Staff(staff(parts, app, token.reveal()).await?)))
    }
}

impl FromRequestParts<Arc<App>> for Officer {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Failure> {
        let SessionCookie(token) = SessionCookie::from_request_parts(parts, app).await?;
        Ok(Self(staff(parts, app, token.reveal()).await?, Look::of(&parts.headers)))
    }
}
