//! History: states that are kept, one of them restored, an AI run taken back. Each change is an
//! edit like any other, durable before anybody sees it; nothing that is taken away is lost.

use super::activity::Happened;
use super::actor::State;
use super::compaction::{naming, pack};
use super::record::{Maker, Run, Version, VersionCause, piece_key, run_key, version_key};
use crate::failure::Failure;
use igny8_actors_document::{ContentTree, DocumentKind, take_back};
use igny8_actors_domain::{Refusal, RefusalKind};
use igny8_protocol_ids::{AccountId, RunId, Timestamp, VersionId};
use igny8_storage_api::BlobHash;
use std::time::Duration;

/// The server keeps a state by itself at most so often.
const AUTOMATIC_EVERY: Duration = Duration::from_mins(10);
/// States that it kept by itself; the oldest beyond go.
const AUTOMATIC_MAX: usize = 100;
/// States that people named, each a blob of the document's size.
const NAMED_MAX: usize = 1_000;
/// The longest name, in characters.
const NAME_CHARS_MAX: usize = 200;

/// What is known of an AI run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunSummary {
    /// The run.
    pub id: RunId,
    /// How its author is named.
    pub author: String,
    /// By which model and prompt; none for runs of older builds.
    pub maker: Option<Maker>,
    /// The client id under which it writes.
    pub client: u64,
    /// When its text was whole, or it was stopped; absent while it writes or may go on.
    pub ended_at: Option<Timestamp>,
    /// When somebody took it back.
    pub undone_at: Option<Timestamp>,
}

impl State {
    /// Keeps the document as it is now.
    pub(super) fn keep_version(
        &mut self,
        cause: VersionCause,
        name: Option<String>,
        by: Option<AccountId>,
    ) -> Version {
        let packed = pack(&self.live.snapshot());
        let blob = BlobHash::of(&packed);
        self.turn.blobs.push(packed);
        self.keep_blob(blob, cause, name, by)
    }

    fn keep_blob(
        &mut self,
        blob: BlobHash,
        cause: VersionCause,
        name: Option<String>,
        by: Option<AccountId>,
    ) -> Version {
        let at = self.world.now();
        let words = u32::try_from(self.live.tree().word_count()).unwrap_or(u32::MAX);
        let id = VersionId::new(at, self.world.chance());
        let version = Version { id, blob, at, words, cause, name, by };
        self.turn.records.push(naming(version_key(id), &version, blob));
        self.turn.fenced = true;
        self.versions.push(version.clone());
        self.thin_out();
        version
    }

    /// Keeps the state that is being folded, whose blob is written anyway, if the latest one is old
    /// enough.
    pub(super) fn keep_now_and_then(&mut self, blob: BlobHash) {
        let now = self.world.now();
        let latest = self.versions.iter().map(|version| version.at).max();
        let is_article = self.live.kind() == DocumentKind::Article;
        if is_article && latest.is_none_or(|at| now.since(at) >= AUTOMATIC_EVERY) {
            self.keep_blob(blob, VersionCause::Automatic, None, None);
        }
    }

    fn thin_out(&mut self) {
        let by_itself = |version: &&Version| version.cause.is_automatic();
        let count = self.versions.iter().filter(by_itself).count();
        if count <= AUTOMATIC_MAX {
            return;
        }
        let oldest = self.versions.iter().filter(by_itself).min_by_key(|version| version.at);
        if let Some(id) = oldest.map(|version| version.id) {
            self.versions.retain(|version| version.id != id);
            self.turn.deletes.push(version_key(id));
        }
    }

    /// Keeps the document under a name that people gave.
    pub(super) fn name_version(&mut self, name: &str, by: AccountId) -> Result<Version, Failure> {
        let name = checked_name(name)?;
        let named = |version: &&Version| version.cause == VersionCause::Named;
        if self.versions.iter().filter(named).count() >= NAMED_MAX {
            let message =
                format!("A document keeps {NAMED_MAX} named versions: delete some of them first.");
            return Err(Refusal::conflict("too_many_versions", message).into());
        }
        let version = self.keep_version(VersionCause::Named, Some(name.clone()), Some(by));
        self.note_by(by, Happened::VersionKept, Some(&name), Some(version.id.uuid()));
        Ok(version)
    }

