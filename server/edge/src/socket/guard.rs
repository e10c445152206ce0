//! Watches the right by which a socket is open: the tenant's word on the role, the account's on
//! the login. A change reaches the socket by event at once, by a look every few seconds at the
//! latest.

use super::bound::RECHECK;
use crate::access::standing;
use crate::state::{EdgeState, TicketHolder};
use igny8_actors_domain::role::Role;
use igny8_actors_domain::tenant::TenantEvent;
use igny8_actors_runtime::Subscription;
use tokio::sync::watch;
use tokio::time::timeout;

/// Runs until the socket drops its receiver. `None` is: lost.
pub(super) async fn watch(
    state: EdgeState,
    holder: TicketHolder,
    role: watch::Sender<Option<Role>>,
) {
    let mut events: Option<Subscription<TenantEvent>> = None;
    while !role.is_closed() {
        if events.is_none() {
            let joined = state.platform.tenant(holder.tenant).join(None, |_| ()).await;
            events = joined.ok().map(|joined| joined.subscription);
        }
        match standing(&state, holder).await {
            Ok(now) => drop(role.send_if_modified(|known| std::mem::replace(known, now) != now)),
            // The tenant restarts: what was known counts until it is back.
            Err(problem) => tracing::debug!(code = %problem.code, "a role could not be looked at"),
        }
        match &mut events {
            Some(subscription) => {
                if let Ok(false) = timeout(RECHECK, concerned(subscription, holder)).await {
                    events = None;
                }
            }
            None => tokio::time::sleep(RECHECK).await,
        }
    }
}

/// Waits for an event about this person: true; false when the subscription is over.
async fn concerned(subscription: &mut Subscription<TenantEvent>, holder: TicketHolder) -> bool {
    while let Some(published) = subscription.next().await {
        let is_own = |event: &TenantEvent| matches!(event, TenantEvent::MemberChanged { account, .. } if *account == holder.account);
        if published.events.iter().any(is_own) {
            return true;
        }
    }
    false
}
