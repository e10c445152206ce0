//! Which crate may know which. This table is the only one; docs/ARCHITECTURE.md says why.

use super::Finding;
use serde_json::Value;

/// A crate's folder, and the crates it may name. `*` at the end stands for any folder below;
/// alone, for everything but the top.
const ARROWS: &[(&str, &[&str])] = &[
    ("protocol/ids", &[]),
    ("protocol/wire", &["protocol/ids"]),
    ("actors/domain", &["protocol/ids"]),
    ("actors/document", &["protocol/ids"]),
    ("actors/ports", &["protocol/ids"]),
    ("storage/api", &["protocol/ids"]),
    (
        "actors/runtime",
        &["actors/domain", "actors/document", "actors/ports", "storage/api", "protocol/ids"],
    ),
    ("actors/simulation", &["*"]),
    ("storage/conformance", &["storage/api", "protocol/ids"]),
    ("storage/care", &["storage/api", "protocol/ids"]),
    ("storage/embedded", &["storage/api", "protocol/ids"]),
    ("storage/cql", &["storage/api", "protocol/ids"]),
    ("server/adapters/ai", &["server/adapters/http", "actors/ports", "protocol/ids"]),
    ("server/adapters/images", &["server/adapters/http", "actors/ports", "protocol/ids"]),
    ("server/adapters/*", &["actors/ports", "protocol/ids"]),
    ("server/edge", &["actors/runtime", "actors/domain", "protocol/wire", "protocol/ids"]),
    ("server/igny8", &["*"]),
    ("bench/*", &["*"]),
    ("infra/xtask", &[]),
];

/// What tests may know besides: a backend passes the suite; actors and edge run on a real store
/// with offline adapters.
const TEST_ARROWS: &[(&str, &[&str])] = &[
    ("storage/embedded", &["storage/conformance", "storage/care"]),
    ("storage/cql", &["storage/conformance", "storage/care", "storage/embedded"]),
    ("storage/care", &["storage/embedded"]),
    ("actors/runtime", &["storage/embedded", "server/adapters/*", "actors/simulation"]),
    (
        "server/edge",
        &[
            "storage/embedded",
            "storage/api",
            "actors/ports",
            "server/adapters/*",
            "actors/document",
        ],
    ),
];

/// Nobody depends on these: they are the top. (Simulation: tests alone.)
const TOPS: &[&str] = &["server/igny8", "bench/*", "infra/xtask"];

/// Foreign crates that would bring time, chance, a runtime or the network where none belongs.
const FOREIGN: &[(&str, &[&str])] = &[
    ("protocol/*", &["tokio", "ractor", "axum", "reqwest", "yrs", "rand"]),
    ("actors/domain", PURE),
    ("actors/document", PURE),
    ("actors/ports", &["tokio", "ractor", "axum", "reqwest"]),
    ("actors/runtime", &["axum", "reqwest", "lsm-tree", "scylla", "rand"]),
    ("storage/*", &["ractor", "axum", "reqwest", "yrs"]),
    ("server/adapters/*", &["ractor", "axum", "lsm-tree", "scylla", "yrs"]),
    ("server/edge", &["ractor", "reqwest", "lsm-tree", "scylla", "yrs"]),
];
const PURE: &[&str] = &[
    "tokio",
    "ractor",
    "futures",
    "rand",
    "rand_chacha",
    "axum",
    "reqwest",
    "lsm-tree",
    "rmp-serde",
];

/// A crate of the workspace.
#[derive(Debug)]
pub(super) struct Package {
    pub(super) name: String,
    /// Its folder below the root.
    pub(super) path: String,
    depends: Vec<Dependency>,
}

#[derive(Debug)]
struct Dependency {
    name: String,
    /// The folder, if it is ours.
    path: Option<String>,
    for_tests: bool,
}

impl Package {
    /// Reads what `cargo metadata` says.
    pub(super) fn list(metadata: &Value, root: &str) -> Vec<Self> {
        let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
        packages.iter().map(|package| Self::read(package, root)).collect()
    }

    fn read(package: &Value, root: &str) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let below =
            |path: &str| path.strip_prefix(root).unwrap_or(path).trim_start_matches('/').to_owned();
        let manifest = text(&package["manifest_path"]);
        let depends = package["dependencies"].as_array().map(Vec::as_slice).unwrap_or_default();
        Self {
            name: text(&package["name"]),
            path: below(manifest.trim_end_matches("/Cargo.toml")),
            depends: depends
                .iter()
                .map(|dependency| Dependency {
                    name: text(&dependency["name"]),
                    path: dependency["path"].as_str().map(below),
                    for_tests: dependency["kind"] == "dev",
                })
                .collect(),
        }
    }
}

