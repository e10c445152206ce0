//! The end of a life: faults are over, time goes on, and everything comes to rest as it should.

use super::Life;
use crate::witness::{site_fold, tenant_fold, tokens_in};
use igny8_actors_domain::site::automation::AutomationKind;
use igny8_actors_domain::site::{
    DocumentStatus, IdeaStatus, PauseReason, Site, Task, TaskInput, TaskStatus, Waiting,
};
use igny8_actors_runtime::{ContentTree, Platform, verify};
use igny8_protocol_ids::{DocumentId, EntityKey, SiteId};
use igny8_storage_api::BlobHash;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Editors are given so long to hand in what they have.
const FLUSH: Duration = Duration::from_mins(3);
/// Longer than the longest ladder of retries: four attempts, pauses of 15 minutes at most.
const REST: Duration = Duration::from_hours(3);
/// Moments at which everything may be at rest: a site without credits asks again now and then.
const MOMENTS: u32 = 40;

impl Life {
    /// Lets everything come to rest, and looks whether it did.
    pub(crate) async fn end(&self) {
        self.around.gate.set_calm(true);
        self.nodes.renew().await;
        self.let_all_go().await;
        tokio::time::sleep(FLUSH).await;
        for ((_, document), editor) in self.editors.lock().iter() {
            let open = editor.unacknowledged();
            if !open.is_empty() {
                let what = format!("{document}: {open:?} were never acknowledged");
                self.witness().violation("r7_edits_become_durable", what);
            }
        }
        self.editors.lock().clear();
        self.listeners.lock().clear();
        // A fresh node that nobody asks for anything: work is found by its hints alone.
        self.nodes.renew().await;
        tokio::time::sleep(REST).await;
        self.rests().await;
        let Some(platform) = self.nodes.current() else {
            self.witness().violation("r12_nodes_come_back", "there is no node".to_owned());
            return;
        };
        self.state_is_what_was_committed(&platform).await;
        self.documents(&platform).await;
        self.posts();
        self.store_is_sound().await;
        let out = platform.status().quarantined;
        if !out.is_empty() {
            let what = format!("{out:?} are still kept out");
            self.witness().violation("r12_quarantine_ends", what);
        }
    }

