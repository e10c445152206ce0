//! Walks everything that is stored and says what is wrong with it. Structure only: what the bytes
//! mean is checked by those who know.
//!
//! Works beside writers. What a store holds may change between two looks, so nothing is called
//! wrong that a commit in between explains.

mod entity;
mod row;

use crate::error::CareError;
use crate::progress::{Progress, Step, Teller};
use crate::retry::retry;
use entity::EntityWalk;
use igny8_protocol_ids::{EntityKey, Scope, TenantId, Timestamp};
use igny8_storage_api::{BlobHash, Store, StoreError};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashSet};
use std::fmt;
use std::ops::ControlFlow;

/// Keys listed at a time.
const PAGE: usize = 500;
/// Findings that are kept: a store that is broken throughout must not fill the memory.
const FINDINGS_MAX: usize = 10_000;

/// Where something is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    /// The head.
    Head,
    /// Records and outbox.
    State,
    /// Frames.
    Feed,
    /// Appends.
    Appends,
    /// Wake hints.
    Wakes,
    /// Blobs.
    Blobs,
    /// Claims.
    Claims,
    /// Logs.
    Logs,
    /// The lists of entities.
    Lists,
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Head => "head",
            Self::State => "state",
            Self::Feed => "feed",
            Self::Appends => "appends",
            Self::Wakes => "wake hints",
            Self::Blobs => "blobs",
            Self::Claims => "claims",
            Self::Logs => "logs",
            Self::Lists => "lists",
        })
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Whose it is; `None` for a row of a tenant or of the platform.
    pub entity: Option<EntityKey>,
    /// Which part of it.
    pub section: Section,
    /// What is wrong, in a sentence.
    pub problem: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What a store says names the place already.
        let entity = self.entity.map(|entity| entity.to_string());
        match entity.filter(|entity| !self.problem.starts_with(entity)) {
            Some(entity) => write!(f, "{entity}, {}: {}", self.section, self.problem),
            None => write!(f, "{}: {}", self.section, self.problem),
        }
    }
}

/// What a store says of a section that it cannot read, without its advice to run this check.
fn described(error: &StoreError) -> String {
    match error {
        StoreError::Corrupt { place, reason } => format!("{place}: {reason}"),
        other => other.to_string(),
    }
}

/// What the walk found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifyReport {
    /// Entities walked.
    pub entities: u64,
    /// Frames whose chain was checked.
    pub frames: u64,
    /// Records of all entities.
    pub records: u64,
    /// Appends of all entities.
    pub appends: u64,
    /// Blobs whose hash was checked.
    pub blobs: u64,
    /// Claims.
    pub claims: u64,
    /// Entries of logs.
    pub log_entries: u64,
    /// Outbox records that are still open. Not a fault: the next owner resumes them.
    pub outbox_open: u64,
    /// What is wrong, in the order of the walk; at most the first ten thousand.
    pub findings: Vec<Finding>,
}

impl VerifyReport {
    /// True if nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }
}

/// How a store is verified.
#[derive(Clone, Copy, Debug)]
pub struct VerifyOptions {
    /// Now.
    pub now: Timestamp,
    /// How far back logs are read.
    pub log_days: u32,
}

/// The walk under way.
struct Walk<'a> {
    store: &'a dyn Store,
    report: VerifyReport,
    teller: Teller<'a>,
    /// Blobs that are there and what their hash says.
    blobs: HashSet<(TenantId, BlobHash)>,
}

/// Checks everything. An error means that the walk itself could not go on.
pub async fn verify(
    store: &dyn Store,
    options: VerifyOptions,
    mut progress: impl FnMut(&Progress) -> ControlFlow<()> + Send,
) -> Result<VerifyReport, CareError> {
    let (teller, blobs) = (Teller::new(&mut progress), HashSet::new());
    let mut walk = Walk { store, report: VerifyReport::default(), teller, blobs };
    walk.teller.begin(Step::Entities)?;
    let tenants = walk.entities().await?;
    for tenant in tenants {
        walk.tenant(tenant, options).await?;
    }
    walk.teller.begin(Step::Claims)?;
    walk.claims().await?;
    walk.wakes(options.now).await?;
    Ok(walk.report)
}

impl Walk<'_> {
    fn find(&mut self, entity: Option<EntityKey>, section: Section, problem: impl Into<String>) {
        if self.report.findings.len() < FINDINGS_MAX {
            self.report.findings.push(Finding { entity, section, problem: problem.into() });
        }
    }

    /// Walks all entities; their tenants are the answer. Each must be in its tenant's list too.
    async fn entities(&mut self) -> Result<BTreeSet<TenantId>, CareError> {
        let (mut tenants, mut after) = (BTreeSet::new(), None);
        loop {
            let store = self.store;
            let page = retry(|| store.entities(after, PAGE)).await;
            let page = page.map_err(CareError::store("the entities cannot be listed"))?;
            let Some(last) = page.last() else { break };
            after = Some(*last);
            for entity in page {
                if let Scope::Tenant(tenant) = entity.scope {
                    tenants.insert(tenant);
                }
                EntityWalk::new(self, entity).run().await?;
                self.report.entities += 1;
                self.teller.now.entities += 1;
                self.teller.now.frames = self.report.frames;
                self.teller.tell()?;
            }
        }
        Ok(tenants)
    }

    /// Checks a blob that is named or listed; `None` if it is not there.
    async fn blob(&mut self, tenant: TenantId, hash: BlobHash) -> Option<()> {
        if self.blobs.contains(&(tenant, hash)) {
            return Some(());
        }
        let store = self.store;
        match retry(|| store.blob(tenant, hash)).await {
            Ok(Some(bytes)) if BlobHash::of(&bytes) == hash => {
                self.report.blobs += 1;
                self.teller.now.blobs += 1;
            }
            Ok(None) => return None,
            Ok(Some(_)) => {
                let name = crate::Digest(hash.0);
                let problem = format!("blob {name} of tenant {tenant} is not what its hash says");
                self.find(None, Section::Blobs, problem);
            }
            Err(error) => self.find(None, Section::Blobs, described(&error)),
        }
        // Told once.
        self.blobs.insert((tenant, hash));
        Some(())
    }
}
