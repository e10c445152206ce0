//! One tenant, taken from a store or put into one.

use crate::archive::{Archive, ArchiveKind, ArchiveWriter, Heading, Item, Manifest};
use crate::backup::Keeper;
use crate::error::CareError;
use crate::progress::{Progress, Step, Teller};
use crate::restore::{Filler, Restored};
use crate::retry::retry;
use igny8_protocol_ids::{EntityKey, Scope, TenantId, Timestamp};
use igny8_storage_api::Store;
use std::ops::ControlFlow;
use std::path::Path;

/// The beginning of the claim that marks an unfinished import; the tenant's id follows.
pub(crate) const MARK: &str = "igny8:import:";
/// Keys listed at a time.
const PAGE: usize = 500;

/// Rows of the platform that go with a tenant. Which those are is not the store's knowledge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlatformRows {
    /// The accounts of its members.
    pub entities: Vec<EntityKey>,
    /// The names of claims: the members' addresses, the tenant's sealed key. Absent ones are left out.
    pub claims: Vec<String>,
}

/// How a tenant is exported.
#[derive(Clone, Copy, Debug)]
pub struct ExportOptions<'a> {
    /// Which.
    pub tenant: TenantId,
    /// The folder of the archive. It must not be there yet.
    pub out: &'a Path,
    /// Now.
    pub now: Timestamp,
    /// How far back logs are read.
    pub log_days: u32,
}

/// Writes a tenant into an archive, as [`crate::backup`] sees it. Who moves a tenant lets nobody work
/// in it meanwhile.
pub async fn export(
    store: &dyn Store,
    options: ExportOptions<'_>,
    platform: PlatformRows,
    mut progress: impl FnMut(&Progress) -> ControlFlow<()> + Send,
) -> Result<Manifest, CareError> {
    let ExportOptions { tenant, out, now, log_days } = options;
    if !exists(store, tenant).await? {
        return Err(CareError::Refused(format!("there is no tenant {tenant} in this store")));
    }
    let writer =
        ArchiveWriter::create(out, Heading { kind: ArchiveKind::Tenant(tenant), at: now })?;
    let mut keeper = Keeper::new(store, writer, None, &mut progress);
    keeper.teller.begin(Step::Entities)?;
    let (mut entities, mut after) = (Vec::new(), None);
    loop {
        let page = retry(|| store.tenant_entities(tenant, after, PAGE)).await;
        let page = page.map_err(CareError::store("the tenant's entities cannot be listed"))?;
        let Some(last) = page.last() else { break };
        after = Some(*last);
        entities.extend(page);
    }
    keeper.entities(&entities).await?;
    keeper.entities(&platform.entities).await?;
    keeper.tenant(tenant, now, log_days).await?;
    keeper.teller.begin(Step::Claims)?;
    let mut claims = Vec::new();
    for name in platform.claims {
        let value = retry(|| store.claimed(&name)).await;
        let value = value.map_err(CareError::store(format!("the claim {name:?}")))?;
        claims.extend(value.map(|value| (name, value)));
    }
    keeper.claims(claims)?;
    keeper.finish()
}

/// Puts an exported tenant into a store that does not have it. Refused before anything is written
/// if the tenant is there, or if one of its claims is held by somebody else. Accounts that the
/// store has already stay as they are. After a break the same call goes on.
pub async fn import(
    store: &dyn Store,
    archive: &Archive,
    now: Timestamp,
    mut progress: impl FnMut(&Progress) -> ControlFlow<()> + Send,
) -> Result<Restored, CareError> {
    let ArchiveKind::Tenant(tenant) = archive.manifest().kind else {
        let there = archive.folder().display();
        let message = format!("{there} holds a whole store, not one tenant: restore it");
        return Err(CareError::Refused(message));
    };
    let mut filler = Filler::new(store, archive, Teller::new(&mut progress));
    archive.check_with(&mut filler.teller)?;
    let mark = format!("{MARK}{tenant}");
    expect_room(store, archive, tenant, &mark).await?;
    filler.mark(&mark).await?;
    filler.fill(now, |entity| entity.scope == Scope::Platform).await?;
    filler.unmark(&mark).await?;
    Ok(filler.done)
}

async fn expect_room(
    store: &dyn Store,
    archive: &Archive,
    tenant: TenantId,
    mark: &str,
) -> Result<(), CareError> {
    let begun = retry(|| store.claimed(mark)).await;
    let begun = begun.map_err(CareError::store("the mark of an import cannot be read"))?;
    let goes_on = begun.is_some_and(|id| id.as_ref() == archive.id().0.as_slice());
    if !goes_on && exists(store, tenant).await? {
        let message = format!("the tenant {tenant} is in this store already");
        return Err(CareError::Refused(message));
    }
    for item in archive.own_items() {
        let Item::Claims(claims) = item? else { continue };
        for (name, value) in claims {
            let held = retry(|| store.claimed(&name)).await;
            let held = held.map_err(CareError::store(format!("the claim {name:?}")))?;
            if held.is_some_and(|held| held != value) {
                let message = format!("{name:?} is claimed in this store by somebody else");
                return Err(CareError::Refused(message));
            }
        }
    }
    Ok(())
}

/// True if the store has anything of a tenant.
async fn exists(store: &dyn Store, tenant: TenantId) -> Result<bool, CareError> {
    let some = retry(|| store.tenant_entities(tenant, None, 1)).await;
    let some = some.map_err(CareError::store("the tenant's entities cannot be listed"))?;
    Ok(!some.is_empty())
}
