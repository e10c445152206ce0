//! Who wrote what: a table from Yjs client ids to whoever handed their edits in. An entry is written
//! in the same commit as the first edit that it is about. People's edits are appends without a
//! fence; the one that brings a new entry is a fenced commit instead, once for each page that is
//! opened and written in. That is one conditional write more on a store of several nodes, and no
//! second format of appends that every reader would have to know for ever.
//!
//! Whoever hands in characters that the document does not have is their author. A client id is no
//! proof: anybody can write under anybody's. If edits of a known client id come from another
//! account, the new characters are that account's and the old ones stay whose they were; nothing
//! is refused, since clients may pass on what others wrote.

mod record;

use super::actor::State;
use super::handle::DocumentHandle;
use super::record::Maker;
use crate::entity::encode;
use crate::failure::Failure;
use igny8_actors_document::{ContentTree, Written};
use igny8_protocol_ids::{AccountId, RunId};
use igny8_storage_api::{Record, RecordKey};
use std::collections::{BTreeMap, HashSet};

use record::author_key;
pub(super) use record::{AUTHOR, Source, place_of};

/// Entries that are kept. Each page that is opened is another client id: beyond this the oldest
/// drafts of a large team would fill memory with names of whom nothing is left in the text. What is
/// written beyond it has no author.
const ENTRIES_MAX: usize = 10_000;
/// At so many the entries of whom nothing is left go when the document is folded.
const ENTRIES_MANY: usize = ENTRIES_MAX / 2;

/// An author of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Author {
    /// A person, or a program in a person's name.
    Account(AccountId),
    /// An AI.
    Run {
        /// The run: that of its task.
        run: RunId,
        /// How it is named.
        name: String,
        /// By which model and prompt it wrote; none for runs of older builds.
        maker: Option<Maker>,
    },
    /// The server by itself: a repair, a restructured text.
    Server,
}

/// Text of one author in one block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuthoredSpan {
    /// The block's place, from 0.
    pub block: usize,
    /// The first UTF-16 unit of the block's text.
    pub from: u32,
    /// The unit after the last.
    pub to: u32,
    /// Which of the authors; none: it was written before authors were kept.
    pub author: Option<usize>,
}

/// What a client's edits from a clock on are attributed to, until its next entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WriterEntry {
    /// The Yjs client id.
    pub client: u64,
    /// The clock.
    pub clock: u32,
    /// Which of the authors.
    pub author: usize,
}

/// Who wrote a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Authorship {
    /// Each once.
    pub authors: Vec<Author>,
    /// The table, in the order of clients and clocks: with it, whoever has the document can tell
    /// for themselves.
    pub writers: Vec<WriterEntry>,
    /// The text, from top to bottom.
    pub spans: Vec<AuthoredSpan>,
}

#[derive(Debug, Default)]
pub(super) struct Authors {
    /// By client, from which clock on.
    entries: BTreeMap<(u64, u32), Source>,
    /// How far the server's own edits are attributed.
    own: u32,
}

impl Authors {
    pub(super) fn load(&mut self, place: (u64, u32), source: Source) {
        self.entries.insert(place, source);
    }

    /// Whose a client's edit at a clock is.
    fn at(&self, client: u64, clock: u32) -> Option<Source> {
        let entry = self.entries.range((client, 0)..=(client, clock)).next_back();
        entry.map(|(_, source)| *source)
    }

    pub(super) fn keys(&self) -> Vec<RecordKey> {
        self.entries.keys().copied().map(author_key).collect()
    }
}

impl State {
    /// Attributes what a person's edit brought.
    pub(super) fn written_by(&mut self, account: AccountId, wrote: &[(u64, u32)]) {
        for place in wrote {
            self.attribute(*place, Source::Account(account));
        }
    }

    fn attribute(&mut self, place: (u64, u32), source: Source) {
        let known = self.authors.at(place.0, place.1) == Some(source);
        if known || self.authors.entries.len() >= ENTRIES_MAX {
            return;
        }
        self.authors.load(place, source);
        self.turn.records.push(Record::new(author_key(place), encode(&source)));
        self.turn.fenced = true;
    }

    /// An edit of the server's in somebody's name.
    pub(super) fn by_account(&mut self, update: Vec<u8>, account: AccountId) {
        self.attribute_own(Source::Account(account));
        self.by_server(update);
    }

    /// Attributes what the server has written under its own client id since the last time.
    pub(super) fn attribute_own(&mut self, source: Source) {
        let (from, to) = (self.authors.own, self.live.own_clock());
        if to > from {
            self.authors.own = to;
            self.attribute((self.live.own_client(), from), source);
        }
    }

    /// Forgets whom nothing is left of, if there are many.
    pub(super) fn forget_authors(&mut self) {
        if self.authors.entries.len() < ENTRIES_MANY {
            return;
        }
        let left: HashSet<u64> = self.live.written().iter().map(|written| written.client).collect();
        let own = self.live.own_client();
        let gone = |place: &(u64, u32)| place.0 != own && !left.contains(&place.0);
        let gone: Vec<(u64, u32)> = self.authors.entries.keys().copied().filter(gone).collect();
        for place in gone {
            self.authors.entries.remove(&place);
            self.turn.deletes.push(author_key(place));
        }
    }

    /// Who wrote what. One pass over the text.
    pub(super) fn authorship(&self) -> Authorship {
        let mut authorship = Authorship::default();
        let mut writers: BTreeMap<(u64, u32), usize> = BTreeMap::new();
        for run in self.runs.values() {
            let (name, maker) = (run.author.clone(), run.maker.clone());
            let author = Author::Run { run: run.id, name, maker };
            writers.insert((run.progress.run_client_id(), 0), authorship.number(author));
        }
        for (place, source) in &self.authors.entries {
            let author = match source {
                Source::Account(account) => Author::Account(*account),
                Source::Server => Author::Server,
            };
            writers.insert(*place, authorship.number(author));
        }
        for written in self.live.written() {
            authorship.add(&written, &writers);
        }
        let entry = |((client, clock), author)| WriterEntry { client, clock, author };
        authorship.writers = writers.into_iter().map(entry).collect();
        authorship
    }
}

impl Authorship {
    fn number(&mut self, author: Author) -> usize {
        if let Some(at) = self.authors.iter().position(|known| *known == author) {
            return at;
        }
        self.authors.push(author);
        self.authors.len() - 1
    }

    /// Cuts a piece where the table says that its client's author changes.
    fn add(&mut self, written: &Written, writers: &BTreeMap<(u64, u32), usize>) {
        let Written { block, from, len, client, clock } = *written;
        let end = clock + len;
        let mut at = clock;
        while at < end {
            let author = writers.range((client, 0)..=(client, at)).next_back().map(|(_, a)| *a);
            let next = writers.range((client, at + 1)..(client, end)).next();
            let to = next.map_or(end, |((_, clock), _)| *clock);
            self.join(AuthoredSpan {
                block,
                from: from + at - clock,
                to: from + to - clock,
                author,
            });
            at = to;
        }
    }

    fn join(&mut self, span: AuthoredSpan) {
        match self.spans.last_mut() {
            Some(last)
                if (last.block, last.to, last.author) == (span.block, span.from, span.author) =>
            {
                last.to = span.to;
            }
            _ => self.spans.push(span),
        }
    }
}

impl DocumentHandle {
    /// Who wrote what, and the content that it is about.
    pub async fn authorship(&self) -> Result<(Authorship, ContentTree), Failure> {
        self.history(|state| Ok((state.authorship(), state.live.tree()))).await
    }
}
