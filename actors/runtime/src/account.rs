//! The handle of an account, and the errands of its outbox.

use crate::entity::{Dispatch, EntityHandle, Errand, Joined, Work};
use crate::failure::Failure;
use crate::platform::{Inner, deliver};
use igny8_actors_domain::account::{
    Account, AccountCommand, AccountEffect, AccountEvent, AccountReply, FirstTenant, RefreshHash,
};
use igny8_actors_domain::tenant::TenantCommand;
use igny8_actors_domain::{Origin, Refusal, RefusalKind};
use igny8_protocol_ids::{AccountId, Position, SessionId};
use igny8_storage_api::BlobHash;
use std::sync::Weak;
use std::time::Duration;

/// A session ends so long after login, whatever happens.
const SESSION_LIFETIME: Duration = Duration::from_hours(30 * 24);
/// A session that is not used for so long ends.
const SESSION_IDLE: Duration = Duration::from_hours(7 * 24);

/// A handle to one account. Cheap to clone; survives restarts of the actor.
#[derive(Clone)]
pub struct AccountHandle {
    pub(crate) entity: EntityHandle<Account>,
    id: AccountId,
}

/// A refresh token's secret: 256 random bits. Only its hash is stored.
pub type RefreshSecret = [u8; 32];

impl AccountHandle {
    pub(crate) fn new(entity: EntityHandle<Account>, id: AccountId) -> Self {
        Self { entity, id }
    }

    /// Gives a command.
    pub async fn command(
        &self,
        origin: Origin,
        command: AccountCommand,
    ) -> Result<AccountReply, Failure> {
        self.entity.command(origin, None, command).await
    }

    /// Reads from the state; all that it shows is durable.
    pub async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Account) -> T + Send + 'static,
    ) -> Result<T, Failure> {
        self.entity.read(question).await
    }

    /// Listens from a position, or with a snapshot.
    pub async fn join<T: Send + 'static>(
        &self,
        from: Option<Position>,
        snapshot: impl FnOnce(&Account) -> T + Send + 'static,
    ) -> Result<Joined<AccountEvent, T>, Failure> {
        self.entity.join(from, snapshot).await
    }

    fn draw(&self) -> RefreshSecret {
        let mut secret = [0; 32];
        self.entity.world.entropy.fill(&mut secret);
        secret
    }

    /// Opens a session: its id and the first refresh secret.
    pub async fn open_session(&self) -> Result<(SessionId, RefreshSecret), Failure> {
        let (now, secret) = (self.entity.world.now(), self.draw());
        let session = SessionId::new(now, self.entity.world.chance());
        let command = AccountCommand::OpenSession {
            session,
            refresh: hash(&secret),
            expires_at: now.plus(SESSION_LIFETIME),
            idle: SESSION_IDLE,
        };
        self.command(Origin::Account(self.id), command).await?;
        Ok((session, secret))
    }

    /// Exchanges a refresh secret for the next one. An old one closes the session: it was stolen,
    /// or its owner was robbed.
    pub async fn rotate(
        &self,
        session: SessionId,
        presented: &RefreshSecret,
    ) -> Result<RefreshSecret, Failure> {
        let next = self.draw();
        let command = AccountCommand::RotateRefresh {
            session,
            presented: hash(presented),
            next: hash(&next),
        };
        match self.command(Origin::Account(self.id), command).await? {
            AccountReply::TokenReused { .. } => Err(Failure::Refused(Refusal::new(
                RefusalKind::Forbidden,
                "refresh_token_reused",
                "This refresh token was used before: the session was closed for safety. Log in again.",
            ))),
            _ => Ok(next),
        }
    }

    /// Ends a session.
    pub async fn close_session(&self, session: SessionId) -> Result<(), Failure> {
        self.command(Origin::Account(self.id), AccountCommand::CloseSession { session })
            .await
            .map(drop)
    }
}

fn hash(secret: &RefreshSecret) -> RefreshHash {
    RefreshHash(BlobHash::of(secret).0)
}

/// Runs an account's errands: the tenant that comes with it.
pub(crate) struct AccountDispatch(pub Weak<Inner>);

impl Dispatch<Account> for AccountDispatch {
    fn run(&self, _: &Account, errand: Errand<Account>) -> Work<Account> {
        let inner = self.0.clone();
        Box::pin(async move {
            let inner = inner.upgrade()?;
            let AccountEffect::CreateTenant { tenant, owner, owner_email, owner_name } =
                errand.effect;
            let handle = inner.tenant(tenant.id);
            deliver("a new tenant", || {
                let command =
                    create_tenant(tenant.clone(), owner, owner_email.clone(), owner_name.clone());
                handle.entity.command(Origin::System, None, command)
            })
            .await;
            None
        })
    }
}

pub(crate) fn create_tenant(
    tenant: FirstTenant,
    owner: AccountId,
    owner_email: String,
    owner_name: String,
) -> TenantCommand {
    TenantCommand::Create {
        id: tenant.id,
        name: tenant.name,
        plan: tenant.plan,
        owner,
        owner_email,
        owner_name,
        demo_credits: tenant.demo_credits,
    }
}
