//! A workspace to look around in.

use crate::port::OsEntropy;
use anyhow::Context;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use igny8_actors_runtime::Platform;
use igny8_protocol_ids::AccountId;

const EMAIL: &str = "demo@igny8.local";
const NAME: &str = "Demo";

/// The demo account; made with its tenant and a site if it is not there yet. Nobody learns its
/// password: the login link is the way in.
pub(super) async fn ensure(platform: &Platform) -> anyhow::Result<AccountId> {
    let known = platform.account_by_email(EMAIL).await.context("the demo workspace")?;
    if let Some(account) = known {
        return Ok(account);
    }
    let password = BASE64_URL_SAFE_NO_PAD.encode(OsEntropy::bytes::<24>());
    let made = platform.sign_up(EMAIL, &password, NAME, NAME).await;
    let (account, _) = made.context("the demo workspace cannot be made")?;
    Ok(account)
}
