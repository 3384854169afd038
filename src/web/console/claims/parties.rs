//! Who is liable and why, who speaks for the workers, what is asked back, who is paid, clues of child labour: one page of a case.

use super::{Back, codes, keyed, status};
use crate::app::App;
use crate::app::claims::Keeps;
use crate::app::claims::clue::{CloseClue, ClueView, JOINED, RESULTS};
use crate::app::claims::liability::{FindLiability, GROUNDS, LiableParty, NewParty};
use crate::app::claims::pay_list::{NewPayList, PayListPreview};
use crate::app::claims::pickers::Pickers;
use crate::app::claims::recourse::{ENDS, RecourseView, Recovered, WriteOff};
use crate::app::claims::representatives::{NewRepresentative, RepresentativeView};
use crate::app::write::Key;
use crate::base::id::{CaseId, ClaimId, EvidenceId, PaymentId, ProcedureId, RespondentId, RowId};
use crate::base::{At, Error, text};
use crate::domain::intake::PartyRole;
use crate::domain::joint::RepPower;
use crate::domain::liability::Kind;
use crate::law::Fen;
use crate::web::auth::Officer;
use crate::web::console::files::sheet;
use crate::web::console::frame::{chrome, flash};
use crate::web::console::moves::stays;
use crate::web::console::view::{
    ClueLine, FieldKind, FormField, FormView, PartiesPage, PartyLine, PayListLine, Place, RecourseLine, RepLine, Tag, Tone,
};
use crate::web::console::words::yuan;
use crate::web::edge::{html, html_with, see_other};
use crate::web::extract::{FormParams, Params, PathId, PathIds, QueryParams};
use crate::web::{Answer, Failure};
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What the forms of the page are made of.
struct Page<'a> {
    app: &'a App,
    base: String,
    files: Vec<(String, String)>,
    picks: Pickers,
    keeps: Keeps,
    back: &'a Back,
}
impl Page<'_> {
    fn proof(&self, label: &str) -> FormField {
        FormField::new("evidence", label, FieldKind::Select).options(self.files.clone()).required().help("先在案件页上传为本案材料")
    }
    fn form(&self, id: String, to: String, word: &str, fields: Vec<FormField>) -> FormView {
        keyed(FormView::new(id, format!("{}/{to}", self.base), word, fields).tone(Tone::Plain), self.back)
    }
    fn party(&self, p: &LiableParty) -> PartyLine {
        let grounds: Vec<(String, String)> = codes(self.app, GROUNDS).into_iter().filter(|(c, _)| p.choices.contains(c)).collect();
        let form = || {
            let fields = vec![
                FormField::new("ground", "依据", FieldKind::Select).options(grounds.clone()).required(),
                self.proof("证据"),
                FormField::new("reason", "理由", FieldKind::Long).required().max(200),
            ];
            self.form(format!("liability-{}", p.id), format!("parties/{}/liability", p.id), "记录", fields)
        };
        let tone = |k: Kind| if k == Kind::Employer { Tone::Bad } else { Tone::Info };
        PartyLine {
            role: p.role.clone(),
            name: p.name.clone(),
            code: p.uscc.clone().unwrap_or_default(),
            kind: p.kind.zip(p.kind_title.clone()).map(|(k, t)| Tag::new(t, tone(k))),
            ground: p.ground_title.clone().unwrap_or_default(),
            article: p.article.clone().unwrap_or_default(),
            found: p.found_at.map(At::list_text).unwrap_or_default(),
            form: self.keeps.now.then(form),
        }
    }
    fn rep(&self, r: &RepresentativeView) -> RepLine {
        let end = || {
            let note = FormField::new("note", "原因", FieldKind::Text).required().max(200);
            self.form(format!("end-{}", r.id), format!("representatives/{}/end", r.id), "终止", vec![note])
        };
        RepLine {
            name: r.name.clone(),
            powers: r.powers_text.clone(),
            mandate: format!("/evidence/{}", r.evidence),
            since: r.created_at.list_text(),
            ended: r.ended_at.map(At::list_text).unwrap_or_default(),
            end: (self.keeps.keeps && r.ended_at.is_none()).then(end),
        }
    }
    fn name_form(&self) -> FormView {
        let who = self.picks.claims.iter().map(|(id, name, sum)| (id.to_string(), format!("{name} {}", yuan(*sum))));
        let powers = RepPower::ALL.iter().map(|p| (p.key(), text::zh(&format!("rep.power.{}", p.key())).to_owned()));
        let fields = vec![
            FormField::new("claim", "代表人", FieldKind::Select).options(who).required().help("须是本案的劳动者"),
            FormField::new("powers", "可以", FieldKind::Checks).options(powers).required(),
            FormField::new("written", "代领款项、代为放弃已由委托书写明", FieldKind::Check),
            self.proof("签名的委托书"),
        ];
        self.form("name".into(), "representatives".into(), "确定", fields)
    }
    fn recourse(&self, r: &RecourseView) -> RecourseLine {
        let mut forms = Vec::new();
        if self.keeps.keeps && r.state == "open" {
            let left = Fen::new(r.amount_fen.get() - r.recovered_fen.get());
            let amount = FormField::new("amountFen", "追回金额", FieldKind::Money).required().help(format!("待追偿 {}", yuan(left)));
            let to = format!("recourses/{}/recover", r.payment);
            forms.push(self.form(format!("recover-{}", r.payment), to, "登记追回", vec![amount, self.proof("凭证")]));
            let fields = vec![
                FormField::new("reason", "原因", FieldKind::Select).options(codes(self.app, ENDS)).required(),
                self.proof("依据"),
                FormField::new("note", "说明", FieldKind::Long).required().max(200),
            ];
            forms.push(self.form(format!("write-off-{}", r.payment), format!("recourses/{}/write-off", r.payment), "终止追偿", fields));
        }
        let tone = match r.state.as_str() {
            "open" => Tone::Warn,
            "recovered" => Tone::Good,
            _ => Tone::Plain,
        };
        RecourseLine {
            payer: format!("{}　{}", r.payer_kind, r.payer.clone().unwrap_or_default()),
            against: r.against.clone().unwrap_or_else(|| text::zh("recourse.unknown").to_owned()),
            amount: yuan(r.amount_fen),
            recovered: yuan(r.recovered_fen),
            state: Tag::new(r.state_title.clone(), tone),
            reason: r.reason.clone().unwrap_or_default(),
            opened: r.opened_at.list_text(),
            forms,
        }
    }
    fn clue(&self, k: &ClueView) -> ClueLine {
        let results: Vec<_> = codes(self.app, RESULTS).into_iter().filter(|(c, _)| c != JOINED).collect();
        let close = || {
            let fields = vec![
                FormField::new("result", "结果", FieldKind::Select).options(results.clone()).required(),
                self.proof("处理材料"),
                FormField::new("note", "查处经过", FieldKind::Long).required().max(200),
            ];
            self.form(format!("close-{}", k.id), format!("child-clues/{}/close", k.id), "办结", fields)
        };
        ClueLine {
            number: k.number.clone(),
            about: format!("{} 人　{}", k.persons, k.opened_at.list_text()),
            state: match &k.result {
                Some(r) => Tag::new(r.clone(), Tone::Plain),
                None => Tag::new("未办结", Tone::Bad),
            },
            close: k.may_close.then(close),
        }
    }
    /// What a list may be made for: all that is owed, an order, an agreement.
    fn procedures(&self) -> Vec<(String, String)> {
        self.picks.payments.iter().map(|(id, name)| (id.to_string(), name.clone())).collect()
    }
}

