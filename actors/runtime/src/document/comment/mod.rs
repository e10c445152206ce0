//! Comments: threads about places of the text. A thread and its anchor come and go in one fenced
//! commit; everybody who has the document open is told once it is durable.

mod handle;
mod record;

use super::activity::Happened;
use super::actor::State;
use super::room::DocumentFrame;
use crate::entity::encode;
use crate::failure::Failure;
use igny8_actors_document::{CommentRange, RangeError};
use igny8_actors_domain::{Refusal, RefusalKind};
use igny8_protocol_ids::{AccountId, CommentId, ThreadId};
use igny8_storage_api::{Record, RecordKey};
use std::collections::{BTreeMap, BTreeSet};

pub(super) use record::{COMMENT, THREAD};
pub use record::{Comment, Resolution, Thread};
use record::{comment_key, thread_key};

/// Threads of a document, the resolved ones included: a reader lists them all at once.
const THREADS_MAX: usize = 500;
/// Comments of a thread: what needs more is a meeting.
const THREAD_COMMENTS_MAX: usize = 100;
/// Comments of a document. They are in memory while it is open, with four bytes a character 16 MB
/// at the worst: half of the largest document.
const COMMENTS_MAX: usize = 2_000;
/// The longest comment, in characters: about a page.
const TEXT_CHARS_MAX: usize = 2_000;
/// Members whom one comment mentions: each of them is looked for among the tenant's members.
const MENTIONS_MAX: usize = 20;

/// A comment as it is handed in.
#[derive(Clone, Debug)]
pub struct NewComment {
    /// Made by whoever writes it: a repetition is answered like the first.
    pub id: CommentId,
    /// 1 to 2,000 characters.
    pub text: String,
    /// Members of the tenant, at most 20; the caller has looked whether they are.
    pub mentions: Vec<AccountId>,
}

/// A thread with all that was said in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// The thread.
    pub thread: Thread,
    /// In the order in which they were written.
    pub comments: Vec<Comment>,
    /// False if all the text that it was put on was deleted.
    pub anchored: bool,
}

/// Who acts, and how much they may do.
#[derive(Clone, Copy, Debug)]
pub struct Commenter {
    /// Who.
    pub account: AccountId,
    /// True if they may resolve threads of others: whoever may change the text.
    pub resolves: bool,
    /// True if they may delete what others said.
    pub moderates: bool,
}

/// A document's comments in memory.
#[derive(Debug, Default)]
pub(super) struct Comments {
    threads: BTreeMap<ThreadId, Thread>,
    said: BTreeMap<(ThreadId, CommentId), Comment>,
    /// True while a change waits to be told.
    told: bool,
}

impl Comments {
    pub(super) fn load_thread(&mut self, thread: Thread) {
        self.threads.insert(thread.id, thread);
    }

    pub(super) fn load_comment(&mut self, comment: Comment) {
        self.said.insert((comment.thread, comment.id), comment);
    }

    fn of(&self, thread: ThreadId) -> impl Iterator<Item = &Comment> {
        let first = (thread, CommentId::from_uuid(uuid::Uuid::nil()));
        let last = (thread, CommentId::from_uuid(uuid::Uuid::max()));
        self.said.range(first..=last).map(|(_, comment)| comment)
    }

    fn conversation(&self, thread: &Thread, anchored: &BTreeSet<String>) -> Conversation {
        let mut comments: Vec<Comment> = self.of(thread.id).cloned().collect();
        comments.sort_by_key(|comment| (comment.at, comment.id));
        let anchored = anchored.contains(&thread.id.to_string());
        Conversation { thread: thread.clone(), comments, anchored }
    }

    fn thread(&self, id: ThreadId) -> Result<&Thread, Failure> {
        self.threads.get(&id).ok_or_else(|| Failure::not_found("thread"))
    }

    /// True if a thread of this name is there, as marks name it.
    pub(super) fn has(&self, thread: &str) -> bool {
        thread.parse().is_ok_and(|id| self.threads.contains_key(&id))
    }

    /// The keys of all that is kept.
    pub(super) fn keys(&self) -> Vec<RecordKey> {
        let threads = self.threads.keys().map(|id| thread_key(*id));
        let said = self.said.keys().map(|(thread, id)| comment_key(*thread, *id));
        threads.chain(said).collect()
    }
}

impl State {
    /// All threads, the oldest first. One pass over the text.
    pub(super) fn conversations(&self) -> Vec<Conversation> {
        let anchored = self.live.commented();
        let mut threads: Vec<&Thread> = self.comments.threads.values().collect();
        threads.sort_by_key(|thread| (thread.at, thread.id));
        threads.iter().map(|thread| self.comments.conversation(thread, &anchored)).collect()
    }

    fn conversation(&self, id: ThreadId) -> Result<Conversation, Failure> {
        let thread = self.comments.thread(id)?;
        Ok(self.comments.conversation(thread, &self.live.commented()))
    }

