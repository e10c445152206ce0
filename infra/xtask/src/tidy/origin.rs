//! Traces of one machine: a clone elsewhere must find nothing of where it was written.

use super::{Finding, SourceFile};

/// Folders of a machine, in two parts so that this file passes its own check.
const PLACES: &[(&str, &str)] = &[
    ("/work", "/main"),
    ("/work", "/shared"),
    ("/work", "/."),
    ("/tmp", "/igny8/"),
    ("/ro", "ot/"),
];
/// Where lock files may say that packages come from.
const REGISTRIES: &[&str] =
    &["https://registry.npmjs.org/", "registry+https://github.com/rust-lang/crates.io-index"];
const LOCKS: &[&str] = &["package-lock.json", "Cargo.lock"];

/// Paths of a machine in any text, and foreign registries in lock files.
pub(super) fn check(files: &[SourceFile]) -> Vec<Finding> {
    let places: Vec<String> = PLACES.iter().map(|(left, right)| format!("{left}{right}")).collect();
    let mut findings = Vec::new();
    for file in files {
        let is_lock = LOCKS.iter().any(|lock| file.path.ends_with(lock));
        for (number, line) in file.text.lines().enumerate() {
            let place = places.iter().find(|place| line.contains(place.as_str()));
            let found = place.map(String::as_str).or_else(|| is_lock.then(|| foreign(line))?);
            if let Some(found) = found {
                let at = format!("{}:{}", file.path, number + 1);
                let remedy = "say it without this machine: relative paths, the public registries";
                findings.push(Finding::new(at, format!("names {found}"), remedy));
            }
        }
    }
    findings
}

/// The source of a package that is not one of the public registries.
fn foreign(line: &str) -> Option<&str> {
    let line = line.trim();
    let rest =
        line.strip_prefix("\"resolved\": \"").or_else(|| line.strip_prefix("source = \""))?;
    let source = rest.split('"').next()?;
    let local = !source.contains("://");
    (!local && !REGISTRIES.iter().any(|known| source.starts_with(known))).then_some(source)
}

#[cfg(test)]
mod tests {
    use super::super::file;
    use super::*;

    #[test]
    fn lock_files_name_public_registries() {
        let lock = |source: &str| {
            check(&[file("x/package-lock.json", &format!("  \"resolved\": \"{source}\",\n"))]).len()
        };
        assert_eq!(lock("https://registry.npmjs.org/a/-/a-1.tgz"), 0);
        assert_eq!(lock("packages/sdk"), 0);
        assert_eq!(lock("https://mirror.example/npm/a/-/a-1.tgz"), 1);
        assert_eq!(check(&[file("Cargo.lock", "source = \"git+https://x.example/y\"\n")]).len(), 1);
    }

    #[test]
    fn machine_paths_are_found_in_any_text() {
        let path = format!("see {}{}/x\n", PLACES[0].0, PLACES[0].1);
        assert_eq!(check(&[file("docs/A.md", &path)]).len(), 1);
        assert!(check(&[file("docs/A.md", "see docs/B.md and /tmp/sites\n")]).is_empty());
    }
}
