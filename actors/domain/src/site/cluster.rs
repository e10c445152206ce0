//! Clusters: taking in what clustering found, and changes by hand.

use super::command::{NewCluster, SiteReply};
use super::record::{Cluster, Keyword, KeywordStatus, SiteRecord};
use super::state::{Site, bounded, cluster_key};
use crate::entity::{Context, Draft, Refusal};
use igny8_protocol_ids::{ClusterId, KeywordId};
use std::collections::HashSet;

/// The longest name of a cluster, in characters.
const NAME_CHARS_MAX: usize = 160;

/// Takes in the result of a clustering. Keywords that went elsewhere (or away) while it ran stay
/// where they are now.
pub(super) fn take_in(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    clusters: Vec<NewCluster>,
    orphans: &[KeywordId],
    method: &str,
) {
    for new in clusters {
        let free: Vec<Keyword> = new.keywords.iter().filter_map(|id| free(draft, *id)).collect();
        if free.is_empty() {
            continue;
        }
        let id = ClusterId::new(context.now, context.entropy.chance());
        draft.put(SiteRecord::Cluster(Cluster {
            id,
            name: new.name.chars().take(NAME_CHARS_MAX).collect(),
            intent: new.intent,
            pillar: new.pillar,
            keywords: free.iter().map(|keyword| keyword.id).collect(),
            locked: false,
            method: method.to_owned(),
            created_at: context.now,
            updated_at: context.now,
        }));
        for keyword in free {
            settle_in(draft, context, keyword, Some(id), KeywordStatus::Clustered);
        }
    }
    for keyword in orphans.iter().filter_map(|id| free(draft, *id)).collect::<Vec<_>>() {
        settle_in(draft, context, keyword, None, KeywordStatus::Orphaned);
    }
}

fn free(draft: &Draft<'_, Site>, id: KeywordId) -> Option<Keyword> {
    draft
        .keyword(id)
        .filter(|keyword| matches!(keyword.status, KeywordStatus::New | KeywordStatus::Orphaned))
        .cloned()
}

fn settle_in(
    draft: &mut Draft<'_, Site>,
    context: &Context,
    mut keyword: Keyword,
    cluster: Option<ClusterId>,
    status: KeywordStatus,
) {
    keyword.cluster = cluster;
    keyword.status = status;
    keyword.updated_at = context.now;
    draft.put(SiteRecord::Keyword(keyword));
}

/// Takes a keyword out of its cluster; an empty cluster goes.
pub(super) fn take_out(draft: &mut Draft<'_, Site>, context: &Context, keyword: &Keyword) {
    let Some(mut cluster) = keyword.cluster.and_then(|id| draft.cluster(id)).cloned() else {
        return;
    };
    cluster.keywords.retain(|id| *id != keyword.id);
    cluster.updated_at = context.now;
    if cluster.keywords.is_empty() {
        draft.delete(cluster_key(cluster.id));
    } else {
        draft.put(SiteRecord::Cluster(cluster));
    }
}

fn cluster(draft: &Draft<'_, Site>, id: ClusterId) -> Result<Cluster, Refusal> {
    draft.cluster(id).cloned().ok_or_else(|| Refusal::not_found("cluster"))
}

fn summary(draft: &Draft<'_, Site>, id: ClusterId) -> Result<SiteReply, Refusal> {
    draft.cluster_summary(id).map(SiteReply::Cluster).ok_or_else(|| Refusal::not_found("cluster"))
}

pub(super) fn change(
    draft: &mut Draft<'_, Site>,
    context: &Context,
    id: ClusterId,
    name: Option<String>,
    locked: Option<bool>,
) -> Result<SiteReply, Refusal> {
    let mut cluster = cluster(draft, id)?;
    if let Some(name) = name {
        cluster.name = bounded("name", name.trim(), 1, NAME_CHARS_MAX)?;
    }
    cluster.locked = locked.unwrap_or(cluster.locked);
    cluster.updated_at = context.now;
    draft.put(SiteRecord::Cluster(cluster));
    summary(draft, id)
}

pub(super) fn merge(
    draft: &mut Draft<'_, Site>,
    context: &Context,
    into: ClusterId,
    from: &[ClusterId],
) -> Result<SiteReply, Refusal> {
    let mut target = cluster(draft, into)?;
    let sources: HashSet<ClusterId> = from.iter().copied().filter(|id| *id != into).collect();
    if sources.is_empty() {
        return Err(Refusal::invalid(
            "nothing_to_merge",
            "Name at least one other cluster to merge into this one.",
        ));
    }
    for id in from.iter().filter(|id| sources.contains(id)) {
        let Ok(source) = cluster(draft, *id) else { continue };
        for keyword in
            source.keywords.iter().filter_map(|id| draft.keyword(*id).cloned()).collect::<Vec<_>>()
        {
            target.keywords.push(keyword.id);
            let status = keyword.status;
            settle_in(draft, context, keyword, Some(into), status);
        }
        for mut idea in
            draft.ideas().filter(|idea| idea.cluster == *id).cloned().collect::<Vec<_>>()
        {
            idea.cluster = into;
            idea.updated_at = context.now;
            draft.put(SiteRecord::Idea(idea));
        }
        draft.delete(cluster_key(*id));
    }
    target.updated_at = context.now;
    draft.put(SiteRecord::Cluster(target));
    summary(draft, into)
}

pub(super) fn move_keywords(
    draft: &mut Draft<'_, Site>,
    context: &Context,
    into: ClusterId,
    ids: &[KeywordId],
) -> Result<SiteReply, Refusal> {
    cluster(draft, into)?;
    for id in ids {
        let keyword = draft.keyword(*id).cloned().ok_or_else(|| Refusal::not_found("keyword"))?;
        if keyword.cluster == Some(into) {
            continue;
        }
        take_out(draft, context, &keyword);
        let status = if keyword.status == KeywordStatus::InUse {
            keyword.status
        } else {
            KeywordStatus::Clustered
        };
        settle_in(draft, context, keyword, Some(into), status);
        let mut target = cluster(draft, into)?;
        target.keywords.push(*id);
        target.updated_at = context.now;
        draft.put(SiteRecord::Cluster(target));
    }
    summary(draft, into)
}
