//! 后台任务: what waits, what each node last did, and what to do about it.
//!
//! Owns the page. What counts as late is the use case's.

use super::frame::chrome;
use super::view::{BacklogLine, JobRow, JobsPage, NodeRow, Place, Tag, Tone};
use crate::app::App;
use crate::app::health::{Health, JobLine, Standing};
use crate::base::{At, text};
use crate::web::Answer;
use crate::web::auth::Officer;
use crate::web::edge::html;
use axum::extract::State;
use axum::response::Response;
use std::sync::Arc;

fn lamp(s: Standing) -> Tag {
    match s {
        Standing::Good => Tag::new("正常", Tone::Good),
        Standing::Watch => Tag::new("需要查看", Tone::Warn),
        Standing::Bad => Tag::new("需要处理", Tone::Bad),
    }
}
fn word(list: &str, code: &str) -> String {
    let key = format!("jobs.{list}.{code}");
    if text::has(&key) { text::zh(&key).to_owned() } else { code.to_owned() }
}

/// Seconds as a person says them.
fn span(seconds: i64) -> String {
    match seconds {
        s if s < 0 => "—".to_owned(),
        s if s < 120 => format!("{s} 秒"),
        s if s < 7_200 => format!("{} 分钟", s / 60),
        s if s < 172_800 => format!("{} 小时", s / 3_600),
        s => format!("{} 天", s / 86_400),
    }
}

fn backlog(h: &Health) -> Vec<BacklogLine> {
    let aged = ["letters", "checkpoint"];
    let line = |(code, n, standing): (&'static str, i64, Standing)| BacklogLine {
        what: word("backlog", code),
        value: if aged.contains(&code) {
            span(n)
        } else if n >= 1_000 && code != "summaries" {
            "1000 以上".to_owned()
        } else {
            n.to_string()
        },
        lamp: lamp(standing),
        advice: if standing == Standing::Good { String::new() } else { word("advice", code) },
        href: ["letters", "letters_dead"].contains(&code).then(|| "/outbox".to_owned()),
    };
    h.backlog.lines().map(line).to_vec()
}

fn job(l: &JobLine) -> JobRow {
    let r = &l.run;
    let failed = r.failed_at.zip(r.error.as_deref()).map(|(at, code)| format!("{}　{code}", at.list_text()));
    JobRow {
        title: word("title", &r.job),
        job: r.job.clone(),
        node: r.node.clone(),
        lamp: if l.why == "ok" {
            lamp(l.standing)
        } else {
            Tag::new(word("why", l.why), if l.standing == Standing::Bad { Tone::Bad } else { Tone::Warn })
        },
        ran: r.ran_at.list_text(),
        ok: r.ok_at.map(At::list_text).unwrap_or_default(),
        next: l.next_at.list_text(),
        failed: failed.unwrap_or_default(),
        advice: if l.why == "ok" { String::new() } else { word("advice", l.why) },
    }
}

fn verdict(h: &Health) -> (Tag, String) {
    let worst = h.backlog.lines().iter().map(|l| l.2).chain(h.jobs.iter().map(|j| j.standing)).max().unwrap_or(Standing::Good);
    let alive = h.nodes.iter().any(|n| n.alive);
    let (worst, said) = match worst {
        _ if !alive => (Standing::Bad, "no_node"),
        Standing::Good => (worst, "good"),
        Standing::Watch => (worst, "watch"),
        Standing::Bad => (worst, "bad"),
    };
    (lamp(worst), word("verdict", said))
}

/// `GET /jobs`.
pub(super) async fn page(State(app): State<Arc<App>>, by: Officer) -> Answer<Response> {
    let h = app.health(&by.actor()).await?;
    let nodes = h.nodes.iter().map(|n| NodeRow {
        node: n.node.clone(),
        lamp: if n.alive { Tag::new("运行中", Tone::Good) } else { Tag::new("已停止", Tone::Plain) },
        seen: n.seen_at.list_text(),
        holds: h
            .summaries_turn
            .as_ref()
            .filter(|(node, _)| *node == n.node)
            .map(|(_, until)| format!("{}，至 {}", word("title", "employers"), until.list_text()))
            .unwrap_or_default(),
    });
    html(&JobsPage {
        verdict: verdict(&h),
        backlog: backlog(&h),
        jobs: h.jobs.iter().map(job).collect(),
        nodes: nodes.collect(),
        chrome: chrome(&app, &by, "后台任务", Place::Jobs).await?,
    })
}

#[cfg(test)]
mod tests {
    use super::span;

    #[test]
    fn spans_are_said_in_the_fitting_unit() {
        assert_eq!((span(-1), span(119), span(120), span(7_200)), ("—".into(), "119 秒".into(), "2 分钟".into(), "2 小时".into()));
        assert_eq!(span(172_800), "2 天");
    }
}
