//! What people do, step by step: each act chooses among what is committed at that moment.

use super::Life;
use super::editor::Editor;
use super::listener::Listener;
use super::steering::steering;
use crate::plan::{Act, Step};
use crate::witness::site_fold;
use igny8_actors_domain::Origin;
use igny8_actors_domain::ledger::{GrantKind, Part};
use igny8_actors_domain::site::{
    DocumentStatus, IdeaStatus, KeywordFigures, NewKeyword, Site, SiteCommand, TaskStatus,
};
use igny8_actors_domain::tenant::TenantCommand;
use igny8_actors_runtime::Platform;
use igny8_protocol_ids::{Credits, DocumentId, EntityKey, GrantId, SiteId};
use std::sync::Arc;
use std::time::Duration;

/// One of them.
pub(super) fn chosen<T>(mut items: Vec<T>, pick: u64) -> Option<T> {
    (!items.is_empty()).then(|| items.swap_remove(pick as usize % items.len()))
}

impl Life {
    /// Does one step of the plan.
    pub(crate) async fn act(self: Arc<Self>, step: Step) {
        let site = self.sites[step.site % self.sites.len()];
        match step.act {
            Act::Repeat => self.repeat(step.pick).await,
            Act::Write => self.write(&step, site).await,
            Act::Rewrite => self.rewrite(&step, site).await,
            Act::Decide => self.decide(&step, site).await,
            Act::CloseDocuments => {
                self.editors.lock().retain(|(user, _), _| *user != step.user);
            }
            Act::Listen => self.listen(step.user, site),
            Act::Look => self.look(site).await,
            Act::Balance => self.balance().await,
            Act::Grant(amount) => self.grant(i64::from(amount), step.pick).await,
            Act::Approve => self.approve(&step, site).await,
            Act::Link => self.link(step.user, site).await,
            Act::Unlink => self.unlink(step.user, site).await,
            Act::TakeOver(seconds) => {
                self.nodes.take_over(Duration::from_secs(u64::from(seconds))).await;
            }
            Act::Restart => self.nodes.restart().await,
            Act::PauseWork => self.pause_work(true).await,
            Act::ResumeWork => self.pause_work(false).await,
            Act::Mend => self.mend(&step, site).await,
            Act::PanicSite | Act::PanicTenant | Act::PanicDocument => {
                self.panic(&step, site).await;
            }
            _ => {
                if let Some(command) = self.command_of(&step, site) {
                    self.site_command(step.user, site, command).await;
                }
            }
        }
    }

    fn command_of(&self, step: &Step, site: SiteId) -> Option<SiteCommand> {
        let (act, pick, now) = (step.act, step.pick, self.now());
        let read =
            |site: &Site| command_of(site, act, pick).or_else(|| steering(site, act, pick, now));
        self.witness().site(self.tenant, site, read).flatten()
    }

    async fn write(self: &Arc<Self>, step: &Step, site: SiteId) {
        let Some(document) = self.document(site, step.pick, |_| true) else { return };
        let token = self.number();
        let mut editors = self.editors.lock();
        let editor = editors
            .entry((step.user, document))
            .or_insert_with(|| Editor::start(self, document, self.number()));
        editor.write(token, step.pick);
    }

    /// A document of a site of this status.
    pub(super) fn document(
        &self,
        site: SiteId,
        pick: u64,
        wanted: impl Fn(DocumentStatus) -> bool,
    ) -> Option<DocumentId> {
        let documents = self.witness().site(self.tenant, site, |site| {
            let documents = site.documents().filter(|document| wanted(document.status));
            documents.map(|document| document.id).collect()
        });
        chosen(documents?, pick)
    }

    fn listen(self: &Arc<Self>, user: usize, site: SiteId) {
        let mut listeners = self.listeners.lock();
        if listeners.remove(&(user, site)).is_none() {
            listeners.insert((user, site), Listener::start(self, site));
        }
    }

    async fn look(&self, site: SiteId) {
        let entity = EntityKey::site(self.tenant, site);
        let seen = self
            .insist(entity, async |platform: Platform| {
                platform.site(self.tenant, site).read(site_fold).await
            })
            .await;
        if let Some(Ok(fold)) = seen {
            self.witness().saw(&entity, fold, None);
        }
    }

    async fn balance(&self) {
        let entity = EntityKey::tenant(self.tenant);
        let total = self
            .insist(entity, async |platform: Platform| platform.total_balance(self.tenant).await)
            .await;
        let Some(Ok((total, _))) = total else { return };
        if total.available.0 < 0 || total.settled.0 > total.granted.0 {
            let what = format!("the screen shows {total:?}");
            self.witness().violation("r6_available_is_never_below_zero", what);
        }
    }

    async fn grant(&self, amount: i64, pick: u64) {
        let now = self.now();
        let expires_at =
            pick.is_multiple_of(2).then(|| now.plus(Duration::from_hours(1 + pick % 20)));
        let grant = GrantId::new(now, [7; 10]);
        let part = Part { grant, kind: GrantKind::TopUp, expires_at, amount: Credits(amount) };
        let key = format!("invoice {}", self.number());
        let reason = "Paid".to_owned();
        self.tenant_command(TenantCommand::Grant { key, part, reason }).await;
    }

