//! Forms: fields, their errors and the summary above them.

use super::Tone;
use askama::Template;

/// One answer a field offers.
#[derive(Debug, Clone)]
pub struct Choice {
    /// The code sent.
    pub value: String,
    /// The word shown.
    pub label: String,
    /// Whether it is chosen.
    pub selected: bool,
}
impl Choice {
    /// An answer that is not chosen.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), selected: false }
    }
    /// The same, chosen when `value` is its code.
    #[must_use]
    pub fn chosen_by(mut self, value: &str) -> Self {
        self.selected = self.value == value;
        self
    }
}

/// A text of at most so many characters gets half the width.
const SHORT_TEXT: usize = 64;

/// How a field is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// One line.
    Text,
    /// Several lines.
    Long,
    /// A whole number.
    Int,
    /// An amount in yuan.
    Money,
    /// A day.
    Date,
    /// A day and a time in UTC+8.
    DateTime,
    /// One of many: a list.
    Select,
    /// One of few: all shown.
    Radio,
    /// Yes or no: a box.
    Check,
    /// Any of several: boxes.
    Checks,
    /// A file.
    File,
    /// A phone number.
    Phone,
    /// A name and password box; never filled again.
    Password,
    /// A value that is shown and not asked.
    Shown,
}

/// One field of a form.
#[derive(Debug, Clone)]
pub struct FormField {
    /// The name it is sent under.
    pub key: String,
    /// What it is called.
    pub label: String,
    /// How it is asked.
    pub kind: FieldKind,
    /// What it offers.
    pub options: Vec<Choice>,
    /// What it holds.
    pub value: String,
    /// What is wrong with it.
    pub error: Option<String>,
    /// What helps to fill it in.
    pub help: String,
    /// Whether it must be filled in.
    pub required: bool,
    /// The most characters; 0 means no limit is shown.
    pub maxlength: usize,
    /// The browser's word for what belongs here (`username`, `current-password`); empty means `off`.
    pub autocomplete: &'static str,
}
impl FormField {
    /// A field that may stay empty.
    pub fn new(key: impl Into<String>, label: impl Into<String>, kind: FieldKind) -> Self {
        Self {
            key: key.into(),
            label: label.into(),
            kind,
            options: Vec::new(),
            value: String::new(),
            error: None,
            help: String::new(),
            required: false,
            maxlength: 0,
            autocomplete: "",
        }
    }
    /// Must be filled in.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }
    /// With a line of help.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }
    /// Holding a value; a choice of that code is chosen.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        let value = self.value.clone();
        for o in &mut self.options {
            o.selected = o.value == value;
        }
        self
    }
    /// With choices, `(code, word)`.
    #[must_use]
    pub fn options<A: Into<String>, B: Into<String>>(mut self, options: impl IntoIterator<Item = (A, B)>) -> Self {
        self.options = options.into_iter().map(|(v, l)| Choice::new(v, l).chosen_by(&self.value)).collect();
        self
    }
    /// With what is wrong.
    #[must_use]
    pub fn error(mut self, error: impl Into<String>) -> Self {
        self.error = Some(error.into());
        self
    }
    /// With the most characters.
    #[must_use]
    pub fn max(mut self, n: usize) -> Self {
        self.maxlength = n;
        self
    }
    /// With the browser's word for what belongs here.
    #[must_use]
    pub fn autocomplete(mut self, word: &'static str) -> Self {
        self.autocomplete = word;
        self
    }
    /// The browser's word, `off` where nothing is said.
    #[must_use]
    pub fn autocomplete_word(&self) -> &str {
        if self.autocomplete.is_empty() { "off" } else { self.autocomplete }
    }
    /// The `type` of a one-line input.
    #[must_use]
    pub fn input_type(&self) -> &'static str {
        match self.kind {
            FieldKind::Date => "date",
            FieldKind::DateTime => "datetime-local",
            FieldKind::File => "file",
            FieldKind::Password => "password",
            FieldKind::Phone => "tel",
            _ => "text",
        }
    }
    /// The `inputmode` of a one-line input.
    #[must_use]
    pub fn input_mode(&self) -> &'static str {
        match self.kind {
            FieldKind::Int => "numeric",
            FieldKind::Money => "decimal",
            FieldKind::Phone => "tel",
            _ => "text",
        }
    }
    /// Whether it asks for a day.
    #[must_use]
    pub fn is_date(&self) -> bool {
        self.kind == FieldKind::Date
    }
    /// Whether it is a group of boxes (its label is a legend).
    #[must_use]
    pub fn is_group(&self) -> bool {
        matches!(self.kind, FieldKind::Radio | FieldKind::Checks)
    }
    /// Whether half the width is enough for it.
    #[must_use]
    pub fn is_short(&self) -> bool {
        match self.kind {
            FieldKind::Int | FieldKind::Money | FieldKind::Date | FieldKind::DateTime | FieldKind::Phone | FieldKind::Select => true,
            FieldKind::Text => (1..=SHORT_TEXT).contains(&self.maxlength),
            _ => false,
        }
    }
}

