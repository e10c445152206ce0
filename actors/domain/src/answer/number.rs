//! Numbers, with the liberties of other notations: a plus, a bare point, underscores, zeros ahead.

use super::Unreadable;
use super::reader::{Read, Reader};
use serde_json::{Number, Value};

/// Digits of a number at most: a double has 17.
const DIGITS_MAX: usize = 64;

pub(super) fn read(reader: &mut Reader<'_>) -> Result<Read, Unreadable> {
    let from = reader.at;
    while reader
        .peek()
        .is_some_and(|next| next.is_ascii_alphanumeric() || matches!(next, '+' | '-' | '.' | '_'))
    {
        reader.take();
    }
    if reader.at == reader.text.len() {
        // Nobody knows how many digits are missing.
        return Ok(Read::cut());
    }
    match parse(&reader.text[from..reader.at]) {
        Some(number) => Ok(Read::whole(Value::Number(number))),
        None => Err(reader.wrong("this is no number")),
    }
}

/// The number of a text.
pub(super) fn parse(text: &str) -> Option<Number> {
    if text.len() > DIGITS_MAX {
        return None;
    }
    if let Ok(number) = serde_json::from_str(text) {
        return Some(number);
    }
    let text = text.strip_prefix('+').unwrap_or(text);
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text),
    };
    let digits = digits.replace('_', "");
    let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() && !digits.is_empty() && digits != "." { "0" } else { whole };
    let fraction = if fraction.is_empty() { String::new() } else { format!(".{fraction}") };
    serde_json::from_str(&format!("{sign}{whole}{fraction}")).ok()
}
