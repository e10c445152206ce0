//! Flags that say which store.

use crate::config::{Layers, StoreSettings};
use crate::terminal;
use clap::Args;
use std::path::PathBuf;

/// Which store. The password of a CQL server comes from the environment or a file: flags are seen
/// by every user of the machine.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct StoreFlags {
    /// `embedded` (in the data folder) or `cql`.
    #[arg(long, value_name = "ENGINE")]
    store: Option<String>,
    /// Some nodes of the CQL server, by commas.
    #[arg(long, value_name = "HOST:PORT")]
    cql_nodes: Option<String>,
    /// The keyspace there.
    #[arg(long, value_name = "NAME")]
    cql_keyspace: Option<String>,
    /// The user there.
    #[arg(long, value_name = "NAME")]
    cql_user: Option<String>,
    /// The datacenter that this process talks to.
    #[arg(long, value_name = "NAME")]
    cql_datacenter: Option<String>,
}

impl StoreFlags {
    /// The layer of these flags.
    pub(crate) fn set(&self, layers: &mut Layers) {
        layers.flags(&[
            ("store", &self.store),
            ("cql_nodes", &self.cql_nodes),
            ("cql_keyspace", &self.cql_keyspace),
            ("cql_user", &self.cql_user),
            ("cql_datacenter", &self.cql_datacenter),
        ]);
    }
}

/// What a command needs to find the store.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct StoreArguments {
    /// A TOML file.
    #[arg(long, env = "IGNY8_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// The data folder: the server that runs on it is asked, or the store is opened.
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<String>,
    #[command(flatten)]
    pub(crate) flags: StoreFlags,
}

impl StoreArguments {
    /// The settings; what is wrong with them is told on the terminal, all of it.
    pub(crate) fn settings(&self) -> Option<StoreSettings> {
        let mut layers = Layers::below_flags(self.config.as_deref());
        layers.flags(&[("data_dir", &self.data_dir)]);
        self.flags.set(&mut layers);
        terminal::usable(StoreSettings::read(layers))
    }
}
