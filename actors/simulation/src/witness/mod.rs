//! The witness sees every write and every answer, and says which promise was broken.

mod edit;
mod ledger;
mod outbox;
mod site;
mod tenant;

pub(crate) use edit::{token_text, tokens_in};

use crate::chance::fold;
use crate::store::{MemoryStore, Rows};
use crate::world::VirtualClock;
use igny8_actors_domain::site::Site;
use igny8_actors_domain::tenant::Tenant;
use igny8_actors_ports::Clock;
use igny8_actors_runtime::probe;
use igny8_protocol_ids::{
    DocumentId, EntityKey, EntityKind, Epoch, Position, Sequence, SiteId, TenantId, Timestamp,
};
use igny8_storage_api::{Append, Change, Head};
use outbox::Outbox;
use parking_lot::Mutex;
use serde::Serialize;
use site::SiteBook;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tenant::TenantBook;

/// Violations that are kept: the first one is what matters.
const KEPT_MAX: usize = 20;

/// A broken promise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// Its name begins with the rule.
    pub rule: &'static str,
    /// What happened.
    pub what: String,
    /// When, after the beginning.
    pub at_ms: i64,
}

/// What is known of every entity.
#[derive(Default)]
struct Book {
    epoch: Epoch,
    outbox: Outbox,
    /// A fold of the state after each commit: what is seen must be one of them.
    states: BTreeMap<Sequence, u64>,
}

#[derive(Default)]
struct State {
    violations: Vec<Violation>,
    trace: u64,
    books: BTreeMap<EntityKey, Book>,
    sites: BTreeMap<EntityKey, SiteBook>,
    tenants: BTreeMap<TenantId, TenantBook>,
    edits: edit::Edits,
    /// When something was done to an entity that may count as its failure.
    harm: BTreeMap<EntityKey, Vec<Timestamp>>,
    /// Revisions of documents that left for a site.
    published: BTreeSet<(String, u64)>,
    zombies: bool,
}

/// One for a life.
pub(crate) struct Witness {
    state: Mutex<State>,
    memory: Arc<MemoryStore>,
    clock: Arc<VirtualClock>,
    beginning: Timestamp,
}

impl Witness {
    pub(crate) fn new(memory: Arc<MemoryStore>, clock: Arc<VirtualClock>) -> Arc<Self> {
        let beginning = clock.now();
        Arc::new(Self { state: Mutex::default(), memory, clock, beginning })
    }

    pub(crate) fn violation(&self, rule: &'static str, what: String) {
        let at_ms = self.clock.now().as_millis() - self.beginning.as_millis();
        let mut state = self.state.lock();
        if state.violations.len() < KEPT_MAX {
            state.violations.push(Violation { rule, what, at_ms });
        }
    }

    pub(crate) fn violations(&self) -> Vec<Violation> {
        self.state.lock().violations.clone()
    }

    /// A number that follows from all that was written, in its order (R15).
    pub(crate) fn trace(&self) -> u64 {
        self.state.lock().trace
    }

    pub(crate) fn taken(&self, entity: &EntityKey, head: &Head) {
        let now = self.clock.now();
        let mut state = self.state.lock();
        state.note(&[&head.epoch.0.to_be_bytes(), entity.id.as_bytes()]);
        if state.zombies {
            state.harm.entry(*entity).or_default().push(now);
        }
        let book = state.books.entry(*entity).or_default();
        let known = book.epoch;
        book.epoch = head.epoch;
        drop(state);
        if head.epoch <= known {
            self.violation("r2_epochs_grow", format!("{entity}: {known:?} and then {head:?}"));
        }
    }

