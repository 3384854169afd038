//! Who may see and do what: duty × bureau × area.
//!
//! Owns the matrix. Deny by default: an actor holds only the roles [`roles`] finds towards a procedure, and only the
//! abilities [`may`] names. Areas are compared as paths of codes, never as text prefixes (`3707` does not cover
//! `370705`). Never loads anything: duties, the scope of the matter and the time come in as values.

use crate::base::id::{AccountId, DocumentId, PartnerId, RowId, SessionId, WorkerId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a person is employed to do here 岗位.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DutyKind {
    /// 受理员: registers, imports, forwards.
    Desk,
    /// 承办人: investigates.
    Handler,
    /// 大队长: leads a team of handling officers.
    Leader,
    /// 法制审核: legal review.
    Legal,
    /// 局长、分管局长: decides for the bureau.
    Head,
    /// 督办: audits what is late, decides transfers.
    Supervisor,
    /// 信用: listing and announcement.
    Credit,
    /// 系统管理员.
    SystemAdmin,
    /// 安全管理员: accounts and duties.
    SecurityAdmin,
    /// 审计管理员: reads the journal.
    AuditAdmin,
}

impl DutyKind {
    /// All duties, in the order screens show them.
    pub const ALL: [Self; 10] = [
        Self::Desk,
        Self::Handler,
        Self::Leader,
        Self::Legal,
        Self::Head,
        Self::Supervisor,
        Self::Credit,
        Self::SystemAdmin,
        Self::SecurityAdmin,
        Self::AuditAdmin,
    ];
    /// The stored name, which is also the first part of a role (`handler@lead`).
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Desk => "desk",
            Self::Handler => "handler",
            Self::Leader => "leader",
            Self::Legal => "legal",
            Self::Head => "head",
            Self::Supervisor => "supervisor",
            Self::Credit => "credit",
            Self::SystemAdmin => "system_admin",
            Self::SecurityAdmin => "security_admin",
            Self::AuditAdmin => "audit_admin",
        }
    }
    /// The duty of a stored name.
    #[must_use]
    pub fn of(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|d| d.key() == key)
    }
    /// Administrators see no case at all (三员分离).
    #[must_use]
    pub fn is_admin(self) -> bool {
        matches!(self, Self::SystemAdmin | Self::SecurityAdmin | Self::AuditAdmin)
    }
}

/// One duty of one person in one bureau over one area.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duty {
    /// What.
    pub kind: DutyKind,
    /// In which bureau (its code).
    pub bureau: String,
    /// Over which area (its code); everything below it too.
    pub area: String,
    /// Whose duty it is when this person only stands in.
    pub for_account: Option<AccountId>,
}

/// A person at work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staff {
    /// The account.
    pub account: AccountId,
    /// The name shown.
    pub name: String,
    /// Own duties and those held while standing in for someone absent.
    pub duties: Vec<Duty>,
    /// The session used, if any.
    pub session: Option<SessionId>,
    /// The initial password must be changed before anything else.
    pub must_change: bool,
}

/// A worker who logged in on a phone: sees and does only what concerns the own filings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worker {
    /// The log-in.
    pub id: WorkerId,
    /// The session used.
    pub session: SessionId,
    /// The session sees only what it filed itself or proved by a receipt: several persons use its telephone.
    pub limited: bool,
    /// The mandate by which this worker acts for another in the matter at hand; set by the use case that found it live
    /// for that matter and for one command, never from a request.
    pub mandate: Option<RowId>,
}
impl Worker {
    /// A log-in by itself: sees all its own, acts for nobody.
    #[must_use]
    pub fn of(id: WorkerId, session: SessionId) -> Self {
        Self { id, session, limited: false, mandate: None }
    }
}

