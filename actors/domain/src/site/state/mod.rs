//! The state of a site: its records, and the indices that make decisions cheap.

mod card;
mod key;

pub(super) use card::{bounded, change, link, note_problem, reseal_link, unlink};
pub(super) use key::{
    ask_key, batch_key, blobs, cluster_key, execution_record_key, free_document_key, is_pause, key,
    ledger_key, pause_key, removal, rest_key, task_key,
};

use crate::entity::RecordKey;
use crate::lane::UsageBook;
use crate::ledger::Ledger;
use crate::secret::SealedSecret;
use crate::site::automation::Automations;
use crate::site::command::{ClusterSummary, DocumentSummary, KeywordCounts};
use crate::site::queue::{
    Batch, BatchState, QueueIndex, QueuePause, QueueSettings, Rest, Task, TaskKind,
};
use crate::site::record::{
    Ask, Cluster, Document, FreeDocument, Idea, Image, Keyword, KeywordStatus, SiteCard,
    SiteRecord, Watch,
};
use crate::site::title::TitleIndex;
use igny8_protocol_ids::{
    AccountId, BatchId, ClusterId, DocumentId, IdeaId, ImageId, KeywordId, TaskId,
};
use key::{
    ASK, BATCH, CARD, CLUSTER, DOCUMENT, EXECUTION, FREE_DOCUMENT, IDEA, IMAGE, KEYWORD, LEDGER,
    LINK_SECRET, PACE, PAUSE, QUEUE_SETTINGS, REST, SCHEDULE, SHARE, TASK, USAGE, WATCH, kind_of,
    rest_of, scope_of,
};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use uuid::Uuid;

/// The state of a site, rebuilt from its records.
#[derive(Debug, Default)]
pub struct Site {
    card: Option<SiteCard>,
    link_secret: Option<SealedSecret>,
    keywords: BTreeMap<KeywordId, Keyword>,
    clusters: BTreeMap<ClusterId, Cluster>,
    ideas: BTreeMap<IdeaId, Idea>,
    tasks: BTreeMap<TaskId, Task>,
    batches: BTreeMap<BatchId, Batch>,
    rests: BTreeMap<(BatchId, u32), Rest>,
    settings: Option<QueueSettings>,
    documents: BTreeMap<DocumentId, Document>,
    free_documents: BTreeMap<DocumentId, FreeDocument>,
    images: BTreeMap<ImageId, Image>,
    ledger: Ledger,
    ask: Option<Ask>,
    automations: Automations,
    watch: Option<Watch>,
    usage: UsageBook,
    // Indices, kept by `insert` and `remove` alone.
    by_merge_key: BTreeMap<String, KeywordId>,
    by_status: BTreeMap<KeywordStatusIndex, u32>,
    ideas_by_cluster: BTreeMap<ClusterId, BTreeSet<IdeaId>>,
    free_documents_by_name: BTreeMap<String, DocumentId>,
    titles: TitleIndex,
    queue: QueueIndex,
}

type KeywordStatusIndex = u8;

