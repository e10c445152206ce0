//! `/api/writer/sites/{site}/documents/{document}/…`: kept states, what differs between two, and
//! the AI runs that wrote in a document; and its blocks, as programs read and change them.

use super::document::author::PromptUsed;
use super::writer::ContentFormat;
use igny8_protocol_ids::{AccountId, RunId, Timestamp, VersionId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::{IntoParams, ToSchema};

/// Why a state was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum VersionCause {
    /// It was approved.
    Approved,
    /// Somebody gave it a name.
    Named,
    /// The server keeps one now and then.
    Automatic,
    /// An earlier one was restored over it.
    BeforeRestore,
    /// Somebody handed in another text in its place.
    BeforeReplace,
}

/// A kept state of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct VersionView {
    /// Id.
    pub id: VersionId,
    /// When it was kept.
    pub at: Timestamp,
    /// Its words.
    pub words: u32,
    /// Why it was kept.
    pub cause: VersionCause,
    /// Its name, if somebody gave it one.
    pub name: Option<String>,
    /// Who had it kept; absent for the server.
    pub by: Option<AccountId>,
}

/// `POST versions` and `PATCH versions/{version}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct NameVersion {
    /// 1 to 200 characters.
    pub name: String,
}

/// `GET versions/{version}/content?format=`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct VersionContent {
    /// Which state.
    pub version: VersionView,
    /// In which form.
    pub format: ContentFormat,
    /// The text.
    pub content: String,
}

/// `GET versions/{version}/comparison?with=`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, IntoParams, TS,
)]
#[into_params(parameter_in = Query)]
pub struct ComparisonQuery {
    /// The later state; what is there now if absent.
    pub with: Option<VersionId>,
}

/// What became of a line or of a piece of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum LineFate {
    /// It is in both states.
    Kept,
    /// It is in the later one alone.
    Added,
    /// It is in the earlier one alone.
    Removed,
    /// It is in both, with other pieces.
    Changed,
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// A heading.
    Heading,
    /// A paragraph.
    Paragraph,
    /// An item of a list with bullets.
    Bullet,
    /// An item of a numbered list.
    Number,
    /// A line of code.
    Code,
    /// A rule across the page.
    Rule,
    /// An image.
    Image,
    /// A cell of a table.
    Cell,
}

/// Text with the same marks and the same fate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct LinePiece {
    /// `kept`, `added` or `removed`.
    pub fate: LineFate,
    /// The characters; a break inside a block is a line feed.
    pub text: String,
    /// Names of its marks: `bold`, `code`, `italic`, `strike`, `underline`, or `link` with its
    /// address.
    pub marks: Vec<String>,
}

/// A line of a comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct ComparedLine {
    /// What became of it.
    pub fate: LineFate,
    /// What it is; of a changed one what it became.
    pub kind: LineKind,
    /// Of a heading, 1 to 6.
    pub level: Option<u8>,
    /// Of an image: where it lies.
    pub source: Option<String>,
    /// How many lists and quotations it stands in.
    pub depth: u8,
    /// Its text.
    pub pieces: Vec<LinePiece>,
}

/// Two states of a document beside each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct Comparison {
    /// All lines of both, in order.
    pub lines: Vec<ComparedLine>,
    /// Words that were added.
    pub words_added: u32,
    /// Words that were removed.
    pub words_removed: u32,
}

/// An AI run that wrote in a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct RunView {
    /// Id: that of its task.
    pub id: RunId,
    /// How its author is named.
    pub author: String,
    /// The model that wrote; absent for runs of older builds.
    pub model: Option<String>,
    /// The prompt by which it wrote; absent for runs of older builds.
    pub prompt: Option<PromptUsed>,
    /// The Yjs client id under which it wrote.
    #[ts(type = "number")]
    pub client: u64,
    /// When its text was whole, or it was stopped; absent while it writes.
    pub ended_at: Option<Timestamp>,
    /// When somebody took it back.
    pub undone_at: Option<Timestamp>,
}

/// A top-level block of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct BlockView {
    /// Its place, from 0.
    pub index: u32,
    /// Changes with the block: an edit names it, and is refused if the block is another by then.
    pub key: String,
    /// The block.
    pub markdown: String,
    /// Its characters alone, one text after the other: what offsets in it count, in UTF-16.
    pub text: String,
}

/// The blocks of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct Blocks {
    /// From top to bottom.
    pub blocks: Vec<BlockView>,
}

/// A change of one block; places are those before all edits of the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum BlockEdit {
    /// Other text in its place; an empty one takes the block away.
    Replace {
        /// Its place.
        index: u32,
        /// Its key when it was read.
        key: String,
        /// What it becomes: any number of blocks.
        markdown: String,
    },
    /// Text after a block, or before all others.
    Insert {
        /// The place of the block before; absent: at the beginning.
        after: Option<u32>,
        /// What is put in.
        markdown: String,
    },
}

/// `PATCH blocks`: all edits, or none of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct PatchBlocks {
    /// 1 to 100.
    pub edits: Vec<BlockEdit>,
}
