//! A rotation: all data keys wrapped by the file's current key, a new data key for each tenant, all
//! secrets sealed by it. Every step is one write that leaves everything openable, and none is done
//! twice: a run that was broken off is completed by the next one, and two at once do the work of one.

use super::keeper::{BROKEN_OFF, KeyKeeper, Step};
use crate::admin::Progress;
use crate::port::DataKeyPlace;
use anyhow::Context;
use bytes::Bytes;
use igny8_actors_ports::SealError;
use igny8_actors_runtime::{Failure, Resealed};
use igny8_protocol_ids::{EntityKey, TenantId};
use igny8_storage_api::{ClaimOutcome, Store};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The claim that tells how far the store's rotations are.
const CLAIM: &str = "key-rotation";
/// The layout of its value: this, the number, and 1 once it is completed.
const FORMAT: u8 = 1;
/// How often all secrets are looked through: whatever was sealed by an older key while the first
/// look was under way is found by the second.
const LOOKS: u32 = 2;
/// A key that is replaced by others again and again is tried so often.
const TRIES_MAX: u32 = 10;

/// What a rotation has done.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rotated {
    /// Its number in this store.
    pub(crate) rotation: u64,
    /// The key of the file that wraps all data keys now.
    pub(crate) current: String,
    /// Tenants that have data keys.
    pub(crate) tenants: u64,
    /// Data keys that this run has wrapped anew.
    pub(crate) keys_wrapped: u64,
    /// Data keys that this run has made.
    pub(crate) keys_made: u64,
    /// Secrets that this run has sealed anew.
    pub(crate) secrets_sealed: u64,
    /// Entities and keys that could not be done; the log says why. Then another run is needed.
    pub(crate) failed: u64,
}

/// Does what is left to do. Breaks off when nobody listens to the progress any more.
pub(super) async fn rotate(keeper: &KeyKeeper, progress: &Progress) -> anyhow::Result<Rotated> {
    let masters = keeper.ring.reload().await?;
    let listing = keeper.list().await?;
    if let Some(missing) = listing.keys.iter().find(|key| !key.in_file && key.data_keys > 0) {
        let (id, wraps) = (&missing.id, missing.data_keys);
        anyhow::bail!("the key file has no key {id}, which wraps {wraps} data keys: restore it");
    }
    let rotation = begin(keeper.store.as_ref()).await?;
    let current = masters.current().to_owned();
    let mut run =
        Run { keeper, progress, rotated: Rotated { rotation, current, ..Rotated::default() } };
    let newest = run.wrap().await?;
    run.make(newest).await?;
    let mut failed = Vec::new();
    for _ in 0..LOOKS {
        failed = run.seal().await?;
    }
    for (entity, failure) in failed {
        run.fail(&entity, &failure);
    }
    // A node that had not read the new file yet may have made keys meanwhile.
    run.wrap().await?;
    let rotated = run.rotated;
    if rotated.failed == 0 {
        complete(keeper.store.as_ref(), rotation).await?;
    }
    Ok(rotated)
}

struct Run<'a> {
    keeper: &'a KeyKeeper,
    progress: &'a Progress,
    rotated: Rotated,
}

