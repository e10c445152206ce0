//! `/api/planner/sites/{site}`: keywords, clusters, ideas.

use crate::queue::Placement;
use crate::view::{IdeaStatus, KeywordStatus, TaskKind};
use igny8_protocol_ids::{ClusterId, Credits, DocumentId, IdeaId, KeywordId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::{IntoParams, ToSchema};

/// A column that we understand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum ImportField {
    /// The keyword itself.
    Keyword,
    /// Searches a month.
    Volume,
    /// Cost per click.
    Cpc,
    /// Cost per sale.
    Cps,
    /// Difficulty, 0 to 100.
    Difficulty,
    /// Intent.
    Intent,
    /// Persona.
    Persona,
    /// Country.
    Country,
}

/// A column of the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct ImportColumn {
    /// From 0.
    pub index: u32,
    /// Its header, or `Column 1`, …
    pub name: String,
    /// What we take it for.
    pub guessed: Option<ImportField>,
    /// The first values.
    pub samples: Vec<String>,
}

/// Which column is which field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct ImportMapping {
    /// Column, from 0.
    pub column: u32,
    /// Field.
    pub field: ImportField,
}

/// `POST imports/preview` (the body is the file): what we would read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct ImportPreview {
    /// Such as `UTF-16LE`.
    pub encoding: String,
    /// Such as `;`; absent for a bare list.
    pub delimiter: Option<String>,
    /// True if the first row names the columns.
    pub has_header: bool,
    /// All columns.
    pub columns: Vec<ImportColumn>,
    /// Our proposal.
    pub mapping: Vec<ImportMapping>,
    /// Rows without the header.
    pub rows_total: u32,
    /// The first rows, cell by cell.
    pub rows: Vec<Vec<String>>,
    /// What one should know before going on.
    pub warnings: Vec<String>,
}

/// `POST imports?mapping=…` (the body is the file).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, IntoParams, TS)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// `column:field,column:field`, such as `0:keyword,2:volume`; absent: our proposal is used.
    pub mapping: Option<String>,
}

/// A row that was not taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct RejectedRow {
    /// The line of the file on which the row begins, from 1.
    pub row: u32,
    /// A stable code.
    pub code: String,
    /// What is wrong and what would be right.
    pub reason: String,
    /// The beginning of the row.
    pub excerpt: String,
}

/// A row that was already there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct MergedRow {
    /// The line of the file, from 1.
    pub row: u32,
    /// The keyword into which it went.
    pub into: String,
}

/// What an import did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct ImportReport {
    /// New keywords.
    pub added: u32,
    /// Rows that went into a keyword that was there, or that came earlier in the file.
    pub merged: u32,
    /// Rows not taken.
    pub rejected: u32,
    /// The merged rows (at most 1,000 are listed).
    pub merged_rows: Vec<MergedRow>,
    /// The rejected rows (at most 1,000 are listed).
    pub rejected_rows: Vec<RejectedRow>,
}

/// `PATCH keywords`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct ChangeKeywords {
    /// Which (at most 1,000).
    pub ids: Vec<KeywordId>,
    /// Archive or bring back.
    pub status: KeywordStatus,
}

/// `PATCH clusters/{cluster}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct ChangeCluster {
    /// A new name.
    pub name: Option<String>,
    /// Lock or unlock.
    pub locked: Option<bool>,
}

/// `POST clusters/{cluster}/merge`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct MergeClusters {
    /// These go into the cluster of the path.
    pub from: Vec<ClusterId>,
}

/// `POST clusters/{cluster}/keywords`: moves keywords here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct MoveKeywords {
    /// Which.
    pub ids: Vec<KeywordId>,
}

/// `PATCH ideas/{idea}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct ChangeIdea {
    /// A new title.
    pub title: Option<String>,
    /// Archive or bring back.
    pub status: Option<IdeaStatus>,
}

/// `POST ideas`: makes ideas for clusters, one task per cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct MakeIdeas {
    /// For which clusters.
    pub clusters: Vec<ClusterId>,
    /// How many for each, 1 to 10.
    pub count: u32,
    /// How they are placed in the queue.
    #[serde(default)]
    pub placement: Option<Placement>,
}

/// `POST quote`: what a run would cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct QuoteRequest {
    /// What would be done.
    pub kind: TaskKind,
    /// Clusters, for ideas.
    #[serde(default)]
    pub clusters: Vec<ClusterId>,
    /// Ideas per cluster.
    #[serde(default)]
    pub count: u32,
    /// Ideas, for drafts.
    #[serde(default)]
    pub ideas: Vec<IdeaId>,
    /// Images per draft, or for a document.
    #[serde(default)]
    pub images: u32,
    /// Document, for reparse and publish.
    #[serde(default)]
    pub document: Option<DocumentId>,
}

/// The answer to a quote.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct Quote {
    /// What it would cost.
    pub price: Credits,
    /// What the tenant can spend now.
    pub available: Credits,
    /// How the price comes about, in words.
    pub explanation: String,
    /// Items that would be worked on.
    pub items: u32,
    /// Price list version.
    pub price_list: u32,
}
