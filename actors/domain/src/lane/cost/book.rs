//! What calls used, summed by day, model and kind of work: the book of a site, or of a tenant.

use super::usage::{ModelUsage, UsageRow, UsageSum};
use crate::site::TaskKind;
use std::collections::BTreeMap;

/// Rows that a book keeps: a year of two models at three kinds of work. The oldest day goes first.
const ROWS_MAX: usize = 2_200;

type Place = (u32, String, String, Option<TaskKind>);

/// Sums by day, model and kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UsageBook(BTreeMap<Place, UsageSum>);

fn place(row: &UsageRow) -> Place {
    (row.day, row.used.provider.clone(), row.used.model.clone(), row.kind)
}

fn row((day, provider, model, kind): &Place, sum: UsageSum) -> UsageRow {
    let (provider, model) = (provider.clone(), model.clone());
    UsageRow { day: *day, kind: *kind, used: ModelUsage { provider, model, sum } }
}

/// A kind in a key: never zero, which stands between the parts.
const fn code(kind: TaskKind) -> u8 {
    kind as u8 + 1
}

impl UsageBook {
    /// The day, then the names with a byte between them that no name holds, then the kind behind
    /// another such byte: rows without a kind have the keys of before kinds were kept.
    pub fn key(row: &UsageRow) -> Vec<u8> {
        let mut key = row.day.to_be_bytes().to_vec();
        key.extend_from_slice(row.used.provider.as_bytes());
        key.push(0);
        key.extend_from_slice(row.used.model.as_bytes());
        if let Some(kind) = row.kind {
            key.extend_from_slice(&[0, code(kind)]);
        }
        key
    }

    /// Takes a row in.
    pub fn put(&mut self, row: UsageRow) -> Option<UsageRow> {
        let place = place(&row);
        self.0.insert(place.clone(), row.used.sum).map(|before| self::row(&place, before))
    }

    /// Takes a row out by its key.
    pub fn take(&mut self, key: &[u8]) -> Option<UsageRow> {
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

    /// What was used from a day on, the latest day first.
    pub fn since(&self, day: u32) -> Vec<UsageRow> {
        self.rows().rev().take_while(|row| row.day >= day).collect()
    }

    /// What calls cost from a day on, in millionths of a dollar.
    pub fn cost_since(&self, day: u32) -> u64 {
        let rows = self.rows().rev().take_while(|row| row.day >= day);
        rows.fold(0, |sum, row| sum.saturating_add(row.used.sum.cost_micros))
    }

    /// The row that a use makes of the day's row of its model and kind.
    pub fn with(&self, (day, kind): (u32, Option<TaskKind>), used: ModelUsage) -> UsageRow {
        let mut row = UsageRow { day, kind, used };
        if let Some(before) = self.0.get(&place(&row)) {
            row.used.sum.add(before);
        }
        row
    }

    /// The oldest rows, of which there are too many.
    pub fn surplus(&self) -> Vec<UsageRow> {
        self.rows().take(self.0.len().saturating_sub(ROWS_MAX)).collect()
    }
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
        assert_eq!(book.take(&UsageBook::key(&row(None, "other"))), None);
        assert_eq!(book.take(b"x"), None);
        for kind in kinds {
            assert_eq!(book.take(&UsageBook::key(&row(kind, "gpt-4o"))), Some(row(kind, "gpt-4o")));
        }
    }
}
