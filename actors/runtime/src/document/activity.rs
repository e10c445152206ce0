//! What happened in a draft: an entry for each thing that people, runs and the server did, in the
//! commit of the thing itself. What is there says what is so now; what was answered, taken back or
//! deleted since is known here alone. What somebody typed is one entry for each time that they sat
//! at it; its end is written with whatever is committed next.

use super::actor::State;
use super::handle::DocumentHandle;
use super::record::{Maker, Run};
use crate::entity::encode;
use crate::failure::Failure;
use igny8_actors_document::DocumentKind;
use igny8_protocol_ids::{AccountId, RunId, Timestamp};
use igny8_storage_api::{Record, RecordKey};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

/// Entries that are kept; the oldest beyond go. They are in memory while the document is open.
const ENTRIES_MAX: usize = 500;
/// Whoever types again after so long has come back: another entry.
const AWAY: Duration = Duration::from_mins(10);
/// Characters of what an entry is about.
const TEXT_CHARS_MAX: usize = 80;

/// Whose doing something was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Doer {
    /// A person, or a program in a person's name.
    Account(AccountId),
    /// An AI run, and how it is named.
    Run(RunId, String),
    /// The server.
    Server,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Happened {
    /// Somebody typed.
    Edited,
    /// Another text was handed in.
    Replaced,
    /// A kept state was restored; its name.
    Restored,
    /// A state was kept; its name.
    VersionKept,
    /// The state that was approved was kept.
    VersionApproved,
    /// A kept state has another name.
    VersionNamed,
    /// A kept state was forgotten; its name.
    VersionForgotten,
    /// A thread was begun; its text.
    ThreadBegun,
    /// Somebody answered in a thread; its text.
    ThreadAnswered,
    /// A thread was resolved; its text.
    ThreadResolved,
    /// A thread was opened again; its text.
    ThreadReopened,
    /// A thread was deleted; its text.
    ThreadDeleted,
    /// A comment was deleted; the text of its thread.
    CommentDeleted,
    /// Other words were suggested; for which.
    Suggested,
    /// A suggestion was accepted; for which words.
    SuggestionAccepted,
    /// A suggestion was rejected; for which words.
    SuggestionRejected,
    /// A run began to write, or went on after it was stopped.
    RunBegun,
    /// A run was stopped.
    RunStopped,
    /// A run's text is whole.
    RunEnded,
    /// A run was taken back; its name.
    RunUndone,
}

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    /// Its number: later ones have higher ones.
    pub number: u64,
    /// When, or when it began.
    pub at: Timestamp,
    /// When it ended, of what takes a while.
    pub until: Option<Timestamp>,
    /// Whose doing it was.
    pub by: Doer,
    /// What.
    pub what: Happened,
    /// What it is about, in its first characters.
    pub text: Option<String>,
    /// The version, thread, suggestion or run.
    pub about: Option<uuid::Uuid>,
}

pub(super) const ACTIVITY: u8 = 9;

/// Big-endian, so that entries come in their order.
fn key_of(number: u64) -> RecordKey {
    [&[ACTIVITY], number.to_be_bytes().as_slice()].concat().into()
}

/// A document's entries in memory.
#[derive(Debug, Default)]
pub(super) struct Activities {
    entries: BTreeMap<u64, Activity>,
    /// What each person typed last.
    typed: BTreeMap<AccountId, u64>,
    /// Entries whose end is not written yet.
    unwritten: Vec<u64>,
}

impl Activities {
    pub(super) fn load(&mut self, entry: Activity) {
        if let (Doer::Account(account), Happened::Edited) = (&entry.by, entry.what) {
            self.typed.insert(*account, entry.number);
        }
        self.entries.insert(entry.number, entry);
    }

    /// The keys of all that is kept.
    pub(super) fn keys(&self) -> Vec<RecordKey> {
        self.entries.keys().copied().map(key_of).collect()
    }
}

impl State {
    /// Notes what happened, in the commit that is being made.
    pub(super) fn note(
        &mut self,
        by: Doer,
        what: Happened,
        text: Option<&str>,
        about: Option<uuid::Uuid>,
    ) {
        if self.erased || self.live.kind() == DocumentKind::Free {
            return;
        }
        let number = self.activities.entries.last_key_value().map_or(0, |(number, _)| number + 1);
        let text = text.map(|text| text.chars().take(TEXT_CHARS_MAX).collect());
        let at = self.world.now();
        let entry = Activity { number, at, until: None, by, what, text, about };
        self.turn.records.push(Record::new(key_of(number), encode(&entry)));
        self.activities.load(entry);
        if self.activities.entries.len() > ENTRIES_MAX
            && let Some((oldest, _)) = self.activities.entries.pop_first()
        {
            self.turn.deletes.push(key_of(oldest));
        }
        self.changed_comments();
    }

    /// Notes that somebody did something.
    pub(super) fn note_by(
        &mut self,
        account: AccountId,
        what: Happened,
        text: Option<&str>,
        about: Option<uuid::Uuid>,
    ) {
        self.note(Doer::Account(account), what, text, about);
    }

    /// Notes what became of a run.
    pub(super) fn note_run(&mut self, id: RunId, what: Happened) {
        let Some(Run { author, .. }) = self.runs.get(&id) else { return };
        let by = Doer::Run(id, author.clone());
        self.note(by, what, None, Some(id.uuid()));
    }

    /// Notes that somebody types.
    pub(super) fn typed(&mut self, account: AccountId) {
        let now = self.world.now();
        let last = self.activities.typed.get(&account).copied();
        if let Some(entry) = last.and_then(|last| self.activities.entries.get_mut(&last))
            && now.since(entry.until.unwrap_or(entry.at)) < AWAY
        {
            entry.until = Some(now);
            let number = entry.number;
            if !self.activities.unwritten.contains(&number) {
                self.activities.unwritten.push(number);
            }
            return;
        }
        self.note_by(account, Happened::Edited, None, None);
    }

    /// Writes down until when people typed, with what is committed anyway.
    pub(super) fn write_ends(&mut self) {
        for number in std::mem::take(&mut self.activities.unwritten) {
            if let Some(entry) = self.activities.entries.get(&number) {
                self.turn.records.push(Record::new(key_of(number), encode(entry)));
            }
        }
    }
}

impl DocumentHandle {
    /// What happened here, the latest first: the latest 500 entries.
    pub async fn activity(&self) -> Result<Vec<Activity>, Failure> {
        self.history(|state| Ok(state.activities.entries.values().rev().cloned().collect())).await
    }

    /// By what runs and suggestions were made, where that is known.
    pub async fn makers(&self) -> Result<HashMap<RunId, Maker>, Failure> {
        self.history(|state| {
            let runs = state.runs.values().map(|run| (run.id, &run.maker));
            let makers = runs.chain(state.suggestions.makers());
            Ok(makers.filter_map(|(id, maker)| Some((id, maker.clone()?))).collect())
        })
        .await
    }
}
