//! The console: pages for officers, rendered by the server, whole without JavaScript.
//!
//! Owns the typed contexts of the pages ([`view`]), their templates in `src/web/pages` and the handlers: extract, one use
//! case of `app`, view. Nothing here decides anything: what is shown is what `app` says this person may see and do.

mod admin;
mod announcements;
mod areas;
mod assigning;
mod audit;
mod bulletins;
mod calendar;
mod callbacks;
mod calls;
mod campaigns;
mod claims;
mod conduct;
mod contacts;
mod counter;
mod dashboard;
mod definitions;
mod desk;
mod dialogue;
mod door;
mod draws;
mod employers;
mod files;
mod frame;
mod gradings;
mod import;
mod jobs;
mod kept;
mod listing_desk;
mod lists;
mod matter;
mod money_report;
mod moves;
mod outbox;
mod overdue;
mod penalties;
mod second_factor;
mod session;
mod standins;
mod styleguide;
mod supervisions;
pub mod view;
mod words;

mod joining;
mod ledger;
mod legacy;
mod rebindings;
mod refusals;
mod search;

pub(in crate::web) use files::paper_policy;
pub(in crate::web) use kept::{Aside, aside, asked_again};
pub(in crate::web) use lists::address;

use super::Table;
use super::table::{Access, BODY_LIMIT, Route};
use crate::app::App;
use std::sync::Arc;

/// The largest file a form carries; what a city allows is less and is asked in the use case.
const UPLOAD: usize = 64 * 1024 * 1024;

/// The largest calendar file; what is more is told at the field.
const CALENDAR: usize = 1024 * 1024;

const HTML: Option<&str> = Some("text/html");

fn page(path: &'static str, id: &'static str, access: Access, summary: &'static str) -> Route {
    Route::get(path, id, access, summary).answers_plain(200, "页面", HTML)
}
fn form(path: &'static str, id: &'static str, access: Access, summary: &'static str) -> Route {
    Route::post(path, id, access, summary).reads_form().answers_plain(303, "完成，转到结果页", None)
}
fn upload(path: &'static str, id: &'static str, access: Access, summary: &'static str) -> Route {
    Route::post(path, id, access, summary).reads_upload(UPLOAD, &[("kind", "材料种类")]).answers_plain(303, "完成，转到结果页", None)
}