    /// Puts the anchor on the text and begins the thread, both or neither. Repeated, it answers
    /// with what is there.
    fn begin_thread(
        &mut self,
        id: ThreadId,
        range: &CommentRange,
        first: NewComment,
        by: AccountId,
    ) -> Result<Conversation, Failure> {
        if self.erased {
            return Err(Failure::not_found("document"));
        }
        if let Some(thread) = self.comments.threads.get(&id) {
            let same = thread.author == by && self.comments.said.contains_key(&(id, first.id));
            return if same { self.conversation(id) } else { Err(taken("thread")) };
        }
        let first = checked(first)?;
        if self.comments.threads.len() >= THREADS_MAX {
            return Err(full(format!("{THREADS_MAX} threads"), "Delete some that are resolved"));
        }
        self.check_room()?;
        let refused = |error| out_of_range("No comment was made", error);
        let made = self.live.comment(&id.to_string(), range).map_err(refused)?;
        self.by_account(made.update, by);
        let at = self.world.now();
        self.note_by(by, Happened::ThreadBegun, Some(&made.quote), Some(id.uuid()));
        self.put_thread(Thread { id, author: by, at, quote: made.quote, resolved: None });
        self.say(id, first, by);
        self.conversation(id)
    }

    fn check_room(&self) -> Result<(), Failure> {
        if self.comments.said.len() < COMMENTS_MAX {
            return Ok(());
        }
        Err(full(format!("{COMMENTS_MAX} comments"), "Delete threads that are resolved"))
    }

    /// Answers in a thread; one that was resolved is open again.
    fn reply(
        &mut self,
        id: ThreadId,
        comment: NewComment,
        by: AccountId,
    ) -> Result<Conversation, Failure> {
        let thread = self.comments.thread(id)?.clone();
        if let Some(there) = self.comments.said.get(&(id, comment.id)) {
            return if there.author == by { self.conversation(id) } else { Err(taken("comment")) };
        }
        let comment = checked(comment)?;
        if self.comments.of(id).count() >= THREAD_COMMENTS_MAX {
            let remedy = "Begin another thread";
            return Err(full(format!("{THREAD_COMMENTS_MAX} comments in a thread"), remedy));
        }
        self.check_room()?;
        self.note_by(by, Happened::ThreadAnswered, Some(&thread.quote), Some(id.uuid()));
        if thread.resolved.is_some() {
            self.put_thread(Thread { resolved: None, ..thread });
        }
        self.say(id, comment, by);
        self.conversation(id)
    }

    /// Changes one's own comment.
    fn edit_comment(
        &mut self,
        thread: ThreadId,
        change: NewComment,
        by: AccountId,
    ) -> Result<Conversation, Failure> {
        let comment = self.comment(thread, change.id)?.clone();
        if comment.author != by {
            return Err(forbidden("Only its author changes a comment."));
        }
        if comment.deleted_at.is_some() {
            return Err(Failure::not_found("comment"));
        }
        let NewComment { text, mentions, .. } = checked(change)?;
        if text != comment.text || mentions != comment.mentions {
            let edited_at = Some(self.world.now());
            self.put_comment(Comment { text, mentions, edited_at, ..comment });
        }
        self.conversation(thread)
    }

    /// Deletes what one said oneself, or as a moderator what anybody said. That something was said
    /// stays visible. Repeated, it changes nothing.
    fn delete_comment(
        &mut self,
        thread: ThreadId,
        id: CommentId,
        by: Commenter,
    ) -> Result<Conversation, Failure> {
        let comment = self.comment(thread, id)?.clone();
        if comment.author != by.account && !by.moderates {
            let message = "Only its author, an owner or an admin deletes a comment.";
            return Err(forbidden(message));
        }
        if comment.deleted_at.is_none() {
            let deleted_at = Some(self.world.now());
            let (text, mentions) = (String::new(), Vec::new());
            self.put_comment(Comment { text, mentions, deleted_at, ..comment });
            let quote = self.comments.thread(thread)?.quote.clone();
            self.note_by(by.account, Happened::CommentDeleted, Some(&quote), Some(thread.uuid()));
        }
        self.conversation(thread)
    }

    fn comment(&self, thread: ThreadId, id: CommentId) -> Result<&Comment, Failure> {
        self.comments.thread(thread)?;
        self.comments.said.get(&(thread, id)).ok_or_else(|| Failure::not_found("comment"))
    }

