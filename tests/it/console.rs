//! The console over HTTP as an officer's browser uses it: pages and forms, no script.
//!
//! `Page` reads what came back: the forms with every field as it stands, so that a test sends what a person would send.

use crate::on_both;
use crate::support::app::{Got, PASSWORD, Person, World};
use axum::body::Body;
use axum::http::Request;
use base64::Engine as _;
use chrono::Duration;
use qingxin::app::people::{self, NewAccount};
use qingxin::domain::access::{Actor, Duty, DutyKind};
use sha2::{Digest, Sha256};

/// One form of a page: where it goes and what its fields hold.
#[derive(Debug, Clone)]
pub struct Form {
    pub action: String,
    fields: Vec<(String, String)>,
}
impl Form {
    pub fn with(mut self, pairs: &[(&str, &str)]) -> Self {
        for (k, v) in pairs {
            self.fields.retain(|(name, _)| name != k);
            self.fields.push(((*k).to_owned(), (*v).to_owned()));
        }
        self
    }
    /// With one more value of a name: a box that is ticked beside others.
    pub fn and(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }
    pub fn get(&self, name: &str) -> &str {
        self.fields.iter().find(|(k, _)| k == name).map_or("", |(_, v)| v.as_str())
    }
    pub fn send(&self, who: &Person<'_>) -> Got {
        let pairs: Vec<(&str, &str)> = self.fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        who.submit(&self.action, &pairs)
    }
}

fn unescape(s: &str) -> String {
    s.replace("&#34;", "\"").replace("&#39;", "'").replace("&#60;", "<").replace("&#62;", ">").replace("&#38;", "&")
}
fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    Some(unescape(rest.split_once('"')?.0))
}

/// All forms of a page.
pub fn forms(html: &str) -> Vec<Form> {
    html.split("<form ")
        .skip(1)
        .filter_map(|piece| {
            let body = piece.split("</form>").next()?;
            let head = format!(" {}", body.split('>').next()?);
            let mut fields = Vec::new();
            for part in body.split('<').skip(1) {
                let tag = part.split('>').next().unwrap_or_default();
                let Some(name) = attribute(tag, "name") else { continue };
                let kind = attribute(tag, "type").unwrap_or_default();
                if part.starts_with("input")
                    && (!matches!(kind.as_str(), "radio" | "checkbox") || tag.contains(" checked"))
                    && kind != "file"
                {
                    fields.push((name, attribute(tag, "value").unwrap_or_default()));
                } else if part.starts_with("select") {
                    let options = body.split(&format!("name=\"{name}\"")).nth(1).unwrap_or_default();
                    let options = options.split("</select>").next().unwrap_or_default();
                    let chosen = options.split("<option").find(|o| o.contains(" selected"));
                    fields.push((name, chosen.and_then(|o| attribute(o, "value")).unwrap_or_default()));
                } else if part.starts_with("textarea") {
                    fields.push((name, unescape(part.split_once('>').map_or("", |x| x.1).trim_start_matches('\n'))));
                }
            }
            Some(Form { action: attribute(&head, "action")?, fields })
        })
        .collect()
}

impl Got {
    /// The form whose action ends so.
    #[track_caller]
    pub fn form(&self, ends: &str) -> Form {
        assert!(self.header("content-type").starts_with("text/html"), "{}: {} {}", self.asked, self.status, self.header("content-type"));
        let all = forms(&self.text());
        all.iter()
            .find(|f| f.action.ends_with(ends))
            .cloned()
            .unwrap_or_else(|| panic!("{}: no form {ends} among {:?}", self.asked, all.iter().map(|f| &f.action).collect::<Vec<_>>()))
    }
    #[track_caller]
    pub fn page_ok(self) -> Self {
        assert_eq!(self.status, 200, "{}: {}", self.asked, self.text());
        self
    }
    /// Where a taken form leads.
    #[track_caller]
    pub fn leads(&self) -> String {
        assert_eq!(self.status, 303, "{}: {}", self.asked, errors(&self.text()));
        self.header("location").to_owned()
    }
    #[track_caller]
    pub fn says(&self, words: &str) {
        assert!(self.text().contains(words), "{}: no {words:?} in {}", self.asked, self.text());
    }
}

