//! What a runner needs to know to do a task: read from the committed state when it starts.

mod sample;

use super::queue::{GivenAnswer, Instruction, ModelLimit, Task, TaskInput};
use super::record::{Idea, Image, KeywordFigures};
use super::state::Site;
use crate::tenant::prompt::{PromptKind, PromptValues, Voice};
use crate::text::intent::Intent;
use igny8_protocol_ids::{AccountId, ClusterId, Credits, DocumentId, ImageId, KeywordId, TaskId};
use std::collections::BTreeMap;
use std::time::Duration;

/// Titles that a prompt names as known, the latest: more would fill the model's context. One that it
/// repeats all the same is dropped.
const TITLES_NAMED_MAX: usize = 200;

/// A keyword to cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct ClusterKeyword {
    /// Id.
    pub id: KeywordId,
    /// As imported.
    pub text: String,
    /// Normalised.
    pub normalized: String,
    /// What the import knows of it.
    pub figures: KeywordFigures,
}

/// Ideas to make.
#[derive(Clone, Debug, PartialEq)]
pub struct IdeasOrder {
    /// The cluster's name.
    pub name: String,
    /// Its pillar keyword.
    pub pillar: String,
    /// Its intent.
    pub intent: Option<Intent>,
    /// Its keywords' texts.
    pub keywords: Vec<String>,
    /// How many ideas.
    pub count: u32,
    /// Titles that exist already.
    pub known_titles: Vec<String>,
}

/// An article to write.
#[derive(Clone, Debug, PartialEq)]
pub struct DraftOrder {
    /// Where.
    pub document: DocumentId,
    /// Title.
    pub title: String,
    /// What makes it different.
    pub angle: String,
    /// Headings.
    pub outline: Vec<String>,
    /// Intent.
    pub intent: Option<Intent>,
    /// Keywords to rank for.
    pub keywords: Vec<String>,
}

/// An image to make.
#[derive(Clone, Debug, PartialEq)]
pub struct ImageOrder {
    /// For which document.
    pub document: DocumentId,
    /// The id it will have.
    pub image: ImageId,
    /// The document's title.
    pub title: String,
    /// Its number, from 0.
    pub index: u32,
}

/// A publication.
#[derive(Clone, Debug, PartialEq)]
pub struct PublishOrder {
    /// Of which document.
    pub document: DocumentId,
    /// The approved version's hash.
    pub version: [u8; 32],
    /// Its number.
    pub revision: u64,
    /// At once, or as a draft at the site.
    pub live: bool,
    /// Title.
    pub title: String,
    /// Keywords, for tags and the SEO focus.
    pub keywords: Vec<String>,
    /// Images, the featured one first.
    pub images: Vec<Image>,
    /// What the site said last.
    pub modified_gmt: Option<String>,
    /// Who wrote in it.
    pub provenance: Vec<String>,
}

/// A selection to rewrite.
#[derive(Clone, Debug, PartialEq)]
pub struct RewriteOrder {
    /// Of which document.
    pub document: DocumentId,
    /// The document's title.
    pub title: String,
    /// Where it begins and ends: relative positions, as Yjs encodes them.
    pub range: (Vec<u8>, Vec<u8>),
    /// What is to be done with it.
    pub instruction: Instruction,
    /// Who asked for it; absent for automation.
    pub by: Option<AccountId>,
}

/// A prompt template to try.
#[derive(Clone, Debug, PartialEq)]
pub struct TestOrder {
    /// Of which kind.
    pub kind: PromptKind,
    /// The template.
    pub template: String,
    /// What fills it.
    pub values: PromptValues,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum TaskWork {
    /// Cluster these.
    Cluster(Vec<ClusterKeyword>),
    /// Make ideas.
    Ideas(IdeasOrder),
    /// Write an article.
    Draft(DraftOrder),
    /// Make an image.
    Image(ImageOrder),
    /// Restructure a document.
    Reparse(DocumentId),
    /// Publish a version.
    Publish(PublishOrder),
    /// Try a prompt template.
    TestRun(TestOrder),
    /// Rewrite a selection.
    Rewrite(RewriteOrder),
}

/// An order for a runner.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskOrder {
    /// Which task.
    pub task: TaskId,
    /// Which attempt.
    pub attempt: u32,
    /// What it will cost: what the house pays if the attempt is lost.
    pub price: Credits,
    /// What its earlier attempts have cost, in millionths of a dollar.
    pub spent_micros: u64,
    /// A person has asked for its end already.
    pub stop_requested: bool,
    /// How the site speaks: applied in every pass.
    pub voice: Voice,
    /// Hosts that its links and images may have.
    pub hosts: Vec<String>,
    /// Answers that people gave in the model's place.
    pub given: Vec<GivenAnswer>,
    /// Limits of the site's own for models.
    pub models: BTreeMap<String, ModelLimit>,
    /// A runner that shows no sign of life so long after its start is given up.
    pub start_max: Duration,
    /// A runner that is silent for so long is given up.
    pub silence_max: Duration,
    /// What is to be done.
    pub work: TaskWork,
}

