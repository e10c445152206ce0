//! The whole: every registry, the ways in, the clock that wakes entities at rest, the way out.

mod wake;

use crate::account::{AccountDispatch, AccountHandle, create_tenant};
use crate::document::{DocumentHandle, Rooms};
use crate::entity::{EntityHandle, Message};
use crate::failure::Failure;
use crate::lane::{KnownAnswers, LaneBoard};
use crate::ledger::{StatementPage, StatementQuery};
use crate::registry::Registry;
use crate::site::{SiteDispatch, SiteHandle};
use crate::tenant::{TenantDispatch, TenantHandle};
use crate::upkeep::upkeep_loop;
use crate::worker::{ProgressBoard, Runners};
use crate::world::World;
use igny8_actors_domain::account::{
    Account, AccountCommand, AccountReply, FirstTenant, PasswordDigest, normalise_email,
    normalise_name,
};
use igny8_actors_domain::lane::LaneView;
use igny8_actors_domain::ledger::{Balance, Bucket};
use igny8_actors_domain::site::Site;
use igny8_actors_domain::tenant::{Plan, Tenant};
use igny8_actors_domain::{Origin, Refusal, RefusalKind};
use igny8_protocol_ids::{
    AccountId, Credits, DocumentId, EntityKey, EntityKind, Scope, SiteId, TenantId, Timestamp,
};
use igny8_storage_api::ClaimOutcome;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use wake::wake_loop;

type Entities<E> = Arc<Registry<Message<E>>>;

struct Registries {
    accounts: Entities<Account>,
    tenants: Entities<Tenant>,
    sites: Entities<Site>,
    documents: Arc<Registry<crate::document::Message>>,
    rooms: Arc<Rooms>,
}

/// What handles and errands share.
pub(crate) struct Inner {
    pub(crate) world: World,
    registries: OnceLock<Registries>,
    pub(crate) runners: Runners,
    pub(crate) progress: ProgressBoard,
    pub(crate) lanes: Arc<LaneBoard>,
    pub(crate) answers: KnownAnswers,
    stopping: CancellationToken,
}

/// The running actors of this process. Cheap to clone.
#[derive(Clone)]
pub struct Platform {
    pub(crate) inner: Arc<Inner>,
}

/// What is in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlatformStatus {
    /// Actors by kind.
    pub kinds: Vec<(&'static str, usize)>,
    /// Entities that are kept out after repeated failures.
    pub quarantined: Vec<String>,
}

impl Inner {
    fn registries(&self) -> &Registries {
        self.registries.get().expect("set before the platform is handed out")
    }
    pub(crate) fn account(&self, id: AccountId) -> AccountHandle {
        let key = EntityKey::account(id);
        AccountHandle::new(
            EntityHandle::new(self.world.clone(), self.registries().accounts.clone(), key),
            id,
        )
    }
    pub(crate) fn tenant(self: &Arc<Self>, id: TenantId) -> TenantHandle {
        let key = EntityKey::tenant(id);
        let entity = EntityHandle::new(self.world.clone(), self.registries().tenants.clone(), key);
        TenantHandle::new(self.clone(), entity, id)
    }
    pub(crate) fn site(self: &Arc<Self>, tenant: TenantId, id: SiteId) -> SiteHandle {
        let key = EntityKey::site(tenant, id);
        let entity = EntityHandle::new(self.world.clone(), self.registries().sites.clone(), key);
        SiteHandle::new(self.clone(), entity, tenant, id)
    }
    pub(crate) fn document(&self, tenant: TenantId, id: DocumentId) -> DocumentHandle {
        self.document_of(EntityKey::document(tenant, id))
    }
    pub(crate) fn free_document(&self, tenant: TenantId, id: DocumentId) -> DocumentHandle {
        self.document_of(EntityKey::free_document(tenant, id))
    }
    fn document_of(&self, key: EntityKey) -> DocumentHandle {
        let Registries { documents, rooms, .. } = self.registries();
        DocumentHandle::new(self.world.clone(), documents.clone(), rooms, key)
    }

