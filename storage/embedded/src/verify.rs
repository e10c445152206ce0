//! Walks everything that is stored and says what is wrong with it. Structure only: what the bytes
//! mean is checked by those who know.

use crate::engine::Engine;
use crate::error::read_failed;
use crate::layout::{
    Section, Space, decode_append_key, decode_blob_key, decode_outbox_key, frame_sequence,
};
use crate::store::EmbeddedStore;
use crate::tree::Snapshot;
use igny8_protocol_ids::{EntityKey, Sequence};
use igny8_storage_api::codec::{StoredHead, decode_blob, decode_frame, decode_record, decode_row};
use igny8_storage_api::{Frame, StoreError, digest_events};

/// Entities listed at a time.
const PAGE: usize = 1_000;
/// Findings that are kept: a store that is broken throughout must not fill the memory.
const FINDINGS_MAX: usize = 10_000;

/// How far the walk is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VerifyProgress {
    /// Entities walked.
    pub entities: u64,
    /// Frames whose chain was checked.
    pub frames: u64,
    /// Blobs whose hash was checked.
    pub blobs: u64,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Whose it is; `None` for a blob or a platform row.
    pub entity: Option<EntityKey>,
    /// What is wrong, in a sentence.
    pub problem: String,
}

/// What the walk found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VerifyReport {
    /// How much was walked.
    pub seen: VerifyProgress,
    /// Records of all entities.
    pub records: u64,
    /// Appends of all entities.
    pub appends: u64,
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

    fn find(&mut self, entity: Option<EntityKey>, problem: impl Into<String>) {
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(Finding { entity, problem: problem.into() });
        }
    }
}

impl EmbeddedStore {
    /// Checks every entity (its chain of frames, gaps, rows that do not decode) and every blob.
    /// Works beside writers; each entity is seen at one moment. Blocks: call it on a thread for
    /// blocking work. An error means that the walk itself could not go on.
    pub fn verify(
        &self,
        mut progress: impl FnMut(&VerifyProgress),
    ) -> Result<VerifyReport, StoreError> {
        let mut report = VerifyReport::default();
        let mut after = None;
        loop {
            let page = self.engine.read_entities(after, PAGE)?;
            let Some(last) = page.last() else { break };
            after = Some(*last);
            for entity in page {
                verify_entity(&self.engine, &entity, &mut report);
                report.seen.entities += 1;
                progress(&report.seen);
            }
        }
        verify_blobs(&self.engine, &mut report, progress)?;
        Ok(report)
    }
}

fn verify_entity(engine: &Engine, entity: &EntityKey, report: &mut VerifyReport) {
    let snapshot = engine.snapshot();
    let stored = match engine.head_in(&snapshot, entity) {
        Ok(Some(stored)) => stored,
        Ok(None) => return,
        Err(error) => return report.find(Some(*entity), error.to_string()),
    };
    let walk = verify_frames(engine, &snapshot, entity, &stored, report);
    let rows = walk.and_then(|()| count_rows(engine, &snapshot, entity, &stored, report));
    if let Err(error) = rows {
        report.find(Some(*entity), error.to_string());
    }
}

fn verify_frames(
    engine: &Engine,
    snapshot: &Snapshot,
    entity: &EntityKey,
    stored: &StoredHead,
    report: &mut VerifyReport,
) -> Result<(), StoreError> {
    let mut walk = ChainWalk { last: stored.floor.sequence, chain: stored.floor.chain };
    engine.each_row(snapshot, entity, Section::Frame, |key, value| {
        let sequence = frame_sequence(key)?;
        report.seen.frames += 1;
        if let Some(problem) = walk.step(sequence, decode_frame(sequence, value)) {
            report.find(Some(*entity), problem);
        }
        Some(())
    })?;
    if walk.last != stored.head.sequence {
        let (last, head) = (walk.last.0, stored.head.sequence.0);
        report.find(Some(*entity), format!("frames end at {last}, the head says {head}"));
    } else if walk.chain != stored.head.chain {
        report.find(Some(*entity), "the chain of frames does not end in the head's hash");
    }
    Ok(())
}

/// Where the walk along an entity's frames is.
struct ChainWalk {
    last: Sequence,
    chain: [u8; 32],
}

impl ChainWalk {
    /// Goes on to the next frame; what is wrong with it is the answer.
    fn step(&mut self, sequence: Sequence, frame: Option<Frame>) -> Option<String> {
        let expected = self.last.next();
        self.last = sequence;
        let Some(frame) = frame else {
            return Some(format!("frame {} does not decode", sequence.0));
        };
        let previous = std::mem::replace(&mut self.chain, frame.chain);
        if sequence != expected {
            return Some(format!("frame {} follows where {} is due", sequence.0, expected.0));
        }
        if digest_events(&frame.events) != frame.digest.events {
            return Some(format!("the events of frame {} were altered", sequence.0));
        }
        let chain = frame.digest.chain(&previous, frame.epoch, sequence, frame.commit_id);
        (chain != frame.chain).then(|| format!("the chain breaks at frame {}", sequence.0))
    }
}

fn count_rows(
    engine: &Engine,
    snapshot: &Snapshot,
    entity: &EntityKey,
    stored: &StoredHead,
    report: &mut VerifyReport,
) -> Result<(), StoreError> {
    engine.each_row(snapshot, entity, Section::Record, |key, value| {
        report.records += 1;
        decode_record(entity, key, value).map(drop)
    })?;
    engine.each_row(snapshot, entity, Section::Append, |key, value| {
        report.appends += 1;
        decode_append_key(key)?;
        decode_row(entity, &Section::Append.place(key), value).map(drop)
    })?;
    engine.each_row(snapshot, entity, Section::Outbox, |key, value| {
        report.outbox_open += 1;
        let outbox = decode_outbox_key(key)?;
        if outbox.sequence > stored.head.sequence {
            let problem =
                format!("outbox record of commit {} is beyond the head", outbox.sequence.0);
            report.find(Some(*entity), problem);
        }
        decode_row(entity, &Section::Outbox.place(key), value).map(drop)
    })
}

fn verify_blobs(
    engine: &Engine,
    report: &mut VerifyReport,
    mut progress: impl FnMut(&VerifyProgress),
) -> Result<(), StoreError> {
    for guard in engine.snapshot().iter(engine.space(Space::Blobs)) {
        let (key, value) = guard.into_inner().map_err(|error| read_failed(&error))?;
        report.seen.blobs += 1;
        progress(&report.seen);
        let Some((tenant, hash)) = decode_blob_key(&key) else {
            report.find(None, "a blob's key does not decode");
            continue;
        };
        if decode_blob(&value, hash).is_none() {
            let name = blake3::Hash::from_bytes(hash.0).to_hex();
            report.find(None, format!("blob {name} of tenant {tenant} is not what its hash says"));
        }
    }
    Ok(())
}
