//! What every entity's pure core looks like: records, one decision per command, effects as values.

use igny8_protocol_ids::{AccountId, Timestamp};
use serde::{Serialize, de::DeserializeOwned};

/// The key of a record within its entity: a kind byte and an id. Ordered bytewise.
pub type RecordKey = Vec<u8>;

/// Who gives a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A person.
    Account(AccountId),
    /// The system: an effect's answer, another entity, a timer.
    System,
}

/// Time and chance of one decision (R15), and who asks.
#[derive(Clone, Debug)]
pub struct Context {
    /// Now.
    pub now: Timestamp,
    /// Chance: ids and jitter are drawn from it, in order.
    pub entropy: Dice,
    /// Who asks.
    pub origin: Origin,
}

/// A small deterministic stream of chance, seeded by the shell for one decision (SplitMix64).
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// From a seed that the shell drew.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }
    /// The next 64 random bits.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
    /// Ten random bytes, for an id.
    pub fn chance(&mut self) -> [u8; 10] {
        let mut bytes = [0; 10];
        bytes[..8].copy_from_slice(&self.roll().to_le_bytes());
        bytes[8..].copy_from_slice(&self.roll().to_le_bytes()[..2]);
        bytes
    }
}

/// Why a command was not done. Nothing was changed. Shown to users.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, serde::Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// How the edge answers.
    pub kind: RefusalKind,
    /// A stable code for programs.
    pub code: String,
    /// What happened and what to do.
    pub message: String,
}

/// Kinds of refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
pub enum RefusalKind {
    /// There is no such thing (or it is somebody else's).
    NotFound,
    /// It does not fit what is there now.
    Conflict,
    /// The request itself is wrong.
    Invalid,
    /// The right is missing.
    Forbidden,
    /// Credits are missing or the subscription does not allow it.
    PaymentRequired,
    /// A bound is reached: try again later.
    Busy,
}

impl Refusal {
    /// Builds a refusal.
    pub fn new(kind: RefusalKind, code: &str, message: impl Into<String>) -> Self {
        Self { kind, code: code.to_owned(), message: message.into() }
    }
    /// There is no such thing.
    pub fn not_found(what: &str) -> Self {
        Self::new(RefusalKind::NotFound, "not_found", format!("There is no such {what}."))
    }
    /// It does not fit what is there now.
    pub fn conflict(code: &str, message: impl Into<String>) -> Self {
        Self::new(RefusalKind::Conflict, code, message)
    }
    /// The request itself is wrong.
    pub fn invalid(code: &str, message: impl Into<String>) -> Self {
        Self::new(RefusalKind::Invalid, code, message)
    }
}

/// The pure core of one kind of entity (R1). No clock, no chance, no IO: all are arguments.
pub trait Entity: Default + Send + 'static {
    /// What is stored, one variant per kind.
    type Record: Serialize + DeserializeOwned + Clone + Send + Sync + 'static;
    /// What can be asked of it.
    type Command: Send + 'static;
    /// What it answers. Kept for repeated requests, so it can be stored.
    type Reply: Serialize + DeserializeOwned + Send + 'static;
    /// What subscribers hear.
    type Event: Serialize + DeserializeOwned + Clone + Send + Sync + 'static;
    /// What the shell must do after the commit (R4).
    type Effect: Serialize + DeserializeOwned + Clone + Send + Sync + 'static;

    /// The key under which a record is stored.
    fn key(record: &Self::Record) -> RecordKey;
    /// The hashes of the blobs that a record names: they are kept as long as the record stands.
    fn blobs(_record: &Self::Record) -> Vec<[u8; 32]> {
        Vec::new()
    }
    /// Takes a record in (inserted or replaced); hands back the one before.
    fn put(&mut self, record: Self::Record) -> Option<Self::Record>;
    /// Takes a record out.
    fn delete(&mut self, key: &RecordKey) -> Option<Self::Record>;
    /// Decides one command: changes go through the draft, which is undone on a refusal.
    fn decide(
        draft: &mut Draft<'_, Self>,
        command: Self::Command,
        context: &mut Context,
    ) -> Result<Self::Reply, Refusal>;
    /// When the entity next has something to do by itself: the shell then sends its tick.
    fn next_due(&self) -> Option<Timestamp>;
    /// The command that the shell sends at that time.
    fn tick() -> Self::Command;
}

