//! Column types both databases share, and how the program's own types go into them.
//!
//! Owns the SQL types [`Id`], [`Ts`], [`Doc`] and the mapping of ids, [`At`], [`Day`], [`Fen`], [`Sealed`] and text enums,
//! so that `base`, `law`, `flow` and `domain` know nothing of diesel. Holds no query.

use super::conn::{MultiBackend, MultiRawValue};
use crate::base::id::{
    AccountId, AgreementId, CaseId, ClaimId, ClaimantId, DocumentId, EvidenceId, FilingId, ImportId, NoticeId, OrderId, PartnerId,
    PaymentId, ProcedureId, RespondentId, RowId, SessionId, StreamId, SupervisionId, TermId, WorkerId,
};
use crate::base::seal::Sealed;
use crate::base::{At, Day};
use crate::law::Fen;
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql};
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{self, BigInt, Date, Text};
use diesel::sqlite::{Sqlite, SqliteValue};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::Write as _;
use uuid::Uuid;

/// uuid in PostgreSQL, BLOB of 16 bytes in SQLite.
#[derive(Debug, Clone, Copy, sql_types::SqlType, diesel::query_builder::QueryId)]
#[diesel(postgres_type(oid = 2950, array_oid = 2951))]
#[diesel(sqlite_type(name = "Binary"))]
pub struct Id;
/// timestamptz in PostgreSQL, INTEGER (milliseconds since 1970) in SQLite.
#[derive(Debug, Clone, Copy, sql_types::SqlType, diesel::query_builder::QueryId)]
#[diesel(postgres_type(oid = 1184, array_oid = 1185))]
#[diesel(sqlite_type(name = "Long"))]
pub struct Ts;
/// jsonb in PostgreSQL, TEXT in SQLite. jsonb reorders keys: never hash what is read back.
#[derive(Debug, Clone, Copy, sql_types::SqlType, diesel::query_builder::QueryId)]
#[diesel(postgres_type(oid = 3802, array_oid = 3807))]
#[diesel(sqlite_type(name = "Text"))]
pub struct Doc;
impl sql_types::SqlOrd for Id {}
impl sql_types::SqlOrd for Ts {}

macro_rules! knows { ($($st:ident),*) => {$(
    impl sql_types::HasSqlType<$st> for MultiBackend {
        fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata { MultiBackend::lookup_sql_type::<$st>(lookup) }
    }
)*}}
knows!(Id, Ts, Doc);

/// Lets a type stand in expressions and rows as `$sql`, without a derive where it is defined.
macro_rules! column {
    ($sql:ty => $rust:ty) => {
        const _: () = {
            #[derive(diesel::expression::AsExpression, diesel::deserialize::FromSqlRow)]
            #[diesel(foreign_derive)]
            #[diesel(sql_type = $sql)]
            #[expect(dead_code, reason = "carries the derives only")]
            struct Proxy($rust);
        };
    };
}
/// Sends a type through to whichever backend is behind the connection.
macro_rules! through {
    ($sql:ident => $rust:ty) => {
        impl FromSql<$sql, MultiBackend> for $rust {
            fn from_sql(v: MultiRawValue<'_>) -> deserialize::Result<Self> {
                v.from_sql::<$rust, $sql>()
            }
        }
        impl ToSql<$sql, MultiBackend> for $rust {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
                out.set_value(($sql, self));
                Ok(IsNull::No)
            }
        }
    };
}

macro_rules! id { ($($id:ty),* $(,)?) => {$(
    column!(Id => $id);
    through!(Id => $id);
    impl ToSql<Id, Pg> for $id {
        fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result { out.write_all(self.uuid().as_bytes())?; Ok(IsNull::No) }
    }
    impl FromSql<Id, Pg> for $id {
        fn from_sql(v: PgValue<'_>) -> deserialize::Result<Self> { Ok(Uuid::from_slice(v.as_bytes())?.into()) }
    }
    impl ToSql<Id, Sqlite> for $id {
        fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result { out.set_value(self.uuid().as_bytes().to_vec()); Ok(IsNull::No) }
    }
    impl FromSql<Id, Sqlite> for $id {
        fn from_sql(mut v: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> { Ok(Uuid::from_slice(v.read_blob())?.into()) }
    }
)*}}
id!(
    AccountId,
    AgreementId,
    OrderId,
    SupervisionId,
    CaseId,
    ClaimId,
    ClaimantId,
    DocumentId,
    EvidenceId,
    WorkerId,
    PartnerId,
    FilingId,
    ImportId,
    NoticeId,
    PaymentId,
    ProcedureId,
    RespondentId,
    RowId,
    SessionId,
    StreamId,
    TermId,
);

column!(Ts => At);
through!(Ts => At);
impl ToSql<Ts, Pg> for At {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<sql_types::Timestamptz, Pg>::to_sql(&self.utc(), &mut out.reborrow())
    }
}
impl FromSql<Ts, Pg> for At {
    fn from_sql(v: PgValue<'_>) -> deserialize::Result<Self> {
        FromSql::<sql_types::Timestamptz, Pg>::from_sql(v).map(At::new)
    }
}
impl ToSql<Ts, Sqlite> for At {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.millis());
        Ok(IsNull::No)
    }
}
impl FromSql<Ts, Sqlite> for At {
    fn from_sql(mut v: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        At::from_millis(v.read_long()).ok_or_else(|| "instant out of range".into())
    }
}