/// Another system, known by its key: brings filings of one channel to one bureau and hears of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partner {
    /// Which.
    pub id: PartnerId,
    /// Its code.
    pub code: String,
    /// The channel its filings come by.
    pub channel: String,
    /// The bureau that receives them.
    pub bureau: String,
}

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// Time, a file or another procedure; the text names which (`alarms`, `import`, `signal`).
    System(&'static str),
    /// A person with an account.
    Staff(Staff),
    /// A worker.
    Worker(Worker),
    /// Another system.
    Partner(Partner),
    /// Whoever came in by a served paper 用人单位入口.
    Employer(Employer),
}

/// An employer, or a person told as its party, inside the door of one paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Employer {
    /// The visit.
    pub session: RowId,
    /// The paper it was opened by.
    pub paper: DocumentId,
}

impl Actor {
    /// The account, unless the system acts.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        match self {
            Self::Staff(s) => Some(s.account),
            Self::System(_) | Self::Worker(_) | Self::Partner(_) | Self::Employer(_) => None,
        }
    }
    /// The worker's log-in, if a worker acts.
    #[must_use]
    pub fn worker(&self) -> Option<WorkerId> {
        if let Self::Worker(w) = self { Some(w.id) } else { None }
    }
    /// Whether a worker acts for another by a mandate found live.
    #[must_use]
    pub fn by_mandate(&self) -> bool {
        matches!(self, Self::Worker(Worker { mandate: Some(_), .. }))
    }
    /// The other system, if one acts.
    #[must_use]
    pub fn partner(&self) -> Option<PartnerId> {
        if let Self::Partner(p) = self { Some(p.id) } else { None }
    }
    /// The duties; only staff have any (the system is asked for by name where it may act).
    #[must_use]
    pub fn duties(&self) -> &[Duty] {
        match self {
            Self::Staff(s) => &s.duties,
            Self::System(_) | Self::Worker(_) | Self::Partner(_) | Self::Employer(_) => &[],
        }
    }
    /// Whether time, a file or a signal acts.
    #[must_use]
    pub fn is_system(&self) -> bool {
        matches!(self, Self::System(_))
    }
    /// Own account or one the person stands in for.
    #[must_use]
    pub fn answers_for(&self, account: AccountId) -> bool {
        self.account() == Some(account) || self.duties().iter().any(|d| d.for_account == Some(account))
    }
    /// Bureaus in which the person holds `kind`.
    pub fn bureaus(&self, kind: DutyKind) -> impl Iterator<Item = &str> {
        self.duties().iter().filter(move |d| d.kind == kind).map(|d| d.bureau.as_str())
    }
    /// Whether the person holds `kind` anywhere.
    #[must_use]
    pub fn holds(&self, kind: DutyKind) -> bool {
        self.duties().iter().any(|d| d.kind == kind)
    }
    /// The key idempotency and limits are counted under.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::System(n) => format!("system:{n}"),
            Self::Staff(s) => s.account.to_string(),
            Self::Worker(w) => format!("worker:{}", w.id),
            Self::Partner(p) => format!("partner:{}", p.id),
            Self::Employer(e) => format!("employer:{}", e.session),
        }
    }
    /// What an event says of who acted beside the account: `staff`, `worker`, `agent`, `employer`, `partner:<code>`, `system:<name>`.
    #[must_use]
    pub fn word(&self) -> String {
        match self {
            Self::System(_) => self.key(),
            Self::Staff(_) => "staff".to_owned(),
            Self::Worker(w) if w.mandate.is_some() => "agent".to_owned(),
            Self::Worker(_) => "worker".to_owned(),
            Self::Partner(p) => format!("partner:{}", p.code),
            Self::Employer(_) => "employer".to_owned(),
        }
    }
}