    /// The tenant's own part, all slices, and what is on its way between them; and each slice.
    pub(crate) async fn total_balance(
        self: &Arc<Self>,
        tenant: TenantId,
    ) -> Result<(Balance, Vec<(SiteId, Balance)>), Failure> {
        let (mut total, sites) = self
            .tenant(tenant)
            .read(|tenant| {
                let sites: Vec<_> = tenant.sites().map(|site| (site.id, site.lent)).collect();
                (tenant.balance(), sites)
            })
            .await?;
        let mut slices = Vec::with_capacity(sites.len());
        for (site, lent) in sites {
            let slice = self.site(tenant, site).read(|site| site.ledger().balance()).await?;
            // What was lent and has not arrived, or left and has not come back.
            let on_the_way = Credits((lent.0 + slice.elsewhere.0).max(0));
            for (sum, part) in [
                (&mut total.settled, slice.settled.0 + on_the_way.0),
                (&mut total.available, slice.available.0 + on_the_way.0),
                (&mut total.held, slice.held.0),
                (&mut total.spent, slice.spent.0),
                (&mut total.expired, slice.expired.0),
            ] {
                *sum = Credits(sum.0 + part);
            }
            slices.push((site, slice));
        }
        Ok((total, slices))
    }

    /// Whether waking it would start it: it is not in memory, and not kept out.
    pub(crate) fn is_asleep(&self, entity: &EntityKey) -> bool {
        let registries = self.registries();
        match entity.kind {
            EntityKind::Account => registries.accounts.is_asleep(entity),
            EntityKind::Tenant => registries.tenants.is_asleep(entity),
            EntityKind::Site => registries.sites.is_asleep(entity),
            // Nothing of a document waits for a time: `wake` leaves them alone.
            EntityKind::Document | EntityKind::FreeDocument => false,
        }
    }

    /// Returns when the platform stops.
    pub(crate) async fn stopped(&self) {
        self.stopping.cancelled().await;
    }

    /// Brings an entity into memory: it goes on with its work by itself.
    pub(crate) async fn wake(self: &Arc<Self>, entity: EntityKey) -> Result<(), Failure> {
        match (entity.scope, entity.kind) {
            (_, EntityKind::Account) => {
                self.account(AccountId::from_uuid(entity.id)).entity.activate().await
            }
            (Scope::Tenant(tenant), EntityKind::Tenant) => {
                self.tenant(tenant).entity.activate().await
            }
            (Scope::Tenant(tenant), EntityKind::Site) => {
                self.site(tenant, SiteId::from_uuid(entity.id)).entity.activate().await
            }
            _ => Ok(()),
        }
    }
}

/// Delivers a message to another entity: again and again until it is taken or refused (R4). The
/// receiver keeps the key that is inside, so a repetition is harmless.
pub(crate) async fn deliver<T, F: Future<Output = Result<T, Failure>>>(
    what: &str,
    send: impl Fn() -> F,
) {
    let mut pause = Duration::from_millis(20);
    loop {
        match send().await {
            Ok(_) => return,
            Err(Failure::Refused(refusal)) => {
                tracing::error!(what, %refusal, code = refusal.code, "a message was refused");
                return;
            }
            Err(failure) => tracing::debug!(what, %failure, "a message waits"),
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(5));
    }
}

impl Platform {
    /// Starts the supervisors and wakes what has open work.
    pub async fn start(world: World) -> Result<Self, Failure> {
        let inner = Arc::new(Inner {
            world: world.clone(),
            registries: OnceLock::new(),
            runners: Runners::default(),
            progress: ProgressBoard::default(),
            lanes: LaneBoard::new(world.clone()),
            answers: KnownAnswers::default(),
            stopping: CancellationToken::new(),
        });
        let weak = Arc::downgrade(&inner);
        let failed = |error: ractor::SpawnErr| {
            tracing::error!(%error, "a supervisor could not start");
            Failure::restarting()
        };
        let rooms = Arc::new(Rooms::default());
        let registries = Registries {
            accounts: EntityHandle::registry(
                "account",
                world.clone(),
                Arc::new(AccountDispatch(weak.clone())),
            )
            .await
            .map_err(failed)?,
            tenants: EntityHandle::registry(
                "tenant",
                world.clone(),
                Arc::new(TenantDispatch(weak.clone())),
            )
            .await
            .map_err(failed)?,
            sites: EntityHandle::registry("site", world.clone(), Arc::new(SiteDispatch(weak)))
                .await
                .map_err(failed)?,
            documents: DocumentHandle::registry(world, rooms.clone()).await.map_err(failed)?,
            rooms,
        };
        drop(inner.registries.set(registries));
        tokio::spawn(wake_loop(inner.clone()));
        tokio::spawn(inner.lanes.clone().run(inner.stopping.clone()));
        let upkeep = upkeep_loop(inner.clone());
        tokio::spawn(inner.stopping.clone().run_until_cancelled_owned(upkeep));
        Ok(Self { inner })
    }

