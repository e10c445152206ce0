//! From bytes to text: binary files are named, encodings detected, zero bytes removed.

use super::TextEncoding;
use super::refusal::{BinaryKind, ImportRefused, ImportWarning};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Bytes looked at to tell UTF-16 without a byte order mark.
const SNIFF_BYTES: usize = 4096;

pub(super) struct Decoded {
    pub(super) encoding: TextEncoding,
    pub(super) text: String,
}

/// The kind of a file that is certainly not a table, by its first bytes.
pub(super) fn binary_kind(bytes: &[u8]) -> Option<BinaryKind> {
    const MAGIC: [(&[u8], BinaryKind); 9] = [
        (b"PK\x03\x04", BinaryKind::Zip),
        (b"PK\x05\x06", BinaryKind::Zip),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", BinaryKind::OldExcel),
        (b"%PDF-", BinaryKind::Pdf),
        (b"\x1F\x8B\x08", BinaryKind::Gzip),
        (b"\x89PNG\r\n", BinaryKind::Image),
        (b"\xFF\xD8\xFF", BinaryKind::Image),
        (b"GIF8", BinaryKind::Image),
        (b"SQLite format 3\0", BinaryKind::Unknown),
    ];
    let known = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, kind)| *kind);
    known.or_else(|| is_html(bytes).then_some(BinaryKind::Html))
}

pub(super) fn decode(
    bytes: &[u8],
    chosen: Option<TextEncoding>,
) -> Result<(Decoded, Vec<ImportWarning>), ImportRefused> {
    let mut warnings = Vec::new();
    let detected = detect(bytes);
    let encoding = chosen.unwrap_or(detected);
    let (text, _) = coder(encoding).decode_with_bom_removal(bytes);
    let text = without_zeros(text.into_owned(), &mut warnings)?;
    let replaced = text.chars().filter(|character| *character == '\u{FFFD}').count();
    if chosen.is_some() && replaced * 10 > text.chars().count() {
        return Err(ImportRefused::WrongEncoding);
    }
    if chosen.is_none() && encoding == TextEncoding::Windows1252 {
        warnings.push(ImportWarning::EncodingGuessed);
    }
    if replaced > 0 {
        warnings.push(ImportWarning::CharactersReplaced { count: replaced });
    }
    Ok((Decoded { encoding, text }, warnings))
}

fn is_html(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(256)];
    let start = String::from_utf8_lossy(start).trim_start().to_ascii_lowercase();
    start.starts_with("<!doctype html") || start.starts_with("<html")
}

fn coder(encoding: TextEncoding) -> &'static Encoding {
    match encoding {
        TextEncoding::Utf8 => UTF_8,
        TextEncoding::Utf16Le => UTF_16LE,
        TextEncoding::Utf16Be => UTF_16BE,
        TextEncoding::Windows1252 => WINDOWS_1252,
    }
}

fn detect(bytes: &[u8]) -> TextEncoding {
    match bytes {
        [0xEF, 0xBB, 0xBF, ..] => return TextEncoding::Utf8,
        [0xFF, 0xFE, ..] => return TextEncoding::Utf16Le,
        [0xFE, 0xFF, ..] => return TextEncoding::Utf16Be,
        _ => {}
    }
    if let Some(wide) = detect_wide(bytes) {
        return wide;
    }
    if is_mostly_utf8(bytes) { TextEncoding::Utf8 } else { TextEncoding::Windows1252 }
}

/// UTF-16 without a mark: in Latin text every second byte is zero.
fn detect_wide(bytes: &[u8]) -> Option<TextEncoding> {
    let head = &bytes[..bytes.len().min(SNIFF_BYTES)];
    let pairs = head.len() / 2;
    if pairs < 2 {
        return None;
    }
    let zeros = |offset: usize| head.chunks_exact(2).filter(|pair| pair[offset] == 0).count();
    let (high, low) = (zeros(0), zeros(1));
    if low * 10 >= pairs * 6 && high * 20 <= pairs {
        return Some(TextEncoding::Utf16Le);
    }
    (high * 10 >= pairs * 6 && low * 20 <= pairs).then_some(TextEncoding::Utf16Be)
}

/// UTF-8 with a few broken places stays UTF-8: read as Windows-1252, every accent would break.
fn is_mostly_utf8(bytes: &[u8]) -> bool {
    let (mut valid, mut broken) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        valid += chunk.valid().chars().filter(|character| !character.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    broken == 0 || valid > broken * 4
}

/// Removes stray zero bytes; text with many of them, or many other control characters, is none.
fn without_zeros(text: String, warnings: &mut Vec<ImportWarning>) -> Result<String, ImportRefused> {
    let (mut zeros, mut controls, mut total) = (0_usize, 0_usize, 0_usize);
    for character in text.chars() {
        total += 1;
        match character {
            '\0' => zeros += 1,
            '\t' | '\n' | '\r' | '\u{000B}' | '\u{000C}' => {}
            other if other.is_ascii_control() => controls += 1,
            _ => {}
        }
    }
    if zeros * 10 > total || controls * 20 > total {
        return Err(ImportRefused::LooksBinary { kind: BinaryKind::Unknown });
    }
    if zeros == 0 {
        return Ok(text);
    }
    warnings.push(ImportWarning::ZeroBytesRemoved { count: zeros });
    Ok(text.replace('\0', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wide(text: &str, swap: bool) -> Vec<u8> {
        let bytes = |unit: u16| if swap { unit.to_be_bytes() } else { unit.to_le_bytes() };
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn detects_each_encoding() {
        assert_eq!(detect("café".as_bytes()), TextEncoding::Utf8);
        assert_eq!(detect(b"caf\xE9 beans"), TextEncoding::Windows1252);
        assert_eq!(detect(&wide("caf\u{e9} beans", false)), TextEncoding::Utf16Le);
        assert_eq!(detect(&wide("caf\u{e9} beans", true)), TextEncoding::Utf16Be);
        assert_eq!(
            detect(b"caf\xC3\xA9 cr\xC3\xA8me na\xC3\xAFve \xC3\xBC \xC3\xB6 \xFF"),
            TextEncoding::Utf8
        );
    }

    #[test]
    fn a_wrong_choice_is_refused() {
        let refused = decode(b"\xFF\xFF\xFF", Some(TextEncoding::Utf8));
        assert_eq!(refused.err(), Some(ImportRefused::WrongEncoding));
    }

    #[test]
    fn names_what_is_not_text() {
        assert_eq!(binary_kind(b"PK\x03\x04rest"), Some(BinaryKind::Zip));
        assert_eq!(binary_kind(b"\n <!DOCTYPE html><html>"), Some(BinaryKind::Html));
        assert_eq!(binary_kind(b"keyword\n"), None);
    }
}
