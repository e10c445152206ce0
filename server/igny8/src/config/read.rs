//! Turns texts into typed values and gathers everything that is wrong on the way.

use super::layer::{Entry, Layers, Problem, Setting};
use std::collections::BTreeMap;
use std::str::FromStr;

/// Reads values one after the other; a bad one is noted and its default taken, so that all bad
/// values are found at once.
pub(super) struct Reader {
    values: BTreeMap<&'static str, Setting>,
    tables: BTreeMap<&'static str, Vec<Entry>>,
    provider_keys: BTreeMap<String, Setting>,
    problems: Vec<Problem>,
    /// The entry of a list that is read; none for the options.
    entry: Option<String>,
}

impl Reader {
    pub(super) fn new(layers: Layers) -> Self {
        let Layers { values, tables, provider_keys, problems } = layers;
        Self { values, tables, provider_keys, problems, entry: None }
    }

    /// Reads each entry of a list like options of its own.
    pub(super) fn entries<T>(
        &mut self,
        table: &str,
        mut read: impl FnMut(&mut Self) -> T,
    ) -> Vec<T> {
        let entries = self.tables.remove(table).unwrap_or_default();
        let read = |entry: Entry| {
            let layers = Layers { values: entry.fields, ..Layers::default() };
            let mut inner = Self { entry: Some(entry.place), ..Self::new(layers) };
            let value = read(&mut inner);
            self.problems.append(&mut inner.problems);
            value
        };
        entries.into_iter().map(read).collect()
    }

    /// The keys of providers from the environment, by the name in it.
    pub(super) fn take_provider_keys(&mut self) -> BTreeMap<String, Setting> {
        std::mem::take(&mut self.provider_keys)
    }

    /// Notes a problem that is not one option's.
    pub(super) fn refuse_at(&mut self, place: String, message: impl Into<String>) {
        self.problems.push(Problem::new(place, message));
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
        let place = place.unwrap_or_else(|| match &self.entry {
            Some(entry) => format!("`{name}` of {entry}"),
            None => format!("`{name}`"),
        });
        self.problems.push(Problem::new(place, message));
    }

    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.problems
    }
}