    /// Resolves a thread or opens it again. The anchor stays in the text: editors show those of
    /// open threads alone, so that this is one record and no edit. Repeated, it changes nothing.
    fn resolve(
        &mut self,
        id: ThreadId,
        resolved: bool,
        by: Commenter,
    ) -> Result<Conversation, Failure> {
        let thread = self.comments.thread(id)?.clone();
        if thread.author != by.account && !by.resolves {
            let message = "Whoever began a thread resolves it, or somebody who may edit the draft.";
            return Err(forbidden(message));
        }
        if thread.resolved.is_some() != resolved {
            let what = if resolved { Happened::ThreadResolved } else { Happened::ThreadReopened };
            self.note_by(by.account, what, Some(&thread.quote), Some(id.uuid()));
            let resolution = Resolution { by: by.account, at: self.world.now() };
            self.put_thread(Thread { resolved: resolved.then_some(resolution), ..thread });
        }
        self.conversation(id)
    }

    /// Deletes a thread, its comments and its anchor. One that is not there is deleted already.
    fn delete_thread(&mut self, id: ThreadId, by: Commenter) -> Result<(), Failure> {
        let Some(thread) = self.comments.threads.get(&id) else { return Ok(()) };
        if thread.author != by.account && !by.moderates {
            let message = "Only whoever began a thread, an owner or an admin deletes it.";
            return Err(forbidden(message));
        }
        let quote = thread.quote.clone();
        self.note_by(by.account, Happened::ThreadDeleted, Some(&quote), Some(id.uuid()));
        let said: Vec<CommentId> = self.comments.of(id).map(|comment| comment.id).collect();
        for comment in said {
            self.comments.said.remove(&(id, comment));
            self.turn.deletes.push(comment_key(id, comment));
        }
        self.comments.threads.remove(&id);
        self.turn.deletes.push(thread_key(id));
        if let Some(update) = self.live.uncomment(&id.to_string()) {
            self.by_account(update, by.account);
        }
        self.changed_comments();
        Ok(())
    }

    fn say(&mut self, thread: ThreadId, comment: NewComment, author: AccountId) {
        let NewComment { id, text, mentions } = comment;
        let (at, edited_at, deleted_at) = (self.world.now(), None, None);
        let comment = Comment { id, thread, author, at, text, mentions, edited_at, deleted_at };
        self.put_comment(comment);
    }

    fn put_thread(&mut self, thread: Thread) {
        self.turn.records.push(Record::new(thread_key(thread.id), encode(&thread)));
        self.comments.load_thread(thread);
        self.changed_comments();
    }

    fn put_comment(&mut self, comment: Comment) {
        let key = comment_key(comment.thread, comment.id);
        self.turn.records.push(Record::new(key, encode(&comment)));
        self.comments.load_comment(comment);
        self.changed_comments();
    }

    /// Whoever is here reads comments and suggestions again once this turn is durable.
    pub(super) fn changed_comments(&mut self) {
        self.turn.fenced = true;
        if !std::mem::replace(&mut self.comments.told, true) {
            self.turn.seats.push(Box::new(|state| {
                state.comments.told = false;
                state.room.tell_others(None, &DocumentFrame::Comments);
            }));
        }
    }
}

fn checked(comment: NewComment) -> Result<NewComment, Failure> {
    let NewComment { id, text, mut mentions } = comment;
    let text = text.trim().to_owned();
    if !(1..=TEXT_CHARS_MAX).contains(&text.chars().count()) {
        let message = format!("A comment has 1 to {TEXT_CHARS_MAX} characters.");
        return Err(Refusal::invalid("comment_text", message).into());
    }
    mentions.sort_unstable();
    mentions.dedup();
    if mentions.len() > MENTIONS_MAX {
        let message = format!("A comment mentions at most {MENTIONS_MAX} people.");
        return Err(Refusal::invalid("mentions", message).into());
    }
    Ok(NewComment { id, text, mentions })
}

fn full(what: String, remedy: &str) -> Failure {
    let message = format!("A document has at most {what}. {remedy}.");
    Refusal::conflict("too_many_comments", message).into()
}

fn taken(what: &str) -> Failure {
    let message = format!("There is another {what} with this id: make a new one.");
    Refusal::conflict("id_taken", message).into()
}

fn forbidden(message: &str) -> Failure {
    Refusal::new(RefusalKind::Forbidden, "forbidden", message).into()
}

/// Why nothing can be put on a range of the text.
pub(super) fn out_of_range(what: &str, error: RangeError) -> Failure {
    let (kind, code) = match error {
        RangeError::Unreadable => (RefusalKind::Invalid, "range_unreadable"),
        RangeError::Unknown => (RefusalKind::Conflict, "range_unknown"),
        RangeError::NoBlock { .. } => (RefusalKind::Conflict, "no_such_block"),
        RangeError::Changed { .. } => (RefusalKind::Conflict, "block_changed"),
        RangeError::Outside { .. } => (RefusalKind::Invalid, "range_outside"),
        RangeError::Empty => (RefusalKind::Invalid, "range_empty"),
        RangeError::TooLong { .. } => (RefusalKind::Invalid, "range_too_long"),
    };
    Refusal::new(kind, code, format!("{what}: {error}.")).into()
}
