//! Checks the meaning of everything that is stored, while nobody owns it: the operator's proof that
//! credits, tasks, documents and feeds are whole. The store checks its own structure itself.

mod credit;
mod site;

use crate::document;
use crate::entity::{Replies, decode};
use crate::ledger::read_page;
use credit::Books;
use igny8_actors_domain::Entity;
use igny8_actors_domain::account::Account;
use igny8_actors_domain::ledger::{FiledPage, Ledger, PageAudit};
use igny8_actors_domain::site::Site;
use igny8_actors_domain::tenant::Tenant;
use igny8_protocol_ids::{EntityKey, EntityKind, Scope, Sequence, TenantId};
use igny8_storage_api::{Loaded, Store, StoreError, limits};
use serde::Serialize;
use std::collections::BTreeMap;

/// Entities listed at a time.
const PAGE: usize = 500;
/// Problems that are kept in words: a store that is broken throughout must not fill the memory.
const PROBLEMS_MAX: usize = 1_000;

/// What a check has found. The first part is zero in a sound store.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// Ledgers whose entries, buckets, holds or transfers contradict each other.
    pub ledger_drift: u64,
    /// Holds that no waiting or running task owns: credits that nobody gives back.
    pub open_holds: u64,
    /// Entities whose feed has a gap.
    pub feed_gaps: u64,
    /// Documents that do not load, or not as the same document again.
    pub documents_failed: u64,
    /// Records that do not decode, or lie under a foreign key.
    pub records_failed: u64,
    /// Blobs that a record names and that are not there.
    pub blobs_missing: u64,
    /// Documents of which one publication succeeded twice.
    pub published_twice: u64,
    /// Effects that are committed and not done. Not a fault: the next start resumes them.
    pub outbox_open: u64,
    /// Entities checked.
    pub entities: u64,
    /// Accounts among them.
    pub accounts: u64,
    /// Tenants among them.
    pub tenants: u64,
    /// Sites among them.
    pub sites: u64,
    /// Documents among them.
    pub documents: u64,
    /// Documents that are published.
    pub documents_published: u64,
    /// Tasks by status.
    pub tasks: BTreeMap<String, u64>,
}

impl Verification {
    /// True if nothing is wrong.
    pub fn is_sound(&self) -> bool {
        [
            self.ledger_drift,
            self.open_holds,
            self.feed_gaps,
            self.documents_failed,
            self.records_failed,
            self.blobs_missing,
            self.published_twice,
        ]
        .iter()
        .all(|count| *count == 0)
    }
}

/// The check under way.
struct Walk<'a> {
    store: &'a dyn Store,
    found: Verification,
    problems: Vec<String>,
    books: BTreeMap<TenantId, Books>,
}

