//! The handle of a tenant, and the errands of its outbox.

use crate::entity::{Dispatch, EntityHandle, Errand, Idempotency, Joined, Work};
use crate::failure::Failure;
use crate::ledger::write_page;
use crate::platform::{Inner, deliver};
use igny8_actors_domain::account::AccountCommand;
use igny8_actors_domain::secret::SealedSecret;
use igny8_actors_domain::site::SiteCommand;
use igny8_actors_domain::tenant::{
    AccountMessage, AiModelSettings, AiProvider, ModelKey, Tenant, TenantCommand, TenantEffect,
    TenantEvent, TenantReply,
};
use igny8_actors_domain::{Origin, Refusal};
use igny8_actors_ports::SecretPlace;
use igny8_protocol_ids::{EntityKind, Position, Scope, SiteId, TenantId};
use std::sync::{Arc, Weak};

/// A handle to one tenant. Cheap to clone; survives restarts of the actor.
#[derive(Clone)]
pub struct TenantHandle {
    pub(crate) entity: EntityHandle<Tenant>,
    pub(crate) inner: Arc<Inner>,
    id: TenantId,
}

/// The place to which a tenant's provider key is sealed. The binary's model source opens it there.
pub fn model_key_place(tenant: TenantId) -> SecretPlace {
    SecretPlace { tenant, kind: EntityKind::Tenant, id: tenant.uuid(), field: "model-key" }
}

impl TenantHandle {
    pub(crate) fn new(inner: Arc<Inner>, entity: EntityHandle<Tenant>, id: TenantId) -> Self {
        Self { entity, inner, id }
    }

    /// Gives a command.
    pub async fn command(
        &self,
        origin: Origin,
        idempotency: Option<Idempotency>,
        command: TenantCommand,
    ) -> Result<TenantReply, Failure> {
        self.entity.command(origin, idempotency, command).await
    }

    /// Reads from the state; all that it shows is durable.
    pub async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Tenant) -> T + Send + 'static,
    ) -> Result<T, Failure> {
        self.entity.read(question).await
    }

    /// Listens from a position, or with a snapshot.
    pub async fn join<T: Send + 'static>(
        &self,
        from: Option<Position>,
        snapshot: impl FnOnce(&Tenant) -> T + Send + 'static,
    ) -> Result<Joined<TenantEvent, T>, Failure> {
        self.entity.join(from, snapshot).await
    }

    /// Adds a site; returns once the site itself exists.
    pub async fn create_site(
        &self,
        origin: Origin,
        idempotency: Option<Idempotency>,
        name: String,
        language: String,
        brand_voice: String,
    ) -> Result<SiteId, Failure> {
        let site = SiteId::new(self.entity.world.now(), self.entity.world.chance());
        let command = TenantCommand::CreateSite {
            site,
            name: name.clone(),
            language: language.clone(),
            brand_voice: brand_voice.clone(),
        };
        let reply = self.command(origin, idempotency, command).await?;
        // A repeated request is answered with the site of the first.
        let site = if let TenantReply::Site(entry) = reply { entry.id } else { site };
        // The outbox delivers this as well; whoever comes second changes nothing.
        let message = igny8_actors_domain::tenant::SiteMessage::Create {
            tenant: self.id,
            name,
            language,
            brand_voice,
        };
        let command = SiteCommand::FromTenant { site, message };
        self.inner.site(self.id, site).entity.command(Origin::System, None, command).await?;
        Ok(site)
    }

    /// Chooses where the models come from. A key is sealed before anything else happens to it.
    pub async fn set_models(
        &self,
        origin: Origin,
        provider: AiProvider,
        base_url: Option<String>,
        model: Option<String>,
        key: Option<String>,
    ) -> Result<AiModelSettings, Failure> {
        let key = self.key_change(key).await?;
        let command = TenantCommand::SetModels { provider, base_url, model, key };
        match self.command(origin, None, command).await? {
            TenantReply::Models(settings) => Ok(settings),
            _ => Err(Failure::Refused(Refusal::not_found("tenant"))),
        }
    }

    pub(crate) const fn id(&self) -> TenantId {
        self.id
    }

    pub(crate) async fn seal_key(&self, secret: &str) -> Result<ModelKey, Failure> {
        let keys = &self.entity.world.keys;
        let sealed = keys.seal(&model_key_place(self.id), secret.as_bytes()).await?;
        let characters: Vec<char> = secret.chars().collect();
        // A short key would be given away by its hint.
        let shown = if characters.len() >= 16 { ModelKey::HINT_CHARS_MAX } else { 0 };
        Ok(ModelKey {
            sealed: SealedSecret { key_id: sealed.key_id, bytes: sealed.bytes },
            hint: characters[characters.len() - shown..].iter().collect(),
        })
    }

    /// Makes the actor panic (tests only).
    #[cfg(feature = "faults")]
    pub async fn panic(&self) -> Result<(), Failure> {
        self.entity.panic().await
    }
}

/// Runs a tenant's errands: messages to its sites and to people's accounts.
pub(crate) struct TenantDispatch(pub Weak<Inner>);

impl Dispatch<Tenant> for TenantDispatch {
    fn run(&self, _: &Tenant, errand: Errand<Tenant>) -> Work<Tenant> {
        let inner = self.0.clone();
        Box::pin(async move {
            let inner = inner.upgrade()?;
            let Scope::Tenant(tenant) = errand.entity.scope else { return None };
            match errand.effect {
                TenantEffect::FileEntries { last } => {
                    let handle = inner.tenant(tenant).entity;
                    let blob = write_page(&handle, tenant, last, Tenant::ledger).await?;
                    return Some(TenantCommand::FinishFiling { last, blob });
                }
                TenantEffect::ToSite { site, message } => {
                    let handle = inner.site(tenant, site);
                    deliver("a message to a site", || {
                        let command = SiteCommand::FromTenant { site, message: message.clone() };
                        handle.entity.command(Origin::System, None, command)
                    })
                    .await;
                }
                TenantEffect::ToAccount { account, message } => {
                    let handle = inner.account(account);
                    deliver("a message to an account", || {
                        let command = match message {
                            AccountMessage::Join { tenant, role } => {
                                AccountCommand::Join { tenant, role }
                            }
                            AccountMessage::Leave { tenant } => AccountCommand::Leave { tenant },
                        };
                        handle.entity.command(Origin::System, None, command)
                    })
                    .await;
                }
            }
            None
        })
    }
}
