//! The console's part of the walk through every door: its pages and forms.

use crate::access::About::{Duty, Matter, Open, Own};
use crate::access::{Carries, Entry};
use std::collections::BTreeMap;

/// The pages and forms of the console.
pub fn console(all: &mut BTreeMap<&'static str, Entry>) {
    const KEY: (&str, &str) = ("_key", "console-key-1");
    const MOVE: &[(&str, &str)] = &[KEY, ("_version", "0"), ("_procedure", "<complaint>")];
    const MOVE_FILING: &[(&str, &str)] = &[KEY, ("_version", "0"), ("_procedure", "<filing_procedure>")];
    const PASSWORD: &[(&str, &str)] = &[("oldPassword", "not this one"), ("password", "Another#Password1"), ("again", "Another#Password1")];
    let mut put = |id, about, path, insider, carries| {
        assert!(all.insert(id, Entry { about, path, carries, insider }).is_none(), "{id} is listed twice");
    };
    let (none, form) = (|| Carries::Nothing, Carries::Form);
    put("console_login", Open, "/login", "", none());
    put("console_log_in", Open, "/login", "", form(&[("name", "city.desk"), ("password", "not this one")]));
    put("console_log_out", Open, "/logout", "", form(&[]));
    put("console_account", Own, "/account", "kuiwen.handler", none());
    put("console_password", Own, "/account/password", "kuiwen.handler", form(PASSWORD));
    put("console_end_session", Own, "/account/sessions/<session>/end", "kuiwen.handler", form(&[]));
    let away = &[KEY, ("from", "2026-11-24T09:00"), ("until", "2026-11-26T17:00")];
    put("console_absence", Own, "/account/absence", "kuiwen.handler", form(away));
    put("console_cancel_absence", Own, "/account/absence/<absence>/cancel", "kuiwen.handler", form(&[]));
    put("console_inbox", Own, "/", "kuiwen.handler", none());
    let given = &[KEY, ("tab", "bureau"), ("account", "<handler>"), ("reason", "调整分工"), ("procedure", "<complaint>")];
    put("console_assign", Own, "/assign", "kuiwen.leader", form(given));
    put("console_keep_view", Own, "/views", "kuiwen.handler", form(&[KEY, ("tab", "bureau"), ("grade", "major"), ("name", "重大案件")]));
    put("console_forget_view", Own, "/views/<session>/forget", "kuiwen.handler", form(&[]));
    put("console_styleguide", Own, "/styleguide", "kuiwen.handler", none());
    put("look", Open, "/public/look", "", form(&[("large", "1")]));
    put("logo", Open, "/public/logo", "", none());
    put("console_notices", Own, "/notices", "kuiwen.handler", none());
    put("console_read", Own, "/notices/read", "kuiwen.handler", form(&[]));
    put(
        "console_decide_suggestion",
        Matter,
        "/suggestions/<filing>/<alike>/decide",
        "kuiwen.leader",
        form(&[KEY, ("decision", "dismiss"), ("reason", "不是同一事项")]),
    );
    put("console_split", Matter, "/filings/<filing>/split", "kuiwen.leader", form(&[KEY, ("to", "new"), ("reason", "并案有误，应当撤销")]));
    put("console_hints", Own, "/filings/hints", "kuiwen.desk", form(&[("respondent", "潍坊测试建筑1有限公司")]));
    put("console_search_page", Own, "/search", "kuiwen.handler", none());
    put("console_search", Own, "/search", "kuiwen.handler", form(&[("text", "测试花园1号楼")]));
    put("console_filing", Matter, "/filings/<filing>", "kuiwen.handler", none());
    put("console_move_filing", Matter, "/filings/<filing>/moves/note_progress", "kuiwen.handler", form(MOVE_FILING));
    put("console_receipt", Matter, "/filings/<filing>/receipt", "city.desk", form(&[KEY]));
    put("console_filing_evidence", Matter, "/filings/<filing>/evidence", "city.desk", Carries::File(&[KEY, ("kind", "photo")]));
    put("console_messages", Matter, "/filings/<filing>/messages", "kuiwen.handler", none());
    put("console_write_message", Matter, "/filings/<filing>/messages", "kuiwen.handler", form(&[KEY, ("text", "请保留好欠条原件。")]));
    put("console_withdrawals", Own, "/withdrawals", "city.desk", none());
    let verdict = &[KEY, ("decision", "refuse"), ("note", "本人称愿意继续投诉")];
    put("console_decide_withdrawal", Matter, "/withdrawals/<withdrawal>/decide", "city.desk", form(verdict));
    put("console_money", Own, "/money", "kuiwen.leader", none());
    put("console_supervisions", Own, "/supervisions", "kuiwen.leader", none());
    put("console_export_supervisions", Own, "/supervisions/export", "kuiwen.leader", form(&[("format", "csv"), ("reason", "月度督查")]));
    put("console_overdue", Own, "/overdue", "kuiwen.leader", none());
    put("console_export_overdue", Own, "/overdue/export", "kuiwen.leader", form(&[("format", "csv"), ("reason", "月度督查")]));
    put("console_handover", Own, "/handover", "kuiwen.leader", none());
    put("console_choose_handover", Own, "/handover", "kuiwen.leader", form(&[("from", "<handler>")]));
    put("console_hand_over", Matter, "/handover/<handler>", "kuiwen.leader", form(&[KEY, ("to", "<handler2>"), ("reason", "调离岗位")]));
    put("console_legacy", Own, "/legacy-review", "kuiwen.leader", none());
    let right = &[KEY, ("decision", "confirm"), ("reason", "已核对原始卷宗")];
    put("console_decide_legacy", Matter, "/legacy-review/<legacy>/decide", "kuiwen.leader", form(right));
    put("console_export_legacy", Own, "/legacy-review/export", "kuiwen.leader", form(&[("format", "csv"), ("reason", "月度核查")]));
    of_counter(&mut put);
    put("console_unmask_page", Matter, "/filings/<filing>/unmask", "kuiwen.handler", none());
    let why = &[KEY, ("reason", "contact"), ("remark", "电话核实欠薪时间")];
    put("console_unmask", Matter, "/filings/<filing>/unmask", "kuiwen.handler", form(why));
    put("console_case", Matter, "/cases/<case>", "kuiwen.handler", none());
    put("console_move_case", Matter, "/cases/<case>/moves/add_note", "kuiwen.handler", form(MOVE));
    put("console_case_evidence", Matter, "/cases/<case>/evidence", "kuiwen.handler", Carries::File(&[KEY, ("kind", "photo")]));
    let out = &[KEY, ("account", "<handler>"), ("reason", "与被反映单位负责人是亲属")];
    put("console_recuse", Matter, "/cases/<case>/recuse", "kuiwen.handler", form(out));
    put("console_document", Matter, "/documents/<document>", "kuiwen.handler", none());
    put("console_evidence", Matter, "/evidence/<evidence>", "kuiwen.handler", none());
    put("console_amendment", Matter, "/amendments/<amendment>", "city.desk", form(&[KEY, ("apply", "false")]));
    put("console_desk", Duty, "/desk", "city.desk", none());
    put("console_register_page", Duty, "/filings/new", "city.desk", none());
    put("console_register", Duty, "/filings", "city.desk", form(&[KEY]));
    put("console_import_page", Duty, "/import", "city.desk", none());
    put("console_import", Duty, "/import", "city.desk", Carries::File(&[("profile", "hotline"), ("receiving", "370700-hrss")]));
    put("console_accounts", Duty, "/accounts", "city.security", none());
    let person = &[KEY, ("login", "kuiwen.page"), ("name", "新员工")];
    put("console_open_account", Duty, "/accounts", "city.security", form(person));
    put("console_person", Duty, "/accounts/<account>", "city.security", none());
    let duty = &[KEY, ("duty", "handler"), ("bureau", "370704-housing"), ("area", "370704")];
    put("console_give_duty", Duty, "/accounts/<account>/duties", "city.security", form(duty));
    put("console_take_duty", Duty, "/accounts/<account>/duties/<duty>/end", "city.security", form(&[KEY]));
    put("console_unlock_account", Duty, "/accounts/<account>/unlock", "city.security", form(&[KEY]));
    let away = &[KEY, ("from", "2026-12-01T09:00"), ("until", "2026-12-02T09:00")];
    put("console_absence_of", Duty, "/accounts/<handler>/absences", "city.security", form(away));
    put("console_cancel_absence_of", Duty, "/accounts/<handler>/absences/<absence>/cancel", "city.security", form(&[KEY]));
    put("console_set_active", Duty, "/accounts/<account>/active", "city.security", form(&[KEY, ("active", "true")]));
    put("console_reset_password", Duty, "/accounts/<account>/password", "city.security", form(&[KEY]));
}

