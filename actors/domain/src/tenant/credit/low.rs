//! Low balance: the tenant hears once when its credits fall below a level that it set, and again
//! after they were above it in between.
//!
//! What slices have used is known to the sites. They report it while it could matter: as long as
//! the tenant's own part alone is above every level, nobody needs to.

use crate::entity::{Context, Draft, Refusal};
use crate::ledger::AMOUNT_MAX;
use crate::role::Action;
use crate::tenant::command::{TenantEffect, TenantEvent, TenantReply};
use crate::tenant::message::SiteMessage;
use crate::tenant::plan::Plan;
use crate::tenant::record::{LowLevel, LowLevels, SiteEntry, TenantRecord};
use crate::tenant::right::{authorise, system_only};
use crate::tenant::state::Tenant;
use igny8_protocol_ids::{Credits, SiteId};

/// Levels of a tenant: each one tells everybody something.
const LEVELS_MAX: usize = 5;
/// The level of a tenant whose plan does not say how many credits it brings.
const LEVEL_WITHOUT_PLAN: Credits = Credits(50);

/// The level of a tenant that set none: a fifth of what its plan brings.
fn usual_level(plan: Plan) -> Credits {
    match plan.limits().credits {
        Credits::ZERO => LEVEL_WITHOUT_PLAN,
        Credits(credits) => Credits(credits / 5),
    }
}

impl Tenant {
    /// The levels below which the tenant is told, the highest first.
    pub fn low_levels(&self) -> Vec<LowLevel> {
        match self.levels() {
            Some(levels) => levels.levels.clone(),
            None => {
                let usual = self.plan().map(|plan| self.level(usual_level(plan)));
                usual.into_iter().collect()
            }
        }
    }

    /// Available and held of the tenant and of all its slices, as far as their use is reported.
    pub fn settled_with_slices(&self) -> Credits {
        let slices: i64 = self.sites().map(|site| site.lent.0 - site.used.0).sum();
        Credits(self.balance().settled.0 + slices)
    }

    fn level(&self, credits: Credits) -> LowLevel {
        LowLevel { credits, is_below: self.settled_with_slices() < credits }
    }
}

/// Sets the levels. One that is set below the balance, or above it, is told at the next crossing.
pub(in crate::tenant) fn set_levels(
    draft: &mut Draft<'_, Tenant>,
    context: &Context,
    mut levels: Vec<Credits>,
) -> Result<TenantReply, Refusal> {
    authorise(draft, context, Action::ManageBilling)?;
    levels.sort_by(|a, b| b.cmp(a));
    levels.dedup();
    if levels.len() > LEVELS_MAX {
        let message = format!("At most {LEVELS_MAX} levels can be set.");
        return Err(Refusal::invalid("invalid_levels", message));
    }
    if levels.iter().any(|level| *level <= Credits::ZERO || *level > AMOUNT_MAX) {
        let message = format!("A level is a whole number from 1 to {}.", AMOUNT_MAX.0);
        return Err(Refusal::invalid("invalid_levels", message));
    }
    let levels = levels.into_iter().map(|level| draft.level(level)).collect();
    draft.put(TenantRecord::LowLevels(LowLevels { levels }));
    watch(draft);
    Ok(TenantReply::LowLevels(draft.low_levels()))
}

/// A site reports what its slice has used since it began.
pub(in crate::tenant) fn note_use(
    draft: &mut Draft<'_, Tenant>,
    context: &Context,
    site: SiteId,
    used: Credits,
) -> Result<TenantReply, Refusal> {
    system_only(draft, context)?;
    let entry = draft.site(site).cloned().ok_or_else(|| Refusal::not_found("site"))?;
    // A report that was overtaken by a later one says less.
    if used > entry.used {
        draft.put(TenantRecord::Site(SiteEntry { used, ..entry }));
        check(draft);
    }
    Ok(TenantReply::Done)
}

/// Tells of each level that was crossed, and has sites report if the next crossing may be theirs.
pub(in crate::tenant) fn check(draft: &mut Draft<'_, Tenant>) {
    if draft.card().is_none() {
        return;
    }
    let left = draft.settled_with_slices();
    let before = draft.low_levels();
    let levels: Vec<LowLevel> = before.iter().map(|level| draft.level(level.credits)).collect();
    // What stands there at the beginning is no crossing.
    if draft.levels().is_some() {
        for (was, is) in before.iter().zip(&levels) {
            if is.is_below && !was.is_below {
                draft.event(TenantEvent::CreditsLow { level: is.credits, left });
            }
        }
    }
    if draft.levels().is_none_or(|_| before != levels) {
        draft.put(TenantRecord::LowLevels(LowLevels { levels }));
    }
    watch(draft);
}

/// Sites report while the tenant's own part alone is not above every level.
fn watch(draft: &mut Draft<'_, Tenant>) {
    let own = draft.balance().settled;
    let wanted = draft.low_levels().iter().any(|level| own <= level.credits);
    let others: Vec<SiteEntry> = draft
        .sites()
        .filter(|site| site.is_watched != wanted && (!wanted || site.lent > Credits::ZERO))
        .cloned()
        .collect();
    for entry in others {
        let site = entry.id;
        draft.put(TenantRecord::Site(SiteEntry { is_watched: wanted, ..entry }));
        let message = SiteMessage::Watch { is_watched: wanted };
        draft.effect(TenantEffect::ToSite { site, message });
    }
}