async fn parties_page(app: &Arc<App>, by: &Officer, id: CaseId, back: &Back, done: Option<&str>) -> Result<PartiesPage, Failure> {
    let actor = by.actor();
    let keeps = app.keeps_claims(&actor, id).await?;
    let picks = app.claim_pickers(&actor, id).await?;
    let files = picks.files.iter().map(|(e, name)| (e.to_string(), name.clone())).collect();
    let p = Page { app, base: format!("/cases/{id}"), files, picks, keeps, back };
    let preview: Option<PayListPreview> = match app.pay_list_preview(&actor, id, None).await {
        Ok(v) => Some(v),
        Err(Error::Forbidden(_) | Error::Refused(_)) => None,
        Err(e) => return Err(e.into()),
    };
    let warning = match &preview {
        Some(v) if v.lone => text::zh("refused.pay_list_lone").to_owned(),
        Some(v) if v.small && v.persons > 0 => text::zh_with("refused.pay_list_small", &[("persons", &v.persons.to_string())]),
        _ => String::new(),
    };
    let of = |persons: usize, fen: Fen| format!("{persons} 人、{}", yuan(fen));
    let owed = preview.as_ref().is_some_and(|v| v.persons > 0);
    let which = FormField::new("procedure", "依据", FieldKind::Select).options(p.procedures()).help("不选则为全部尚欠，由用人单位支付");
    let issue = || {
        let fields = vec![
            which.clone(),
            FormField::new("acknowledged", "人数过少，仍须出具", FieldKind::Check),
            FormField::new("consent", "唯一投诉人签名的同意书", FieldKind::Select).options(p.files.clone()),
            FormField::new("explained", "向其说明的内容", FieldKind::Long).max(200),
        ];
        p.form("issue".into(), "pay-list".into(), "出具", fields)
    };
    let export = || {
        let fields = vec![
            which.clone(),
            FormField::new("acknowledged", "剩余人数过少，仍须导出", FieldKind::Check),
            FormField::new("reason", "用途", FieldKind::Long).required().max(200),
        ];
        p.form("export".into(), "pay-list/export".into(), "导出", fields)
    };
    let roles = PartyRole::ALL.map(|r| (r.code(), r.label()));
    let add = || {
        let fields = vec![
            FormField::new("place", "地位", FieldKind::Select).options(roles.clone()).required(),
            FormField::new("name", "名称", FieldKind::Text).required().max(100),
            FormField::new("uscc", "统一社会信用代码", FieldKind::Text).max(30),
            FormField::new("idNumber", "身份证号（仅包工头）", FieldKind::Text).max(30),
        ];
        p.form("add".into(), "parties".into(), "补充", fields)
    };
    let clues = app.case_clues(&actor, id).await?;
    Ok(PartiesPage {
        chrome: chrome(app, by, text::zh("claims.page.parties"), Place::None).await?.with_flash(flash(done)),
        number: p.picks.number.clone(),
        case: p.base.clone(),
        claims: format!("{}/claims", p.base),
        parties: app.chain_of(&actor, id).await?.iter().map(|x| p.party(x)).collect(),
        add: keeps.now.then(add),
        reps: app.representatives(&actor, id).await?.iter().map(|r| p.rep(r)).collect(),
        name: keeps.now.then(|| p.name_form()),
        recourses: app.recourses(&actor, id).await?.iter().map(|r| p.recourse(r)).collect(),
        warning,
        would: preview.as_ref().filter(|_| owed).map(|v| of(v.persons, v.amount_fen)).unwrap_or_default(),
        lists: preview
            .iter()
            .flat_map(|v| &v.issued)
            .map(|l| PayListLine {
                href: format!("/documents/{}", l.document),
                about: of(usize::try_from(l.persons).unwrap_or(0), l.amount_fen),
                at: l.at.list_text(),
            })
            .collect(),
        issue: owed.then(issue),
        export: preview.as_ref().is_some_and(|v| !v.issued.is_empty()).then(export),
        clues: clues.iter().map(|k| p.clue(k)).collect(),
    })
}