/// Adds the console's rows to the router table.
pub fn routes(t: &mut Table<Arc<App>>) {
    let any = Access::Staff("任何岗位");
    let work = Access::Staff("除管理员外的岗位");
    let counter = Access::Staff("受理、承办、大队长");
    let security = Access::Staff("安全管理员");
    // coming and going
    t.add(page("/login", "console_login", Access::Public, "登录页"), session::login_page);
    // what was typed before a session ended comes along
    let gate = |path, id, about| Route { body_limit: 2 * BODY_LIMIT, ..form(path, id, Access::Public, about) };
    t.add(gate("/login", "console_log_in", "登录"), session::log_in);
    t.add(page("/login/code", "console_code_page", Access::Public, "填写动态码"), second_factor::code_page);
    t.add(gate("/login/code", "console_give_code", "提交动态码"), second_factor::give_code);
    t.add(page("/login/unlock", "console_unlock_page", Access::Public, "解锁页"), second_factor::unlock_page);
    t.add(gate("/login/unlock", "console_unlock", "解锁"), second_factor::unlock);
    t.add(page("/account/second-factor", "console_factor", any, "双因素登录"), second_factor::show);
    t.add(form("/account/second-factor/begin", "console_begin_factor", any, "开始设置双因素"), second_factor::begin);
    let confirmed = Route::post("/account/second-factor/confirm", "console_confirm_factor", any, "启用双因素，给出恢复码");
    t.add(confirmed.reads_form().answers_plain(200, "恢复码", HTML), second_factor::confirm);
    t.add(form("/logout", "console_log_out", Access::Public, "退出"), session::log_out);
    t.add(page("/account", "console_account", any, "我的账户"), session::account);
    t.add(form("/account/password", "console_password", any, "修改密码"), session::change_password);
    t.add(form("/account/sessions/{id}/end", "console_end_session", any, "结束一次登录"), session::end_session);
    t.add(form("/account/address", "console_address", any, "登记接收通知的邮箱和手机"), session::set_address);
    t.add(form("/account/absence", "console_absence", any, "登记请假与代班"), session::absence);
    t.add(form("/account/absence/{id}/cancel", "console_cancel_absence", any, "撤销请假"), session::cancel_absence);
    t.add(page("/styleguide", "console_styleguide", any, "样式"), styleguide::page);
    // lists
    t.add(page("/", "console_inbox", any, "待办"), lists::inbox);
    let leads = Access::Staff("大队长、局领导（本部门）");
    t.add(form("/assign", "console_assign", leads, "把所选案件指派给承办人"), assigning::assign);
    t.add(form("/views", "console_keep_view", work, "保存待办视图"), assigning::keep);
    t.add(form("/views/{id}/forget", "console_forget_view", work, "删除待办视图"), assigning::forget);
    t.add(page("/notices", "console_notices", any, "消息"), lists::notices);
    t.add(form("/notices/read", "console_read", any, "标为已读"), lists::mark_read);
    t.add(page("/search", "console_search_page", work, "查询页"), search::search_page);
    t.add(Route::post("/search", "console_search", work, "查询").reads_form().answers_plain(200, "结果", HTML), search::search);
    // the desk
    t.add(page("/desk", "console_desk", Access::Staff("受理"), "待分拨"), desk::desk);
    t.add(form("/amendments/{id}", "console_amendment", counter, "采纳或不采纳同号变更"), desk::decide_amendment);
    t.add(page("/filings/new", "console_register_page", counter, "登记页"), desk::register_page);
    t.add(form("/filings", "console_register", counter, "登记投诉"), desk::register);
    t.add(Route::post("/filings/hints", "console_hints", counter, "登记前查重").reads_form().answers_plain(200, "结果", HTML), desk::hints);
    t.add(page("/import", "console_import_page", Access::Staff("受理"), "导入页"), import::page);
    t.add(
        Route::post("/import", "console_import", Access::Staff("受理"), "导入线索文件")
            .reads_upload(UPLOAD, &[("profile", "导入方案")])
            .answers_plain(200, "结果", HTML),
        import::run,
    );
    // matters
    t.add(page("/filings/{id}", "console_filing", work, "登记"), matter::filing);
    t.add(form("/filings/{id}/moves/{name}", "console_move_filing", work, "办理登记"), matter::move_filing);
    t.add(form("/filings/{id}/receipt", "console_receipt", work, "出具回执"), matter::receipt);
    t.add(upload("/filings/{id}/evidence", "console_filing_evidence", work, "添加登记的证据"), matter::filing_evidence);
    t.add(page("/filings/{id}/messages", "console_messages", work, "与反映人的留言"), dialogue::messages);
    t.add(form("/filings/{id}/messages", "console_write_message", work, "给反映人留言"), dialogue::write);
    t.add(page("/withdrawals", "console_withdrawals", counter, "等待核实的撤回申请"), dialogue::withdrawals);
    t.add(form("/withdrawals/{id}/decide", "console_decide_withdrawal", counter, "核实后决定撤回申请"), dialogue::decide);
    let reviewers = Access::Staff("大队长、督办");
    t.add(page("/legacy-review", "console_legacy", reviewers, "遗留超期复核清单"), legacy::page);
    t.add(form("/legacy-review/{id}/decide", "console_decide_legacy", reviewers, "复核一行"), legacy::decide);
    t.add(
        Route::post("/legacy-review/export", "console_export_legacy", reviewers, "导出清单").reads_form().answers_plain(
            200,
            "CSV 或 XLSX 文件",
            None,
        ),
        legacy::export,
    );
    of_counter(t);
    of_claims(t);
    of_draws(t);
    of_gradings(t);
    of_listings(t);
    door::routes(t);
    ledger::routes(t);
    bulletins::routes(t);
    campaigns::routes(t);
    let audit = Access::Staff("督办（所督办区划）；其他岗位见本部门");
    let leads = Access::Staff("大队长、局领导（本部门）");
    t.add(page("/overdue", "console_overdue", audit, "超期督查"), overdue::page);
    t.add(
        Route::post("/overdue/export", "console_export_overdue", audit, "导出督查表").reads_form().answers_plain(
            200,
            "XLSX 或 CSV 文件",
            None,
        ),
        overdue::export,
    );
    t.add(page("/supervisions", "console_supervisions", audit, "督办台账"), supervisions::page);
    t.add(
        Route::post("/supervisions/export", "console_export_supervisions", audit, "导出督办台账").reads_form().answers_plain(
            200,
            "XLSX 或 CSV 文件",
            None,
        ),
        supervisions::export,
    );
    t.add(page("/announcements", "console_announcements", audit, "社会公布台账"), announcements::page);
    t.add(
        Route::post("/announcements/export", "console_export_announcements", audit, "导出社会公布台账").reads_form().answers_plain(
            200,
            "XLSX 或 CSV 文件",
            None,
        ),
        announcements::export,
    );
    t.add(page("/announcement-batches", "console_announcement_batches", audit, "社会公布的季度批次"), announcements::batches);
    let head = Access::Staff("局领导，本部门");
    t.add(form("/announcement-batches", "console_publish_announcement_batch", head, "公布季度批次"), announcements::publish);
    let credit = Access::Staff("信用管理员，承办部门");
    t.add(form("/cases/{id}/announcements", "console_begin_announcement", credit, "列为社会公布候选"), announcements::begin);
    let punishes = Access::Staff("承办人，承办部门或者行业监管部门");
    t.add(form("/cases/{id}/penalties", "console_begin_penalty", punishes, "行政处罚立案"), penalties::begin);
    of_employers(t);
    t.add(page("/money", "console_money", Access::Staff("大队长、局领导、督办"), "资金月报"), money_report::page);
    of_statistics(t);
    t.add(page("/handover", "console_handover", leads, "移交离岗人员的案件"), overdue::handover);
    t.add(form("/handover", "console_choose_handover", leads, "选择离岗人员"), overdue::choose);
    t.add(form("/handover/{id}", "console_hand_over", leads, "移交全部案件"), overdue::hand_over);
    t.add(page("/filings/{id}/unmask", "console_unmask_page", work, "说明查看理由"), files::unmask_ask);
    t.add(
        Route::post("/filings/{id}/unmask", "console_unmask", work, "查看完整信息").reads_form().answers_plain(200, "完整信息", HTML),
        files::unmask,
    );
    t.add(page("/cases/{id}", "console_case", work, "案件"), matter::case);
    t.add(form("/cases/{id}/moves/{name}", "console_move_case", work, "办理案件"), matter::move_case);
    t.add(upload("/cases/{id}/evidence", "console_case_evidence", work, "添加案件的证据"), matter::case_evidence);
    t.add(form("/cases/{id}/recuse", "console_recuse", work, "登记回避"), matter::recuse);
    t.add(form("/suggestions/{filing}/{case}/decide", "console_decide_suggestion", work, "采纳或不采纳并案建议"), joining::decide);
    t.add(form("/filings/{id}/split", "console_split", work, "拆出登记"), joining::split);
    t.add(page("/documents/{id}", "console_document", work, "文书"), files::document);
    t.add(Route::get("/evidence/{id}", "console_evidence", work, "下载证据").answers_plain(200, "文件", None), files::evidence);
    // letters
    let system = Access::Staff("系统管理员");
    t.add(page("/outbox", "console_outbox", system, "寄送"), outbox::page);
    t.add(form("/outbox/resend", "console_resend", system, "重发已放弃的信件"), outbox::resend);
    of_administrators(t);
    // accounts
    t.add(page("/accounts", "console_accounts", security, "账号"), admin::accounts);
    t.add(form("/accounts", "console_open_account", security, "开通账号"), admin::create);
    t.add(page("/accounts/{id}", "console_person", security, "一个账号"), admin::person);
    t.add(form("/accounts/{id}/duties", "console_give_duty", security, "授予岗位"), admin::give);
    t.add(form("/accounts/{id}/duties/{duty}/end", "console_take_duty", security, "收回岗位"), admin::take);
    t.add(form("/accounts/{id}/active", "console_set_active", security, "停用或启用账号"), admin::set_active);
    t.add(form("/accounts/{id}/unlock", "console_unlock_account", security, "解除锁定"), standins::lift);
    t.add(form("/accounts/{id}/absences", "console_absence_of", security, "登记他人请假与代班"), standins::record);
    t.add(form("/accounts/{id}/absences/{absence}/cancel", "console_cancel_absence_of", security, "撤销他人请假"), standins::cancel);
    t.add(form("/accounts/{id}/second-factor", "console_reset_factor", security, "重置双因素"), second_factor::reset);
    t.add(form("/accounts/{id}/password", "console_reset_password", security, "重置密码"), admin::reset);
}

