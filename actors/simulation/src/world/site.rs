//! WordPress sites with our plugin: they know each post by its external id, answer late, twice or
//! not at all.

use super::VirtualClock;
use super::gate::{Gate, Pulse};
use crate::plan::SiteFault;
use crate::witness::Witness;
use igny8_actors_ports::{
    Clock, PairRequest, Pairing, PostStatus, PublishError, PublishPost, PublishedPost, SiteInfo,
    SitePublisher, SiteTarget,
};
use igny8_protocol_ids::Epoch;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// A post at a site.
#[derive(Clone, Debug)]
pub(crate) struct Post {
    pub(crate) id: u64,
    pub(crate) revision: u64,
    pub(crate) epoch: Epoch,
    pub(crate) markdown: String,
    pub(crate) modified_gmt: String,
    /// How often its content changed.
    pub(crate) changes: u64,
}

/// All sites of the world, by address (an export by its folder), and their posts by external id.
#[derive(Default)]
pub(crate) struct Sites(Mutex<BTreeMap<String, BTreeMap<String, Post>>>);

impl Sites {
    /// Every post: site, external id, post.
    pub(crate) fn posts(&self) -> Vec<(String, String, Post)> {
        let sites = self.0.lock();
        let posts = sites.iter().flat_map(|(site, posts)| {
            posts.iter().map(move |(id, post)| (site.clone(), id.clone(), post.clone()))
        });
        posts.collect()
    }
}

/// The sites as a node reaches them.
pub(super) struct FakeWordPress {
    pub(super) gate: Arc<Gate>,
    pub(super) pulse: Arc<Pulse>,
    pub(super) witness: Arc<Witness>,
    pub(super) sites: Arc<Sites>,
    pub(super) clock: Arc<VirtualClock>,
}

fn lost(retry_after: Option<Duration>) -> PublishError {
    PublishError::Unreachable { reason: "the plan says so".to_owned(), retry_after }
}

fn info() -> SiteInfo {
    SiteInfo { name: "Blog".to_owned(), wordpress: "6.9".to_owned(), ..SiteInfo::default() }
}

impl FakeWordPress {
    fn gmt(&self) -> String {
        // Only compared for equality: any text that changes with time will do.
        self.clock.now().as_millis().to_string()
    }

    /// What the plugin does with a request.
    fn take(&self, site: &str, post: &PublishPost) -> Result<PublishedPost, PublishError> {
        let mut sites = self.sites.0.lock();
        let posts = sites.entry(site.to_owned()).or_default();
        let newest = posts.get(&post.external_id).map(|known| known.epoch);
        if newest.is_some_and(|newest| newest > post.epoch) {
            return Err(PublishError::Stale);
        }
        let id = posts.len() as u64 + 1;
        let known = posts.entry(post.external_id.clone()).or_insert_with(|| Post {
            id,
            revision: 0,
            epoch: post.epoch,
            markdown: String::new(),
            modified_gmt: String::new(),
            changes: 0,
        });
        let repeated = known.revision >= post.revision;
        known.epoch = post.epoch;
        if !repeated {
            let expected = post.expected_modified_gmt.as_ref();
            if known.revision > 0 && expected != Some(&known.modified_gmt) {
                return Err(PublishError::Conflict {
                    reason: "it was edited".to_owned(),
                    modified_gmt: known.modified_gmt.clone(),
                });
            }
            known.revision = post.revision;
            known.markdown.clone_from(&post.markdown);
            known.modified_gmt = self.gmt();
            known.changes += 1;
        }
        Ok(PublishedPost {
            post_id: known.id,
            permalink: format!("{site}/{}", known.id),
            status: PostStatus::Publish,
            modified_gmt: known.modified_gmt.clone(),
            repeated,
            at: self.clock.now(),
        })
    }

    fn edit(&self, site: &str, external_id: &str) {
        let gmt = format!("{} by hand", self.gmt());
        if let Some(post) =
            self.sites.0.lock().get_mut(site).and_then(|posts| posts.get_mut(external_id))
        {
            post.modified_gmt = gmt;
        }
    }
}

#[async_trait::async_trait]
impl SitePublisher for FakeWordPress {
    async fn pair(&self, request: PairRequest) -> Result<Pairing, PublishError> {
        let pass = self.gate.site(&self.pulse).await;
        self.gate.leave(&self.pulse, &pass).await;
        if matches!(pass.fault, Some(SiteFault::Refused | SiteFault::Unauthorized)) {
            return Err(PublishError::Unauthorized { reason: "the code is wrong".to_owned() });
        }
        Ok(Pairing {
            url: request.url,
            key_id: "key".to_owned(),
            secret: b"a shared secret".to_vec(),
            site: info(),
        })
    }

    async fn status(&self, _: &SiteTarget) -> Result<SiteInfo, PublishError> {
        self.pulse.alive().await;
        Ok(info())
    }

    async fn publish(
        &self,
        target: &SiteTarget,
        post: PublishPost,
    ) -> Result<PublishedPost, PublishError> {
        let site = if target.url.is_empty() { &target.key_id } else { &target.url };
        self.witness.publishes(&post.external_id, post.revision);
        let pass = self.gate.site(&self.pulse).await;
        let answer = match pass.fault {
            Some(SiteFault::RequestLost) => Err(lost(None)),
            Some(SiteFault::Busy) => Err(lost(Some(Duration::from_secs(40)))),
            Some(SiteFault::Unauthorized) => {
                Err(PublishError::Unauthorized { reason: "the plan says so".to_owned() })
            }
            Some(SiteFault::Refused) => {
                Err(PublishError::Refused { reason: "the plan says so".to_owned() })
            }
            Some(SiteFault::AnswerLost) => {
                drop(self.take(site, &post));
                Err(lost(None))
            }
            Some(SiteFault::Twice) => {
                drop(self.take(site, &post));
                self.take(site, &post)
            }
            Some(SiteFault::Late) => {
                tokio::time::sleep(Duration::from_secs(120)).await;
                self.take(site, &post)
            }
            Some(SiteFault::Edited) => {
                self.edit(site, &post.external_id);
                self.take(site, &post)
            }
            None => self.take(site, &post),
        };
        self.gate.leave(&self.pulse, &pass).await;
        answer
    }

    async fn disconnect(&self, _: &SiteTarget) -> Result<(), PublishError> {
        self.pulse.alive().await;
        Ok(())
    }
}
