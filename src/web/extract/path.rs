//! Ids and codes in the path. A text that is no id is 404 with the place, as an id nobody has would be.

use super::super::Failure;
use crate::base::Error;
use crate::base::error::FieldError;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use std::str::FromStr;

fn missing(name: &str) -> Failure {
    Failure::from(Error::NotFound("page")).at(FieldError::coded(format!("path.{name}"), "not_an_id", &[]))
}
async fn raw<S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<Vec<(String, String)>, Failure> {
    let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| missing("*"))?;
    Ok(params.iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect())
}
fn read<T: FromStr>(pair: Option<&(String, String)>) -> Result<T, Failure> {
    let (name, value) = pair.ok_or_else(|| missing("*"))?;
    value.parse().map_err(|_| missing(name))
}

/// The only parameter of the path, an id of type `T`.
#[derive(Debug, Clone, Copy)]
pub struct PathId<T>(pub T);
impl<S: Send + Sync, T: FromStr> FromRequestParts<S> for PathId<T> {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        Ok(Self(read(raw(parts, state).await?.first())?))
    }
}

/// The first two parameters of the path, in their order.
#[derive(Debug, Clone)]
pub struct PathIds<A, B>(pub A, pub B);
impl<S: Send + Sync, A: FromStr, B: FromStr> FromRequestParts<S> for PathIds<A, B> {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let raw = raw(parts, state).await?;
        Ok(Self(read(raw.first())?, read(raw.get(1))?))
    }
}

/// A key in the path (a move, a document kind): 1 to 64 characters of `a–z 0–9 _ - .`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathText(pub String);
impl FromStr for PathText {
    type Err = ();
    fn from_str(s: &str) -> Result<Self, ()> {
        let ok = (1..=64).contains(&s.len())
            && s.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-' | b'.'));
        if ok { Ok(Self(s.to_owned())) } else { Err(()) }
    }
}
