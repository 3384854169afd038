//! Every finding of the checker, each with a definition that has it.

use super::*;
use crate::flow::check::{against, load, together};
use crate::flow::history::{Change, Plan, diff, migrate};

const GOOD: &str = r#"key = "filing"
version = 1
title = "小流程"
place = "receiving"
[start]
title = "登记"
to = "open"
who = ["system"]
basis = "某条"
[states.open]
title = "在办"
holder = "desk@receiving"
arms = ["work"]
[states.done]
title = "办结"
terminal = true
conclusion = "done"
[terms.work]
title = "办理"
rule = "filing.desk_review"
owner = "desk@receiving"
met_on_leaving = ["open"]
ladder = "short"
[ladders]
short = [{ at = "-1wd", do = "yellow", to = ["owner"] }, { at = "+1wd", do = "escalate", to = ["head@owner"] }]
[approvals.backdating]
title = "补录审批"
steps = [{ key = "supervisor", title = "督办审批", role = "supervisor@above", rule = "approval.supervisor", ladder = "above" }]
[[ladders.above]]
at = "+1wd"
do = "escalate"
to = ["head@city"]
[moves.finish]
title = "办结"
from = ["open"]
to = "done"
who = ["desk@receiving"]
basis = "某条"
effects = [{ do = "answer_filing", code = "form.code" }]
guards = [{ if = "filing.area_known", code = "area", say = "区划不明" }]
[moves.finish.form]
code = { type = "choice", title = "结论", codes = "answer", required = true }
note = { type = "text", title = "备注" }
"#;

fn check_text(text: &str) -> Vec<Finding> {
    load(&[("x.toml".to_owned(), text.to_owned())], &registry()).err().unwrap_or_default()
}

#[test]
fn the_small_definition_is_good() {
    assert_eq!(check_text(GOOD), []);
}

#[test]
fn the_shipped_definitions_agree_with_the_rules() {
    for g in shipped() {
        assert_eq!(against(&g, &Rules::embedded(), Day::ymd(2026, 11, 23).unwrap()), []);
        assert_eq!(against(&g, &Rules::embedded(), Day::ymd(2026, 1, 5).unwrap()), []);
    }
}