    /// A commit that was applied, with the rows as they are after it.
    pub(crate) fn committed(&self, rows: &Rows, entity: &EntityKey, head: &Head, change: &Change) {
        let now = self.clock.now();
        let mut broken: Vec<(&'static str, String)> = Vec::new();
        {
            let mut state = self.state.lock();
            let state = &mut *state;
            state.note(&[&head.chain]);
            let book = state.books.entry(*entity).or_default();
            book.outbox.commit(head.sequence, change, &mut broken);
            state.edits.seen_in(entity, &change.appends);
            let due = state.apply(entity, change, &mut broken);
            let fold = state.fold_of(entity);
            let book = state.books.entry(*entity).or_default();
            book.states.insert(head.sequence, fold);
            let due = if book.outbox.is_empty() { due } else { Some(now) };
            check_wake(rows, entity, now, due, &mut broken);
        }
        for (rule, what) in broken {
            self.violation(rule, format!("{entity} at {}: {what}", head.sequence.0));
        }
    }

    pub(crate) fn appended(&self, entity: &EntityKey, rows: &[Append]) {
        let mut state = self.state.lock();
        for row in rows {
            state.note(&[&row.sequence.0.to_be_bytes(), &row.body]);
        }
        state.edits.seen_in(entity, rows);
    }

    /// The store failed at a call about this entity.
    pub(crate) fn store_failed(&self, entity: EntityKey) {
        let now = self.clock.now();
        self.state.lock().harm.entry(entity).or_default().push(now);
    }
    /// An actor was made to panic.
    pub(crate) fn panicked(&self, entity: EntityKey) {
        self.store_failed(entity);
    }
    /// Two nodes believe that they own everything, or no longer.
    pub(crate) fn set_zombies(&self, zombies: bool) {
        self.state.lock().zombies = zombies;
    }

    /// Somebody was told that this entity is kept out.
    pub(crate) fn quarantined(&self, entity: &EntityKey) {
        let now = self.clock.now();
        let state = self.state.lock();
        let harm = state
            .harm
            .get(entity)
            .map_or(0, |times| times.iter().filter(|at| now.since(**at).as_secs() <= 120).count());
        let excused = harm >= 5 || state.zombies;
        drop(state);
        if !excused {
            let what = format!("{entity} after {harm} failures");
            self.violation("r12_quarantine_only_after_repeated_failures", what);
        }
    }

    /// A port was called under this key: the order must have been durable before.
    pub(crate) fn called(&self, idempotency_key: &str) {
        let known = {
            let state = self.state.lock();
            state.books.iter().any(|(entity, book)| {
                let rest = idempotency_key.strip_prefix(&entity.to_string());
                rest.is_some_and(|rest| book.outbox.was_opened(rest))
            })
        };
        if !known {
            let what = format!("a port was called for {idempotency_key}, which nobody ordered");
            self.violation("r3_nothing_leaves_before_it_is_durable", what);
        }
    }

    /// A post is on its way to a site.
    pub(crate) fn publishes(&self, external_id: &str, revision: u64) {
        let known = {
            let mut state = self.state.lock();
            state.published.insert((external_id.to_owned(), revision));
            state.sites.values().any(|book| book.ordered_publication(external_id, revision))
        };
        if !known {
            let what = format!("revision {revision} of {external_id} left, and nobody ordered it");
            self.violation("r3_nothing_leaves_before_it_is_durable", what);
        }
    }

    /// A request under this key was answered: the reply must be kept.
    pub(crate) fn answered(&self, entity: &EntityKey, idempotency_key: &str) {
        let key = probe::reply_key(idempotency_key);
        let kept = self
            .memory
            .rows()
            .stored(entity)
            .is_some_and(|stored| stored.records.contains_key(&key));
        if !kept {
            let what = format!("{entity} answered {idempotency_key}, which is not durable");
            self.violation("r3_nothing_leaves_before_it_is_durable", what);
        }
    }

    /// Somebody saw this state of an entity; `at` if they know its position.
    pub(crate) fn saw(&self, entity: &EntityKey, fold: u64, at: Option<Position>) {
        let state = self.state.lock();
        let Some(book) = state.books.get(entity) else { return };
        let known = match at {
            Some(position) => book.states.get(&position.sequence) == Some(&fold),
            None => book.states.values().any(|known| *known == fold),
        };
        let committed = at.is_none_or(|position| position.sequence.0 > 0);
        drop(state);
        if !known && committed {
            let what = format!("{entity} showed a state that was never committed (at {at:?})");
            self.violation("r3_nothing_leaves_before_it_is_durable", what);
        }
    }

    /// Somebody heard this commit.
    pub(crate) fn heard(&self, entity: &EntityKey, position: Position) {
        let durable = self.memory.rows().head(entity);
        if durable.is_none_or(|head| head.sequence < position.sequence) {
            let what = format!("{entity} told {position:?}, which is not durable");
            self.violation("r3_nothing_leaves_before_it_is_durable", what);
        }
    }

    /// Reads a site as it is committed.
    pub(crate) fn site<T>(
        &self,
        tenant: TenantId,
        site: SiteId,
        read: impl FnOnce(&Site) -> T,
    ) -> Option<T> {
        let state = self.state.lock();
        state.sites.get(&EntityKey::site(tenant, site)).map(|book| read(&book.core))
    }

    /// Reads a tenant as it is committed.
    pub(crate) fn tenant<T>(&self, tenant: TenantId, read: impl FnOnce(&Tenant) -> T) -> Option<T> {
        self.state.lock().tenants.get(&tenant).map(|book| read(&book.core))
    }

    /// Every site and every tenant as committed.
    pub(crate) fn each(
        &self,
        mut site: impl FnMut(&EntityKey, &Site),
        mut tenant: impl FnMut(TenantId, &Tenant),
    ) {
        let state = self.state.lock();
        state.sites.iter().for_each(|(key, book)| site(key, &book.core));
        state.tenants.iter().for_each(|(id, book)| tenant(*id, &book.core));
    }

    /// An edit under this number was acknowledged.
    pub(crate) fn edit_acknowledged(&self, document: DocumentId, token: u64) {
        let durable = self.state.lock().edits.acknowledge(document, token);
        if !durable {
            let what = format!("edit {token} of {document} was acknowledged and is not there");
            self.violation("r7_acknowledged_means_durable", what);
        }
    }

    /// Somebody received these edits of others.
    pub(crate) fn edits_received(&self, document: DocumentId, update: &[u8]) {
        let missing = self.state.lock().edits.unknown_in(document, update);
        if let Some(token) = missing {
            let what = format!("edit {token} of {document} was relayed and is not durable");
            self.violation("r3_nothing_leaves_before_it_is_durable", what);
        }
    }

    /// The edits of a document that were acknowledged, and whether anybody typed there.
    pub(crate) fn acknowledged(&self, document: DocumentId) -> Vec<u64> {
        self.state.lock().edits.acknowledged(document)
    }
    /// All edits that were acknowledged.
    pub(crate) fn edits(&self) -> u64 {
        self.state.lock().edits.count()
    }
    pub(crate) fn is_untouched(&self, document: DocumentId) -> bool {
        self.state.lock().edits.is_untouched(document)
    }
}

/// Work of an entity at rest must be found: the hint is there before the work is (R12).
fn check_wake(
    rows: &Rows,
    entity: &EntityKey,
    now: Timestamp,
    due: Option<Timestamp>,
    broken: &mut Vec<(&'static str, String)>,
) {
    // Documents finish what they do by themselves when they are opened.
    if matches!(entity.kind, EntityKind::Document | EntityKind::FreeDocument) {
        return;
    }
    let Some(due) = due else { return };
    let hint = rows.wake(entity);
    if hint.is_none_or(|hint| hint > due.max(now)) {
        broken.push(("r12_work_is_found_again", format!("due {due:?}, the hint says {hint:?}")));
    }
}

impl State {
    fn note(&mut self, parts: &[&[u8]]) {
        for part in parts {
            self.trace = self.trace.rotate_left(5) ^ fold(part);
        }
    }

    /// Takes the records in; answers when the entity is due next.
    fn apply(
        &mut self,
        entity: &EntityKey,
        change: &Change,
        broken: &mut Vec<(&'static str, String)>,
    ) -> Option<Timestamp> {
        match entity.kind {
            EntityKind::Site => {
                let book = self.sites.entry(*entity).or_default();
                let due = book.commit(change, broken);
                self.check_slices(entity, broken);
                due
            }
            EntityKind::Tenant => {
                let igny8_protocol_ids::Scope::Tenant(id) = entity.scope else { return None };
                let due = self.tenants.entry(id).or_default().commit(change, broken);
                self.check_slices(entity, broken);
                due
            }
            EntityKind::Account | EntityKind::Document | EntityKind::FreeDocument => None,
        }
    }

    /// What is between a tenant and its slices is never less than nothing.
    fn check_slices(&self, entity: &EntityKey, broken: &mut Vec<(&'static str, String)>) {
        let igny8_protocol_ids::Scope::Tenant(id) = entity.scope else { return };
        let Some(tenant) = self.tenants.get(&id) else { return };
        for entry in tenant.core.sites() {
            let key = EntityKey::site(id, entry.id);
            let slice = self.sites.get(&key).map_or(0, |b| b.core.ledger().balance().elsewhere.0);
            if entry.lent.0 + slice < 0 {
                let what = format!("{} were lent, the slice got {}", entry.lent.0, -slice);
                broken.push(("r6_no_credit_comes_from_nothing", what));
            }
        }
    }

    fn fold_of(&self, entity: &EntityKey) -> u64 {
        match (entity.kind, entity.scope) {
            (EntityKind::Site, _) => self.sites.get(entity).map_or(0, |book| site_fold(&book.core)),
            (EntityKind::Tenant, igny8_protocol_ids::Scope::Tenant(id)) => {
                self.tenants.get(&id).map_or(0, |book| tenant_fold(&book.core))
            }
            _ => 0,
        }
    }
}

/// A number that follows from what people see of a site.
pub(crate) fn site_fold(site: &Site) -> u64 {
    let mut fold = site.ledger().balance().settled.0 as u64 ^ site.ledger().balance().held.0 as u64;
    let mut add =
        |part: u64| fold = (fold.rotate_left(7) ^ part).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for task in site.tasks() {
        add(task.id.uuid().as_u128() as u64);
        add(task.status as u64 ^ (u64::from(task.attempts) << 8) ^ ((task.spent.0 as u64) << 16));
    }
    for document in site.documents() {
        add(document.id.uuid().as_u128() as u64);
        add(document.status as u64 ^ (document.revision << 8));
    }
    add(site.keywords().count() as u64);
    fold
}

/// A number that follows from what people see of a tenant.
pub(crate) fn tenant_fold(tenant: &Tenant) -> u64 {
    let balance = tenant.balance();
    let parts = [balance.settled.0, balance.elsewhere.0, balance.granted.0, balance.expired.0];
    let mut fold = 1_u64;
    for part in parts.into_iter().chain(tenant.sites().map(|site| site.lent.0)) {
        fold = (fold.rotate_left(7) ^ part as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
    fold
}
