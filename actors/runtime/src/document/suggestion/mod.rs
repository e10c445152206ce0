//! Suggestions: other words for a selection, by an AI run, beside the text until somebody decides.
//! A suggestion and its anchor are one fenced commit, and so are a decision and what it does to the
//! text; everybody who has the document open is told once it is durable.

mod handle;
mod record;

use super::activity::{Doer, Happened};
use super::actor::State;
use super::comment::out_of_range;
use super::record::{Maker, Run, VersionCause};
use crate::entity::encode;
use crate::failure::Failure;
use igny8_actors_document::CommentRange;
use igny8_actors_domain::Refusal;
use igny8_actors_domain::site::Instruction;
use igny8_protocol_ids::{AccountId, RunId};
use igny8_storage_api::{BlobHash, Record, RecordKey};
use std::collections::BTreeMap;
use std::fmt::Write;

pub(super) use record::SUGGESTION;
use record::suggestion_key;
pub use record::{Decision, Suggestion};

/// Suggestions of a document that nobody has decided on: a reader lists them all at once.
const OPEN_MAX: usize = 100;
/// Suggestions that somebody has decided on; the oldest beyond go. What an accepted one wrote and
/// replaced is kept by its run.
const DECIDED_MAX: usize = 100;
/// Bytes of what tells whether a text has changed: chance does not make two of them alike.
const REVISION_BYTES: usize = 8;

/// A suggestion as its author hands it in.
#[derive(Clone, Debug)]
pub(crate) struct NewSuggestion {
    pub range: CommentRange,
    pub author: String,
    pub maker: Option<Maker>,
    pub by: Option<AccountId>,
    pub instruction: Instruction,
    pub before: Vec<String>,
    pub after: Vec<String>,
}

/// Where a suggestion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SuggestionState {
    /// Its text is as it was.
    Open,
    /// Its text has changed since: taking it over loses that change.
    Changed,
    /// Its text was deleted, or divided, or joined: it cannot be taken over.
    Detached,
    /// It stands in the text.
    Accepted,
    /// It was put away.
    Rejected,
    /// It was taken over and taken back.
    Undone,
}

/// A suggestion with where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The suggestion.
    pub suggestion: Suggestion,
    /// Where it is.
    pub state: SuggestionState,
    /// The text that it would replace, as it is now; none if it was deleted, or once it is decided.
    pub now: Vec<String>,
    /// Names `now`: whoever takes the suggestion over although its text has changed says which text
    /// they saw.
    pub revision: String,
}

/// A document's suggestions in memory.
#[derive(Debug, Default)]
pub(super) struct Suggestions(BTreeMap<RunId, Suggestion>);

impl Suggestions {
    /// By what each was made, where that is known.
    pub(super) fn makers(&self) -> impl Iterator<Item = (RunId, &Option<Maker>)> {
        self.0.values().map(|suggestion| (suggestion.id, &suggestion.maker))
    }

    pub(super) fn load(&mut self, suggestion: Suggestion) {
        self.0.insert(suggestion.id, suggestion);
    }

    pub(super) fn get(&self, id: RunId) -> Option<&Suggestion> {
        self.0.get(&id)
    }

    /// True if an open suggestion of this name is there, as marks name it.
    pub(super) fn has(&self, name: &str) -> bool {
        let found = name.parse().ok().and_then(|id| self.0.get(&id));
        found.is_some_and(|suggestion| suggestion.decision.is_none())
    }

    /// The keys of all that is kept.
    pub(super) fn keys(&self) -> Vec<RecordKey> {
        self.0.keys().copied().map(suggestion_key).collect()
    }

    fn open(&self) -> usize {
        self.0.values().filter(|suggestion| suggestion.decision.is_none()).count()
    }
}

impl State {
    /// All suggestions, the oldest first. One pass over the text.
    fn proposals(&self) -> Vec<Proposal> {
        let mut now = self.live.suggested(&|name| self.suggestions.has(name));
        let mut all: Vec<&Suggestion> = self.suggestions.0.values().collect();
        all.sort_by_key(|suggestion| (suggestion.at, suggestion.id));
        let mut text = |id: RunId| now.remove(&id.to_string()).unwrap_or_default();
        all.into_iter().map(|one| self.proposal_of(one, text(one.id))).collect()
    }

    fn proposal(&self, id: RunId) -> Result<Proposal, Failure> {
        let suggestion = self.suggestions.get(id);
        let suggestion = suggestion.ok_or_else(|| Failure::not_found("suggestion"))?;
        let name = id.to_string();
        let open = suggestion.decision.is_none();
        let now = open.then(|| self.live.suggested(&|of| of == name).remove(&name)).flatten();
        Ok(self.proposal_of(suggestion, now.unwrap_or_default()))
    }

    fn proposal_of(&self, suggestion: &Suggestion, now: Vec<String>) -> Proposal {
        let undone = self.runs.get(&suggestion.id).is_some_and(|run| run.undone_at.is_some());
        let state = match suggestion.decision {
            Some(Decision { accepted: false, .. }) => SuggestionState::Rejected,
            Some(_) if undone => SuggestionState::Undone,
            Some(_) => SuggestionState::Accepted,
            None if now.len() != suggestion.after.len() => SuggestionState::Detached,
            None if now != suggestion.before => SuggestionState::Changed,
            None => SuggestionState::Open,
        };
        let revision = revision(&now);
        Proposal { suggestion: suggestion.clone(), state, now, revision }
    }

