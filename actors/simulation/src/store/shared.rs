//! Rows beside the entities: blobs, claims, wake hints, logs, members.

use bytes::Bytes;
use igny8_protocol_ids::{EntityKey, Epoch, TenantId, Timestamp};
use igny8_storage_api::{
    BlobHash, ClaimOutcome, Collected, Heartbeat, LogEntry, LogKey, LogPosition, LogRange, Member,
    Membership, MembershipOutcome, Wake, limits,
};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use uuid::Uuid;

/// See the module.
#[derive(Default)]
pub(crate) struct Shared {
    blobs: BTreeMap<(TenantId, BlobHash), (Bytes, Timestamp)>,
    claims: BTreeMap<String, Bytes>,
    wakes: BTreeMap<EntityKey, (Timestamp, Epoch)>,
    wakes_by_due: BTreeSet<(Timestamp, EntityKey)>,
    logs: BTreeMap<LogKey, BTreeMap<LogPosition, LogEntry>>,
    membership: Membership,
    heartbeats: BTreeMap<Uuid, Timestamp>,
}

impl Shared {
    pub(crate) fn put_blob(&mut self, tenant: TenantId, bytes: Bytes, now: Timestamp) -> BlobHash {
        let hash = BlobHash::of(&bytes);
        let kept = self.blobs.entry((tenant, hash)).or_insert((bytes, now));
        kept.1 = kept.1.max(now);
        hash
    }

    pub(crate) fn blob(&self, tenant: TenantId, hash: BlobHash) -> Option<Bytes> {
        self.blobs.get(&(tenant, hash)).map(|(bytes, _)| bytes.clone())
    }

    pub(crate) fn blobs(
        &self,
        tenant: TenantId,
        after: Option<BlobHash>,
        limit: usize,
    ) -> Vec<BlobHash> {
        let start = match after {
            Some(after) => Bound::Excluded((tenant, after)),
            None => Bound::Included((tenant, BlobHash([0; 32]))),
        };
        let end = Bound::Included((tenant, BlobHash([0xff; 32])));
        self.blobs.range((start, end)).map(|((_, hash), _)| *hash).take(limit).collect()
    }

    pub(crate) fn collect_blobs(
        &mut self,
        tenant: TenantId,
        written_before: Timestamp,
        named: &BTreeSet<BlobHash>,
    ) -> Collected {
        let all = self.blobs(tenant, None, usize::MAX);
        let mut done = Collected::default();
        for hash in all {
            let written = self.blobs.get(&(tenant, hash)).map(|(_, written)| *written);
            if named.contains(&hash) || written >= Some(written_before) {
                done.kept += 1;
            } else {
                self.blobs.remove(&(tenant, hash));
                done.removed += 1;
            }
        }
        done
    }

    pub(crate) fn claim(&mut self, name: &str, value: Bytes) -> ClaimOutcome {
        match self.claims.get(name) {
            Some(held) if *held != value => ClaimOutcome::Held(held.clone()),
            Some(_) => ClaimOutcome::Claimed,
            None => {
                self.claims.insert(name.to_owned(), value);
                ClaimOutcome::Claimed
            }
        }
    }

    pub(crate) fn claimed(&self, name: &str) -> Option<Bytes> {
        self.claims.get(name).cloned()
    }

    pub(crate) fn release_claim(&mut self, name: &str, value: &Bytes) -> bool {
        let held = self.claims.get(name) == Some(value);
        if held {
            self.claims.remove(name);
        }
        held
    }

    pub(crate) fn replace_claim(&mut self, name: &str, old: &Bytes, new: Bytes) -> bool {
        let Some(held) = self.claims.get_mut(name) else { return false };
        if held == old {
            *held = new;
            return true;
        }
        *held == new
    }

    pub(crate) fn claims(&self, after: Option<&str>, limit: usize) -> Vec<(String, Bytes)> {
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let rows = self.claims.range::<str, _>((start, Bound::Unbounded));
        rows.map(|(name, value)| (name.clone(), value.clone())).take(limit).collect()
    }

    pub(crate) fn wake(&self, entity: &EntityKey) -> Option<Timestamp> {
        self.wakes.get(entity).map(|(due, _)| *due)
    }

    pub(crate) fn set_wake(&mut self, entity: &EntityKey, epoch: Epoch, due: Option<Timestamp>) {
        if self.wakes.get(entity).is_some_and(|(_, owner)| *owner > epoch) {
            return;
        }
        let before = match due {
            Some(due) => self.wakes.insert(*entity, (due, epoch)),
            None => self.wakes.remove(entity),
        };
        if let Some((before, _)) = before {
            self.wakes_by_due.remove(&(before, *entity));
        }
        if let Some(due) = due {
            self.wakes_by_due.insert((due, *entity));
        }
    }

    pub(crate) fn due_wakes(&self, until: Timestamp, limit: usize) -> Vec<Wake> {
        let due = self.wakes_by_due.iter().take_while(|(due, _)| *due <= until);
        due.map(|(due, entity)| Wake { entity: *entity, due: *due }).take(limit).collect()
    }

    pub(crate) fn append_log(&mut self, log: &LogKey, entries: Vec<LogEntry>) {
        let kept = self.logs.entry(log.clone()).or_default();
        kept.extend(entries.into_iter().map(|entry| (entry.position, entry)));
    }

    pub(crate) fn log(&self, log: &LogKey, range: LogRange, now: Timestamp) -> Vec<LogEntry> {
        let Some(entries) = self.logs.get(log) else { return Vec::new() };
        let wanted = entries.values().filter(|entry| {
            entry.expires > now
                && entry.position.at >= range.from
                && entry.position.at < range.until
                && range.after.is_none_or(|after| entry.position > after)
        });
        wanted.take(range.limit.min(limits::LOG_PAGE_MAX)).cloned().collect()
    }

    pub(crate) fn logs(&self, tenant: TenantId, after: Option<&str>, limit: usize) -> Vec<String> {
        let of_tenant = self.logs.keys().filter(|log| log.tenant == tenant);
        let rest = of_tenant.filter(|log| after.is_none_or(|after| log.stream.as_str() > after));
        rest.map(|log| log.stream.clone()).take(limit).collect()
    }

    pub(crate) fn sweep_logs(&mut self, now: Timestamp) -> u64 {
        let mut removed = 0;
        for entries in self.logs.values_mut() {
            let before = entries.len();
            entries.retain(|_, entry| entry.expires > now);
            removed += (before - entries.len()) as u64;
        }
        self.logs.retain(|_, entries| !entries.is_empty());
        removed
    }

    pub(crate) fn membership(&self) -> Membership {
        self.membership.clone()
    }

    pub(crate) fn change_membership(
        &mut self,
        version: u64,
        mut members: Vec<Member>,
    ) -> MembershipOutcome {
        if self.membership.version != version {
            return MembershipOutcome::Moved(self.membership.clone());
        }
        members.sort_by_key(|member| member.node);
        self.membership = Membership { version: version + 1, members };
        MembershipOutcome::Changed(self.membership.clone())
    }

    pub(crate) fn beat(&mut self, heartbeat: Heartbeat) {
        self.heartbeats.insert(heartbeat.node, heartbeat.at);
    }

    pub(crate) fn heartbeats(&self) -> Vec<Heartbeat> {
        self.heartbeats.iter().map(|(node, at)| Heartbeat { node: *node, at: *at }).collect()
    }
}
