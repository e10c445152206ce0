//! Commands as a client gives them: with a key, again and again until there is an answer.

use super::Life;
use igny8_actors_domain::site::{SiteCommand, SiteReply};
use igny8_actors_domain::tenant::TenantCommand;
use igny8_actors_domain::{Origin, Refusal};
use igny8_actors_runtime::{Failure, Idempotency, Platform};
use igny8_protocol_ids::{EntityKey, SiteId, Timestamp};
use std::sync::atomic::Ordering;
use std::time::Duration;

/// A client waits so long for an answer.
const PATIENCE: Duration = Duration::from_secs(15);
/// And tries so often.
const TRIES_MAX: u32 = 40;

/// A command that was answered: given again, it must be answered the same.
#[derive(Clone)]
pub(crate) struct Answered {
    pub(crate) site: SiteId,
    pub(crate) origin: Origin,
    pub(crate) request: Idempotency,
    pub(crate) command: SiteCommand,
    pub(crate) reply: SiteReply,
    pub(crate) at: Timestamp,
}

/// True for commands that the edge gives through `SiteHandle::spend`.
fn is_paid(command: &SiteCommand) -> bool {
    use SiteCommand as C;
    matches!(
        command,
        C::QueueClustering
            | C::QueueIdeas { .. }
            | C::QueueDrafts { .. }
            | C::QueueImages { .. }
            | C::QueueReparse { .. }
            | C::QueueRewrite { .. }
            | C::QueuePublication { .. }
            | C::QueueBatch { .. }
            | C::Place { .. }
    )
}

impl Life {
    /// Asks until there is an answer; `None` if there was none for too long.
    pub(crate) async fn insist<T>(
        &self,
        entity: EntityKey,
        ask: impl AsyncFn(Platform) -> Result<T, Failure>,
    ) -> Option<Result<T, Refusal>> {
        for _ in 0..TRIES_MAX {
            let Some(platform) = self.nodes.current() else {
                tokio::time::sleep(Duration::from_secs(1)).await;
                continue;
            };
            let pause = match tokio::time::timeout(PATIENCE, ask(platform)).await {
                Ok(Ok(answer)) => return Some(Ok(answer)),
                Ok(Err(Failure::Refused(refusal))) => return Some(Err(refusal)),
                Ok(Err(Failure::Quarantined)) => {
                    self.witness().quarantined(&entity);
                    Duration::from_secs(20)
                }
                Ok(Err(
                    Failure::Busy { retry_after } | Failure::Unavailable { retry_after, .. },
                )) => retry_after,
                Err(_) => Duration::from_millis(100),
            };
            tokio::time::sleep(pause).await;
        }
        None
    }

    /// Gives a command to a site, once in effect.
    pub(crate) async fn site_command(&self, user: usize, site: SiteId, command: SiteCommand) {
        let number = self.number();
        let request =
            Idempotency { key: format!("user {user}, {number}"), fingerprint: fingerprint(number) };
        let origin = Origin::Account(self.people[user]);
        let Some(Ok(reply)) = self.give(site, origin, &request, &command).await else { return };
        self.commands.fetch_add(1, Ordering::Relaxed);
        self.witness().answered(&EntityKey::site(self.tenant, site), &request.key);
        let at = self.now();
        self.answered.lock().push(Answered { site, origin, request, command, reply, at });
    }

    async fn give(
        &self,
        site: SiteId,
        origin: Origin,
        request: &Idempotency,
        command: &SiteCommand,
    ) -> Option<Result<SiteReply, Refusal>> {
        let tenant = self.tenant;
        self.insist(EntityKey::site(tenant, site), async |platform: Platform| {
            let handle = platform.site(tenant, site);
            let (request, command) = (Some(request.clone()), command.clone());
            if is_paid(&command) {
                handle.spend(origin, request, command).await
            } else {
                handle.command(origin, request, command).await
            }
        })
        .await
    }

    /// Gives an answered command again: the answer is the same, and nothing else happens (R4).
    pub(crate) async fn repeat(&self, pick: u64) {
        let known = {
            let answered = self.answered.lock();
            if answered.is_empty() {
                return;
            }
            answered[pick as usize % answered.len()].clone()
        };
        // Kept for a day; what is nearly as old may be gone when the request arrives.
        if self.now().since(known.at) > Duration::from_hours(23) {
            return;
        }
        let again = self.give(known.site, known.origin, &known.request, &known.command).await;
        let Some(again) = again else { return };
        if again.as_ref().ok() != Some(&known.reply) {
            let what = format!("{:?}: first {:?}, then {again:?}", known.request.key, known.reply);
            self.witness().violation("r4_a_repeated_request_has_the_same_answer", what);
        }
    }

    /// Gives a command to the tenant as the system does; its key is inside.
    pub(crate) async fn tenant_command(&self, command: TenantCommand) {
        let tenant = self.tenant;
        let answer = self
            .insist(EntityKey::tenant(tenant), async |platform: Platform| {
                platform.tenant(tenant).command(Origin::System, None, command.clone()).await
            })
            .await;
        if matches!(answer, Some(Ok(_))) {
            self.commands.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        use igny8_actors_ports::Clock;
        self.around.clock.now()
    }
}

fn fingerprint(number: u64) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    bytes
}
