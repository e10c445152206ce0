//! Imports: previews, mappings and reports.

use crate::problem::Problem;
use http::StatusCode;
use igny8_actors_domain::import::refusal::{ImportRefused, RejectReason};
use igny8_actors_domain::import::row::{ImportTable, ImportedRow};
use igny8_actors_domain::import::{ColumnMapping, Delimiter, Field, ImportPreview, TextEncoding};
use igny8_actors_domain::site::{KeywordFigures, NewKeyword};
use igny8_protocol_wire::rest::planner as wire;
use std::collections::HashMap;

/// Rows that a report lists; the counts are whole.
const LISTED_ROWS_MAX: usize = 1_000;

const fn field(field: Field) -> wire::ImportField {
    match field {
        Field::Keyword => wire::ImportField::Keyword,
        Field::Volume => wire::ImportField::Volume,
        Field::Cpc => wire::ImportField::Cpc,
        Field::Cps => wire::ImportField::Cps,
        Field::Difficulty => wire::ImportField::Difficulty,
        Field::Intent => wire::ImportField::Intent,
        Field::Persona => wire::ImportField::Persona,
        Field::Country => wire::ImportField::Country,
    }
}

fn field_from(name: &str) -> Option<Field> {
    let all = [
        Field::Keyword,
        Field::Volume,
        Field::Cpc,
        Field::Cps,
        Field::Difficulty,
        Field::Intent,
        Field::Persona,
        Field::Country,
    ];
    all.into_iter().find(|field| field.label().eq_ignore_ascii_case(name))
}

/// Reads `0:keyword,2:volume`.
pub(crate) fn mapping(text: &str) -> Result<ColumnMapping, Problem> {
    let mut columns = Vec::new();
    for pair in text.split(',').filter(|pair| !pair.trim().is_empty()) {
        let wrong = || {
            let detail = format!(
                "“{}” is no column with a field. Write pairs such as 0:keyword,2:volume.",
                pair.trim()
            );
            Problem::invalid("mapping", detail)
        };
        let (column, name) = pair.trim().split_once(':').ok_or_else(wrong)?;
        let column = column
            .parse()
            .ok()
            .filter(|column| *column < igny8_actors_domain::import::COLUMNS_MAX)
            .ok_or_else(wrong)?;
        let field = field_from(name.trim()).ok_or_else(wrong)?;
        if columns.len() <= column {
            columns.resize(column + 1, None);
        }
        columns[column] = Some(field);
    }
    Ok(ColumnMapping { columns })
}

const fn encoding_name(encoding: TextEncoding) -> &'static str {
    match encoding {
        TextEncoding::Utf8 => "UTF-8",
        TextEncoding::Utf16Le => "UTF-16LE",
        TextEncoding::Utf16Be => "UTF-16BE",
        TextEncoding::Windows1252 => "Windows-1252",
    }
}

const fn delimiter_text(delimiter: Delimiter) -> Option<&'static str> {
    match delimiter {
        Delimiter::Comma => Some(","),
        Delimiter::Semicolon => Some(";"),
        Delimiter::Tab => Some("\t"),
        Delimiter::Pipe => Some("|"),
        Delimiter::List => None,
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

pub(crate) fn preview(preview: ImportPreview) -> wire::ImportPreview {
    let columns = preview.columns.into_iter().map(|column| wire::ImportColumn {
        index: count(column.index),
        name: column.name,
        guessed: column.guessed.map(field),
        samples: column.samples,
    });
    let mapping = preview.mapping.columns.iter().enumerate().filter_map(|(column, mapped)| {
        mapped.map(|mapped| wire::ImportMapping { column: count(column), field: field(mapped) })
    });
    wire::ImportPreview {
        encoding: encoding_name(preview.encoding).to_owned(),
        delimiter: delimiter_text(preview.delimiter).map(str::to_owned),
        has_header: preview.has_header,
        columns: columns.collect(),
        mapping: mapping.collect(),
        rows_total: count(preview.rows_total),
        rows: preview.rows,
        warnings: preview.warnings.iter().map(ToString::to_string).collect(),
    }
}

pub(crate) fn new_keyword(row: &ImportedRow) -> NewKeyword {
    let fields = &row.fields;
    NewKeyword {
        text: row.keyword.clone(),
        figures: KeywordFigures {
            volume: fields.volume,
            cpc_micros: fields.cpc_micros,
            // Files say thousandths, the site keeps millionths.
            cps_micros: fields.cps_milli.map(|milli| milli * 1_000),
            difficulty: fields.difficulty.map(f32::from),
            intent: fields.intent,
            persona: fields.persona.clone(),
            country: fields.country.clone(),
        },
    }
}

const fn reject_code(reason: &RejectReason) -> &'static str {
    match reason {
        RejectReason::MissingKeyword => "missing_keyword",
        RejectReason::KeywordTooLong { .. } => "keyword_too_long",
        RejectReason::TooManyWords { .. } => "too_many_words",
        RejectReason::NoLetters => "no_letters",
        RejectReason::LineBreakInKeyword => "line_break",
        RejectReason::WebAddress => "web_address",
        RejectReason::NotANumber { .. } => "not_a_number",
        RejectReason::OutOfRange { .. } => "out_of_range",
        RejectReason::CellTooLarge { .. } => "cell_too_large",
        RejectReason::TooManyCells { .. } => "too_many_cells",
    }
}