/// What a page says is wrong.
fn errors(html: &str) -> String {
    html.split("role=\"alert\"").nth(1).map_or_else(|| html.to_owned(), |s| s.chars().take(600).collect())
}

fn registration(page: &Got, n: u32) -> Form {
    page.form("/filings").with(&[
        ("reporterName", "张测试"),
        ("reporterPhone", &format!("1390000{n:04}")),
        ("projectKind", "房屋建筑工程"),
        ("project", &format!("测试花园{n}号楼")),
        ("respondent", &format!("潍坊测试建筑{n}有限公司")),
        ("area", "370705"),
        ("headcount", "1"),
        ("reportedTotal", "1.2万"),
        ("periodFrom", "2026-08-01"),
        ("periodTo", "2026-10-31"),
        ("narrative", "干了三个月木工，工资一直没有发。"),
    ])
}

/// Registers at the counter of the county and returns the paths of filing and case.
fn registered(w: &World, n: u32) -> (String, String) {
    let desk = w.who("kuiwen.desk");
    let to = registration(&desk.page("/filings/new").page_ok(), n).send(&desk).leads();
    assert!(to.ends_with("?done=registered"), "{to}");
    let filing = to.split('?').next().unwrap().to_owned();
    let page = desk.page(&to).page_ok();
    page.says("已登记，并已转承办部门建立案件");
    let html = page.text();
    let case = html.split("href=\"/cases/").nth(1).and_then(|s| s.split('"').next()).unwrap();
    (filing, format!("/cases/{case}"))
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0:~\x9bU\0\0\0\nIDATx\x9cch\0\0\0\x82\0\x81w\xcdr\xb6\0\0\0\0IEND\xaeB`\x82";

fn upload(who: &Person<'_>, path: &str, key: &str, fields: &[(&str, &str)], name: &str, bytes: &[u8]) -> Got {
    let mut body = Vec::new();
    for (k, v) in fields.iter().chain([("_key", key)].iter()) {
        body.extend(format!("--B\r\nContent-Disposition: form-data; name=\"{k}\"\r\n\r\n{v}\r\n").bytes());
    }
    body.extend(format!("--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n").bytes());
    body.extend(bytes);
    body.extend(b"\r\n--B--\r\n");
    let b = who.cookie("POST", path).header("content-type", "multipart/form-data; boundary=B");
    who.world.send(b.body(Body::from(body)).unwrap())
}

on_both! {
    fn an_officer_comes_and_goes(t: &TestDb) {
        let w = World::new(t);
        let nobody = w.nobody();
        assert_eq!(nobody.page("/desk?page=2").leads(), "/login?next=/desk%3Fpage%3D2");
        let page = nobody.page("/login?next=/desk%3Fpage%3D2").page_ok();
        let form = page.form("/login");
        assert_eq!(form.get("next"), "/desk?page=2");
        let wrong = form.clone().with(&[("name", "kuiwen.desk"), ("password", "not this one")]).send(&nobody);
        assert_eq!(wrong.status, 422);
        wrong.says("用户名或密码不正确");
        assert!(!wrong.text().contains("not this one"), "a password is never sent back");
        wrong.says("value=\"kuiwen.desk\"");
        assert_eq!(form.clone().send(&nobody).status, 422, "empty fields");
        let good = form.with(&[("name", "kuiwen.desk"), ("password", PASSWORD)]).send(&nobody);
        assert_eq!(good.leads(), "/desk?page=2");
        let cookie = good.header("set-cookie").to_owned();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        let token = cookie.trim_start_matches("qx=").split(';').next().unwrap().to_owned();
        let me = w.with_token(&token);
        me.page("/").page_ok().says("kuiwendesk");
        // forms of other sites are refused
        let forged = w.send(me.cookie("POST", "/logout").header("origin", "https://evil.example").body(Body::empty()).unwrap());
        assert_eq!(forged.status, 403);
        forged.says("其他网站");
        me.page("/account").page_ok();
        // the session ends by idleness, and by log-out
        w.pass(Duration::hours(13));
        assert_eq!(me.page("/account").leads(), "/login?next=/account");
        me.page("/login?next=/account").page_ok().says("登录已过期");
        let (_, token) = w.open_session("kuiwen.desk", "tests");
        let me = w.with_token(&token);
        let out = me.submit("/logout", &[]);
        assert_eq!(out.leads(), "/login?out=1");
        assert!(out.header("set-cookie").contains("Max-Age=0"));
        assert_eq!(me.page("/").leads(), "/login");
        nobody.page("/login?out=1").says("您已安全退出");
        // too many wrong passwords lock the account, and the page does not tell a locked one from a wrong password
        let wrong = || nobody.submit("/login", &[("name", "kuiwen.head"), ("password", "not this one")]).text();
        let first = wrong();
        for _ in 0..20 {
            wrong();
        }
        let locked = nobody.submit("/login", &[("name", "kuiwen.head"), ("password", PASSWORD)]);
        assert_eq!(locked.status, 422);
        assert_eq!(locked.text(), first);
        locked.says("被暂时锁定");
    }

    fn a_first_password_is_changed_before_anything_else(t: &TestDb) {
        let w = World::new(t);
        let security = w.who("city.security");
        assert_eq!(security.page("/").leads(), "/accounts");
        let form = security.page("/accounts").page_ok().form("/accounts");
        let bad = form.clone().with(&[("login", "城"), ("name", "新来的")]).send(&security);
        assert_eq!(bad.status, 422);
        bad.says("value=\"新来的\"");
        let form = form.with(&[("login", "kuiwen.new"), ("name", "新来的"), ("duty", "handler"), ("bureau", "370705-hrss"), ("area", "370705")]);
        let made = form.send(&security).page_ok();
        let html = made.text();
        let password = html.split("class=\"secret\">").nth(1).and_then(|s| s.split('<').next()).unwrap().to_owned();
        let again = form.send(&security).page_ok();
        assert!(!again.text().contains("class=\"secret\""), "sent twice: the account is made once and its password shown once");
        let nobody = w.nobody();
        let login = nobody.submit("/login", &[("name", "kuiwen.new"), ("password", &password), ("next", "/desk")]);
        assert_eq!(login.leads(), "/account");
        let token = login.header("set-cookie").trim_start_matches("qx=").split(';').next().unwrap().to_owned();
        let me = w.with_token(&token);
        assert_eq!(me.page("/").leads(), "/account");
        let form = me.page("/account").page_ok().form("/account/password");
        let short = form.clone().with(&[("oldPassword", &password), ("password", "short"), ("again", "short")]).send(&me);
        assert_eq!(short.status, 422);
        short.says("密码至少");
        let new = "Gongzi-Bu-Qian-2026";
        let other = form.clone().with(&[("oldPassword", &password), ("password", new), ("again", "other")]).send(&me);
        other.says("两次输入的新密码不一致");
        let done = form.with(&[("oldPassword", &password), ("password", new), ("again", new)]).send(&me);
        assert_eq!(done.leads(), "/account?done=password");
        assert!(me.page("/").leads().starts_with("/login"), "the old session is over");
        let me = w.with_token(done.header("set-cookie").trim_start_matches("qx=").split(';').next().unwrap());
        me.page("/").page_ok().says("这里没有待办事项");
        // duties come and go
        let page = security.page("/accounts").page_ok();
        let person = page.text().split("href=\"/accounts/").skip(1).find(|s| s.contains("新来的")).and_then(|s| s.split('"').next()).unwrap().to_owned();
        let page = security.page(&format!("/accounts/{person}")).page_ok();
        assert!(page.form("/end").send(&security).leads().ends_with("?done=duty_ended"));
        assert_eq!(me.page("/").leads(), "/account", "without a duty there is nothing to see");
        assert!(page.form("/active").send(&security).leads().ends_with("?done=disabled"));
        assert_eq!(me.page("/account").leads(), "/login?next=/account");
        assert_eq!(w.who("kuiwen.handler").page("/accounts").status, 403);
    }

    fn a_registration_becomes_a_case_and_moves_by_forms(t: &TestDb) {
        let w = World::new(t);
        let desk = w.who("kuiwen.desk");
        let page = desk.page("/filings/new").page_ok();
        // wrong fields come back with what was typed
        let wrong = registration(&page, 1).with(&[("headcount", "很多"), ("reporterName", ""), ("reporterId", "379900199001011111")]).send(&desk);
        assert_eq!(wrong.status, 422);
        wrong.says("href=\"#filing-headcount\"");
        wrong.says("href=\"#filing-reporterName\"");
        wrong.says("href=\"#filing-reporterId\"");
        wrong.says("value=\"测试花园1号楼\"");
        wrong.says("value=\"1.2万\"");
        let (filing, case) = registered(&w, 1);
        // the same form twice is one filing; the same report again says which one
        let again = registration(&desk.page("/filings/new"), 1);
        let second = again.send(&desk).leads();
        assert!(second.starts_with(&filing) && second.ends_with("?done=duplicate"), "{second}");
        desk.page(&second).says("没有重复登记");
        // a receipt was printed
        let html = desk.page(&filing).page_ok().text();
        assert!(html.contains("张**") && !html.contains("张测试"), "masked");
        let document = html.split("href=\"/documents/").nth(1).and_then(|s| s.split('"').next()).unwrap();
        let paper = desk.page(&format!("/documents/{document}")).page_ok();
        let style = paper.text().split("<style>").nth(1).unwrap().split("</style>").next().unwrap().to_owned();
        let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(style.as_bytes()));
        let policy = paper.header("content-security-policy");
        assert!(policy.contains(&format!("style-src 'sha256-{hash}'")) && policy.contains("default-src 'none'"), "{policy}");
        assert!(!policy.contains("unsafe") && !paper.text().contains("<script"));
        // signed for, assigned, docketed with two signatures
        let page = desk.page(&case).page_ok();
        page.says("待签收");
        let sign = page.form("/moves/sign_for");
        assert!(sign.send(&desk).leads().ends_with("?done=moved"));
        assert!(sign.send(&desk).leads().ends_with("?done=moved"), "the same form twice is one move");
        let leader = w.who("kuiwen.leader");
        let (one, two) = (w.account("kuiwen.handler").to_string(), w.account("kuiwen.handler2").to_string());
        leader.page(&case).form("/moves/assign").with(&[("account", &one), ("second", &two)]).send(&leader).leads();
        let handler = w.who("kuiwen.handler");
        let page = handler.page(&case).page_ok();
        page.says("受理审查");
        page.says("须审批");
        let docket = page.form("/moves/docket");
        let empty = docket.clone().send(&handler);
        assert_eq!(empty.status, 422, "a required field is missing");
        empty.says("docket-facts");
        let asked = docket.with(&[("facts", "经初步核实，欠薪属实。")]).send(&handler);
        assert!(asked.leads().ends_with("?done=requested"));
        let page = leader.page(&case).page_ok();
        page.says("审批中：立案");
        page.says("经初步核实，欠薪属实。");
        let signed = page.form("/moves/approval.approve").with(&[("opinion", "同意。")]).send(&leader);
        assert!(signed.leads().ends_with("?done=signed"));
        let head = w.who("kuiwen.head");
        head.page("/").page_ok().says("href=\"/cases/");
        head.page(&case).form("/moves/approval.approve").send(&head).leads();
        handler.page(&case).page_ok().says("已立案");
        assert!(handler.page(&case).text().contains("审批表"), "the approval is printed");
    }

    fn what_was_typed_survives_errors_and_other_people(t: &TestDb) {
        let w = World::new(t);
        let (_, case) = registered(&w, 1);
        let (desk, leader, handler) = (w.who("kuiwen.desk"), w.who("kuiwen.leader"), w.who("kuiwen.handler"));
        desk.page(&case).form("/moves/sign_for").send(&desk).leads();
        let (one, two) = (w.account("kuiwen.handler").to_string(), w.account("kuiwen.handler2").to_string());
        leader.page(&case).form("/moves/assign").with(&[("account", &one), ("second", &two)]).send(&leader).leads();
        // somebody else is faster
        let mine = handler.page(&case).form("/moves/ask_supplement");
        leader.page(&case).form("/moves/set_flag").with(&[("flag", "mass"), ("on", "true"), ("reason", "多人聚集讨薪")]).send(&leader);
        let note = leader.page(&case).form("/moves/add_note").with(&[("note", "已电话核实。")]).send(&leader);
        note.leads();
        let late = mine.clone().with(&[("items", "请补交考勤记录。"), ("_version", "0")]).send(&handler);
        assert_eq!(late.status, 409, "{}", errors(&late.text()));
        late.says("在您填写期间，情况有了变化");
        late.says("请补交考勤记录。");
        assert_ne!(late.form("/moves/ask_supplement").get("_version"), "0", "the form that comes back fits the present state");
        // a moment that is none
        let bad = handler.page(&case).form("/moves/add_note").with(&[("note", "走访工地。"), ("_occurred_at", "2026-13-01T09:00")]).send(&handler);
        assert_eq!(bad.status, 422);
        bad.says("走访工地。");
        bad.says("请填写真实存在的日期和时间");
        // keyed in late: the real moment stays visible
        w.pass(Duration::hours(3));
        let done = handler.page(&case).form("/moves/add_note").with(&[("note", "走访工地。"), ("_occurred_at", "2026-11-23T11:00")]).send(&handler);
        done.leads();
        handler.page(&case).says("2026-11-23 11:00");
        // what this person may not do is shown with the reason, and a stranger sees nothing
        assert_eq!(w.who("fangzi.handler").page(&case).status, 404);
        assert_eq!(w.who("fangzi.handler").page(&case).header("content-type"), "text/html; charset=utf-8");
        let stolen = mine.send(&w.who("fangzi.handler"));
        assert_eq!(stolen.status, 404);
    }

    fn plain_data_is_shown_once_and_noted(t: &TestDb) {
        let w = World::new(t);
        let (filing, case) = registered(&w, 1);
        let desk = w.who("kuiwen.desk");
        let ask = desk.page(&format!("{filing}/unmask")).page_ok();
        assert!(!ask.text().contains("张测试"));
        let form = ask.form("/unmask");
        let bare = form.clone().with(&[("reason", "contact"), ("remark", "")]).send(&desk);
        assert_eq!(bare.status, 422);
        assert!(!bare.text().contains("张测试"));
        let shown = form.with(&[("reason", "contact"), ("remark", "核实欠薪时间")]).send(&desk).page_ok();
        shown.says("张测试");
        shown.says("13900000001");
        desk.page(&filing).page_ok().says("查看未脱敏信息");
        assert!(!desk.page(&case).text().contains("13900000001"));
        assert_eq!(w.who("kuiwen.legal").page(&format!("{filing}/unmask")).status, 403, "a duty without this ability");
        assert_eq!(w.who("fangzi.desk").page(&format!("{filing}/unmask")).status, 404);
    }

    fn evidence_is_kept_and_comes_back_as_a_download(t: &TestDb) {
        let w = World::new(t);
        let (_, case) = registered(&w, 1);
        let desk = w.who("kuiwen.desk");
        let key = desk.page(&case).form("/evidence").get("_key").to_owned();
        let path = format!("{case}/evidence");
        let none = upload(&desk, &path, &key, &[("kind", "photo")], "a.png", b"<html>not a picture</html>");
        assert_eq!(none.status, 422);
        none.says("不支持这种文件");
        let kept = upload(&desk, &path, &key, &[("kind", "photo"), ("name", "工地照片")], "a.png", PNG);
        assert!(kept.leads().ends_with("#evidence"));
        let again = upload(&desk, &path, &key, &[("kind", "photo"), ("name", "工地照片")], "a.png", PNG);
        again.leads();
        let html = desk.page(&case).page_ok().text();
        assert_eq!(html.matches("href=\"/evidence/").count(), 1, "the same upload twice is one file");
        let id = html.split("href=\"/evidence/").nth(1).and_then(|s| s.split('"').next()).unwrap();
        let file = desk.page(&format!("/evidence/{id}"));
        assert_eq!((file.status, file.header("content-type"), &file.bytes[..8]), (200, "image/png", &PNG[..8]));
        assert!(file.header("content-disposition").starts_with("attachment;"));
        assert!(file.header("content-security-policy").contains("sandbox"));
        assert_eq!(w.who("fangzi.handler").page(&format!("/evidence/{id}")).status, 404);
    }

    fn the_desk_sends_on_what_the_rules_cannot_place(t: &TestDb) {
        let w = World::new(t);
        let desk = w.who("city.desk");
        let form = registration(&desk.page("/filings/new"), 1).with(&[("area", ""), ("sourceNumber", "LY-1"), ("channel", "transfer")]);
        let to = form.send(&desk).leads();
        assert!(to.ends_with("?done=desk"), "{to}");
        desk.page(&to).says("没有写明用工所在地");
        let page = desk.page("/desk").page_ok();
        page.says("潍坊测试建筑1有限公司");
        page.form("/moves/set_area").with(&[("area", "370705")]).send(&desk).leads();
        let page = desk.page("/desk").page_ok();
        page.form("/moves/forward").send(&desk).leads();
        desk.page("/desk").page_ok().says("没有等待分拨的登记");
        // the same number with other content waits for a decision
        let more = registration(&desk.page("/filings/new"), 1).with(&[("area", ""), ("sourceNumber", "LY-1"), ("channel", "transfer"), ("headcount", "3")]);
        assert!(more.send(&desk).leads().ends_with("?done=amended"));
        let page = desk.page("/desk").page_ok();
        page.says("内容有变");
        page.says("人数");
        assert!(!page.text().contains("amendment.changed"));
        let apply = page.text().split("<form ").filter(|f| f.contains("/amendments/")).count();
        assert_eq!(apply, 2, "taken over or not");
        assert!(page.form("").action.len() > 1);
        let decide = forms(&page.text()).into_iter().find(|f| f.action.starts_with("/amendments/") && f.get("apply") == "true").unwrap();
        assert!(decide.send(&desk).leads().ends_with("?done=applied"));
        desk.page(&to).says("3 人");
        assert_eq!(w.who("kuiwen.legal").page("/desk").status, 403);
    }

    fn search_notices_recusal_and_absence(t: &TestDb) {
        let w = World::new(t);
        let (_, case) = registered(&w, 1);
        let desk = w.who("kuiwen.desk");
        let found = desk.page("/search").page_ok().form("/search").with(&[("text", "13900000001"), ("reason", "contact"), ("remark", "回复来电人")]).send(&desk).page_ok();
        found.says("潍坊测试建筑1有限公司");
        found.says("139****0001");
        assert!(!found.text().contains("“13900000001”"), "masked in what was asked");
        let short = desk.submit("/search", &[("text", "测")]);
        assert_eq!(short.status, 422);
        w.who("fangzi.handler").submit("/search", &[("text", "13900000001"), ("reason", "contact"), ("remark", "回复来电人")]).page_ok().says("没有找到");
        // who is told finds it under notices
        desk.page("/notices").page_ok().says("href=\"/cases/");
        let read = desk.page("/notices").form("/notices/read").send(&desk);
        assert_eq!(read.leads(), "/notices?done=read");
        assert!(!desk.page("/notices").text().contains("/notices/read"), "nothing unread is left");
        // keeping out of it
        let leader = w.who("kuiwen.leader");
        let handler = w.account("kuiwen.handler").to_string();
        let form = leader.page(&case).form("/recuse");
        assert_eq!(form.clone().with(&[("reason", "")]).send(&leader).status, 422);
        form.with(&[("account", &handler), ("reason", "与被反映单位负责人是亲属")]).send(&leader).leads();
        leader.page(&case).says("登记回避");
        // away, and who stands in
        let me = w.who("kuiwen.handler");
        let form = me.page("/account").page_ok().form("/account/absence");
        let second = w.account("kuiwen.handler2").to_string();
        let back = form.clone().with(&[("from", "2026-11-24T09:00"), ("until", "2026-11-23T09:00"), ("delegate", &second)]).send(&me);
        assert_eq!(back.status, 422);
        back.says("结束时间早于开始时间");
        form.with(&[("from", "2026-11-24T09:00"), ("until", "2026-11-26T17:00"), ("delegate", &second)]).send(&me).leads();
        let page = me.page("/account");
        page.says("2026-11-24 09:00 至 2026-11-26 17:00");
        assert_eq!(page.form("/cancel").send(&me).leads(), "/account?done=cancelled");
        let page = me.page("/account?done=cancelled");
        page.says("已撤销请假");
        assert!(!page.text().contains("2026-11-24 09:00 至"), "withdrawn");
    }

    fn a_clue_file_is_read_at_the_desk(t: &TestDb) {
        let w = World::new(t);
        let desk = w.who("city.desk");
        let file = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/samples/hotline.csv")).unwrap();
        desk.page("/import").page_ok().says("导入线索文件");
        let fields = [("profile", "hotline"), ("receiving", "370700-hrss")];
        let done = upload(&desk, "/import", "none", &fields, "hotline.csv", &file).page_ok();
        done.says("已读完");
        let again = upload(&desk, "/import", "none", &fields, "hotline.csv", &file).page_ok();
        let number = |got: &Got, word: &str| -> i64 {
            let html = got.text();
            let rest = html.split(&format!("<dt>{word}</dt><dd>")).nth(1).unwrap().to_owned();
            rest.split('<').next().unwrap().parse().unwrap()
        };
        assert!(number(&done, "新登记") > 0);
        assert_eq!(number(&again, "新登记"), 0, "the same file adds nothing");
        let broken = upload(&desk, "/import", "none", &[("profile", "national"), ("receiving", "370700-hrss")], "x.xlsx", b"PK\x03\x04 no workbook");
        assert!((400..500).contains(&broken.status), "{}", broken.status);
        assert_eq!(w.who("kuiwen.handler").page("/import").status, 403);
    }

    fn pages_answer_errors_as_pages(t: &TestDb) {
        let w = World::new(t);
        let me = w.who("kuiwen.desk");
        for path in ["/cases/00000000-0000-7000-8000-000000000000", "/cases/nonsense", "/nowhere", "/filings/nonsense"] {
            let got = me.page(path);
            assert_eq!((got.status, got.header("content-type")), (404, "text/html; charset=utf-8"), "{path}");
            assert!(got.text().contains(got.header("x-request-id")), "{path}: no trace id");
        }
        for (path, fields) in [("/filings", vec![]), ("/filings", vec![("_key", "short")])] {
            let got = me.submit(path, &fields);
            assert!((400..500).contains(&got.status) && got.text().contains("求助时请提供编号"), "{path} {}", got.status);
        }
        let got = w.send(me.cookie("POST", "/filings").header("content-type", "text/plain").body(Body::from("x")).unwrap());
        assert_eq!(got.status, 415);
        let got = w.send(Request::builder().method("GET").uri("/?tab=nonsense&page=99999999&q=%00").header("host", "localhost").body(Body::empty()).unwrap());
        assert_eq!(got.status, 303);
        me.page("/?tab=nonsense&page=99999999&state=x&grade=y&area=z&q=%25").page_ok().says("没有符合条件的事项");
    }
}

/// Someone without any duty, and someone with the first password still: nothing but the own account.
fn hired(w: &World, login: &str, must_change: bool, duties: Vec<Duty>) {
    let new = NewAccount {
        login: login.to_owned(),
        name: "无岗位".into(),
        password_hash: people::hash_password(PASSWORD).unwrap(),
        must_change,
        duties,
    };
    w.app.write_blocking(&Actor::System("tests"), None, move |tx| people::create_account(tx, &new)).unwrap();
}

on_both! {
    fn without_a_duty_there_is_only_the_own_account(t: &TestDb) {
        let w = World::new(t);
        hired(&w, "no.duty", false, vec![]);
        hired(&w, "first.day", true, vec![Duty { kind: DutyKind::Desk, bureau: "370705-hrss".into(), area: "370705".into(), for_account: None }]);
        for login in ["no.duty", "first.day"] {
            let got = w.nobody().submit("/login", &[("name", login), ("password", PASSWORD)]);
            got.leads();
            let token = got.header("set-cookie").trim_start_matches("qx=").split(';').next().unwrap().to_owned();
            let me = w.with_token(&token);
            assert_eq!(me.page("/").leads(), "/account", "{login}");
            let page = me.page("/account").page_ok();
            assert_eq!(page.text().contains("这是初始密码"), login == "first.day");
        }
    }
}
