//! Rewrites: somebody has a block rewritten, somebody decides, while others type there.

use super::Life;
use super::person::chosen;
use crate::plan::Step;
use igny8_actors_domain::site::{Instruction, SiteCommand};
use igny8_actors_runtime::{CommentRange, Platform, SuggestionState};
use igny8_protocol_ids::{EntityKey, SiteId};

impl Life {
    pub(super) async fn rewrite(&self, step: &Step, site: SiteId) {
        let Some(document) = self.document(site, step.pick, |_| true) else { return };
        let pick = step.pick >> 16;
        let range = self
            .insist(EntityKey::document(self.tenant, document), async |platform: Platform| {
                let handle = platform.document(self.tenant, document);
                let blocks = handle.tree().await?.blocks.into_iter().enumerate();
                let blocks = blocks.filter(|(_, block)| !block.text().trim().is_empty());
                let Some((index, block)) = chosen(blocks.collect(), pick) else { return Ok(None) };
                let to = u32::try_from(block.text().encode_utf16().count()).unwrap_or(u32::MAX);
                let range = CommentRange::Block { index, key: block.key(), from: 0, to };
                handle.selection(range).await.map(|found| Some((found.from, found.to)))
            })
            .await;
        let Some(Ok(Some(range))) = range else { return };
        let instruction = Instruction::Improve;
        let command = SiteCommand::QueueRewrite { document, range, instruction };
        self.site_command(step.user, site, command).await;
    }

    pub(super) async fn decide(&self, step: &Step, site: SiteId) {
        let Some(document) = self.document(site, step.pick, |_| true) else { return };
        let (by, pick) = (self.people[step.user], step.pick >> 16);
        self.insist(EntityKey::document(self.tenant, document), async |platform: Platform| {
            let handle = platform.document(self.tenant, document);
            let all = handle.suggestions().await?;
            let open = all.into_iter().filter(|one| one.state == SuggestionState::Open);
            let Some(id) = chosen(open.map(|one| one.suggestion.id).collect(), pick) else {
                return Ok(());
            };
            // What is typed there meanwhile is not overwritten: then it is refused.
            match pick.is_multiple_of(4) {
                true => handle.reject_suggestion(id, by).await.map(drop),
                false => handle.accept_suggestion(id, None, by).await.map(drop),
            }
        })
        .await;
    }
}
