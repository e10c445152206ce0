//! A tenant's state, rebuilt from its records, and what can be read of it.

use super::plan::Plan;
use super::prompt::PromptKind;
use super::record::{
    AiModelSettings, LowLevels, Member, PendingAllotment, Prompt, SiteEntry, TenantCard,
    TenantRecord, WorkPause,
};
use super::route::AiRouting;
use crate::entity::RecordKey;
use crate::lane::UsageBook;
use crate::ledger::{Balance, Entry, Ledger};
use crate::role::Role;
use igny8_protocol_ids::{AccountId, SiteId, Timestamp, TransferId};
use std::collections::BTreeMap;

/// A tenant: the unit of billing and isolation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tenant {
    card: Option<TenantCard>,
    members: BTreeMap<AccountId, Member>,
    sites: BTreeMap<SiteId, SiteEntry>,
    models: Option<AiModelSettings>,
    routing: Option<AiRouting>,
    prompts: BTreeMap<(PromptKind, u32), Prompt>,
    pending: BTreeMap<TransferId, PendingAllotment>,
    ledger: Ledger,
    work_pause: Option<WorkPause>,
    levels: Option<LowLevels>,
    usage: UsageBook,
}

fn key(kind: u8, id: &[u8]) -> RecordKey {
    let mut key = vec![kind];
    key.extend_from_slice(id);
    key
}

pub(super) fn member_key(account: AccountId) -> RecordKey {
    key(b'm', account.uuid().as_bytes())
}

pub(super) fn pending_key(transfer: TransferId) -> RecordKey {
    key(b'q', transfer.uuid().as_bytes())
}

pub(super) fn prompt_key(kind: PromptKind, version: u32) -> RecordKey {
    let [a, b, c, d] = version.to_be_bytes();
    key(b'p', &[kind as u8, a, b, c, d])
}

pub(super) fn ledger_key(inner: &[u8]) -> RecordKey {
    key(b'l', inner)
}

pub(super) fn work_pause_key() -> RecordKey {
    key(b'w', &[])
}

/// The key of a record: a kind byte and an id.
pub(super) fn record_key(record: &TenantRecord) -> RecordKey {
    match record {
        TenantRecord::Card(_) => key(b'c', &[]),
        TenantRecord::Member(member) => member_key(member.account),
        TenantRecord::Site(site) => key(b's', site.id.uuid().as_bytes()),
        TenantRecord::Models(_) => key(b'a', &[]),
        TenantRecord::Routing(_) => key(b'r', &[]),
        TenantRecord::Prompt(prompt) => prompt_key(prompt.kind, prompt.version),
        TenantRecord::Pending(pending) => pending_key(pending.transfer),
        TenantRecord::Ledger(record) => ledger_key(&Ledger::key(record)),
        TenantRecord::WorkPause(_) => work_pause_key(),
        TenantRecord::LowLevels(_) => key(b't', &[]),
        TenantRecord::Usage(row) => key(b'u', &UsageBook::key(row)),
    }
}

/// Removes the value whose key has these bytes. Linear: plans bound how many there are.
fn remove<K: Ord + Copy, V>(map: &mut BTreeMap<K, V>, is_it: impl Fn(&K) -> bool) -> Option<V> {
    let found = *map.keys().find(|key| is_it(key))?;
    map.remove(&found)
}

impl Tenant {
    pub(super) fn take_in(&mut self, record: TenantRecord) -> Option<TenantRecord> {
        match record {
            TenantRecord::Card(card) => self.card.replace(card).map(TenantRecord::Card),
            TenantRecord::Member(member) => {
                self.members.insert(member.account, member).map(TenantRecord::Member)
            }
            TenantRecord::Site(site) => self.sites.insert(site.id, site).map(TenantRecord::Site),
            TenantRecord::Models(models) => self.models.replace(models).map(TenantRecord::Models),
            TenantRecord::Routing(routing) => {
                self.routing.replace(routing).map(TenantRecord::Routing)
            }
            TenantRecord::Prompt(prompt) => {
                let place = (prompt.kind, prompt.version);
                self.prompts.insert(place, prompt).map(TenantRecord::Prompt)
            }
            TenantRecord::Pending(pending) => {
                self.pending.insert(pending.transfer, pending).map(TenantRecord::Pending)
            }
            TenantRecord::Ledger(record) => self.ledger.put(record).map(TenantRecord::Ledger),
            TenantRecord::WorkPause(pause) => {
                self.work_pause.replace(pause).map(TenantRecord::WorkPause)
            }
            TenantRecord::LowLevels(levels) => {
                self.levels.replace(levels).map(TenantRecord::LowLevels)
            }
            TenantRecord::Usage(row) => self.usage.put(row).map(TenantRecord::Usage),
        }
    }

