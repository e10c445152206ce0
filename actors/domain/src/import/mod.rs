//! Reading keywords from a file or pasted text: encoding, layout, columns, numbers, duplicates.
//! It does not know which keywords a site already has: the site decides that with
//! [`crate::text::merge_key`] and [`row::merge_fields`].
//!
//! The input is untrusted. Whatever the bytes are, the answer is a preview, a table with row
//! numbers, or a refusal that says what to do; never a panic.

mod encoding;
mod header;
mod layout;
mod number;
mod record;
pub mod refusal;
pub mod row;

use layout::Layout;
use refusal::{ImportRefused, ImportWarning};
use row::ImportTable;
use serde::{Deserialize, Serialize};

/// Largest input. Ten times what 100,000 rows of a keyword tool weigh.
pub const BYTES_MAX: usize = 32 * 1024 * 1024;
/// Most keyword rows in one import: what a site's planner takes in at once.
pub const ROWS_MAX: usize = 100_000;
/// Rows shown in a preview.
pub const PREVIEW_ROWS_MAX: usize = 20;
/// Columns looked at; what lies further right is ignored. The tools export about 30.
pub const COLUMNS_MAX: usize = 256;
/// Largest cell, in bytes: the limit of the usual spreadsheet programs. A row with a larger one
/// is rejected.
pub const CELL_BYTES_MAX: usize = 32_767;
/// Characters of a cell that a preview shows.
const SAMPLE_CHARACTERS_MAX: usize = 80;
/// Samples per column in a preview.
const SAMPLES_MAX: usize = 3;

/// How the bytes spell text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TextEncoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// UTF-16, little end first: what spreadsheet programs and Google's planner write.
    Utf16Le,
    /// UTF-16, big end first.
    Utf16Be,
    /// Western European single bytes, the fallback.
    Windows1252,
}

/// What stands between two cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Delimiter {
    /// `,`
    Comma,
    /// `;`
    Semicolon,
    /// A tab.
    Tab,
    /// `|`
    Pipe,
    /// Nothing: one keyword a line. Quotes have no meaning but around a whole line.
    List,
}

/// What a column means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Field {
    /// The keyword itself.
    Keyword,
    /// Searches a month.
    Volume,
    /// Price of a click.
    Cpc,
    /// Clicks per search.
    Cps,
    /// Keyword difficulty, 0 to 100.
    Difficulty,
    /// Search intent.
    Intent,
    /// For whom the text is written.
    Persona,
    /// Country or market of the figures.
    Country,
}

impl Field {
    /// The word for it in sentences to people.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Keyword => "keyword",
            Self::Volume => "volume",
            Self::Cpc => "CPC",
            Self::Cps => "CPS",
            Self::Difficulty => "difficulty",
            Self::Intent => "intent",
            Self::Persona => "persona",
            Self::Country => "country",
        }
    }
}

/// What the user has decided instead of leaving it to detection. Give [`preview`] and [`read`]
/// the same options, so that both see the same columns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportOptions {
    /// The encoding, or detect it.
    pub encoding: Option<TextEncoding>,
    /// The delimiter, or detect it.
    pub delimiter: Option<Delimiter>,
    /// Whether the first row holds names, or detect it.
    pub has_header: Option<bool>,
}

/// Which field each column holds, by column index; columns beyond the end are ignored, and where
/// two columns claim a field the leftmost counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnMapping {
    /// The field of each column.
    pub columns: Vec<Option<Field>>,
}

impl ColumnMapping {
    /// The column that holds the field.
    #[must_use]
    pub fn column_of(&self, field: Field) -> Option<usize> {
        self.columns.iter().position(|mapped| *mapped == Some(field))
    }
}

/// One column of a preview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewColumn {
    /// Its index from 0, as [`ColumnMapping`] counts.
    pub index: usize,
    /// Its header, or "Column 1" where the file has none.
    pub name: String,
    /// The field proposed for it.
    pub guessed: Option<Field>,
    /// A few of its values.
    pub samples: Vec<String>,
}

/// What an import would see, for the user to confirm or correct.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportPreview {
    /// Encoding detected or given.
    pub encoding: TextEncoding,
    /// Delimiter detected or given.
    pub delimiter: Delimiter,
    /// Whether a row of names was found or given.
    pub has_header: bool,
    /// The columns with the guesses.
    pub columns: Vec<PreviewColumn>,
    /// The proposal, to be given to [`read`] as it is or corrected.
    pub mapping: ColumnMapping,
    /// Data rows, the header, rows before it and blank lines not counted.
    pub rows_total: usize,
    /// The first rows, at most [`PREVIEW_ROWS_MAX`], cells shortened.
    pub rows: Vec<Vec<String>>,
    /// What the user should know before going on.
    pub warnings: Vec<ImportWarning>,
}

/// Looks at a file or pasted text and proposes how to read it.
///
/// # Errors
/// Refuses what cannot be an import at all (see [`ImportRefused`]); a missing keyword column only
/// where no column can hold keywords.
pub fn preview(bytes: &[u8], options: &ImportOptions) -> Result<ImportPreview, ImportRefused> {
    let (text, mut warnings) = open(bytes, options)?;
    let layout = Layout::detect(&text.text, options)?;
    let columns = layout.columns();
    if !columns.iter().any(|column| column.guessed == Some(Field::Keyword)) {
        return Err(layout.no_keyword_column());
    }
    let rows_total = row::count(&layout)?;
    warnings.extend(layout.warnings());
    Ok(ImportPreview {
        encoding: text.encoding,
        delimiter: layout.delimiter,
        has_header: layout.header.is_some(),
        mapping: ColumnMapping { columns: columns.iter().map(|column| column.guessed).collect() },
        columns,
        rows_total,
        rows: layout.first_rows(),
        warnings,
    })
}

/// Reads all rows by the confirmed mapping. Rows with the same merge key become one, the first;
/// what cannot be read is listed with its line and the reason.
///
/// # Errors
/// As [`preview`], and [`ImportRefused::NoKeywordColumn`] where the mapping names none.
pub fn read(
    bytes: &[u8],
    mapping: &ColumnMapping,
    options: &ImportOptions,
) -> Result<ImportTable, ImportRefused> {
    let (text, mut warnings) = open(bytes, options)?;
    let layout = Layout::detect(&text.text, options)?;
    if mapping.column_of(Field::Keyword).is_none_or(|column| column >= layout.width) {
        return Err(layout.no_keyword_column());
    }
    warnings.extend(layout.warnings());
    row::table(&layout, mapping, warnings)
}

fn open(
    bytes: &[u8],
    options: &ImportOptions,
) -> Result<(encoding::Decoded, Vec<ImportWarning>), ImportRefused> {
    if bytes.len() > BYTES_MAX {
        return Err(ImportRefused::TooLarge { bytes: bytes.len() });
    }
    if let Some(kind) = encoding::binary_kind(bytes) {
        return Err(ImportRefused::LooksBinary { kind });
    }
    let (decoded, warnings) = encoding::decode(bytes, options.encoding)?;
    if decoded.text.trim().is_empty() {
        return Err(ImportRefused::Empty);
    }
    Ok((decoded, warnings))
}
