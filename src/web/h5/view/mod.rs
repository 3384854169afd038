//! What the worker's pages are made of: plain values in the worker's language that a template can only show.
//!
//! Owns the contexts of `h5_*.html`; each page has samples that the render test of all pages walks. Never decides what may be done:
//! a form that is not here is one the use case would refuse.

use crate::base::config::H5 as Site;
use crate::base::text::Lang;
use crate::web::console::view::{ErrorLink, FieldKind, Flash, FormField, FormGroup, FormView};
use askama::Template;

#[cfg(any(test, debug_assertions))]
pub(in crate::web) mod samples;

/// What stands around every page.
#[derive(Debug, Clone)]
pub struct Base {
    /// The language.
    pub lang: Lang,
    /// Larger type 长辈版.
    pub large: bool,
    /// The path to come back to after a switch.
    pub here: String,
    /// Demo data.
    pub demo: bool,
    /// Names, numbers and records of the city.
    pub site: Site,
    /// The logo: ours or the city's.
    pub logo: String,
    /// Who runs it, and records of the site.
    pub foot: Vec<String>,
    /// Who is logged in, masked.
    pub who: Option<String>,
    /// The last part of the codes `h5.title.*`: a word that tells nothing to whoever reads the browser's history.
    pub title: &'static str,
}
impl Base {
    /// A text in the page's language.
    #[must_use]
    pub fn t(&self, code: &str) -> String {
        self.lang.text(code).to_owned()
    }
    /// A text with one place filled.
    #[must_use]
    pub fn with(&self, code: &str, name: &str, value: &str) -> String {
        self.lang.text_with(code, &[(name, value)])
    }
    /// Who is logged in, in few characters: a mask of a long name is all stars.
    #[must_use]
    pub fn short_who(&self) -> String {
        let who = self.who.as_deref().unwrap_or_default();
        let stars = who.chars().rev().take_while(|c| *c == '*').count();
        who.chars().take(who.chars().count() - stars + stars.min(2)).collect()
    }
    /// The attribute `lang` of the page.
    #[must_use]
    pub fn html_lang(&self) -> &'static str {
        match self.lang {
            Lang::Zh => "zh-CN",
            Lang::En => "en",
        }
    }
    /// What the browser's tab and history say.
    #[must_use]
    pub fn tab(&self) -> String {
        format!("{} · {}", self.t(&format!("h5.title.{}", self.title)), self.site.tab)
    }
}

/// A form in the worker's language: fields one below the other.
#[derive(Debug, Clone, Template)]
#[template(path = "part/h5_form.html")]
pub struct Ask {
    /// The language.
    pub lang: Lang,
    /// Its fields.
    pub form: FormView,
    /// Where what is typed is kept while typing; empty for nowhere.
    pub autosave: &'static str,
    /// Where the page's script sends photos in parts; without script they go with the form.
    pub parts: Option<Parts>,
    /// The script may show one group at a time.
    pub steps: bool,
}

/// Where the page's script sends photos in parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parts {
    /// Begins an upload; empty where the form comes first and its answer says it.
    pub uploads: String,
    /// The hidden field that names what was kept when the form goes afterwards; empty where nothing goes afterwards.
    pub kept: &'static str,
    /// The page to go on to.
    pub then: String,
    /// The page to go on to when photos did not arrive: which ones are put behind it.
    pub missing: String,
}
impl askama::filters::HtmlSafe for Ask {}
impl Ask {
    /// A form that keeps nothing while typing.
    #[must_use]
    pub fn new(lang: Lang, form: FormView) -> Self {
        Self { lang, form, autosave: "", parts: None, steps: false }
    }
    /// With photos in parts where there is script.
    #[must_use]
    pub fn in_parts(self, parts: Parts) -> Self {
        Self { parts: Some(parts), ..self }
    }
    /// A text in the form's language.
    #[must_use]
    pub fn t(&self, code: &str) -> String {
        self.lang.text(code).to_owned()
    }
    /// What is wrong, each with a link to its field.
    #[must_use]
    pub fn wrong(&self) -> Vec<ErrorLink> {
        let colon = self.t("h5.colon");
        self.form.summary().into_iter().map(|e| ErrorLink { message: e.message.replacen('：', &colon, 1), ..e }).collect()
    }
    /// Whether a field opens the camera.
    #[must_use]
    pub fn camera(&self, f: &FormField) -> bool {
        f.key == "slip"
    }
    /// Whether a group holds photos: what is chosen there is not kept.
    #[must_use]
    pub fn has_photos(&self, g: &FormGroup) -> bool {
        g.fields.iter().any(|f| self.photos(f))
    }
    /// The kind of evidence a field holds.
    #[must_use]
    pub fn kind(&self, f: &FormField) -> &'static str {
        super::photos::kind(&f.key)
    }
    /// Whether a field takes photos.
    #[must_use]
    pub fn photos(&self, f: &FormField) -> bool {
        f.kind == FieldKind::File
    }
}

