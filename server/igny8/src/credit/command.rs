//! The grant, as it is asked and as it is done.

use super::argument::{GrantArguments, Kind};
use crate::admin::{Desk, ask};
use crate::terminal;
use anyhow::Context;
use igny8_actors_domain::Origin;
use igny8_actors_domain::ledger::{GrantKind, Part};
use igny8_actors_domain::tenant::TenantCommand;
use igny8_actors_runtime::Platform;
use igny8_protocol_ids::{Credits, EntityKey, GrantId, TenantId, Timestamp};
use igny8_storage_api::Store;
use serde::{Deserialize, Serialize};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

/// Credits that are bought on top end after so long.
const TOP_UP_LIFETIME: Duration = Duration::from_hours(24 * 365);

/// What is asked of the server.
#[derive(Serialize, Deserialize)]
struct Grant {
    tenant: TenantId,
    credits: i64,
    key: String,
    kind: Kind,
    expires: Option<Timestamp>,
    reason: String,
}

/// What the tenant has afterwards.
#[derive(Serialize, Deserialize)]
struct Granted {
    tenant: TenantId,
    key: String,
    granted_in_all: i64,
    available: i64,
}

/// `igny8 admin grant …`.
pub(crate) async fn grant(arguments: &GrantArguments) -> ExitCode {
    match ask_for(arguments).await {
        Ok(granted) if arguments.json => {
            terminal::line(&serde_json::to_string(&granted).expect("numbers and ids"));
            ExitCode::SUCCESS
        }
        Ok(Granted { tenant, key, available, .. }) => {
            let credits = arguments.credits;
            terminal::line(&format!(
                "The key {key:?} has granted {credits} credits to {tenant}; {available} are available."
            ));
            ExitCode::SUCCESS
        }
        Err(error) => {
            terminal::error(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn ask_for(arguments: &GrantArguments) -> anyhow::Result<Granted> {
    let settings = arguments.store.settings().context("nothing was granted")?;
    let expires = arguments.expires.map(|at| Timestamp::from_millis(at.as_millisecond()));
    let asked = Grant {
        tenant: arguments.tenant,
        credits: arguments.credits,
        key: arguments.key.clone(),
        kind: arguments.kind,
        expires,
        reason: arguments.reason.clone(),
    };
    let answer = ask(&settings.data_dir, "grant", &asked, |_| {}).await?;
    let answer = answer.context("no server runs on this data folder: start it, then grant")?;
    Ok(serde_json::from_value(answer)?)
}

/// Grants for who asks through the socket.
pub(crate) fn desk(desk: Desk, platform: Platform, store: Arc<dyn Store>) -> Desk {
    desk.command("grant", move |grant: Grant, _| {
        let (platform, store) = (platform.clone(), store.clone());
        async move { give(&platform, store.as_ref(), grant).await }
    })
}

async fn give(platform: &Platform, store: &dyn Store, grant: Grant) -> anyhow::Result<Granted> {
    let Grant { tenant, credits, key, kind, expires, reason } = grant;
    let is_known = store.head(&EntityKey::tenant(tenant)).await?.is_some();
    anyhow::ensure!(is_known, "there is no tenant {tenant}: nothing was granted");
    let now = platform.now();
    let (kind, expires_at) = match kind {
        Kind::Plan => (GrantKind::Plan, expires),
        Kind::TopUp => (GrantKind::TopUp, expires.or_else(|| Some(now.plus(TOP_UP_LIFETIME)))),
        Kind::Promotion => (GrantKind::Promotion, expires),
    };
    anyhow::ensure!(expires_at.is_none_or(|at| at > now), "they would have ended already");
    let mut chance = [0; 10];
    platform.fill(&mut chance);
    let id = GrantId::new(now, chance);
    let part = Part { grant: id, kind, expires_at, amount: Credits(credits) };
    let command = TenantCommand::Grant { key: key.clone(), part, reason };
    platform.tenant(tenant).command(Origin::System, None, command).await?;
    let (total, _) = platform.total_balance(tenant).await?;
    let (granted_in_all, available) = (total.granted.0, total.available.0);
    Ok(Granted { tenant, key, granted_in_all, available })
}
