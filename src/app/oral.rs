//! Told, not written: the statement sheet 笔录 of an oral complaint, read back and signed or thumb-printed, and what an officer
//! heard in a voice message (practice P2.7).
//!
//! Owns that nobody signs before the sheet is there, that the signature is a photo in the filing, and that a transcript has
//! an author beside the sound, which stays the evidence.

use super::claimant::of_filing;
use super::subject::scope_of;
use super::write::{Key, Marks, Tx};
use super::{App, counter, sheets};
use crate::base::id::{DocumentId, EvidenceId, FilingId, RowId};
use crate::base::seal::{self, Place};
use crate::base::{At, Error, Result};
use crate::domain::access::{self, Ability, Actor};
use crate::store::counter::{self as rows, OralStatement, Transcript};
use crate::store::{accounts, cases, filings, papers};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// Channels by which somebody tells instead of writing.
const ORAL: [&str; 2] = ["window", "phone"];
/// Characters a transcript may have.
const LONGEST: usize = 8_000;

/// Whether what comes by a channel is told and not written.
#[must_use]
pub fn is_oral(channel: &str) -> bool {
    ORAL.contains(&channel)
}

/// How a statement is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Signed {
    /// By hand.
    Signature,
    /// By a finger.
    Thumbprint,
}

/// The statement was read back and signed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignStatement {
    /// It was read back to the person; must be true.
    pub read_back: bool,
    /// `signature` or `thumbprint`.
    pub signed: Signed,
    /// The photo of the signed sheet: a file of this filing.
    #[schema(value_type = String)]
    pub photo: EvidenceId,
}

/// The statement of an oral complaint.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatementView {
    /// The sheet; absent before it was issued.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub document: Option<DocumentId>,
    /// How it was signed; absent before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed: Option<String>,
    /// The photo of the signed sheet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub photo: Option<EvidenceId>,
    /// The officer who read it back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub officer: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub at: Option<At>,
}

/// What an officer heard.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TranscriptView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: RowId,
    /// The words.
    pub text: String,
    /// Who wrote them down.
    pub officer: String,
    /// When.
    #[schema(value_type = String)]
    pub at: At,
}
impl std::fmt::Debug for TranscriptView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TranscriptView({})", self.id)
    }
}

fn sheet_of(tx: &mut Tx<'_>, id: FilingId) -> Result<Option<DocumentId>> {
    Ok(papers::documents_of_filing(tx.c, id)?.into_iter().find(|d| d.kind == sheets::STATEMENT).map(|d| d.id))
}

fn issue(tx: &mut Tx<'_>, id: FilingId) -> Result<DocumentId> {
    let f = counter::at_counter(tx, id)?;
    if !is_oral(&f.channel) {
        return Err(Error::refused("not_oral", &[]));
    }
    if let Some(there) = sheet_of(tx, id)? {
        return Ok(there);
    }
    let (document, number) = sheets::statement(tx, &f)?;
    let payload = serde_json::json!({ "document": document, "number": number });
    tx.record("filing", id.into(), "document_issued", tx.now, payload, &of_filing(&f))?;
    Ok(document)
}

fn sign(tx: &mut Tx<'_>, id: FilingId, s: &SignStatement) -> Result<()> {
    let f = counter::at_counter(tx, id)?;
    let document = sheet_of(tx, id)?.ok_or_else(|| Error::refused("statement_first", &[]))?;
    if !s.read_back {
        return Err(Error::field("/readBack", "read_back_first", &[]));
    }
    let photo = papers::get_evidence(tx.c, s.photo)?.filter(|e| e.filing_id == Some(id));
    let photo = photo.ok_or_else(|| Error::field("/photo", "file_not_here", &[]))?;
    if !photo.media_type.starts_with("image/") {
        return Err(Error::field("/photo", "not_a_photo", &[]));
    }
    let row = OralStatement {
        filing_id: id,
        document_id: document,
        signed: match s.signed {
            Signed::Signature => "signature".into(),
            Signed::Thumbprint => "thumbprint".into(),
        },
        photo_id: s.photo,
        by_account: tx.actor.account().ok_or(Error::Unauthenticated)?,
        at: tx.now,
    };
    if !rows::insert_oral(tx.c, &row)? {
        return Err(Error::refused("statement_signed", &[]));
    }
    let payload = serde_json::json!({ "document": document, "signed": s.signed, "photo": s.photo });
    tx.record("filing", id.into(), "statement_signed", tx.now, payload, &of_filing(&f))?;
    Ok(())
}