#[test]
fn every_finding_names_its_place() {
    let stay = "[moves.stay]\ntitle = \"留\"\nfrom = [\"open\"]\nto = \"=\"\nwho = [\"desk@receiving\"]\nbasis = \"某条\"\n";
    let cases: &[(&str, &str, &str)] = &[
        ("version = 1", "version = \"one\"", "toml"),
        ("place = \"receiving\"", "place = \"receiving\"\ncolour = \"red\"", "toml"),
        ("place = \"receiving\"", "place = \"moon\"", "unknown_role"),
        ("holder = \"desk@receiving\"\narms", "arms", "no_holder"),
        ("holder = \"desk@receiving\"", "holder = \"chief@receiving\"", "unknown_role"),
        ("arms = [\"work\"]", "arms = [\"nothing\"]", "unknown_term"),
        ("arms = [\"work\"]", "arms = []", "no_live_duty"),
        ("arms = [\"work\"]", "arms = [\"work if filing.area_known\"]", "no_live_duty"),
        ("arms = [\"work\"]", "arms = []", "term_never_armed"),
        ("met_on_leaving = [\"open\"]\n", "", "duty_never_met"),
        ("to = [\"head@owner\"]", "to = [\"owner\"]", "no_escalation"),
        ("at = \"-1wd\"", "at = \"tomorrow\"", "bad_offset"),
        ("at = \"-1wd\"", "at = \"+3wd\"", "ladder_order"),
        ("do = \"yellow\", to = [\"owner\"]", "do = \"yellow\"", "rung_without_audience"),
        ("do = \"yellow\"", "do = \"purple\"", "unknown_word"),
        ("rule = \"filing.desk_review\"", "rule = \"no.such\"", "unknown_rule"),
        ("rule = \"filing.desk_review\"\n", "", "one_rule"),
        ("title = \"办理\"", "title = \"办理\"\nkind = \"window\"", "window_without_due"),
        ("title = \"办理\"", "title = \"办理\"\nanchor = \"filing.received_at\"\nrearm = \"restart\"", "anchored_restart"),
        ("title = \"办理\"", "title = \"办理\"\nanchor = \"filing.channel\"", "wrong_type"),
        ("ladder = \"short\"", "ladder = \"tall\"", "unknown_ladder"),
        ("conclusion = \"done\"\n", "", "end_without_conclusion"),
        ("terminal = true\nconclusion = \"done\"", "holder = \"desk@receiving\"\narms = [\"work\"]", "no_end"),
        ("terminal = true\nconclusion = \"done\"", "holder = \"desk@receiving\"\narms = [\"work\"]", "dead_end"),
        ("to = \"done\"", "to = \"gone\"", "unknown_state"),
        ("to = \"done\"", "to = \"=\"", "unreachable_state"),
        ("from = [\"open\"]", "from = [\"done\"]", "move_from_end"),
        ("from = [\"open\"]\n", "", "from_missing"),
        ("who = [\"desk@receiving\"]\nbasis", "basis", "nobody_may"),
        ("basis = \"某条\"\neffects", "effects", "no_basis"),
        ("do = \"answer_filing\"", "do = \"fly\"", "unknown_effect"),
        ("{ do = \"answer_filing\", code = \"form.code\" }", "{ code = \"form.code\" }", "effect_without_do"),
        ("code = \"form.code\" }]", "code = \"form.other\" }]", "form_lacks"),
        ("code = \"form.code\" }]", "code = \"form.note\" }]", "optional_field"),
        ("code = \"form.code\" }]", "}]", "missing_argument"),
        (", code = \"form.code\" }]", ", code = \"form.code\", speed = \"'x'\" }]", "unknown_argument"),
        ("if = \"filing.area_known\"", "if = \"filing.unknown\"", "unknown_name"),
        ("if = \"filing.area_known\"", "if = \"form.missing == 'x'\"", "form_lacks"),
        ("if = \"filing.area_known\"", "if = \"form.note == 'x'\"", "optional_field"),
        ("if = \"filing.area_known\"", "if = \"filing.headcount\"", "wrong_type"),
        ("if = \"filing.area_known\"", "if = \"filing.headcount == 'x'\"", "types_differ"),
        ("if = \"filing.area_known\"", "if = \"filing.area_known and\"", "bad_expression"),
        ("say = \"区划不明\"", "say = \"\"", "guard_without_sentence"),
        ("codes = \"answer\"", "codes = \"riddle\"", "unknown_codes"),
        ("type = \"choice\"", "type = \"colour\"", "unknown_field_type"),
        (", codes = \"answer\"", "", "choice_without_codes"),
        ("note = {", "Note = {", "bad_field_name"),
        ("effects =", "approval = \"none\"\neffects =", "unknown_chain"),
        ("effects =", "told = true\neffects =", "told_must_be_total"),
        ("effects =", "notices = [{ to = \"system\", template = \"none\" }]\neffects =", "unknown_notice"),
        ("effects =", "signals = [{ new = \"unheard\" }]\neffects =", "unknown_procedure"),
        ("effects =", "signals = [{ move = \"x\" }]\neffects =", "signal_without_target"),
        ("effects =", "signals = [{ case = \"filing\", move = \"finish\" }]\neffects =", "signal_to_nobody"),
        ("key = \"supervisor\"", "key = \"boss\"", "no_backdating_chain"),
        ("effects =", "meets = [\"sleep\"]\neffects =", "unknown_term"),
        ("effects =", "tone = \"loud\"\neffects =", "unknown_word"),
        ("effects =", "resumes = { }\neffects =", "one_term"),
        ("effects =", "resumes = { choose = \"note\" }\neffects =", "form_lacks"),
    ];
    for (old, new, code) in cases {
        assert!(GOOD.contains(old), "{old}");
        let text = format!("{}{stay}", GOOD.replacen(old, new, 1));
        let found = check_text(&text);
        let hit = found.iter().find(|f| f.code == *code).unwrap_or_else(|| panic!("{code} not among:\n{}", lines(&found)));
        assert_eq!(hit.file, "x.toml");
        assert!(hit.line >= 1 && hit.line <= text.lines().count());
        assert!(!hit.sentence.starts_with("check.") && !hit.sentence.contains("{word}") && !hit.sentence.is_ascii(), "{hit}");
    }
    let found = check_text(&GOOD.replace("if = \"filing.area_known\"", "if = \"filing.unknown\""));
    let line = GOOD.lines().position(|l| l.starts_with("guards")).unwrap() + 1;
    assert_eq!((found[0].line, found[0].to_string().starts_with(&format!("x.toml:{line}: [unknown_name]"))), (line, true));
}

