//! `/api/billing`: credits.

use crate::access::{Member, ReadBilling, ReadContent};
use crate::body::{Asked, Json};
use crate::convert;
use crate::page::{Wanted, bad_cursor, cursor};
use crate::problem::Problem;
use crate::state::EdgeState;
use igny8_actors_domain::ledger::{Ledger, price};
use igny8_protocol_ids::SiteId;
use igny8_protocol_wire::rest::billing::{Balance, LedgerEntryView, PriceList, SiteBalance};
use igny8_protocol_wire::rest::page::{Page, PageQuery};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<EdgeState> {
    OpenApiRouter::new().routes(routes!(balance)).routes(routes!(ledger)).routes(routes!(prices))
}

/// The tenant's credits: its own part plus all slices. Whoever sees the work sees what is left for
/// it; the statement is for those who see billing.
#[utoipa::path(get, path = "/api/billing/balance", tag = "billing", responses((status = 200, body = Balance)))]
async fn balance(member: Member<ReadContent>) -> Result<Json<Balance>, Problem> {
    let (total, slices) = member.state.platform.total_balance(member.id).await?;
    let sites = slices
        .iter()
        .map(|(site, slice)| SiteBalance { site: *site, balance: convert::balance(slice) });
    Ok(Json(Balance { total: convert::balance(&total), sites: sites.collect() }))
}

/// A line's place in the statement: time, then ledger, then number.
type Place = (i64, Option<SiteId>, u64);

const PLACE_BYTES: usize = 32;

fn place(entry: &LedgerEntryView) -> Place {
    (entry.at.as_millis(), entry.site, entry.number)
}

fn place_bytes((at, site, number): Place) -> Vec<u8> {
    let mut bytes = at.to_be_bytes().to_vec();
    bytes.extend(site.map_or([0; 16], |site| site.uuid().into_bytes()));
    bytes.extend(number.to_be_bytes());
    bytes
}

fn place_from(bytes: &[u8]) -> Result<Place, Problem> {
    let bytes: &[u8; PLACE_BYTES] = bytes.try_into().map_err(|_| bad_cursor())?;
    let eight = |from: usize| bytes[from..from + 8].try_into().expect("eight of thirty-two bytes");
    let site: [u8; 16] = bytes[8..24].try_into().expect("sixteen of thirty-two bytes");
    let site = (site != [0; 16]).then(|| SiteId::from_uuid(uuid::Uuid::from_bytes(site)));
    Ok((i64::from_be_bytes(eight(0)), site, u64::from_be_bytes(eight(24))))
}

/// The lines of one ledger that can be on the page, and how many it has in all.
fn lines(
    ledger: &Ledger,
    site: Option<SiteId>,
    after: Option<Place>,
    wanted: &Wanted,
) -> (Vec<LedgerEntryView>, usize) {
    let kind = wanted.kind.clone();
    let fitting = ledger.entries().map(|entry| convert::entry_view(site, entry)).filter(|entry| {
        wanted.finds(&entry.reason) && kind.as_ref().is_none_or(|kind| *kind == entry.kind)
    });
    let (mut lines, mut count) = (Vec::new(), 0);
    for entry in fitting {
        count += 1;
        if lines.len() <= wanted.limit() && after.is_none_or(|after| place(&entry) < after) {
            lines.push(entry);
        }
    }
    (lines, count)
}

/// The statement of all ledgers, the newest line first. `kind` filters by kind of entry.
#[utoipa::path(get, path = "/api/billing/ledger", tag = "billing", params(PageQuery),
    responses((status = 200, body = Page<LedgerEntryView>)))]
async fn ledger(
    member: Member<ReadBilling>,
    Asked(query): Asked<PageQuery>,
) -> Result<Json<Page<LedgerEntryView>>, Problem> {
    let wanted = Wanted::try_from(query)?;
    let after = wanted.after().map(place_from).transpose()?;
    let own = wanted.clone();
    let (mut all, mut total, sites) = member
        .tenant
        .read(move |tenant| {
            let (lines, count) = lines(tenant.ledger(), None, after, &own);
            (lines, count, tenant.sites().map(|site| site.id).collect::<Vec<_>>())
        })
        .await?;
    for id in sites {
        let own = wanted.clone();
        let site = member.state.platform.site(member.id, id);
        let (more, count) =
            site.read(move |site| lines(site.ledger(), Some(id), after, &own)).await?;
        all.extend(more);
        total += count;
    }
    all.sort_by_key(|entry| std::cmp::Reverse(place(entry)));
    let more = all.len() > wanted.limit();
    all.truncate(wanted.limit());
    let next_cursor = all.last().filter(|_| more).map(|last| cursor(&place_bytes(place(last))));
    Ok(Json(Page { items: all, next_cursor, total: u32::try_from(total).unwrap_or(u32::MAX) }))
}

/// What each kind of work costs.
#[utoipa::path(get, path = "/api/billing/prices", tag = "billing", responses((status = 200, body = PriceList)))]
async fn prices(_: Member<ReadContent>) -> Json<PriceList> {
    Json(PriceList {
        version: price::PRICE_LIST_VERSION,
        keywords_per_credit: u32::try_from(price::KEYWORDS_PER_CREDIT).expect("a small number"),
        idea: price::IDEA,
        article: price::ARTICLE,
        image: price::IMAGE,
        reparse: price::REPARSE,
        publish: price::PUBLISH,
    })
}
