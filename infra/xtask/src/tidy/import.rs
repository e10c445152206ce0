//! Which TypeScript package may import which: protocol ← sdk ← react ← dashboard.

use super::{Finding, SourceFile};

/// A package's name, its folder, and the packages it may import.
const ARROWS: &[(&str, &str, &[&str])] = &[
    ("protocol", "client-ts/packages/protocol/", &[]),
    ("sdk", "client-ts/packages/sdk/", &["protocol"]),
    ("react", "client-ts/packages/react/", &["protocol", "sdk"]),
    ("dashboard", "client-ts/apps/dashboard/", &["protocol", "sdk", "react"]),
    ("e2e", "client-ts/e2e/", &["protocol", "sdk", "react"]),
    ("interop", "client-ts/interop/", &["protocol", "sdk"]),
];
/// What packages export beside their index (`exports` in their package.json): what needs packages
/// that the index does without.
const ENTRIES: &[&str] = &["react/tiptap"];
const REMEDY: &str = "the direction is protocol ← sdk ← react ← dashboard: move the code down, or \
    export what is needed from the package's own index";

/// Imports against the arrows, past a package's index, or across a package's border by a path.
pub(super) fn check(files: &[SourceFile]) -> Vec<Finding> {
    let scripts = files.iter().filter(|file| ["ts", "tsx"].contains(&file.extension()));
    scripts.flat_map(check_file).collect()
}

fn check_file(file: &SourceFile) -> Vec<Finding> {
    let Some((name, folder, allowed)) =
        ARROWS.iter().find(|(_, folder, _)| file.path.starts_with(folder))
    else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for (number, line) in file.text.lines().enumerate() {
        let Some(source) = imported(line) else { continue };
        let wrong = if let Some(entry) = source.strip_prefix("@igny8/") {
            let package = match entry.split_once('/') {
                Some((package, _)) if ENTRIES.contains(&entry) => package,
                _ => entry,
            };
            package != *name && !allowed.contains(&package)
        } else {
            source.starts_with('.') && leaves(&file.path, source, folder)
        };
        if wrong {
            let place = format!("{}:{}", file.path, number + 1);
            findings.push(Finding::new(place, format!("must not import {source}"), REMEDY));
        }
    }
    findings
}

/// The source of an import or a re-export that ends on this line.
fn imported(line: &str) -> Option<&str> {
    let line = line.trim();
    let starts = ["import ", "export ", "} from "].iter().any(|word| line.starts_with(word));
    let rest = match line.split_once(" from ") {
        Some((_, rest)) if starts => rest,
        _ => line.strip_prefix("import ")?,
    };
    let quote = rest.chars().next().filter(|c| ['\'', '"'].contains(c))?;
    rest[1..].split(quote).next()
}

/// True if a relative import leads out of the package's folder.
fn leaves(path: &str, source: &str, folder: &str) -> bool {
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in source.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            other => parts.push(other),
        }
    }
    !format!("{}/", parts.join("/")).starts_with(folder)
}

#[cfg(test)]
mod tests {
    use super::super::file;
    use super::*;

    fn found(path: &str, text: &str) -> usize {
        check(&[file(path, text)]).len()
    }

    #[test]
    fn imports_go_one_way() {
        let sdk = "client-ts/packages/sdk/src/a.ts";
        assert_eq!(found(sdk, "import { encode } from '@igny8/protocol';"), 0);
        assert_eq!(found(sdk, "import type { Hook } from '@igny8/react';"), 1);
        assert_eq!(found(sdk, "import {\n  a,\n} from \"@igny8/react\";"), 1);
        assert_eq!(found(sdk, "import '@igny8/react';"), 1);
        assert_eq!(found(sdk, "export * from '@igny8/dashboard';"), 1);
        assert_eq!(found(sdk, "import * as Y from 'yjs';"), 0);
    }

    #[test]
    fn no_path_leads_around_an_index() {
        let page = "client-ts/apps/dashboard/src/features/a/b.tsx";
        assert_eq!(found(page, "import { x } from '@igny8/sdk/src/x';"), 1);
        assert_eq!(found(page, "import { x } from '@igny8/react/tiptap';"), 0);
        assert_eq!(found(page, "import { x } from '@igny8/react/src/tiptap';"), 1);
        let sdk = "client-ts/packages/sdk/src/a.ts";
        assert_eq!(found(sdk, "import { x } from '@igny8/react/tiptap';"), 1);
        assert_eq!(found(page, "import { x } from '../../shared/x';"), 0);
        assert_eq!(found(page, "import { x } from '../../../../../packages/sdk/src/x';"), 1);
    }
}