impl Site {
    /// The site itself; `None` until the tenant has created it.
    pub fn card(&self) -> Option<&SiteCard> {
        self.card.as_ref()
    }
    /// The sealed secret of the link.
    pub fn link_secret(&self) -> Option<&SealedSecret> {
        self.link_secret.as_ref()
    }
    /// All keywords, the oldest first.
    pub fn keywords(&self) -> impl DoubleEndedIterator<Item = &Keyword> {
        self.keywords.values()
    }
    /// A keyword.
    pub fn keyword(&self, id: KeywordId) -> Option<&Keyword> {
        self.keywords.get(&id)
    }
    /// The keyword with this merge key.
    pub fn keyword_by_merge_key(&self, key: &str) -> Option<&Keyword> {
        self.by_merge_key.get(key).and_then(|id| self.keywords.get(id))
    }
    /// Keywords that a clustering would take.
    pub fn unclustered(&self) -> impl Iterator<Item = &Keyword> {
        use KeywordStatus::{New, Orphaned};
        self.keywords().filter(|keyword| matches!(keyword.status, New | Orphaned))
    }
    /// All clusters, the oldest first.
    pub fn clusters(&self) -> impl DoubleEndedIterator<Item = &Cluster> {
        self.clusters.values()
    }
    /// A cluster.
    pub fn cluster(&self, id: ClusterId) -> Option<&Cluster> {
        self.clusters.get(&id)
    }
    /// All ideas, the oldest first.
    pub fn ideas(&self) -> impl DoubleEndedIterator<Item = &Idea> {
        self.ideas.values()
    }
    /// A cluster's ideas, the oldest first.
    pub fn ideas_of(&self, cluster: ClusterId) -> impl DoubleEndedIterator<Item = &Idea> {
        let ids = self.ideas_by_cluster.get(&cluster).into_iter().flatten();
        ids.filter_map(|id| self.ideas.get(id))
    }
    /// True if an idea or a document has a title with this key.
    pub(super) fn has_title(&self, key: &str) -> bool {
        self.titles.has(key)
    }
    /// An idea.
    pub fn idea(&self, id: IdeaId) -> Option<&Idea> {
        self.ideas.get(&id)
    }
    /// All tasks, the oldest first.
    pub fn tasks(&self) -> impl DoubleEndedIterator<Item = &Task> {
        self.tasks.values()
    }
    /// A task.
    pub fn task(&self, id: TaskId) -> Option<&Task> {
        self.tasks.get(&id)
    }
    /// All batches, the oldest first.
    pub fn batches(&self) -> impl DoubleEndedIterator<Item = &Batch> {
        self.batches.values()
    }
    /// A batch.
    pub fn batch(&self, id: BatchId) -> Option<&Batch> {
        self.batches.get(&id)
    }
    /// What a batch still has to do, in order.
    pub(super) fn rests_of(&self, batch: BatchId) -> impl Iterator<Item = &Rest> {
        self.rests.range((batch, 0)..=(batch, u32::MAX)).map(|(_, rest)| rest)
    }
    /// The batches that still have something to do, the oldest first.
    pub(super) fn batches_to_come(&self) -> impl Iterator<Item = BatchId> {
        let next = |after: Option<(BatchId, u32)>| {
            let from = after.map_or(Bound::Unbounded, Bound::Excluded);
            self.rests.range((from, Bound::Unbounded)).next().map(|((batch, _), _)| *batch)
        };
        std::iter::successors(next(None), move |batch| next(Some((*batch, u32::MAX))))
    }
    /// What the site set for its queue, or what holds until it does.
    pub fn queue_settings(&self) -> &QueueSettings {
        static DEFAULT: std::sync::LazyLock<QueueSettings> =
            std::sync::LazyLock::new(QueueSettings::default);
        self.settings.as_ref().unwrap_or(&DEFAULT)
    }
    /// What is paused of the queue: of the tenant, the site and its kinds.
    pub fn pauses(&self) -> impl Iterator<Item = &QueuePause> {
        self.queue.pauses()
    }
    /// All documents, the oldest first.
    pub fn documents(&self) -> impl DoubleEndedIterator<Item = &Document> {
        self.documents.values()
    }
    /// A document.
    pub fn document(&self, id: DocumentId) -> Option<&Document> {
        self.documents.get(&id)
    }
    /// All free documents, the oldest first.
    pub fn free_documents(&self) -> impl DoubleEndedIterator<Item = &FreeDocument> {
        self.free_documents.values()
    }
    /// A free document.
    pub fn free_document(&self, id: DocumentId) -> Option<&FreeDocument> {
        self.free_documents.get(&id)
    }
    /// The free document whose room has this name.
    pub fn free_document_by_name(&self, name: &str) -> Option<&FreeDocument> {
        self.free_documents_by_name.get(name).and_then(|id| self.free_documents.get(id))
    }
    /// An image.
    pub fn image(&self, id: ImageId) -> Option<&Image> {
        self.images.get(&id)
    }
    /// The slice of credits.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }
    /// The open request for credits, or the pause after a refused one.
    pub fn ask(&self) -> Option<&Ask> {
        self.ask.as_ref()
    }
    pub(super) fn usage(&self) -> &UsageBook {
        &self.usage
    }
    /// The indices of the queue.
    pub(super) fn queue(&self) -> &QueueIndex {
        &self.queue
    }
    /// Schedules and executions.
    pub(super) fn automations(&self) -> &Automations {
        &self.automations
    }
    /// What the tenant hears of the slice.
    pub fn watch(&self) -> Option<&Watch> {
        self.watch.as_ref()
    }
    /// How many tasks of a kind run.
    pub fn running(&self, kind: TaskKind) -> u32 {
        self.queue.running(kind)
    }
    /// Keywords by status.
    pub fn keyword_counts(&self) -> KeywordCounts {
        let count =
            |status: KeywordStatus| self.by_status.get(&(status as u8)).copied().unwrap_or(0);
        KeywordCounts {
            new: count(KeywordStatus::New),
            clustered: count(KeywordStatus::Clustered),
            in_use: count(KeywordStatus::InUse),
            orphaned: count(KeywordStatus::Orphaned),
            archived: count(KeywordStatus::Archived),
        }
    }
    /// A cluster with what a list shows of it.
    pub fn cluster_summary(&self, id: ClusterId) -> Option<ClusterSummary> {
        let cluster = self.clusters.get(&id)?;
        let mut keywords: Vec<&Keyword> =
            cluster.keywords.iter().filter_map(|id| self.keywords.get(id)).collect();
        keywords.sort_by(|a, b| {
            b.figures.volume.cmp(&a.figures.volume).then_with(|| a.normalized.cmp(&b.normalized))
        });
        Some(ClusterSummary {
            id,
            name: cluster.name.clone(),
            intent: cluster.intent,
            pillar: cluster.pillar.clone(),
            keywords: keywords.iter().map(|keyword| keyword.text.clone()).collect(),
            volume: keywords
                .iter()
                .filter_map(|keyword| keyword.figures.volume)
                .fold(0, u64::saturating_add),
            locked: cluster.locked,
            ideas: u32::try_from(self.ideas_of(id).count()).unwrap_or(u32::MAX),
        })
    }
    /// A document with its images.
    pub fn document_summary(&self, id: DocumentId) -> Option<DocumentSummary> {
        let document = self.documents.get(&id)?.clone();
        let images = document.images.iter().filter_map(|id| self.images.get(id)).cloned().collect();
        Some(DocumentSummary { document, images })
    }