/// Everything that one decision changes.
#[derive(Debug)]
pub struct Changes<E: Entity> {
    /// Records written, in order; a later write of the same key wins.
    pub puts: Vec<E::Record>,
    /// Keys removed.
    pub deletes: Vec<RecordKey>,
    /// For subscribers, in order.
    pub events: Vec<E::Event>,
    /// For the outbox, in order.
    pub effects: Vec<E::Effect>,
}

impl<E: Entity> Default for Changes<E> {
    fn default() -> Self {
        Self { puts: Vec::new(), deletes: Vec::new(), events: Vec::new(), effects: Vec::new() }
    }
}

impl<E: Entity> Clone for Changes<E> {
    fn clone(&self) -> Self {
        Self {
            puts: self.puts.clone(),
            deletes: self.deletes.clone(),
            events: self.events.clone(),
            effects: self.effects.clone(),
        }
    }
}

impl<E: Entity> Changes<E> {
    /// True if there is nothing to commit.
    pub fn is_empty(&self) -> bool {
        self.puts.is_empty()
            && self.deletes.is_empty()
            && self.events.is_empty()
            && self.effects.is_empty()
    }
}

enum Undo<R> {
    Restore(R),
    Remove(RecordKey),
}

/// A decision in the making: reads see its own writes; a refusal undoes them all.
pub struct Draft<'a, E: Entity> {
    state: &'a mut E,
    changes: Changes<E>,
    undo: Vec<Undo<E::Record>>,
}

impl<E: Entity> std::ops::Deref for Draft<'_, E> {
    type Target = E;
    fn deref(&self) -> &E {
        self.state
    }
}

impl<E: Entity> Draft<'_, E> {
    /// Writes a record.
    pub fn put(&mut self, record: E::Record) {
        let key = E::key(&record);
        self.undo.push(match self.state.put(record.clone()) {
            Some(before) => Undo::Restore(before),
            None => Undo::Remove(key.clone()),
        });
        self.changes.deletes.retain(|deleted| *deleted != key);
        self.changes.puts.push(record);
    }
    /// Removes a record; absent ones are ignored.
    pub fn delete(&mut self, key: RecordKey) {
        if let Some(before) = self.state.delete(&key) {
            self.undo.push(Undo::Restore(before));
            self.changes.puts.retain(|put| E::key(put) != key);
            self.changes.deletes.push(key);
        }
    }
    /// Tells subscribers.
    pub fn event(&mut self, event: E::Event) {
        self.changes.events.push(event);
    }
    /// Asks the shell to do something after the commit.
    pub fn effect(&mut self, effect: E::Effect) {
        self.changes.effects.push(effect);
    }
    /// What was changed so far: an entity derives its events from it.
    pub fn changes(&self) -> &Changes<E> {
        &self.changes
    }
    /// Does a part of a decision; a refusal undoes that part alone.
    pub fn attempt<T>(
        &mut self,
        part: impl FnOnce(&mut Self) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let (mark, changes) = (self.undo.len(), self.changes.clone());
        part(self).inspect_err(|_| self.return_to(mark, changes))
    }
    /// Does a part of a decision to see what it would come to, and undoes it.
    pub fn rehearse<T>(&mut self, part: impl FnOnce(&mut Self) -> T) -> T {
        let (mark, changes) = (self.undo.len(), self.changes.clone());
        let result = part(self);
        self.return_to(mark, changes);
        result
    }
    fn return_to(&mut self, mark: usize, changes: Changes<E>) {
        self.roll_back(mark);
        self.changes = changes;
    }
    fn roll_back(&mut self, mark: usize) {
        while self.undo.len() > mark
            && let Some(step) = self.undo.pop()
        {
            match step {
                Undo::Restore(record) => drop(self.state.put(record)),
                Undo::Remove(key) => drop(self.state.delete(&key)),
            }
        }
    }
}

/// Decides one command on a state: the state holds the changes afterwards, or is as before (R1).
pub fn decide<E: Entity>(
    state: &mut E,
    command: E::Command,
    context: &mut Context,
) -> Result<(E::Reply, Changes<E>), Refusal> {
    let mut draft = Draft { state, changes: Changes::default(), undo: Vec::new() };
    match E::decide(&mut draft, command, context) {
        Ok(reply) => Ok((reply, draft.changes)),
        Err(refusal) => {
            draft.roll_back(0);
            Err(refusal)
        }
    }
}
