//! The forms of the counter's page about a filing. What they ask for is what the use cases ask for; nothing is decided here.

use crate::app::App;
use crate::app::claimant::agents::power_title;
use crate::app::view::EvidenceView;
use crate::base::id::{EvidenceId, FilingId, RowId};
use crate::base::{Error, FieldError};
use crate::domain::mandate::Power;
use crate::web::console::contacts::{codes, remark};
use crate::web::console::view::{FieldKind, FormField, FormView, Tone};
use crate::web::extract::IdempotencyKey;

/// The list of `config/codes.toml` with who an agent may be to the worker.
const RELATIONS: &str = "agent_relation";

fn form(id: impl Into<String>, to: String, word: &str, fields: Vec<FormField>) -> FormView {
    FormView::new(id, to, word, fields).tone(Tone::Plain).hidden("_key", IdempotencyKey::fresh().as_str())
}

/// A choice among files of the filing, the newest first.
fn pick(key: &str, label: &str, files: &[EvidenceView], fits: impl Fn(&EvidenceView) -> bool) -> FormField {
    let mut all: Vec<&EvidenceView> = files.iter().filter(|e| fits(e)).collect();
    all.sort_by_key(|e| std::cmp::Reverse(e.at));
    let none = all.is_empty();
    let field = FormField::new(key, label, FieldKind::Select)
        .options(all.into_iter().map(|e| (e.id.to_string(), format!("{} · {} {}", e.kind, e.name, e.at.list_text()))))
        .required();
    if none { field.help("还没有材料，请先在本页“添加材料”处上传") } else { field }
}

/// Notes a doubt.
pub(super) fn doubt(id: FilingId, files: &[EvidenceView]) -> FormView {
    let fields = vec![remark("note", "疑点和理由").help("加密保存，至少 4 个字"), pick("evidence", "依据的材料", files, |_| true)];
    form("doubt", format!("/filings/{id}/doubts"), "保存", fields)
}

/// Decides a doubt.
pub(super) fn decide_doubt(id: FilingId, row: RowId) -> FormView {
    let verdicts = [("confirmed", "成立"), ("dismissed", "不成立")];
    let fields = vec![FormField::new("verdict", "核定", FieldKind::Radio).options(verdicts).required(), remark("note", "核对情况")];
    form(format!("doubt-{row}"), format!("/filings/{id}/doubts/{row}/decide"), "确定", fields)
}

/// Records an agent or an heir.
pub(super) fn agent(app: &App, id: FilingId, files: &[EvidenceView]) -> FormView {
    let powers = Power::ALL.map(|p| {
        let written = if p.must_be_written() { "（委托书须写明）" } else { "" };
        (p.key(), format!("{}{written}", power_title(p)))
    });
    let fields = vec![
        FormField::new("kind", "身份", FieldKind::Radio).options([("agent", "代理人"), ("heir", "继承人")]).value("agent").required(),
        FormField::new("relation", "与反映人的关系", FieldKind::Select).options(codes(app, RELATIONS)).required(),
        FormField::new("name", "姓名", FieldKind::Text).max(40).required(),
        FormField::new("phone", "手机号", FieldKind::Phone).max(20).required().help("本人用这个号码登录"),
        FormField::new("powers", "可以代办", FieldKind::Checks).options(powers).required(),
        FormField::new("expiresOn", "到哪一天为止", FieldKind::Date).required().help("含当天，最长两年"),
        pick("evidence", "委托书、继承证明", files, |_| true),
    ];
    form("agent", format!("/filings/{id}/mandates"), "登记", fields)
}

/// Ends a mandate.
pub(super) fn revoke(id: FilingId, row: RowId) -> FormView {
    let fields = vec![remark("note", "本人怎么说的").help("什么时间、以什么方式，至少 4 个字")];
    form(format!("revoke-{row}"), format!("/filings/{id}/mandates/{row}/revoke"), "立即取消", fields).tone(Tone::Bad)
}

/// Issues the statement sheet.
pub(super) fn issue(id: FilingId) -> FormView {
    form("issue", format!("/filings/{id}/statement"), "出具笔录", Vec::new())
}

/// Notes that the sheet was read back and signed.
pub(super) fn sign(id: FilingId, files: &[EvidenceView]) -> FormView {
    let how = [("signature", "签名"), ("thumbprint", "按指印")];
    let fields = vec![
        FormField::new("readBack", "已向本人宣读，本人确认无误", FieldKind::Check).required(),
        FormField::new("signed", "方式", FieldKind::Radio).options(how).required(),
        pick("photo", "签名后的照片", files, |e| e.media_type.starts_with("image/")),
    ];
    form("sign", format!("/filings/{id}/statement/signature"), "登记签名", fields)
}

/// Writes down what is heard.
pub(super) fn transcribe(id: FilingId, file: EvidenceId) -> FormView {
    let fields =
        vec![FormField::new("text", "听到的内容", FieldKind::Long).required().max(super::HEARD).help("听不清的写“听不清”，不要猜")];
    form(format!("voice-{file}"), format!("/filings/{id}/voices/{file}"), "保存听写", fields)
}

/// Asks for the log-in to go over to another telephone.
pub(super) fn rebind(id: FilingId) -> FormView {
    let line = |key: &str, label: &str, max: usize| FormField::new(key, label, FieldKind::Text).max(max).required();
    let fields = vec![
        FormField::new("phone", "新手机号", FieldKind::Phone).max(20).required(),
        line("code", "新手机收到的验证码", 10).help("5 分钟内有效"),
        line("idNumber", "身份证号", 18).help("照本人出示的原件填写"),
        line("secret", "回执查询码", 20).help("回执上 QZ- 开头的一行"),
        remark("note", "核对情况").help("看到、听到了什么。登记时没有留身份证号的，还要写明另外核对了什么，不少于 10 个字"),
    ];
    form("rebind", format!("/filings/{id}/rebindings"), "提出换绑", fields)
}

/// The same error, where the form calls a field otherwise.
pub(super) fn named(e: Error, from: &str, to: &str) -> Error {
    match e {
        Error::Invalid(all) => Error::Invalid(
            all.into_iter().map(|f| if f.pointer == from { FieldError { pointer: to.to_owned(), ..f } } else { f }).collect(),
        ),
        e => e,
    }
}
