//! Where the server is, for people and for programs that started it.

use crate::terminal;
use anyhow::Context;
use serde::Serialize;
use std::path::Path;

/// Address and login link.
#[derive(Serialize)]
pub(super) struct Announcement {
    /// How browsers reach the server.
    pub(super) address: String,
    /// Logs into the demo workspace, once.
    pub(super) login_link: Option<String>,
}

impl Announcement {
    /// On the terminal.
    pub(super) fn print(&self) {
        terminal::line(&format!("IGNY8 answers at {}", self.address));
        if let Some(link) = &self.login_link {
            terminal::line(&format!("Log in, once:    {link}"));
        }
    }

    /// To a file that is whole as soon as it is there. It holds a login: only its owner reads it.
    pub(super) fn write(&self, path: &Path) -> anyhow::Result<()> {
        use std::io::Write;
        use std::os::unix::fs::OpenOptionsExt;
        let new = path.with_extension("new");
        let text = serde_json::to_string(self)?;
        let write = || -> std::io::Result<()> {
            let mut options = std::fs::OpenOptions::new();
            let mut file =
                options.write(true).create(true).truncate(true).mode(0o600).open(&new)?;
            writeln!(file, "{text}")?;
            std::fs::rename(&new, path)
        };
        write().with_context(|| format!("{} cannot be written", path.display()))
    }
}
