//! Why an import or one of its rows is refused, and what to warn of: typed, each with a sentence
//! for people that says what to do.

use super::{BYTES_MAX, CELL_BYTES_MAX, Field, ROWS_MAX};
use crate::text::{KEYWORD_CHARACTERS_MAX, KEYWORD_WORDS_MAX};
use thiserror::Error;

/// What a file that is not text is, as far as its first bytes tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BinaryKind {
    /// A ZIP container, which is what .xlsx, .ods and .numbers files are.
    #[error("an Excel workbook or another ZIP file")]
    Zip,
    /// The container of old .xls files.
    #[error("an old Excel workbook (.xls)")]
    OldExcel,
    /// A PDF.
    #[error("a PDF")]
    Pdf,
    /// gzip.
    #[error("a gzip file")]
    Gzip,
    /// PNG, JPEG, GIF or WebP.
    #[error("an image")]
    Image,
    /// A web page, which is what a failed download often is.
    #[error("a web page")]
    Html,
    /// Control characters where text would have none.
    #[error("not text")]
    Unknown,
}

/// Why nothing of the input can be imported.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ImportRefused {
    /// No bytes, or nothing but blanks.
    #[error("The file is empty. Choose a file with one keyword a line or a CSV export.")]
    Empty,
    /// A header and nothing below it.
    #[error("The file has a header and no rows. Check that the export holds keywords.")]
    NoRows,
    /// Above [`BYTES_MAX`].
    #[error("The file has {bytes} bytes; the limit is {BYTES_MAX}. Split it and import the parts.")]
    TooLarge {
        /// Size of the input.
        bytes: usize,
    },
    /// Above [`ROWS_MAX`].
    #[error("The file has more than {ROWS_MAX} rows. Split it and import the parts.")]
    TooManyRows,
    /// Not text.
    #[error("The file is {kind}. Save or export it as CSV and import that.")]
    LooksBinary {
        /// What it seems to be.
        kind: BinaryKind,
    },
    /// The encoding the user chose does not fit the bytes.
    #[error(
        "The file cannot be read in the chosen encoding. Choose another, or let it be detected."
    )]
    WrongEncoding,
    /// No column can hold keywords, or the mapping names none.
    #[error("No column holds keywords (found: {}). Choose the column with the keywords, or add a header named Keyword.", found.join(", "))]
    NoKeywordColumn {
        /// The columns' names.
        found: Vec<String>,
    },
    /// A quote that never ends.
    #[error(
        "The quote that opens in row {row} is never closed. Close it or remove it, then import again."
    )]
    UnclosedQuote {
        /// 1-based line on which the record with the open quote starts.
        row: usize,
    },
}

/// Why one row is left out.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RejectReason {
    /// The keyword cell is empty.
    #[error("The keyword is missing.")]
    MissingKeyword,
    /// Above [`KEYWORD_CHARACTERS_MAX`].
    #[error("The keyword has {characters} characters; the limit is {KEYWORD_CHARACTERS_MAX}.")]
    KeywordTooLong {
        /// Characters after normalisation.
        characters: usize,
    },
    /// Above [`KEYWORD_WORDS_MAX`].
    #[error("The keyword has {words} words; the limit is {KEYWORD_WORDS_MAX}.")]
    TooManyWords {
        /// Words after normalisation.
        words: usize,
    },
    /// Neither a letter nor a digit.
    #[error("The keyword has no letter and no digit.")]
    NoLetters,
    /// A quoted cell that runs over lines: most likely a quote that was not closed.
    #[error("The keyword runs over several lines. Check the quotes in this row.")]
    LineBreakInKeyword,
    /// A web address.
    #[error("This is a web address and no keyword.")]
    WebAddress,
    /// A figure that is none.
    #[error("The {} “{text}” is not a number.", field.label())]
    NotANumber {
        /// The column.
        field: Field,
        /// What stands there, shortened.
        text: String,
    },
    /// A figure outside what the field can hold.
    #[error("The {} “{text}” is out of range.", field.label())]
    OutOfRange {
        /// The column.
        field: Field,
        /// What stands there, shortened.
        text: String,
    },
    /// Above [`CELL_BYTES_MAX`].
    #[error("A cell has {bytes} bytes; the limit is {CELL_BYTES_MAX}.")]
    CellTooLarge {
        /// Size of the largest cell.
        bytes: usize,
    },
    /// More filled cells than there are columns: values may stand in the wrong one.
    #[error(
        "The row has {found} cells where the file has {expected} columns. Quote cells that contain the delimiter."
    )]
    TooManyCells {
        /// Cells up to the last filled one.
        found: usize,
        /// Columns of the file.
        expected: usize,
    },
}

/// What is worth knowing though the import goes on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ImportWarning {
    /// Bytes that are no text in the detected encoding.
    #[error(
        "{count} unreadable characters were replaced by “\u{FFFD}”. Check the file's encoding."
    )]
    CharactersReplaced {
        /// How many.
        count: usize,
    },
    /// Zero bytes inside text.
    #[error("{count} zero bytes were removed. The file may be damaged.")]
    ZeroBytesRemoved {
        /// How many.
        count: usize,
    },
    /// Not UTF-8, so taken for Windows-1252.
    #[error("The file is not UTF-8; it is read as Windows-1252. Check accents and signs.")]
    EncodingGuessed,
    /// Lines above the header, such as a report's title and period.
    #[error("{rows} rows above the header are left out.")]
    PreambleSkipped {
        /// How many.
        rows: usize,
    },
    /// Search Console knows impressions, not volume.
    #[error("The column “{name}” stands in for the volume.")]
    ImpressionsAsVolume {
        /// Its header.
        name: String,
    },
    /// No header names the keywords.
    #[error("No header names the keywords; column {column} is proposed. Check it.")]
    KeywordColumnGuessed {
        /// 1-based.
        column: usize,
    },
    /// Intents that are none of the four.
    #[error("{rows} rows have an unknown intent; it is left open.")]
    UnknownIntent {
        /// How many.
        rows: usize,
    },
}