    pub(super) fn insert(&mut self, record: SiteRecord) -> Option<SiteRecord> {
        match record {
            SiteRecord::Card(card) => self.card.replace(card).map(SiteRecord::Card),
            SiteRecord::LinkSecret(secret) => {
                self.link_secret.replace(secret).map(SiteRecord::LinkSecret)
            }
            SiteRecord::Keyword(keyword) => {
                let before = self.remove_keyword(keyword.id);
                self.by_merge_key.insert(keyword.merge_key.clone(), keyword.id);
                *self.by_status.entry(keyword.status as u8).or_default() += 1;
                self.keywords.insert(keyword.id, keyword);
                before
            }
            SiteRecord::Cluster(cluster) => {
                self.clusters.insert(cluster.id, cluster).map(SiteRecord::Cluster)
            }
            SiteRecord::Idea(idea) => {
                let before = self.remove_idea(idea.id);
                self.ideas_by_cluster.entry(idea.cluster).or_default().insert(idea.id);
                self.titles.add(&idea.title);
                self.ideas.insert(idea.id, idea);
                before
            }
            SiteRecord::Task(task) => {
                let before = self.remove_task(task.id);
                self.queue.add(&task);
                self.tasks.insert(task.id, task);
                before
            }
            SiteRecord::Document(document) => {
                let before = self.remove_document(document.id);
                self.titles.add(&document.title);
                self.documents.insert(document.id, document);
                before
            }
            SiteRecord::Image(image) => self.images.insert(image.id, image).map(SiteRecord::Image),
            SiteRecord::Ledger(record) => self.ledger.put(record).map(SiteRecord::Ledger),
            SiteRecord::Ask(ask) => self.ask.replace(ask).map(SiteRecord::Ask),
            SiteRecord::Watch(watch) => self.watch.replace(watch).map(SiteRecord::Watch),
            SiteRecord::Share(share) => self.queue.put_share(share).map(SiteRecord::Share),
            SiteRecord::Schedule(schedule) => self.automations.put_schedule(schedule),
            SiteRecord::Execution(execution) => self.automations.put_execution(execution),
            SiteRecord::Pace(pace) => self.queue.put_pace(pace).map(SiteRecord::Pace),
            SiteRecord::Pause(pause) => self.queue.put_pause(pause).map(SiteRecord::Pause),
            SiteRecord::Batch(batch) => self.put_batch(batch),
            SiteRecord::Rest(rest) => {
                self.rests.insert((rest.batch, rest.number), rest).map(SiteRecord::Rest)
            }
            SiteRecord::QueueSettings(settings) => {
                self.settings.replace(settings).map(SiteRecord::QueueSettings)
            }
            SiteRecord::Usage(row) => self.usage.put(row).map(SiteRecord::Usage),
            SiteRecord::FreeDocument(document) => {
                let before = self.remove_free_document(document.id);
                self.free_documents_by_name.insert(document.name.clone(), document.id);
                self.free_documents.insert(document.id, document);
                before
            }
        }
    }

