//! Where values come from: each layer replaces what the ones before it said.

use super::option::{ConfigOption, OPTIONS, OTHER_VARIABLES, TEST_PREFIX};
use config::{FileFormat, Source as _, ValueKind};
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

const PREFIX: &str = "IGNY8_";
const FILE_SUFFIX: &str = "_FILE";
/// A secret's file is a line, not a document.
const SECRET_BYTES_MAX: usize = 64 * 1024;

/// Something that is wrong with the configuration. Never shows a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    /// Which option, and where it stands.
    pub(crate) place: String,
    /// What is wrong and what would be right.
    pub(crate) message: String,
}

impl Problem {
    pub(crate) fn new(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { place: place.into(), message: message.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

/// A value as text, and where it stands.
#[derive(Clone)]
pub(crate) struct Setting {
    pub(crate) text: String,
    pub(crate) place: String,
}

/// The values of all layers.
#[derive(Default)]
pub(crate) struct Layers {
    values: BTreeMap<&'static str, Setting>,
    problems: Vec<Problem>,
}

fn known(name: &str) -> Option<&'static ConfigOption> {
    OPTIONS.iter().find(|option| option.name == name)
}

impl Layers {
    fn set(&mut self, option: &'static ConfigOption, text: String, place: String) {
        self.values.insert(option.name, Setting { text, place });
    }

    /// All layers below the flags: this file, if any, and the environment.
    pub(crate) fn below_flags(file: Option<&Path>) -> Self {
        let mut layers = Self::default();
        if let Some(path) = file {
            layers.file(path);
        }
        layers.environment(
            std::env::vars_os().filter_map(|(name, text)| {
                Some((name.into_string().ok()?, text.into_string().ok()?))
            }),
        );
        layers
    }

    /// The layer of a TOML file.
    pub(crate) fn file(&mut self, path: &Path) {
        match std::fs::read_to_string(path) {
            Ok(text) => self.toml(&text, &path.display().to_string()),
            Err(error) => self.problems.push(Problem::new(
                path.display().to_string(),
                format!("the configuration file cannot be read: {error}"),
            )),
        }
    }

    fn toml(&mut self, text: &str, file: &str) {
        let parsed = match config::File::from_str(text, FileFormat::Toml).collect() {
            Ok(parsed) => parsed,
            Err(error) => {
                self.problems.push(Problem::new(file, format!("this is no TOML: {error}")));
                return;
            }
        };
        for (name, value) in parsed {
            let place = format!("`{name}` in {file}");
            let Some(option) = known(&name) else {
                self.problems.push(Problem::new(place, unknown(&name)));
                continue;
            };
            match text_of(value) {
                Some(text) => self.set(option, text, place),
                None => self.problems.push(Problem::new(place, "a table is not a value here")),
            }
        }
    }

    /// The layer of the environment. `AI_DEV_MODE` is taken as `IGNY8_DEVELOPMENT`.
    pub(crate) fn environment(&mut self, variables: impl IntoIterator<Item = (String, String)>) {
        let variables: BTreeMap<String, String> = variables.into_iter().collect();
        let development = known("development").expect("it is in the table");
        for name in ["AI_DEV_MODE", "IGNY8_AI_DEV_MODE"] {
            if let Some(text) = variables.get(name).filter(|text| !text.is_empty()) {
                self.set(development, text.clone(), name.to_owned());
            }
        }
        for (name, text) in &variables {
            let Some(rest) = name.strip_prefix(PREFIX) else { continue };
            if OTHER_VARIABLES.contains(&name.as_str()) || name.starts_with(TEST_PREFIX) {
                continue;
            }
            self.variable(name, rest, text);
        }
    }

    fn variable(&mut self, name: &str, rest: &str, text: &str) {
        let secret_file = rest
            .strip_suffix(FILE_SUFFIX)
            .and_then(|stem| known(&stem.to_lowercase()))
            .filter(|option| option.secret);
        if let Some(option) = secret_file {
            return match read_secret(Path::new(text)) {
                Ok(secret) => self.set(option, secret, name.to_owned()),
                Err(reason) => self.problems.push(Problem::new(name, reason)),
            };
        }
        match known(&rest.to_lowercase()) {
            // An empty variable is how compose files leave one out.
            Some(_) if text.is_empty() => {}
            Some(option) => self.set(option, text.to_owned(), name.to_owned()),
            None => self.problems.push(Problem::new(name, unknown(&rest.to_lowercase()))),
        }
    }

    /// One value of the layer of flags.
    pub(crate) fn flag(&mut self, name: &'static str, text: impl Into<String>) {
        let option = known(name).expect("flags name options of the table");
        let place = format!("--{}", name.replace('_', "-"));
        self.set(option, text.into(), place);
    }

    /// Those of these flags that are given.
    pub(crate) fn flags(&mut self, flags: &[(&'static str, &Option<String>)]) {
        for (name, text) in flags {
            if let Some(text) = text {
                self.flag(name, text.as_str());
            }
        }
    }

    /// What is set, and what was wrong on the way.
    pub(crate) fn into_parts(self) -> (BTreeMap<&'static str, Setting>, Vec<Problem>) {
        (self.values, self.problems)
    }
}

fn text_of(value: config::Value) -> Option<String> {
    match value.kind {
        ValueKind::Table(_) => None,
        ValueKind::Array(items) => {
            let items: Option<Vec<String>> = items.into_iter().map(text_of).collect();
            items.map(|items| items.join(","))
        }
        _ => value.into_string().ok(),
    }
}

fn unknown(name: &str) -> String {
    let near = OPTIONS
        .iter()
        .map(|option| (distance(option.name, name), option.name))
        .min()
        .filter(|(distance, _)| *distance <= 3);
    match near {
        Some((_, near)) => format!("there is no such option; did you mean `{near}`?"),
        None => "there is no such option; `igny8 check-config --list` lists them".to_owned(),
    }
}

/// Letters to change to get from one name to the other (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other = other.as_bytes();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, letter) in one.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], line + 1);
        for (column, second) in other.iter().enumerate() {
            let change = diagonal + usize::from(letter != *second);
            diagonal = row[column + 1];
            row[column + 1] = change.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

fn read_secret(path: &Path) -> Result<String, String> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    if text.len() > SECRET_BYTES_MAX {
        return Err(format!("{} is too large for a secret", path.display()));
    }
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    fn value(layers: Layers, name: &str) -> (Option<String>, Vec<Problem>) {
        let (values, problems) = layers.into_parts();
        (values.get(name).map(|setting| setting.text.clone()), problems)
    }

    #[test]
    fn later_layers_replace_earlier_ones() {
        let mut layers = Layers::default();
        layers.toml("listen = \"1.1.1.1:1\"\nlimit_address = 5\norigins = [\"a\", \"b\"]", "f");
        layers.environment(environment(&[("IGNY8_LISTEN", "2.2.2.2:2"), ("IGNY8_ORIGINS", "")]));
        layers.flag("listen", "3.3.3.3:3");
        let (values, problems) = layers.into_parts();
        assert_eq!(problems, []);
        assert_eq!(values["listen"].text, "3.3.3.3:3");
        assert_eq!(values["limit_address"].text, "5");
        assert_eq!(values["origins"].text, "a,b", "an empty variable replaces nothing");
    }

    #[test]
    fn both_names_of_the_development_mode_count() {
        for name in ["AI_DEV_MODE", "IGNY8_AI_DEV_MODE", "IGNY8_DEVELOPMENT"] {
            let mut layers = Layers::default();
            layers.environment(environment(&[(name, "1")]));
            assert_eq!(value(layers, "development"), (Some("1".to_owned()), vec![]), "{name}");
        }
    }

    #[test]
    fn secrets_come_from_files_and_plain_options_do_not() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key");
        std::fs::write(&path, "sk-1\n").unwrap();
        let text = path.to_str().unwrap();
        let mut layers = Layers::default();
        layers.environment(environment(&[("IGNY8_AI_KEY_FILE", text)]));
        assert_eq!(value(layers, "ai_key"), (Some("sk-1".to_owned()), vec![]));
        let mut layers = Layers::default();
        layers
            .environment(environment(&[("IGNY8_LISTEN_FILE", text), ("IGNY8_AI_KEY_FILE", "/x")]));
        assert_eq!(value(layers, "listen").1.len(), 2);
    }

    #[test]
    fn misspelt_names_are_problems_with_a_proposal() {
        let mut layers = Layers::default();
        layers.toml("lisen = \"x\"\n[limits]\na = 1", "f.toml");
        layers.environment(environment(&[("IGNY8_DATADIR", "x"), ("IGNY8_TEST_LONG", "1")]));
        let (_, problems) = layers.into_parts();
        let text: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(text.len(), 3, "{text:?}");
        assert!(text.iter().any(|line| line.contains("f.toml") && line.contains("`listen`")));
        assert!(
            text.iter().any(|line| line.contains("IGNY8_DATADIR") && line.contains("`data_dir`"))
        );
    }

    #[test]
    fn what_is_no_toml_is_told() {
        let mut layers = Layers::default();
        layers.toml("listen = ", "f.toml");
        assert_eq!(layers.into_parts().1.len(), 1);
    }
}