    /// No order is open, no task runs, none waits without a reason, no hold is open.
    async fn rests(&self) {
        let mut open = Vec::new();
        for _ in 0..MOMENTS {
            open = self.open_orders();
            if open.is_empty() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(700)).await;
        }
        for what in open {
            self.witness().violation("r4_orders_are_done_in_the_end", what);
        }
        let mut broken = Vec::new();
        let mut available = 0;
        self.witness().each(
            |_, _| {},
            |id, tenant| {
                if id == self.tenant {
                    available += tenant.ledger().spendable(self.now()).0;
                }
            },
        );
        self.witness()
            .each(|_, site| available += site.ledger().spendable(self.now()).0, |_, _| {});
        self.witness().each(|key, site| self.at_rest(key, site, available, &mut broken), |_, _| {});
        for (rule, what) in broken {
            self.witness().violation(rule, what);
        }
    }

    fn open_orders(&self) -> Vec<String> {
        let rows = self.around.memory.rows();
        let mut open = Vec::new();
        for entity in rows.entities(None, usize::MAX) {
            let orders = rows.stored(&entity).map_or(0, |stored| stored.outbox.len());
            if orders > 0 {
                open.push(format!("{entity} has {orders} open orders"));
            }
        }
        open
    }

    fn at_rest(
        &self,
        key: &EntityKey,
        site: &Site,
        available: i64,
        broken: &mut Vec<(&'static str, String)>,
    ) {
        // One that cannot be paid holds up those behind it: what there is stays reserved for it.
        let in_line = |task: &&Task| {
            let waits = site.waiting(task, self.now());
            task.status == TaskStatus::Queued && !is_held_up_by_failures(waits.as_ref())
        };
        let urgent = site.tasks().filter(in_line).map(|task| task.priority).max();
        let first = site.tasks().filter(in_line).filter(|task| Some(task.priority) == urgent);
        let dearest = first.map(|task| task.price.0).max().unwrap_or_default();
        for task in site.tasks() {
            let waits = site.waiting(task, self.now());
            match task.status {
                TaskStatus::Running => {
                    broken.push(("r4_tasks_end", format!("{key}: {} still runs", task.id)));
                }
                TaskStatus::Queued if is_held_up_by_failures(waits.as_ref()) => {}
                TaskStatus::Queued if !matches!(waits, Some(Waiting::Credits { .. })) => {
                    broken.push(("r4_tasks_end", format!("{key}: {} waits: {waits:?}", task.id)));
                }
                TaskStatus::Queued if available >= dearest => {
                    let what = format!(
                        "{key}: {} waits for {:?}, {available} are free",
                        task.id, task.price
                    );
                    broken.push(("r6_free_credits_are_recalled", what));
                }
                _ => {}
            }
        }
        for hold in site.ledger().holds() {
            broken.push(("r6_holds_are_closed_in_the_end", format!("{key}: {}", hold.id)));
        }
        for batch in site.batches().filter(|batch| batch.ended_at.is_none()) {
            if !site.batch_tasks(batch.id).any(|task| task.status.is_open()) {
                broken.push(("r4_batches_end", format!("{key}: {} has not ended", batch.id)));
            }
        }
        let executions = AutomationKind::ALL.into_iter().flat_map(|kind| site.executions(kind));
        for execution in executions.filter(|execution| execution.status.is_open()) {
            let of = |task: &Task| task.status == TaskStatus::Queued;
            if !site.tasks().any(of) {
                broken.push((
                    "r4_executions_end",
                    format!("{key}: {:?} has not ended", execution.id),
                ));
            }
        }
        let waits = |wanted: &dyn Fn(&TaskInput) -> bool| {
            site.tasks().any(|task| task.status == TaskStatus::Queued && wanted(&task.input))
        };
        for document in site.documents().filter(|d| d.status == DocumentStatus::Publishing) {
            broken.push(("r4_no_orphan_is_left", format!("{key}: {} publishes", document.id)));
        }
        for idea in site.ideas().filter(|idea| idea.status == IdeaStatus::Queued) {
            let id = idea.id;
            if !waits(&|input| matches!(input, TaskInput::Draft { idea, .. } if *idea == id)) {
                broken.push(("r4_no_orphan_is_left", format!("{key}: idea {id} waits for nobody")));
            }
        }
    }

    /// What actors hold is what their records say (R1, R12).
    async fn state_is_what_was_committed(&self, platform: &Platform) {
        for site in &self.sites {
            let held = platform.site(self.tenant, *site).read(site_fold).await.ok();
            let stored = self.witness().site(self.tenant, *site, site_fold);
            if held.is_none() || held != stored {
                let what = format!("site {site}: {held:?} in memory, {stored:?} stored");
                self.witness().violation("r12_state_is_what_was_committed", what);
            }
        }
        let held = platform.tenant(self.tenant).read(tenant_fold).await.ok();
        let stored = self.witness().tenant(self.tenant, tenant_fold);
        if held.is_none() || held != stored {
            let what = format!("tenant: {held:?} in memory, {stored:?} stored");
            self.witness().violation("r12_state_is_what_was_committed", what);
        }
    }

    /// Every acknowledged edit is there once; a text that only the model wrote is the model's.
    async fn documents(&self, platform: &Platform) {
        let mut documents: Vec<(DocumentId, Vec<Task>)> = Vec::new();
        self.witness().each(
            |_, site| {
                for document in site.documents() {
                    let about = |task: &&Task| task.input.document() == Some(document.id);
                    documents.push((document.id, site.tasks().filter(about).cloned().collect()));
                }
            },
            |_, _| {},
        );
        for (id, tasks) in documents {
            let Ok(tree) = platform.document(self.tenant, id).tree().await else {
                self.witness().violation("r7_documents_open", format!("{id} does not open"));
                continue;
            };
            let text = tree.to_plain_text();
            let mut there: BTreeMap<u64, u32> = BTreeMap::new();
            tokens_in(text.as_bytes()).for_each(|token| *there.entry(token).or_default() += 1);
            for token in self.witness().acknowledged(id) {
                if there.get(&token) != Some(&1) {
                    let what =
                        format!("edit {token} of {id} is there {:?} times", there.get(&token));
                    self.witness().violation("r7_acknowledged_edits_are_there", what);
                }
            }
            self.run_text(id, &tasks, &text);
        }
    }

    fn run_text(&self, id: DocumentId, tasks: &[Task], text: &str) {
        let restructured = tasks.iter().any(|task| {
            matches!(task.input, TaskInput::Reparse { .. } | TaskInput::Rewrite { .. })
        });
        let draft = tasks.iter().find(|task| {
            matches!(task.input, TaskInput::Draft { .. }) && task.status == TaskStatus::Succeeded
        });
        let Some(draft) = draft.filter(|_| !restructured && self.witness().is_untouched(id)) else {
            return;
        };
        // As the runtime draws it for a task's first call.
        let nonce = BlobHash::of(format!("{}:0", draft.id.uuid().simple()).as_bytes()).0;
        let nonce: String = nonce[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        let written = self.around.models.about(&nonce);
        let meant = written.iter().rfind(|written| written.finished);
        let meant = meant.map(|written| ContentTree::from_markdown(&written.text).to_plain_text());
        if meant.as_deref().map(lines) != Some(lines(text)) {
            let what = format!("{id}: the model wrote {meant:?}, the document has {text:?}");
            self.witness().violation("r9_run_text_is_the_model_s", what);
        }
    }

    /// One post for each document at each site, and every publication that succeeded is there.
    fn posts(&self) {
        let mut documents = BTreeSet::new();
        let mut done: Vec<(SiteId, DocumentId, u64)> = Vec::new();
        self.witness().each(
            |key, site| {
                documents.extend(site.documents().map(|document| document.id.to_string()));
                for task in site.tasks().filter(|task| task.status == TaskStatus::Succeeded) {
                    if let TaskInput::Publish { document, revision, .. } = task.input {
                        done.push((SiteId::from_uuid(key.id), document, revision));
                    }
                }
            },
            |_, _| {},
        );
        let posts = self.around.sites.posts();
        for (site, external_id, _) in &posts {
            if !documents.contains(external_id) {
                let what = format!("{site} has a post {external_id} of no document");
                self.witness().violation("r4_one_post_for_each_document", what);
            }
        }
        for (site, document, revision) in done {
            let there = posts.iter().any(|(place, external_id, post)| {
                place.contains(&site.to_string())
                    && *external_id == document.to_string()
                    && post.revision >= revision
            });
            if !there {
                let what = format!("revision {revision} of {document} is published and not there");
                self.witness().violation("r7_publications_are_there", what);
            }
        }
        for (site, external_id, post) in &posts {
            if post.changes > post.revision {
                let what = format!("{site}: {external_id} changed {} times", post.changes);
                self.witness().violation("r4_one_post_for_each_document", what);
            }
        }
    }

    async fn store_is_sound(&self) {
        match verify(self.around.memory.as_ref(), |_| {}).await {
            Ok((found, _)) if found.is_sound() => {}
            Ok((_, problems)) => {
                self.witness().violation("r6_the_store_is_sound", problems.join("; "));
            }
            Err(error) => {
                self.witness().violation("r6_the_store_is_sound", error.to_string());
            }
        }
    }
}

/// A batch that paused itself, since too much of it failed.
fn is_held_up_by_failures(waits: Option<&Waiting>) -> bool {
    matches!(waits, Some(Waiting::Paused { pause, .. }) if pause.reason == PauseReason::ErrorRate)
}

/// Lines with something in them; an image stands between them as its description alone.
fn lines(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && *line != "A cup").collect()
}
