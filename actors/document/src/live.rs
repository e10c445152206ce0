//! The live document: yrs behind our own type. It decides nothing about rights, storage or relay.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use thiserror::Error;
use yrs::types::TypeRef;
use yrs::updates::decoder::Decode;
use yrs::updates::encoder::Encode;
use yrs::{
    ClientID, Doc, ID, OffsetKind, Options, ReadTxn, StateVector, Transact, TransactionMut, Update,
};

use crate::admission::{self, UpdateRefused};
use crate::content::tree::ContentTree;
use crate::update::{Incoming, decode_state_vector};
use crate::{free, schema, yjs};

/// Largest update taken from a client, in bytes: a pasted chapter fits, an image as data does not.
pub const UPDATE_BYTES_MAX: usize = 1024 * 1024;

/// Largest document, encoded, in bytes. Joining one costs about a tenth of a second at this size.
pub const DOCUMENT_BYTES_MAX: usize = 32 * 1024 * 1024;

/// The journal is folded into a fresh snapshot when it outgrows the last one, and this.
const JOURNAL_BYTES_MIN: usize = 64 * 1024;

/// The document could not be built from what was stored.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LoadError {
    /// The snapshot does not decode, or panics.
    #[error("the stored snapshot cannot be read")]
    Snapshot,
    /// This update does not decode, or panics.
    #[error("the stored update {index} cannot be read")]
    Update {
        /// Its place among the updates given, from 0.
        index: usize,
    },
    /// After the last update something is still missing.
    #[error("stored updates are missing")]
    Incomplete,
}

/// What [`LiveDocument::apply`] did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// False if everything in it was already there.
    pub changed: bool,
    /// What the update added: persist and relay this.
    pub delta: Vec<u8>,
    /// True if content may now need [`LiveDocument::repair`] before anyone reads it.
    pub suspect: bool,
    /// Per client of whom it brought something new, the clock at which that begins.
    pub wrote: Vec<(u64, u32)>,
}

/// What a document may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentKind {
    /// An article: nodes, marks and attributes of the schema alone.
    Article,
    /// Any Yjs content: only its structure is checked, and nothing is seeded or repaired.
    Free,
}

/// The live collaborative document.
pub struct LiveDocument {
    pub(crate) doc: Doc,
    kind: DocumentKind,
    client: u64,
    version: u64,
    journal: Journal,
    /// Elements whose content changed and may need repair.
    pub(crate) suspects: HashSet<ID>,
}

/// The same document as bytes: what it is rebuilt from if applying an update panics. Folding it
/// costs the document's size once per that many bytes of edits.
#[derive(Default)]
struct Journal {
    snapshot: Bytes,
    updates: Vec<Vec<u8>>,
    updates_bytes: usize,
}

impl LiveDocument {
    /// An empty article. `server_client_id` signs the server's own edits: no other writer, and no
    /// earlier life of this document that may have lost edits, may have used it.
    pub fn new(server_client_id: u64) -> Self {
        Self::empty(DocumentKind::Article, server_client_id)
    }

    /// An empty document of a kind.
    pub fn empty(kind: DocumentKind, server_client_id: u64) -> Self {
        Self {
            doc: new_doc(kind, server_client_id),
            kind,
            client: server_client_id,
            version: 0,
            journal: Journal::default(),
            suspects: HashSet::new(),
        }
    }

    /// Builds the document from a snapshot and the v1 updates stored after it.
    pub fn load(
        kind: DocumentKind,
        server_client_id: u64,
        snapshot: Option<&Bytes>,
        updates: impl IntoIterator<Item = impl AsRef<[u8]>>,
    ) -> Result<Self, LoadError> {
        let mut document = Self::empty(kind, server_client_id);
        let mut has_more = false;
        if let Some(bytes) = snapshot {
            document.load_one(bytes).ok_or(LoadError::Snapshot)?;
        }
        for (index, bytes) in updates.into_iter().enumerate() {
            document.load_one(bytes.as_ref()).ok_or(LoadError::Update { index })?;
            has_more = true;
        }
        if document.doc.transact().has_missing_updates() {
            return Err(LoadError::Incomplete);
        }
        // What was kept is what it is, unless there was more.
        match snapshot.filter(|_| !has_more) {
            Some(snapshot) => document.journal.snapshot = snapshot.clone(),
            None => document.fold(),
        }
        if kind == DocumentKind::Article {
            document.suspect_all();
        }
        Ok(document)
    }

    fn load_one(&self, bytes: &[u8]) -> Option<()> {
        catch_unwind(AssertUnwindSafe(|| apply_raw(&self.doc, bytes))).ok()?
    }

    /// What it may hold.
    pub fn kind(&self) -> DocumentKind {
        self.kind
    }

