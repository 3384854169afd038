//! The daily digest of overdue: on working days, to whoever supervises or leads, once a day whatever the number of nodes.
//!
//! Owns when it goes out and what it lists; what is late is [`super::overdue`]'s. A row for each day and person is the mark.

use super::overdue::{Asked, OverdueLine, first_page};
use super::write::Tx;
use super::{App, notify, people};
use crate::base::id::AccountId;
use crate::base::{Error, Result, text};
use crate::domain::access::Actor;
use crate::store::{accounts, addresses};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Who gets one.
const READERS: [&str; 3] = ["supervisor", "leader", "head"];
/// Lines it lists; the rest is counted.
const LISTED: usize = 20;
/// Accounts looked at in one go.
const PAGE: i64 = 200;
/// The template.
const TEMPLATE: &str = "overdue_digest";

fn line(l: &OverdueLine) -> String {
    let due = l.due_day.map_or_else(|| l.due_at.list_text(), |d| d.to_string());
    text::zh_with("notice_digest.line", &[("number", &l.number), ("term", &l.term_title), ("due", &due), ("overdue", &l.overdue)])
}

/// How many there are in words, and what stands below the lines where they are not all. One page is read: where there is
/// another, how many there are is not known.
fn counted(n: usize, cut: bool) -> (String, Option<&'static str>) {
    let rows = if cut { text::zh_with("notice_digest.at_least", &[("n", &n.to_string())]) } else { n.to_string() };
    (rows, (cut || n > LISTED).then(|| text::zh("notice_digest.more")))
}

/// Tells one person, if nobody did today; whether there was something to tell.
fn one(tx: &mut Tx<'_>, account: AccountId) -> Result<bool> {
    let today = tx.now.day();
    if !addresses::mark_digest(tx.c, today, account)? {
        return Ok(false);
    }
    let Some(row) = accounts::get(tx.c, account)? else { return Ok(false) };
    let reader = Actor::Staff(people::staff(tx.c, &row, None, tx.now)?);
    let late = match first_page(tx.c, tx.app, &reader, &Asked::default(), tx.now) {
        Ok(p) => p,
        // a duty ended between the list of readers and now
        Err(Error::Forbidden(_)) => return Ok(false),
        Err(e) => return Err(e),
    };
    if late.items.is_empty() {
        return Ok(false);
    }
    let n = late.items.len();
    let (rows, rest) = counted(n, late.next.is_some());
    let mut lines: Vec<String> = late.items.iter().take(LISTED).map(line).collect();
    lines.extend(rest.map(str::to_owned));
    let args = BTreeMap::from([("day".to_owned(), today.to_string()), ("rows".to_owned(), rows), ("lines".to_owned(), lines.join("\n"))]);
    notify::tell_account(tx, account, "reader", TEMPLATE, &args)?;
    Ok(true)
}

impl App {
    /// Sends today's digests when their hour has come; how many persons were told.
    ///
    /// # Errors
    /// The database.
    pub fn send_digests(self: &Arc<Self>) -> Result<usize> {
        let now = self.now();
        let Some((h, m)) = self.config.courier.digest_time() else { return Ok(0) };
        if now < now.day().at(h, m) || !self.law().calendar.is_working(now.day()) {
            return Ok(0);
        }
        let (mut after, mut told): (AccountId, usize) = (uuid::Uuid::nil().into(), 0);
        loop {
            let today = now.day();
            let page = self.db.read_blocking(move |c| {
                let all = addresses::holding(c, &READERS, after, now, PAGE)?;
                let last = all.last().copied();
                let open = addresses::without_digest(c, today, &all)?;
                Ok((open, last))
            })?;
            for account in page.0 {
                match self.write_blocking(&Actor::System("time"), None, move |tx| one(tx, account)) {
                    Ok(one) => told += usize::from(one),
                    // it has no mark and is tried again in the next round; the others do not wait for it
                    Err(e) => tracing::error!(account = %account, code = e.code(), error = %e, "a digest cannot be made"),
                }
            }
            match page.1 {
                Some(last) => after = last,
                None => return Ok(told),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LISTED, TEMPLATE, counted};
    use crate::domain::courier::Channel;
    use crate::paper::notice::{Notices, SHIPPED};

    #[test]
    fn a_number_that_was_cut_is_not_given_as_the_whole() {
        let more = Some("其余见“超期督查”。");
        assert_eq!(counted(LISTED, false), ("20".into(), None));
        assert_eq!(counted(LISTED + 1, false), ("21".into(), more));
        assert_eq!(counted(LISTED, true), ("至少 20".into(), more));
        // and it can be told
        let n = Notices::parse(SHIPPED).unwrap();
        let mut args = n.samples(TEMPLATE);
        args.insert("rows".into(), counted(LISTED, true).0);
        n.complete(TEMPLATE, &args).unwrap();
        assert!(n.to_staff(TEMPLATE, Channel::Mail, &args).unwrap().subject.contains("至少 20 项"));
    }
}
