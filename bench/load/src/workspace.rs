//! A fresh workspace with a site, a client in it, and ideas to write.

use crate::api::Api;
use crate::keyword;
use crate::socket::Socket;
use anyhow::{Context, Result, bail, ensure};
use igny8_protocol_ids::{ClusterId, IdeaId, SiteId, TaskId};
use igny8_protocol_wire::frame::ServerFrame;
use igny8_protocol_wire::rest::page::Page;
use igny8_protocol_wire::rest::planner::{ImportReport, MakeIdeas};
use igny8_protocol_wire::rest::settings::NewSite;
use igny8_protocol_wire::rest::writer::{Generate, Queued};
use igny8_protocol_wire::stream::{StreamEvent, StreamName};
use igny8_protocol_wire::view::{
    ClusterView, IdeaStatus, IdeaView, SiteView, TaskStatus, TaskView,
};
use serde_json::json;
use std::collections::HashSet;

/// Keywords about one topic; forty topics cost 14 of the 600 demo credits to cluster.
const KEYWORDS_PER_TOPIC: usize = 10;
/// So many ideas are wanted of a topic: a slow model names fewer clusters for few ideas.
const IDEAS_PER_TOPIC: usize = 3;
/// What a page of the API may hold, and what one request may name.
const PAGE: usize = 100;
/// Ideas of one cluster in one request.
const IDEAS_PER_CLUSTER_MAX: usize = 10;

/// A workspace and its only site.
pub(crate) struct Workspace {
    /// The way to it.
    pub(crate) api: Api,
    /// Its site.
    pub(crate) site: SiteId,
    /// A client that hears the site's stream.
    pub(crate) socket: Socket,
}

impl Workspace {
    /// Signs up and makes a site.
    pub(crate) async fn open(server: &str) -> Result<Self> {
        let api = Api::sign_up(server).await?;
        let sites: Vec<SiteView> = api.get("/api/settings/sites").await?;
        let site = match sites.into_iter().next() {
            Some(site) => site,
            None => {
                let new = NewSite { name: "Bench".to_owned(), language: None, brand_voice: None };
                api.post("/api/settings/sites", &new).await?
            }
        };
        let socket = client(&api, site.id).await?;
        Ok(Self { api, site: site.id, socket })
    }

    /// A further client, on a socket of its own, that hears the site's stream.
    pub(crate) async fn client(&self) -> Result<Socket> {
        client(&self.api, self.site).await
    }

    /// A path of the planner.
    pub(crate) fn planner(&self, rest: &str) -> String {
        format!("/api/planner/sites/{}/{rest}", self.site)
    }

    /// A path of the writer.
    pub(crate) fn writer(&self, rest: &str) -> String {
        format!("/api/writer/sites/{}/{rest}", self.site)
    }

    /// Goes the way to so many ideas: keywords, clusters, ideas.
    pub(crate) async fn ideas(&mut self, wanted: usize) -> Result<Vec<IdeaId>> {
        let topics = wanted.div_ceil(IDEAS_PER_TOPIC).clamp(1, keyword::TOPICS_MAX);
        let clusters =
            clusters(&self.api, &mut self.socket, self.site, (topics, KEYWORDS_PER_TOPIC)).await?;
        let count = wanted.div_ceil(clusters.len()).min(IDEAS_PER_CLUSTER_MAX);
        let needed = wanted.div_ceil(count);
        let clusters = clusters.into_iter().take(needed).collect();
        let body = MakeIdeas { clusters, count: u32::try_from(count)?, placement: None };
        let queued: Queued = self.api.post(&self.planner("ideas"), &body).await?;
        wait(&mut self.socket, &queued).await?;
        let path = self.planner(&format!("ideas?limit={PAGE}"));
        let ideas: Page<IdeaView> = self.api.get(&path).await?;
        let new = ideas.items.iter().filter(|idea| idea.status == IdeaStatus::New);
        let new: Vec<IdeaId> = new.map(|idea| idea.id).take(wanted).collect();
        ensure!(new.len() == wanted, "{} of {wanted} ideas could be made", new.len());
        Ok(new)
    }

    /// Asks for drafts, without waiting for them.
    pub(crate) async fn generate(&self, ideas: &[IdeaId]) -> Result<Vec<TaskView>> {
        let body = Generate { site: self.site, ideas: ideas.to_vec(), images: 0, placement: None };
        let queued: Queued = self.api.post("/api/writer/generate", &body).await?;
        ensure!(queued.tasks.len() == ideas.len(), "not every idea became a task");
        Ok(queued.tasks)
    }
}

/// Goes the way to clusters: so many topics, each with so many keywords, become as many clusters,
/// or nearly. At most a hundred are named.
pub(crate) async fn clusters(
    api: &Api,
    socket: &mut Socket,
    site: SiteId,
    (topics, keywords): (usize, usize),
) -> Result<Vec<ClusterId>> {
    let path = |rest: &str| format!("/api/planner/sites/{site}/{rest}");
    let file = keyword::csv(topics * keywords, topics);
    let _: ImportReport = api.file(&path("imports"), file).await?;
    let queued: Queued = api.post(&path("cluster"), &json!({})).await?;
    wait(socket, &queued).await?;
    let clusters: Page<ClusterView> = api.get(&path(&format!("clusters?limit={PAGE}"))).await?;
    ensure!(!clusters.items.is_empty(), "the keywords gave no cluster");
    Ok(clusters.items.iter().map(|cluster| cluster.id).collect())
}

/// Waits until all have ended well.
async fn wait(socket: &mut Socket, queued: &Queued) -> Result<()> {
    let mut open: HashSet<TaskId> = queued.tasks.iter().map(|task| task.id).collect();
    while !open.is_empty() {
        for task in ended(&socket.next().await?) {
            ensure!(!open.contains(&task.id) || is_good(task), "{:?}", task.failure);
            open.remove(&task.id);
        }
    }
    Ok(())
}

async fn client(api: &Api, site: SiteId) -> Result<Socket> {
    let mut socket = Socket::open(api).await?;
    socket.subscribe(StreamName::Site(site)).await.context("the site's stream")?;
    Ok(socket)
}

fn is_good(task: &TaskView) -> bool {
    task.status == TaskStatus::Succeeded
}

/// The tasks that a frame says have ended.
pub(crate) fn ended(frame: &ServerFrame) -> Vec<&TaskView> {
    let ServerFrame::Events { events, .. } = frame else { return Vec::new() };
    let tasks = events.iter().filter_map(|event| match event {
        StreamEvent::TaskChanged { task } => Some(task),
        _ => None,
    });
    tasks.filter(|task| !matches!(task.status, TaskStatus::Queued | TaskStatus::Running)).collect()
}

/// Refuses frames that say that the server did not do its part.
pub(crate) fn sound(frame: ServerFrame) -> Result<ServerFrame> {
    match frame {
        ServerFrame::Problem { code, message, .. }
        | ServerFrame::DocumentRefused { code, message, .. } => bail!("{code}: {message}"),
        ServerFrame::StreamClosed { reason, .. } => bail!("a stream was closed: {reason}"),
        frame => Ok(frame),
    }
}
