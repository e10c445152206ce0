//! The rows of an import: each read by the mapping, rejected with a reason, or merged into an
//! earlier one with the same merge key.

use super::layout::{Layout, is_address, refuse};
use super::number::{self, ONE, Style};
use super::record::Record;
use super::refusal::{ImportRefused, ImportWarning, RejectReason};
use super::{CELL_BYTES_MAX, ColumnMapping, Field, ROWS_MAX};
use crate::text::intent::Intent;
use crate::text::{self, KEYWORD_CHARACTERS_MAX, KEYWORD_WORDS_MAX};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::HashMap;

/// Characters of a rejected row that the report shows.
pub const EXCERPT_CHARACTERS_MAX: usize = 120;
/// Characters of a figure that a reason quotes.
const QUOTED_CHARACTERS_MAX: usize = 40;
/// Characters of a persona or a country; what is beyond is cut off.
const LABEL_CHARACTERS_MAX: usize = 100;
/// Above all searches there are in a month: a larger volume is a mistake.
const VOLUME_MAX: u64 = 1_000_000_000_000;
/// A million a click, in millionths.
const CPC_MICROS_MAX: u64 = 1_000_000 * ONE;
/// A thousand clicks per search, in thousandths.
const CPS_MILLI_MAX: u64 = 1_000_000;
/// The difficulty's scale ends here.
const DIFFICULTY_MAX: u64 = 100;

/// What is known of a keyword beside its text. Absent is not zero.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeywordFields {
    /// Searches a month.
    pub volume: Option<u64>,
    /// Price of a click in millionths of the file's currency.
    pub cpc_micros: Option<u64>,
    /// Clicks per search in thousandths.
    pub cps_milli: Option<u64>,
    /// 0 to 100; fractions are rounded to the nearest.
    pub difficulty: Option<u8>,
    /// Search intent.
    pub intent: Option<Intent>,
    /// For whom the text is written.
    pub persona: Option<String>,
    /// Country or market; a code of two or three letters is in capitals.
    pub country: Option<String>,
}

/// A keyword to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedRow {
    /// 1-based line of the file on which the record starts.
    pub row_number: usize,
    /// The keyword as it stands in the file, blanks around it removed.
    pub keyword: String,
    /// [`text::normalize`] of it.
    pub normalized: String,
    /// [`text::merge_key`] of it: unique within the table.
    pub merge_key: String,
    /// The other columns, those of merged rows included.
    pub fields: KeywordFields,
}

/// A row that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedRow {
    /// 1-based line of the file on which the record starts.
    pub row_number: usize,
    /// Why.
    pub reason: RejectReason,
    /// How the row begins, at most [`EXCERPT_CHARACTERS_MAX`] characters.
    pub excerpt: String,
}

/// A row that says the same keyword as an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MergedRow {
    /// Its line.
    pub row_number: usize,
    /// Line of the row that has taken its figures in.
    pub into_row: usize,
}

/// A file as read: each data row is in exactly one of the three lists.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportTable {
    /// The keywords, in the order of the file.
    pub rows: Vec<ImportedRow>,
    /// Left out, with the reason.
    pub rejected: Vec<RejectedRow>,
    /// Merged into an earlier row.
    pub merged: Vec<MergedRow>,
    /// What the user should know.
    pub warnings: Vec<ImportWarning>,
}

/// Takes in what another source knows of the same keyword: the higher figure counts, and a word
/// fills a gap but replaces nothing.
#[must_use]
pub fn merge_fields(existing: &KeywordFields, incoming: &KeywordFields) -> KeywordFields {
    KeywordFields {
        volume: existing.volume.max(incoming.volume),
        cpc_micros: existing.cpc_micros.max(incoming.cpc_micros),
        cps_milli: existing.cps_milli.max(incoming.cps_milli),
        difficulty: existing.difficulty.max(incoming.difficulty),
        intent: existing.intent.or(incoming.intent),
        persona: existing.persona.clone().or_else(|| incoming.persona.clone()),
        country: existing.country.clone().or_else(|| incoming.country.clone()),
    }
}