/// Goes on to the page, or back to the form with what is wrong.
async fn answered(
    app: &Arc<App>,
    by: &Officer,
    id: CaseId,
    (form, done): (String, &str),
    pairs: Vec<(String, String)>,
    outcome: crate::base::Result<()>,
) -> Answer<Response> {
    match outcome {
        Ok(()) => Ok(see_other(&format!("/cases/{id}/parties?done={done}"))),
        Err(why) if stays(&why) => {
            let code = status(&why);
            html_with(code, &parties_page(app, by, id, &Some((form, pairs, why)), None).await?)
        }
        Err(e) => Err(e.into()),
    }
}

fn key(typed: &crate::web::extract::IdempotencyKey, what: &str, content: &impl Serialize) -> crate::base::Result<Key> {
    Key::new(typed.as_str(), &format!("console:{what}"), content)
}

/// The file a form names as its proof.
fn proof_of(p: &mut Params) -> Option<EvidenceId> {
    let evidence = p.parsed("evidence", "unknown_evidence");
    p.required("evidence", evidence)
}

/// `GET /cases/{id}/parties`.
pub(in crate::web::console) async fn page(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<CaseId>,
    QueryParams(mut q): QueryParams,
) -> Answer<Response> {
    let done = q.raw("done").map(str::to_owned);
    html(&parties_page(&app, &by, id, &None, done.as_deref()).await?)
}