fn transcribe(tx: &mut Tx<'_>, file: EvidenceId, words: &str) -> Result<RowId> {
    let unknown = || Error::NotFound("evidence");
    let e = papers::get_evidence(tx.c, file)?.ok_or_else(unknown)?;
    let f = e.filing_id.map(|f| filings::get(tx.c, f)).transpose()?.flatten();
    let case = e.case_id.or_else(|| f.as_ref().and_then(|f| f.case_id)).map(|c| tx.case(c)).transpose()?;
    let scope = scope_of(tx.app, case.as_ref(), f.as_ref());
    if !access::may_read(tx.actor, &scope) {
        return Err(unknown());
    }
    if let Some(f) = &f {
        counter::open_to(tx.c, tx.actor, f.id)?;
    }
    if !access::may_towards(tx.actor, Ability::AddEvidence, &scope) {
        return Err(Error::Forbidden("add_evidence"));
    }
    if !e.media_type.starts_with("audio/") {
        return Err(Error::refused("not_a_voice", &[]));
    }
    let id: RowId = tx.ids.id(tx.now);
    let heard = Transcript {
        id,
        evidence_id: file,
        text_ct: tx.seal("transcripts", "text_ct", id, words)?,
        by_account: tx.actor.account().ok_or(Error::Unauthenticated)?,
        at: tx.now,
    };
    rows::insert_transcript(tx.c, &heard)?;
    let payload = serde_json::json!({ "evidence": file, "transcript": id });
    match (&f, &case) {
        (Some(f), _) => tx.record("filing", f.id.into(), "voice_transcribed", tx.now, payload, &of_filing(f))?,
        (None, Some(c)) => {
            let marks = Marks { case: Some(c.id), ..Marks::default() };
            tx.record("case", c.id.into(), "voice_transcribed", tx.now, payload, &marks)?
        }
        (None, None) => return Err(unknown()),
    };
    Ok(id)
}

impl App {
    /// Issues the statement sheet of an oral complaint; the same one when it was issued before.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it), [`Error::Forbidden`], `not_oral`.
    pub async fn statement_sheet(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: FilingId) -> Result<DocumentId> {
        self.write(actor, key, move |tx| issue(tx, id)).await
    }

    /// Notes that the sheet was read back and signed, with the photo of it.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], field errors, `statement_first`, `statement_signed`.
    pub async fn sign_statement(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: FilingId, s: &SignStatement) -> Result<()> {
        let s = s.clone();
        self.write(actor, key, move |tx| sign(tx, id, &s)).await
    }

    /// Where the statement of a filing stands.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it).
    pub async fn statement(self: &Arc<Self>, actor: &Actor, id: FilingId) -> Result<StatementView> {
        self.may_see(actor, None, Some(id), None).await?;
        self.db
            .read(move |c| {
                let sheet = papers::documents_of_filing(c, id)?.into_iter().find(|d| d.kind == sheets::STATEMENT).map(|d| d.id);
                let done = rows::oral(c, id)?;
                let officer = done.as_ref().map(|d| accounts::get(c, d.by_account)).transpose()?.flatten().map(|a| a.name);
                Ok(StatementView {
                    document: sheet,
                    signed: done.as_ref().map(|d| d.signed.clone()),
                    photo: done.as_ref().map(|d| d.photo_id),
                    officer,
                    at: done.map(|d| d.at),
                })
            })
            .await
    }

    /// Keeps what an officer heard in a voice message.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it), [`Error::Forbidden`], `not_a_voice`, field errors.
    pub async fn transcribe(self: &Arc<Self>, actor: &Actor, key: Option<Key>, file: EvidenceId, words: &str) -> Result<RowId> {
        let words = crate::base::text::tidy_long(words);
        let n = words.chars().count();
        if n == 0 || n > LONGEST {
            return Err(Error::field("/text", "text_too_long", &[("max", &LONGEST.to_string())]));
        }
        self.write(actor, key, move |tx| transcribe(tx, file, &words)).await
    }

    /// What was heard in a voice message, the oldest first.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it), [`Error::Forbidden`] outside the unit of a report 举报.
    pub async fn transcripts(self: &Arc<Self>, actor: &Actor, file: EvidenceId) -> Result<Vec<TranscriptView>> {
        let actor = actor.clone();
        self.look(move |c, app, keys| {
            let unknown = || Error::NotFound("evidence");
            let e = papers::get_evidence(c, file)?.ok_or_else(unknown)?;
            let f = e.filing_id.map(|f| filings::get(c, f)).transpose()?.flatten();
            let case = e.case_id.or_else(|| f.as_ref().and_then(|f| f.case_id)).map(|k| cases::get(c, k)).transpose()?.flatten();
            if !access::may_read(&actor, &scope_of(app, case.as_ref(), f.as_ref())) {
                return Err(unknown());
            }
            if let Some(f) = &f {
                counter::open_to(c, &actor, f.id)?;
            }
            let mut out = Vec::new();
            for t in rows::transcripts_of(c, file)? {
                out.push(TranscriptView {
                    text: seal::open(keys, Place::new("transcripts", "text_ct", t.id), &t.text_ct)?,
                    id: t.id,
                    officer: accounts::get(c, t.by_account)?.map(|a| a.name).unwrap_or_default(),
                    at: t.at,
                });
            }
            Ok(out)
        })
        .await
    }
}