    pub(super) fn take_out(&mut self, record_key: &RecordKey) -> Option<TenantRecord> {
        let (kind, id) = record_key.split_first()?;
        match kind {
            b'c' => self.card.take().map(TenantRecord::Card),
            b'a' => self.models.take().map(TenantRecord::Models),
            b'r' => self.routing.take().map(TenantRecord::Routing),
            b'm' => remove(&mut self.members, |key| key.uuid().as_bytes() == id)
                .map(TenantRecord::Member),
            b's' => {
                remove(&mut self.sites, |key| key.uuid().as_bytes() == id).map(TenantRecord::Site)
            }
            b'p' => remove(&mut self.prompts, |(kind, version)| {
                prompt_key(*kind, *version) == *record_key
            })
            .map(TenantRecord::Prompt),
            b'q' => remove(&mut self.pending, |key| key.uuid().as_bytes() == id)
                .map(TenantRecord::Pending),
            b'w' => self.work_pause.take().map(TenantRecord::WorkPause),
            b'l' => self.ledger.delete(id).map(TenantRecord::Ledger),
            b't' => self.levels.take().map(TenantRecord::LowLevels),
            b'u' => self.usage.take(id).map(TenantRecord::Usage),
            _ => None,
        }
    }

    /// The tenant itself; none before it was created.
    pub fn card(&self) -> Option<&TenantCard> {
        self.card.as_ref()
    }
    /// Its name.
    pub fn name(&self) -> Option<&str> {
        self.card.as_ref().map(|card| card.name.as_str())
    }
    /// Its plan.
    pub fn plan(&self) -> Option<Plan> {
        self.card.as_ref().map(|card| card.plan)
    }
    /// All members, in the order of their accounts.
    pub fn members(&self) -> impl ExactSizeIterator<Item = &Member> {
        self.members.values()
    }
    /// A member.
    pub fn member(&self, account: AccountId) -> Option<&Member> {
        self.members.get(&account)
    }
    /// What a person may be here; none for those who do not belong (R13: then it is a 404).
    pub fn role_of(&self, account: AccountId) -> Option<Role> {
        self.members.get(&account).map(|member| member.role)
    }
    /// All sites, the oldest first.
    pub fn sites(&self) -> impl ExactSizeIterator<Item = &SiteEntry> {
        self.sites.values()
    }
    /// A site.
    pub fn site(&self, id: SiteId) -> Option<&SiteEntry> {
        self.sites.get(&id)
    }
    /// The tenant's own part of its credits: the slices of its sites are beside it.
    pub fn balance(&self) -> Balance {
        self.ledger.balance()
    }
    /// The movements of its own part, newest first.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.ledger.entries()
    }
    /// Its own part of its credits.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }
    /// Set while all work of all sites is held up.
    pub fn work_pause(&self) -> Option<WorkPause> {
        self.work_pause
    }
    /// Where its one model comes from, by the plain settings.
    pub(super) fn plain_models(&self) -> AiModelSettings {
        self.models.clone().unwrap_or_default()
    }
    pub(super) fn kept_routing(&self) -> Option<&AiRouting> {
        self.routing.as_ref()
    }
    /// The template that is used now.
    pub fn prompt(&self, kind: PromptKind) -> Prompt {
        let own = self.prompts.range((kind, 0)..=(kind, u32::MAX)).next_back();
        own.map_or_else(|| default_prompt(kind), |(_, prompt)| prompt.clone())
    }
    /// A version of a template; 0 is ours.
    pub fn prompt_version(&self, kind: PromptKind, version: u32) -> Option<Prompt> {
        if version == 0 {
            return Some(default_prompt(kind));
        }
        self.prompts.get(&(kind, version)).cloned()
    }
    /// The kept versions of a template of its own, the oldest first.
    pub fn prompt_versions(&self, kind: PromptKind) -> impl Iterator<Item = &Prompt> {
        self.prompts.range((kind, 0)..=(kind, u32::MAX)).map(|(_, prompt)| prompt)
    }
    /// Requests for credits that wait for recalled slices, the first to be refused first.
    pub fn pending(&self) -> Vec<&PendingAllotment> {
        let mut pending: Vec<&PendingAllotment> = self.pending.values().collect();
        pending.sort_by_key(|pending| (pending.deadline, pending.transfer));
        pending
    }
    pub(super) fn pending_of(&self, transfer: TransferId) -> Option<&PendingAllotment> {
        self.pending.get(&transfer)
    }
    /// What calls of none of its sites used: tests of its models.
    pub fn usage(&self) -> &UsageBook {
        &self.usage
    }
    pub(super) fn levels(&self) -> Option<&LowLevels> {
        self.levels.as_ref()
    }
    pub(super) fn next_deadline(&self) -> Option<Timestamp> {
        self.pending.values().map(|pending| pending.deadline).min()
    }
}

fn default_prompt(kind: PromptKind) -> Prompt {
    let template = kind.default_template().to_owned();
    Prompt { kind, version: 0, template, created_at: None, author: None, restored: None }
}