/// What the system administrator and the audit administrator read and load.
fn of_administrators(t: &mut Table<Arc<App>>) {
    let audit = Access::Staff("审计管理员");
    let shown = |path, id, access, about| Route::post(path, id, access, about).reads_form().answers_plain(200, "页面", HTML);
    t.add(page("/audit", "console_audit", audit, "审计日志"), audit::page);
    t.add(page("/audit/{no}", "console_audit_event", audit, "一个事件").path_param("no", "事件编号"), audit::event);
    t.add(shown("/audit/verify", "console_verify_journal", audit, "核验一段日志"), audit::verify);
    t.add(
        Route::post("/audit/export", "console_export_journal", audit, "导出日志").reads_form().answers_plain(200, "XLSX 或 CSV 文件", None),
        audit::export,
    );
    let (system, readers) = (Access::Staff("系统管理员"), Access::Staff("大队长、局领导、督办、系统管理员"));
    t.add(page("/definitions", "console_definitions", readers, "流程定义"), definitions::list);
    t.add(page("/definitions/{key}", "console_definition", readers, "一个版本").path_param("key", "例如 complaint.v1"), definitions::one);
    t.add(
        Route::get("/definitions/{key}/diagram", "console_diagram", readers, "流程图")
            .path_param("key", "例如 complaint.v1")
            .answers_plain(200, "图", Some("image/svg+xml")),
        definitions::diagram,
    );
    let tried = shown("/definitions/{key}/try", "console_try_migration", system, "演算迁移，不改动").path_param("key", "旧版本");
    t.add(tried, definitions::try_migration);
    t.add(page("/calendar", "console_calendar", system, "工作日历"), calendar::show);
    t.add(
        Route::post("/calendar/preview", "console_preview_calendar", system, "载入前查看哪些期限移动")
            .reads_upload(CALENDAR, &[])
            .answers_plain(200, "结果", HTML),
        calendar::look,
    );
    t.add(shown("/calendar/moved", "console_page_calendar", system, "载入前移动的期限的其他页"), calendar::moved);
    t.add(form("/calendar", "console_load_calendar", system, "载入一年"), calendar::confirm);
    t.add(page("/areas", "console_areas", system, "区划与部门"), areas::page);
    t.add(shown("/areas/route", "console_try_route", system, "试算转办去向"), areas::try_route);
    t.add(page("/jobs", "console_jobs", system, "后台任务"), jobs::page);
}

