//! A tenant: members, plan, sites, credits and settings. It lends credits to its sites and takes
//! back what they do not use. It does not know what a site does with them, nor how a person
//! logs in.

mod command;
mod credit;
mod member;
mod message;
mod pause;
mod plan;
pub mod prompt;
mod record;
mod right;
mod route;
mod setting;
mod state;
#[cfg(test)]
pub(crate) mod test;

pub use command::{KeyChange, TenantCommand, TenantEffect, TenantEvent, TenantReply};
pub use credit::RECALL_WAIT;
pub use message::{AccountMessage, SiteMessage};
pub use plan::{Plan, PlanLimits};
pub use record::{
    AiCapability, AiModelSettings, AiProvider, LowLevel, LowLevels, Member, ModelKey,
    PendingAllotment, Prompt, SiteEntry, TenantCard, TenantRecord, WorkPause,
};
pub use route::{AiRoute, AiRouting, ROUTES_MAX, RoutingChange};
pub use state::Tenant;

use crate::account::normalise_name;
use crate::entity::{Context, Draft, Entity, RecordKey, Refusal};
use crate::ledger::{Ledger, Shipment};
use crate::role::{Action, Role};
use igny8_protocol_ids::{Credits, SiteId, Timestamp};
use member::NewMember;
use right::{authorise, created};

/// The longest tag of a language that is in use, with room to spare (RFC 5646).
const LANGUAGE_CHARS_MAX: usize = 35;
/// The longest description of how a site sounds: it goes into every prompt.
const BRAND_VOICE_CHARS_MAX: usize = 2_000;

impl Entity for Tenant {
    type Record = TenantRecord;
    type Command = TenantCommand;
    type Reply = TenantReply;
    type Event = TenantEvent;
    type Effect = TenantEffect;

    fn key(record: &TenantRecord) -> RecordKey {
        state::record_key(record)
    }
    fn blobs(record: &TenantRecord) -> Vec<[u8; 32]> {
        match record {
            TenantRecord::Ledger(record) => Ledger::blob(record).into_iter().collect(),
            _ => Vec::new(),
        }
    }
    fn put(&mut self, record: TenantRecord) -> Option<TenantRecord> {
        self.take_in(record)
    }
    fn delete(&mut self, key: &RecordKey) -> Option<TenantRecord> {
        self.take_out(key)
    }
    fn decide(
        draft: &mut Draft<'_, Self>,
        command: TenantCommand,
        context: &mut Context,
    ) -> Result<TenantReply, Refusal> {
        let before = draft.balance();
        let reply = dispatch(draft, command, context)?;
        credit::file(draft);
        let balance = draft.balance();
        if balance != before {
            draft.event(TenantEvent::CreditsChanged { balance });
            credit::low::check(draft);
        }
        Ok(reply)
    }
    fn next_due(&self) -> Option<Timestamp> {
        [self.ledger().next_expiry(), self.next_deadline()].into_iter().flatten().min()
    }
    fn tick() -> TenantCommand {
        TenantCommand::Tick
    }
}

fn dispatch(
    draft: &mut Draft<'_, Tenant>,
    command: TenantCommand,
    context: &mut Context,
) -> Result<TenantReply, Refusal> {
    match command {
        TenantCommand::Create { id, name, plan, owner, owner_email, owner_name, demo_credits } => {
            let owner = NewMember {
                account: owner,
                email: owner_email,
                name: owner_name,
                role: Role::Owner,
            };
            let now = context.now;
            let card = TenantCard { id, name, plan, created_at: now, updated_at: now };
            create(draft, context, card, owner, demo_credits)
        }
        TenantCommand::Rename { name } => rename(draft, context, &name),
        TenantCommand::AddMember { account, email, name, role } => {
            member::add(draft, context, NewMember { account, email, name, role })
        }
        TenantCommand::ChangeRole { account, role } => {
            member::change_role(draft, context, account, role)
        }
        TenantCommand::RemoveMember { account } => member::remove(draft, context, account),
        TenantCommand::CreateSite { site, name, language, brand_voice } => {
            create_site(draft, context, site, (&name, &language, &brand_voice))
        }
        TenantCommand::Allot { transfer, site, amount, least } => {
            credit::allot(draft, context, (transfer, site), (amount, least))
        }
        TenantCommand::ReturnSlice { transfer, site, parts, number } => {
            credit::take_back(draft, context, transfer, site, &Shipment { number, parts })
        }
        TenantCommand::Grant { key, part, reason } => {
            credit::grant(draft, context, &key, part, reason)
        }
        TenantCommand::FinishFiling { last, blob } => {
            credit::finish_filing(draft, context, last, blob)
        }
        TenantCommand::SetLowLevels { levels } => credit::low::set_levels(draft, context, levels),
        TenantCommand::NoteUse { site, used } => credit::low::note_use(draft, context, site, used),
        TenantCommand::SetModels { provider, base_url, model, key } => {
            let change = setting::ModelChange { provider, base_url, model, key };
            setting::set_models(draft, context, change)
        }
        TenantCommand::ResealModelKey { before, after } => {
            route::reseal_key(draft, context, &before, &after)
        }
        TenantCommand::BookUse { used } => route::book_use(draft, context, used),
        TenantCommand::SetRouting(change) => route::set_routing(draft, context, change),
        TenantCommand::RestorePrompt { kind, version } => {
            setting::restore_prompt(draft, context, kind, version)
        }
        TenantCommand::SetPrompt { kind, template } => {
            setting::set_prompt(draft, context, kind, template)
        }
        TenantCommand::PauseWork { paused } => pause::pause(draft, context, paused),
        TenantCommand::Tick => credit::tick(draft, context),
    }
}

