//! The slice of credits: arriving from the tenant, going back, expiring.

use super::command::{SiteEffect, SiteReply};
use super::record::{Ask, SiteCard, SiteRecord};
use super::state::{Site, ask_key, ledger_key};
use crate::entity::{Context, Draft, Refusal};
use crate::ledger::{LedgerChange, Part};
use crate::tenant::SiteMessage;
use igny8_protocol_ids::{Credits, SiteId, TransferId};
use std::time::Duration;

/// After a refusal the tenant is asked again this late, if work still waits for credits.
const ASK_AGAIN: Duration = Duration::from_secs(15);

/// Writes the ledger's changes.
pub(super) fn book(draft: &mut Draft<'_, Site>, changes: Vec<LedgerChange>) {
    for change in changes {
        match change {
            LedgerChange::Put(record) => draft.put(SiteRecord::Ledger(record)),
            LedgerChange::Delete(key) => draft.delete(ledger_key(&key)),
        }
    }
}

pub(super) fn from_tenant(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    site: SiteId,
    message: SiteMessage,
) -> Result<SiteReply, Refusal> {
    match message {
        SiteMessage::Create { tenant, name, language, brand_voice } => {
            if draft.card().is_none() {
                draft.put(SiteRecord::Card(SiteCard {
                    id: site,
                    tenant,
                    name,
                    language,
                    brand_voice,
                    link: None,
                    created_at: context.now,
                    updated_at: context.now,
                }));
            }
        }
        SiteMessage::ReceiveCredits { transfer, parts } => {
            receive(draft, context, transfer, &parts)?
        }
        SiteMessage::CreditsRefused { transfer } => {
            if let Some(ask) = draft.ask().filter(|ask| ask.transfer == transfer).cloned() {
                draft.put(SiteRecord::Ask(Ask {
                    again_at: Some(context.now.plus(ASK_AGAIN)),
                    ..ask
                }));
            }
        }
        SiteMessage::Recall { transfer } => give_back(draft, context, transfer)?,
    }
    Ok(SiteReply::Done)
}

fn receive(
    draft: &mut Draft<'_, Site>,
    context: &Context,
    transfer: TransferId,
    parts: &[Part],
) -> Result<(), Refusal> {
    let key = format!("transfer:{transfer}");
    let posting = draft.ledger().receive(context.now, &key, parts, "Credits from the tenant")?;
    book(draft, posting.changes);
    if draft.ask().is_some_and(|ask| ask.transfer == transfer) {
        draft.delete(ask_key());
    }
    Ok(())
}

/// Answers a recall with all that is not held; a repeated recall finds its transfer booked.
fn give_back(
    draft: &mut Draft<'_, Site>,
    context: &Context,
    transfer: TransferId,
) -> Result<(), Refusal> {
    let unheld = draft.ledger().spendable(context.now);
    let key = format!("transfer:{transfer}");
    let mut parts = Vec::new();
    // Repeated, it answers with the parts that it sent the first time, whatever is free now.
    if unheld > Credits::ZERO || draft.ledger().is_booked(&key) {
        let amount = unheld.max(Credits(1));
        let (posting, sent) =
            draft.ledger().send(context.now, &key, amount, "Recalled by the tenant")?;
        book(draft, posting.changes);
        parts = sent;
    }
    draft.effect(SiteEffect::ReturnCredits { transfer, parts });
    Ok(())
}

pub(super) fn tick(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
) -> Result<SiteReply, Refusal> {
    if draft.ask().is_some_and(|ask| ask.again_at.is_some_and(|at| at <= context.now)) {
        draft.delete(ask_key());
    }
    let posting = draft.ledger().expire(context.now);
    book(draft, posting.changes);
    Ok(SiteReply::Done)
}