#[test]
fn loops_stuck_windows_and_unnamed_officers_come_with_a_counter_example() {
    let ring = GOOD.replace("to = \"done\"", "to = \"ring\"")
        + "[states.ring]\ntitle = \"环\"\nholder = \"desk@receiving\"\narms = [\"work\"]\n[moves.round]\ntitle = \"转\"\nfrom = [\"ring\"]\nto = \"open\"\nwho = [\"desk@receiving\"]\nbasis = \"某条\"\n";
    assert!(check_text(&ring).iter().any(|f| f.code == "no_way_out"));

    let unnamed = GOOD.replace("holder = \"desk@receiving\"", "holder = \"assignee\"");
    let f = check_text(&unnamed);
    assert_eq!((f[0].code.as_str(), f[0].path.clone()), ("nobody_named", vec!["start→open".to_owned()]));

    // A duty that the way back does not arm again.
    let back = GOOD.replace("title = \"办理\"", "title = \"办理\"\nrearm = \"once\"").replace("to = \"done\"", "to = \"wait\"")
        + "[states.wait]\ntitle = \"等\"\nholder = \"desk@receiving\"\narms = [\"hold\"]\n[terms.hold]\ntitle = \"等候\"\nrule = \"filing.desk_review\"\nowner = \"desk@receiving\"\nmet_on_leaving = [\"wait\"]\nladder = \"short\"\n[moves.back]\ntitle = \"退\"\nfrom = [\"wait\"]\nto = \"open\"\nwho = [\"desk@receiving\"]\nbasis = \"某条\"\n[moves.end]\ntitle = \"终\"\nfrom = [\"wait\"]\nto = \"done\"\nwho = [\"desk@receiving\"]\nbasis = \"某条\"\n";
    let f = check_text(&back);
    assert_eq!(f.len(), 1, "{}", lines(&f));
    assert_eq!(f[0].code, "no_live_duty");
    assert_eq!(f[0].path, ["start→open", "finish→wait", "back→open"]);

    let window = GOOD.replace("arms = [\"work\"]", "arms = [\"work\", \"chance\"]")
        + "[terms.chance]\ntitle = \"机会\"\nkind = \"window\"\nrule = \"filing.confirm\"\nowner = \"claimant\"\nrungs = [{ at = \"due\", move = \"lapse\" }]\n[states.more]\ntitle = \"续\"\nholder = \"desk@receiving\"\narms = [\"work\"]\n[moves.on]\ntitle = \"续办\"\nfrom = [\"open\"]\nto = \"more\"\nwho = [\"desk@receiving\"]\nbasis = \"某条\"\n[moves.close]\ntitle = \"关\"\nfrom = [\"more\"]\nto = \"done\"\nwho = [\"desk@receiving\"]\nbasis = \"某条\"\n[moves.lapse]\ntitle = \"过期\"\nfrom = [\"open\"]\nto = \"done\"\ntold = true\nbasis = \"某条\"\n";
    let f = check_text(&window);
    assert!(f.iter().any(|f| f.code == "rung_move_stuck" && f.path == ["start→open", "on→more"]), "{}", lines(&f));
    let f = check_text(&window.replace("told = true", "who = [\"desk@receiving\"]"));
    assert!(f.iter().any(|f| f.code == "rung_move_not_told"), "{}", lines(&f));
}

#[test]
fn signals_that_chase_each_other_are_found() {
    let told = "[moves.ping]\ntitle = \"响\"\nfrom = [\"open\"]\nto = \"=\"\ntold = true\nbasis = \"某条\"\n";
    let a = format!("{GOOD}{told}signals = [{{ case = \"complaint\", move = \"ping\" }}]\n");
    let b =
        format!("{GOOD}{told}signals = [{{ case = \"filing\", move = \"ping\" }}]\n").replace("key = \"filing\"", "key = \"complaint\"");
    let files = [("a.toml".to_owned(), a), ("b.toml".to_owned(), b)];
    let found = load(&files, &registry()).unwrap_err();
    assert!(found.iter().all(|f| f.code == "signal_cycle"), "{}", lines(&found));
    assert_eq!(found[0].path, ["filing.ping", "complaint.ping", "filing.ping"]);
    assert_eq!(together(&shipped()), []);
}