/// The counter's registers: call-backs, refusals, telephones, and what it does about a filing.
fn of_counter(t: &mut Table<Arc<App>>) {
    let work = Access::Staff("除管理员外的岗位");
    let counter = Access::Staff("受理、承办、大队长");
    let any = Access::Staff("任何岗位；只见本部门和所督办区划的");
    t.add(page("/callbacks", "console_callbacks", counter, "待回电"), callbacks::list);
    t.add(page("/callbacks/{id}", "console_callback", counter, "一次回电请求"), callbacks::page);
    t.add(form("/callbacks/{id}/claim", "console_claim_callback", counter, "认领或接手回电请求"), callbacks::claim);
    t.add(
        Route::post("/callbacks/{id}/number", "console_callback_number", counter, "查看要回的电话，记录在案")
            .reads_form()
            .answers_plain(200, "电话", HTML),
        callbacks::number,
    );
    t.add(form("/callbacks/{id}/tries", "console_callback_tried", counter, "登记一次回电"), callbacks::tried);
    t.add(
        Route::post("/callbacks/{id}/register", "console_callback_register", counter, "打开填好电话的登记页，记录在案")
            .reads_form()
            .answers_plain(200, "登记页", HTML),
        desk::register_callback,
    );
    t.add(form("/callbacks/{id}/close", "console_close_callback", counter, "不登记而办结回电请求"), callbacks::close);
    t.add(page("/refusals", "console_refusals", any, "不予登记台账"), refusals::page);
    t.add(form("/refusals", "console_turn_away", counter, "窗口不予登记，出具告知书"), refusals::turn_away);
    t.add(
        Route::post("/refusals/export", "console_export_refusals", any, "导出台账").reads_form().answers_plain(200, "CSV 文件", None),
        refusals::export,
    );
    t.add(page("/rebindings", "console_rebindings", counter, "等待确认或等待期内的换绑"), rebindings::list);
    t.add(form("/rebindings/{id}/decide", "console_decide_rebinding", counter, "由另一人确认换绑，或停止换绑"), rebindings::decide);
    t.add(page("/cases/{id}/contacts", "console_case_contacts", work, "案件的接触记录"), contacts::page);
    t.add(form("/cases/{id}/contacts", "console_keep_case_contact", work, "添加案件的接触记录"), contacts::keep);
    t.add(page("/filings/{id}/counter", "console_counter", work, "登记的窗口事项"), counter::page);
    t.add(form("/filings/{id}/contacts", "console_keep_contact", work, "添加接触记录"), counter::contacts);
    t.add(form("/filings/{id}/doubts", "console_doubt", work, "记录存疑"), counter::note_doubt);
    t.add(form("/filings/{id}/doubts/{doubt}/decide", "console_decide_doubt", work, "核定存疑"), counter::decide_doubt);
    t.add(form("/filings/{id}/mandates", "console_mandate", counter, "登记代理人、继承人"), counter::record_agent);
    t.add(form("/filings/{id}/mandates/{mandate}/revoke", "console_revoke_mandate", counter, "取消委托"), counter::revoke_agent);
    t.add(form("/filings/{id}/statement", "console_statement", counter, "出具笔录"), counter::issue_statement);
    t.add(form("/filings/{id}/statement/signature", "console_sign_statement", counter, "登记笔录签名"), counter::sign_statement);
    t.add(form("/filings/{id}/voices/{evidence}", "console_transcribe", work, "听写语音材料"), counter::transcribe);
    t.add(form("/filings/{id}/rebindings", "console_ask_rebinding", counter, "提出换绑手机号"), counter::ask_rebinding);
}

