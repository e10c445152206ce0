//! What the site's calls to models used and cost: on their task, and summed by day and model.

use super::queue::Task;
use super::record::SiteRecord;
use super::state::Site;
use crate::entity::{Context, Draft};
use crate::lane::{ModelUsage, UsageRow, UsageSum, day_of};
use igny8_protocol_ids::{Credits, TaskId};
use std::collections::BTreeMap;

/// Rows that a site keeps: a year of three models. The oldest day goes first.
const ROWS_MAX: usize = 1_100;

type Place = (u32, String, String);

/// The sums of a site, by day and model.
#[derive(Debug, Default)]
pub(super) struct UsageBook(BTreeMap<Place, UsageSum>);

fn place(row: &UsageRow) -> Place {
    (row.day, row.used.provider.clone(), row.used.model.clone())
}

fn row((day, provider, model): &Place, sum: UsageSum) -> UsageRow {
    let (provider, model) = (provider.clone(), model.clone());
    UsageRow { day: *day, used: ModelUsage { provider, model, sum } }
}

/// The day, then the names with a byte between them that no name holds.
pub(super) fn key(row: &UsageRow) -> Vec<u8> {
    let mut key = row.day.to_be_bytes().to_vec();
    key.extend_from_slice(row.used.provider.as_bytes());
    key.push(0);
    key.extend_from_slice(row.used.model.as_bytes());
    key
}

impl UsageBook {
    pub(super) fn put(&mut self, row: UsageRow) -> Option<UsageRow> {
        let place = place(&row);
        self.0.insert(place.clone(), row.used.sum).map(|before| self::row(&place, before))
    }

    pub(super) fn take(&mut self, key: &[u8]) -> Option<UsageRow> {
        let (day, names) = key.split_at_checked(4)?;
        let day = u32::from_be_bytes(day.try_into().ok()?);
        let between = names.iter().position(|byte| *byte == 0)?;
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
        let place = (day, text(&names[..between])?, text(&names[between + 1..])?);
        self.0.remove(&place).map(|sum| row(&place, sum))
    }

    fn rows(&self) -> impl DoubleEndedIterator<Item = UsageRow> {
        self.0.iter().map(|(place, sum)| row(place, *sum))
    }
}

impl Site {
    /// What its calls used from a day on, the latest day first.
    pub fn usage_since(&self, day: u32) -> Vec<UsageRow> {
        self.usage().rows().rev().take_while(|row| row.day >= day).collect()
    }

    /// What its calls cost from a day on, in millionths of a dollar.
    pub fn cost_since(&self, day: u32) -> u64 {
        let rows = self.usage().rows().rev().take_while(|row| row.day >= day);
        rows.fold(0, |sum, row| sum.saturating_add(row.used.sum.cost_micros))
    }
}

/// Books what an attempt used: on its task, and in the sums of the day. Counted for failed and
/// late attempts too: the provider bills them.
pub(super) fn book(
    draft: &mut Draft<'_, Site>,
    context: &Context,
    task: Option<TaskId>,
    used: Vec<ModelUsage>,
) {
    let mut of_task = UsageSum::default();
    for used in used {
        of_task.add(&used.sum);
        let mut row = UsageRow { day: day_of(context.now), used };
        if let Some(before) = draft.usage().0.get(&place(&row)) {
            row.used.sum.add(before);
        }
        draft.put(SiteRecord::Usage(row));
    }
    let surplus = draft.usage().0.len().saturating_sub(ROWS_MAX);
    let old: Vec<UsageRow> = draft.usage().rows().take(surplus).collect();
    for row in old {
        draft.delete(super::state::key(&SiteRecord::Usage(row)));
    }
    if let Some(mut task) = task.and_then(|task| draft.task(task).cloned())
        && !of_task.is_empty()
    {
        task.usage.add(&of_task);
        draft.put(SiteRecord::Task(task));
    }
}

/// What a task costs that no provider had to be asked for: nothing.
pub(super) fn cost_with_reuse(task: &Task, cost: Credits) -> Credits {
    let UsageSum { calls, reused_answers, .. } = task.usage;
    if calls == 0 && reused_answers > 0 { Credits::ZERO } else { cost }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_found_by_its_key() {
        let used = |model: &str| ModelUsage {
            provider: "platform".to_owned(),
            model: model.to_owned(),
            sum: UsageSum { calls: 1, ..UsageSum::default() },
        };
        let mut book = UsageBook::default();
        let row = UsageRow { day: 20_000, used: used("gpt-4o") };
        assert_eq!(book.put(row.clone()), None);
        assert_eq!(book.put(row.clone()), Some(row.clone()));
        assert_eq!(book.take(&key(&UsageRow { day: 20_000, used: used("other") })), None);
        assert_eq!(book.take(&key(&row)), Some(row));
        assert_eq!(book.take(b"x"), None);
    }
}
