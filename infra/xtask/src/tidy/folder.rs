//! A folder holds at most a dozen source files; each room says what it is; each crate likewise.

use super::{Finding, SourceFile};
use std::collections::BTreeMap;

const FILES_MAX: usize = 12;
/// The rooms of the house.
const ROOMS: &[&str] = &["protocol", "actors", "storage", "server", "client-ts", "infra", "bench"];
/// Folders that hold more, and why.
const EXCEPTIONS: &[(&str, usize, &str)] = &[];

/// Folders with too many files, rooms without a README, crates without a first sentence.
pub(super) fn check(files: &[SourceFile]) -> Vec<Finding> {
    let mut findings = crowded(files);
    for room in ROOMS {
        let path = format!("{room}/README.md");
        if !files.iter().any(|file| file.path == path) {
            let remedy = "a few lines: what the room is, what it must not know, what to open first";
            findings.push(Finding::new(path, "a room without a README", remedy));
        }
    }
    for file in files {
        let is_root = file.path.ends_with("/src/lib.rs") || file.path.ends_with("/src/main.rs");
        if is_root && !file.text.starts_with("//! ") {
            let remedy = "begin with `//! What it is. What it does not do, and who does.`";
            findings.push(Finding::new(&file.path, "a crate without a first sentence", remedy));
        }
    }
    findings
}

fn crowded(files: &[SourceFile]) -> Vec<Finding> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for file in files.iter().filter(|file| file.is_source()) {
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        *counts.entry(folder).or_default() += 1;
    }
    counts.retain(|folder, count| *count > limit(folder));
    let finding = |(folder, count): (&str, usize)| {
        let rule = format!("{count} source files; a folder holds {}", limit(folder));
        Finding::new(folder, rule, "group what belongs together in folders of its own")
    };
    counts.into_iter().map(finding).collect()
}

fn limit(folder: &str) -> usize {
    let exception = EXCEPTIONS.iter().find(|(path, ..)| *path == folder);
    exception.map_or(FILES_MAX, |(_, limit, _)| *limit)
}

#[cfg(test)]
mod tests {
    use super::super::file;
    use super::*;

    #[test]
    fn a_folder_holds_a_dozen() {
        let many = |count: usize| -> Vec<SourceFile> {
            (0..count).map(|number| file(&format!("a/b/{number}.rs"), "")).collect()
        };
        assert!(crowded(&many(FILES_MAX)).is_empty());
        assert_eq!(crowded(&many(FILES_MAX + 1)).len(), 1);
    }

    #[test]
    fn rooms_and_crates_say_what_they_are() {
        let readmes = ROOMS.iter().map(|room| file(&format!("{room}/README.md"), "x"));
        let mut files: Vec<SourceFile> = readmes.collect();
        files.push(file("protocol/ids/src/lib.rs", "//! Typed ids.\n"));
        assert!(check(&files).is_empty());
        files.push(file("protocol/wire/src/lib.rs", "mod frame;\n"));
        files.remove(0);
        assert_eq!(check(&files).len(), 2);
    }
}
