//! Where values come from: each layer replaces what the ones before it said.

use super::option::{ConfigOption, ConfigTable, OPTIONS, OTHER_VARIABLES, TABLES, TEST_PREFIX};
use config::{FileFormat, Source as _, ValueKind};
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

const PREFIX: &str = "IGNY8_";
const FILE_SUFFIX: &str = "_FILE";
/// Variables with the key of a provider of the list: `IGNY8_AI_PROVIDER_NAME_KEY`.
const PROVIDER_PREFIX: &str = "ai_provider_";
const KEY_SUFFIX: &str = "_key";
/// Entries of one list: more would be a mistake.
const ENTRIES_MAX: usize = 256;
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

/// An entry of a list.
pub(crate) struct Entry {
    /// Which of which list, in which file.
    pub(crate) place: String,
    pub(crate) fields: BTreeMap<&'static str, Setting>,
}

/// What all layers say.
#[derive(Default)]
pub(crate) struct Layers {
    pub(super) values: BTreeMap<&'static str, Setting>,
    pub(super) tables: BTreeMap<&'static str, Vec<Entry>>,
    /// Keys of providers from the environment, by the name in it.
    pub(super) provider_keys: BTreeMap<String, Setting>,
    pub(super) problems: Vec<Problem>,
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
            if let Some(table) = TABLES.iter().find(|table| table.name == name) {
                self.table(table, value, file);
                continue;
            }
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

    fn table(&mut self, table: &'static ConfigTable, value: config::Value, file: &str) {
        let place = format!("`{}` in {file}", table.name);
        let entries: Option<Vec<_>> = match value.kind {
            ValueKind::Array(items) if items.len() <= ENTRIES_MAX => {
                items.into_iter().map(|item| item.into_table().ok()).collect()
            }
            _ => None,
        };
        let Some(entries) = entries else {
            let message = format!("write each entry as [[{}]], {ENTRIES_MAX} at most", table.name);
            return self.problems.push(Problem::new(place, message));
        };
        let all = entries.into_iter().enumerate().map(|(index, fields)| {
            let place = format!("[[{}]] number {} in {file}", table.name, index + 1);
            let fields = fields.into_iter().filter_map(|(name, value)| {
                let read = field(table, &name, value);
                let noted = |reason| Problem::new(format!("`{name}` of {place}"), reason);
                read.map_err(|reason| self.problems.push(noted(reason))).ok()
            });
            let fields = fields
                .map(|(name, text)| (name, Setting { text, place: format!("`{name}` of {place}") }))
                .collect();
            Entry { place: place.clone(), fields }
        });
        let all = all.collect();
        self.tables.insert(table.name, all);
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
        if let Some(provider) = provider_of_key(rest) {
            return match provider {
                _ if text.is_empty() => {}
                (name, true) => match read_secret(Path::new(text)) {
                    Ok(text) => self.provider_key(name, text, rest),
                    Err(reason) => self.problems.push(Problem::new(name, reason)),
                },
                (name, false) => self.provider_key(name, text.to_owned(), rest),
            };
        }
        match known(&rest.to_lowercase()) {
            // An empty variable is how compose files leave one out.
            Some(_) if text.is_empty() => {}
            Some(option) => self.set(option, text.to_owned(), name.to_owned()),
            None => self.problems.push(Problem::new(name, unknown(&rest.to_lowercase()))),
        }
    }

    fn provider_key(&mut self, provider: String, text: String, variable: &str) {
        let place = format!("{PREFIX}{variable}");
        self.provider_keys.insert(provider, Setting { text, place });
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
}

/// A field of an entry; a secret from the file that it names.
fn field(
    table: &ConfigTable,
    name: &str,
    value: config::Value,
) -> Result<(&'static str, String), String> {
    let text = text_of(value).ok_or("a table is not a value here")?;
    let find = |name: &str| table.fields.iter().find(|field| field.name == name);
    if let Some(option) = find(name) {
        return Ok((option.name, text));
    }
    let stem = name.strip_suffix("_file").and_then(find).filter(|option| option.secret);
    match stem {
        Some(option) => Ok((option.name, read_secret(Path::new(&text))?)),
        None => Err(near(name, table.fields)),
    }
}

/// Whose key a variable holds, and whether it names a file.
fn provider_of_key(rest: &str) -> Option<(String, bool)> {
    let name = rest.to_lowercase();
    let (name, is_file) = match name.strip_suffix("_file") {
        Some(stem) => (stem, true),
        None => (name.as_str(), false),
    };
    let provider = name.strip_prefix(PROVIDER_PREFIX)?.strip_suffix(KEY_SUFFIX)?;
    (!provider.is_empty()).then(|| (provider.to_owned(), is_file))
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
    near(name, OPTIONS)
}

fn near(name: &str, options: &[ConfigOption]) -> String {
    let near = options
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
        let Layers { values, problems, .. } = layers;
        (values.get(name).map(|setting| setting.text.clone()), problems)
    }

    #[test]
    fn later_layers_replace_earlier_ones() {
        let mut layers = Layers::default();
        layers.toml("listen = \"1.1.1.1:1\"\nlimit_address = 5\norigins = [\"a\", \"b\"]", "f");
        layers.environment(environment(&[("IGNY8_LISTEN", "2.2.2.2:2"), ("IGNY8_ORIGINS", "")]));
        layers.flag("listen", "3.3.3.3:3");
        let Layers { values, problems, .. } = layers;
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
        let problems = layers.problems;
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
        assert_eq!(layers.problems.len(), 1);
    }

    #[test]
    fn lists_have_entries_whose_secrets_may_be_in_files() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key");
        std::fs::write(&path, "sk-1\n").unwrap();
        let mut layers = Layers::default();
        let text = format!(
            "[[ai_provider]]\nname = \"a\"\nmodels = [\"x\", \"y\"]\nkey_file = {path:?}\nkynd = 1\n\
             [[ai_price]]\nmodel = \"x\"\ninput = 0.25\n",
        );
        layers.toml(&text, "f");
        let first = &layers.tables["ai_provider"][0].fields;
        assert_eq!((first["key"].text.as_str(), first["models"].text.as_str()), ("sk-1", "x,y"));
        assert_eq!(layers.tables["ai_price"][0].fields["input"].text, "0.25");
        let problem = layers.problems[0].to_string();
        assert!(problem.contains("number 1 in f") && problem.contains("`kind`"), "{problem}");
        for wrong in ["ai_provider = 1", "[ai_provider]\nname = \"a\"", "ai_price = [1]"] {
            let mut layers = Layers::default();
            layers.toml(wrong, "f");
            assert!(layers.problems[0].message.contains("[["), "{wrong}");
        }
    }

    #[test]
    fn keys_of_providers_come_from_the_environment() {
        let mut layers = Layers::default();
        layers.environment(environment(&[
            ("IGNY8_AI_PROVIDER_CLAUDE_KEY", "sk-2"),
            ("IGNY8_AI_PROVIDER_OTHER_KEY_FILE", "/nowhere"),
            ("IGNY8_AI_PROVIDER_EMPTY_KEY", ""),
        ]));
        assert_eq!(layers.provider_keys["claude"].text, "sk-2");
        assert_eq!((layers.provider_keys.len(), layers.problems.len()), (1, 1));
    }
}
