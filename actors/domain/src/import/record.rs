//! Splitting text into records and cells: quotes, line ends of all three kinds, and the line on
//! which each record starts (blank lines counted, so that it is the line an editor shows).

use super::{COLUMNS_MAX, Delimiter};
use std::borrow::Cow;

/// A record: its first line and its cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record<'a> {
    /// 1-based.
    pub(super) line: usize,
    pub(super) cells: Vec<Cow<'a, str>>,
    /// The record as it stands in the text, without its line end.
    pub(super) raw: &'a str,
}

/// The quote that opens in the record starting on this line never closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct UnclosedQuote {
    pub(super) line: usize,
}

/// Iterates over the records that are not blank. Ends after an error.
#[derive(Debug, Clone)]
pub(super) struct Records<'a> {
    text: &'a str,
    delimiter: Option<u8>,
    position: usize,
    line: usize,
}

impl Delimiter {
    pub(super) fn byte(self) -> Option<u8> {
        match self {
            Self::Comma => Some(b','),
            Self::Semicolon => Some(b';'),
            Self::Tab => Some(b'\t'),
            Self::Pipe => Some(b'|'),
            Self::List => None,
        }
    }
}

impl Record<'_> {
    /// Cells up to the last one that is not blank.
    pub(super) fn filled(&self) -> usize {
        self.cells.iter().rposition(|cell| !cell.trim().is_empty()).map_or(0, |last| last + 1)
    }
}

impl<'a> Records<'a> {
    pub(super) fn new(text: &'a str, delimiter: Delimiter) -> Self {
        Self { text, delimiter: delimiter.byte(), position: 0, line: 1 }
    }

    fn bytes(&self) -> &'a [u8] {
        self.text.as_bytes()
    }

    fn byte(&self) -> Option<u8> {
        self.bytes().get(self.position).copied()
    }

    fn record(&mut self) -> Result<Record<'a>, UnclosedQuote> {
        let (line, start) = (self.line, self.position);
        let mut cells = Vec::new();
        loop {
            let cell = self.cell(line)?;
            if cells.len() < COLUMNS_MAX {
                cells.push(cell);
            }
            match self.byte() {
                Some(byte) if Some(byte) == self.delimiter => self.position += 1,
                _ => break,
            }
        }
        let raw = &self.text[start..self.position];
        self.line_end();
        Ok(Record { line, cells, raw })
    }

    fn cell(&mut self, line: usize) -> Result<Cow<'a, str>, UnclosedQuote> {
        if self.delimiter.is_some() && self.opens_quote() {
            return self.quoted(line).map(Cow::Owned);
        }
        let plain = self.plain();
        Ok(Cow::Borrowed(if self.delimiter.is_some() { plain } else { unquoted(plain) }))
    }

    /// Moves onto the quote of a quoted cell, over blanks before it; stays put otherwise.
    fn opens_quote(&mut self) -> bool {
        let rest = &self.bytes()[self.position..];
        let blanks = rest
            .iter()
            .take_while(|byte| **byte == b' ' || (**byte == b'\t' && self.delimiter != Some(b'\t')))
            .count();
        let opens = rest.get(blanks) == Some(&b'"');
        if opens {
            self.position += blanks;
        }
        opens
    }

    /// A quoted cell; what follows its closing quote up to the delimiter is kept as it is.
    fn quoted(&mut self, line: usize) -> Result<String, UnclosedQuote> {
        let mut out = String::new();
        self.position += 1;
        loop {
            let rest = &self.text[self.position..];
            let end = rest.find('"').ok_or(UnclosedQuote { line })?;
            out.push_str(&rest[..end]);
            self.line += line_ends(&rest.as_bytes()[..end]);
            self.position += end + 1;
            if self.byte() != Some(b'"') {
                break;
            }
            out.push('"');
            self.position += 1;
        }
        out.push_str(self.plain());
        Ok(out)
    }

    fn plain(&mut self) -> &'a str {
        let start = self.position;
        let stop = |byte: &u8| matches!(byte, b'\n' | b'\r') || Some(*byte) == self.delimiter;
        let length = self.bytes()[start..].iter().position(stop);
        self.position = length.map_or(self.text.len(), |length| start + length);
        &self.text[start..self.position]
    }

    fn line_end(&mut self) {
        match &self.bytes()[self.position..] {
            [b'\r', b'\n', ..] => self.position += 2,
            [b'\r' | b'\n', ..] => self.position += 1,
            _ => return,
        }
        self.line += 1;
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Record<'a>, UnclosedQuote>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.position < self.text.len() {
            match self.record() {
                Ok(record) if record.cells.iter().all(|cell| cell.trim().is_empty()) => {}
                Ok(record) => return Some(Ok(record)),
                Err(error) => {
                    self.position = self.text.len();
                    return Some(Err(error));
                }
            }
        }
        None
    }
}

