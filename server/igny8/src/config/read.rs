//! Turns texts into typed values and gathers everything that is wrong on the way.

use super::layer::{Problem, Setting};
use std::collections::BTreeMap;
use std::str::FromStr;

/// Reads values one after the other; a bad one is noted and its default taken, so that all bad
/// values are found at once.
pub(super) struct Reader {
    values: BTreeMap<&'static str, Setting>,
    problems: Vec<Problem>,
}

impl Reader {
    pub(super) fn new(values: BTreeMap<&'static str, Setting>, problems: Vec<Problem>) -> Self {
        Self { values, problems }
    }

    /// The text of an option, if it is set.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.values.get(name).map(|setting| setting.text.clone())
    }

    /// A value, or the default if it is absent or bad. `wanted` says what would be right.
    pub(super) fn value<T: FromStr>(&mut self, name: &'static str, default: T, wanted: &str) -> T {
        self.optional(name, wanted).unwrap_or(default)
    }

    /// A value, if it is set and good.
    pub(super) fn optional<T: FromStr>(&mut self, name: &'static str, wanted: &str) -> Option<T> {
        let text = self.text(name)?;
        let value = text.trim().parse().ok();
        if value.is_none() {
            self.refuse(name, format!("{text:?} is not {wanted}"));
        }
        value
    }

    /// Yes or no, in the ways people write it.
    pub(super) fn flag(&mut self, name: &'static str, default: bool) -> bool {
        let Some(text) = self.text(name) else { return default };
        match text.trim().to_ascii_lowercase().as_str() {
            "1" | "true" | "yes" | "on" => true,
            "0" | "false" | "no" | "off" | "" => false,
            _ => {
                self.refuse(name, format!("{text:?} is neither true nor false"));
                default
            }
        }
    }

    /// A list, by commas.
    pub(super) fn list<T: FromStr>(&mut self, name: &'static str, wanted: &str) -> Vec<T> {
        let text = self.text(name).unwrap_or_default();
        let mut items = Vec::new();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            match part.parse() {
                Ok(item) => items.push(item),
                Err(_) => self.refuse(name, format!("{part:?} is not {wanted}")),
            }
        }
        items
    }

    /// Notes what is wrong with an option.
    pub(super) fn refuse(&mut self, name: &'static str, message: impl Into<String>) {
        let place = self.values.get(name).map(|setting| setting.place.clone());
        self.problems.push(Problem::new(place.unwrap_or_else(|| format!("`{name}`")), message));
    }

    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.problems
    }
}
