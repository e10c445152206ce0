//! How the text is laid out: the delimiter, the header and rows before it, the columns and a
//! guess what each holds.

use super::record::{Record, Records, UnclosedQuote};
use super::refusal::{ImportRefused, ImportWarning};
use super::{
    COLUMNS_MAX, Delimiter, Field, ImportOptions, PREVIEW_ROWS_MAX, PreviewColumn,
    SAMPLE_CHARACTERS_MAX, SAMPLES_MAX, header, number,
};
use crate::text::excerpt;

/// Bytes of the text that the delimiter is judged by.
const SNIFF_BYTES: usize = 64 * 1024;
/// Records that the layout is judged by.
const SNIFF_RECORDS: usize = 50;
/// Rows above which a header is looked for: reports put a title and a period first.
const PREAMBLE_ROWS_MAX: usize = 10;
/// Preferred first where the evidence is equal: a comma also stands inside numbers.
const DELIMITERS: [Delimiter; 4] =
    [Delimiter::Tab, Delimiter::Semicolon, Delimiter::Pipe, Delimiter::Comma];

/// The layout of a text.
pub(super) struct Layout<'a> {
    pub(super) delimiter: Delimiter,
    pub(super) header: Option<Record<'a>>,
    /// Number of columns, at least 1.
    pub(super) width: usize,
    preamble: usize,
    /// Stands before the first data row.
    data: Records<'a>,
    head: Vec<Record<'a>>,
}

impl<'a> Layout<'a> {
    pub(super) fn detect(text: &'a str, options: &ImportOptions) -> Result<Self, ImportRefused> {
        let delimiter = options.delimiter.unwrap_or_else(|| sniff(text));
        let mut data = Records::new(text, delimiter);
        let first: Vec<Record<'a>> =
            data.clone().take(SNIFF_RECORDS).collect::<Result<_, _>>().map_err(refuse)?;
        let header_at = match options.has_header {
            Some(false) => None,
            Some(true) => Some(named_header(&first).unwrap_or(0)),
            None => named_header(&first).or_else(|| shaped_header(&first)),
        };
        let mut header = None;
        for _ in 0..header_at.map_or(0, |at| at + 1) {
            header = data.next().transpose().map_err(refuse)?;
        }
        let head: Vec<_> =
            data.clone().take(SNIFF_RECORDS).collect::<Result<_, _>>().map_err(refuse)?;
        if head.is_empty() {
            return Err(ImportRefused::NoRows);
        }
        let named = header.as_ref().map_or(0, Record::filled);
        let width = named.max(usual_width(&head)).clamp(1, COLUMNS_MAX);
        Ok(Self { delimiter, header, width, preamble: header_at.unwrap_or(0), data, head })
    }

    pub(super) fn records(&self) -> Records<'a> {
        self.data.clone()
    }

    pub(super) fn columns(&self) -> Vec<PreviewColumn> {
        let guessed = self.guess();
        (0..self.width)
            .map(|index| PreviewColumn {
                index,
                name: self.name(index),
                guessed: guessed[index],
                samples: self.samples(index),
            })
            .collect()
    }

    pub(super) fn first_rows(&self) -> Vec<Vec<String>> {
        let row = |record: &Record<'_>| {
            record.cells.iter().map(|cell| excerpt(cell, SAMPLE_CHARACTERS_MAX)).collect()
        };
        self.head.iter().take(PREVIEW_ROWS_MAX).map(row).collect()
    }

    pub(super) fn warnings(&self) -> Vec<ImportWarning> {
        let mut warnings = Vec::new();
        if self.preamble > 0 {
            warnings.push(ImportWarning::PreambleSkipped { rows: self.preamble });
        }
        let guessed = self.guess();
        if let Some(column) = guessed.iter().position(|field| *field == Some(Field::Volume))
            && header::is_stand_in(&self.name(column))
        {
            warnings.push(ImportWarning::ImpressionsAsVolume { name: self.name(column) });
        }
        let keyword = guessed.iter().position(|field| *field == Some(Field::Keyword));
        if let Some(column) = keyword
            && self.width > 1
            && header::recognise(&self.name(column)).is_none()
        {
            warnings.push(ImportWarning::KeywordColumnGuessed { column: column + 1 });
        }
        warnings
    }

    pub(super) fn no_keyword_column(&self) -> ImportRefused {
        ImportRefused::NoKeywordColumn { found: (0..self.width).map(|i| self.name(i)).collect() }
    }

    fn name(&self, index: usize) -> String {
        let named = self.header.as_ref().and_then(|header| header.cells.get(index));
        let name = named.map(|name| excerpt(name, SAMPLE_CHARACTERS_MAX)).unwrap_or_default();
        if name.is_empty() { format!("Column {}", index + 1) } else { name }
    }

    /// By names where there are some; the keyword, and without a header the volume, by what the
    /// columns hold.
    fn guess(&self) -> Vec<Option<Field>> {
        let names = self.header.iter().flat_map(|header| &header.cells).map(AsRef::as_ref);
        let mut fields = header::assign(names);
        fields.resize(self.width, None);
        if !fields.contains(&Some(Field::Keyword)) {
            let free = |column: &usize| fields[*column].is_none();
            let text = (0..self.width)
                .filter(free)
                .find(|column| self.width == 1 || self.holds(*column, is_wording));
            if let Some(column) = text {
                fields[column] = Some(Field::Keyword);
            }
        }
        if self.header.is_none()
            && let Some(column) = (0..self.width)
                .filter(|column| fields[*column].is_none())
                .find(|column| self.holds(*column, is_figure))
        {
            fields[column] = Some(Field::Volume);
        }
        fields
    }

    /// Whether more than half of the column's sampled cells are of the kind.
    fn holds(&self, column: usize, kind: fn(&str) -> bool) -> bool {
        let cells = self.head.iter().filter_map(|record| record.cells.get(column));
        cells.filter(|cell| kind(cell)).count() * 2 > self.head.len()
    }

    fn samples(&self, index: usize) -> Vec<String> {
        let cells = self.head.iter().filter_map(|record| record.cells.get(index));
        let shown = cells.map(|cell| excerpt(cell, SAMPLE_CHARACTERS_MAX));
        shown.filter(|cell| !cell.is_empty()).take(SAMPLES_MAX).collect()
    }
}