/// What became of a file: `merged` names rows of the table by place and the keyword at the site.
pub(crate) fn report(
    table: &ImportTable,
    added: u32,
    merged: &[(u32, String)],
) -> wire::ImportReport {
    let by_row: HashMap<usize, &str> =
        table.rows.iter().map(|row| (row.row_number, row.keyword.as_str())).collect();
    let within = table.merged.iter().map(|row| wire::MergedRow {
        row: count(row.row_number),
        into: by_row.get(&row.into_row).copied().unwrap_or_default().to_owned(),
    });
    let at_site = merged.iter().filter_map(|(place, into)| {
        let row = table.rows.get(*place as usize)?;
        Some(wire::MergedRow { row: count(row.row_number), into: into.clone() })
    });
    let mut merged_rows: Vec<wire::MergedRow> = within.chain(at_site).collect();
    merged_rows.sort_by_key(|row| row.row);
    let merged = count(merged_rows.len());
    merged_rows.truncate(LISTED_ROWS_MAX);
    let rejected = table.rejected.iter().take(LISTED_ROWS_MAX).map(|row| wire::RejectedRow {
        row: count(row.row_number),
        code: reject_code(&row.reason).to_owned(),
        reason: row.reason.to_string(),
        excerpt: row.excerpt.clone(),
    });
    wire::ImportReport {
        added,
        merged,
        rejected: count(table.rejected.len()),
        merged_rows,
        rejected_rows: rejected.collect(),
    }
}

/// Why nothing of a file was taken.
pub(crate) fn refused(refused: &ImportRefused) -> Problem {
    let (status, code) = match refused {
        ImportRefused::TooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
        ImportRefused::TooManyRows => (StatusCode::PAYLOAD_TOO_LARGE, "too_many_rows"),
        ImportRefused::Empty => (StatusCode::UNPROCESSABLE_ENTITY, "empty_file"),
        ImportRefused::NoRows => (StatusCode::UNPROCESSABLE_ENTITY, "no_rows"),
        ImportRefused::LooksBinary { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "not_text"),
        ImportRefused::WrongEncoding => (StatusCode::UNPROCESSABLE_ENTITY, "wrong_encoding"),
        ImportRefused::NoKeywordColumn { .. } => {
            (StatusCode::UNPROCESSABLE_ENTITY, "no_keyword_column")
        }
        ImportRefused::UnclosedQuote { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "unclosed_quote"),
    };
    Problem::new(status, code, refused.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mappings_are_read_and_nonsense_is_named() {
        let columns = mapping("0:keyword, 2:volume,").unwrap().columns;
        assert_eq!(vec![Some(Field::Keyword), None, Some(Field::Volume)], columns);
        for wrong in ["keyword", "x:keyword", "0:colour", "99999999:keyword", "-1:keyword"] {
            assert_eq!("invalid", mapping(wrong).unwrap_err().code, "{wrong}");
        }
    }
}
