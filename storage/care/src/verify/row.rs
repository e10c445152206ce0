//! What is not part of an entity: blobs and logs of tenants, claims, the list of due hints.

use super::{PAGE, Section, VerifyOptions, Walk, described};
use crate::backup::{CLOCK_AHEAD, days_before};
use crate::error::CareError;
use crate::progress::Step;
use crate::retry::retry;
use igny8_protocol_ids::{TenantId, Timestamp};
use igny8_storage_api::{LogKey, LogPosition, LogRange, StoreError, limits};

/// Due hints that are read from the list: it has no pages, and each is read with its entity too.
const WAKES: usize = 10_000;

impl Walk<'_> {
    /// A page of a list. One that cannot be read is a finding and ends the list.
    fn page<T>(
        &mut self,
        section: Section,
        read: Result<Vec<T>, StoreError>,
    ) -> Result<Vec<T>, CareError> {
        match read {
            Ok(page) => Ok(page),
            Err(error @ (StoreError::Unavailable { .. } | StoreError::Unknown { .. })) => {
                Err(CareError::store(format!("the {section}"))(error))
            }
            Err(error) => {
                self.find(None, section, described(&error));
                Ok(Vec::new())
            }
        }
    }

    pub(super) async fn tenant(
        &mut self,
        tenant: TenantId,
        options: VerifyOptions,
    ) -> Result<(), CareError> {
        self.teller.begin(Step::Blobs)?;
        let (store, mut after) = (self.store, None);
        loop {
            let page = retry(|| store.blobs(tenant, after, PAGE)).await;
            let page = self.page(Section::Blobs, page)?;
            let Some(last) = page.last() else { break };
            after = Some(*last);
            for hash in page {
                // One that is listed and gone was collected in between: no record names it.
                let _ = self.blob(tenant, hash).await;
                self.teller.tell()?;
            }
        }
        self.teller.begin(Step::Logs)?;
        let mut after: Option<String> = None;
        loop {
            let page = retry(|| store.logs(tenant, after.as_deref(), PAGE)).await;
            let page = self.page(Section::Logs, page)?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.clone());
            for stream in page {
                self.log(&LogKey { tenant, stream }, options).await?;
            }
        }
    }

    async fn log(&mut self, log: &LogKey, options: VerifyOptions) -> Result<(), CareError> {
        let store = self.store;
        let (from, until) =
            (days_before(options.now, options.log_days), options.now.plus(CLOCK_AHEAD));
        let mut after: Option<LogPosition> = None;
        loop {
            let from = after.map_or(from, |position| position.at);
            let range = LogRange { from, until, after, limit: limits::LOG_PAGE_MAX };
            let entries = retry(|| store.log(log, range, options.now)).await;
            let entries = self.page(Section::Logs, entries)?;
            let Some(last) = entries.last() else { return Ok(()) };
            after = Some(last.position);
            self.report.log_entries += entries.len() as u64;
            self.teller.tell()?;
        }
    }

    pub(super) async fn claims(&mut self) -> Result<(), CareError> {
        let (store, mut after) = (self.store, None::<String>);
        loop {
            let page = retry(|| store.claims(after.as_deref(), PAGE)).await;
            let page = self.page(Section::Claims, page)?;
            let Some((last, _)) = page.last() else { return Ok(()) };
            after = Some(last.clone());
            self.report.claims += page.len() as u64;
            self.teller.tell()?;
        }
    }

    pub(super) async fn wakes(&mut self, now: Timestamp) -> Result<(), CareError> {
        let store = self.store;
        let wakes = retry(|| store.due_wakes(now, WAKES)).await;
        self.page(Section::Wakes, wakes).map(drop)
    }
}