/// Counts the data rows.
pub(super) fn count(layout: &Layout<'_>) -> Result<usize, ImportRefused> {
    let mut total = 0;
    for record in layout.records() {
        record.map_err(refuse)?;
        total += 1;
        if total > ROWS_MAX {
            return Err(ImportRefused::TooManyRows);
        }
    }
    Ok(total)
}

/// Reads the data rows.
pub(super) fn table(
    layout: &Layout<'_>,
    mapping: &ColumnMapping,
    warnings: Vec<ImportWarning>,
) -> Result<ImportTable, ImportRefused> {
    let reader = RowReader::new(layout.width, mapping);
    let mut table = ImportTable { warnings, ..ImportTable::default() };
    let mut by_key: HashMap<String, usize> = HashMap::new();
    let mut unknown_intents = 0;
    for (index, record) in layout.records().enumerate() {
        if index >= ROWS_MAX {
            return Err(ImportRefused::TooManyRows);
        }
        let record = record.map_err(refuse)?;
        match reader.read(&record) {
            Ok(row) => {
                unknown_intents += usize::from(reader.has_unknown_intent(&record, &row));
                place(&mut table, &mut by_key, row);
            }
            Err(reason) => table.rejected.push(RejectedRow {
                row_number: record.line,
                reason,
                excerpt: text::excerpt(record.raw, EXCERPT_CHARACTERS_MAX),
            }),
        }
    }
    if unknown_intents > 0 {
        table.warnings.push(ImportWarning::UnknownIntent { rows: unknown_intents });
    }
    Ok(table)
}

fn place(table: &mut ImportTable, by_key: &mut HashMap<String, usize>, row: ImportedRow) {
    match by_key.get(&row.merge_key) {
        Some(&index) => {
            let first = &mut table.rows[index];
            first.fields = merge_fields(&first.fields, &row.fields);
            let into_row = first.row_number;
            table.merged.push(MergedRow { row_number: row.row_number, into_row });
        }
        None => {
            by_key.insert(row.merge_key.clone(), table.rows.len());
            table.rows.push(row);
        }
    }
}

/// The mapping, looked up once.
struct RowReader {
    width: usize,
    columns: [Option<usize>; 8],
}

impl RowReader {
    fn new(width: usize, mapping: &ColumnMapping) -> Self {
        use Field::{Country, Cpc, Cps, Difficulty, Intent, Keyword, Persona, Volume};
        let fields = [Keyword, Volume, Cpc, Cps, Difficulty, Intent, Persona, Country];
        let mut columns = [None; 8];
        for field in fields {
            columns[field as usize] = mapping.column_of(field);
        }
        Self { width, columns }
    }

    fn read(&self, record: &Record<'_>) -> Result<ImportedRow, RejectReason> {
        let largest = record.cells.iter().map(|cell| cell.len()).max().unwrap_or(0);
        if largest > CELL_BYTES_MAX {
            return Err(RejectReason::CellTooLarge { bytes: largest });
        }
        let keyword = self.cell(record, Field::Keyword).trim();
        let normalized = checked_keyword(keyword)?;
        if record.filled() > self.width {
            return Err(RejectReason::TooManyCells {
                found: record.filled(),
                expected: self.width,
            });
        }
        Ok(ImportedRow {
            row_number: record.line,
            merge_key: text::merge_key(&normalized),
            fields: self.fields(record)?,
            keyword: keyword.to_owned(),
            normalized,
        })
    }