/// The counter's registers and what it does about a filing.
fn of_counter(put: &mut impl FnMut(&'static str, crate::access::About, &'static str, &'static str, Carries)) {
    const KEY: (&str, &str) = ("_key", "console-key-1");
    let (none, form) = (|| Carries::Nothing, Carries::Form);
    let call = &[KEY, ("direction", "out"), ("channel", "phone"), ("outcome", "reached"), ("note", "约定周五再联系")];
    put("console_callbacks", Own, "/callbacks", "kuiwen.desk", none());
    put("console_callback", Matter, "/callbacks/<other_callback>", "city.desk", none());
    put("console_claim_callback", Matter, "/callbacks/<other_callback>/claim", "city.desk", form(&[KEY, ("takeOver", "true")]));
    put("console_callback_number", Matter, "/callbacks/<other_callback>/number", "city.desk", form(&[KEY]));
    put("console_callback_tried", Matter, "/callbacks/<other_callback>/tries", "city.desk", form(call));
    put("console_callback_register", Matter, "/callbacks/<other_callback>/register", "city.desk", form(&[KEY]));
    let closed = &[KEY, ("outcome", "answered"), ("note", "已答复询问")];
    put("console_close_callback", Matter, "/callbacks/<other_callback>/close", "city.desk", form(closed));
    put("console_refusals", Own, "/refusals", "kuiwen.desk", none());
    let turned = &[KEY, ("reason", "not_wages"), ("about", "反映一笔工程款"), ("explanation", "属于工程款纠纷，不是工资")];
    put("console_turn_away", Duty, "/refusals", "city.desk", form(turned));
    put("console_export_refusals", Own, "/refusals/export", "kuiwen.desk", form(&[("why", "月度核查")]));
    put("console_rebindings", Own, "/rebindings", "city.desk", none());
    put("console_decide_rebinding", Matter, "/rebindings/<rebinding>/decide", "city.desk", form(&[KEY, ("confirm", "true")]));
    put("console_case_contacts", Matter, "/cases/<case>/contacts", "kuiwen.handler", none());
    put("console_keep_case_contact", Matter, "/cases/<case>/contacts", "kuiwen.handler", form(call));
    put("console_counter", Matter, "/filings/<filing>/counter", "kuiwen.handler", none());
    put("console_keep_contact", Matter, "/filings/<filing>/contacts", "kuiwen.handler", form(call));
    let doubt = &[KEY, ("note", "考勤与流水不一致"), ("evidence", "<photo>")];
    put("console_doubt", Matter, "/filings/<filing>/doubts", "kuiwen.handler", form(doubt));
    let verdict = &[KEY, ("verdict", "dismissed"), ("note", "已核对，不成立")];
    put("console_decide_doubt", Matter, "/filings/<filing>/doubts/<other_doubt>/decide", "kuiwen.handler", form(verdict));
    let agent = &[
        KEY,
        ("kind", "agent"),
        ("relation", "child"),
        ("name", "张小测"),
        ("phone", "13900000063"),
        ("powers", "view"),
        ("expiresOn", "2027-01-31"),
        ("evidence", "<photo>"),
    ];
    put("console_mandate", Matter, "/filings/<filing>/mandates", "kuiwen.desk", form(agent));
    let word = &[KEY, ("note", "本人来窗口说明")];
    put("console_revoke_mandate", Matter, "/filings/<filing>/mandates/<third_mandate>/revoke", "kuiwen.desk", form(word));
    put("console_statement", Matter, "/filings/<filing>/statement", "kuiwen.desk", form(&[KEY]));
    let signed = &[KEY, ("readBack", "true"), ("signed", "thumbprint"), ("photo", "<photo>")];
    put("console_sign_statement", Matter, "/filings/<filing>/statement/signature", "kuiwen.desk", form(signed));
    put("console_transcribe", Matter, "/filings/<filing>/voices/<voice>", "kuiwen.handler", form(&[KEY, ("text", "老板说年底再给。")]));
    let rebind = &[
        KEY,
        ("phone", "13900000062"),
        ("code", "000000"),
        ("idNumber", "379900199001011230"),
        ("secret", "QZ-22222-22222"),
        ("note", "本人持身份证到窗口"),
    ];
    put("console_ask_rebinding", Matter, "/filings/<filing>/rebindings", "kuiwen.desk", form(rebind));
}
