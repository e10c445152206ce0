//! What the site's calls to models used and cost: on their task, and summed by day, model and kind
//! of work.

use super::queue::{Task, TaskKind};
use super::record::SiteRecord;
use super::state::Site;
use crate::entity::{Context, Draft};
use crate::lane::{ModelUsage, UsageRow, UsageSum, day_of};
use igny8_protocol_ids::{Credits, TaskId};
use std::collections::BTreeMap;

/// Rows that a site keeps: a year of two models at three kinds of work. The oldest day goes first.
const ROWS_MAX: usize = 2_200;

type Place = (u32, String, String, Option<TaskKind>);

/// The sums of a site, by day, model and kind.
#[derive(Debug, Default)]
pub(super) struct UsageBook(BTreeMap<Place, UsageSum>);

fn place(row: &UsageRow) -> Place {
    (row.day, row.used.provider.clone(), row.used.model.clone(), row.kind)
}

fn row((day, provider, model, kind): &Place, sum: UsageSum) -> UsageRow {
    let (provider, model) = (provider.clone(), model.clone());
    UsageRow { day: *day, kind: *kind, used: ModelUsage { provider, model, sum } }
}

/// The day, then the names with a byte between them that no name holds, then the kind behind another
/// such byte: rows without a kind have the keys of before kinds were kept.
pub(super) fn key(row: &UsageRow) -> Vec<u8> {
    let mut key = row.day.to_be_bytes().to_vec();
    key.extend_from_slice(row.used.provider.as_bytes());
    key.push(0);
    key.extend_from_slice(row.used.model.as_bytes());
    if let Some(kind) = row.kind {
        key.extend_from_slice(&[0, code(kind)]);
    }
    key
}

/// A kind in a key: never zero, which stands between the parts.
const fn code(kind: TaskKind) -> u8 {
    kind as u8 + 1
}

impl UsageBook {
    pub(super) fn put(&mut self, row: UsageRow) -> Option<UsageRow> {
        let place = place(&row);
        self.0.insert(place.clone(), row.used.sum).map(|before| self::row(&place, before))
    }

    pub(super) fn take(&mut self, key: &[u8]) -> Option<UsageRow> {
        let (day, names) = key.split_at_checked(4)?;
        let day = u32::from_be_bytes(day.try_into().ok()?);
        let mut parts = names.split(|byte| *byte == 0);
        let mut text = || String::from_utf8(parts.next()?.to_vec()).ok();
        let (provider, model) = (text()?, text()?);
        let kind = match parts.next() {
            None => None,
            Some([number]) => Some(TaskKind::ALL.into_iter().find(|kind| code(*kind) == *number)?),
            Some(_) => return None,
        };
        let place = (day, provider, model, kind);
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
    let kind = task.and_then(|task| draft.task(task)).map(|task| task.input.kind());
    for used in used {
        of_task.add(&used.sum);
        let mut row = UsageRow { day: day_of(context.now), kind, used };
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
        let row = |kind, model| UsageRow { day: 20_000, kind, used: used(model) };
        let kinds: Vec<_> = TaskKind::ALL.map(Some).into_iter().chain([None]).collect();
        for kind in kinds.clone() {
            assert_eq!(book.put(row(kind, "gpt-4o")), None);
            assert_eq!(book.put(row(kind, "gpt-4o")), Some(row(kind, "gpt-4o")));
        }
        assert_eq!(book.take(&key(&row(None, "other"))), None);
        assert_eq!(book.take(b"x"), None);
        for kind in kinds {
            assert_eq!(book.take(&key(&row(kind, "gpt-4o"))), Some(row(kind, "gpt-4o")));
        }
    }
}
