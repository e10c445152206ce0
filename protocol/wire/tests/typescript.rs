//! The TypeScript of the wire types is checked in, and must be the one of this source.

#![allow(clippy::unwrap_used, reason = "a test stops where a file is not what it should be")]

use igny8_protocol_wire::typescript::{TYPESCRIPT_PATH, typescript};
use std::{fs, path::Path};

#[test]
fn generated_typescript_is_fresh() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let kept = fs::read_to_string(root.join(TYPESCRIPT_PATH)).unwrap_or_default();
    assert!(
        kept == typescript(),
        "{TYPESCRIPT_PATH} differs from protocol/wire: run `cargo xtask generate`"
    );
}

/// Types that nothing refers to would be forgotten without a word.
#[test]
fn every_wire_type_is_exported() {
    let generated = typescript();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for folder in [source.clone(), source.join("rest")] {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "rs") {
                for name in exported_names(&fs::read_to_string(&path).unwrap()) {
                    let found = [format!("export type {name} ="), format!("export type {name}<")]
                        .iter()
                        .any(|text| generated.contains(text));
                    assert!(found, "{name} of {} is not in src/typescript.rs", path.display());
                }
            }
        }
    }
}

/// The public types of a file that derive `TS`.
fn exported_names(source: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut derives = false;
    for line in source.lines() {
        if line.starts_with("#[derive(") {
            derives = line.contains("TS)");
        } else if let Some(rest) =
            line.strip_prefix("pub struct ").or_else(|| line.strip_prefix("pub enum "))
        {
            if derives {
                names.push(rest.chars().take_while(|c| c.is_alphanumeric()).collect());
            }
            derives = false;
        }
    }
    names
}