fn create(
    draft: &mut Draft<'_, Tenant>,
    context: &mut Context,
    card: TenantCard,
    owner: NewMember,
    demo_credits: Option<Credits>,
) -> Result<TenantReply, Refusal> {
    if let Some(known) = draft.card() {
        let is_repeated = known.id == card.id && draft.member(owner.account).is_some();
        return match is_repeated {
            true => Ok(TenantReply::Tenant(known.clone())),
            false => Err(Refusal::conflict("tenant_exists", "This tenant exists already.")),
        };
    }
    let card = TenantCard { name: normalise_name(&card.name)?, ..card };
    draft.put(TenantRecord::Card(card.clone()));
    draft.event(TenantEvent::TenantChanged(card.clone()));
    member::join(draft, context.now, owner)?;
    if let Some(amount) = demo_credits {
        credit::begin(draft, context, amount)?;
    }
    Ok(TenantReply::Tenant(card))
}

/// The tenant's name stands on its invoices: it changes with its billing.
fn rename(
    draft: &mut Draft<'_, Tenant>,
    context: &Context,
    name: &str,
) -> Result<TenantReply, Refusal> {
    authorise(draft, context, Action::ManageBilling)?;
    let name = normalise_name(name)?;
    let before = created(draft)?.clone();
    if before.name == name {
        return Ok(TenantReply::Tenant(before));
    }
    let card = TenantCard { name, updated_at: context.now, ..before };
    draft.put(TenantRecord::Card(card.clone()));
    draft.event(TenantEvent::TenantChanged(card.clone()));
    Ok(TenantReply::Tenant(card))
}

fn create_site(
    draft: &mut Draft<'_, Tenant>,
    context: &Context,
    site: SiteId,
    (name, language, brand_voice): (&str, &str, &str),
) -> Result<TenantReply, Refusal> {
    authorise(draft, context, Action::ManageSites)?;
    if let Some(entry) = draft.site(site) {
        return Ok(TenantReply::Site(entry.clone()));
    }
    let TenantCard { id: tenant, plan, .. } = *created(draft)?;
    let limit = plan.limits().sites;
    if draft.sites().len() >= limit {
        let message = format!("The plan allows {limit} sites. Change the plan to add another.");
        return Err(Refusal::conflict("site_limit", message));
    }
    let name = normalise_name(name)?;
    let language = normalise_language(language)?;
    let brand_voice = brand_voice.trim().to_owned();
    if brand_voice.chars().count() > BRAND_VOICE_CHARS_MAX {
        let message = format!("The voice has at most {BRAND_VOICE_CHARS_MAX} characters.");
        return Err(Refusal::invalid("brand_voice", message));
    }
    let entry = SiteEntry {
        id: site,
        lent: Credits::ZERO,
        used: Credits::ZERO,
        is_watched: false,
        is_refused: false,
        created_at: context.now,
    };
    draft.put(TenantRecord::Site(entry.clone()));
    draft.event(TenantEvent::SiteListed(entry.clone()));
    let message = SiteMessage::Create { tenant, name, language, brand_voice };
    draft.effect(TenantEffect::ToSite { site, message });
    pause::tell(draft, site);
    Ok(TenantReply::Site(entry))
}

/// A tag such as `en` or `pt-BR`: letters, digits and hyphens.
fn normalise_language(language: &str) -> Result<String, Refusal> {
    let language = language.trim();
    let is_tag = language.len() <= LANGUAGE_CHARS_MAX
        && language.split('-').all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
    if is_tag {
        Ok(language.to_owned())
    } else {
        Err(Refusal::invalid("language", "A language is a tag such as en or pt-BR."))
    }
}
