//! What a run has written, as a value: it is committed with every step, and a writer is rebuilt
//! from it after a crash.

use serde::{Deserialize, Serialize};
use yrs::{ClientID, ID};

use crate::edit::Open;

/// Where a run begins to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RunCursor {
    /// After the last block; before it if that is an empty paragraph.
    AtEnd,
    /// After this top-level block, counted from 0.
    AfterBlock(usize),
}

/// An item of the document: who made it, and its number among that author's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockId {
    /// The author's client id.
    pub client: u64,
    /// The author's clock.
    pub clock: u32,
}

/// A node the run is still writing into. Numbers are clocks of the run's client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum OpenNode {
    Element(u32),
    Text { id: u32, last: Option<u32> },
}

/// How far a run has come. Opaque to others but for what the accessors tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunProgress {
    pub(crate) run_client_id: u64,
    pub(crate) cursor: RunCursor,
    /// Bytes of received text that entered the writer.
    pub(crate) received_bytes: u64,
    /// Where in the received text the open top-level block begins.
    pub(crate) open_from_bytes: u64,
    /// The run's clocks from 0 up to this one are its own: its characters and its blocks.
    pub(crate) clock: u32,
    /// The last top-level block written.
    pub(crate) last_block: Option<u32>,
    /// For each top-level node of the open block: the clock at which it began.
    pub(crate) begun: Vec<u32>,
    /// The right edge of the open block.
    pub(crate) open: Vec<OpenNode>,
    /// Of the open block: children written on each level of the edge, last the UTF-16 units of
    /// the open text.
    pub(crate) shape: Vec<u32>,
    /// True if what was written is no longer a beginning of what the text means.
    pub(crate) diverged: bool,
}

impl RunProgress {
    /// Bytes of received text this progress covers.
    pub fn received_bytes(&self) -> u64 {
        self.received_bytes
    }

    /// The client id under which the run writes.
    pub fn run_client_id(&self) -> u64 {
        self.run_client_id
    }

    /// True once the run has put anything into the document.
    pub fn has_written(&self) -> bool {
        self.clock > 0
    }

    /// The top-level block the run wrote last.
    pub fn open_block(&self) -> Option<BlockId> {
        self.last_block.map(|clock| BlockId { client: self.run_client_id, clock })
    }
}

impl OpenNode {
    pub(crate) fn of(open: &Open) -> Self {
        match open {
            Open::Element(id) => Self::Element(id.clock),
            Open::Text { id, last } => {
                Self::Text { id: id.clock, last: last.as_ref().map(|last| last.clock) }
            }
        }
    }

    pub(crate) fn to_open(self, client: ClientID) -> Open {
        match self {
            Self::Element(clock) => Open::Element(ID::new(client, clock)),
            Self::Text { id, last } => Open::Text {
                id: ID::new(client, id),
                last: last.map(|clock| ID::new(client, clock)),
            },
        }
    }
}
