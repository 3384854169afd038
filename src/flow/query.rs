//! What can be asked of a checked definition: its parts by name, and which facts a move needs.
//!
//! Owns no rule; a question the graph cannot answer gives `None`.

use super::graph::{Action, BACKDATING, ChainDef, Graph, MoveDef, RungDef, START, StateDef, StepDef, TermDef};
use super::legacy;
use super::value::{EffectKind, Move, Procedure, builtin};
use crate::base::text;
use std::collections::BTreeSet;

impl Graph {
    /// The state of a key.
    #[must_use]
    pub fn state(&self, key: &str) -> Option<&StateDef> {
        self.states.iter().find(|s| s.key == key)
    }
    /// The move of a name; `start` too.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&MoveDef> {
        if name == START { Some(&self.start) } else { self.moves.iter().find(|m| m.name == name) }
    }
    /// The term of a key.
    #[must_use]
    pub fn term(&self, key: &str) -> Option<&TermDef> {
        self.terms.iter().find(|t| t.key == key)
    }
    /// The chain of a key.
    #[must_use]
    pub fn chain(&self, key: &str) -> Option<&ChainDef> {
        self.chains.iter().find(|c| c.key == key)
    }
    /// A step of a chain, or the supervisor's step put into it.
    #[must_use]
    pub fn step_of(&self, chain: &str, step: &str) -> Option<&StepDef> {
        self.chain(chain).and_then(|c| c.step(step)).or_else(|| self.chain(BACKDATING).and_then(|c| c.step(step)))
    }
    /// The ladder of a term, approval steps included.
    #[must_use]
    pub fn rungs(&self, key: &str) -> &[RungDef] {
        match approval_key(key) {
            Some((chain, step)) => self.step_of(chain, step).map(|s| s.rungs.as_slice()),
            None => self.term(key).map(|t| t.rungs.as_slice()),
        }
        .unwrap_or_default()
    }
    /// What a person calls a term, approval steps included.
    #[must_use]
    pub fn term_title(&self, key: &str) -> String {
        if let Some((chain, step)) = approval_key(key) {
            return self.step_of(chain, step).map_or_else(|| key.to_owned(), |s| s.title.clone());
        }
        if key == legacy::REVIEW {
            return text::zh("legacy.review").to_owned();
        }
        self.term(key).map_or_else(|| key.to_owned(), |t| t.title.clone())
    }
    /// Whose a term is, approval steps included.
    #[must_use]
    pub fn term_owner(&self, key: &str) -> Option<&str> {
        if let Some((chain, step)) = approval_key(key) {
            return self.step_of(chain, step).map(|s| s.role.as_str());
        }
        if key == legacy::REVIEW {
            return Some(legacy::REVIEWER);
        }
        self.term(key).map(|t| t.owner.as_str())
    }
    /// The role that must sign the pending request now.
    #[must_use]
    pub fn signer(&self, p: &Procedure) -> Option<String> {
        let a = p.approval.as_ref()?;
        let key = a.steps.get(a.step)?;
        self.step_of(&a.chain, key).map(|s| s.role.clone())
    }
    /// The move that is judged when `name` is made on `p`: the waiting one for a signature, the rung's for an alarm.
    #[must_use]
    pub fn judged(&self, p: &Procedure, mv: &Move) -> Option<&MoveDef> {
        match mv.name.as_str() {
            builtin::APPROVE => self.find(&p.approval.as_ref()?.name),
            builtin::RUNG => {
                let term = p.terms.iter().find(|t| Some(t.id) == mv.term)?;
                self.rungs(&term.key).iter().skip(term.next_rung).find_map(|r| match &r.action {
                    Action::Move(m) => self.find(m),
                    _ => None,
                })
            }
            name => self.find(name),
        }
    }
    /// The groups of facts `app` loads before it asks [`super::step::step`].
    #[must_use]
    pub fn needs(&self, p: &Procedure, mv: &Move) -> BTreeSet<String> {
        self.judged(p, mv).map(|m| m.groups.clone()).unwrap_or_default()
    }
    /// The groups of facts `app` loads before it asks [`super::offer::offer`].
    #[must_use]
    pub fn offer_needs(&self, p: &Procedure) -> BTreeSet<String> {
        self.moves.iter().filter(|m| m.from.contains(&p.state)).flat_map(|m| m.groups.iter().cloned()).collect()
    }
    /// Every effect the definition uses: `serve` refuses to start when one is unknown.
    #[must_use]
    pub fn effects(&self) -> BTreeSet<EffectKind> {
        self.moves.iter().chain([&self.start]).flat_map(|m| m.effects.iter().map(|e| e.kind)).collect()
    }
}

/// The chain and the step of a term's key `approval:<chain>:<step>`.
#[must_use]
pub fn approval_key(key: &str) -> Option<(&str, &str)> {
    key.strip_prefix("approval:")?.split_once(':')
}
