//! Tenants with sites that are ready for work: each has clusters for which ideas can be made.

use crate::api::Api;
use crate::socket::Socket;
use crate::workspace::clusters;
use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use igny8_protocol_ids::{ClusterId, SiteId};
use igny8_protocol_wire::rest::billing::Balance;
use igny8_protocol_wire::rest::planner::MakeIdeas;
use igny8_protocol_wire::rest::settings::NewSite;
use igny8_protocol_wire::stream::StreamName;
use igny8_protocol_wire::view::SiteView;

/// Topics of each site, and so about as many clusters.
const TOPICS: usize = 20;

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

    /// Asks for so many tasks of one idea each, in the words of a request.
    pub(crate) fn request(&self, tasks: usize) -> Result<Bytes> {
        let clusters = self.clusters.iter().copied().cycle().take(tasks).collect();
        Ok(serde_json::to_vec(&MakeIdeas { clusters, count: 1 })?.into())
    }
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