    /// Stops all actors; what is committed stays, open work resumes at the next start.
    pub async fn stop(&self) {
        self.inner.stopping.cancel();
        let registries = self.inner.registries();
        registries.sites.stop().await;
        registries.documents.stop().await;
        registries.rooms.clear();
        registries.tenants.stop().await;
        registries.accounts.stop().await;
    }

    /// Ends everything where it is, as `kill -9` does (tests only): what is on its way to the store
    /// or to a port is the caller's to hold back.
    #[cfg(feature = "faults")]
    pub fn kill(&self) {
        self.inner.stopping.cancel();
        let registries = self.inner.registries();
        registries.sites.kill();
        registries.documents.kill();
        registries.rooms.clear();
        registries.tenants.kill();
        registries.accounts.kill();
    }

    /// An account.
    pub fn account(&self, id: AccountId) -> AccountHandle {
        self.inner.account(id)
    }
    /// A tenant.
    pub fn tenant(&self, id: TenantId) -> TenantHandle {
        self.inner.tenant(id)
    }
    /// A site of a tenant. Whether there is such a site, its own answers tell.
    pub fn site(&self, tenant: TenantId, id: SiteId) -> SiteHandle {
        self.inner.site(tenant, id)
    }
    /// A document of a tenant. The site knows which documents there are: ask it first.
    pub fn document(&self, tenant: TenantId, id: DocumentId) -> DocumentHandle {
        self.inner.document(tenant, id)
    }
    /// A free document of a tenant. The site knows which there are: ask it first.
    pub fn free_document(&self, tenant: TenantId, id: DocumentId) -> DocumentHandle {
        self.inner.free_document(tenant, id)
    }
    /// Now.
    pub fn now(&self) -> Timestamp {
        self.inner.world.now()
    }
    /// Fills a buffer with chance.
    pub fn fill(&self, buffer: &mut [u8]) {
        self.inner.world.entropy.fill(buffer);
    }
    /// All credits of a tenant, and each slice.
    pub async fn total_balance(
        &self,
        tenant: TenantId,
    ) -> Result<(Balance, Vec<(SiteId, Balance)>), Failure> {
        self.inner.total_balance(tenant).await
    }

    /// What is left of each grant, in the tenant's own part and in all slices: the soonest to end
    /// first.
    pub async fn buckets(&self, tenant: TenantId) -> Result<Vec<Bucket>, Failure> {
        self.inner.buckets(tenant).await
    }

    /// A part of a tenant's statement: its own ledger and all slices, the newest line first.
    pub async fn statement(
        &self,
        tenant: TenantId,
        query: StatementQuery,
    ) -> Result<StatementPage, Failure> {
        self.inner.statement(tenant, query).await
    }

    /// The lanes to models that a tenant may see.
    pub fn lanes(&self, tenant: TenantId) -> Vec<LaneView> {
        self.inner.lanes.lanes(tenant)
    }

    /// What is in memory.
    pub fn status(&self) -> PlatformStatus {
        let registries = self.inner.registries();
        let all = [
            registries.accounts.census(),
            registries.tenants.census(),
            registries.sites.census(),
            registries.documents.census(),
        ];
        PlatformStatus {
            kinds: all.iter().map(|(kind, resident, _)| (*kind, *resident)).collect(),
            quarantined: all.iter().flat_map(|(_, _, out)| out).map(ToString::to_string).collect(),
        }
    }

