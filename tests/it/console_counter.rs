//! The counter's pages as an officer's browser uses them: call-backs, the register of refusals, a filing's affairs at the
//! counter, changed telephones. What is wrong comes back at its field with nothing lost; a wrong person gets nowhere.

use crate::console::forms;
use crate::counter::{all_text, photo, registered};
use crate::on_both;
use crate::support::app::{Got, World};
use crate::workers::{Phone, case_of, filed, report, text, world};
use chrono::Duration;
use serde_json::{Value, json};

fn ask_back(w: &World, phone: &str, more: Value) {
    let mut body = json!({ "phone": phone, "area": "370705" });
    for (k, v) in more.as_object().unwrap() {
        body[k.as_str()] = v.clone();
    }
    assert_eq!(Phone::off(w).send("POST", "/callbacks", Some(body), &[]).status, 202);
}

/// The first link of a page below a path.
fn link(page: &Got, below: &str) -> String {
    let html = page.text();
    let found = html.split(&format!("href=\"{below}")).nth(1).and_then(|s| s.split('"').next());
    format!("{below}{}", found.unwrap_or_else(|| panic!("{}: no link below {below} in {html}", page.asked)))
}

/// No form of the page ends so.
fn lacks(page: &Got, ends: &str) -> bool {
    forms(&page.text()).iter().all(|f| !f.action.ends_with(ends))
}