/// The claims of a case; who is liable, who speaks, who is paid.
fn of_claims(t: &mut Table<Arc<App>>) {
    use claims::parties;
    let work = Access::Staff("除管理员外的岗位");
    let keep = Access::Staff("承办部门的受理员、承办人、大队长，及接收登记的受理员");
    let show = |path, id, access, about| Route::post(path, id, access, about).reads_form().answers_plain(200, "页面", HTML);
    let rosters = |path, id, about| {
        let fields: &[(&str, &str)] = &[("presentedBy", "由谁提交"), ("mandate", "委托书")];
        Route::post(path, id, keep, about).reads_upload(UPLOAD, fields).answers_plain(200, "结果", HTML)
    };
    t.add(page("/cases/{id}/claims", "console_claims", work, "欠薪明细"), claims::page);
    t.add(show("/cases/{id}/claims/find", "console_find_claim", work, "查找一个人的明细"), claims::find);
    t.add(
        Route::get("/roster-template", "console_roster_template", work, "下载花名册空表").answers_plain(200, "空表", None),
        claims::template,
    );
    t.add(rosters("/cases/{id}/claims/try", "console_try_roster", "试读花名册"), claims::try_roster);
    t.add(rosters("/cases/{id}/claims/roster", "console_take_roster", "录入花名册"), claims::roster);
    t.add(form("/cases/{id}/claims/rows", "console_add_claim", keep, "录入一行明细"), claims::row);
    t.add(form("/cases/{id}/claims/judge", "console_judge_claim", keep, "认定明细的性质"), claims::judge);
    t.add(show("/cases/{id}/claims/export", "console_export_claims", work, "导出明细"), claims::export);
    t.add(show("/cases/{id}/join-codes", "console_make_join_code", keep, "发出加入码"), claims::make_code);
    t.add(form("/cases/{id}/join-codes/{code}/revoke", "console_revoke_join_code", keep, "取消加入码"), claims::revoke);
    t.add(form("/cases/{id}/joiners/{joiner}/decide", "console_decide_joiner", keep, "核对凭加入码提交的人"), claims::decide);
    t.add(page("/cases/{id}/parties", "console_parties", work, "责任、代表与支付名册"), parties::page);
    t.add(form("/cases/{id}/parties", "console_add_party", keep, "补充责任单位"), parties::add);
    t.add(form("/cases/{id}/parties/{party}/liability", "console_liability", keep, "认定清偿责任"), parties::liability);
    t.add(form("/cases/{id}/representatives", "console_name_representative", keep, "确定代表人"), parties::name);
    t.add(form("/cases/{id}/representatives/{rep}/end", "console_end_representative", keep, "终止代表"), parties::end);
    t.add(form("/cases/{id}/recourses/{payment}/recover", "console_recover", keep, "登记追回"), parties::recover);
    t.add(form("/cases/{id}/recourses/{payment}/write-off", "console_write_off", keep, "终止追偿"), parties::write_off);
    t.add(form("/cases/{id}/pay-list", "console_issue_pay_list", keep, "出具支付名册"), parties::issue);
    t.add(show("/cases/{id}/pay-list/export", "console_export_pay_list", keep, "导出支付名册"), parties::export);
    t.add(form("/cases/{id}/child-clues/{clue}/close", "console_close_clue", keep, "办结使用童工线索"), parties::close);
}

