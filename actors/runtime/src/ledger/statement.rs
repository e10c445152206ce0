//! The statement of a tenant: its own ledger and all slices as one list, the newest line first.
//! What is in memory is read from the actors, what is filed from its pages, as far as is needed.

use super::read_page;
use crate::failure::Failure;
use crate::platform::Inner;
use igny8_actors_domain::ledger::{Bucket, Entry, EntryFilter, FiledPage, Ledger};
use igny8_protocol_ids::{SiteId, TenantId, Timestamp};
use std::sync::Arc;

/// Pages that are read of one ledger for one answer. A filter that fits little is answered in
/// parts: each says how far it has looked.
const PAGE_READS_MAX: usize = 16;

/// A line's place: statements are sorted by it, the latest first. Lines of one moment are told
/// apart by their ledger (the tenant's own has no site) and their number there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StatementPlace {
    /// When it was booked.
    pub at: Timestamp,
    /// In which slice.
    pub site: Option<SiteId>,
    /// Its number in that ledger.
    pub number: u64,
}

/// What is asked of a statement.
#[derive(Clone, Debug)]
pub struct StatementQuery {
    /// Which entries.
    pub filter: EntryFilter,
    /// Of this site's slice alone.
    pub site: Option<SiteId>,
    /// Only what comes after this place, that is, before it in time.
    pub after: Option<StatementPlace>,
    /// Lines at most.
    pub limit: usize,
}

/// An entry with its ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementLine {
    /// The site whose slice it is; none for the tenant's own part.
    pub site: Option<SiteId>,
    /// The entry.
    pub entry: Entry,
}

impl StatementLine {
    /// Its place.
    pub const fn place(&self) -> StatementPlace {
        StatementPlace { at: self.entry.at, site: self.site, number: self.entry.number }
    }
}

/// A part of a statement.
#[derive(Clone, Debug)]
pub struct StatementPage {
    /// The newest first. May be fewer than asked for although there are more.
    pub lines: Vec<StatementLine>,
    /// Where to go on; none at the end.
    pub next: Option<StatementPlace>,
    /// How many lines there are in all, if no filter leaves any out.
    pub total: Option<u64>,
}

/// What one ledger gives at once: lines from memory, and where the others lie.
struct Recent {
    lines: Vec<StatementLine>,
    pages: Vec<FiledPage>,
    count: u64,
}

/// What was found in one ledger, down to a place; none if it was searched to its end.
struct Found {
    lines: Vec<StatementLine>,
    down_to: Option<StatementPlace>,
    count: u64,
}

impl StatementQuery {
    fn takes(&self, site: Option<SiteId>, entry: &Entry) -> bool {
        let place = StatementPlace { at: entry.at, site, number: entry.number };
        self.after.is_none_or(|after| place < after) && self.filter.fits(entry)
    }

    fn may_be_in(&self, page: &FiledPage) -> bool {
        self.after.is_none_or(|after| page.from <= after.at) && self.filter.may_fit(page)
    }

    /// One line more than asked for: it tells that there are more.
    fn recent(&self, site: Option<SiteId>, ledger: &Ledger) -> Recent {
        let line = |entry: &Entry| StatementLine { site, entry: entry.clone() };
        let fitting = ledger.entries().filter(|entry| self.takes(site, entry));
        let lines: Vec<StatementLine> = fitting.take(self.limit + 1).map(line).collect();
        let is_enough = lines.len() > self.limit;
        let pages = ledger.pages().filter(|page| !is_enough && self.may_be_in(page));
        // One more than is read: it tells that there are more.
        let pages = pages.take(PAGE_READS_MAX + 1).cloned().collect();
        Recent { lines, pages, count: ledger.entry_count() }
    }
}

impl Inner {
    /// The buckets of the tenant and of all slices, those of one grant as one.
    pub(crate) async fn buckets(
        self: &Arc<Self>,
        tenant: TenantId,
    ) -> Result<Vec<Bucket>, Failure> {
        let own = |ledger: &Ledger| ledger.buckets().cloned().collect::<Vec<_>>();
        let (mut all, sites) = self
            .tenant(tenant)
            .read(move |tenant| {
                (own(tenant.ledger()), tenant.sites().map(|site| site.id).collect::<Vec<_>>())
            })
            .await?;
        for site in sites {
            all.extend(self.site(tenant, site).read(move |site| own(site.ledger())).await?);
        }
        all.sort_by_key(|bucket| (bucket.expires_at.is_none(), bucket.expires_at, bucket.grant));
        all.dedup_by(|more, one| {
            let is_same = more.grant == one.grant;
            if is_same {
                one.available.0 += more.available.0;
                one.held.0 += more.held.0;
            }
            is_same
        });
        Ok(all)
    }

    /// A part of the tenant's statement.
    pub(crate) async fn statement(
        self: &Arc<Self>,
        tenant: TenantId,
        query: StatementQuery,
    ) -> Result<StatementPage, Failure> {
        let own = query.clone();
        let (recent, sites) = self
            .tenant(tenant)
            .read(move |tenant| {
                let recent = own.recent(None, tenant.ledger());
                (recent, tenant.sites().map(|site| site.id).collect::<Vec<_>>())
            })
            .await?;
        if query.site.is_some_and(|site| !sites.contains(&site)) {
            return Err(Failure::not_found("site"));
        }
        let mut found = Vec::new();
        if query.site.is_none() {
            found.push(self.search(tenant, None, recent, &query).await?);
        }
        for site in sites.into_iter().filter(|site| query.site.is_none_or(|only| only == *site)) {
            let own = query.clone();
            let recent = self
                .site(tenant, site)
                .read(move |core| own.recent(Some(site), core.ledger()))
                .await?;
            found.push(self.search(tenant, Some(site), recent, &query).await?);
        }
        Ok(merge(found, &query))
    }

    /// Goes on into the pages of a ledger until there are lines enough.
    async fn search(
        &self,
        tenant: TenantId,
        site: Option<SiteId>,
        recent: Recent,
        query: &StatementQuery,
    ) -> Result<Found, Failure> {
        let Recent { mut lines, pages, count } = recent;
        let mut seen = None;
        for (read, page) in pages.iter().enumerate() {
            if lines.len() > query.limit {
                break;
            }
            if read == PAGE_READS_MAX {
                return Ok(Found { lines, down_to: seen, count });
            }
            let entries = read_page(self.world.store.as_ref(), tenant, page).await?;
            seen = Some(StatementPlace { at: page.from, site, number: page.first });
            let fitting = entries.into_iter().rev().filter(|entry| query.takes(site, entry));
            lines.extend(fitting.map(|entry| StatementLine { site, entry }));
        }
        let down_to = lines.get(query.limit).map(StatementLine::place);
        lines.truncate(query.limit + 1);
        Ok(Found { lines, down_to, count })
    }
}

/// One list of all ledgers, as far down as each of them was searched.
fn merge(found: Vec<Found>, query: &StatementQuery) -> StatementPage {
    let total = query.filter.is_all().then(|| found.iter().map(|ledger| ledger.count).sum());
    let down_to = found.iter().filter_map(|ledger| ledger.down_to).max();
    let mut lines: Vec<StatementLine> = found
        .into_iter()
        .flat_map(|ledger| ledger.lines)
        .filter(|line| down_to.is_none_or(|place| line.place() >= place))
        .collect();
    lines.sort_by_key(|line| std::cmp::Reverse(line.place()));
    if lines.len() > query.limit {
        lines.truncate(query.limit);
        let next = lines.last().map(StatementLine::place);
        return StatementPage { lines, next, total };
    }
    StatementPage { lines, next: down_to, total }
}