on_both! {
    fn a_request_is_called_back_from_its_page(t: &TestDb) {
        let w = World::new(t);
        let (desk, leader) = (w.who("kuiwen.desk"), w.who("kuiwen.leader"));
        desk.page("/callbacks").page_ok().says("没有等待回电的请求");
        ask_back(&w, "13900000088", json!({ "name": "小李", "safeFrom": "20:00", "safeTo": "07:00", "channel": "sms" }));
        let list = desk.page("/callbacks").page_ok();
        for said in ["139****0088", "小*", "20:00 至次日 07:00", "现在不方便", "先发短信", "无人认领", "aria-current=\"page\""] {
            list.says(said);
        }
        assert!(!w.who("fangzi.desk").page("/callbacks").page_ok().text().contains("139****0088"));
        let at = link(&list, "/callbacks/");
        for path in [at.clone(), format!("{at}/x")] {
            assert_eq!(w.who("fangzi.desk").page(&path).status, 404);
        }
        let page = desk.page(&at).page_ok();
        assert!(lacks(&page, "/number") && lacks(&page, "/close"), "nothing before it is taken");
        // whoever tries by hand is told what to do first
        let early = desk.submit(&format!("{at}/number"), &[]);
        assert_eq!(early.status, 409);
        early.says("请先认领");
        assert!(desk.page(&page.form("/claim").send(&desk).leads()).page_ok().text().contains("已认领，请尽快回电"));
        // a colleague sees who has it and may take over; without saying so he is refused
        let seen = leader.page(&at).page_ok();
        seen.says("kuiwendesk");
        assert_eq!(seen.form("/claim").get("takeOver"), "true");
        let rude = leader.submit(&format!("{at}/claim"), &[("_key", "take-over-0001")]);
        assert_eq!(rude.status, 409);
        rude.says("同事已经认领");
        // the number: by a form, on record, and on this one page only
        let shown = desk.page(&at).form("/number").send(&desk).page_ok();
        shown.says("13900000088");
        shown.says("小李");
        assert!(!desk.page(&at).text().contains("13900000088"));
        assert!(all_text(&w).contains("number_shown"));
        // a try: what is wrong comes back at its field with what was typed
        let form = desk.page(&at).form("/tries");
        let wrong = form.clone().with(&[("outcome", ""), ("note", "短")]).send(&desk);
        assert_eq!(wrong.status, 422);
        wrong.says("href=\"#contact-outcome\"");
        assert_eq!(wrong.form("/tries").get("note"), "短");
        let future = form.clone().with(&[("outcome", "no_answer"), ("at", "2026-12-31T09:00")]).send(&desk);
        future.says("href=\"#contact-at\"");
        assert_eq!(future.form("/tries").get("outcome"), "no_answer");
        let good = form.with(&[("outcome", "no_answer"), ("note", "手机关机，晚上再打")]);
        let done = good.send(&desk).leads();
        assert_eq!(good.send(&desk).leads(), done, "sent twice is one try");
        let page = desk.page(&done).page_ok();
        page.says("手机关机，晚上再打");
        assert_eq!(page.text().matches("手机关机，晚上再打").count(), 1);
        // closing asks for a code and words, and for the tries the rules want
        let form = page.form("/close");
        let bare = form.clone().with(&[("note", "无人接听")]).send(&desk);
        bare.says("href=\"#close-outcome\"");
        assert_eq!(bare.form("/close").get("note"), "无人接听");
        let early = form.clone().with(&[("outcome", "unreachable"), ("note", "多次无人接听")]).send(&desk);
        assert_eq!(early.status, 409);
        early.says("至少要回电");
        assert_eq!(early.form("/close").get("note"), "多次无人接听");
        let ended = form.with(&[("outcome", "answered"), ("note", "已答复询问，不需要登记")]).send(&desk);
        assert_eq!(ended.leads(), "/callbacks?done=callback_closed");
        desk.page("/callbacks?done=callback_closed").says("没有等待回电的请求");
        let after = desk.page(&at).page_ok();
        after.says("询问已答复");
        assert!(lacks(&after, "/tries") && lacks(&after, "/claim"));
    }

    fn a_call_back_becomes_a_filing_by_the_registration_form(t: &TestDb) {
        let w = World::new(t);
        let desk = w.who("kuiwen.desk");
        ask_back(&w, "13900000088", json!({ "name": "张测试" }));
        let at = link(&desk.page("/callbacks"), "/callbacks/");
        desk.page(&at).form("/claim").send(&desk).leads();
        desk.page(&at).form("/tries").with(&[("outcome", "reached"), ("note", "本人愿意登记")]).send(&desk).leads();
        // another one's request is nobody's to register
        assert_eq!(w.who("fangzi.desk").submit(&format!("{at}/register"), &[]).status, 404);
        assert_eq!(w.who("kuiwen.leader").submit(&format!("{at}/register"), &[]).status, 409);
        let page = desk.page(&at).form("/register").send(&desk).page_ok();
        let form = page.form("/filings");
        assert_eq!((form.get("reporterPhone"), form.get("reporterName"), form.get("channel"), form.get("area")), ("13900000088", "张测试", "phone", "370705"));
        assert!(!form.get("callback").is_empty());
        let told = form.with(&[
            ("project", "测试花园8号楼"), ("projectKind", "房屋建筑工程"), ("respondent", "潍坊测试建筑8有限公司"), ("headcount", "1"),
            ("reportedTotal", "1.2万"), ("periodFrom", "2026-08-01"), ("periodTo", "2026-10-31"), ("narrative", "干了三个月木工"),
        ]);
        // wrong: it is still the registration of this request
        let wrong = told.clone().with(&[("headcount", "很多")]).send(&desk);
        assert_eq!(wrong.status, 422);
        wrong.says("请求回电");
        assert_eq!((wrong.form("/filings").get("callback"), wrong.form("/filings").get("headcount")), (told.get("callback"), "很多"));
        let stolen = told.clone().with(&[("_key", "stolen-form-0001")]).send(&w.who("kuiwen.leader"));
        assert_eq!(stolen.status, 422, "a colleague who did not take it");
        stolen.says("请先认领");
        assert_eq!(told.clone().with(&[("_key", "stolen-form-0002")]).send(&w.who("fangzi.desk")).status, 404);
        let to = told.send(&desk).leads();
        let filing = to.split('?').next().unwrap().to_owned();
        let counter = desk.page(&format!("{filing}/counter")).page_ok();
        counter.says("本人愿意登记");
        counter.says("去电");
        desk.page("/callbacks").says("没有等待回电的请求");
        desk.page(&at).says("已登记为反映");
    }

    fn a_notice_of_a_request_leads_to_the_list(t: &TestDb) {
        let w = World::new(t);
        ask_back(&w, "13900000088", json!({}));
        for day in [24, 25, 26] {
            w.set(11, day, 10, 0);
            qingxin::jobs::bells(&w.app).unwrap();
        }
        let page = w.who("kuiwen.desk").page("/notices").page_ok();
        page.says("请求回电");
        page.says("<a href=\"/callbacks\">");
        assert!(w.who("kuiwen.desk").page("/callbacks").text().contains("已超期"));
    }

    fn the_register_of_refusals_is_kept_read_and_taken_out(t: &TestDb) {
        let w = World::new(t);
        let desk = w.who("kuiwen.desk");
        let page = desk.page("/refusals").page_ok();
        page.says("台账还是空的");
        let form = page.form("/refusals").with(&[("name", "赵来访"), ("area", "370705"), ("about", "反映一笔材料款被拖欠"), ("explanation", "所述为材料买卖价款，不是工资")]);
        let wrong = form.clone().with(&[("explanation", "不")]).send(&desk);
        assert_eq!(wrong.status, 422);
        wrong.says("href=\"#turn-reason\"");
        let back = forms(&wrong.text()).into_iter().find(|f| !f.get("about").is_empty()).unwrap();
        assert_eq!((back.get("about"), back.get("name"), back.get("explanation")), ("反映一笔材料款被拖欠", "赵来访", "不"));
        let short = form.clone().with(&[("reason", "not_wages"), ("explanation", "不")]).send(&desk);
        short.says("href=\"#turn-explanation\"");
        desk.page("/refusals").says("台账还是空的");
        let good = form.with(&[("reason", "not_wages")]);
        let to = good.send(&desk).leads();
        assert_eq!(good.send(&desk).leads(), to, "sent twice is one refusal");
        let done = desk.page(&to).page_ok();
        done.says("告知书已出具");
        desk.page(&link(&done, "/documents/")).says("赵来访");
        for said in ["不予登记", "不是工资", "第五十二条", "赵**", "kuiwendesk", "奎文区"] {
            done.says(said);
        }
        assert!(!desk.page("/refusals").text().contains("赵来访"));
        // who sees it, who may make one
        for (who, sees, makes) in [("kuiwen.handler", true, true), ("kuiwen.supervisor", true, false), ("fangzi.desk", false, true), ("kuiwen.legal", true, false)] {
            let page = w.who(who).page("/refusals").page_ok();
            assert_eq!(page.text().contains("赵**"), sees, "{who}");
            assert_eq!(page.text().contains("出具告知书"), makes, "{who}");
        }
        assert_eq!(good.clone().with(&[("_key", "refusal-0002")]).send(&w.who("kuiwen.legal")).status, 403);
        // by every filter
        let n = |q: &str| desk.page(&format!("/refusals?{q}")).page_ok().text().matches("赵**").count();
        assert_eq!((n("source=counter"), n("source=case"), n("reason=not_wages"), n("reason=other_city")), (1, 0, 1, 0));
        assert_eq!((n("from=2026-11-23&to=2026-11-23"), n("from=2026-11-24"), n("area=370700"), n("area=370704")), (1, 0, 1, 0));
        let odd = desk.page("/refusals?from=gestern&source=elsewhere").page_ok();
        odd.says("筛选条件有误");
        odd.says("value=\"gestern\"");
        assert!(!odd.text().contains("赵**"), "what cannot be read filters nothing out in silence");
        // the same over the API
        assert_eq!(desk.get("/refusals?reason=not_wages&source=counter").ok()["items"].as_array().unwrap().len(), 1);
        assert_eq!(desk.get("/refusals?reason=other_city").ok()["items"], json!([]));
        assert_eq!(desk.get("/refusals?source=elsewhere").status, 422);
        // as a file, with the reason, by the same filter
        let export = desk.page("/refusals?area=370705").form("/export");
        assert_eq!(export.get("area"), "370705");
        let bare = export.clone().send(&desk);
        assert_eq!(bare.status, 422);
        bare.says("href=\"#export-why\"");
        let file = export.with(&[("why", "月度核查")]).send(&desk);
        assert_eq!((file.status, file.header("content-type")), (200, "text/csv; charset=utf-8"));
        assert!(file.header("content-disposition").starts_with("attachment"));
        assert!(file.text().contains("not_wages") && file.text().contains("共 1 行"), "{}", file.text());
    }

    fn the_register_goes_on_page_by_page_where_a_reason_leaves_lines_out(t: &TestDb) {
        let w = World::new(t);
        let desk = w.who("kuiwen.desk");
        for n in 0..7 {
            let reason = if n % 3 == 0 { "other_city" } else { "not_wages" };
            desk.post("/refusals", json!({ "reason": reason, "about": "在外市工地干活", "explanation": "用工所在地不在本市" })).ok();
            w.pass(Duration::minutes(1));
        }
        let mut seen = Vec::new();
        let mut path = "/refusals?reason=other_city&limit=2".to_owned();
        for _ in 0..9 {
            let page = desk.get(&path).ok();
            seen.extend(page["items"].as_array().unwrap().iter().map(|i| (text(&i["reason"]), text(&i["number"]))));
            let Some(next) = page.get("nextCursor") else { break };
            path = format!("/refusals?reason=other_city&limit=2&cursor={}", text(next));
        }
        let numbers: std::collections::BTreeSet<&String> = seen.iter().map(|(_, n)| n).collect();
        assert_eq!((seen.len(), numbers.len()), (3, 3), "each once: {seen:?}");
        assert!(seen.iter().all(|(r, _)| r == "other_city"));
    }

    fn contacts_statement_and_voices_of_a_filing(t: &TestDb) {
        let w = World::new(t);
        let id = registered(&w, "kuiwen.desk", 1);
        let (desk, handler) = (w.who("kuiwen.desk"), w.who("kuiwen.handler"));
        let at = format!("/filings/{id}/counter");
        desk.page(&format!("/filings/{id}")).says(&format!("href=\"{at}\""));
        // contacts
        let page = desk.page(&at).page_ok();
        page.says("来访");
        let form = page.form(&format!("{id}/contacts"));
        let wrong = form.clone().with(&[("outcome", "no_answer"), ("note", "嗯")]).send(&desk);
        assert_eq!(wrong.status, 422);
        wrong.says("href=\"#contact-direction\"");
        let again = wrong.form(&format!("{id}/contacts"));
        assert_eq!((again.get("outcome"), again.get("note")), ("no_answer", "嗯"));
        let to = form.with(&[("direction", "out"), ("outcome", "no_answer"), ("note", "手机关机，改天再打")]).send(&desk).leads();
        assert!(to.starts_with(&at), "{to}");
        desk.page(&at).says("手机关机，改天再打");
        let outside = [("_key", "outside-key-0001"), ("direction", "out"), ("channel", "phone"), ("outcome", "reached")];
        assert_eq!(w.who("fangzi.desk").submit(&format!("/filings/{id}/contacts"), &outside).status, 404);
        assert_eq!(w.who("fangzi.desk").page(&at).status, 404);
        let legal = w.who("kuiwen.legal").page(&at).page_ok();
        assert!(lacks(&legal, "/contacts") && lacks(&legal, "/mandates") && lacks(&legal, "/rebindings"), "who may not is offered nothing");
        assert_eq!(w.who("kuiwen.legal").submit(&format!("/filings/{id}/contacts"), &outside).status, 403);
        // those of the case, with its own
        let case = case_of(&w.app, &id);
        handler.page(&format!("/cases/{case}")).says(&format!("href=\"/cases/{case}/contacts\""));
        let of_case = handler.page(&format!("/cases/{case}/contacts")).page_ok();
        of_case.says("手机关机，改天再打");
        of_case.says(&format!("href=\"{at}\""));
        let form = of_case.form("/contacts");
        let wrong = form.clone().with(&[("direction", "in"), ("channel", "letter"), ("note", "来信询问进展")]).send(&handler);
        wrong.says("href=\"#contact-outcome\"");
        assert_eq!(wrong.form("/contacts").get("channel"), "letter");
        form.with(&[("direction", "in"), ("channel", "letter"), ("outcome", "received")]).send(&handler).leads();
        handler.page(&format!("/cases/{case}/contacts")).says("来信");
        assert_eq!(w.who("fangzi.handler").page(&format!("/cases/{case}/contacts")).status, 404);
        // the statement: issued, read back, signed with its photo
        let form = desk.page(&at).form("/statement");
        form.send(&desk).leads();
        let page = desk.page(&at).page_ok();
        assert!(lacks(&page, "/statement"), "once");
        desk.page(&link(&page, "/documents/")).says("投诉笔录");
        let bare = page.form("/signature").with(&[("signed", "thumbprint")]).send(&desk);
        bare.says("href=\"#sign-photo\"");
        let upload = page.form("/evidence");
        assert_eq!(upload.get("to"), "counter");
        let image = photo(&w, "kuiwen.desk", &id);
        let form = desk.page(&at).form("/signature").with(&[("photo", &image)]);
        let unread = form.clone().with(&[("signed", "thumbprint")]).send(&desk);
        assert_eq!(unread.status, 422);
        unread.says("笔录须先向本人宣读");
        assert_eq!(unread.form("/signature").get("photo"), image);
        form.with(&[("signed", "thumbprint"), ("readBack", "true")]).send(&desk).leads();
        desk.page(&at).says("本人按指印");
        // a voice and what is heard in it
        let voice = desk.upload(&format!("/filings/{id}/evidence"), &[("kind", "voice")], "留言.mp3", &crate::counter::mp3());
        let voice = text(&voice.ok()["id"]);
        let form = handler.page(&at).form(&format!("/voices/{voice}"));
        assert_eq!(form.clone().send(&handler).status, 422);
        form.with(&[("text", "老板说年底再给。")]).send(&handler).leads();
        handler.page(&at).says("老板说年底再给。");
        // whoever comes late is told, not left alone with a form that is gone
        let late = desk.submit(&format!("/filings/{id}/statement/signature"), &[("_key", "late-key-0001"), ("signed", "thumbprint"), ("readBack", "true"), ("photo", &image)]);
        assert_eq!(late.status, 409);
        late.says("该笔录已经签名");
    }

    fn doubts_agents_and_what_came_before(t: &TestDb) {
        let w = World::new(t);
        let id = registered(&w, "kuiwen.desk", 1);
        let (desk, handler) = (w.who("kuiwen.desk"), w.who("kuiwen.handler"));
        let at = format!("/filings/{id}/counter");
        handler.page(&at).says("还没有材料，请先在本页");
        let file = photo(&w, "kuiwen.desk", &id);
        // a doubt
        let form = handler.page(&at).form("/doubts");
        let wrong = form.clone().with(&[("note", "考勤表与打卡记录不一致")]).send(&handler);
        assert_eq!(wrong.status, 422);
        wrong.says("href=\"#doubt-evidence\"");
        assert_eq!(wrong.form("/doubts").get("note"), "考勤表与打卡记录不一致");
        form.with(&[("note", "考勤表与打卡记录不一致"), ("evidence", &file)]).send(&handler).leads();
        assert!(lacks(&handler.page(&at), "/decide"), "not by its author");
        let form = desk.page(&at).form("/decide");
        assert_eq!(handler.submit(&form.action, &[("_key", "own-doubt-0001"), ("verdict", "confirmed"), ("note", "自己核定")]).status, 403);
        assert_eq!(w.who("fangzi.leader").submit(&form.action, &[("_key", "own-doubt-0002"), ("verdict", "confirmed"), ("note", "已经核对")]).status, 404);
        let wrong = form.clone().with(&[("note", "已与流水核对")]).send(&desk);
        assert_eq!(wrong.status, 422);
        assert_eq!(wrong.form("/decide").get("note"), "已与流水核对");
        form.with(&[("verdict", "dismissed"), ("note", "已与流水核对")]).send(&desk).leads();
        desk.page(&at).says("不成立");
        // an agent
        let form = desk.page(&at).form("/mandates").with(&[("relation", "child"), ("name", "张小测"), ("phone", "12"), ("powers", "view"), ("expiresOn", "2030-01-01")]);
        let wrong = form.clone().send(&desk);
        assert_eq!(wrong.status, 422);
        for place in ["agent-phone", "agent-expiresOn", "agent-evidence"] {
            wrong.says(&format!("href=\"#{place}\""));
        }
        let again = wrong.form("/mandates");
        assert_eq!((again.get("name"), again.get("powers"), again.get("relation")), ("张小测", "view", "child"));
        let good = form.with(&[("phone", "13900000055"), ("expiresOn", "2027-01-31"), ("evidence", &file)]);
        good.send(&desk).leads();
        let page = desk.page(&at).page_ok();
        page.says("139****0055");
        assert!(!page.text().contains("张小测"));
        let twice = good.with(&[("_key", "second-agent-01")]).send(&desk);
        assert_eq!(twice.status, 409);
        twice.says("已经委托过这个人");
        let form = page.form("/revoke");
        let short = form.clone().with(&[("note", "嗯")]).send(&desk);
        assert_eq!(short.status, 422);
        assert_eq!(short.form("/revoke").get("note"), "嗯");
        assert_eq!(w.who("fangzi.desk").submit(&form.action, &[("_key", "foreign-0001"), ("note", "本人来电要求取消")]).status, 404);
        form.with(&[("note", "本人来电要求取消")]).send(&desk).leads();
        desk.page(&at).says("已取消");
        // what came before is for those who answer for it
        assert!(!handler.page(&at).text().contains("同一人以往登记"));
        w.who("kuiwen.leader").page(&at).says("同一人以往登记");
    }

    fn a_telephone_is_changed_on_the_pages(t: &TestDb) {
        let w = world(t);
        let old = Phone::on(&w, "13900000001", "张测试");
        let mut typed = report(1);
        typed["report"]["reporterId"] = json!("379900200302050650");
        let got = old.post("/filings", typed);
        assert_eq!(got.status, 201, "{}", got.text());
        let (id, secret) = (text(&got.json()["filing"]), text(&got.json()["receipt"]["secret"]));
        let (desk, leader) = (w.who("kuiwen.desk"), w.who("kuiwen.leader"));
        leader.page("/rebindings").page_ok().says("没有正在办理的换绑");
        let at = format!("/filings/{id}/counter");
        let code = Phone::off(&w).code("13900000099");
        let form = desk.page(&at).form("/rebindings").with(&[
            ("phone", "13900000099"), ("code", &code), ("idNumber", "379900199001011230"), ("secret", &secret), ("note", "本人持身份证原件到窗口"),
        ]);
        let wrong = form.clone().send(&desk);
        assert_eq!(wrong.status, 422);
        wrong.says("href=\"#rebind-idNumber\"");
        assert_eq!((wrong.form("/rebindings").get("note"), wrong.form("/rebindings").get("phone")), ("本人持身份证原件到窗口", "13900000099"));
        let other = form.clone().with(&[("secret", "QZ-22222-22222")]).send(&desk);
        assert_eq!(other.status, 409);
        other.says("id=\"rebind-secret\"");
        assert_eq!(w.who("fangzi.desk").submit(&form.action, &[("_key", "foreign-key-01"), ("phone", "13900000099"), ("code", "000000"), ("idNumber", "379900200302050650"), ("secret", &secret), ("note", "本人到窗口")]).status, 404);
        let to = form.with(&[("idNumber", "379900200302050650")]).send(&desk).leads();
        let after = desk.page(&to).page_ok();
        after.says("已有一次换绑正在办理");
        assert!(lacks(&after, "/rebindings"));
        // the list: whoever asked may only stop it
        let own = desk.page("/rebindings").page_ok();
        own.says("本人提出");
        let all: Vec<String> = forms(&own.text()).iter().filter(|f| f.action.ends_with("/decide")).map(|f| f.get("confirm").to_owned()).collect();
        assert_eq!(all, ["false"]);
        let action = own.form("/decide").action;
        assert_eq!(desk.submit(&action, &[("_key", "own-word-0001"), ("confirm", "true")]).status, 403);
        assert_eq!(w.who("fangzi.desk").submit(&action, &[("_key", "foreign-0001"), ("confirm", "true")]).status, 404);
        assert!(!w.who("fangzi.desk").page("/rebindings").text().contains("139****0099"));
        leader.page("/").says("换绑确认");
        let notices = leader.page("/notices").text() + &w.who("kuiwen.desk").page("/notices").text();
        assert!(notices.contains("<a href=\"/rebindings\">"), "{notices}");
        let confirm = leader.page("/rebindings").form("/decide");
        assert_eq!(confirm.get("confirm"), "true");
        leader.page(&confirm.send(&leader).leads()).says("等待期内");
        let late = leader.submit(&action, &[("_key", "late-word-0001"), ("confirm", "true")]);
        assert_eq!(late.status, 409, "confirmed already");
        let stop = desk.page("/rebindings").form("/decide");
        assert_eq!(stop.get("confirm"), "false");
        stop.send(&desk).leads();
        desk.page("/rebindings").says("没有正在办理的换绑");
        assert!(!all_text(&w).contains("13900000099"));
    }

    fn without_an_id_on_file_more_must_have_been_checked(t: &TestDb) {
        let w = world(t);
        let old = Phone::on(&w, "13900000001", "张测试");
        let (id, body) = filed(&old, 1);
        let secret = text(&body["receipt"]["secret"]);
        let desk = w.who("kuiwen.desk");
        let code = Phone::off(&w).code("13900000099");
        let ask = |note: &str| json!({ "phone": "13900000099", "code": code, "idNumber": "379900200302050650", "secret": secret, "note": note });
        // nine characters say nothing
        let path = format!("/filings/{id}/rebindings");
        assert_eq!(desk.post(&path, ask("本人持身份证到窗口")).places(), [("/note".to_owned(), "other_proof".to_owned())]);
        let form = desk.page(&format!("/filings/{id}/counter")).form("/rebindings").with(&[
            ("phone", "13900000099"), ("code", &code), ("idNumber", "379900200302050650"), ("secret", &secret), ("note", "本人持身份证到窗口"),
        ]);
        let short = form.clone().send(&desk);
        assert_eq!(short.status, 422);
        short.says("href=\"#rebind-note\"");
        short.says("证件无从比对");
        assert_eq!(short.form("/rebindings").get("note"), "本人持身份证到窗口");
        // the query code is asked for as ever
        let mut no_secret = ask("核对了工牌、银行流水和两名工友的证明");
        no_secret["secret"] = json!("QZ-22222-22222");
        desk.post(&path, no_secret).problem(409, "receipt_unknown");
        // the code was not used up by what was refused
        form.with(&[("note", "核对了工牌、银行流水和两名工友的证明")]).send(&desk).leads();
        desk.page("/rebindings").says("核对了工牌");
    }

    fn a_registration_tells_the_procedure_to_go_on_with(t: &TestDb) {
        let w = World::new(t);
        let desk = w.who("kuiwen.desk");
        let done = desk.post("/filings", crate::support::app::filing(1)).ok();
        let case = text(&done["case"]);
        let file = desk.get(&format!("/cases/{case}")).ok();
        let complaint = file["procedures"].as_array().unwrap().iter().find(|p| p["kind"] == "complaint").unwrap();
        assert_eq!(done["complaint"], complaint["id"]);
        desk.act(&text(&done["complaint"]), "sign_for", json!({})).ok();
        // joined: the running one's; at the desk: none
        let mut same = crate::support::app::filing(1);
        same["periodFrom"] = json!("2026-07-01");
        same["project"] = json!("测试花园1号楼二期");
        let joined = desk.post("/filings", same).ok();
        assert_eq!(joined.get("complaint").is_some(), joined.get("case").is_some(), "{joined}");
        let mut nowhere = crate::support::app::filing(3);
        nowhere["area"] = json!("");
        let waits = desk.post("/filings", nowhere).ok();
        assert_eq!((waits.get("case"), waits.get("complaint")), (None, None), "{waits}");
    }
}