/// Every arrow that the tables do not have.
pub(super) fn check(packages: &[Package]) -> Vec<Finding> {
    packages.iter().flat_map(check_package).collect()
}

fn check_package(package: &Package) -> Vec<Finding> {
    let Some(allowed) = row(ARROWS, &package.path) else {
        let rule = "a crate without a place among the arrows";
        return vec![Finding::new(&package.path, rule, REMEDY_PLACE)];
    };
    let tests = row(TEST_ARROWS, &package.path).unwrap_or_default();
    let foreign = row(FOREIGN, &package.path).unwrap_or_default();
    let mut findings = Vec::new();
    for dependency in &package.depends {
        let known = match &dependency.path {
            Some(path) => {
                let normal = allowed.iter().any(|pattern| matches(pattern, path));
                // A crate may name itself for its tests, to switch its own features on.
                let test = *path == package.path || tests.iter().any(|p| matches(p, path));
                let top = TOPS.iter().any(|pattern| matches(pattern, path));
                (normal && !top) || (dependency.for_tests && test)
            }
            None => dependency.for_tests || !foreign.contains(&dependency.name.as_str()),
        };
        if !known {
            let rule = format!("must not know {}", dependency.name);
            findings.push(Finding::new(format!("{}/Cargo.toml", package.path), rule, REMEDY));
        }
    }
    findings
}

const REMEDY: &str = "move the code to the room it belongs to, or take what is needed through a \
    port; a new arrow needs a page under docs/adr/ and a line in infra/xtask/src/tidy/arrow.rs";
const REMEDY_PLACE: &str =
    "give it a line in infra/xtask/src/tidy/arrow.rs and in docs/ARCHITECTURE.md";

fn row(table: &[(&str, &'static [&'static str])], path: &str) -> Option<&'static [&'static str]> {
    table.iter().find(|(pattern, _)| matches(pattern, path)).map(|(_, row)| *row)
}

fn matches(pattern: &str, path: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => path.starts_with(prefix),
        None => pattern == path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Findings for a crate with one dependency.
    fn found(path: &str, dependency: Value) -> usize {
        let metadata = json!({"packages": [{
            "name": "x", "manifest_path": format!("/r/{path}/Cargo.toml"),
            "dependencies": [dependency],
        }]});
        check(&Package::list(&metadata, "/r")).len()
    }

    fn ours(path: &str, kind: Option<&str>) -> Value {
        json!({"name": "y", "path": format!("/r/{path}"), "kind": kind})
    }

    #[test]
    fn arrows_of_the_table_pass_and_others_do_not() {
        assert_eq!(found("server/edge", ours("actors/runtime", None)), 0);
        assert_eq!(found("server/edge", ours("storage/api", None)), 1);
        assert_eq!(found("server/edge", ours("storage/embedded", Some("dev"))), 0);
        assert_eq!(found("actors/domain", ours("protocol/wire", None)), 1);
        assert_eq!(found("server/adapters/ai", ours("actors/ports", None)), 0);
        assert_eq!(found("server/adapters/ai", ours("actors/runtime", None)), 1);
    }

    #[test]
    fn a_crate_may_switch_its_own_features_on_for_its_tests() {
        assert_eq!(found("actors/domain", ours("actors/domain", Some("dev"))), 0);
        assert_eq!(found("actors/domain", ours("actors/domain", None)), 1);
    }

    #[test]
    fn nobody_depends_on_the_top() {
        assert_eq!(found("bench/load", ours("actors/domain", None)), 0);
        assert_eq!(found("server/igny8", ours("bench/load", None)), 1);
        assert_eq!(found("server/igny8", ours("bench/load", Some("dev"))), 1);
    }

    #[test]
    fn the_pure_crates_stay_pure() {
        assert_eq!(found("actors/domain", json!({"name": "tokio", "kind": null})), 1);
        assert_eq!(found("actors/domain", json!({"name": "tokio", "kind": "dev"})), 0);
        assert_eq!(found("actors/domain", json!({"name": "kodama", "kind": null})), 0);
    }

    #[test]
    fn a_crate_needs_a_place() {
        assert_eq!(found("actors/other", ours("protocol/ids", None)), 1);
    }
}