/// A page that is a heading, some lines and a form: log-in, ways in without one, joining.
#[derive(Debug, Clone, Template)]
#[template(path = "h5_ask.html")]
pub struct AskPage {
    /// Around it.
    pub base: Base,
    /// The heading.
    pub heading: String,
    /// Lines under it.
    pub lead: Vec<String>,
    /// What just happened.
    pub flash: Option<Flash>,
    /// The form.
    pub ask: Ask,
    /// What belongs to it besides: address and words.
    pub links: Vec<(String, String)>,
}

/// A line of the own filings.
#[derive(Debug, Clone)]
pub struct FilingLine {
    /// Its page.
    pub href: String,
    /// Who owes.
    pub respondent: String,
    /// How much.
    pub amount: String,
    /// Where it stands.
    pub stage: String,
    /// The number.
    pub number: String,
    /// It waits for the worker's word.
    pub waits: bool,
}

/// `/h5`.
#[derive(Debug, Clone, Template)]
#[template(path = "h5_home.html")]
pub struct HomePage {
    /// Around it.
    pub base: Base,
    /// What just happened.
    pub flash: Option<Flash>,
    /// Filings, the newest first.
    pub filings: Vec<FilingLine>,
    /// Notices not read yet.
    pub unread: usize,
    /// Something typed and not sent.
    pub draft: Option<String>,
    /// Several persons use this telephone.
    pub limited: bool,
    /// Matters looked after for others.
    pub held: usize,
    /// Where earlier filings are.
    pub older: Option<String>,
}

/// `/h5/file`.
#[derive(Debug, Clone, Template)]
#[template(path = "h5_file.html")]
pub struct FilePage {
    /// Around it.
    pub base: Base,
    /// What just happened.
    pub flash: Option<Flash>,
    /// The form.
    pub ask: Ask,
    /// What was typed before can be thrown away: its id.
    pub draft: Option<String>,
}

/// A date the office is bound to.
#[derive(Debug, Clone)]
pub struct NextLine {
    /// What.
    pub what: String,
    /// By when.
    pub by: String,
    /// Why then.
    pub why: String,
}

/// `/h5/filings/{id}/receipt`.
#[derive(Debug, Clone, Template)]
#[template(path = "h5_receipt.html")]
pub struct ReceiptPage {
    /// Around it.
    pub base: Base,
    /// What just happened.
    pub flash: Option<Flash>,
    /// Photos that are not there, each with why.
    pub missing: Vec<String>,
    /// Sends them again.
    pub again: Option<Ask>,
    /// The number.
    pub number: String,
    /// The query code.
    pub secret: String,
    /// Received.
    pub at: String,
    /// By whom.
    pub bureau: String,
    /// What comes next.
    pub next: Vec<NextLine>,
    /// The signed words, with the signature.
    pub proof: (String, String),
    /// The matter.
    pub href: String,
}

/// The way of a matter for whoever holds its receipt.
#[derive(Debug, Clone, Template)]
#[template(path = "h5_way.html")]
pub struct WayPage {
    /// Around it.
    pub base: Base,
    /// The number.
    pub number: String,
    /// Received.
    pub at: String,
    /// Where it stands.
    pub stage: String,
    /// What comes next.
    pub next: Vec<NextLine>,
}

