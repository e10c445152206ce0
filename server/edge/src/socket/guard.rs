//! Watches the right by which sockets are open: the tenant's word on the role, the account's on the
//! login. A change reaches them by event at once, by a look every few seconds at the latest.

use super::bound::RECHECK;
use crate::access::{HeldRole, standing};
use crate::state::{EdgeState, TicketHolder};
use igny8_actors_domain::account::AccountEvent;
use igny8_actors_domain::tenant::TenantEvent;
use igny8_actors_runtime::{Held, Subscription};
use std::sync::Arc;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_util::task::AbortOnDropHandle;

/// One watch for each login in a tenant, however many sockets it has open.
pub(crate) type Guards = Held<TicketHolder, Guard>;

/// A watch: over when nobody holds it.
pub(crate) struct Guard {
    standing: watch::Receiver<Option<HeldRole>>,
    _task: AbortOnDropHandle<()>,
}

impl Guard {
    /// Watches over a login whose standing was looked at just now.
    pub(super) fn over(state: &EdgeState, holder: TicketHolder, standing: HeldRole) -> Arc<Self> {
        state.guards.of(holder, || {
            let (teller, standing) = watch::channel(Some(standing));
            let task = AbortOnDropHandle::new(tokio::spawn(watch(state.clone(), holder, teller)));
            Self { standing, _task: task }
        })
    }

    /// The standing, and its changes, also to what it was before. `None` is: lost.
    pub(super) fn standing(&self) -> watch::Receiver<Option<HeldRole>> {
        self.standing.clone()
    }
}

/// What is said of a person.
struct Events {
    tenant: Subscription<TenantEvent>,
    account: Subscription<AccountEvent>,
}

async fn watch(state: EdgeState, holder: TicketHolder, known: watch::Sender<Option<HeldRole>>) {
    let mut events: Option<Events> = None;
    loop {
        if events.is_none() {
            events = Events::hear(&state, holder).await;
        }
        match standing(&state, holder).await {
            Ok(now) => drop(known.send_if_modified(|known| std::mem::replace(known, now) != now)),
            // The tenant restarts: what was known counts until it is back.
            Err(problem) => tracing::debug!(code = %problem.code, "a role could not be looked at"),
        }
        match &mut events {
            Some(heard) => {
                if let Ok(false) = timeout(RECHECK, heard.concerns(holder)).await {
                    events = None;
                }
            }
            None => tokio::time::sleep(RECHECK).await,
        }
    }
}

impl Events {
    async fn hear(state: &EdgeState, holder: TicketHolder) -> Option<Self> {
        let tenant = state.platform.tenant(holder.tenant).join(None, |_| ()).await.ok()?;
        let account = state.platform.account(holder.account).join(None, |_| ()).await.ok()?;
        Some(Self { tenant: tenant.subscription, account: account.subscription })
    }

    /// Waits for an event about this login: true; false when there is nothing to hear any more.
    async fn concerns(&mut self, holder: TicketHolder) -> bool {
        let of_member = |event: &TenantEvent| matches!(event, TenantEvent::MemberChanged { account, .. } if *account == holder.account);
        let of_login = |event: &AccountEvent| matches!(event, AccountEvent::SessionClosed { session, .. } if *session == holder.session);
        loop {
            let is_concerned = tokio::select! {
                said = self.tenant.next() => said.map(|said| said.events.iter().any(of_member)),
                said = self.account.next() => said.map(|said| said.events.iter().any(of_login)),
            };
            match is_concerned {
                Some(false) => {}
                Some(true) => return true,
                None => return false,
            }
        }
    }
}
