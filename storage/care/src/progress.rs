//! How far something is.

use crate::error::CareError;
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;

/// What is being done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The files of an archive are compared with their hashes.
    #[default]
    Check,
    /// Entities.
    Entities,
    /// Blobs that no entity names, or all of them in a restore.
    Blobs,
    /// Logs.
    Logs,
    /// Claims.
    Claims,
}

/// How far it is. Counts begin at zero with the first step and go on through all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// What is being done.
    pub step: Step,
    /// Entities done.
    pub entities: u64,
    /// Entities in all, where that is known.
    pub entities_total: Option<u64>,
    /// Of those done, how many needed no work: as in the parent archive, or there already.
    pub entities_unchanged: u64,
    /// Frames of entities, where they are walked.
    pub frames: u64,
    /// Blobs done.
    pub blobs: u64,
    /// Bytes that were read or written of content, before compression.
    pub bytes: u64,
}

/// Hears of progress, and says whether to go on.
pub(crate) type Hear<'a> = &'a mut (dyn FnMut(&Progress) -> ControlFlow<()> + Send);

/// Progress and its hearer.
pub(crate) struct Teller<'a> {
    pub(crate) now: Progress,
    hear: Hear<'a>,
}

impl<'a> Teller<'a> {
    pub(crate) fn new(hear: Hear<'a>) -> Self {
        Self { now: Progress::default(), hear }
    }

    pub(crate) fn begin(&mut self, step: Step) -> Result<(), CareError> {
        self.now.step = step;
        self.tell()
    }

    pub(crate) fn tell(&mut self) -> Result<(), CareError> {
        match (self.hear)(&self.now) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(CareError::Stopped),
        }
    }
}