/// `POST /cases/{id}/parties`.
pub(in crate::web::console) async fn add(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<CaseId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let (pairs, k) = (p.pairs().to_vec(), p.key()?);
    let mut word = |n: &str, max| p.text(n, max).unwrap_or_default();
    let new = NewParty { place: word("place", 40), name: word("name", 100), uscc: word("uscc", 30), id_number: word("idNumber", 30) };
    let done = match p.finish() {
        Ok(()) => app.add_party(&by.actor(), Some(key(&k, &format!("party:{id}"), &new)?), id, &new).await.map(drop),
        Err(e) => Err(e),
    };
    answered(&app, &by, id, ("add".into(), "party"), pairs, done).await
}

/// `POST /cases/{id}/parties/{party}/liability`.
pub(in crate::web::console) async fn liability(
    State(app): State<Arc<App>>,
    by: Officer,
    PathIds(id, party): PathIds<CaseId, RespondentId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let (pairs, k) = (p.pairs().to_vec(), p.key()?);
    let ground = p.text("ground", 40).unwrap_or_default();
    let reason = p.long_text("reason", 200).unwrap_or_default();
    let evidence = proof_of(&mut p);
    let done = match p.finish_with(evidence) {
        Ok(evidence) => {
            let f = FindLiability { ground, reason, evidence };
            app.find_liability(&by.actor(), Some(key(&k, &format!("liability:{party}"), &f)?), party, &f).await.map(drop)
        }
        Err(e) => Err(e),
    };
    answered(&app, &by, id, (format!("liability-{party}"), "liability"), pairs, done).await
}

/// `POST /cases/{id}/representatives`.
pub(in crate::web::console) async fn name(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<CaseId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let (pairs, k) = (p.pairs().to_vec(), p.key()?);
    let claim = p.parsed::<ClaimId>("claim", "unknown_claim");
    let claim = p.required("claim", claim);
    let powers: BTreeSet<RepPower> = p.all("powers").iter().filter_map(|w| RepPower::of(w)).collect();
    let written = p.flag("written");
    let evidence = proof_of(&mut p);
    let done = match p.finish_with(claim.zip(evidence)) {
        Ok((claim, evidence)) => {
            let n = NewRepresentative { claim, powers, written, evidence };
            app.name_representative(&by.actor(), Some(key(&k, &format!("rep:{id}"), &n)?), id, &n).await.map(drop)
        }
        Err(e) => Err(e),
    };
    answered(&app, &by, id, ("name".into(), "representative"), pairs, done).await
}

/// `POST /cases/{id}/representatives/{rep}/end`.
pub(in crate::web::console) async fn end(
    State(app): State<Arc<App>>,
    by: Officer,
    PathIds(id, rep): PathIds<CaseId, RowId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let (pairs, k) = (p.pairs().to_vec(), p.key()?);
    let note = p.text("note", 200).unwrap_or_default();
    let done = match p.finish() {
        Ok(()) => app.end_representative(&by.actor(), Some(key(&k, &format!("rep_end:{rep}"), &note)?), rep, &note).await.map(drop),
        Err(e) => Err(e),
    };
    answered(&app, &by, id, (format!("end-{rep}"), "representative_ended"), pairs, done).await
}

