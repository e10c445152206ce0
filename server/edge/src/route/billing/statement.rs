//! The statement: all ledgers of the tenant as one list.

use crate::access::{Member, ReadBilling};
use crate::body::{Asked, Json};
use crate::convert;
use crate::page::{bad_cursor, cursor};
use crate::problem::Problem;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use igny8_actors_domain::ledger::{EntryFilter, EntryKind};
use igny8_actors_runtime::{StatementPlace, StatementQuery};
use igny8_protocol_ids::{SiteId, Timestamp};
use igny8_protocol_wire::rest::billing::{Statement, StatementQuery as Query};

const LIMIT_DEFAULT: u32 = 50;
const LIMIT_MAX: u32 = 200;
/// A longer word is in no reason.
const SEARCH_CHARS_MAX: usize = 200;
/// A time, a site and a number.
const PLACE_BYTES: usize = 32;

fn place_bytes(place: StatementPlace) -> Vec<u8> {
    let mut bytes = place.at.as_millis().to_be_bytes().to_vec();
    bytes.extend(place.site.map_or([0; 16], |site| site.uuid().into_bytes()));
    bytes.extend(place.number.to_be_bytes());
    bytes
}

fn place_from(text: &str) -> Result<StatementPlace, Problem> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| bad_cursor())?;
    let bytes: [u8; PLACE_BYTES] = bytes.try_into().map_err(|_| bad_cursor())?;
    let eight = |from: usize| bytes[from..from + 8].try_into().expect("eight of thirty-two bytes");
    let site: [u8; 16] = bytes[8..24].try_into().expect("sixteen of thirty-two bytes");
    Ok(StatementPlace {
        at: Timestamp::from_millis(i64::from_be_bytes(eight(0))),
        site: (site != [0; 16]).then(|| SiteId::from_uuid(uuid::Uuid::from_bytes(site))),
        number: u64::from_be_bytes(eight(24)),
    })
}

/// The marks of kinds, by their names.
fn kinds(text: &str) -> Result<u16, Problem> {
    let mark = |name: &str| {
        let kind = EntryKind::ALL.into_iter().find(|kind| convert::entry_kind(*kind) == name);
        kind.map(EntryKind::mark).ok_or_else(|| {
            let known = EntryKind::ALL.map(convert::entry_kind).join(", ");
            Problem::invalid("kind", format!("There is no kind {name:?}; there are {known}."))
        })
    };
    text.split(',').try_fold(0, |marks, name| Ok(marks | mark(name.trim())?))
}

/// What is asked, with a number of lines.
pub(super) fn query(query: Query, limit: usize) -> Result<StatementQuery, Problem> {
    let named = |text: Option<String>| text.filter(|text| !text.is_empty());
    let reason = named(query.search).map(|text| text.to_lowercase());
    if reason.as_ref().is_some_and(|text| text.chars().count() > SEARCH_CHARS_MAX) {
        let detail = format!("A search has at most {SEARCH_CHARS_MAX} characters.");
        return Err(Problem::invalid("search", detail));
    }
    if query.from.zip(query.until).is_some_and(|(from, until)| from >= until) {
        return Err(Problem::invalid("until", "The time ends before it begins."));
    }
    Ok(StatementQuery {
        filter: EntryFilter {
            kinds: named(query.kind).map_or(Ok(0), |text| kinds(&text))?,
            from: query.from,
            until: query.until,
            task: query.task,
            actor: query.actor,
            reason,
        },
        site: query.site,
        after: named(query.cursor).map(|text| place_from(&text)).transpose()?,
        limit,
    })
}

/// The statement of all ledgers, the newest line first.
#[utoipa::path(get, path = "/api/billing/ledger", tag = "billing", params(Query),
    responses((status = 200, body = Statement)))]
pub(super) async fn statement(
    member: Member<ReadBilling>,
    Asked(asked): Asked<Query>,
) -> Result<Json<Statement>, Problem> {
    let limit = asked.limit.unwrap_or(LIMIT_DEFAULT).clamp(1, LIMIT_MAX) as usize;
    let page = member.state.platform.statement(member.id, query(asked, limit)?).await?;
    Ok(Json(Statement {
        items: page.lines.into_iter().map(convert::entry_view).collect(),
        next_cursor: page.next.map(|place| cursor(&place_bytes(place))),
        total: page.total,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_survives_its_cursor() {
        for site in [None, Some(SiteId::from_uuid(uuid::Uuid::from_u128(7)))] {
            let place = StatementPlace { at: Timestamp::from_millis(9), site, number: 3 };
            assert_eq!(place, place_from(&cursor(&place_bytes(place))).unwrap());
        }
        assert!(place_from("AAAA").is_err());
    }

    #[test]
    fn kinds_are_named_and_unknown_ones_refused() {
        let marks = kinds("grant,settle").unwrap();
        assert_eq!(EntryKind::Grant.mark() | EntryKind::Settle.mark(), marks);
        assert!(kinds("grant,bonus").is_err());
    }
}