/// Checks every entity of a store that no server uses. `progress` hears how many were checked.
/// Answers with the counts and with what is wrong, in words; an error means that the check itself
/// could not go on.
pub async fn verify(
    store: &dyn Store,
    mut progress: impl FnMut(u64),
) -> Result<(Verification, Vec<String>), StoreError> {
    let (found, problems, books) = (Verification::default(), Vec::new(), BTreeMap::new());
    let mut walk = Walk { store, found, problems, books };
    let mut after = None;
    loop {
        let page = store.entities(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(*last);
        for entity in page {
            walk.entity(&entity).await?;
            walk.found.entities += 1;
            progress(walk.found.entities);
        }
    }
    for (tenant, books) in std::mem::take(&mut walk.books) {
        for problem in books.contradictions() {
            walk.found.ledger_drift += 1;
            walk.note(format!("tenant {tenant}: {problem}"));
        }
    }
    Ok((walk.found, walk.problems))
}

impl Walk<'_> {
    fn note(&mut self, problem: String) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(problem);
        }
    }

    async fn entity(&mut self, entity: &EntityKey) -> Result<(), StoreError> {
        let Some(loaded) = self.store.load(entity).await? else { return Ok(()) };
        self.found.outbox_open += loaded.outbox.len() as u64;
        if let Some(problem) = gap(self.store, entity, loaded.head.sequence).await? {
            self.found.feed_gaps += 1;
            self.note(format!("{entity}: {problem}"));
        }
        match (entity.scope, entity.kind) {
            (_, EntityKind::Account) => {
                self.found.accounts += 1;
                self.core::<Account>(entity, &loaded);
            }
            (Scope::Tenant(id), EntityKind::Tenant) => {
                self.found.tenants += 1;
                let tenant = self.core::<Tenant>(entity, &loaded);
                self.ledger(id, entity, tenant.ledger()).await?;
                self.books.entry(id).or_default().tenant(&tenant, loaded.outbox.len());
            }
            (Scope::Tenant(id), EntityKind::Site) => {
                self.found.sites += 1;
                let site = self.core::<Site>(entity, &loaded);
                self.ledger(id, entity, site.ledger()).await?;
                self.books.entry(id).or_default().site(entity.id, &site, loaded.outbox.len());
                self.site(id, entity, &site).await?;
            }
            (Scope::Tenant(id), EntityKind::Document | EntityKind::FreeDocument) => {
                self.found.documents += 1;
                let problems = document::audit(self.store, id, entity, &loaded).await?;
                self.found.documents_failed += u64::from(!problems.is_empty());
                problems.into_iter().for_each(|problem| self.note(problem));
            }
            (Scope::Platform, _) => {
                self.found.records_failed += 1;
                self.note(format!("{entity} has no tenant"));
            }
        }
        Ok(())
    }

    /// The entity's state, from every record that decodes.
    fn core<E: Entity>(&mut self, entity: &EntityKey, loaded: &Loaded) -> E {
        let mut core = E::default();
        for stored in &loaded.records {
            let (key, body) = (&stored.key, &stored.value);
            let place = format!("{entity}, record {key:02x?}");
            let taken = match Replies::owns(key) {
                true => Replies::default().load(&place, body).map_err(|error| error.to_string()),
                false => match decode::<E::Record>(&place, body) {
                    Ok(record) if E::key(&record) == key.as_ref() => {
                        core.put(record);
                        Ok(())
                    }
                    Ok(_) => Err(format!("{place} lies under the key of another")),
                    Err(error) => Err(error.to_string()),
                },
            };
            if let Err(problem) = taken {
                self.found.records_failed += 1;
                self.note(problem);
            }
        }
        for open in &loaded.outbox {
            if let Err(error) = decode::<E::Effect>(&format!("{entity}, outbox"), &open.body) {
                self.found.records_failed += 1;
                self.note(error.to_string());
            }
        }
        core
    }

    /// A ledger with all its pages.
    async fn ledger(
        &mut self,
        tenant: TenantId,
        entity: &EntityKey,
        ledger: &Ledger,
    ) -> Result<(), StoreError> {
        let mut wrong = ledger.audit().err().unwrap_or_default();
        let mut audit = PageAudit::default();
        let mut pages: Vec<&FiledPage> = ledger.pages().collect();
        pages.reverse();
        for page in pages {
            match read_page(self.store, tenant, page).await {
                Ok(entries) => wrong.extend(audit.page(page, &entries)),
                Err(error @ StoreError::Corrupt { .. }) => {
                    self.found.blobs_missing += 1;
                    wrong.push(error.to_string());
                }
                Err(error) => return Err(error),
            }
        }
        wrong.extend(audit.finish(ledger));
        self.found.ledger_drift += u64::from(!wrong.is_empty());
        wrong.into_iter().for_each(|problem| self.note(format!("{entity}: {problem}")));
        Ok(())
    }
}

/// The first sequence that is missing from what the feed still keeps, in words.
async fn gap(
    store: &dyn Store,
    entity: &EntityKey,
    head: Sequence,
) -> Result<Option<String>, StoreError> {
    // Older frames are cut off in time.
    let mut last = store.feed(entity, Sequence(0), 1).await?.floor.sequence;
    loop {
        let page = store.feed(entity, last, limits::FEED_PAGE_MAX).await?;
        if page.truncated {
            return Ok(Some(format!("the feed is cut off after {}", last.0)));
        }
        for frame in &page.frames {
            if frame.sequence != last.next() {
                return Ok(Some(format!(
                    "after {} the feed goes on with {}",
                    last.0, frame.sequence.0
                )));
            }
            last = frame.sequence;
        }
        if !page.more || page.frames.is_empty() {
            let ends = last == head;
            return Ok(
                (!ends).then(|| format!("the feed ends at {}, the head is {}", last.0, head.0))
            );
        }
    }
}