impl Site {
    /// The order for a task that runs; `None` if it does not (any more).
    pub fn order(&self, id: TaskId, attempt: u32) -> Option<TaskOrder> {
        let task = self.task(id)?;
        let running = task.status == super::TaskStatus::Running && task.attempts == attempt;
        let card = self.card().filter(|_| running)?;
        Some(TaskOrder {
            task: id,
            attempt,
            price: task.price,
            spent_micros: task.usage.cost_micros,
            stop_requested: task.stop_requested,
            voice: card.voice(),
            hosts: card.hosts(),
            given: task.given.clone(),
            models: self.queue_settings().models.clone(),
            start_max: Duration::from_secs(self.queue_settings().start_seconds.into()),
            silence_max: Duration::from_secs(self.queue_settings().silence_seconds.into()),
            work: self.work(task)?,
        })
    }

    fn work(&self, task: &Task) -> Option<TaskWork> {
        Some(match &task.input {
            TaskInput::Cluster { keywords } => {
                TaskWork::Cluster(keywords.iter().filter_map(|id| self.to_cluster(*id)).collect())
            }
            TaskInput::Ideas { cluster, count } => {
                TaskWork::Ideas(self.ideas_order(*cluster, *count)?)
            }
            TaskInput::Draft { idea, document, .. } => {
                TaskWork::Draft(draft_order(self.idea(*idea)?, *document))
            }
            TaskInput::Image { document, image, index } => TaskWork::Image(ImageOrder {
                document: *document,
                image: *image,
                title: self.document(*document)?.title.clone(),
                index: *index,
            }),
            TaskInput::Reparse { document } => TaskWork::Reparse(*document),
            TaskInput::TestRun { prompt, template, subject } => TaskWork::TestRun(TestOrder {
                kind: *prompt,
                template: template.clone(),
                values: self.sample(*prompt, *subject)?.1,
            }),
            TaskInput::Rewrite { document, range, instruction } => {
                TaskWork::Rewrite(RewriteOrder {
                    document: *document,
                    title: self.document(*document)?.title.clone(),
                    range: range.clone(),
                    instruction: instruction.clone(),
                    by: task.created_by,
                })
            }
            TaskInput::Publish { document, version, revision, live } => {
                let summary = self.document_summary(*document)?;
                TaskWork::Publish(PublishOrder {
                    document: *document,
                    version: *version,
                    revision: *revision,
                    live: *live,
                    keywords: self.keywords_of(&summary.document),
                    title: summary.document.title,
                    images: summary.images,
                    modified_gmt: summary
                        .document
                        .publication
                        .map(|publication| publication.modified_gmt),
                    provenance: summary.document.provenance,
                })
            }
        })
    }

    fn ideas_order(&self, cluster: ClusterId, count: u32) -> Option<IdeasOrder> {
        let summary = self.cluster_summary(cluster)?;
        Some(IdeasOrder {
            name: summary.name,
            pillar: summary.pillar,
            intent: summary.intent,
            keywords: summary.keywords,
            count,
            known_titles: self.latest_titles(cluster),
        })
    }

    /// The titles of a cluster's latest ideas, the oldest of them first.
    fn latest_titles(&self, cluster: ClusterId) -> Vec<String> {
        let latest = self.ideas_of(cluster).rev().take(TITLES_NAMED_MAX);
        let mut titles: Vec<String> = latest.map(|idea| idea.title.clone()).collect();
        titles.reverse();
        titles
    }

    fn to_cluster(&self, id: KeywordId) -> Option<ClusterKeyword> {
        let keyword = self.keyword(id)?;
        Some(ClusterKeyword {
            id,
            text: keyword.text.clone(),
            normalized: keyword.normalized.clone(),
            figures: keyword.figures.clone(),
        })
    }

    fn keywords_of(&self, document: &super::Document) -> Vec<String> {
        document
            .idea
            .and_then(|id| self.idea(id))
            .map(|idea| idea.target_keywords.clone())
            .unwrap_or_default()
    }
}

fn draft_order(idea: &Idea, document: DocumentId) -> DraftOrder {
    DraftOrder {
        document,
        title: idea.title.clone(),
        angle: idea.angle.clone(),
        outline: idea.outline.clone(),
        intent: idea.intent,
        keywords: idea.target_keywords.clone(),
    }
}