/// What the matrix needs to know of a case, filing or procedure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// The lead bureau 承办; empty before routing.
    pub lead: String,
    /// The bureau of oversight 行业监管.
    pub oversight: Option<String>,
    /// Bureaus that received its filings.
    pub receiving: Vec<String>,
    /// Bureaus that are asked something about it: one for a procedure that asks, all that are asked now for the case.
    pub asked: Vec<String>,
    /// Area codes from the city down to where lead and asked bureau part: who supervises one of these stands over both.
    pub common_path: Vec<String>,
    /// The path of area codes from the city down to the area; only the city when the area is unknown.
    pub area_path: Vec<String>,
    /// The path of area codes down to the lead bureau's own area. A case may be led from elsewhere 指定管辖: who works
    /// there for the lead must be able to act.
    pub lead_path: Vec<String>,
    /// The city bureau that supervises.
    pub city_bureau: String,
    /// The officer who holds it.
    pub assignee: Option<AccountId>,
    /// The second officer.
    pub second: Option<AccountId>,
    /// Who asked for the pending approval.
    pub requester: Option<AccountId>,
    /// The worker whose filing it is; none for a matter of several filings.
    pub worker: Option<WorkerId>,
    /// The system that sent the filing.
    pub partner: Option<PartnerId>,
}

impl Scope {
    fn covered_by(&self, duty: &Duty) -> bool {
        self.area_path.contains(&duty.area)
    }
}

/// The roles `actor` holds towards a matter: what `who` lists of definitions are compared with.
#[must_use]
pub fn roles(actor: &Actor, scope: &Scope) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    if actor.is_system() {
        out.insert("system".to_owned());
        return out;
    }
    if actor.by_mandate() || actor.worker().is_some_and(|w| scope.worker == Some(w)) {
        out.insert("claimant".to_owned());
    }
    if actor.partner().is_some_and(|p| scope.partner == Some(p)) {
        out.insert("sender".to_owned());
    }
    for d in actor.duties().iter().filter(|d| !d.kind.is_admin()) {
        let key = d.kind.key();
        let covered = scope.covered_by(d);
        if (covered || scope.lead_path.contains(&d.area)) && d.bureau == scope.lead {
            out.insert(format!("{key}@lead"));
        }
        if covered && scope.oversight.as_ref() == Some(&d.bureau) {
            out.insert(format!("{key}@oversight"));
        }
        // The receiving desk holds a filing wherever it happened: it must be able to send it on.
        if scope.receiving.contains(&d.bureau) {
            out.insert(format!("{key}@receiving"));
        }
        // asked for help wherever the case happened, as the receiving desk is
        if scope.asked.contains(&d.bureau) {
            out.insert(format!("{key}@asked"));
        }
        if d.kind == DutyKind::Supervisor && scope.common_path.contains(&d.area) {
            out.insert("supervisor@common".to_owned());
        }
        if covered && d.kind == DutyKind::Supervisor {
            out.insert("supervisor@above".to_owned());
        }
        if covered && d.bureau == scope.city_bureau {
            out.insert(format!("{key}@city"));
        }
    }
    if !out.is_empty() {
        if scope.assignee.is_some_and(|a| actor.answers_for(a)) {
            out.insert("assignee".to_owned());
        }
        if scope.second.is_some_and(|a| actor.answers_for(a)) {
            out.insert("second".to_owned());
        }
        if scope.requester.is_some_and(|a| actor.account() == Some(a)) {
            out.insert("requester".to_owned());
        }
    }
    out
}

/// Whether a telephone and a name are enough to open what somebody filed: not where others use the same telephone. A
/// person is never known by a telephone, and whoever holds a shared one knows the names of those who share it.
#[must_use]
pub fn name_is_enough(others_on_phone: usize) -> bool {
    others_on_phone == 0
}

/// Whether the actor may read a matter: whoever holds a role towards it that is not merely at the counter, the receiving
/// desk its own filings, supervisors and the city bureau's head what their area covers. Workers and other systems never
/// read the office's file: they have views of their own.
#[must_use]
pub fn may_read(actor: &Actor, scope: &Scope) -> bool {
    let inside = !matches!(actor, Actor::Worker(_) | Actor::Partner(_) | Actor::Employer(_));
    inside && (actor.is_system() || !roles(actor, scope).is_empty())
}

