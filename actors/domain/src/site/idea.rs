//! Ideas: taking in what the model proposed, without repeating what is there.

use super::command::{NewIdea, SiteReply};
use super::record::{Idea, IdeaStatus, KeywordStatus, SiteRecord};
use super::state::{Site, bounded};
use super::title::title_key;
use crate::entity::{Context, Draft, Refusal};
use igny8_protocol_ids::{ClusterId, IdeaId};

/// The longest title, in characters: the longest that WordPress themes still show.
pub(super) const TITLE_CHARS_MAX: usize = 200;
/// Headings of an outline.
const OUTLINE_MAX: usize = 20;
/// Keywords that one idea aims at.
const TARGETS_MAX: usize = 20;

/// Takes in ideas; repeats of ideas and documents of this site are dropped. The number of new ones
/// is what is paid.
pub(super) fn take_in(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    cluster: ClusterId,
    ideas: Vec<NewIdea>,
    wanted: u32,
) -> u32 {
    let mut added = 0;
    for new in ideas {
        let title: String = new.title.trim().chars().take(TITLE_CHARS_MAX).collect();
        if added == wanted || title.is_empty() || draft.has_title(&title_key(&title)) {
            continue;
        }
        draft.put(SiteRecord::Idea(Idea {
            id: IdeaId::new(context.now, context.entropy.chance()),
            cluster,
            title,
            angle: new.angle.chars().take(1_000).collect(),
            outline: new.outline.into_iter().take(OUTLINE_MAX).collect(),
            intent: new.intent,
            target_keywords: new.target_keywords.into_iter().take(TARGETS_MAX).collect(),
            status: IdeaStatus::New,
            document: None,
            created_at: context.now,
            updated_at: context.now,
        }));
        added += 1;
    }
    if added > 0 {
        mark_in_use(draft, context, cluster);
    }
    added
}

fn mark_in_use(draft: &mut Draft<'_, Site>, context: &Context, cluster: ClusterId) {
    let ids = draft.cluster(cluster).map_or(&[][..], |cluster| &cluster.keywords);
    let keywords = ids.iter().filter_map(|id| draft.keyword(*id));
    let waiting = keywords.filter(|keyword| keyword.status == KeywordStatus::Clustered);
    for mut keyword in waiting.cloned().collect::<Vec<_>>() {
        keyword.status = KeywordStatus::InUse;
        keyword.updated_at = context.now;
        draft.put(SiteRecord::Keyword(keyword));
    }
}

pub(super) fn change(
    draft: &mut Draft<'_, Site>,
    context: &Context,
    id: IdeaId,
    title: Option<String>,
    status: Option<IdeaStatus>,
) -> Result<SiteReply, Refusal> {
    let mut idea = draft.idea(id).cloned().ok_or_else(|| Refusal::not_found("idea"))?;
    if let Some(title) = title {
        idea.title = bounded("title", title.trim(), 1, TITLE_CHARS_MAX)?;
    }
    match (status, idea.status) {
        (None, _) => {}
        (Some(IdeaStatus::Archived), IdeaStatus::New | IdeaStatus::Archived) => {
            idea.status = IdeaStatus::Archived
        }
        (Some(IdeaStatus::New), IdeaStatus::New | IdeaStatus::Archived) => {
            idea.status = IdeaStatus::New
        }
        (Some(_), _) => {
            return Err(Refusal::conflict(
                "idea_in_use",
                "Only ideas without a draft can be archived or brought back.",
            ));
        }
    }
    idea.updated_at = context.now;
    draft.put(SiteRecord::Idea(idea.clone()));
    Ok(SiteReply::Idea(idea))
}