    /// The client id of the server's own edits.
    pub fn own_client(&self) -> u64 {
        self.client
    }

    /// Grows with every change: two equal numbers are the same content.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// What we have, per client, encoded.
    pub fn state_vector(&self) -> Vec<u8> {
        self.doc.transact().state_vector().encode_v1()
    }

    /// How far each client's edits are held, in the order of the clients. The encoded state vector
    /// has no order of its own, so two equal ones may differ in their bytes.
    pub fn clocks(&self) -> std::collections::BTreeMap<u64, u32> {
        let state = self.doc.transact().state_vector();
        state.iter().map(|(client, clock)| (client.get(), *clock)).collect()
    }

    /// The whole state as one v1 update. Costs the document's size if it was edited since it was
    /// loaded or folded, and nothing otherwise.
    pub fn snapshot(&self) -> Bytes {
        if self.journal.updates.is_empty() && !self.journal.snapshot.is_empty() {
            return self.journal.snapshot.clone();
        }
        self.encode()
    }

    fn encode(&self) -> Bytes {
        let mut encoded = self.doc.transact().encode_diff_v1(&StateVector::default());
        // It is kept, and the encoder begins with a kibibyte.
        encoded.shrink_to_fit();
        encoded.into()
    }

    /// What someone with this state vector lacks, as one v1 update.
    pub fn diff(&self, state_vector: &[u8]) -> Result<Vec<u8>, UpdateRefused> {
        let have = decode_state_vector(state_vector)
            .map_err(|reason| UpdateRefused::Undecodable { reason })?;
        Ok(self.doc.transact().encode_diff_v1(&have))
    }

    /// Whether everything in an update is here already: what it inserts, and what it deletes.
    /// Something that cannot be read is not. Costs the document's size if it deletes anything.
    pub fn holds(&self, update: &[u8]) -> bool {
        let Ok(incoming) = Incoming::decode(update) else { return false };
        let txn = self.doc.transact();
        let is_inserted = !incoming.adds_to(&txn.state_vector());
        let is_deleted = || incoming.deletes.diff(&txn.snapshot().delete_set).is_empty();
        is_inserted && (incoming.deletes.is_empty() || is_deleted())
    }

    /// The content of an article as a typed tree; a free document has none.
    pub fn tree(&self) -> ContentTree {
        if self.kind == DocumentKind::Free {
            return ContentTree::default();
        }
        let txn = self.doc.transact();
        ContentTree::from_nodes(&yjs::read_children(&txn, &yjs::root(&txn)))
    }

    /// Size in bytes: the last full encoding plus what was added since. Never too low; too high
    /// by 64 KiB or by half of itself at the most, as the sum is folded when it doubles.
    pub fn size(&self) -> usize {
        self.journal.bytes()
    }

    /// R8: checks the update on its own, applies it, and returns what it added. A refusal leaves
    /// the document unchanged.
    pub fn apply(&mut self, update: &[u8]) -> Result<Applied, UpdateRefused> {
        let incoming = self.admit(update)?;
        let (checked, wrote) = {
            let txn = self.doc.transact();
            let have = txn.state_vector();
            admission::check_gaps(&incoming, &have)?;
            let checked = match self.kind {
                DocumentKind::Article => admission::check_schema(&incoming, &have, &txn)?,
                DocumentKind::Free => free::check(&incoming, &txn)?,
            };
            (checked, incoming.news(&have))
        };
        let applied = catch_unwind(AssertUnwindSafe(|| integrate(&self.doc, update)));
        let Ok(Some(integrated)) = applied else {
            self.rebuild();
            return Err(UpdateRefused::Panicked);
        };
        if integrated.missing {
            self.rebuild();
            return Err(UpdateRefused::Gap { have_state_vector: self.state_vector() });
        }
        let rechecked = admission::check_elements(&checked.recheck, &self.doc.transact());
        if let Err(refusal) = rechecked {
            self.rebuild();
            return Err(refusal);
        }
        if self.kind == DocumentKind::Article {
            self.suspects.extend(integrated.touched);
            self.suspects.extend(checked.elements);
        }
        if integrated.changed {
            self.remember(&integrated.delta);
        }
        Ok(Applied {
            changed: integrated.changed,
            delta: integrated.delta,
            suspect: !self.suspects.is_empty(),
            wrote,
        })
    }

    /// [`LiveDocument::apply`] for edits that one author made one after the other, as if they had
    /// been made at once: looking at them one by one costs a multiple. `None` if they are not taken
    /// like that; then each is to be applied by itself, which says what is wrong with which.
    pub fn apply_together(&mut self, updates: &[&[u8]]) -> Option<Applied> {
        // Ours reads nested values with a bound, yrs without one: nothing is merged before it.
        for update in updates {
            Incoming::decode(update).ok()?;
        }
        let whole = catch_unwind(|| yrs::merge_updates_v1(updates)).ok()?.ok()?;
        self.apply(&whole).ok()
    }