    async fn approve(&self, step: &Step, site: SiteId) {
        let wanted = |status| {
            matches!(
                status,
                DocumentStatus::Draft
                    | DocumentStatus::InReview
                    | DocumentStatus::Published
                    | DocumentStatus::Conflict
            )
        };
        let Some(document) = self.document(site, step.pick, wanted) else { return };
        let origin = Origin::Account(self.people[step.user]);
        self.insist(EntityKey::site(self.tenant, site), async |platform: Platform| {
            platform.site(self.tenant, site).approve(origin, document).await
        })
        .await;
    }

    async fn link(&self, user: usize, site: SiteId) {
        let origin = Origin::Account(self.people[user]);
        let url = format!("https://blog-{site}.example.test");
        self.insist(EntityKey::site(self.tenant, site), async |platform: Platform| {
            let handle = platform.site(self.tenant, site);
            handle.pair(origin, url.clone(), "123456".to_owned()).await.map(drop)
        })
        .await;
    }

    async fn unlink(&self, user: usize, site: SiteId) {
        let origin = Origin::Account(self.people[user]);
        self.insist(EntityKey::site(self.tenant, site), async |platform: Platform| {
            platform.site(self.tenant, site).unpair(origin).await
        })
        .await;
    }

    async fn panic(&self, step: &Step, site: SiteId) {
        let Some(platform) = self.nodes.current() else { return };
        let (entity, sent) = match step.act {
            Act::PanicSite => {
                (EntityKey::site(self.tenant, site), platform.site(self.tenant, site).panic().await)
            }
            Act::PanicTenant => {
                (EntityKey::tenant(self.tenant), platform.tenant(self.tenant).panic().await)
            }
            _ => {
                let Some(document) = self.document(site, step.pick, |_| true) else { return };
                let handle = platform.document(self.tenant, document);
                (EntityKey::document(self.tenant, document), handle.panic().await)
            }
        };
        if sent.is_ok() {
            *self.panics.lock() += 1;
            self.witness().panicked(entity);
        }
    }
}

/// The command that an act means in a site's present state; `None` if there is nothing for it.
pub(super) fn command_of(site: &Site, act: Act, pick: u64) -> Option<SiteCommand> {
    use SiteCommand as C;
    Some(match act {
        Act::Import(count) => C::ImportKeywords { keywords: keywords(u64::from(count), pick) },
        Act::Cluster => C::QueueClustering,
        Act::Ideas(count) => {
            let cluster = chosen(site.clusters().map(|cluster| cluster.id).collect(), pick)?;
            C::QueueIdeas { clusters: vec![cluster], count: u32::from(count) }
        }
        Act::Drafts(count, images) => {
            let new = site.ideas().filter(|idea| idea.status == IdeaStatus::New);
            let ideas: Vec<_> = new.map(|idea| idea.id).take(usize::from(count)).collect();
            if ideas.is_empty() {
                return None;
            }
            C::QueueDrafts { ideas, images: u32::from(images) }
        }
        Act::Images => C::QueueImages { document: any_document(site, pick)?, count: 1 },
        Act::Reparse => C::QueueReparse { document: any_document(site, pick)? },
        Act::Publish => {
            let approved =
                site.documents().filter(|document| document.status == DocumentStatus::Approved);
            let document = chosen(approved.map(|document| document.id).collect(), pick)?;
            C::QueuePublication { document, live: pick.is_multiple_of(2) }
        }
        Act::Cancel => C::CancelTask { task: task(site, pick, true)? },
        Act::Retry => C::RetryTask { task: task(site, pick, false)? },
        Act::CreateDocument => C::CreateDocument { title: format!("By hand {}", pick % 1_000) },
        Act::Rename => C::RenameDocument {
            document: any_document(site, pick)?,
            title: format!("Renamed {}", pick % 1_000),
        },
        Act::ChangeSite => C::ChangeSite {
            name: Some(format!("Site {}", pick % 100)),
            language: None,
            brand_voice: Some(format!("voice {}", pick % 7)),
            persona: None,
            link_hosts: None,
        },
        Act::Merge => {
            let mut clusters: Vec<_> = site.clusters().map(|cluster| cluster.id).collect();
            if clusters.len() < 2 {
                return None;
            }
            let into = clusters.swap_remove(pick as usize % clusters.len());
            let from = chosen(clusters, pick >> 8)?;
            C::MergeClusters { into, from: vec![from] }
        }
        _ => return None,
    })
}

pub(super) fn any_document(site: &Site, pick: u64) -> Option<DocumentId> {
    chosen(site.documents().map(|document| document.id).collect(), pick)
}

/// A task that is open, or one that has ended without success.
fn task(site: &Site, pick: u64, open: bool) -> Option<igny8_protocol_ids::TaskId> {
    let wanted = |status| match status {
        TaskStatus::Queued | TaskStatus::Running => open,
        TaskStatus::Succeeded => false,
        _ => !open,
    };
    let tasks = site.tasks().filter(|task| wanted(task.status)).map(|task| task.id);
    chosen(tasks.collect(), pick)
}

const TOPICS: [&str; 4] = ["coffee", "tea", "juice", "water"];

fn keywords(count: u64, pick: u64) -> Vec<NewKeyword> {
    let text = |number: u64| {
        let topic = TOPICS[(pick.wrapping_add(number) % 4) as usize];
        format!("{topic} tip {}", (pick >> 16).wrapping_add(number * 7) % 400)
    };
    let new = |text| NewKeyword { text, figures: KeywordFigures::default() };
    (0..count).map(|number| new(text(number))).collect()
}