pub(super) fn refuse(quote: UnclosedQuote) -> ImportRefused {
    ImportRefused::UnclosedQuote { row: quote.line }
}

/// Whether the cell is a web address.
pub(super) fn is_address(cell: &str) -> bool {
    let cell = cell.trim();
    let starts = |scheme: &str| {
        cell.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme))
    };
    !cell.contains(char::is_whitespace) && (starts("http://") || starts("https://"))
}

fn is_figure(cell: &str) -> bool {
    matches!(number::parse(cell, number::Style::Count), Ok(Some(_)))
}

fn is_wording(cell: &str) -> bool {
    cell.chars().any(char::is_alphabetic) && !is_figure(cell) && !is_address(cell)
}

/// The delimiter whose columns have the best-known names, else agree best in number, else are
/// most; a list where none splits most lines alike.
fn sniff(text: &str) -> Delimiter {
    let mut end = text.len().min(SNIFF_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let sample = &text[..end];
    let scored =
        DELIMITERS.iter().filter_map(|delimiter| Some((score(sample, *delimiter)?, *delimiter)));
    let mut best: Option<((usize, usize, usize), Delimiter)> = None;
    for (score, delimiter) in scored {
        if best.is_none_or(|(known, _)| score > known) {
            best = Some((score, delimiter));
        }
    }
    best.map_or(Delimiter::List, |(_, delimiter)| delimiter)
}

/// (recognised names, tenths of the records with the usual width, usual width).
fn score(sample: &str, delimiter: Delimiter) -> Option<(usize, usize, usize)> {
    let records: Vec<_> =
        Records::new(sample, delimiter).take(SNIFF_RECORDS).map_while(Result::ok).collect();
    let names = named_header(&records).map_or(0, |at| known_names(&records[at]).len());
    let width = usual_width(&records);
    let alike = records.iter().filter(|record| record.cells.len() == width).count();
    let split = width >= 2 && alike * 2 >= records.len();
    // A name found in a single cell says nothing about the delimiter.
    let names = if names >= 2 { names } else { 0 };
    (split || names > 0).then(|| (names, alike * 10 / records.len().max(1), width))
}

/// The most frequent number of cells; of equally frequent ones the larger.
fn usual_width(records: &[Record<'_>]) -> usize {
    let mut widths = [0_usize; COLUMNS_MAX + 1];
    for record in records {
        widths[record.cells.len()] += 1;
    }
    let frequent = widths.iter().enumerate().max_by_key(|(width, count)| (**count, *width));
    frequent.map_or(1, |(width, _)| width)
}

/// The record that names the keywords. Below the first row two known names are asked for,
/// because "keyword" is itself a possible keyword.
fn named_header(records: &[Record<'_>]) -> Option<usize> {
    let candidates = records.iter().take(PREAMBLE_ROWS_MAX).enumerate();
    candidates
        .filter(|(_, record)| !record.cells.iter().any(|cell| is_figure(cell)))
        .find(|(at, record)| {
            let names = known_names(record);
            names.contains(&Field::Keyword) && (*at == 0 || names.len() >= 2)
        })
        .map(|(at, _)| at)
}

/// A first row of words above columns of figures, or with a known name, is a header though it
/// does not name the keywords.
fn shaped_header(records: &[Record<'_>]) -> Option<usize> {
    let (first, rest) = records.split_first()?;
    if first.cells.len() < 2 || first.cells.iter().any(|cell| is_figure(cell)) {
        return None;
    }
    let below = |column: usize| {
        let cells = rest.iter().filter_map(|record| record.cells.get(column));
        cells.filter(|cell| is_figure(cell)).count()
    };
    let figures = (0..first.cells.len()).any(|column| below(column) * 5 > rest.len() * 4);
    (figures || !known_names(first).is_empty()).then_some(0)
}

fn known_names(record: &Record<'_>) -> Vec<Field> {
    header::assign(record.cells.iter().map(AsRef::as_ref)).into_iter().flatten().collect()
}