/// The duties that read what was reported of an incident 突发事件; the officer named in the incident reads it too, the second officer,
/// other handlers, the desk, oversight and whoever is asked for help do not.
const INCIDENT_READERS: [&str; 6] = ["leader@lead", "head@lead", "supervisor@above", "supervisor@city", "head@city", "assignee"];

/// Whether the actor may read the reports of an incident; `scope.assignee` is the officer named in the incident.
#[must_use]
pub fn may_read_incident(actor: &Actor, scope: &Scope) -> bool {
    let held = roles(actor, scope);
    actor.is_system() || INCIDENT_READERS.iter().any(|r| held.contains(*r))
}

/// Whether one person may hold both duties: the three administrators are three persons, and none of them works on cases
/// (三员分离).
#[must_use]
pub fn compatible(a: DutyKind, b: DutyKind) -> bool {
    a == b || !(a.is_admin() || b.is_admin())
}

/// Things a person does outside a procedure's moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ability {
    /// Register a filing at the counter or on the phone.
    Register,
    /// Import a clue file.
    Import,
    /// Read the plain form of masked data of a matter one may read.
    Unmask,
    /// Add evidence to a matter one may read.
    AddEvidence,
    /// Create accounts, give and take duties.
    ManageAccounts,
    /// Load calendars, publish definitions.
    Configure,
    /// Read definitions with their diagrams.
    ReadDefinitions,
    /// Read the journal and verify it.
    Audit,
    /// Record absences of the own bureau.
    RecordAbsence,
    /// Hand over what a leaving officer of the own bureau holds.
    HandOver,
    /// Key entries of an employer's conduct register in, correct them.
    KeepRecord,
    /// Confirm grades of the own bureau in bulk.
    ReviewGradings,
}

/// Whether the actor may do `ability` for `bureau` (the own one where it matters).
#[must_use]
pub fn may(actor: &Actor, ability: Ability, bureau: &str) -> bool {
    let kinds = by_duty(ability);
    match actor {
        // what they report is taken in; nothing else is theirs
        Actor::Worker(_) => return ability == Ability::Register,
        Actor::Partner(p) => return ability == Ability::Register && p.bureau == bureau,
        // the door serves by its papers alone
        Actor::Employer(_) => return false,
        Actor::System(_) | Actor::Staff(_) => {}
    }
    // the security administrator keeps the accounts of every bureau
    let everywhere = ability == Ability::RecordAbsence && actor.holds(DutyKind::SecurityAdmin);
    actor.is_system() || everywhere || actor.duties().iter().any(|d| kinds.contains(&d.kind) && (bureau.is_empty() || d.bureau == bureau))
}

/// The duties that carry an ability.
fn by_duty(ability: Ability) -> &'static [DutyKind] {
    use DutyKind::{AuditAdmin, Credit, Desk, Handler, Head, Leader, SecurityAdmin, Supervisor, SystemAdmin};
    match ability {
        Ability::Register => &[Desk, Handler, Leader],
        Ability::Import => &[Desk],
        Ability::Unmask => &[Desk, Handler, Leader, Head, Supervisor],
        // the credit officer keeps notices, proofs of service and applications
        Ability::AddEvidence => &[Desk, Handler, Leader, Head, Supervisor, Credit],
        Ability::ManageAccounts => &[SecurityAdmin],
        Ability::Configure => &[SystemAdmin],
        Ability::ReadDefinitions => &[Leader, Head, Supervisor, SystemAdmin],
        Ability::Audit => &[AuditAdmin],
        Ability::RecordAbsence => &[Leader, Head, SecurityAdmin],
        Ability::HandOver => &[Leader, Head],
        Ability::KeepRecord => &[Credit],
        Ability::ReviewGradings => &[Leader, Head],
    }
}

