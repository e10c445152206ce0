//! The job, step by step.

use super::DemoError;
use super::api::{Api, ApiError, Body};
use super::progress::Steps;
use super::report::{Ledger, Report};
use crate::argument::DemoArguments;
use bytes::Bytes;
use igny8_protocol_ids::{ClusterId, DocumentId, IdeaId, SiteId};
use igny8_protocol_wire::rest::billing::Balance;
use igny8_protocol_wire::rest::planner::{ImportPreview, ImportReport, MakeIdeas};
use igny8_protocol_wire::rest::settings::NewSite;
use igny8_protocol_wire::rest::system::Overview;
use igny8_protocol_wire::rest::writer::{
    ChangeDocument, DocumentContent, Generate, LinkState, PairSite, Publish, Queued,
};
use igny8_protocol_wire::view::{
    ClusterView, DocumentStatus, DocumentView, IdeaStatus, IdeaView, SiteView, TaskKind,
    TaskStatus, TaskView,
};
use reqwest::StatusCode;
use std::collections::HashSet;
use std::time::Duration;

/// How often tasks are looked at: far below the limit on a tenant's reads.
const POLL: Duration = Duration::from_millis(250);
/// Ideas that one cluster gives at most.
const IDEAS_PER_CLUSTER_MAX: usize = 10;
/// Duplicates are dropped, so that a round may give less than was asked for; after so many rounds
/// the keywords have no more to give.
const IDEA_ROUNDS_MAX: usize = 10;

/// A job on one site of a fresh workspace.
pub(super) struct Job<'a> {
    api: &'a Api,
    steps: &'a Steps,
    arguments: &'a DemoArguments,
    site: SiteId,
    rejected: u32,
    ideas: Vec<IdeaId>,
    documents: Vec<DocumentId>,
    published: Vec<DocumentView>,
}

fn has_ended(task: &TaskView) -> bool {
    !matches!(task.status, TaskStatus::Queued | TaskStatus::Running)
}

