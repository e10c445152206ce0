//! What a large batch still has to do. Only so much of it stands in the queue as tasks; the rest is
//! kept as the items that it is about, 16 bytes each, and becomes tasks as those before it start.

use super::super::admission::Placement;
use super::super::limits;
use crate::entity::{Context, Draft, Origin, Refusal, RefusalKind};
use crate::ledger::price::{self, PriceList};
use crate::site::command::{SiteCommand, SiteReply};
use crate::site::queue::record::{Batch, BatchStatus};
use crate::site::record::{IdeaStatus, SiteRecord};
use crate::site::state::{Site, rest_key};
use igny8_protocol_ids::{BatchId, ClusterId, Credits, IdeaId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::mem;

/// Items that become tasks together.
const PORTION: usize = 250;
/// The next portion follows when fewer of the batch wait.
const WAITING_LOW: u32 = 50;

/// Items of one kind of work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Items {
    /// Ideas for clusters.
    Ideas {
        /// For these.
        clusters: Vec<ClusterId>,
        /// How many each.
        count: u32,
    },
    /// Drafts of ideas.
    Drafts {
        /// Of these.
        ideas: Vec<IdeaId>,
        /// How many images each.
        images: u32,
    },
}

/// A portion of a batch that is still to become tasks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rest {
    /// Of this batch.
    pub batch: BatchId,
    /// Its place among the portions.
    pub number: u32,
    /// How its tasks are placed.
    pub placement: Placement,
    /// What they are about.
    pub items: Items,
}

impl Items {
    fn command(self) -> SiteCommand {
        match self {
            Self::Ideas { clusters, count } => SiteCommand::QueueIdeas { clusters, count },
            Self::Drafts { ideas, images } => SiteCommand::QueueDrafts { ideas, images },
        }
    }
    const fn len(&self) -> usize {
        match self {
            Self::Ideas { clusters, .. } => clusters.len(),
            Self::Drafts { ideas, .. } => ideas.len(),
        }
    }
    /// Takes away all but the first `count`.
    fn split_off(&mut self, count: usize) -> Self {
        let count = count.min(self.len());
        match self {
            Self::Ideas { clusters, count: each } => {
                Self::Ideas { clusters: clusters.split_off(count), count: *each }
            }
            Self::Drafts { ideas, images } => {
                Self::Drafts { ideas: ideas.split_off(count), images: *images }
            }
        }
    }
    fn price(&self) -> Credits {
        let each = match *self {
            Self::Ideas { count, .. } => price::price_of_ideas(count as usize).0,
            Self::Drafts { images, .. } => {
                price::ARTICLE.0 + PriceList::CURRENT.images(images as usize).0
            }
        };
        Credits(each.saturating_mul(i64::try_from(self.len()).unwrap_or(i64::MAX)))
    }
    /// Refuses what its tasks would be refused for, as long as there is somebody to tell.
    fn check(&self, site: &Site) -> Result<(), Refusal> {
        match self {
            Self::Ideas { clusters, .. } => {
                let is_missing = clusters.iter().any(|id| site.cluster(*id).is_none());
                if is_missing { Err(Refusal::not_found("cluster")) } else { Ok(()) }
            }
            Self::Drafts { ideas, .. } => {
                let mut seen = BTreeSet::new();
                for id in ideas {
                    let idea = site.idea(*id).ok_or_else(|| Refusal::not_found("idea"))?;
                    if idea.status != IdeaStatus::New || !seen.insert(*id) {
                        return Err(super::super::request::idea_in_use(idea));
                    }
                }
                Ok(())
            }
        }
    }
    /// Leaves those of which tasks can be made.
    fn retain_present(&mut self, site: &Site) {
        match self {
            Self::Ideas { clusters, .. } => clusters.retain(|id| site.cluster(*id).is_some()),
            Self::Drafts { ideas, .. } => {
                ideas.retain(|id| site.idea(*id).is_some_and(|idea| idea.status == IdeaStatus::New))
            }
        }
    }
}

