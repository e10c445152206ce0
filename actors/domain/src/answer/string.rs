//! Strings with any quotes, with line breaks and quotes that nobody escaped. A quote ends a string
//! if what follows is what can follow; quotes inside must come in pairs, else the text between
//! could belong to two strings, and it is not read.

use super::Unreadable;
use super::reader::{Place, Read, Reader};
use serde_json::Value;

/// How far a key may reach when it is looked for behind a string.
const KEY_BYTES_MAX: usize = 256;

pub(super) const fn opens(quote: char) -> bool {
    matches!(quote, '"' | '\'' | '`' | '“' | '”' | '„' | '‘' | '’' | '«')
}

/// Whether a quote can end what `open` began.
const fn ends(open: char, quote: char) -> bool {
    match open {
        '“' | '”' | '„' => matches!(quote, '“' | '”' | '"'),
        '‘' | '’' => matches!(quote, '‘' | '’' | '\''),
        '«' => quote == '»',
        _ => open == quote,
    }
}

pub(super) fn read(reader: &mut Reader<'_>, place: Place) -> Result<Read, Unreadable> {
    let Some(open) = reader.take() else { return Ok(Read::cut()) };
    let (mut text, mut inner) = (String::new(), 0_u32);
    while let Some(next) = reader.take() {
        if next == '\\' {
            if !escape(reader, &mut text) {
                return Ok(Read::cut());
            }
        } else if ends(open, next) {
            if can_end(reader, place) {
                return match inner % 2 {
                    0 => Ok(Read::whole(Value::String(text))),
                    _ => Err(reader.wrong("quotes inside a text must be escaped")),
                };
            }
            inner += u32::from(!is_apostrophe(reader, next, &text));
            text.push(next);
        } else {
            text.push(next);
        }
    }
    Ok(Read::cut())
}

/// Between letters it is no quote.
fn is_apostrophe(reader: &Reader<'_>, quote: char, before: &str) -> bool {
    quote != '"'
        && before.chars().next_back().is_some_and(char::is_alphanumeric)
        && reader.peek().is_some_and(char::is_alphanumeric)
}

/// Takes what follows a backslash; false at the end of the text.
fn escape(reader: &mut Reader<'_>, text: &mut String) -> bool {
    let Some(next) = reader.take() else { return false };
    match next {
        'n' => text.push('\n'),
        't' => text.push('\t'),
        'r' => text.push('\r'),
        'b' => text.push('\u{8}'),
        'f' => text.push('\u{c}'),
        'u' => match unit(reader) {
            Some(read) => text.push(read),
            None => text.push_str("\\u"),
        },
        // No escape of JSON: it stays as it was written.
        other if other.is_alphanumeric() => text.extend(['\\', other]),
        other => text.push(other),
    }
    true
}

/// The character of four hexadecimal digits, or of a pair with `\u` between them. Takes nothing if
/// there is none.
fn unit(reader: &mut Reader<'_>) -> Option<char> {
    let four = |at: usize| {
        let digits = reader.text.get(at..at + 4)?;
        digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(())?;
        u32::from_str_radix(digits, 16).ok()
    };
    let first = four(reader.at)?;
    if let Some(found) = char::from_u32(first) {
        reader.at += 4;
        return Some(found);
    }
    (reader.text.get(reader.at + 4..reader.at + 6)? == "\\u").then_some(())?;
    let second = four(reader.at + 6)?;
    let mut pair = char::decode_utf16([u16::try_from(first).ok()?, u16::try_from(second).ok()?]);
    let found = pair.next()?.ok()?;
    reader.at += 10;
    Some(found)
}

/// Whether a string may end before what follows.
fn can_end(reader: &Reader<'_>, place: Place) -> bool {
    let at = reader.after_blank(reader.at);
    let broken = reader.text[reader.at..at].contains('\n');
    let Some(next) = reader.peek_from(at) else { return true };
    match (place, next) {
        (Place::Key, next) => matches!(next, ':' | '='),
        (_, '}' | ']') => true,
        (Place::Member, ',') => {
            let after = after_commas(reader, at);
            matches!(reader.peek_from(after), None | Some('}' | ']')) || is_key(reader, after)
        }
        (Place::Member, _) => is_key(reader, at),
        (Place::Item, ',') => is_item(reader, after_commas(reader, at)),
        // A comma was forgotten at the end of a line.
        (Place::Item, next) => broken && opens(next),
    }
}

fn after_commas(reader: &Reader<'_>, mut at: usize) -> usize {
    while reader.peek_from(at) == Some(',') {
        at = reader.after_blank(at + 1);
    }
    at
}

/// Whether another item begins here, or the list ends.
fn is_item(reader: &Reader<'_>, at: usize) -> bool {
    let rest = &reader.text[at..];
    let word = ["null", "true", "false"].iter().any(|word| rest.starts_with(word));
    word || reader.peek_from(at).is_none_or(|next| {
        opens(next) || next.is_ascii_digit() || matches!(next, '{' | '[' | ']' | '}' | '-')
    })
}

/// Whether a key with its colon begins here.
fn is_key(reader: &Reader<'_>, at: usize) -> bool {
    let rest = &reader.text[at..];
    let Some(first) = rest.chars().next() else { return false };
    let quoted = opens(first);
    if !quoted && !first.is_alphabetic() && first != '_' {
        return false;
    }
    let mut escaped = false;
    for (offset, next) in rest.char_indices().skip(1) {
        let after = |bytes: usize| reader.peek_from(reader.after_blank(at + offset + bytes));
        if offset > KEY_BYTES_MAX || next == '\n' {
            return false;
        }
        let is_escaped = std::mem::take(&mut escaped);
        if is_escaped {
            continue;
        }
        escaped = next == '\\';
        if quoted && ends(first, next) {
            return matches!(after(next.len_utf8()), Some(':' | '='));
        }
        if !(quoted || next.is_alphanumeric() || matches!(next, '_' | '-')) {
            return matches!(after(0), Some(':' | '='));
        }
    }
    false
}
