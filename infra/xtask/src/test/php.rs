//! The PHP side: the plugin's own script checks its syntax and style and tests it on a real site.

use super::count::{Count, own_line, sum};
use super::{Context, script};
use anyhow::Result;

/// infra/wordpress-plugin/test.
pub(super) fn plugin(context: &Context) -> Result<Count> {
    context.provision.debian()?;
    let mut command = script("infra/wordpress-plugin/test");
    let captured = context.hear("plugin", &mut command, |line| !line.trim().is_empty())?;
    Ok(sum(&captured.text, own_line).with_status(captured.status.success()))
}