/// The part of a command that becomes tasks at once, and the portions that follow.
pub(super) fn split(
    site: &Site,
    batch: BatchId,
    placement: &Placement,
    command: SiteCommand,
) -> Result<(SiteCommand, Vec<Rest>), Refusal> {
    let mut first = match command {
        SiteCommand::QueueIdeas { clusters, count } => Items::Ideas { clusters, count },
        SiteCommand::QueueDrafts { ideas, images } => Items::Drafts { ideas, images },
        other => return Ok((other, Vec::new())),
    };
    let count = first.len();
    if count > limits::ITEMS_PER_BATCH_MAX {
        let max = limits::ITEMS_PER_BATCH_MAX;
        let message = format!("The batch names {count} items; 1 to {max} are allowed.");
        return Err(Refusal::invalid("invalid_count", message));
    }
    if count <= PORTION {
        return Ok((first.command(), Vec::new()));
    }
    first.check(site)?;
    let mut remaining = first.split_off(PORTION);
    let to_come = site.items_to_come();
    if to_come + remaining.len() > limits::ITEMS_TO_COME_MAX {
        let max = limits::ITEMS_TO_COME_MAX;
        let message = format!(
            "{to_come} items of batches wait for their tasks already; {max} may. Try again when some are done."
        );
        return Err(Refusal::new(RefusalKind::Busy, "queue_full", message));
    }
    let mut rests = Vec::with_capacity(remaining.len().div_ceil(PORTION));
    while remaining.len() > 0 {
        let following = remaining.split_off(PORTION);
        let items = mem::replace(&mut remaining, following);
        let number = u32::try_from(rests.len()).unwrap_or(u32::MAX);
        rests.push(Rest { batch, number, placement: placement.clone(), items });
    }
    Ok((first.command(), rests))
}

/// Keeps the portions, and gives their number of items and their price.
pub(super) fn keep(draft: &mut Draft<'_, Site>, rests: Vec<Rest>) -> (u32, Credits) {
    let (mut count, mut price) = (0, Credits::ZERO);
    for rest in rests {
        count += count_of(&rest.items);
        price = Credits(price.0.saturating_add(rest.items.price().0));
        draft.put(SiteRecord::Rest(rest));
    }
    (count, price)
}

fn count_of(items: &Items) -> u32 {
    u32::try_from(items.len()).unwrap_or(u32::MAX)
}

/// Drops the portions of a batch.
pub(super) fn drop_all(draft: &mut Draft<'_, Site>, batch: BatchId) {
    let numbers: Vec<u32> = draft.rests_of(batch).map(|rest| rest.number).collect();
    for number in numbers {
        draft.delete(rest_key(batch, number));
    }
}

impl Site {
    /// Items of batches whose tasks are still to be made.
    fn items_to_come(&self) -> usize {
        self.batches_to_come().filter_map(|id| self.batch(id)).map(|b| b.to_come as usize).sum()
    }
}

/// Makes tasks of what batches still have to do, where few enough of them wait.
pub(in crate::site) fn refill(draft: &mut Draft<'_, Site>, context: &mut Context) {
    let batches: Vec<BatchId> = draft.batches_to_come().collect();
    for id in batches {
        while let Some(rest) = next_portion(draft, id) {
            take(draft, context, rest);
        }
    }
}

fn next_portion(site: &Site, id: BatchId) -> Option<Rest> {
    let batch = site.batch(id)?;
    let rest = site.rests_of(id).next()?;
    let is_wanted = batch.status == BatchStatus::Open
        && batch.paused.is_none()
        && site.queue().counts(id).queued < WAITING_LOW
        && site.queue().waiting() + rest.items.len() <= limits::TASKS_QUEUED_MAX;
    is_wanted.then(|| rest.clone())
}

/// One portion becomes tasks of whoever asked for the batch. What is gone meanwhile, or is worked
/// on by another task, is counted and left out.
fn take(draft: &mut Draft<'_, Site>, context: &mut Context, mut rest: Rest) {
    draft.delete(rest_key(rest.batch, rest.number));
    let Some(mut batch) = draft.batch(rest.batch).cloned() else { return };
    let count = count_of(&rest.items);
    rest.items.retain_present(draft);
    batch.to_come = batch.to_come.saturating_sub(count);
    let made = match rest.items.len() {
        0 => 0,
        _ => queue(draft, context, &batch, rest),
    };
    batch.skipped += count - made;
    let id = batch.id;
    draft.put(SiteRecord::Batch(batch));
    // None may have been made, and no other may be left.
    super::note_end(draft, context, id);
}

fn queue(draft: &mut Draft<'_, Site>, context: &mut Context, batch: &Batch, rest: Rest) -> u32 {
    let whose = batch.created_by.map_or(Origin::System, Origin::Account);
    let origin = mem::replace(&mut context.origin, whose);
    let reply = crate::site::place(draft, context, &rest.placement, rest.items.command());
    context.origin = origin;
    let Ok(SiteReply::Tasks(tasks)) = reply else { return 0 };
    let own = tasks.iter().filter(|task| task.batch == Some(rest.batch)).count();
    u32::try_from(own).unwrap_or(u32::MAX)
}