#[test]
fn a_signal_says_what_the_told_move_asks() {
    let text = GOOD.to_owned()
        + "[moves.tell]\ntitle = \"告\"\nfrom = [\"open\"]\nto = \"=\"\ntold = true\nbasis = \"某条\"\n[moves.tell.form]\nwhat = { type = \"int\", title = \"几\", required = true }\n";
    let lacking = text.replace("effects =", "signals = [{ case = \"filing\", move = \"tell\" }]\neffects =");
    assert!(check_text(&lacking).iter().any(|f| f.code == "signal_lacks"));
    let much =
        text.replace("effects =", "signals = [{ case = \"filing\", move = \"tell\", form = { what = \"3\", who = \"3\" } }]\neffects =");
    assert!(check_text(&much).iter().any(|f| f.code == "signal_says_too_much"));
}

#[test]
fn versions_differ_by_name_and_running_procedures_go_over() {
    let old_text = facts::DEFINITIONS.iter().find(|d| d.0.contains("filing")).unwrap().1;
    let new_text = old_text
        .replace("version = 1", "version = 2")
        .replace("[states.forwarded]", "[states.sent_on]")
        .replace("\"forwarded\"", "\"sent_on\"")
        .replace("[terms.redo]", "[terms.redone]")
        .replace("\"redo\"", "\"redone\"")
        .replace("title = \"已答复\"", "title = \"已作答复\"")
        .replace("arms = [\"follow\"]\n\n[states.returned]", "arms = [\"follow\", \"forward\"]\n\n[states.returned]");
    let all = diff(old_text, &new_text).unwrap();
    let has = |part: &str, name: &str, change: &Change| all.iter().any(|d| d.part == part && d.name == name && d.change == *change);
    assert!(has("states", "sent_on", &Change::Added) && has("states", "forwarded", &Change::Removed));
    assert!(has("terms", "redone", &Change::Added) && has("terms", "redo", &Change::Removed));
    assert!(has("states", "answered", &Change::Changed(vec!["title".into()])));
    assert!(has("", "version", &Change::Changed(Vec::new())));
    assert_eq!(diff(old_text, old_text).unwrap(), []);

    let old = graph("filing");
    let new = load(&[("new.toml".to_owned(), new_text)], &Registry { procedures: registry().procedures, ..registry() });
    let new = new.unwrap_or_else(|f| panic!("{}", lines(&f))).remove(0);
    assert_eq!(Plan::default().check(&old, &new).len(), 1, "one state has no place");
    let plan = Plan { states: [("forwarded".to_owned(), "sent_on".to_owned())].into() };
    assert_eq!(plan.check(&old, &new), Vec::<String>::new());
    assert_eq!(Plan { states: [("received".to_owned(), "confirmed".to_owned())].into() }.check(&old, &new).len(), 2);

    let mut l = Life::begin("filing", at(3, 2, 9));
    l.go("forward", &desk(), &[]);
    l.go(
        "answer",
        &desk(),
        &[("code", code("in_progress")), ("answer", words()), ("method", code("phone"))]
            .map(|f| if f.0 == "code" { ("code", code("paid_or_agreed")) } else { f }),
    );
    l.go("deny", &desk(), &[("reason", code("disagrees"))]);
    let reply = l.term("reply").clone();
    l.now = at(3, 9, 9);
    let m = migrate(&old, &new, &plan, &l.law, &l.p, &l.facts, l.now, &mut l.ids).unwrap();
    assert_eq!((m.after.state.as_str(), m.after.version), ("sent_on", 2));
    assert_eq!((m.kept, m.cancelled), (vec!["follow".to_owned()], vec!["redo".to_owned()]));
    assert!(m.armed.is_empty(), "forward was armed once already");
    assert!(m.after.terms.contains(&reply), "ended terms stay as they are");
    let unmapped = migrate(&old, &new, &Plan::default(), &l.law, &l.p, &l.facts, l.now, &mut l.ids);
    assert_eq!(unmapped.unwrap_err().code, "migrate_unmapped");
}
