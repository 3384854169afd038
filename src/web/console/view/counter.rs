//! The counter's pages: call-backs, the register of refusals, changed telephones, what the counter does about a filing.

use super::{Chrome, Due, EvidenceRow, Fact, Filter, FormView, Tag};
use askama::Template;

/// One contact with a worker.
#[derive(Debug, Clone, Default)]
pub struct ContactRow {
    /// When.
    pub at: String,
    /// Who began it and by what: `去电`, `来访`.
    pub how: String,
    /// What it came to.
    pub outcome: String,
    /// What was said; may be empty.
    pub note: String,
    /// The officer, and when it was written down where that was later.
    pub by: String,
}

/// One request to be called back, in the list.
#[derive(Debug, Clone)]
pub struct CallbackRow {
    /// Its page.
    pub href: String,
    /// The telephone, masked, and the name.
    pub who: String,
    /// When it was asked.
    pub asked: String,
    /// By when somebody is to try.
    pub due: Option<Due>,
    /// When it is safe to ring.
    pub safe: String,
    /// Whether that is now, how, in what language.
    pub tags: Vec<Tag>,
    /// What was tried.
    pub tries: String,
    /// Who took it; empty when nobody did.
    pub holder: String,
}

/// 待回电: requests that wait, the oldest first.
#[derive(Debug, Clone, Template)]
#[template(path = "callbacks.html")]
pub struct CallbacksPage {
    /// The frame.
    pub chrome: Chrome,
    /// The oldest first.
    pub rows: Vec<CallbackRow>,
    /// The next page.
    pub more: Option<String>,
    /// Whether this is the first page.
    pub first: bool,
}

/// One request to be called back.
#[derive(Debug, Clone, Template)]
#[template(path = "callback.html")]
pub struct CallbackPage {
    /// The frame.
    pub chrome: Chrome,
    /// The telephone, masked, and the name.
    pub who: String,
    /// Whether now is a safe time, how, in what language.
    pub tags: Vec<Tag>,
    /// By when somebody is to try.
    pub due: Option<Due>,
    /// When it is safe, where, who has it.
    pub facts: Vec<Fact>,
    /// Whether the reader took it.
    pub mine: bool,
    /// The plain telephone and name, just asked for.
    pub number: Option<(String, String)>,
    /// Takes it, or takes it over.
    pub take: Option<FormView>,
    /// Shows the number.
    pub show: Option<FormView>,
    /// Notes a try.
    pub tried: Option<FormView>,
    /// Begins the registration of what was told.
    pub register: Option<FormView>,
    /// Closes it without one.
    pub close: Option<FormView>,
    /// Tries, the newest first.
    pub tries: Vec<ContactRow>,
    /// The filing it became.
    pub filing: Option<String>,
}

/// One line of the register of refusals.
#[derive(Debug, Clone)]
pub struct RefusalRow {
    /// The notice.
    pub href: String,
    /// Its number.
    pub number: String,
    /// When.
    pub at: String,
    /// From the counter or of a case.
    pub source: Tag,
    /// The case, where there is one: its page and number.
    pub case: Option<(String, String)>,
    /// The person, masked; may be empty.
    pub name: String,
    /// Why.
    pub reason: String,
    /// The article.
    pub article: String,
    /// Area and bureau.
    pub place: String,
    /// Who signed for it.
    pub officer: String,
}

/// 不予登记、不予受理台账.
#[derive(Debug, Clone, Template)]
#[template(path = "refusals.html")]
pub struct RefusalsPage {
    /// The frame.
    pub chrome: Chrome,
    /// The notice just issued, to be printed.
    pub issued: Option<String>,
    /// Period, area, reason, source.
    pub filter: Filter,
    /// What is wrong with the filter.
    pub wrong: Vec<String>,
    /// The newest first.
    pub rows: Vec<RefusalRow>,
    /// The next page.
    pub more: Option<String>,
    /// Turns somebody away.
    pub turn: Option<FormView>,
    /// Takes the register out as a file.
    pub export: Option<FormView>,
}

/// One change of a telephone that waits.
#[derive(Debug, Clone)]
pub struct RebindingRow {
    /// The filing's page at the counter.
    pub href: String,
    /// Its number.
    pub code: String,
    /// Where it stands, whose it is.
    pub tags: Vec<Tag>,
    /// The new telephone, when it was asked, when it takes effect.
    pub facts: Vec<Fact>,
    /// What the officer saw and heard.
    pub note: String,
    /// Why this reader cannot confirm; empty otherwise.
    pub hint: String,
    /// Confirms it; none for whoever asked, and after the first confirmation.
    pub confirm: Option<FormView>,
    /// Stops it.
    pub stop: FormView,
}