    /// Makes an account, a tenant that it owns, and a first site there.
    pub async fn sign_up(
        &self,
        email: &str,
        password: &str,
        name: &str,
        tenant_name: &str,
    ) -> Result<(AccountId, TenantId), Failure> {
        let world = &self.inner.world;
        let email = normalise_email(email)?;
        let (name, tenant_name) = (normalise_name(name)?, normalise_name(tenant_name)?);
        let digest = self.hash(password.to_owned()).await?;
        let account = self.claim_address(&email).await?;
        let tenant = FirstTenant {
            id: TenantId::new(world.now(), world.chance()),
            name: tenant_name.clone(),
            plan: if world.options.demo_credits.is_some() { Plan::Demo } else { Plan::Trial },
            demo_credits: world.options.demo_credits,
        };
        let command = AccountCommand::Register {
            id: account,
            email: email.clone(),
            name: name.clone(),
            password: PasswordDigest(digest.clone()),
            tenant: Some(tenant.clone()),
        };
        let ours = PasswordDigest(digest);
        match self.account(account).command(Origin::System, command).await? {
            AccountReply::Account(card) if card.password == ours => {}
            // Somebody else registered with this address between our claim and our command.
            _ => return Err(address_taken()),
        }
        // The outbox makes the tenant as well; whoever comes second changes nothing.
        let id = tenant.id;
        let handle = self.tenant(id);
        handle.command(Origin::System, None, create_tenant(tenant, account, email, name)).await?;
        handle
            .create_site(Origin::System, None, tenant_name, "en".to_owned(), String::new())
            .await?;
        Ok((account, id))
    }

    /// The account id for a new address. A claim whose owner never registered (the server died in
    /// between) is taken up.
    async fn claim_address(&self, email: &str) -> Result<AccountId, Failure> {
        let world = &self.inner.world;
        let fresh = AccountId::new(world.now(), world.chance());
        let value = fresh.uuid().into_bytes().to_vec().into();
        let ClaimOutcome::Held(held) = world.store.claim(&claim_name(email), value).await? else {
            return Ok(fresh);
        };
        let holder =
            uuid::Uuid::from_slice(&held).map(AccountId::from_uuid).map_err(|_| address_taken())?;
        let registered = self.account(holder).read(|account| account.card().is_some()).await?;
        if registered { Err(address_taken()) } else { Ok(holder) }
    }

    async fn hash(&self, password: String) -> Result<String, Failure> {
        let passwords = self.inner.world.passwords.clone();
        let hashed = self.inner.world.compute.call(move || passwords.hash(&password)).await;
        match hashed {
            Ok(Ok(hash)) => Ok(hash),
            _ => Err(Failure::restarting()),
        }
    }

    /// The account of an address and a password. An unknown address costs the same work as a wrong
    /// password, so that nobody learns which addresses exist.
    pub async fn log_in(&self, email: &str, password: &str) -> Result<AccountId, Failure> {
        let wrong = || {
            Failure::Refused(Refusal::new(
                RefusalKind::Forbidden,
                "wrong_credentials",
                "The address or the password is wrong.",
            ))
        };
        let email = normalise_email(email).map_err(|_| wrong())?;
        let claimed = self.inner.world.store.claimed(&claim_name(&email)).await?;
        let account =
            claimed.and_then(|id| uuid::Uuid::from_slice(&id).ok()).map(AccountId::from_uuid);
        let Some(account) = account else {
            self.hash(password.to_owned()).await?;
            return Err(wrong());
        };
        let digest = self
            .account(account)
            .read(|account| account.card().map(|card| card.password.clone()))
            .await?;
        let Some(PasswordDigest(digest)) = digest else { return Err(wrong()) };
        let (passwords, password) = (self.inner.world.passwords.clone(), password.to_owned());
        match self.inner.world.compute.call(move || passwords.verify(&password, &digest)).await {
            Ok(Ok(true)) => Ok(account),
            Ok(Ok(false)) => Err(wrong()),
            _ => Err(Failure::restarting()),
        }
    }

    /// The account of an address, for adding members.
    pub async fn account_by_email(&self, email: &str) -> Result<Option<AccountId>, Failure> {
        let email = normalise_email(email)?;
        let claimed = self.inner.world.store.claimed(&claim_name(&email)).await?;
        Ok(claimed.and_then(|id| uuid::Uuid::from_slice(&id).ok()).map(AccountId::from_uuid))
    }
}

fn address_taken() -> Failure {
    Failure::Refused(Refusal::new(
        RefusalKind::Conflict,
        "email_taken",
        "There is an account with this address already: log in, or reset the password.",
    ))
}

pub(crate) fn claim_name(email: &str) -> String {
    format!("email:{email}")
}
