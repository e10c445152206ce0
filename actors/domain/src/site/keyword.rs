//! Keywords: taking them in, merging what is there, putting them away.

use super::command::{NewKeyword, SiteReply};
use super::queue::limits;
use super::record::{Keyword, KeywordFigures, KeywordStatus, SiteRecord};
use super::state::Site;
use crate::entity::{Context, Draft, Refusal};
use crate::text;
use igny8_protocol_ids::KeywordId;

pub(super) fn import(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    keywords: Vec<NewKeyword>,
) -> Result<SiteReply, Refusal> {
    let present = draft.keywords().count();
    if present + keywords.len() > limits::KEYWORDS_PER_SITE_MAX {
        return Err(Refusal::invalid(
            "too_many_keywords",
            format!(
                "The site has {present} keywords and the file {}; {} are allowed. Archive some or import fewer.",
                keywords.len(),
                limits::KEYWORDS_PER_SITE_MAX
            ),
        ));
    }
    let (mut added, mut merged) = (0, Vec::new());
    for (place, keyword) in keywords.into_iter().enumerate() {
        match take_in(draft, context, keyword) {
            None => added += 1,
            Some(into) => merged.push((u32::try_from(place).unwrap_or(u32::MAX), into)),
        }
    }
    Ok(SiteReply::Imported { added, merged })
}

/// Adds a keyword, or merges it into the one that is there and names that.
fn take_in(draft: &mut Draft<'_, Site>, context: &mut Context, new: NewKeyword) -> Option<String> {
    let normalized = text::normalize(&new.text);
    let merge_key = text::merge_key(&normalized);
    if let Some(present) = draft.keyword_by_merge_key(&merge_key) {
        let mut keyword = present.clone();
        keyword.figures = merged(&keyword.figures, new.figures);
        let into = keyword.text.clone();
        if keyword.figures != draft.keyword(keyword.id)?.figures {
            keyword.updated_at = context.now;
            draft.put(SiteRecord::Keyword(keyword));
        }
        return Some(into);
    }
    draft.put(SiteRecord::Keyword(Keyword {
        id: KeywordId::new(context.now, context.entropy.chance()),
        text: new.text.trim().to_owned(),
        normalized,
        merge_key,
        figures: new.figures,
        status: KeywordStatus::New,
        cluster: None,
        created_at: context.now,
        updated_at: context.now,
    }));
    None
}

/// The higher figure wins; what one of them lacks comes from the other.
fn merged(old: &KeywordFigures, new: KeywordFigures) -> KeywordFigures {
    KeywordFigures {
        volume: old.volume.max(new.volume),
        cpc_micros: old.cpc_micros.max(new.cpc_micros),
        cps_micros: old.cps_micros.max(new.cps_micros),
        difficulty: match (old.difficulty, new.difficulty) {
            (Some(a), Some(b)) => Some(a.max(b)),
            (a, b) => a.or(b),
        },
        intent: old.intent.or(new.intent),
        persona: old.persona.clone().or(new.persona),
        country: old.country.clone().or(new.country),
    }
}

pub(super) fn change(
    draft: &mut Draft<'_, Site>,
    context: &Context,
    ids: &[KeywordId],
    status: KeywordStatus,
) -> Result<SiteReply, Refusal> {
    if !matches!(status, KeywordStatus::New | KeywordStatus::Archived) {
        return Err(Refusal::invalid(
            "invalid_status",
            "Keywords can be archived or brought back, nothing else.",
        ));
    }
    for id in ids {
        let mut keyword =
            draft.keyword(*id).cloned().ok_or_else(|| Refusal::not_found("keyword"))?;
        if status == KeywordStatus::Archived {
            super::cluster::take_out(draft, context, &keyword);
            keyword.cluster = None;
        } else if keyword.status != KeywordStatus::Archived {
            continue;
        }
        keyword.status = status;
        keyword.updated_at = context.now;
        draft.put(SiteRecord::Keyword(keyword));
    }
    Ok(SiteReply::Done)
}