/// Fields under a heading.
#[derive(Debug, Clone)]
pub struct FormGroup {
    /// The heading; empty for none.
    pub title: String,
    /// One line under it; may be empty.
    pub about: String,
    /// The fields.
    pub fields: Vec<FormField>,
    /// Shown closed until it holds something or something is wrong in it.
    pub folded: bool,
}
impl FormGroup {
    /// Fields under a heading.
    pub fn new(title: impl Into<String>, about: impl Into<String>, fields: Vec<FormField>) -> Self {
        Self { title: title.into(), about: about.into(), fields, folded: false }
    }
    /// Closed until it holds something.
    #[must_use]
    pub fn folded(mut self) -> Self {
        self.folded = true;
        self
    }
    /// Whether a folded group is open.
    #[must_use]
    pub fn open(&self) -> bool {
        self.fields.iter().any(|f| f.error.is_some() || !f.value.is_empty())
    }
}

/// One line of the summary above a form.
#[derive(Debug, Clone)]
pub struct ErrorLink {
    /// The id of the field; empty when the whole form is concerned.
    pub target: String,
    /// What is wrong.
    pub message: String,
}

/// A form.
#[derive(Debug, Clone, Template)]
#[template(path = "part/form.html")]
pub struct FormView {
    /// Unique on the page; the prefix of its fields' ids.
    pub id: String,
    /// Where it is sent.
    pub action: String,
    /// The word on its button.
    pub submit: String,
    /// How strongly the button speaks: `Bad` for what cannot be taken back.
    pub tone: Tone,
    /// Hidden values: idempotency key `_key`, form version `_version`, and others.
    pub hidden: Vec<(String, String)>,
    /// Its fields.
    pub groups: Vec<FormGroup>,
    /// What is wrong with the form as a whole.
    pub problem: Option<String>,
    /// Whether it carries a file.
    pub multipart: bool,
    /// A second button: where it sends the form to, and its word.
    pub also: Option<(String, String)>,
}
impl askama::filters::HtmlSafe for FormView {}
impl FormView {
    /// A form without headings.
    pub fn new(id: impl Into<String>, action: impl Into<String>, submit: impl Into<String>, fields: Vec<FormField>) -> Self {
        let multipart = fields.iter().any(|f| f.kind == FieldKind::File);
        Self {
            id: id.into(),
            action: action.into(),
            submit: submit.into(),
            tone: Tone::Info,
            hidden: Vec::new(),
            groups: vec![FormGroup::new("", "", fields)],
            problem: None,
            multipart,
            also: None,
        }
    }
    /// With a hidden value.
    #[must_use]
    pub fn hidden(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.hidden.push((name.into(), value.into()));
        self
    }
    /// With a value in one of its fields.
    #[must_use]
    pub fn holding(mut self, key: &str, value: &str) -> Self {
        for g in &mut self.groups {
            g.fields = std::mem::take(&mut g.fields).into_iter().map(|f| if f.key == key { f.value(value) } else { f }).collect();
        }
        self
    }
    /// With a second button that sends the same form elsewhere.
    #[must_use]
    pub fn also(mut self, action: impl Into<String>, word: impl Into<String>) -> Self {
        self.also = Some((action.into(), word.into()));
        self
    }
    /// With groups of fields under headings.
    #[must_use]
    pub fn grouped(mut self, groups: Vec<FormGroup>) -> Self {
        self.multipart = groups.iter().flat_map(|g| &g.fields).any(|f| f.kind == FieldKind::File);
        self.groups = groups;
        self
    }
    /// With a stronger or weaker button.
    #[must_use]
    pub fn tone(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }
    /// All fields.
    pub fn fields(&self) -> impl Iterator<Item = &FormField> {
        self.groups.iter().flat_map(|g| &g.fields)
    }
    /// Puts what a person typed back into the fields, never into a password or file.
    #[must_use]
    pub fn refilled(mut self, pairs: &[(String, String)]) -> Self {
        for field in self.groups.iter_mut().flat_map(|g| &mut g.fields) {
            if matches!(field.kind, FieldKind::Password | FieldKind::File | FieldKind::Shown) {
                continue;
            }
            let typed: Vec<&str> = pairs.iter().filter(|(k, _)| *k == field.key).map(|(_, v)| v.as_str()).collect();
            let boxes = matches!(field.kind, FieldKind::Check | FieldKind::Checks | FieldKind::Radio);
            if typed.is_empty() && !boxes {
                // Not sent at all: what stood there stays.
                continue;
            }
            field.value = typed.last().copied().unwrap_or_default().to_owned();
            for o in &mut field.options {
                o.selected = typed.contains(&o.value.as_str());
            }
        }
        self
    }
    /// Puts findings to their fields by pointer (`/key` or `/form/key`); what fits no field speaks of the whole form.
    #[must_use]
    pub fn with_findings(mut self, findings: &[crate::base::FieldError]) -> Self {
        for f in findings {
            let key = f.pointer.trim_start_matches("/form").trim_start_matches('/');
            match self.groups.iter_mut().flat_map(|g| &mut g.fields).find(|x| x.key == key) {
                Some(field) => field.error = Some(f.message.clone()),
                None => self.problem = Some(f.message.clone()),
            }
        }
        self
    }
    /// Says what is wrong: findings at their fields, anything else above the form.
    #[must_use]
    pub fn told(self, why: &crate::base::Error) -> Self {
        self.told_as(why, str::to_owned)
    }
    /// The same, where the form calls fields otherwise: `named` turns a pointer into one of this form.
    #[must_use]
    pub fn told_as(mut self, why: &crate::base::Error, named: impl Fn(&str) -> String) -> Self {
        let found: Vec<_> = why.fields().iter().map(|f| crate::base::FieldError { pointer: named(&f.pointer), ..f.clone() }).collect();
        if found.is_empty() {
            self.problem = Some(why.sentence());
        }
        self.with_findings(&found)
    }
    /// Comes back as it was filled in, with what is wrong.
    #[must_use]
    pub fn sent_back(self, pairs: &[(String, String)], why: &crate::base::Error) -> Self {
        self.refilled(pairs).told(why)
    }
    /// The id of a field on the page.
    #[must_use]
    pub fn field_id(&self, field: &FormField) -> String {
        format!("{}-{}", self.id, field.key)
    }
    /// The summary above the form: what is wrong, each with a link to its field.
    #[must_use]
    pub fn summary(&self) -> Vec<ErrorLink> {
        let whole = self.problem.iter().map(|p| ErrorLink { target: String::new(), message: p.clone() });
        let fields = self.fields().filter_map(|f| {
            let message = f.error.as_ref()?;
            // a message that names the field needs no label before it
            let named = message.contains(&format!("“{}”", f.label));
            let message = if named { message.clone() } else { format!("{}：{message}", f.label) };
            Some(ErrorLink { target: self.field_id(f), message })
        });
        whole.chain(fields).collect()
    }
    /// Whether anything is wrong.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.problem.is_some() || self.fields().any(|f| f.error.is_some())
    }
}
