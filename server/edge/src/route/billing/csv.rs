//! The statement as CSV: the whole of it, written part by part as it is read.

use super::statement::query;
use crate::access::{Member, ReadBilling};
use crate::body::Asked;
use crate::convert;
use crate::problem::Problem;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use futures::stream;
use http::header;
use igny8_actors_runtime::{Platform, StatementQuery};
use igny8_protocol_ids::{TenantId, Timestamp};
use igny8_protocol_wire::rest::billing::{LedgerEntryView, StatementQuery as Query};
use std::borrow::Cow;

/// Lines that are read at a time.
const PART_LINES: usize = 1_000;
const HEADER: &str =
    "number,site,at,kind,amount,from,to,settled_after,reason,task,actor,price_list,key\r\n";

/// Quoted as RFC 4180 says; what a sheet would run as a formula is made text.
fn cell(text: &str) -> Cow<'_, str> {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if !is_formula && !text.contains(['"', ',', '\r', '\n']) {
        return Cow::Borrowed(text);
    }
    let mark = if is_formula { "'" } else { "" };
    Cow::Owned(format!("\"{mark}{}\"", text.replace('"', "\"\"")))
}

/// A time as ISO 8601 in UTC; empty beyond the years that have one.
fn iso(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_millisecond(at.as_millis());
    at.map_or_else(|_| String::new(), |at| format!("{at:.3}"))
}

fn line(entry: &LedgerEntryView) -> String {
    let id = |id: Option<String>| id.unwrap_or_default();
    [
        Cow::Owned(entry.number.to_string()),
        Cow::Owned(id(entry.site.map(|id| id.to_string()))),
        Cow::Owned(iso(entry.at)),
        cell(&entry.kind),
        Cow::Owned(entry.amount.0.to_string()),
        cell(&entry.from),
        cell(&entry.to),
        Cow::Owned(entry.settled_after.0.to_string()),
        cell(&entry.reason),
        Cow::Owned(id(entry.task.map(|id| id.to_string()))),
        Cow::Owned(id(entry.actor.map(|id| id.to_string()))),
        Cow::Owned(entry.price_list.to_string()),
        cell(&entry.key),
    ]
    .join(",")
        + "\r\n"
}

/// What is left to write; none at the end.
type Rest = Option<(Platform, TenantId, StatementQuery)>;

/// The next part. Reading it begins when the one before was sent: a slow reader costs no memory.
/// A failure breaks the connection off, so that nobody takes a part for the whole.
async fn part(rest: Rest) -> Result<Option<(String, Rest)>, igny8_actors_runtime::Failure> {
    let Some((platform, tenant, query)) = rest else { return Ok(None) };
    let page = platform.statement(tenant, query.clone()).await?;
    let text = page.lines.into_iter().map(|found| line(&convert::entry_view(found))).collect();
    let rest =
        page.next.map(|next| (platform, tenant, StatementQuery { after: Some(next), ..query }));
    Ok(Some((text, rest)))
}

/// The statement as a file. The filters are the list's.
#[utoipa::path(get, path = "/api/billing/ledger.csv", tag = "billing", params(Query),
    responses((status = 200, content_type = "text/csv", body = String)))]
pub(super) async fn statement_csv(
    member: Member<ReadBilling>,
    Asked(asked): Asked<Query>,
) -> Result<Response, Problem> {
    let asked = query(asked, PART_LINES)?;
    // The first part before anything is sent: what can be refused is refused with a status.
    let begun = part(Some((member.state.platform.clone(), member.id, asked))).await?;
    let (first, rest) = begun.unwrap_or_default();
    let first = stream::iter([Ok(HEADER.to_owned() + &first)]);
    let rest = stream::try_unfold(rest, part);
    let body = Body::from_stream(futures::StreamExt::chain(first, rest));
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"statement.csv\""),
    ];
    Ok((headers, body).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_that_a_sheet_would_run_is_text() {
        for formula in ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\t=1"] {
            assert!(cell(formula).starts_with("\"'"), "{formula}");
        }
        assert_eq!("One article", cell("One article"));
        assert_eq!("\"Say \"\"hi\"\", twice\"", cell("Say \"hi\", twice"));
    }

    #[test]
    fn times_are_iso() {
        for (millis, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_827_696_789, "2000-02-29T12:34:56.789Z"),
            (1_798_761_599_999, "2026-12-31T23:59:59.999Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(text, iso(Timestamp::from_millis(millis)));
        }
    }
}
