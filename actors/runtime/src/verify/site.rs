//! What must be true of a site's tasks, holds, publications and blobs.

use super::Walk;
use igny8_actors_domain::site::{DocumentStatus, Site, TaskInput, TaskStatus};
use igny8_protocol_ids::{DocumentId, EntityKey, HoldId, TenantId};
use igny8_storage_api::{BlobHash, StoreError};
use std::collections::{BTreeMap, BTreeSet};

const fn word(status: TaskStatus) -> &'static str {
    match status {
        TaskStatus::Queued => "queued",
        TaskStatus::Running => "running",
        TaskStatus::WaitingForReview => "waiting_for_review",
        TaskStatus::Succeeded => "succeeded",
        TaskStatus::Failed => "failed",
        TaskStatus::Cancelled => "cancelled",
        TaskStatus::Dead => "dead",
    }
}

impl Walk<'_> {
    pub(super) async fn site(
        &mut self,
        tenant: TenantId,
        entity: &EntityKey,
        site: &Site,
    ) -> Result<(), StoreError> {
        for task in site.tasks() {
            *self.found.tasks.entry(word(task.status).to_owned()).or_default() += 1;
        }
        let owned: BTreeSet<HoldId> = site
            .tasks()
            .filter(|task| matches!(task.status, TaskStatus::Queued | TaskStatus::Running))
            .filter_map(|task| task.hold)
            .collect();
        for hold in site.ledger().holds().filter(|hold| !owned.contains(&hold.id)) {
            self.found.open_holds += 1;
            self.note(format!(
                "{entity}: hold {} ({}) belongs to no task that waits or runs",
                hold.id, hold.reason
            ));
        }
        self.publications(entity, site);
        for blob in blobs(site) {
            if self.store.blob(tenant, BlobHash(blob)).await?.is_none() {
                self.found.blobs_missing += 1;
                self.note(format!("{entity}: a blob that it names is missing"));
            }
        }
        Ok(())
    }

    fn publications(&mut self, entity: &EntityKey, site: &Site) {
        let published =
            site.documents().filter(|document| document.status == DocumentStatus::Published);
        self.found.documents_published += published.count() as u64;
        let mut done: BTreeMap<(DocumentId, u64), u64> = BTreeMap::new();
        for task in site.tasks().filter(|task| task.status == TaskStatus::Succeeded) {
            if let TaskInput::Publish { document, revision, .. } = task.input {
                *done.entry((document, revision)).or_default() += 1;
            }
        }
        for ((document, revision), times) in done.into_iter().filter(|(_, times)| *times > 1) {
            self.found.published_twice += 1;
            self.note(format!(
                "{entity}: revision {revision} of document {document} was published {times} times"
            ));
        }
    }
}

/// Every blob that a site's records name.
fn blobs(site: &Site) -> BTreeSet<[u8; 32]> {
    let images =
        site.documents().flat_map(|document| &document.images).filter_map(|id| site.image(*id));
    let images = images.map(|image| image.blob);
    let versions = site.documents().filter_map(|document| document.approved);
    let answers = site.tasks().filter_map(|task| task.response);
    images.chain(versions).chain(answers).collect()
}