impl<'a> Job<'a> {
    /// On the workspace's first site; makes one if the workspace has none yet.
    pub(super) async fn begin(
        api: &'a Api,
        steps: &'a Steps,
        arguments: &'a DemoArguments,
    ) -> Result<Self, DemoError> {
        let sites: Vec<SiteView> = api.get("/api/settings/sites").await?;
        let site = match sites.into_iter().next() {
            Some(site) => site,
            None => {
                let new = NewSite { name: "Demo".to_owned(), language: None, brand_voice: None };
                api.post("/api/settings/sites", Body::json(&new)).await?
            }
        };
        let (site, rejected) = (site.id, 0);
        let (ideas, documents, published) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Self { api, steps, arguments, site, rejected, ideas, documents, published })
    }

    pub(super) fn site(&self) -> SiteId {
        self.site
    }

    pub(super) fn published(&self) -> &[DocumentView] {
        &self.published
    }

    fn planner(&self, rest: &str) -> String {
        format!("/api/planner/sites/{}/{rest}", self.site)
    }

    fn writer(&self, rest: &str) -> String {
        format!("/api/writer/sites/{}/{rest}", self.site)
    }

    /// Preview, then import: what the server cannot read as keywords is the file's fault.
    pub(super) async fn import(&mut self, file: Bytes) -> Result<(), DemoError> {
        self.steps.step("import", 1);
        let name = self.arguments.keywords.display().to_string();
        let unusable = |reason: String| DemoError::Keywords { file: name.clone(), reason };
        let refused = |error: ApiError| match error {
            ApiError::Refused { status, detail, .. } if is_about_the_body(status) => {
                unusable(detail)
            }
            other => other.into(),
        };
        let path = self.planner("imports/preview");
        let preview = self.api.post(&path, Body::File(file.clone())).await;
        let preview: ImportPreview = preview.map_err(refused)?;
        self.steps.say(format!("{} rows, {}", preview.rows_total, preview.encoding));
        let report = self.api.post(&self.planner("imports"), Body::File(file)).await;
        let report: ImportReport = report.map_err(refused)?;
        if report.added + report.merged == 0 {
            let first = report.rejected_rows.first();
            let first = first.map(|row| format!("line {}: {}", row.row, row.reason));
            return Err(unusable(first.unwrap_or_else(|| "it holds no keyword".to_owned())));
        }
        self.rejected = report.rejected;
        self.steps.done(1, 1);
        Ok(())
    }

    /// Waits until every task that was queued has ended, and those that followed from it.
    async fn wait(&self) -> Result<Vec<TaskView>, DemoError> {
        loop {
            let tasks: Vec<TaskView> = self.api.list(&self.writer("tasks")).await?;
            let ended = tasks.iter().filter(|task| has_ended(task)).count();
            self.steps.done(ended, tasks.len());
            if ended == tasks.len() {
                return Ok(tasks);
            }
            let running = tasks.iter().find(|task| task.status == TaskStatus::Running);
            self.steps.say(running.map(|task| task.title.clone()).unwrap_or_default());
            tokio::time::sleep(POLL).await;
        }
    }

    /// Refuses to go on with what failed: says why it did.
    fn require(tasks: &[TaskView], kind: TaskKind) -> Result<(), DemoError> {
        let failed = tasks.iter().find(|task| {
            task.kind == kind && task.status != TaskStatus::Succeeded && task.failure.is_some()
        });
        let is_any_done =
            tasks.iter().any(|task| task.kind == kind && task.status == TaskStatus::Succeeded);
        match failed.and_then(|task| task.failure.as_ref().map(|failure| (task, failure))) {
            Some((task, failure)) if !is_any_done => {
                Err(DemoError::Job(format!("{}: {}", task.title, failure.message)))
            }
            _ => Ok(()),
        }
    }

    pub(super) async fn cluster(&self) -> Result<(), DemoError> {
        self.steps.step("cluster", 1);
        let path = self.planner("cluster");
        let _: Queued = self.api.post(&path, Body::json(&serde_json::json!({}))).await?;
        Self::require(&self.wait().await?, TaskKind::Cluster)
    }

    async fn new_ideas(&self) -> Result<Vec<IdeaView>, DemoError> {
        let ideas: Vec<IdeaView> = self.api.list(&self.planner("ideas")).await?;
        Ok(ideas.into_iter().filter(|idea| idea.status == IdeaStatus::New).collect())
    }

    /// One idea for each of the largest clusters, until there are enough; where there are fewer
    /// clusters than articles, more of each.
    pub(super) async fn make_ideas(&mut self) -> Result<(), DemoError> {
        self.steps.step("ideas", 1);
        let wanted = self.arguments.articles as usize;
        let mut clusters: Vec<ClusterView> = self.api.list(&self.planner("clusters")).await?;
        if clusters.is_empty() {
            let reason = "the keywords have nothing in common: there is no cluster to write about";
            return Err(DemoError::Job(reason.to_owned()));
        }
        clusters.sort_by_key(|cluster| std::cmp::Reverse((cluster.keywords.len(), cluster.volume)));
        let mut ids = clusters.iter().map(|cluster| cluster.id).cycle();
        for _ in 0..IDEA_ROUNDS_MAX {
            let missing = wanted.saturating_sub(self.new_ideas().await?.len());
            if missing == 0 {
                break;
            }
            let each = missing.div_ceil(clusters.len()).min(IDEAS_PER_CLUSTER_MAX);
            let chosen: Vec<ClusterId> = ids.by_ref().take(missing.div_ceil(each)).collect();
            let body = MakeIdeas {
                clusters: chosen,
                count: u32::try_from(each).expect("at most ten"),
                placement: None,
            };
            let _: Queued = self.api.post(&self.planner("ideas"), Body::json(&body)).await?;
            Self::require(&self.wait().await?, TaskKind::Ideas)?;
        }
        self.ideas = self.new_ideas().await?.iter().map(|idea| idea.id).take(wanted).collect();
        if self.ideas.len() < wanted {
            let found = self.ideas.len();
            return Err(DemoError::Job(format!("{found} of {wanted} ideas could be made")));
        }
        Ok(())
    }

    pub(super) async fn write(&mut self) -> Result<(), DemoError> {
        self.steps.step("write", self.ideas.len());
        let (ideas, images) = (self.ideas.clone(), self.arguments.images);
        let body = Generate { site: self.site, ideas, images, placement: None };
        let _: Queued = self.api.post("/api/writer/generate", Body::json(&body)).await?;
        let tasks = self.wait().await?;
        Self::require(&tasks, TaskKind::Draft)?;
        let written = tasks
            .iter()
            .filter(|task| task.kind == TaskKind::Draft && task.status == TaskStatus::Succeeded);
        self.documents = written.filter_map(|task| task.document).collect();
        Ok(())
    }

    pub(super) async fn approve(&self) -> Result<(), DemoError> {
        self.steps.step("approve", self.documents.len());
        for (done, document) in self.documents.iter().enumerate() {
            let change = ChangeDocument { title: None, status: Some(DocumentStatus::Approved) };
            let path = self.writer(&format!("documents/{document}"));
            let _: DocumentView = self.api.patch(&path, &change).await?;
            self.steps.done(done + 1, self.documents.len());
        }
        Ok(())
    }

    /// Pairs with the WordPress site, if one was named.
    pub(super) async fn link(&self) -> Result<(), DemoError> {
        let (Some(url), Some(code)) = (&self.arguments.wordpress, &self.arguments.code) else {
            return Ok(());
        };
        self.steps.step("pair", 1);
        let body = Body::json(&PairSite { url: url.clone(), code: code.clone() });
        let path = format!("/api/publish/sites/{}/link", self.site);
        let paired: Result<LinkState, ApiError> = self.api.post(&path, body).await;
        let state = match paired {
            Ok(state) => state,
            // The answer to a first attempt may have been lost; its code counts once.
            Err(error) => match self.api.get::<LinkState>(&path).await? {
                state if state.link.is_some() => state,
                _ => return Err(error.into()),
            },
        };
        self.steps.say(state.link.map(|link| link.name).unwrap_or_default());
        self.steps.done(1, 1);
        Ok(())
    }

    pub(super) async fn publish(&self) -> Result<(), DemoError> {
        self.steps.step("publish", self.documents.len());
        for document in &self.documents {
            let path = format!("/api/publish/sites/{}/documents/{document}", self.site);
            let body = Body::json(&Publish { live: true });
            let _: Queued = self.api.post(&path, body).await?;
        }
        Self::require(&self.wait().await?, TaskKind::Publish)
    }

    /// Reads each published document again: at the server, and at the site where it has one.
    pub(super) async fn read_back(&mut self) -> Result<(), DemoError> {
        self.steps.step("read back", self.documents.len());
        let documents: Vec<DocumentView> = self.api.list(&self.writer("documents")).await?;
        let ours: HashSet<DocumentId> = self.documents.iter().copied().collect();
        let published = documents.into_iter().filter(|document| {
            ours.contains(&document.id) && document.status == DocumentStatus::Published
        });
        for document in published {
            let path = self.writer(&format!("documents/{}/content?format=text", document.id));
            let content: DocumentContent = self.api.get(&path).await?;
            let link = document.permalink.as_deref().filter(|link| link.starts_with("http"));
            if let Some(link) = link {
                visit(link).await?;
            }
            if content.words > 0 && document.permalink.is_some() {
                self.published.push(document);
            }
            self.steps.done(self.published.len(), self.documents.len());
        }
        Ok(())
    }

    pub(super) async fn report(&self, elapsed: Duration) -> Result<Report, DemoError> {
        let path = format!("/api/dashboard/sites/{}/overview", self.site);
        let overview: Overview = self.api.get(&path).await?;
        let ideas: Vec<IdeaView> = self.api.list(&self.planner("ideas")).await?;
        let tasks: Vec<TaskView> = self.api.list(&self.writer("tasks")).await?;
        let balance: Balance = self.api.get("/api/billing/balance").await?;
        let ledger = Ledger::of(&self.api.list("/api/billing/ledger").await?);
        let count = |wanted: &[TaskStatus]| {
            tasks.iter().filter(|task| wanted.contains(&task.status)).count()
        };
        Ok(Report {
            keywords: overview.keywords.total,
            rejected: self.rejected,
            clusters: overview.clusters,
            ideas: ideas.len(),
            tasks_succeeded: count(&[TaskStatus::Succeeded]),
            tasks_failed: count(&[TaskStatus::Failed, TaskStatus::Dead, TaskStatus::Cancelled]),
            published: self.published.len(),
            credits_granted: balance.total.granted.0,
            credits_spent: balance.total.spent.0,
            credits_held: balance.total.held.0,
            ledger_balanced: ledger.agrees_with(&balance.total),
            seconds: (elapsed.as_secs_f64() * 10.0).round() / 10.0,
        })
    }
}

/// The statuses by which the server says that the file itself is wrong.
fn is_about_the_body(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::BAD_REQUEST
            | StatusCode::PAYLOAD_TOO_LARGE
            | StatusCode::UNSUPPORTED_MEDIA_TYPE
            | StatusCode::UNPROCESSABLE_ENTITY
    )
}

async fn visit(link: &str) -> Result<(), DemoError> {
    let failed = |reason: String| DemoError::Job(format!("{link} cannot be read: {reason}"));
    let response = reqwest::get(link).await.map_err(|error| failed(error.to_string()))?;
    let status = response.status();
    if status.is_success() { Ok(()) } else { Err(failed(format!("the site answers {status}"))) }
}