/// Line ends in the bytes; CR LF counts once.
fn line_ends(bytes: &[u8]) -> usize {
    let feeds = bytes.iter().filter(|byte| **byte == b'\n').count();
    let returns = bytes.iter().filter(|byte| **byte == b'\r').count();
    let both = bytes.windows(2).filter(|pair| *pair == b"\r\n").count();
    feeds + returns - both
}

/// A whole line in quotes loses them; an inch mark or a lone quote stays.
fn unquoted(line: &str) -> &str {
    let trimmed = line.trim();
    let inner = trimmed.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.filter(|inner| !inner.contains('"')).unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cells(text: &str, delimiter: Delimiter) -> Vec<(usize, Vec<String>)> {
        Records::new(text, delimiter)
            .map(|record| record.unwrap())
            .map(|record| (record.line, record.cells.iter().map(|c| c.to_string()).collect()))
            .collect()
    }

    #[test]
    fn splits_quotes_and_counts_lines() {
        let text = "a,\"b, \"\"c\"\"\"\r\n\r\n\"x\r\ny\",z\rlast";
        let expected: Vec<(usize, Vec<String>)> = vec![
            (1, vec!["a".into(), "b, \"c\"".into()]),
            (3, vec!["x\r\ny".into(), "z".into()]),
            (5, vec!["last".into()]),
        ];
        assert_eq!(cells(text, Delimiter::Comma), expected);
    }

    #[test]
    fn quotes_inside_a_cell_are_text() {
        assert_eq!(cells("5\" pipe,\"a\"b", Delimiter::Comma)[0].1, ["5\" pipe", "ab"]);
        assert_eq!(cells("\"open line\n5\" pipe\n\"whole\"", Delimiter::List)[1].1, ["5\" pipe"]);
        assert_eq!(cells("\"whole\"", Delimiter::List)[0].1, ["whole"]);
    }

    #[test]
    fn an_unclosed_quote_names_its_line() {
        let last = Records::new("a\n\nb,\"open\nmore", Delimiter::Comma).last();
        assert_eq!(last, Some(Err(UnclosedQuote { line: 3 })));
    }

    proptest! {
        /// The csv crate is the oracle for well-formed files.
        #[test]
        fn agrees_with_csv_on_what_it_writes(
            rows in prop::collection::vec(prop::collection::vec("[a-z\",; \n|\t]{0,6}x", 1..5), 1..8)
        ) {
            for delimiter in [Delimiter::Comma, Delimiter::Semicolon, Delimiter::Tab, Delimiter::Pipe] {
                let byte = delimiter.byte().unwrap();
                let mut writer = csv::WriterBuilder::new().delimiter(byte).flexible(true)
                    .quote_style(csv::QuoteStyle::Always).from_writer(Vec::new());
                for row in &rows {
                    writer.write_record(row).unwrap();
                }
                let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
                let found: Vec<Vec<String>> =
                    cells(&text, delimiter).into_iter().map(|(_, cells)| cells).collect();
                prop_assert_eq!(&found, &rows);
            }
        }
    }
}