impl Run<'_> {
    fn say(&self, step: &'static str, done: u64) -> anyhow::Result<()> {
        anyhow::ensure!(self.progress.say(&Step { step, done }), BROKEN_OFF);
        Ok(())
    }

    fn fail(&mut self, what: &dyn std::fmt::Display, error: &dyn std::fmt::Display) {
        self.rotated.failed += 1;
        tracing::error!(%what, %error, "keys could not be rotated");
    }

    /// Wraps by the current key of the file; the newest version of each tenant and the rotation
    /// that made it.
    async fn wrap(&mut self) -> anyhow::Result<BTreeMap<TenantId, (u32, u64)>> {
        let (mut newest, mut after, mut done) = (BTreeMap::new(), None, 0);
        loop {
            let (keys, next) = self.keeper.ring.shelf().page(after.as_deref()).await?;
            for shelved in keys {
                let DataKeyPlace { tenant, version } = shelved.place;
                let entry = newest.entry(tenant).or_insert((0, 0));
                *entry = (*entry).max((version, shelved.wrapped.rotation));
                if shelved.wrapped.master != self.rotated.current {
                    match self.keeper.ring.wrap_anew(&shelved).await {
                        // Another run did it, or the tenant is gone.
                        Ok(is_ours) => self.rotated.keys_wrapped += u64::from(is_ours),
                        Err(error) => self.fail(&format!("tenant {tenant} {version}"), &error),
                    }
                }
                done += 1;
                self.say("wrap", done)?;
            }
            let Some(next) = next else { return Ok(newest) };
            after = Some(next);
        }
    }

    /// Makes the next version where this rotation has not made one.
    async fn make(&mut self, newest: BTreeMap<TenantId, (u32, u64)>) -> anyhow::Result<()> {
        self.rotated.tenants = newest.len() as u64;
        for (done, (tenant, (version, made_by))) in (1..).zip(newest) {
            if made_by < self.rotated.rotation {
                let place = DataKeyPlace { tenant, version: version + 1 };
                match self.keeper.ring.make(place, self.rotated.rotation).await {
                    Ok(is_ours) => self.rotated.keys_made += u64::from(is_ours),
                    Err(SealError::Destroyed) => {}
                    Err(error) => self.fail(&format!("tenant {tenant}"), &error),
                }
            }
            self.say("make", done)?;
        }
        Ok(())
    }

    /// Seals anew what an older key has sealed; what could not be is told.
    async fn seal(&mut self) -> anyhow::Result<Vec<(EntityKey, Failure)>> {
        let (keeper, mut failed, mut after, mut done) = (self.keeper, Vec::new(), None, 0);
        loop {
            let (page, next) = keeper.page(after).await?;
            for entity in page {
                match keeper.entities.reseal(&entity).await {
                    Ok(Resealed::Anew) => self.rotated.secrets_sealed += 1,
                    Ok(_) => {}
                    // A deleted tenant's secrets open nowhere, here neither.
                    Err(_) if keeper.is_destroyed(&entity).await? => {}
                    Err(failure) => failed.push((entity, failure)),
                }
                done += 1;
                self.say("seal", done)?;
            }
            let Some(next) = next else { return Ok(failed) };
            after = Some(next);
        }
    }
}

/// The number of the rotation that is to be completed.
async fn begin(store: &dyn Store) -> anyhow::Result<u64> {
    for _ in 0..TRIES_MAX {
        let Some(claimed) = store.claimed(CLAIM).await? else {
            match store.claim(CLAIM, value(1, false)).await? {
                ClaimOutcome::Claimed => return Ok(1),
                ClaimOutcome::Held(_) => continue,
            }
        };
        let (number, is_completed) = read(&claimed).context("the claim key-rotation is damaged")?;
        if !is_completed {
            return Ok(number);
        }
        if store.replace_claim(CLAIM, claimed, value(number + 1, false)).await? {
            return Ok(number + 1);
        }
    }
    anyhow::bail!("others rotate keys at the same time: try again")
}

async fn complete(store: &dyn Store, number: u64) -> anyhow::Result<()> {
    // False if another run has completed it, and perhaps begun the next.
    store.replace_claim(CLAIM, value(number, false), value(number, true)).await?;
    Ok(())
}

fn value(number: u64, is_completed: bool) -> Bytes {
    let mut bytes = vec![FORMAT];
    bytes.extend(number.to_be_bytes());
    bytes.push(u8::from(is_completed));
    bytes.into()
}

fn read(bytes: &[u8]) -> Option<(u64, bool)> {
    let [format, number @ .., is_completed] = bytes.first_chunk::<10>()?;
    (bytes.len() == 10 && *format == FORMAT)
        .then(|| (u64::from_be_bytes(*number), *is_completed == 1))
}