/// What supervisors and leaders read in numbers.
fn of_statistics(t: &mut Table<Arc<App>>) {
    let who = Access::Staff("督办（所督办区划）；大队长、局领导（本部门）");
    let out = |path, id, about| Route::post(path, id, who, about).reads_form().answers_plain(200, "XLSX 或 CSV 文件", None);
    t.add(page("/dashboard", "console_dashboard", who, "数据看板"), dashboard::page);
    t.add(out("/dashboard/export", "console_export_dashboard", "导出看板的一张表"), dashboard::take_out);
    t.add(page("/clock", "console_clock", who, "时限行为"), dashboard::clocks);
    t.add(out("/clock/export", "console_export_clock", "导出时限行为"), dashboard::clocks_out);
}

/// The list of joint sanctions and who receives it.
fn of_listings(t: &mut Table<Arc<App>>) {
    let who = Access::Staff("信用、大队长、局领导（本部门）；督办见所督办区划");
    t.add(page("/listings", "console_listings", who, "失信名单"), listing_desk::page);
    t.add(
        Route::post("/listings/export", "console_export_listings", who, "导出失信名单").reads_form().answers_plain(
            200,
            "XLSX 或 CSV 文件",
            None,
        ),
        listing_desk::export,
    );
    t.add(page("/receivers", "console_receivers", who, "名单接收部门"), listing_desk::receivers);
    t.add(page("/receivers/{code}", "console_receiver", who, "一个接收部门"), listing_desk::receiver);
}