column!(Date => Day);
through!(Date => Day);
impl ToSql<Date, Pg> for Day {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<Date, Pg>::to_sql(&self.date(), &mut out.reborrow())
    }
}
impl FromSql<Date, Pg> for Day {
    fn from_sql(v: PgValue<'_>) -> deserialize::Result<Self> {
        FromSql::<Date, Pg>::from_sql(v).map(Day::new)
    }
}
impl ToSql<Date, Sqlite> for Day {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.to_string());
        Ok(IsNull::No)
    }
}
impl FromSql<Date, Sqlite> for Day {
    fn from_sql(mut v: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        Ok(v.read_text().parse::<Day>()?)
    }
}

column!(BigInt => Fen);
through!(BigInt => Fen);
impl ToSql<BigInt, Pg> for Fen {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<BigInt, Pg>::to_sql(&self.get(), &mut out.reborrow())
    }
}
impl FromSql<BigInt, Pg> for Fen {
    fn from_sql(v: PgValue<'_>) -> deserialize::Result<Self> {
        FromSql::<BigInt, Pg>::from_sql(v).map(Fen::new)
    }
}
impl ToSql<BigInt, Sqlite> for Fen {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.get());
        Ok(IsNull::No)
    }
}
impl FromSql<BigInt, Sqlite> for Fen {
    fn from_sql(v: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        FromSql::<BigInt, Sqlite>::from_sql(v).map(Fen::new)
    }
}

column!(Text => Sealed);
impl<DB: Backend> ToSql<Text, DB> for Sealed
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.as_str().to_sql(out)
    }
}
impl<DB: Backend> FromSql<Text, DB> for Sealed
where
    String: FromSql<Text, DB>,
{
    fn from_sql(v: DB::RawValue<'_>) -> deserialize::Result<Self> {
        String::from_sql(v).map(Sealed::from_stored)
    }
}

/// Any serde value in a [`Doc`] column: `Json<Term>`, `Json<serde_json::Value>`.
#[derive(Debug, Clone, PartialEq, Eq, Default, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow)]
#[diesel(sql_type = Doc)]
pub struct Json<T: std::fmt::Debug>(
    /// The value.
    pub T,
);
impl<T: std::fmt::Debug> std::ops::Deref for Json<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}
impl<T: std::fmt::Debug> std::ops::DerefMut for Json<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}
impl<T: Serialize + std::fmt::Debug> ToSql<Doc, Pg> for Json<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(&[1])?; // the version byte of jsonb's wire format
        serde_json::to_writer(out, &self.0)?;
        Ok(IsNull::No)
    }
}
impl<T: DeserializeOwned + std::fmt::Debug> FromSql<Doc, Pg> for Json<T> {
    fn from_sql(v: PgValue<'_>) -> deserialize::Result<Self> {
        match v.as_bytes() {
            [1, json @ ..] => Ok(Self(serde_json::from_slice(json)?)),
            _ => Err("unknown jsonb wire format".into()),
        }
    }
}
impl<T: Serialize + std::fmt::Debug> ToSql<Doc, Sqlite> for Json<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(serde_json::to_string(&self.0)?);
        Ok(IsNull::No)
    }
}
impl<T: DeserializeOwned + std::fmt::Debug> FromSql<Doc, Sqlite> for Json<T> {
    fn from_sql(mut v: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        Ok(Self(serde_json::from_str(v.read_text())?))
    }
}
impl<T: DeserializeOwned + std::fmt::Debug> FromSql<Doc, MultiBackend> for Json<T> {
    fn from_sql(v: MultiRawValue<'_>) -> deserialize::Result<Self> {
        v.from_sql::<Self, Doc>()
    }
}
impl<T: Serialize + std::fmt::Debug + Send + Sync + 'static> ToSql<Doc, MultiBackend> for Json<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
        out.set_value((Doc, self));
        Ok(IsNull::No)
    }
}

/// Makes an enum a Text column, without a derive where it is defined: `text_enum!(Kind { Duty = "duty", Gate = "gate" });`.
/// A missing variant does not compile; an unknown text in the database is an error of that row.
#[macro_export]
macro_rules! text_enum {
    ($t:ty { $($v:ident = $s:literal),+ $(,)? }) => {
        const _: () = {
            #[derive(diesel::expression::AsExpression, diesel::deserialize::FromSqlRow)]
            #[diesel(foreign_derive)]
            #[diesel(sql_type = diesel::sql_types::Text)]
            #[expect(dead_code, reason = "carries the derives only")]
            struct Proxy($t);
            impl<DB: diesel::backend::Backend> diesel::serialize::ToSql<diesel::sql_types::Text, DB> for $t
            where
                str: diesel::serialize::ToSql<diesel::sql_types::Text, DB>,
            {
                fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, DB>) -> diesel::serialize::Result {
                    match self { $(<$t>::$v => $s),+ }.to_sql(out)
                }
            }
            impl<DB: diesel::backend::Backend> diesel::deserialize::FromSql<diesel::sql_types::Text, DB> for $t
            where
                String: diesel::deserialize::FromSql<diesel::sql_types::Text, DB>,
            {
                fn from_sql(v: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                    let s = String::from_sql(v)?;
                    match s.as_str() { $($s => Ok(<$t>::$v),)+ _ => Err(format!("unknown {} {s:?}", stringify!($t)).into()) }
                }
            }
        };
    };
}

text_enum!(crate::law::term::Kind { Duty = "duty", Window = "window", Gate = "gate" });
text_enum!(crate::law::term::Effect { Statutory = "statutory", Service = "service" });
text_enum!(crate::flow::TermStatus { Live = "live", Met = "met", Cancelled = "cancelled", Closed = "closed" });
