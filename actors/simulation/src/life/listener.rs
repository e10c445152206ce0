//! Somebody who listens to a site: commits come in order, without a gap, and are durable (R3, R10).

use super::Life;
use crate::witness::site_fold;
use igny8_actors_runtime::{Platform, Resume};
use igny8_protocol_ids::{EntityKey, Position, SiteId};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;

/// Aborted when it is dropped.
pub(crate) struct Listener(JoinHandle<()>);

impl Drop for Listener {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Listener {
    pub(crate) fn start(life: &Arc<Life>, site: SiteId) -> Self {
        Self(tokio::task::spawn_local(listen(life.clone(), site)))
    }
}

async fn listen(life: Arc<Life>, site: SiteId) {
    let entity = EntityKey::site(life.tenant, site);
    let mut last: Option<Position> = None;
    loop {
        let joined = life
            .insist(entity, async |platform: Platform| {
                platform.site(life.tenant, site).join(last, site_fold).await
            })
            .await;
        let Some(Ok(mut joined)) = joined else { continue };
        match joined.resume {
            Resume::Snapshot(fold) => life.witness().saw(&entity, fold, Some(joined.position)),
            Resume::Exact(missed) => {
                for commit in missed {
                    follow(&life, &entity, &mut last, commit.position);
                }
                if last.is_some_and(|last| last.sequence != joined.position.sequence) {
                    let what = format!("{entity}: resumed up to {last:?} of {:?}", joined.position);
                    life.witness().violation("r10_a_stream_has_no_gap", what);
                }
            }
        }
        last = Some(joined.position);
        while let Some(commit) = joined.subscription.next().await {
            follow(&life, &entity, &mut last, commit.position);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

fn follow(life: &Life, entity: &EntityKey, last: &mut Option<Position>, position: Position) {
    life.witness().heard(entity, position);
    if let Some(last) = last
        && position.sequence != last.sequence.next()
    {
        let what = format!("{entity}: {position:?} after {last:?}");
        life.witness().violation("r10_a_stream_has_no_gap", what);
    }
    *last = Some(position);
}
