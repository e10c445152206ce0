//! One entity: each section on its own, so that a damaged one hides no other.

use super::{Section, Walk, described};
use crate::backup::named_blobs;
use crate::error::CareError;
use crate::retry::retry;
use igny8_protocol_ids::{EntityKey, Sequence, TenantId};
use igny8_storage_api::{BlobHash, Floor, Frame, Head, Loaded, StoreError, digest_events, limits};

/// Times that a feed is begun anew because frames were removed under the walk.
const FEED_STARTS_MAX: u32 = 3;
/// Frames of one entity that are named as damaged before the walk leaves it.
const FRAMES_DAMAGED_MAX: u32 = 100;

/// The walk through one entity.
pub(super) struct EntityWalk<'w, 'a> {
    walk: &'w mut Walk<'a>,
    entity: EntityKey,
}

impl<'w, 'a> EntityWalk<'w, 'a> {
    pub(super) fn new(walk: &'w mut Walk<'a>, entity: EntityKey) -> Self {
        Self { walk, entity }
    }

    pub(super) async fn run(mut self) -> Result<(), CareError> {
        let (store, entity) = (self.walk.store, self.entity);
        let head = retry(|| store.head(&entity)).await;
        // Without a head (it does not decode, which is a finding) there is no end to compare with.
        if let Some(head) = self.part(Section::Head, head)?.flatten() {
            self.feed(head).await?;
        }
        let loaded = retry(|| store.load(&entity)).await;
        if let Some(loaded) = self.part(Section::State, loaded)?.flatten() {
            self.state(&loaded).await?;
        }
        let appends = retry(|| store.appends(&entity)).await;
        if let Some(appends) = self.part(Section::Appends, appends)? {
            self.walk.report.appends += appends.len() as u64;
        }
        let wake = retry(|| store.wake(&entity)).await;
        self.part(Section::Wakes, wake)?;
        Ok(())
    }

    fn find(&mut self, section: Section, problem: impl Into<String>) {
        self.walk.find(Some(self.entity), section, problem);
    }

    /// What was read of a section. What cannot be read is a finding; a store that does not answer
    /// ends the walk.
    fn part<T>(
        &mut self,
        section: Section,
        read: Result<T, StoreError>,
    ) -> Result<Option<T>, CareError> {
        match read {
            Ok(part) => Ok(Some(part)),
            Err(error @ (StoreError::Unavailable { .. } | StoreError::Unknown { .. })) => {
                Err(CareError::store(self.entity.to_string())(error))
            }
            Err(error) => {
                self.find(section, described(&error));
                Ok(None)
            }
        }
    }

    async fn state(&mut self, loaded: &Loaded) -> Result<(), CareError> {
        self.walk.report.records += loaded.records.len() as u64;
        self.walk.report.outbox_open += loaded.outbox.len() as u64;
        for open in &loaded.outbox {
            let sequence = open.key.sequence;
            if sequence > loaded.head.sequence {
                let problem = format!("outbox record of commit {} is beyond the head", sequence.0);
                self.find(Section::State, problem);
            }
        }
        for (tenant, hash) in self.named(loaded) {
            if self.walk.blob(tenant, hash).await.is_some() {
                continue;
            }
            // The entity may have moved on, and the blob with it.
            let (store, entity) = (self.walk.store, self.entity);
            let now = retry(|| store.load(&entity)).await;
            let now = self.part(Section::State, now)?.flatten();
            let still = now.is_some_and(|now| self.named(&now).contains(&(tenant, hash)));
            if still && self.walk.blob(tenant, hash).await.is_none() {
                let name = crate::Digest(hash.0);
                self.find(Section::Blobs, format!("blob {name} is named by a record and missing"));
            }
        }
        Ok(())
    }

    fn named(&self, loaded: &Loaded) -> Vec<(TenantId, BlobHash)> {
        named_blobs(&self.entity, &loaded.records)
    }

