//! What a site holds, as clients see it.

use super::lane::usage_view;
use super::queue::{waiting_view, waiting_word};
use super::word::{document_status, idea_status, intent, keyword_status, task_kind, task_status};
use igny8_actors_domain::site::{
    ClusterSummary, DocumentSummary, Failure, Idea, Image, Keyword, KeywordCounts, KindSettings,
    Link, Site, SiteCard, Task, TaskInput, Waiting,
};
use igny8_protocol_ids::{Credits, SiteId, TenantId, Timestamp};
use igny8_protocol_wire::view;

/// Where a thing lives: images are addressed by it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub tenant: TenantId,
    pub site: SiteId,
}

pub(crate) fn link_view(link: Link) -> view::LinkView {
    view::LinkView {
        url: link.url,
        name: link.name,
        wordpress: link.wordpress,
        plugin: link.plugin,
        paired_at: link.paired_at,
        problem: link.problem,
    }
}

pub(crate) fn site_view(card: SiteCard) -> view::SiteView {
    view::SiteView {
        id: card.id,
        name: card.name,
        language: card.language,
        brand_voice: card.brand_voice,
        persona: card.persona,
        link_hosts: card.link_hosts,
        link: card.link.map(link_view),
        created_at: card.created_at,
    }
}

pub(crate) const fn counts(counts: KeywordCounts) -> view::KeywordCounts {
    let KeywordCounts { new, clustered, in_use, orphaned, archived } = counts;
    let total = new + clustered + in_use + orphaned + archived;
    view::KeywordCounts { total, new, clustered, in_use, orphaned, archived }
}

pub(crate) fn keyword_view(keyword: &Keyword) -> view::KeywordView {
    let figures = &keyword.figures;
    view::KeywordView {
        id: keyword.id,
        text: keyword.text.clone(),
        volume: figures.volume,
        cpc_micros: figures.cpc_micros,
        cps_micros: figures.cps_micros,
        difficulty: figures.difficulty,
        intent: figures.intent.map(intent),
        persona: figures.persona.clone(),
        country: figures.country.clone(),
        status: keyword_status(keyword.status),
        cluster: keyword.cluster,
    }
}

pub(crate) fn cluster_view(cluster: ClusterSummary) -> view::ClusterView {
    view::ClusterView {
        id: cluster.id,
        name: cluster.name,
        intent: cluster.intent.map(intent),
        pillar: cluster.pillar,
        keywords: cluster.keywords,
        volume: cluster.volume,
        locked: cluster.locked,
        ideas: cluster.ideas,
    }
}

pub(crate) fn idea_view(idea: Idea) -> view::IdeaView {
    view::IdeaView {
        id: idea.id,
        cluster: idea.cluster,
        title: idea.title,
        angle: idea.angle,
        outline: idea.outline,
        intent: idea.intent.map(intent),
        target_keywords: idea.target_keywords,
        status: idea_status(idea.status),
        document: idea.document,
    }
}

fn failure_view(failure: Failure) -> view::TaskFailure {
    view::TaskFailure {
        code: failure.class.code().to_owned(),
        message: failure.message,
        at: failure.at,
    }
}

/// What only the site knows of a task: why it waits and when it will start.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outlook {
    waiting: Option<Waiting>,
    starts_at: Option<Timestamp>,
    attempts_max: u32,
}

/// Asks the site.
pub(crate) fn outlook(site: &Site, task: &Task, now: Timestamp) -> Outlook {
    Outlook {
        waiting: site.waiting(task, now),
        starts_at: site.start_estimate(task, now),
        attempts_max: site.queue_settings().kind(task.input.kind()).attempts,
    }
}

pub(crate) fn task_view(task: Task, outlook: Outlook) -> view::TaskView {
    let (idea, cluster) = match &task.input {
        TaskInput::Draft { idea, .. } => (Some(*idea), None),
        TaskInput::Ideas { cluster, .. } => (None, Some(*cluster)),
        _ => (None, None),
    };
    let waiting = outlook.waiting.map(waiting_view);
    // Without the site's word, what holds until something is set.
    let attempts_max = match outlook.attempts_max {
        0 => KindSettings::of(task.input.kind()).attempts,
        set => set,
    };
    view::TaskView {
        id: task.id,
        kind: task_kind(task.input.kind()),
        status: task_status(task.status),
        attempts: task.attempts,
        attempts_max: task.attempts_before.saturating_add(attempts_max),
        price: task.price,
        held: task.hold.map_or(Credits::ZERO, |_| task.price),
        spent: task.spent,
        priority: Some(task.priority.number()),
        waiting_for: waiting.as_ref().map(|waiting| waiting_word(waiting).to_owned()),
        waiting,
        starts_at: outlook.starts_at,
        batch: task.batch,
        created_by: task.created_by,
        started_at: task.started_at,
        not_before: task.not_before,
        failure: task.failure.map(failure_view),
        idea,
        cluster,
        document: task.input.document(),
        title: task.title,
        model: task.model,
        usage: Some(task.usage).filter(|used| !used.is_empty()).map(|used| usage_view(&used)),
        lane: None,
        created_at: task.created_at,
        updated_at: task.updated_at,
    }
}

fn image_view(place: Place, index: usize, image: Image) -> view::ImageView {
    view::ImageView {
        id: image.id,
        url: format!("/media/{}/{}/{}", place.tenant, place.site, image.id),
        alt: image.alt,
        width: image.width,
        height: image.height,
        featured: index == 0,
    }
}

pub(crate) fn document_view(place: Place, summary: DocumentSummary) -> view::DocumentView {
    let document = summary.document;
    let images = summary.images.into_iter().enumerate();
    view::DocumentView {
        id: document.id,
        title: document.title,
        status: document_status(document.status),
        idea: document.idea,
        images: images.map(|(index, image)| image_view(place, index, image)).collect(),
        permalink: document.publication.map(|publication| publication.permalink),
        words: document.words,
        created_at: document.created_at,
        updated_at: document.updated_at,
    }
}
