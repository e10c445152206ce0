//! Tenants with sites that are ready for work: each has clusters for which ideas can be made.

use crate::api::Api;
use crate::socket::Socket;
use crate::workspace::clusters;
use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use igny8_protocol_ids::{ClusterId, SiteId};
use igny8_protocol_wire::frame::SocketCommand;
use igny8_protocol_wire::queue::{KindSettings, Placement, QueueView, QueueWork};
use igny8_protocol_wire::rest::billing::Balance;
use igny8_protocol_wire::rest::planner::MakeIdeas;
use igny8_protocol_wire::rest::settings::NewSite;
use igny8_protocol_wire::stream::StreamName;
use igny8_protocol_wire::view::{SiteView, TaskKind};
use uuid::Uuid;

/// Clusters of each site: as many as one request may name, each of which is a task of its own.
pub(crate) const CLUSTERS: usize = 100;
/// Topics and keywords of each, for a few more clusters than are used.
const TOPICS: (usize, usize) = (120, 5);
/// Tasks of a site that may run at once: the most that a site can set.
const PLACES: u32 = 100;

/// A tenant and the one client that hears all its sites.
pub(crate) struct Tenant {
    /// The way to it.
    pub(crate) api: Api,
    /// Hears every site's stream.
    pub(crate) socket: Socket,
    /// Its sites.
    pub(crate) sites: Vec<Site>,
}

/// A site that is ready for work.
pub(crate) struct Site {
    /// Which.
    pub(crate) id: SiteId,
    /// Clusters for which ideas can be made.
    pub(crate) clusters: Vec<ClusterId>,
}

impl Site {
    /// Where ideas are asked for.
    pub(crate) fn path(&self) -> String {
        format!("/api/planner/sites/{}/ideas", self.id)
    }

    /// Asks for so many tasks of one idea each, in the words of a request: a cluster is named once,
    /// and a key of its own keeps the request apart from others, since the same ideas asked for
    /// twice at once are one task.
    pub(crate) fn request(&self, tasks: usize) -> Result<Bytes> {
        let clusters: Vec<ClusterId> = self.clusters.iter().copied().take(tasks).collect();
        ensure!(clusters.len() == tasks, "the site has {} clusters", clusters.len());
        Ok(serde_json::to_vec(&MakeIdeas { clusters, count: 1, placement: Some(apart()) })?.into())
    }

    /// The same for one task over the socket: that of the next cluster, by their number.
    pub(crate) fn command(&self, number: usize) -> SocketCommand {
        let clusters = vec![self.clusters[number % self.clusters.len()]];
        let work = QueueWork::Ideas { clusters, count: 1 };
        let key = Uuid::new_v4().simple().to_string();
        let placement = Some(apart());
        SocketCommand::QueueWork { site: self.id, work, placement, idempotency_key: Some(key) }
    }
}

/// A unique key that no other request has, for as long as its tasks are open.
fn apart() -> Placement {
    let unique_key = Some(Uuid::new_v4().simple().to_string());
    Placement { unique_key, unique_seconds: Some(0), ..Placement::default() }
}

impl Tenant {
    /// Signs up, makes sites and goes the way to clusters in each.
    pub(crate) async fn open(server: &str, sites: usize) -> Result<Self> {
        let api = Api::sign_up(server).await?;
        let mut views: Vec<SiteView> = api.get("/api/settings/sites").await?;
        while views.len() < sites {
            let name = format!("Bench {}", views.len());
            let new = NewSite { name, language: None, brand_voice: None };
            views.push(api.post("/api/settings/sites", &new).await?);
        }
        let mut socket = Socket::open(&api).await?;
        let mut ready = Vec::with_capacity(sites);
        for view in &views {
            socket.subscribe(StreamName::Site(view.id)).await.context("the site's stream")?;
            let clusters = clusters(&api, &mut socket, view.id, TOPICS).await?;
            ensure!(clusters.len() == CLUSTERS, "{} clusters of {TOPICS:?}", clusters.len());
            raise(&api, view.id).await?;
            ready.push(Site { id: view.id, clusters });
        }
        Ok(Self { api, socket, sites: ready })
    }

    /// What all its credits were spent for so far; nothing may be held while it does nothing.
    pub(crate) async fn spent(&self) -> Result<i64> {
        let balance: Balance = self.api.get("/api/billing/balance").await?;
        let total = balance.total;
        ensure!(total.held.0 == 0, "{} credits are held and nothing runs", total.held.0);
        ensure!(total.settled.0 + total.spent.0 == total.granted.0, "the sums differ: {total:?}");
        Ok(total.spent.0)
    }
}

/// Lets a site run as many tasks at once as it may: what is measured is the way, and the lane to
/// the model has bounds of its own.
async fn raise(api: &Api, site: SiteId) -> Result<()> {
    let path = format!("/api/system/sites/{site}/queue");
    let QueueView { mut settings, .. } = api.get(&path).await?;
    settings.places = PLACES;
    settings.kinds = vec![KindSettings {
        kind: TaskKind::Ideas,
        places: PLACES,
        rate: None,
        attempts: 4,
        run_seconds: 1_800,
    }];
    let _: QueueView = api.put(&format!("{path}/settings"), &settings).await?;
    Ok(())
}
