//! Names: a package's follows from its folder; a file is named for what it holds.

use super::arrow::Package;
use super::{Finding, SourceFile};

/// Names that say nothing and attract everything.
const EMPTY: &[&str] =
    &["util", "utils", "helper", "helpers", "common", "misc", "manager", "managers", "ops"];

/// Packages with another name than their folder's, files and folders with an empty one.
pub(super) fn check(packages: &[Package], files: &[SourceFile]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in packages {
        let name = format!("igny8-{}", package.path.replace('/', "-"));
        if package.name != name {
            let rule = format!("the package is called {}", package.name);
            let place = format!("{}/Cargo.toml", package.path);
            findings.push(Finding::new(place, rule, format!("call it {name}")));
        }
    }
    for file in files.iter().filter(|file| file.is_source()) {
        if let Some(word) = empty_word(&file.path) {
            let rule = format!("\"{word}\" does not say what is in it");
            findings.push(Finding::new(&file.path, rule, "name it for the thing it holds"));
        }
    }
    findings
}

/// The first word of a path, of any of its parts, that says nothing.
fn empty_word(path: &str) -> Option<&'static str> {
    path.split(['/', '.', '-', '_']).flat_map(camel_words).find_map(|word| {
        let word = word.to_lowercase();
        EMPTY.iter().find(|empty| **empty == word).copied()
    })
}

/// `TaskManager` is two words.
fn camel_words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut begin = 0;
    for (at, _) in text.match_indices(char::is_uppercase) {
        words.push(&text[begin..at]);
        begin = at;
    }
    words.push(&text[begin..]);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_names_are_found_wherever_they_hide() {
        for path in ["a/utils.rs", "a/string_utils.ts", "helpers/a.rs", "a/TaskManager.tsx"] {
            assert!(empty_word(path).is_some(), "{path}");
        }
        for path in ["a/operation.rs", "a/commonplace.rs", "a/drop.rs", "a/Opsin.tsx"] {
            assert_eq!(empty_word(path), None, "{path}");
        }
    }
}
