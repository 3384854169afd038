//! The part of building that reads moves: forms, guards, effects, signals.

use super::super::definition as raw;
use super::*;

impl Build<'_> {
    pub(super) fn make(&mut self, name: &str, at: usize, m: &raw::Move) -> MoveDef {
        let def = self.def;
        let starting = name == START;
        let mut form: Vec<FieldDef> = Vec::new();
        for (k, f) in in_order(&m.form) {
            let field = self.field(k, f);
            form.push(field);
        }
        // A condition of one field may look at another, so they are typed when all are known.
        for (k, f) in in_order(&m.form) {
            let test = self.truth(f.required_if.as_ref(), &form);
            if let Some(d) = form.iter_mut().find(|d| d.key == *k.get_ref()) {
                d.required_if = test;
            }
        }
        let approval = m.approval.as_ref().map(|w| self.known(w, &def.approvals, "unknown_chain"));
        let pauses = m.pauses.as_ref().and_then(|p| self.pause(p, &form));
        self.route(&mut form, approval.iter().chain(pauses.iter().map(|p| &p.second)));
        let from = self.from(m, starting);
        let to = match m.to.get_ref().as_str() {
            "=" if !starting => None,
            _ => Some(self.known(&m.to, &def.states, "unknown_state")),
        };
        let who: BTreeSet<String> = m.who.iter().map(|w| self.role(w)).collect();
        if who.is_empty() && !m.told {
            self.find_at(at, "nobody_may", &[("word", name)]);
        }
        if m.basis.trim().is_empty() {
            self.find_at(at, "no_basis", &[("word", name)]);
        }
        if m.told && (!m.guards.is_empty() || m.approval.is_some() || m.pauses.is_some()) {
            self.find_at(at, "told_must_be_total", &[("word", name)]);
        }
        let tone = match m.tone.as_ref().map_or("normal", |w| w.get_ref().as_str()) {
            "primary" => Tone::Primary,
            "danger" => Tone::Danger,
            "normal" => Tone::Normal,
            _ => {
                m.tone.iter().for_each(|w| self.find(w, "unknown_word"));
                Tone::Normal
            }
        };
        let guards = m.guards.iter().filter_map(|g| self.guard(g, &form)).collect();
        let effects = m.effects.iter().filter_map(|e| self.effect(e, &form, at)).collect();
        let signals = m.signals.iter().filter_map(|s| self.signal(s, &form, at)).collect();
        let notices = m
            .notices
            .iter()
            .map(|n| NoticeDef { to: self.role(&n.to), template: self.template(&n.template), test: self.truth(n.test.as_ref(), &form) })
            .collect();
        let extends = m.extends.as_ref().map(|x| ExtendDef {
            term: self.known(&x.term, &def.terms, "unknown_term"),
            rule: self.rule(&x.rule),
            by: x.by.as_ref().and_then(|w| self.expr(w, &form, Some(ValueType::Int))),
            times: x.times.unwrap_or(1),
        });
        let resumes = m.resumes.as_ref().and_then(|r| self.choice(r.term.as_ref(), r.choose.as_ref(), &form, at));
        MoveDef {
            name: name.to_owned(),
            title: m.title.clone(),
            en: m.en.clone(),
            from,
            to,
            who,
            basis: m.basis.clone(),
            tone,
            told: m.told,
            on_behalf: m.on_behalf,
            reopens: m.reopens,
            overrides_approval: m.overrides_approval,
            guards,
            effects,
            signals,
            notices,
            meets: self.known_set(&m.meets, &def.terms, "unknown_term"),
            cancels: self.known_set(&m.cancels, &def.terms, "unknown_term"),
            arms: m.arms.iter().filter_map(|w| self.arm(w, &form)).collect(),
            extends,
            pauses,
            resumes,
            within: self.known_set(&m.within, &def.terms, "unknown_term"),
            after: self.known_set(&m.after, &def.terms, "unknown_term"),
            approval,
            form,
            groups: BTreeSet::new(),
            numbers: BTreeSet::new(),
            at,
        }
    }

    fn from(&mut self, m: &raw::Move, starting: bool) -> BTreeSet<String> {
        let mut out = BTreeSet::new();
        for w in &m.from {
            if w.get_ref() == "*" {
                out.extend(self.def.states.iter().filter(|(_, s)| !s.terminal).map(|(k, _)| k.get_ref().clone()));
                continue;
            }
            let key = self.known(w, &self.def.states, "unknown_state");
            if !m.reopens && self.def.states.get(key.as_str()).is_some_and(|s| s.terminal) {
                self.find(w, "move_from_end");
            }
            out.insert(key);
        }
        if out.is_empty() != starting {
            self.find(&m.to, "from_missing");
        }
        out
    }

    fn field(&mut self, key: &Word, f: &raw::Field) -> FieldDef {
        let kind = FieldKind::named(f.kind.get_ref()).unwrap_or_else(|| {
            self.find(&f.kind, "unknown_field_type");
            FieldKind::Text
        });
        let name = key.get_ref();
        let plain_name = name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if !plain_name || name == ROUTE {
            self.find(key, "bad_field_name");
        }
        let mut choices: Vec<(String, String)> = in_order(&f.choices).into_iter().map(|(k, v)| (k.get_ref().clone(), v.clone())).collect();
        if let Some(list) = &f.codes {
            match self.codes_of(list.get_ref()) {
                Some(codes) => choices = codes,
                None => self.find_at(list.span().start, "unknown_codes", &[("word", list.get_ref())]),
            }
        }
        if (kind == FieldKind::Choice) == choices.is_empty() {
            self.find(key, "choice_without_codes");
        }
        FieldDef {
            key: name.clone(),
            kind,
            title: f.title.clone(),
            en: f.en.clone(),
            help: f.help.clone(),
            required: f.required,
            required_if: None,
            min: f.min,
            max: f.max,
            list: f.codes.as_ref().map(|w| w.get_ref().clone()),
            choices,
            plain: f.plain,
        }
    }

    /// The field in which the requester chooses another way through the chain.
    fn route<'s>(&mut self, form: &mut Vec<FieldDef>, chains: impl Iterator<Item = &'s String>) {
        let mut choices: Vec<(String, String)> = Vec::new();
        for key in chains {
            if let Some(c) = self.def.approvals.get(key.as_str()) {
                choices.extend(in_order(&c.alternatives).into_iter().map(|(k, a)| (k.get_ref().clone(), a.step.title.clone())));
            }
        }
        if !choices.is_empty() {
            form.push(FieldDef {
                key: ROUTE.to_owned(),
                kind: FieldKind::Choice,
                title: crate::base::text::zh("form.approval_route").to_owned(),
                en: "Approval route".to_owned(),
                help: crate::base::text::zh("form.approval_route.help").to_owned(),
                required: false,
                required_if: None,
                min: None,
                max: None,
                list: None,
                choices,
                plain: true,
            });
        }
    }

    fn guard(&mut self, g: &raw::Guard, form: &[FieldDef]) -> Option<GuardDef> {
        if g.say.trim().is_empty() {
            self.find(&g.code, "guard_without_sentence");
        }
        let test = self.expr(&g.test, form, Some(ValueType::Bool))?;
        let asked = test.asked();
        for name in test.names(false) {
            if optional(form, &name) && !asked.contains(&name) {
                self.find_at(g.test.span().start, "optional_field", &[("word", &name)]);
            }
        }
        Some(GuardDef { test, code: g.code.get_ref().clone(), say: g.say.clone(), article: g.article.clone() })
    }

    fn effect(&mut self, e: &Table<Word>, form: &[FieldDef], at: usize) -> Option<EffectDef> {
        let Some(name) = e.get("do") else {
            self.find_at(at, "effect_without_do", &[]);
            return None;
        };
        let Some(kind) = effect::kind(name.get_ref()) else {
            self.find(name, "unknown_effect");
            return None;
        };
        let test = self.truth(e.get("if"), form);
        let asked = test.as_ref().map(Expr::asked).unwrap_or_default();
        let mut args = Vec::new();
        for (arg, ty, needed) in effect::args(kind) {
            match e.get(*arg) {
                Some(w) => {
                    if let Some(x) = self.expr(w, form, Some(*ty)) {
                        for n in x.names(false) {
                            if *needed && optional(form, &n) && !asked.contains(&n) {
                                self.find_at(w.span().start, "optional_field", &[("word", &n)]);
                            }
                        }
                        args.push((*arg, x, *needed));
                    }
                }
                None if *needed => {
                    self.find_at(name.span().start, "missing_argument", &[("word", arg), ("effect", name.get_ref())]);
                }
                None => {}
            }
        }
        for k in e.keys() {
            let k_name = k.get_ref().as_str();
            if k_name != "do" && k_name != "if" && !effect::args(kind).iter().any(|a| a.0 == k_name) {
                self.find(k, "unknown_argument");
            }
        }
        Some(EffectDef { kind, test, args })
    }

    fn signal(&mut self, s: &raw::Signal, form: &[FieldDef], at: usize) -> Option<SignalDef> {
        let mut to = Vec::new();
        if s.parent {
            to.push((SignalTo::Parent, None));
        }
        for (word, make) in [
            (&s.children, SignalTo::Children as fn(String) -> SignalTo),
            (&s.case, SignalTo::Case as fn(String) -> SignalTo),
            (&s.new, SignalTo::New as fn(String) -> SignalTo),
        ] {
            if let Some(w) = word {
                to.push((make(w.get_ref().clone()), Some(w)));
            }
        }
        let [(to, word)] = to.as_slice() else {
            self.find_at(at, "signal_without_target", &[]);
            return None;
        };
        if let Some(w) = word
            && !self.reg.procedures.contains(w.get_ref())
        {
            self.find(w, "unknown_procedure");
        }
        if s.name.is_none() != matches!(to, SignalTo::New(_)) {
            self.find_at(at, "signal_without_target", &[]);
        }
        Some(SignalDef {
            to: to.clone(),
            name: s.name.as_ref().map_or_else(|| START.to_owned(), |w| w.get_ref().clone()),
            test: self.truth(s.test.as_ref(), form),
            taken: self.taken(s.when.as_ref(), matches!(to, SignalTo::New(_))),
            form: s.form.iter().filter_map(|(k, w)| Some((k.get_ref().clone(), self.expr(w, form, None)?))).collect(),
            at: s.name.as_ref().or(*word).map_or(at, |w| w.span().start),
        })
    }

    /// A condition on the receiver: its facts alone, for nothing else is known of it.
    fn taken(&mut self, word: Option<&Word>, starts: bool) -> Option<Expr> {
        let word = word?;
        let test = self.truth(Some(word), &[])?;
        if starts || test.names(true).iter().any(|n| !self.reg.facts.contains_key(n.as_str())) {
            self.find(word, "not_of_receiver");
        }
        Some(test)
    }

    fn choice(&mut self, term: Option<&Word>, choose: Option<&Word>, form: &[FieldDef], at: usize) -> Option<TermSel> {
        match (term, choose) {
            (Some(t), None) => Some(TermSel::Key(self.known(t, &self.def.terms, "unknown_term"))),
            (None, Some(f)) => {
                match form.iter().find(|d| d.key == *f.get_ref()) {
                    Some(d) if d.kind == FieldKind::Choice && d.required => {
                        for (code, _) in &d.choices {
                            if !self.def.terms.contains_key(code.as_str()) {
                                self.find_at(f.span().start, "unknown_term", &[("word", code)]);
                            }
                        }
                    }
                    _ => self.find(f, "form_lacks"),
                }
                Some(TermSel::Field(f.get_ref().clone()))
            }
            _ => {
                self.find_at(at, "one_term", &[]);
                None
            }
        }
    }

    fn pause(&mut self, p: &raw::Pauses, form: &[FieldDef]) -> Option<PauseDef> {
        let at = p.ground.span().start;
        let term = self.choice(p.term.as_ref(), p.choose.as_ref(), form, at)?;
        let (mut articles, mut stops) = (BTreeMap::new(), BTreeMap::<String, BTreeSet<String>>::new());
        match form.iter().find(|d| d.key == *p.ground.get_ref()) {
            Some(d) if d.kind == FieldKind::Choice && d.required => {
                let list = d.list.as_deref().unwrap_or_default();
                articles = self.reg.code_articles.get(list).cloned().unwrap_or_default();
                for (tag, codes) in self.reg.code_tags.get(list).into_iter().flatten() {
                    for code in tag.strip_prefix("stops_").map(|_| codes).into_iter().flatten() {
                        stops.entry(code.clone()).or_default().insert(tag["stops_".len()..].to_owned());
                    }
                }
            }
            _ => self.find(&p.ground, "form_lacks"),
        }
        if !self.reg.numbers.is_empty() && !self.reg.numbers.contains(p.max.get_ref()) {
            self.find(&p.max, "unknown_rule");
        }
        Some(PauseDef {
            term,
            ground: p.ground.get_ref().clone(),
            articles,
            stops,
            days: self.expr(&p.days, form, Some(ValueType::Int))?,
            max: p.max.get_ref().clone(),
            second: self.known(&p.second, &self.def.approvals, "unknown_chain"),
        })
    }
}

/// Whether a name is a field of the form that need not be given.
fn optional(form: &[FieldDef], name: &str) -> bool {
    name.strip_prefix("form.").and_then(|k| form.iter().find(|f| f.key == k)).is_some_and(|f| !f.required)
}
