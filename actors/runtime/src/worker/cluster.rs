//! Keywords into clusters: vectors, grouping off the actors, names by the model.

use super::job::Job;
use super::{Report, answer, internal, stopped, unless_stopped};
use crate::world::{EmbeddingModel, ModelChoice};
use igny8_actors_domain::answer::{ClusterNames, Unreadable};
use igny8_actors_domain::clustering::{ClusterItem, ClusterParameters, Clustering, cluster};
use igny8_actors_domain::site::{ClusterKeyword, NewCluster, TaskOutcome};
use igny8_actors_domain::tenant::prompt::{PromptKind, PromptValues};
use igny8_protocol_ids::{SiteId, TaskId};
use std::sync::Arc;

/// Clusters that one prompt names: more and models begin to mix them up.
const NAMED_AT_ONCE: usize = 25;
/// Share of the progress bar that the grouping takes.
const GROUPING_SHARE: f32 = 0.6;

pub(super) async fn run(job: &Job, keywords: Vec<ClusterKeyword>) -> Report {
    match unless_stopped(&job.stop, cluster_and_name(job, keywords)).await {
        None => stopped(),
        Some(Ok(report) | Err(report)) => report,
    }
}

async fn cluster_and_name(job: &Job, keywords: Vec<ClusterKeyword>) -> Result<Report, Report> {
    job.progress("reading keywords", 0.0, None);
    let texts: Vec<String> = keywords.iter().map(|keyword| keyword.normalized.clone()).collect();
    let sent = texts.iter().map(String::len).sum();
    let texts = &texts;
    // All vectors are of the one model that the record names: those of two cannot be compared.
    let embed = |model: ModelChoice<EmbeddingModel>| async move {
        Ok((model.provider.embed(texts).await?, None))
    };
    let (vectors, embedder) = job.by_lane(&job.embedding_models().await?, sent, embed).await?;
    let keywords = Arc::new(keywords);
    let grouped = group(job, keywords.clone(), vectors).await?;
    let mut clusters = Vec::with_capacity(grouped.clusters.len());
    let mut model = None;
    for (call, chunk) in (0..).zip(grouped.clusters.chunks(NAMED_AT_ONCE)) {
        let done = clusters.len() as f32 / grouped.clusters.len().max(1) as f32;
        job.progress("naming clusters", GROUPING_SHARE + (1.0 - GROUPING_SHARE) * done, None);
        clusters.extend(name(job, call, &keywords, chunk, &mut model).await?);
    }
    let method = format!(
        "average linkage, {embedder}, threshold {:.3}, quality {:.3}, {}",
        grouped.threshold,
        grouped.quality,
        model.as_deref().unwrap_or("no names")
    );
    let orphans = grouped.orphans.iter().map(|index| keywords[*index].id).collect();
    Ok(Report {
        outcome: TaskOutcome::Clustered { clusters, orphans, method },
        model,
        response: None,
    })
}

/// The grouping itself, on a thread of its own, with its progress on the board.
async fn group(
    job: &Job,
    keywords: Arc<Vec<ClusterKeyword>>,
    vectors: Vec<Vec<f32>>,
) -> Result<Clustering, Report> {
    let (inner, stop) = (job.inner.clone(), job.stop.clone());
    let (site, task): (SiteId, TaskId) = (job.site, job.task);
    let work = move || {
        let items: Vec<ClusterItem<'_>> = keywords
            .iter()
            .zip(&vectors)
            .map(|(keyword, embedding)| ClusterItem {
                text: &keyword.normalized,
                embedding,
                volume: keyword.figures.volume,
                locked_cluster: None,
            })
            .collect();
        cluster(&items, &ClusterParameters::default(), &mut |fraction| {
            let fraction = fraction * GROUPING_SHARE;
            inner.progress.set(
                site,
                crate::site::ProgressUpdate {
                    task,
                    stage: "grouping".into(),
                    fraction,
                    words: None,
                },
            );
            !stop.is_cancelled()
        })
    };
    let done =
        job.inner.world.compute.call(work).await.map_err(|error| internal("Clustering", &error))?;
    done.map_err(|refused| internal("Clustering", &refused))
}

async fn name(
    job: &Job,
    call: u32,
    keywords: &[ClusterKeyword],
    clusters: &[Vec<usize>],
    model: &mut Option<String>,
) -> Result<Vec<NewCluster>, Report> {
    let texts =
        |cluster: &Vec<usize>| cluster.iter().map(|index| keywords[*index].text.clone()).collect();
    let values =
        PromptValues { clusters: clusters.iter().map(texts).collect(), ..PromptValues::default() };
    let prompt = job
        .prompt(call, PromptKind::ClusterNames, values, answer::format::<ClusterNames>())
        .await?;
    let named = job.ask(&prompt, |names| all_named(names, clusters.len())).await?.answer;
    *model = Some(prompt.trace);
    let mut found = Vec::with_capacity(clusters.len());
    for (index, cluster) in clusters.iter().enumerate() {
        let Some(name) = named.clusters.iter().find(|name| name.index == index) else {
            continue;
        };
        // The pillar must be one of the cluster's own keywords: the first is the most searched.
        let pillar =
            cluster.iter().map(|index| &keywords[*index].text).find(|text| **text == name.pillar);
        found.push(NewCluster {
            keywords: cluster.iter().map(|index| keywords[*index].id).collect(),
            name: name.name.trim().to_owned(),
            intent: answer::intent(&name.intent),
            pillar: pillar.unwrap_or(&keywords[cluster[0]].text).clone(),
        });
    }
    Ok(found)
}

/// Each cluster has its name: else the answer is one to repair.
fn all_named(names: &ClusterNames, clusters: usize) -> Result<(), Unreadable> {
    let named = |index: &usize| names.clusters.iter().any(|name| name.index == *index);
    match (0..clusters).find(|index| !named(index)) {
        None => Ok(()),
        Some(index) => Err(Unreadable::Misfit {
            path: "clusters".to_owned(),
            what: format!("cluster {index} has no name"),
        }),
    }
}