/// 换绑手机: changes that wait.
#[derive(Debug, Clone, Template)]
#[template(path = "rebindings.html")]
pub struct RebindingsPage {
    /// The frame.
    pub chrome: Chrome,
    /// The oldest first.
    pub rows: Vec<RebindingRow>,
}

/// One doubt about a filing.
#[derive(Debug, Clone)]
pub struct DoubtRow {
    /// What is doubted and why.
    pub note: String,
    /// Its evidence.
    pub href: String,
    /// Who and when.
    pub by: String,
    /// Waits, confirmed or dismissed.
    pub state: Tag,
    /// The second person's words, with who and when; empty before.
    pub verdict: String,
    /// Decides it; none for its author.
    pub form: Option<FormView>,
}

/// An earlier filing of the same person about the same respondent.
#[derive(Debug, Clone)]
pub struct EarlierRow {
    /// Its page.
    pub href: String,
    /// Its number.
    pub code: String,
    /// When it came, to whom, where it stands.
    pub about: String,
    /// What the office missed in it.
    pub missed: Vec<String>,
}

/// Somebody who acts for the worker.
#[derive(Debug, Clone)]
pub struct AgentRow {
    /// Name and telephone, masked.
    pub who: String,
    /// Who he is to the worker, by whom he was named.
    pub relation: String,
    /// What he may do.
    pub powers: String,
    /// From when until when.
    pub span: String,
    /// The document.
    pub href: Option<String>,
    /// Whether it holds.
    pub state: Tag,
    /// Ends it.
    pub form: Option<FormView>,
}

/// A voice message with what officers heard.
#[derive(Debug, Clone)]
pub struct VoiceRow {
    /// The sound.
    pub file: EvidenceRow,
    /// Who, when and the words.
    pub heard: Vec<(String, String)>,
    /// Writes down what is heard.
    pub form: Option<FormView>,
}

/// The statement sheet of an oral complaint.
#[derive(Debug, Clone, Default)]
pub struct StatementPart {
    /// Whether the filing was told and not written.
    pub oral: bool,
    /// The sheet.
    pub sheet: Option<String>,
    /// How, before whom and when it was signed; empty before.
    pub signed: String,
    /// The photo of the signed sheet.
    pub photo: Option<String>,
    /// Issues the sheet.
    pub issue: Option<FormView>,
    /// Notes the signature.
    pub sign: Option<FormView>,
}

/// 窗口事项: what the counter does about a filing beside its procedure.
#[derive(Debug, Clone, Template)]
#[template(path = "filing_counter.html")]
pub struct FilingCounterPage {
    /// The frame.
    pub chrome: Chrome,
    /// The filing's number.
    pub code: String,
    /// Reporter, masked, and respondent.
    pub about: String,
    /// The filing's page.
    pub href: String,
    /// Contacts, the newest first.
    pub contacts: Vec<ContactRow>,
    /// Keeps one.
    pub contact: Option<FormView>,
    /// Doubts, the oldest first.
    pub doubts: Vec<DoubtRow>,
    /// Notes one.
    pub doubt: Option<FormView>,
    /// What came before; none for whoever may not see it.
    pub earlier: Option<Vec<EarlierRow>>,
    /// Who acts for the worker.
    pub agents: Vec<AgentRow>,
    /// Records one.
    pub agent: Option<FormView>,
    /// The statement.
    pub statement: StatementPart,
    /// Voice messages.
    pub voices: Vec<VoiceRow>,
    /// Whether the worker logs in: only then is there a telephone to change.
    pub logs_in: bool,
    /// A change that waits already.
    pub changing: bool,
    /// Asks for a change.
    pub rebind: Option<FormView>,
    /// Adds a file.
    pub upload: Option<FormView>,
}

/// Contacts about a case, with the way to what the counter does about each of its filings.
#[derive(Debug, Clone, Template)]
#[template(path = "contacts.html")]
pub struct ContactsPage {
    /// The frame.
    pub chrome: Chrome,
    /// The case's number.
    pub code: String,
    /// Its respondent.
    pub about: String,
    /// The case's page.
    pub href: String,
    /// Its filings: page at the counter, number, reporter masked.
    pub filings: Vec<(String, String, String)>,
    /// Contacts, the newest first.
    pub contacts: Vec<ContactRow>,
    /// Keeps one.
    pub contact: Option<FormView>,
}
