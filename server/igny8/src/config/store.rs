//! Which store: the part of the settings that every command needs.

use super::layer::{Layers, Problem};
use super::read::Reader;
use secrecy::SecretString;
use std::path::PathBuf;

const CACHE_MIB: u64 = 64;
const CQL_NODE: &str = "127.0.0.1:9042";
const CQL_KEYSPACE: &str = "igny8";
/// What production needs; with fewer, a lost node loses data.
const CQL_COPIES: u8 = 3;

/// Where the data folder is, and which engine holds the store.
#[derive(Clone, Debug)]
pub(crate) struct StoreSettings {
    pub(crate) data_dir: PathBuf,
    pub(crate) engine: StoreEngine,
}

/// What holds the store.
#[derive(Clone, Debug)]
pub(crate) enum StoreEngine {
    /// Files in the data folder.
    Embedded {
        /// Memory for blocks that were read.
        cache_bytes: u64,
        /// Whether faults may be asked for: in development alone.
        faults: bool,
    },
    /// A CQL server.
    Cql(CqlSettings),
}

/// How a CQL server is reached.
#[derive(Clone, Debug)]
pub(crate) struct CqlSettings {
    pub(crate) nodes: Vec<String>,
    pub(crate) keyspace: String,
    pub(crate) credentials: Option<(String, SecretString)>,
    pub(crate) datacenter: Option<String>,
    /// Copies per datacenter, where the keyspace has to be made.
    pub(crate) copies: u8,
}

impl StoreSettings {
    /// Reads these values alone; what is wrong with others is not asked.
    pub(crate) fn read(layers: Layers) -> Result<Self, Vec<Problem>> {
        let mut reader = Reader::new(layers);
        let development = reader.flag("development", false);
        let settings = Self::gather(&mut reader, development);
        let problems = reader.into_problems();
        if problems.is_empty() { Ok(settings) } else { Err(problems) }
    }

    pub(super) fn gather(reader: &mut Reader, development: bool) -> Self {
        let data_dir = reader.text("data_dir").filter(|text| !text.is_empty());
        let data_dir = PathBuf::from(data_dir.unwrap_or_else(|| ".igny8".to_owned()));
        let cache_mib = reader.value("store_cache_mib", CACHE_MIB, "a number of MiB");
        let cql = cql(reader);
        let engine = match reader.text("store").as_deref() {
            None | Some("embedded") => {
                if reader.text("cql_nodes").is_some() {
                    reader.refuse("cql_nodes", "it has no use without `store = \"cql\"`");
                }
                StoreEngine::Embedded { cache_bytes: cache_mib << 20, faults: development }
            }
            Some("cql") => StoreEngine::Cql(cql),
            Some(other) => {
                reader.refuse("store", format!("{other:?} is neither `embedded` nor `cql`"));
                StoreEngine::Cql(cql)
            }
        };
        Self { data_dir, engine }
    }
}

fn cql(reader: &mut Reader) -> CqlSettings {
    let mut nodes: Vec<String> = reader.list("cql_nodes", "an address such as 10.0.0.1:9042");
    if nodes.is_empty() {
        nodes.push(CQL_NODE.to_owned());
    }
    let keyspace = reader.text("cql_keyspace").unwrap_or_else(|| CQL_KEYSPACE.to_owned());
    let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if keyspace.is_empty() || keyspace.len() > 48 || !keyspace.chars().all(is_name) {
        let message = "a keyspace has up to 48 lower-case letters, digits and underscores";
        reader.refuse("cql_keyspace", message);
    }
    let credentials = match (reader.text("cql_user"), reader.text("cql_password")) {
        (Some(user), Some(password)) => Some((user, password.into())),
        (None, None) => None,
        (Some(_), None) => {
            reader.refuse("cql_user", "it needs `cql_password`, from a file or the environment");
            None
        }
        (None, Some(_)) => {
            reader.refuse("cql_password", "it has no use without `cql_user`");
            None
        }
    };
    CqlSettings {
        nodes,
        keyspace,
        credentials,
        datacenter: reader.text("cql_datacenter"),
        copies: reader.value("cql_copies", CQL_COPIES, "a number of copies"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<StoreSettings, Vec<String>> {
        let mut layers = Layers::default();
        let named = |(name, text): &(&str, &str)| {
            (format!("IGNY8_{}", name.to_uppercase()), (*text).to_owned())
        };
        layers.environment(pairs.iter().map(named));
        StoreSettings::read(layers)
            .map_err(|problems| problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn embedded_is_the_default_and_needs_nothing() {
        let settings = read(&[]).unwrap();
        assert_eq!(settings.data_dir, PathBuf::from(".igny8"));
        assert!(matches!(settings.engine, StoreEngine::Embedded { faults: false, .. }));
    }

    #[test]
    fn cql_is_reached_as_the_options_say_and_its_password_is_not_shown() {
        let settings = read(&[
            ("store", "cql"),
            ("cql_nodes", "a:1, b:2"),
            ("cql_user", "igny8"),
            ("cql_password", "open sesame"),
            ("cql_datacenter", "dc1"),
        ])
        .unwrap();
        assert!(!format!("{settings:?}").contains("sesame"));
        let StoreEngine::Cql(cql) = settings.engine else { panic!("not cql") };
        assert_eq!(cql.nodes, ["a:1", "b:2"]);
        assert_eq!((cql.keyspace.as_str(), cql.copies), ("igny8", 3));
        assert_eq!(cql.datacenter.as_deref(), Some("dc1"));
    }

    #[test]
    fn what_does_not_fit_together_is_refused() {
        for (pairs, reason) in [
            (&[("store", "redis")][..], "neither"),
            (&[("cql_nodes", "a:1")], "no use without"),
            (&[("store", "cql"), ("cql_user", "u")], "needs `cql_password`"),
            (&[("store", "cql"), ("cql_password", "secret")], "no use without"),
            (&[("store", "cql"), ("cql_keyspace", "Igny8;")], "lower-case"),
            (&[("store", "cql"), ("cql_copies", "many")], "number of copies"),
        ] {
            let problems = read(pairs).unwrap_err();
            assert!(problems[0].contains(reason), "{problems:?}");
            assert!(!problems[0].contains("secret"));
        }
    }
}