/// `POST /cases/{id}/recourses/{payment}/recover`.
pub(in crate::web::console) async fn recover(
    State(app): State<Arc<App>>,
    by: Officer,
    PathIds(id, payment): PathIds<CaseId, PaymentId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let (pairs, k) = (p.pairs().to_vec(), p.key()?);
    let amount = p.money("amountFen", |s| Fen::parse(s).ok());
    let amount = p.required("amountFen", amount);
    let evidence = proof_of(&mut p);
    let done = match p.finish_with(amount.zip(evidence)) {
        Ok((amount_fen, evidence)) => {
            let b = Recovered { amount_fen, evidence };
            app.recover(&by.actor(), Some(key(&k, &format!("recover:{payment}"), &b)?), payment, &b).await.map(drop)
        }
        Err(e) => Err(e),
    };
    answered(&app, &by, id, (format!("recover-{payment}"), "recourse"), pairs, done).await
}

/// `POST /cases/{id}/recourses/{payment}/write-off`.
pub(in crate::web::console) async fn write_off(
    State(app): State<Arc<App>>,
    by: Officer,
    PathIds(id, payment): PathIds<CaseId, PaymentId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let (pairs, k) = (p.pairs().to_vec(), p.key()?);
    let reason = p.text("reason", 40).unwrap_or_default();
    let note = p.long_text("note", 200).unwrap_or_default();
    let evidence = proof_of(&mut p);
    let done = match p.finish_with(evidence) {
        Ok(evidence) => {
            let b = WriteOff { reason, note, evidence };
            app.write_off(&by.actor(), Some(key(&k, &format!("write_off:{payment}"), &b)?), payment, &b).await.map(drop)
        }
        Err(e) => Err(e),
    };
    answered(&app, &by, id, (format!("write-off-{payment}"), "recourse"), pairs, done).await
}

/// `POST /cases/{id}/pay-list`.
pub(in crate::web::console) async fn issue(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<CaseId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let (pairs, k) = (p.pairs().to_vec(), p.key()?);
    let n = NewPayList {
        procedure: p.parsed::<ProcedureId>("procedure", "pay_list_procedure"),
        acknowledged: p.flag("acknowledged"),
        consent: p.parsed::<EvidenceId>("consent", "unknown_evidence"),
        explained: p.long_text("explained", 200),
    };
    let done = match p.finish() {
        Ok(()) => app.issue_pay_list(&by.actor(), Some(key(&k, &format!("pay_list:{id}"), &n)?), id, &n).await.map(drop),
        Err(e) => Err(e),
    };
    answered(&app, &by, id, ("issue".into(), "pay_list"), pairs, done).await
}

/// `POST /cases/{id}/pay-list/export`.
pub(in crate::web::console) async fn export(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<CaseId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let pairs = p.pairs().to_vec();
    let procedure = p.parsed::<ProcedureId>("procedure", "pay_list_procedure");
    let acknowledged = p.flag("acknowledged");
    let reason = p.long_text("reason", 200).unwrap_or_default();
    let done = match p.finish() {
        Ok(()) => app.pay_list_sheet(&by.actor(), id, procedure, acknowledged, &reason).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(bytes) => Ok(sheet(bytes, text::zh("document.pay_list"), true)),
        Err(e) => answered(&app, &by, id, ("export".into(), "pay_list"), pairs, Err(e)).await,
    }
}

/// `POST /cases/{id}/child-clues/{clue}/close`.
pub(in crate::web::console) async fn close(
    State(app): State<Arc<App>>,
    by: Officer,
    PathIds(id, clue): PathIds<CaseId, RowId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let (pairs, k) = (p.pairs().to_vec(), p.key()?);
    let result = p.text("result", 40).unwrap_or_default();
    let note = p.long_text("note", 200).unwrap_or_default();
    let evidence = proof_of(&mut p);
    let done = match p.finish_with(evidence) {
        Ok(evidence) => {
            let c = CloseClue { result, note, evidence };
            app.close_child_clue(&by.actor(), Some(key(&k, &format!("clue:{clue}"), &c)?), clue, &c).await.map(drop)
        }
        Err(e) => Err(e),
    };
    answered(&app, &by, id, (format!("close-{clue}"), "child_clue"), pairs, done).await
}
