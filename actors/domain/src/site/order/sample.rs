//! What fills a prompt: of an order, and of something of the site to show or try a template with.

use super::{DraftOrder, IdeasOrder, ImageOrder, Instruction, RewriteOrder, Site, draft_order};
use crate::tenant::prompt::{PromptKind, PromptValues};
use crate::text::intent::Intent;
use igny8_protocol_ids::{ClusterId, DocumentId, IdeaId};
use uuid::Uuid;

/// Ideas that a template for ideas is tried with.
const IDEAS_SAMPLED: u32 = 3;
/// Clusters that a template for names is tried with: as many as one request names.
const CLUSTERS_SAMPLED: usize = 25;

/// A text that a template for rewrites is tried with.
const PASSAGE_SAMPLED: &str = "There is a lot of things that one is able to do about it, and this \
                               text do say some of them.";

/// An intent as prompts spell it.
const fn intent_name(intent: Option<Intent>) -> &'static str {
    match intent {
        None => "",
        Some(Intent::Informational) => "informational",
        Some(Intent::Navigational) => "navigational",
        Some(Intent::Commercial) => "commercial",
        Some(Intent::Transactional) => "transactional",
    }
}

impl DraftOrder {
    /// What fills its prompt, but for the voice.
    pub fn values(&self) -> PromptValues {
        PromptValues {
            title: self.title.clone(),
            angle: self.angle.clone(),
            outline: self.outline.clone(),
            keywords: self.keywords.clone(),
            intent: intent_name(self.intent).to_owned(),
            ..PromptValues::default()
        }
    }
}

impl IdeasOrder {
    /// What fills its prompt, but for the voice.
    pub fn values(&self) -> PromptValues {
        PromptValues {
            cluster: self.name.clone(),
            pillar: self.pillar.clone(),
            keywords: self.keywords.clone(),
            existing: self.known_titles.clone(),
            count: Some(self.count),
            intent: intent_name(self.intent).to_owned(),
            ..PromptValues::default()
        }
    }
}

impl ImageOrder {
    /// What fills its prompt, but for the voice.
    pub fn values(&self) -> PromptValues {
        image_values(&self.title, self.index)
    }
}

impl RewriteOrder {
    /// What fills its prompt, but for the voice.
    pub fn values(&self, passages: Vec<String>) -> PromptValues {
        PromptValues {
            title: self.title.clone(),
            instruction: self.instruction.sentence().to_owned(),
            passages,
            ..PromptValues::default()
        }
    }
}

fn image_values(title: &str, index: u32) -> PromptValues {
    PromptValues {
        title: title.to_owned(),
        keywords: vec![format!("image {}", index + 1)],
        ..PromptValues::default()
    }
}

impl Site {
    /// Values of the site's own for a prompt, voice included, and what they are of. The subject is
    /// an idea, a cluster or a document; the newest if none is named. `None` if there is none.
    pub fn sample(
        &self,
        kind: PromptKind,
        subject: Option<Uuid>,
    ) -> Option<(String, PromptValues)> {
        let (about, mut values) = match kind {
            PromptKind::Article => {
                let idea = match subject {
                    Some(id) => self.idea(IdeaId::from_uuid(id)),
                    None => self.ideas().last(),
                }?;
                let order = draft_order(idea, DocumentId::from_uuid(Uuid::nil()));
                (idea.title.clone(), order.values())
            }
            PromptKind::Ideas => {
                let id = match subject {
                    Some(id) => ClusterId::from_uuid(id),
                    None => self.clusters().last()?.id,
                };
                let order = self.ideas_order(id, IDEAS_SAMPLED)?;
                (order.name.clone(), order.values())
            }
            PromptKind::ClusterNames => {
                let ids = self.clusters().map(|cluster| cluster.id).take(CLUSTERS_SAMPLED);
                let summaries = ids.filter_map(|id| self.cluster_summary(id));
                let clusters: Vec<Vec<String>> = summaries.map(|found| found.keywords).collect();
                let about = format!("{} clusters", clusters.len());
                (!clusters.is_empty()).then_some(())?;
                (about, PromptValues { clusters, ..PromptValues::default() })
            }
            PromptKind::Image => {
                let document = match subject {
                    Some(id) => self.document(DocumentId::from_uuid(id)),
                    None => self.documents().last(),
                }?;
                (document.title.clone(), image_values(&document.title, 0))
            }
            // The texts of documents are not the site's: a sentence stands for them.
            PromptKind::Rewrite => {
                let document = match subject {
                    Some(id) => self.document(DocumentId::from_uuid(id)),
                    None => self.documents().last(),
                }?;
                let order = RewriteOrder {
                    document: document.id,
                    title: document.title.clone(),
                    range: Default::default(),
                    instruction: Instruction::Improve,
                    by: None,
                };
                (document.title.clone(), order.values(vec![PASSAGE_SAMPLED.to_owned()]))
            }
        };
        values.speak(&self.card()?.voice());
        Some((about, values))
    }
}