/// Money that is said to have come.
#[derive(Debug, Clone)]
pub struct PaidLine {
    /// The own part.
    pub amount: String,
    /// When, by whom, how.
    pub about: String,
    /// The own word so far, in words; empty before it.
    pub word: String,
    /// Two buttons: yes, no.
    pub yes: Option<Ask>,
    /// No.
    pub no: Option<Ask>,
}

/// `/h5/filings/{id}`.
#[derive(Debug, Clone, Template)]
#[template(path = "h5_matter.html")]
pub struct MatterPage {
    /// Around it.
    pub base: Base,
    /// What just happened.
    pub flash: Option<Flash>,
    /// Who owes.
    pub respondent: String,
    /// The number.
    pub number: String,
    /// Where it stands.
    pub stage: String,
    /// Who handles it.
    pub bureau: String,
    /// Name and value: project, span, people.
    pub facts: Vec<(String, String)>,
    /// What comes next.
    pub next: Vec<NextLine>,
    /// What happened: when, what.
    pub story: Vec<(String, String)>,
    /// What the office answered.
    pub answer: Option<String>,
    /// What the office asks for.
    pub supplement: Option<String>,
    /// Own money: name and sum.
    pub money: Vec<(String, String)>,
    /// Payments with the own word.
    pub payments: Vec<PaidLine>,
    /// What waits for the worker, open: heading and form.
    pub now: Vec<(String, Ask)>,
    /// What may be done besides, folded: heading and form.
    pub more: Vec<(String, Ask)>,
    /// Other pages of the matter: address and words.
    pub links: Vec<(String, String)>,
}

/// A message.
#[derive(Debug, Clone)]
pub struct SaidLine {
    /// The worker wrote it.
    pub own: bool,
    /// Who and when.
    pub by: String,
    /// What.
    pub text: String,
}

/// `/h5/filings/{id}/messages`.
#[derive(Debug, Clone, Template)]
#[template(path = "h5_messages.html")]
pub struct TalkPage {
    /// Around it.
    pub base: Base,
    /// The matter.
    pub back: String,
    /// The oldest first.
    pub said: Vec<SaidLine>,
    /// What stands before these.
    pub older: Option<String>,
    /// Writes one.
    pub ask: Option<Ask>,
}

/// A line of a plain list with what may be done.
#[derive(Debug, Clone)]
pub struct ListLine {
    /// The first line.
    pub head: String,
    /// Where it leads; empty for nowhere.
    pub href: String,
    /// Lines under it.
    pub lines: Vec<String>,
    /// It is new, or the present one.
    pub marked: bool,
    /// What may be done.
    pub acts: Vec<Ask>,
}

/// Notices, devices, own rows, codes for co-workers: a list and what may be done.
#[derive(Debug, Clone, Template)]
#[template(path = "h5_list.html")]
pub struct ListPage {
    /// Around it.
    pub base: Base,
    /// Where it came from: address and words.
    pub back: (String, String),
    /// The heading.
    pub heading: String,
    /// Lines under it.
    pub lead: Vec<String>,
    /// What just happened.
    pub flash: Option<Flash>,
    /// A code that is shown this once, and until when it holds.
    pub once: Option<(String, String)>,
    /// The lines.
    pub rows: Vec<ListLine>,
    /// What to say where there are none.
    pub none: String,
    /// What stands before these: address and words.
    pub older: Option<(String, String)>,
    /// What may be done with all.
    pub act: Option<Ask>,
    /// A choice beside the list, with what it means.
    pub choice: Option<(String, Ask)>,
}

/// `/h5/help`.
#[derive(Debug, Clone, Template)]
#[template(path = "h5_help.html")]
pub struct HelpPage {
    /// Around it.
    pub base: Base,
}

/// What a person gets when a request fails.
#[derive(Debug, Clone, Template)]
#[template(path = "h5_error.html")]
pub struct FaultPage {
    /// Around it.
    pub base: Base,
    /// The heading.
    pub heading: String,
    /// What is wrong and what to do.
    pub detail: String,
    /// The places concerned.
    pub errors: Vec<String>,
    /// The number for whoever helps.
    pub trace: String,
    /// The person should log in.
    pub login: bool,
}
