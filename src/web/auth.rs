//! Who asks: a bearer token on the APIs, the session cookie in the console.
//!
//! Owns the extractors that turn a token into an [`Actor`]. Decides nothing but that: what the actor may do is asked
//! in the use case. A person who must change the password first, give a code, unlock the session or set a second factor up gets no further.

use super::Failure;
use super::extract::{Bearer, SessionCookie};
use super::look::Look;
use crate::app::App;
use crate::app::people::Stage;
use crate::app::workers::Me;
use crate::base::Error;
use crate::base::id::AccountId;
use crate::base::text::Lang;
use crate::domain::access::{Actor, Staff};
use axum::extract::FromRequestParts;
use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::request::Parts;
use std::sync::{Arc, OnceLock};

/// Whom a request of the console met at the door, told to the edge: what failed is shown to that person.
#[derive(Debug, Clone)]
pub struct Met {
    /// The program.
    pub app: Arc<App>,
    /// Whose session it is, or was.
    pub account: AccountId,
    /// The person's name.
    pub name: String,
}

/// Where the extractor leaves it.
#[derive(Debug, Clone, Default)]
pub struct Meeting(pub Arc<OnceLock<Met>>);

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

/// Paths open to a person who must set a second factor up first.
fn before_enrolment(path: &str) -> bool {
    path.starts_with("/account/second-factor") || before_change(path)
}

async fn staff(parts: &Parts, app: &Arc<App>, token: &str) -> Result<Staff, Failure> {
    let meet = |account, name: &str| {
        if let Some(Meeting(cell)) = parts.extensions.get() {
            // one request has one person
            let _ = cell.set(Met { app: Arc::clone(app), account, name: name.to_owned() });
        }
    };
    let known = match app.recognise(token).await {
        Ok(known) => known,
        Err(Error::Unauthenticated) => {
            if parts.extensions.get::<Meeting>().is_some()
                && let Some((account, name)) = app.owner_of(token).await?
            {
                meet(account, &name);
            }
            return Err(Error::Unauthenticated.into());
        }
        Err(e) => return Err(e.into()),
    };
    meet(known.staff.account, &known.staff.name);
    let path = parts.uri.path();
    let shut = match known.stage {
        Stage::AwaitsCode => Some("second_factor"),
        Stage::Locked => Some("locked"),
        _ if known.staff.must_change && !before_change(path) => Some("must_change_password"),
        // the first password is changed first
        Stage::MustEnrol if !known.staff.must_change && !before_enrolment(path) => Some("enrol_second_factor"),
        Stage::MustEnrol | Stage::Open => None,
    };
    shut.map_or(Ok(known.staff), |why| Err(Error::Forbidden(why).into()))
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
