//! JSON as models write it: comments, forgotten or superfluous commas, any quotes, bare keys,
//! an end in the middle. What is cut is left out, never completed.

use super::{DEPTH_MAX, Unreadable, number, string};
use serde_json::{Map, Value};
use std::cell::Cell;

/// A value, and whether all of it was there.
pub(super) struct Read {
    pub value: Value,
    pub whole: bool,
    /// The text ended before its bracket.
    pub open: bool,
}

impl Read {
    pub(super) const fn whole(value: Value) -> Self {
        Self { value, whole: true, open: false }
    }
    pub(super) const fn cut() -> Self {
        Self { value: Value::Null, whole: false, open: true }
    }
}

/// Where a string stands: decides which quotes end it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Key,
    Member,
    Item,
}

/// Reads one value from a place in a text.
pub(super) struct Reader<'a> {
    pub text: &'a str,
    pub at: usize,
    /// What may still be looked at, over all attempts at this text.
    looks: &'a Cell<usize>,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(text: &'a str, at: usize, looks: &'a Cell<usize>) -> Self {
        Self { text, at, looks }
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.peek_from(self.at)
    }

    pub(super) fn peek_from(&self, at: usize) -> Option<char> {
        self.looks.set(self.looks.get().saturating_sub(1));
        self.text[at..].chars().next()
    }

    pub(super) fn take(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    pub(super) fn wrong(&self, what: &'static str) -> Unreadable {
        Unreadable::Syntax { line: self.line(), what }
    }

    pub(super) fn line(&self) -> usize {
        1 + self.text[..self.at].matches('\n').count()
    }

    /// The first place from `at` on that is neither white space nor a comment.
    pub(super) fn after_blank(&self, mut at: usize) -> usize {
        while let Some(next) = self.peek_from(at) {
            let rest = &self.text[at..];
            if next.is_whitespace() || matches!(next, '\u{feff}' | '\u{200b}') {
                at += next.len_utf8();
            } else if next == '#' || rest.starts_with("//") {
                at += self.spend(rest.find('\n').unwrap_or(rest.len()));
            } else if rest.starts_with("/*") {
                at += self.spend(rest.find("*/").map_or(rest.len(), |end| end + 2));
            } else {
                break;
            }
        }
        at
    }

    fn spend(&self, bytes: usize) -> usize {
        self.looks.set(self.looks.get().saturating_sub(bytes));
        bytes
    }

    fn skip_blank(&mut self) {
        self.at = self.after_blank(self.at);
    }

    /// Past blanks and commas, however many.
    fn skip_commas(&mut self) {
        self.skip_blank();
        while self.peek() == Some(',') {
            self.at += 1;
            self.skip_blank();
        }
    }

    pub(super) fn value(&mut self, place: Place, depth: usize) -> Result<Read, Unreadable> {
        if depth > DEPTH_MAX || self.looks.get() == 0 {
            return Err(Unreadable::Tangled);
        }
        self.skip_blank();
        match self.peek() {
            None => Ok(Read::cut()),
            Some('{') => self.object(depth),
            Some('[') => self.list(depth),
            Some(quote) if string::opens(quote) => string::read(self, place),
            Some(next) if next.is_ascii_digit() || matches!(next, '-' | '+' | '.') => {
                number::read(self)
            }
            Some(next) if next.is_alphabetic() => self.word(),
            Some(_) => Err(self.wrong("a value was expected here")),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Read, Unreadable> {
        self.at += 1;
        let (mut members, mut whole, mut open) = (Map::new(), true, false);
        loop {
            self.skip_commas();
            match self.peek() {
                None => {
                    open = true;
                    break;
                }
                Some('}') => {
                    self.at += 1;
                    break;
                }
                // The brace was forgotten; the bracket ends the list around.
                Some(']') => break,
                Some(_) => {}
            }
            let Some(key) = self.key()? else {
                whole = false;
                break;
            };
            let read = self.value(Place::Member, depth + 1)?;
            whole &= read.whole;
            if read.whole {
                members.insert(key, read.value);
            }
        }
        Ok(Read { value: Value::Object(members), whole, open })
    }

    /// A key with the colon behind it; `None` if the text ends before.
    fn key(&mut self) -> Result<Option<String>, Unreadable> {
        let key = match self.peek() {
            Some(quote) if string::opens(quote) => {
                let read = string::read(self, Place::Key)?;
                match read.value {
                    Value::String(key) if read.whole => key,
                    _ => return Ok(None),
                }
            }
            Some(next) if next.is_alphabetic() || next == '_' => self.bare(),
            _ => return Err(self.wrong("a key in quotes was expected here")),
        };
        self.skip_blank();
        match self.take() {
            None => Ok(None),
            Some(':') => Ok(Some(key)),
            Some('=') => {
                self.at += usize::from(self.peek() == Some('>'));
                Ok(Some(key))
            }
            Some(_) => Err(self.wrong("a colon was expected after the key")),
        }
    }

    fn bare(&mut self) -> String {
        let from = self.at;
        while self.peek().is_some_and(|next| next.is_alphanumeric() || matches!(next, '_' | '-')) {
            self.take();
        }
        self.text[from..self.at].to_owned()
    }

    fn list(&mut self, depth: usize) -> Result<Read, Unreadable> {
        self.at += 1;
        let (mut items, mut closed, mut cut) = (Vec::new(), true, false);
        loop {
            self.skip_commas();
            match self.peek() {
                None => {
                    closed = false;
                    break;
                }
                Some(']') => {
                    self.at += 1;
                    break;
                }
                // The bracket was forgotten; the brace ends the object around.
                Some('}') => break,
                Some(_) => {}
            }
            let read = self.value(Place::Item, depth + 1)?;
            // Of an object without its end nobody knows what is missing.
            if read.whole && !read.open { items.push(read.value) } else { cut = true }
        }
        // Objects stand for themselves: the whole ones of a cut list count. Of a cut list of
        // words nobody knows what is missing.
        let independent = !items.is_empty() && items.iter().all(Value::is_object);
        let whole = (closed && !cut) || independent;
        Ok(Read { value: Value::Array(items), whole, open: !closed })
    }

    fn word(&mut self) -> Result<Read, Unreadable> {
        let word = self.bare();
        let value = match word.as_str() {
            "true" | "True" | "TRUE" => Value::Bool(true),
            "false" | "False" | "FALSE" => Value::Bool(false),
            "null" | "None" | "nil" | "NULL" | "undefined" | "NaN" => Value::Null,
            _ if self.at == self.text.len() => return Ok(Read::cut()),
            _ => return Err(self.wrong("text must stand in quotes")),
        };
        Ok(Read::whole(value))
    }
}
