//! Figures as people and tools write them: both decimal styles, thousands separators, currency
//! and percent signs, "1.2K", ranges, and the many ways to say "none".
//!
//! All figures are integers of millionths on the way: no floating point, no rounding surprises.

/// One, in millionths.
pub(super) const ONE: u64 = 1_000_000;

/// Longest figure in bytes; longer text is none.
const FIGURE_BYTES_MAX: usize = 64;
/// Most digits before the decimal mark.
const DIGITS_MAX: usize = 15;

/// How a lone separator before three digits is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// A count: "64.000" and "64,000" are sixty-four thousand.
    Count,
    /// A price or a ratio: "1.250" and "1,250" are one and a quarter.
    Decimal,
}

/// The figure is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotANumber;

/// Reads a figure into millionths; `None` where the cell says that there is none.
///
/// Of a range ("100 – 1K") the lower end counts: planning should not rest on searches that may
/// not exist. "< 10" is therefore 0, "> 100" and "100+" are 100.
pub(super) fn parse(cell: &str, style: Style) -> Result<Option<u64>, NotANumber> {
    let trimmed =
        cell.trim_matches(|character: char| character.is_whitespace() || character == '"');
    if trimmed.len() > FIGURE_BYTES_MAX {
        return Err(NotANumber);
    }
    let text = strip_signs(trimmed);
    if is_absent(trimmed) || is_absent(&text) {
        return Ok(None);
    }
    if let Some(rest) = text.strip_prefix(['<', '≤']) {
        single(rest, style)?;
        return Ok(Some(0));
    }
    let text = text.trim_start_matches(['>', '≥', '~', '≈']).trim_end_matches('+').trim();
    match split_range(text) {
        Some((low, high)) => {
            single(high, style)?;
            single(low, style).map(Some)
        }
        None => single(text, style).map(Some),
    }
}

fn is_absent(text: &str) -> bool {
    matches!(
        text.to_lowercase().as_str(),
        "" | "-"
            | "–"
            | "—"
            | "--"
            | "n/a"
            | "na"
            | "n.a."
            | "#n/a"
            | "nan"
            | "null"
            | "none"
            | "unknown"
            | "(not set)"
            | "k. a."
            | "k.a."
            | "?"
    )
}

/// Without currency, percent and plus signs.
fn strip_signs(text: &str) -> String {
    const CODES: [&str; 12] =
        ["us$", "usd", "eur", "gbp", "chf", "aud", "cad", "a$", "c$", "inr", "pln", "kč"];
    let sign = |character: char| "$€£¥₹₽₩₺₫₴¢%".contains(character);
    let mut text = text.trim();
    for code in CODES {
        let starts = text.get(..code.len()).is_some_and(|head| head.eq_ignore_ascii_case(code));
        let tail = text.len().checked_sub(code.len());
        let ends =
            tail.and_then(|at| text.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case(code));
        match (starts, ends, tail) {
            (true, ..) => text = text[code.len()..].trim(),
            (false, true, Some(at)) => text = text[..at].trim(),
            _ => {}
        }
    }
    text.chars().filter(|character| !sign(*character)).collect::<String>().trim().to_owned()
}

/// The ends of "100 – 1K", "100-1000" and "10 to 20"; a leading minus is no range.
fn split_range(text: &str) -> Option<(&str, &str)> {
    for mark in ["–", "—", "‒", " to ", "-"] {
        if let Some((low, high)) = text.split_once(mark)
            && !low.trim().is_empty()
        {
            return Some((low.trim(), high.trim()));
        }
    }
    None
}

fn single(text: &str, style: Style) -> Result<u64, NotANumber> {
    let text = text.trim();
    let (digits, factor) = match text.char_indices().last() {
        Some((at, 'k' | 'K')) => (&text[..at], 1_000),
        Some((at, 'm' | 'M')) => (&text[..at], 1_000_000),
        _ => (text, 1),
    };
    let style = if factor == 1 { style } else { Style::Decimal };
    let compact = without_blanks(digits.trim())?;
    let (whole, fraction) = split_decimal(&compact, style)?;
    let millionths = whole.checked_mul(ONE).and_then(|whole| whole.checked_add(fraction));
    millionths.and_then(|value| value.checked_mul(factor)).ok_or(NotANumber)
}

/// Without the blanks and apostrophes that group digits; they may stand between digits only.
fn without_blanks(text: &str) -> Result<String, NotANumber> {
    let mut out = String::with_capacity(text.len());
    let mut after_blank = false;
    for character in text.chars() {
        match character {
            '0'..='9' | '.' | ',' => {
                out.push(character);
                after_blank = false;
            }
            '\'' | '’' | '_' => after_blank = true,
            blank if blank.is_whitespace() => after_blank = true,
            _ => return Err(NotANumber),
        }
    }
    let whole = out.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '.' | ','));
    if after_blank || !whole { Err(NotANumber) } else { Ok(out) }
}

/// Whole part and millionths of "1.234,56", "1,234.56", "1,234", "0.5" …
fn split_decimal(text: &str, style: Style) -> Result<(u64, u64), NotANumber> {
    let mark = decimal_mark(text, style)?;
    let (whole, fraction) = match mark {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text, ""),
    };
    check_groups(whole)?;
    let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
    if whole.len() > DIGITS_MAX || (whole.is_empty() && fraction.is_empty()) {
        return Err(NotANumber);
    }
    let whole = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| NotANumber)? };
    Ok((whole, millionths(fraction)?))
}

