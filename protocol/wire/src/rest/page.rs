//! Pages of lists.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::{IntoParams, ToSchema};

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct Page<T> {
    /// In the list's order.
    pub items: Vec<T>,
    /// Opaque; absent on the last page.
    pub next_cursor: Option<String>,
    /// How many the whole list has with this filter.
    pub total: u32,
}

/// How to ask for a page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, IntoParams, TS)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// From the page before.
    pub cursor: Option<String>,
    /// At most 200; 50 if absent.
    pub limit: Option<u32>,
    /// Only items whose text contains this, ignoring case.
    pub search: Option<String>,
    /// Only items of this status.
    pub status: Option<String>,
    /// Only items of this kind (tasks).
    pub kind: Option<String>,
    /// Only items of this cluster (keywords, ideas).
    pub cluster: Option<String>,
}