/// Whether the actor may do `ability` with this matter: by a duty held towards it, not by one held elsewhere.
#[must_use]
pub fn may_towards(actor: &Actor, ability: Ability, scope: &Scope) -> bool {
    let held = roles(actor, scope);
    let towards = |k: DutyKind| held.iter().any(|r| r.split_once('@').is_some_and(|(duty, _)| duty == k.key()));
    actor.is_system() || by_duty(ability).iter().any(|k| towards(*k))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::At;
    use crate::base::id::Ids;

    fn staff(kind: DutyKind, bureau: &str, area: &str) -> Actor {
        let at = At::from_millis(0).unwrap();
        Actor::Staff(Staff {
            account: Ids::seeded(bureau.as_bytes()).id(at),
            name: "测试员".into(),
            duties: vec![Duty { kind, bureau: bureau.into(), area: area.into(), for_account: None }],
            session: None,
            must_change: false,
        })
    }
    #[test]
    fn whoever_is_asked_acts_and_the_supervisor_over_both_decides() {
        let mut s = scope();
        s.asked = vec!["370702-hrss".into()];
        s.common_path = vec!["370700".into()];
        let r = |k, b, a| roles(&staff(k, b, a), &s);
        assert_eq!(r(DutyKind::Handler, "370702-hrss", "370702"), BTreeSet::from(["handler@asked".to_owned()]));
        assert!(may_read(&staff(DutyKind::Desk, "370702-hrss", "370702"), &s));
        assert!(r(DutyKind::Supervisor, "370700-hrss", "370700").contains("supervisor@common"));
        // who supervises one of the two counties alone does not decide between them
        assert!(!r(DutyKind::Supervisor, "370702-hrss", "370702").contains("supervisor@common"));
        s.asked.clear();
        assert!(roles(&staff(DutyKind::Handler, "370702-hrss", "370702"), &s).is_empty(), "asked no more, nothing is read");
    }

    #[test]
    fn reports_of_an_incident_are_for_named_duties() {
        let mut s = scope();
        s.asked = vec!["370702-hrss".into()];
        let reads = |k, b: &str, a: &str| may_read_incident(&staff(k, b, a), &s);
        for (kind, bureau, area) in [
            (DutyKind::Leader, "370705-hrss", "370705"),
            (DutyKind::Head, "370705-hrss", "370705"),
            (DutyKind::Supervisor, "370700-hrss", "370700"),
            (DutyKind::Head, "370700-hrss", "370700"),
        ] {
            assert!(reads(kind, bureau, area), "{kind:?} of {bureau}");
        }
        for (kind, bureau, area) in [
            (DutyKind::Handler, "370705-hrss", "370705"),
            (DutyKind::Desk, "370705-hrss", "370705"),
            (DutyKind::Legal, "370705-hrss", "370705"),
            (DutyKind::Handler, "370705-housing", "370705"),
            (DutyKind::Leader, "370705-housing", "370705"),
            (DutyKind::Leader, "370702-hrss", "370702"),
            (DutyKind::SystemAdmin, "370700-hrss", "370700"),
        ] {
            assert!(!reads(kind, bureau, area), "{kind:?} of {bureau}");
        }
        // the officer named in it reads it; the second officer does not
        let one = staff(DutyKind::Handler, "370705-hrss", "370705");
        assert!(may_read_incident(&one, &Scope { assignee: one.account(), ..scope() }));
        assert!(!may_read_incident(&one, &Scope { second: one.account(), ..scope() }));
    }

    fn scope() -> Scope {
        Scope {
            lead: "370705-hrss".into(),
            oversight: Some("370705-housing".into()),
            receiving: vec!["370700-hrss".into()],
            area_path: vec!["370700".into(), "370705".into()],
            city_bureau: "370700-hrss".into(),
            ..Scope::default()
        }
    }

    #[test]
    fn roles_follow_bureau_and_area() {
        let r = |k, b: &str, a: &str| roles(&staff(k, b, a), &scope());
        assert!(r(DutyKind::Handler, "370705-hrss", "370705").contains("handler@lead"));
        assert!(r(DutyKind::Handler, "370705-housing", "370705").contains("handler@oversight"));
        assert!(r(DutyKind::Supervisor, "370700-hrss", "370700").contains("supervisor@above"));
        assert!(r(DutyKind::Handler, "370704-hrss", "370704").is_empty(), "a sibling county sees nothing");
        assert!(r(DutyKind::Handler, "370705-water", "370705").is_empty(), "another bureau of the county sees nothing");
        assert!(r(DutyKind::Supervisor, "x", "3707").is_empty(), "a code is not a prefix");
        assert!(r(DutyKind::SystemAdmin, "370705-hrss", "370705").is_empty(), "administrators see no case");
    }

    #[test]
    fn a_worker_and_a_system_have_their_own_filings_and_nothing_else() {
        let mut ids = Ids::seeded(b"doors");
        let at = At::from_millis(0).unwrap();
        let (own, other, session) = (ids.id(at), ids.id(at), ids.id(at));
        let worker = Actor::Worker(Worker::of(own, session));
        let of = |worker| Scope { worker: Some(worker), ..scope() };
        assert_eq!(roles(&worker, &of(own)).into_iter().collect::<Vec<_>>(), ["claimant"]);
        assert!(roles(&worker, &of(other)).is_empty() && roles(&worker, &scope()).is_empty());
        assert!(!may_read(&worker, &of(own)), "the office's file is not the worker's view");
        assert!(may(&worker, Ability::Register, "370705-hrss") && !may(&worker, Ability::Unmask, ""));
        let partner =
            Actor::Partner(Partner { id: ids.id(at), code: "12345".into(), channel: "hotline_12345".into(), bureau: "370700-hrss".into() });
        assert!(may(&partner, Ability::Register, "370700-hrss"));
        assert!(!may(&partner, Ability::Register, "370705-hrss") && !may(&partner, Ability::Import, "370700-hrss"));
        let sent = Scope { partner: partner.partner(), ..scope() };
        assert!(roles(&partner, &sent).contains("sender") && !may_read(&partner, &sent));
        assert!(roles(&partner, &scope()).is_empty());
    }

    #[test]
    fn administrators_are_separate_persons() {
        assert!(compatible(DutyKind::Handler, DutyKind::Leader));
        assert!(!compatible(DutyKind::SecurityAdmin, DutyKind::SystemAdmin));
        assert!(!compatible(DutyKind::AuditAdmin, DutyKind::Head));
    }

    #[test]
    fn the_lead_acts_also_when_it_is_of_another_area() {
        let mut s = scope();
        s.lead = "370702-hrss".into();
        s.lead_path = vec!["370700".into(), "370702".into()];
        let r = |k, b: &str, a: &str| roles(&staff(k, b, a), &s);
        assert!(r(DutyKind::Handler, "370702-hrss", "370702").contains("handler@lead"));
        assert!(r(DutyKind::Handler, "370702-housing", "370702").is_empty(), "only the lead itself");
        assert!(r(DutyKind::Handler, "370702-hrss", "3707").is_empty(), "a code is not a prefix");
        assert!(r(DutyKind::Handler, "370705-hrss", "370705").is_empty(), "who led before sees nothing any more");
    }

    #[test]
    fn a_stand_in_answers_for_the_absent() {
        let absent = Ids::seeded(b"absent").id(At::from_millis(0).unwrap());
        let mut actor = staff(DutyKind::Handler, "370705-hrss", "370705");
        let mut s = scope();
        s.assignee = Some(absent);
        assert!(!roles(&actor, &s).contains("assignee"));
        if let Actor::Staff(p) = &mut actor {
            p.duties[0].for_account = Some(absent);
        }
        assert!(roles(&actor, &s).contains("assignee"));
    }
}