    /// Walks the frames. `before` is the head as it was before the walk.
    async fn feed(&mut self, before: Head) -> Result<(), CareError> {
        let (store, entity) = (self.walk.store, self.entity);
        for _ in 0..FEED_STARTS_MAX {
            let first = retry(|| store.feed(&entity, Sequence(0), 1)).await;
            let Some(first) = self.part(Section::Feed, first)? else { return Ok(()) };
            let Some(chain) = self.frames(first.floor, &before).await? else { continue };
            let after = retry(|| store.head(&entity)).await;
            let Some(after) = self.part(Section::Head, after)?.flatten() else { return Ok(()) };
            if let Some(problem) = chain.end(&before, &after) {
                self.find(Section::Feed, problem);
            }
            return Ok(());
        }
        self.find(Section::Feed, "its frames are removed faster than they can be read");
        Ok(())
    }

    /// The chain from the floor on; `None` if its beginning was removed meanwhile. A frame that
    /// cannot be read is named, and the walk goes on behind it.
    async fn frames(&mut self, floor: Floor, head: &Head) -> Result<Option<Chain>, CareError> {
        let (store, entity) = (self.walk.store, self.entity);
        let mut chain = Chain { last: floor.sequence, hash: Some(floor.chain), is_cut: false };
        let (mut limit, mut damaged) = (limits::FEED_PAGE_MAX, 0);
        loop {
            let after = chain.last;
            let page = match retry(|| store.feed(&entity, after, limit)).await {
                // One of them is damaged: find out which.
                Err(StoreError::Corrupt { .. }) if limit > 1 => {
                    limit = 1;
                    continue;
                }
                page => self.part(Section::Feed, page)?,
            };
            let Some(page) = page else {
                damaged += 1;
                if after >= head.sequence || damaged >= FRAMES_DAMAGED_MAX {
                    chain.is_cut = true;
                    return Ok(Some(chain));
                }
                chain.skip();
                limit = limits::FEED_PAGE_MAX;
                continue;
            };
            if page.truncated {
                return Ok(None);
            }
            for frame in &page.frames {
                self.walk.report.frames += 1;
                if let Some(problem) = chain.step(frame) {
                    self.find(Section::Feed, problem);
                }
            }
            if page.frames.is_empty() {
                return Ok(Some(chain));
            }
        }
    }
}

/// Where the walk along an entity's frames is.
struct Chain {
    last: Sequence,
    /// Unknown behind a frame that cannot be read.
    hash: Option<[u8; 32]>,
    /// True if it ends at what cannot be read: that is told already.
    is_cut: bool,
}

impl Chain {
    /// Goes past a frame that cannot be read.
    fn skip(&mut self) {
        self.last = self.last.next();
        self.hash = None;
    }

    /// Goes on to the next frame; what is wrong with it is the answer.
    fn step(&mut self, frame: &Frame) -> Option<String> {
        let expected = self.last.next();
        let sequence = frame.sequence;
        self.last = sequence;
        let previous = self.hash.replace(frame.chain);
        if sequence != expected {
            return Some(format!("frame {} follows where {} is due", sequence.0, expected.0));
        }
        if digest_events(&frame.events) != frame.digest.events {
            return Some(format!("the events of frame {} were altered", sequence.0));
        }
        let chain = frame.digest.chain(&previous?, frame.epoch, sequence, frame.commit_id);
        (chain != frame.chain).then(|| format!("the chain breaks at frame {}", sequence.0))
    }

    /// Whether it ends at a head between the one before the walk and the one after.
    fn end(&self, before: &Head, after: &Head) -> Option<String> {
        if self.is_cut {
            return None;
        }
        if self.last < before.sequence || self.last > after.sequence {
            let (last, head) = (self.last.0, after.sequence.0);
            return Some(format!("frames end at {last}, the head says {head}"));
        }
        let ends = |head: &Head| {
            head.sequence == self.last && self.hash.is_some_and(|hash| hash != head.chain)
        };
        (ends(before) || ends(after))
            .then(|| "the chain of frames does not end in the head's hash".to_owned())
    }
}