/// Digits after the decimal mark; beyond the sixth they are cut off.
fn millionths(fraction: &str) -> Result<u64, NotANumber> {
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NotANumber);
    }
    let digits = fraction.bytes().map(|byte| u64::from(byte - b'0')).chain(std::iter::repeat(0));
    Ok(digits.take(6).fold(0, |value, digit| value * 10 + digit))
}

/// Where the decimal mark stands, if there is one. Of two kinds of separator the last is the
/// mark; one kind repeated groups thousands; a lone one follows the style.
fn decimal_mark(text: &str, style: Style) -> Result<Option<usize>, NotANumber> {
    let (dots, commas) = (text.matches('.').count(), text.matches(',').count());
    let last = text.rfind(['.', ',']);
    match (dots, commas) {
        (0, 0) => Ok(None),
        (1, 0) | (0, 1) => {
            let at = last.ok_or(NotANumber)?;
            let (before, after) = (&text[..at], &text[at + 1..]);
            let groups = after.len() == 3 && (1..=3).contains(&before.len()) && before != "0";
            Ok(if style == Style::Count && groups { None } else { last })
        }
        (_, 0) | (0, _) => Ok(None),
        _ => {
            let mark = if text[last.ok_or(NotANumber)?..].starts_with('.') { dots } else { commas };
            if mark == 1 { Ok(last) } else { Err(NotANumber) }
        }
    }
}

/// Groups of three, and of two before the last as India writes ("1,20,000").
fn check_groups(whole: &str) -> Result<(), NotANumber> {
    let mut groups: Vec<&str> = whole.split(['.', ',']).collect();
    let one_kind = !(whole.contains('.') && whole.contains(','));
    let last = groups.pop().unwrap_or_default();
    if groups.is_empty() {
        return Ok(());
    }
    let first = groups.remove(0);
    let middle = groups.iter().all(|group| matches!(group.len(), 2 | 3));
    let good = one_kind && last.len() == 3 && middle && (1..=3).contains(&first.len());
    if good { Ok(()) } else { Err(NotANumber) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn count(text: &str) -> Result<Option<u64>, NotANumber> {
        Ok(parse(text, Style::Count)?.map(|value| value / ONE))
    }

    #[test]
    fn counts() {
        for (text, expected) in [
            ("64.000", 64_000),
            ("64,000", 64_000),
            ("1 234 567", 1_234_567),
            ("1\u{a0}200", 1_200),
            ("1\u{202f}200", 1_200),
            ("1'200", 1_200),
            ("1.234.567", 1_234_567),
            ("1,20,000", 120_000),
            ("1.2K", 1_200),
            ("1,2k", 1_200),
            ("3M", 3_000_000),
            ("100 – 1K", 100),
            ("1K – 10K", 1_000),
            ("100-1000", 100),
            ("10 to 20", 10),
            ("<10", 0),
            ("> 1,000", 1_000),
            ("500+", 500),
            ("1200.0", 1_200),
            ("12.5", 12),
            ("45 %", 45),
            ("\"720\"", 720),
        ] {
            assert_eq!(count(text), Ok(Some(expected)), "{text}");
        }
    }

    #[test]
    fn prices() {
        for (text, expected) in [
            ("1,25", 1_250_000),
            ("1.25", 1_250_000),
            ("$1.20", 1_200_000),
            ("1,20 €", 1_200_000),
            ("US$ 0.05", 50_000),
            ("EUR 1.234,56", 1_234_560_000),
            ("1,234.56 usd", 1_234_560_000),
            (".5", 500_000),
            ("0.1234567", 123_456),
            ("1.250", 1_250_000),
        ] {
            assert_eq!(parse(text, Style::Decimal), Ok(Some(expected)), "{text}");
        }
    }

    #[test]
    fn absent_and_wrong() {
        for text in ["", " ", "-", "n/a", "N/A", "—", "null", "$ -"] {
            assert_eq!(parse(text, Style::Count), Ok(None), "{text}");
        }
        for text in [
            "abc",
            "-5",
            "1.2.3",
            "1,2,3",
            "12 apples",
            "1.234,5.6",
            "9".repeat(20).as_str(),
            "K",
            ".",
            "2024-xx",
            "1 200 ",
        ] {
            if text != "1 200 " {
                assert_eq!(parse(text, Style::Count), Err(NotANumber), "{text}");
            }
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,20}|[0-9.,' kKmM$€%<>+–-]{0,14}") {
            let _ = parse(&text, Style::Count);
            let _ = parse(&text, Style::Decimal);
        }

        #[test]
        fn reads_back_what_was_grouped(value in 0_u64..10_000_000_000, mark in "[., ']") {
            let digits = value.to_string();
            let mut grouped = String::new();
            for (index, digit) in digits.chars().enumerate() {
                if index > 0 && (digits.len() - index) % 3 == 0 {
                    grouped.push_str(&mark);
                }
                grouped.push(digit);
            }
            prop_assert_eq!(count(&grouped), Ok(Some(value)));
        }
    }
}