    pub(super) fn remove(&mut self, key: &RecordKey) -> Option<SiteRecord> {
        let (kind, rest) = key.split_first()?;
        match *kind {
            LEDGER => return self.ledger.delete(rest).map(SiteRecord::Ledger),
            SCHEDULE => return self.automations.remove_schedule(rest),
            EXECUTION => return self.automations.remove_execution(rest),
            _ => {}
        }
        match *kind {
            REST => return self.rests.remove(&rest_of(rest)?).map(SiteRecord::Rest),
            USAGE => return self.usage.take(rest).map(SiteRecord::Usage),
            SHARE => return self.remove_share(rest),
            PACE => {
                let kind = rest.first().and_then(|byte| kind_of(*byte));
                return self.queue.take_pace(kind).map(SiteRecord::Pace);
            }
            PAUSE => return self.queue.take_pause(scope_of(rest)?).map(SiteRecord::Pause),
            _ => {}
        }
        let id = Uuid::from_slice(rest).unwrap_or_default();
        match *kind {
            CARD => self.card.take().map(SiteRecord::Card),
            LINK_SECRET => self.link_secret.take().map(SiteRecord::LinkSecret),
            KEYWORD => self.remove_keyword(KeywordId::from_uuid(id)),
            CLUSTER => self.clusters.remove(&ClusterId::from_uuid(id)).map(SiteRecord::Cluster),
            IDEA => self.remove_idea(IdeaId::from_uuid(id)),
            TASK => self.remove_task(TaskId::from_uuid(id)),
            DOCUMENT => self.remove_document(DocumentId::from_uuid(id)),
            IMAGE => self.images.remove(&ImageId::from_uuid(id)).map(SiteRecord::Image),
            ASK => self.ask.take().map(SiteRecord::Ask),
            BATCH => self.remove_batch(BatchId::from_uuid(id)),
            QUEUE_SETTINGS => self.settings.take().map(SiteRecord::QueueSettings),
            WATCH => self.watch.take().map(SiteRecord::Watch),
            FREE_DOCUMENT => self.remove_free_document(DocumentId::from_uuid(id)),
            _ => None,
        }
    }

    fn remove_keyword(&mut self, id: KeywordId) -> Option<SiteRecord> {
        let before = self.keywords.remove(&id)?;
        self.by_merge_key.remove(&before.merge_key);
        decrement(&mut self.by_status, before.status as u8);
        Some(SiteRecord::Keyword(before))
    }
    fn remove_document(&mut self, id: DocumentId) -> Option<SiteRecord> {
        let before = self.documents.remove(&id)?;
        self.titles.remove(&before.title);
        Some(SiteRecord::Document(before))
    }
    fn remove_free_document(&mut self, id: DocumentId) -> Option<SiteRecord> {
        let before = self.free_documents.remove(&id)?;
        self.free_documents_by_name.remove(&before.name);
        Some(SiteRecord::FreeDocument(before))
    }
    fn remove_idea(&mut self, id: IdeaId) -> Option<SiteRecord> {
        let before = self.ideas.remove(&id)?;
        if let Some(ideas) = self.ideas_by_cluster.get_mut(&before.cluster) {
            ideas.remove(&id);
            if ideas.is_empty() {
                self.ideas_by_cluster.remove(&before.cluster);
            }
        }
        self.titles.remove(&before.title);
        Some(SiteRecord::Idea(before))
    }
    fn remove_task(&mut self, id: TaskId) -> Option<SiteRecord> {
        let before = self.tasks.remove(&id)?;
        self.queue.take(&before);
        Some(SiteRecord::Task(before))
    }
    fn put_batch(&mut self, batch: Batch) -> Option<SiteRecord> {
        self.index_batch(batch.id, Some(BatchState::of(&batch)));
        self.batches.insert(batch.id, batch).map(SiteRecord::Batch)
    }
    fn remove_batch(&mut self, id: BatchId) -> Option<SiteRecord> {
        self.index_batch(id, None);
        self.batches.remove(&id).map(SiteRecord::Batch)
    }
    /// Where a task stands in the indices depends on its batch.
    fn index_batch(&mut self, id: BatchId, state: Option<BatchState>) {
        if self.queue.batch_state(id) == state {
            return;
        }
        let children: Vec<TaskId> = self.queue.children(id).collect();
        let tasks = || children.iter().filter_map(|id| self.tasks.get(id));
        tasks().for_each(|task| self.queue.take(task));
        self.queue.set_batch(id, state);
        tasks().for_each(|task| self.queue.add(task));
    }
    fn remove_share(&mut self, key: &[u8]) -> Option<SiteRecord> {
        let (kind, user) = key.split_first()?;
        let kind = kind_of(*kind)?;
        let user = Uuid::from_slice(user).ok().filter(|id| !id.is_nil()).map(AccountId::from_uuid);
        self.queue.take_share(kind, user).map(SiteRecord::Share)
    }
}

fn decrement<K: Ord>(counts: &mut BTreeMap<K, u32>, key: K) {
    if let Some(count) = counts.get_mut(&key) {
        *count = count.saturating_sub(1);
    }
}
