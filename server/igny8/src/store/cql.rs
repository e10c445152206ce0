//! A store on a CQL server.

use super::Presence;
use crate::config::CqlSettings;
use igny8_storage_api::Store;
use igny8_storage_cql::{CqlOptions, CqlStore, Replication};

/// Connects. The keyspace is made if it is not there; one that holds nothing is no store.
pub(super) async fn connect(
    settings: &CqlSettings,
    presence: Presence,
) -> anyhow::Result<CqlStore> {
    let CqlSettings { nodes, keyspace, credentials, datacenter, copies } = settings;
    let options = CqlOptions {
        credentials: credentials.clone(),
        datacenter: datacenter.clone(),
        replication: Replication { datacenter: datacenter.clone(), copies: *copies },
        ..CqlOptions::new(nodes.iter(), keyspace)
    };
    let store = CqlStore::connect(options).await?;
    if presence == Presence::Required && store.entities(None, 1).await?.is_empty() {
        store.close().await;
        anyhow::bail!("there is no store in the keyspace {keyspace}: it holds nothing");
    }
    Ok(store)
}