/// Grades of employers and their files.
fn of_gradings(t: &mut Table<Arc<App>>) {
    let any = Access::Staff("评价单位各岗位；督办见所督办区划");
    let (credit, leads) = (Access::Staff("信用"), Access::Staff("大队长、局领导（本部门）"));
    t.add(page("/gradings", "console_gradings", any, "守法诚信等级"), gradings::page);
    t.add(
        Route::post("/gradings/export", "console_export_gradings", any, "导出等级").reads_form().answers_plain(
            200,
            "XLSX 或 CSV 文件",
            None,
        ),
        gradings::export,
    );
    t.add(form("/gradings/run", "console_grade_year", Access::Staff("市级信用、大队长、局领导"), "评价一个年度"), gradings::run);
    t.add(form("/gradings/confirm", "console_confirm_gradings", leads, "批量确认等级"), gradings::confirm);
    t.add(form("/gradings/tell", "console_tell_gradings", credit, "登记已批量告知"), gradings::tell);
    t.add(form("/gradings/{id}/contest", "console_contest_grading", credit, "登记企业异议"), conduct::contest);
    t.add(form("/conduct", "console_record_conduct", credit, "记入守法诚信档案"), conduct::record);
    t.add(page("/conduct/{id}", "console_conduct", any, "守法诚信档案"), conduct::page);
    t.add(form("/conduct/{id}/moves/{name}", "console_move_grading", any, "办理等级"), conduct::moved);
    t.add(form("/conduct/{id}/entries/{entry}/correct", "console_correct_conduct", credit, "更正记录"), conduct::correct);
}

/// The employer's file.
fn of_employers(t: &mut Table<Arc<App>>) {
    let any = Access::Staff("除管理员外的岗位；只见本部门和所督办区划的");
    t.add(page("/employers", "console_employers", any, "用人单位档案"), employers::page);
    t.add(
        Route::post("/employers/export", "console_export_employers", any, "导出用人单位预警").reads_form().answers_plain(
            200,
            "XLSX 或 CSV 文件",
            None,
        ),
        employers::export,
    );
    t.add(page("/employers/{code}", "console_employer", any, "一户用人单位的档案"), employers::one);
}

/// Draws for whoever supervises, calls for the desks of other units.
fn of_draws(t: &mut Table<Arc<App>>) {
    let boss = Access::Staff("督办，所辖区划");
    let desk = Access::Staff("受理，非承办部门");
    t.add(page("/draws", "console_draws", boss, "抽查回访的抽取"), draws::page);
    t.add(form("/draws", "console_announce_draw", boss, "公布一次抽取"), draws::announce);
    t.add(page("/draws/{id}", "console_draw", boss, "一次抽取"), draws::show);
    t.add(form("/draws/{id}/freeze", "console_freeze_draw", boss, "冻结名册"), draws::freeze);
    t.add(form("/draws/{id}/run", "console_run_draw", boss, "录入公开数值并抽取"), draws::run);
    t.add(form("/draws/{id}/abandon", "console_abandon_draw", boss, "放弃一次抽取"), draws::abandon);
    t.add(form("/draws/{id}/close", "console_close_draw", boss, "办结并公布密值"), draws::close);
    t.add(
        Route::get("/draws/{id}/publication", "console_publish_draw", boss, "下载核验文件").answers_plain(
            200,
            "文件",
            Some("application/json"),
        ),
        draws::publication,
    );
    t.add(page("/calls", "console_calls", desk, "抽查回访任务"), calls::list);
    t.add(page("/calls/{id}", "console_call", desk, "一件回访"), calls::page);
    t.add(
        Route::post("/calls/{id}/sheet", "console_call_sheet", desk, "查看回访对象，记录在案")
            .reads_form()
            .answers_plain(200, "号码", HTML),
        calls::show,
    );
    t.add(form("/calls/{id}/tries", "console_call_tried", desk, "登记一次未接通"), calls::tried);
    t.add(form("/calls/{id}/answer", "console_call_answered", desk, "登记回访结果"), calls::answer);
}