    /// Keeps a suggestion and puts its anchor on the text, both or neither. Repeated, it changes
    /// nothing.
    fn suggest(&mut self, id: RunId, new: NewSuggestion) -> Result<(), Failure> {
        if self.erased {
            return Err(Failure::not_found("document"));
        }
        if self.suggestions.get(id).is_some() {
            return Ok(());
        }
        if self.suggestions.open() >= OPEN_MAX {
            let message = format!("{OPEN_MAX} suggestions are open: accept or reject some first.");
            return Err(Refusal::conflict("too_many_suggestions", message).into());
        }
        let refused = |error| out_of_range("Nothing was suggested", error);
        let update = self.live.suggest(&id.to_string(), &new.range).map_err(refused)?;
        self.by_server(update);
        let NewSuggestion { range: _, author, maker, by, instruction, before, after } = new;
        let (at, decision) = (self.world.now(), None);
        let doer = Doer::Run(id, author.clone());
        self.note(doer, Happened::Suggested, before.first().map(String::as_str), Some(id.uuid()));
        self.put(Suggestion { id, author, maker, by, at, instruction, before, after, decision });
        Ok(())
    }

    /// Makes the text what was suggested: one edit, of the run that wrote it. A text that has
    /// changed since is not overwritten, unless `over` names it as it is now; then it is kept as a
    /// version first. Repeated, it changes nothing.
    fn accept(
        &mut self,
        id: RunId,
        over: Option<&str>,
        by: AccountId,
    ) -> Result<Proposal, Failure> {
        let Proposal { suggestion, state, revision, .. } = self.proposal(id)?;
        match state {
            SuggestionState::Accepted | SuggestionState::Undone => return self.proposal(id),
            SuggestionState::Rejected => {
                let message = "This suggestion was rejected: ask for another.";
                return Err(Refusal::conflict("suggestion_rejected", message).into());
            }
            SuggestionState::Detached => {
                let message = "The text that this is about was deleted or divided since. Reject it \
                               and ask for another.";
                return Err(Refusal::conflict("suggestion_detached", message).into());
            }
            SuggestionState::Changed if over != Some(&revision) => {
                let message = "The text has changed since it was rewritten. Nothing was done: look \
                               at both, then accept it over the text of now, or ask for another.";
                return Err(Refusal::conflict("suggestion_changed", message).into());
            }
            SuggestionState::Changed => {
                self.keep_version(VersionCause::Automatic, None, Some(by));
            }
            SuggestionState::Open => {}
        }
        // 53 bits, fresh for each run: two authors with one id would corrupt the document.
        let client = self.world.roll() >> 11;
        let accepted = self.live.accept(&id.to_string(), client, &suggestion.after);
        let accepted = accepted.ok_or_else(Failure::restarting)?;
        self.by_server(accepted.update);
        let run = Run {
            id,
            author: suggestion.author.clone(),
            maker: suggestion.maker.clone(),
            hosts: Vec::new(),
            question: None,
            progress: accepted.progress,
            pieces: 0,
            ended_at: Some(self.world.now()),
            stopped: false,
            undone_at: None,
            gone: accepted.gone,
        };
        self.runs.insert(id, run);
        self.save_run(id);
        self.decide(suggestion, true, by)
    }

    /// Puts a suggestion away; the text stays as it is. Repeated, it changes nothing.
    fn reject(&mut self, id: RunId, by: AccountId) -> Result<Proposal, Failure> {
        let Proposal { suggestion, state, .. } = self.proposal(id)?;
        match state {
            SuggestionState::Rejected => return self.proposal(id),
            SuggestionState::Accepted | SuggestionState::Undone => {
                let message = "This suggestion was accepted: undo its run to take it back.";
                return Err(Refusal::conflict("suggestion_accepted", message).into());
            }
            SuggestionState::Open | SuggestionState::Changed | SuggestionState::Detached => {}
        }
        if let Some(update) = self.live.uncomment(&id.to_string()) {
            self.by_server(update);
        }
        self.decide(suggestion, false, by)
    }

    fn decide(
        &mut self,
        suggestion: Suggestion,
        accepted: bool,
        by: AccountId,
    ) -> Result<Proposal, Failure> {
        let id = suggestion.id;
        let decision = Some(Decision { accepted, by, at: self.world.now() });
        let what = match accepted {
            true => Happened::SuggestionAccepted,
            false => Happened::SuggestionRejected,
        };
        let about = suggestion.before.first().map(String::as_str);
        self.note_by(by, what, about, Some(id.uuid()));
        self.put(Suggestion { decision, ..suggestion });
        let decided = |one: &&Suggestion| one.decision.is_some() && one.id != id;
        let decided = || self.suggestions.0.values().filter(decided);
        if decided().count() >= DECIDED_MAX
            && let Some(oldest) = decided().min_by_key(|one| (one.at, one.id)).map(|one| one.id)
        {
            self.suggestions.0.remove(&oldest);
            self.turn.deletes.push(suggestion_key(oldest));
        }
        self.proposal(id)
    }

    fn put(&mut self, suggestion: Suggestion) {
        let record = Record::new(suggestion_key(suggestion.id), encode(&suggestion));
        self.turn.records.push(record);
        self.suggestions.load(suggestion);
        self.changed_comments();
    }
}

fn revision(now: &[String]) -> String {
    let hash = BlobHash::of(&encode(&now));
    hash.0[..REVISION_BYTES].iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string cannot fail");
        text
    })
}