    fn admit(&mut self, update: &[u8]) -> Result<Incoming, UpdateRefused> {
        if update.len() > UPDATE_BYTES_MAX {
            return Err(UpdateRefused::TooLarge {
                bytes: update.len(),
                bytes_max: UPDATE_BYTES_MAX,
            });
        }
        if self.size() + update.len() > DOCUMENT_BYTES_MAX {
            // The sum overstates a document in which much was deleted: count it exactly.
            self.fold();
        }
        let bytes = self.size() + update.len();
        if bytes > DOCUMENT_BYTES_MAX {
            return Err(UpdateRefused::DocumentTooLarge { bytes, bytes_max: DOCUMENT_BYTES_MAX });
        }
        Incoming::decode(update).map_err(|reason| UpdateRefused::Undecodable { reason })
    }

    /// Makes one server edit; returns its update, `None` if nothing changed.
    pub(crate) fn edit(&mut self, edit: impl FnOnce(&mut TransactionMut<'_>)) -> Option<Vec<u8>> {
        let update = {
            let mut txn = self.doc.transact_mut();
            edit(&mut txn);
            txn.commit();
            if !txn.has_changes() {
                return None;
            }
            txn.encode_update_v1()
        };
        self.remember(&update);
        Some(update)
    }

    /// Applies an update made by this crate under a client id of its own.
    pub(crate) fn apply_own(&mut self, update: &[u8]) {
        apply_raw(&self.doc, update)
            .expect("an update built here from the document's state applies");
        debug_assert!(!self.doc.transact().has_missing_updates());
        self.remember(update);
    }

    fn remember(&mut self, update: &[u8]) {
        self.version += 1;
        self.journal.updates_bytes += update.len();
        self.journal.updates.push(update.to_vec());
        if self.journal.updates_bytes > self.journal.snapshot.len().max(JOURNAL_BYTES_MIN) {
            self.fold();
        }
    }

    fn fold(&mut self) {
        self.journal = Journal { snapshot: self.encode(), ..Journal::default() };
    }

    /// After a panic the yrs document cannot be trusted: a new one is built from the journal.
    fn rebuild(&mut self) {
        self.doc = new_doc(self.kind, self.client);
        let snapshot = Some(&self.journal.snapshot).filter(|bytes| !bytes.is_empty());
        let updates = self.journal.updates.iter().map(Vec::as_slice);
        for bytes in snapshot.map(|bytes| &bytes[..]).into_iter().chain(updates) {
            apply_raw(&self.doc, bytes).expect("the journal holds only what was applied before");
        }
    }
}

impl Journal {
    fn bytes(&self) -> usize {
        self.snapshot.len() + self.updates_bytes
    }
}

struct Integrated {
    changed: bool,
    missing: bool,
    delta: Vec<u8>,
    touched: Vec<ID>,
}

fn new_doc(kind: DocumentKind, client: u64) -> Doc {
    let mut options = Options::with_client_id(ClientID::new(client));
    // Yjs counts text in UTF-16.
    options.offset_kind = OffsetKind::Utf16;
    options.skip_gc = false;
    // Editors tidy formatting themselves; doing it here too would turn every update into two.
    options.cleanup_formatting = false;
    let doc = Doc::with_options(options);
    if kind == DocumentKind::Article {
        doc.get_or_insert_xml_fragment(schema::ROOT);
    }
    doc
}

fn apply_raw(doc: &Doc, bytes: &[u8]) -> Option<()> {
    let update = Update::decode_v1(bytes).ok()?;
    doc.transact_mut().apply_update(update).ok()
}

fn integrate(doc: &Doc, bytes: &[u8]) -> Option<Integrated> {
    let update = Update::decode_v1(bytes).ok()?;
    let mut txn = doc.transact_mut();
    txn.apply_update(update).ok()?;
    txn.commit();
    let touched = txn
        .changed_parent_types()
        .iter()
        .filter(|branch| matches!(branch.type_ref(), TypeRef::XmlElement(_)))
        .filter_map(|branch| yjs::id_of(branch))
        .collect();
    Some(Integrated {
        changed: txn.has_changes(),
        missing: txn.has_missing_updates(),
        delta: txn.encode_update_v1(),
        touched,
    })
}

/// Merges updates that were all accepted here, in order, into one for the wire and the store.
pub fn merge(updates: &[Vec<u8>]) -> Vec<u8> {
    match updates {
        [one] => one.clone(),
        many => {
            yrs::merge_updates_v1(many).expect("only updates that were decoded before are merged")
        }
    }
}