    fn fields(&self, record: &Record<'_>) -> Result<KeywordFields, RejectReason> {
        let difficulty = self.figure(record, Field::Difficulty, ONE / 2, ONE, DIFFICULTY_MAX)?;
        Ok(KeywordFields {
            volume: self.figure(record, Field::Volume, 0, ONE, VOLUME_MAX)?,
            cpc_micros: self.figure(record, Field::Cpc, 0, 1, CPC_MICROS_MAX)?,
            cps_milli: self.figure(record, Field::Cps, 0, ONE / 1_000, CPS_MILLI_MAX)?,
            difficulty: difficulty.and_then(|value| u8::try_from(value).ok()),
            intent: Intent::parse(self.cell(record, Field::Intent)),
            persona: label(self.cell(record, Field::Persona)),
            country: label(self.cell(record, Field::Country)).map(country),
        })
    }

    fn cell<'r>(&self, record: &'r Record<'_>, field: Field) -> &'r str {
        let column = self.columns[field as usize];
        column.and_then(|column| record.cells.get(column)).map_or("", Cow::as_ref)
    }

    /// The figure in units of `unit` millionths, after adding `round` millionths.
    fn figure(
        &self,
        record: &Record<'_>,
        field: Field,
        round: u64,
        unit: u64,
        limit: u64,
    ) -> Result<Option<u64>, RejectReason> {
        let cell = self.cell(record, field);
        let quoted = || text::excerpt(cell, QUOTED_CHARACTERS_MAX);
        let style = if field == Field::Volume { Style::Count } else { Style::Decimal };
        let Some(millionths) = number::parse(cell, style)
            .map_err(|_| RejectReason::NotANumber { field, text: quoted() })?
        else {
            return Ok(None);
        };
        let value = millionths.saturating_add(round) / unit;
        if value > limit {
            return Err(RejectReason::OutOfRange { field, text: quoted() });
        }
        Ok(Some(value))
    }

    fn has_unknown_intent(&self, record: &Record<'_>, row: &ImportedRow) -> bool {
        let cell = self.cell(record, Field::Intent);
        row.fields.intent.is_none() && label(cell).is_some()
    }
}

fn checked_keyword(keyword: &str) -> Result<String, RejectReason> {
    if keyword.contains(['\n', '\r']) {
        return Err(RejectReason::LineBreakInKeyword);
    }
    if is_address(keyword) {
        return Err(RejectReason::WebAddress);
    }
    let normalized = text::normalize(keyword);
    if normalized.is_empty() {
        return Err(RejectReason::MissingKeyword);
    }
    if !normalized.chars().any(char::is_alphanumeric) {
        return Err(RejectReason::NoLetters);
    }
    let characters = normalized.chars().count();
    if characters > KEYWORD_CHARACTERS_MAX {
        return Err(RejectReason::KeywordTooLong { characters });
    }
    let words = normalized.split(' ').count();
    if words > KEYWORD_WORDS_MAX {
        return Err(RejectReason::TooManyWords { words });
    }
    Ok(normalized)
}

/// A persona, a country or an intent as text; the ways to say "none" are absent.
fn label(cell: &str) -> Option<String> {
    let trimmed = cell.trim();
    if trimmed.is_empty() || matches!(trimmed.to_lowercase().as_str(), "-" | "–" | "—" | "n/a")
    {
        return None;
    }
    Some(text::excerpt(trimmed, LABEL_CHARACTERS_MAX))
}

fn country(name: String) -> String {
    let is_code = (2..=3).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphabetic());
    if is_code { name.to_ascii_uppercase() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merge_keeps_the_higher_figure_and_the_first_word() {
        let existing = KeywordFields {
            volume: Some(100),
            difficulty: Some(30),
            persona: Some("barista".into()),
            ..KeywordFields::default()
        };
        let incoming = KeywordFields {
            volume: Some(90),
            cpc_micros: Some(5),
            difficulty: Some(31),
            persona: Some("beginner".into()),
            country: Some("US".into()),
            ..KeywordFields::default()
        };
        let merged = merge_fields(&existing, &incoming);
        assert_eq!(merged.volume, Some(100));
        assert_eq!(merged.cpc_micros, Some(5));
        assert_eq!(merged.difficulty, Some(31));
        assert_eq!(merged.persona.as_deref(), Some("barista"));
        assert_eq!(merged.country.as_deref(), Some("US"));
    }
}