    /// Gives a kept state another name; one that the server kept by itself stays for good then.
    pub(super) fn rename_version(
        &mut self,
        id: VersionId,
        name: &str,
        by: AccountId,
    ) -> Result<Version, Failure> {
        let name = checked_name(name)?;
        let version = self.versions.iter_mut().find(|version| version.id == id);
        let version = version.ok_or_else(|| Failure::not_found("version"))?;
        version.name = Some(name);
        if version.cause.is_automatic() {
            version.cause = VersionCause::Named;
        }
        let version = version.clone();
        self.turn.records.push(naming(version_key(id), &version, version.blob));
        self.turn.fenced = true;
        let name = version.name.as_deref();
        self.note_by(by, Happened::VersionNamed, name, Some(id.uuid()));
        Ok(version)
    }

    /// Forgets a kept state. What was approved stays: it is what was published.
    pub(super) fn delete_version(&mut self, id: VersionId, by: AccountId) -> Result<(), Failure> {
        let version = self.versions.iter().find(|version| version.id == id);
        let version = version.ok_or_else(|| Failure::not_found("version"))?;
        if version.cause == VersionCause::Approved {
            let message =
                "This version was approved: it stays as the record of what was published.";
            return Err(Refusal::conflict("version_approved", message).into());
        }
        let name = version.name.clone();
        self.versions.retain(|version| version.id != id);
        self.turn.deletes.push(version_key(id));
        self.turn.fenced = true;
        self.note_by(by, Happened::VersionForgotten, name.as_deref(), Some(id.uuid()));
        Ok(())
    }

    /// Makes the content what it was. What stood there is kept as a version of its own, and what
    /// others type meanwhile stays in the text. Comments are not part of what is restored: those
    /// that are there now keep their anchors on the text that stays and get them back on the text
    /// that returns, and those that were deleted since do not come back.
    pub(super) fn restore(&mut self, version: &Version, content: &ContentTree, by: AccountId) {
        let content =
            content.keeping_comments(&|name| self.comments.has(name) || self.suggestions.has(name));
        if self.live.tree() == content {
            return;
        }
        self.keep_version(VersionCause::BeforeRestore, None, Some(by));
        let update = self.live.replace_with(&content);
        // What comes back is theirs who brought it back: the ones that wrote it wrote it elsewhere.
        self.by_account(update, by);
        let name = version.name.as_deref();
        self.note_by(by, Happened::Restored, name, Some(version.id.uuid()));
    }

    /// Takes back what an AI run wrote, in one step; what people wrote into it stays. Words that it
    /// replaced return.
    pub(super) fn undo_run(&mut self, id: RunId, by: AccountId) -> Result<(), Failure> {
        let run = self.runs.get(&id).ok_or_else(|| Failure::not_found("run"))?;
        if run.undone_at.is_some() {
            return Ok(());
        }
        if run.ended_at.is_none() {
            let message = "The AI is still writing: stop it first.";
            return Err(Refusal::conflict("run_open", message).into());
        }
        let mut run = run.clone();
        run.undone_at = Some(self.world.now());
        let keep = |name: &str| self.comments.has(name);
        if let Some(update) = take_back(&mut self.live, &run.progress, &run.gone, &keep) {
            self.by_server(update);
        }
        self.note_by(by, Happened::RunUndone, Some(&run.author), Some(id.uuid()));
        self.runs.insert(id, run);
        self.save_run(id);
        if self.suggestions.get(id).is_some() {
            self.changed_comments();
        }
        Ok(())
    }

    /// A run that was taken back begins anew, with a client id of its own, if it is asked for again.
    pub(super) fn forget_undone(&mut self, id: RunId) {
        let Some(run) = self.runs.get(&id).filter(|run| run.undone_at.is_some()) else { return };
        let pieces = (0..run.pieces).map(|number| piece_key(id, number));
        self.turn.deletes.extend(pieces);
        self.turn.deletes.push(run_key(id));
        self.turn.fenced = true;
        self.runs.remove(&id);
        self.texts.remove(&id);
    }

    pub(super) fn run_summaries(&self) -> Vec<RunSummary> {
        let summary = |run: &Run| RunSummary {
            id: run.id,
            author: run.author.clone(),
            maker: run.maker.clone(),
            client: run.progress.run_client_id(),
            ended_at: run.ended_at,
            undone_at: run.undone_at,
        };
        self.runs.values().map(summary).collect()
    }
}

fn checked_name(name: &str) -> Result<String, Failure> {
    let name = name.trim();
    if (1..=NAME_CHARS_MAX).contains(&name.chars().count()) {
        return Ok(name.to_owned());
    }
    let message = format!("A version's name has 1 to {NAME_CHARS_MAX} characters.");
    Err(Refusal::new(RefusalKind::Invalid, "version_name", message).into())
}
