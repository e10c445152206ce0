//! How each kind of work is done and timed.

mod celery;
mod crowd;
mod draft;
mod edit;
mod first_text;
mod import;
mod reference;
mod start;
mod task;
mod writing;

use crate::argument::Arguments;
use crate::report::Figure;
use crate::scenario::{Scenario, Work};
use anyhow::Result;
use celery::Celery;
use std::path::PathBuf;
pub(crate) use task::Door;

/// A run: what later scenarios must know of earlier ones.
pub(crate) struct Bench {
    /// A folder on the server's disk.
    directory: PathBuf,
    /// Words per second of one draft alone.
    alone: Option<f64>,
    /// What Celery did, if it was measured.
    celery: Option<Celery>,
    /// The server's process, if it was named.
    process: Option<u32>,
}

impl Bench {
    /// Nothing is measured yet.
    pub(crate) fn new(arguments: &Arguments) -> Result<Self> {
        let celery = arguments.celery.as_deref().map(Celery::read).transpose()?;
        let (directory, process) = (arguments.directory.clone(), arguments.process);
        Ok(Self { directory, alone: None, celery, process })
    }

    /// Does one scenario.
    pub(crate) async fn measure(
        &mut self,
        server: &str,
        scenario: &Scenario,
    ) -> Result<Vec<Figure>> {
        let name = scenario.name;
        match scenario.work {
            Work::FirstText { drafts } => first_text::measure(name, server, drafts).await,
            Work::Drafts { at_once, rounds } => {
                draft::measure(self, name, server, at_once, rounds).await
            }
            Work::Import { rows, rounds } => {
                import::measure(name, server, rows, rounds, &self.directory).await
            }
            Work::Edits { clients, per_second, each } => {
                let typing = edit::Typing { clients, per_second, each };
                edit::measure(name, server, typing, &self.directory).await
            }
            Work::Tasks { door, tenants, sites, batches } => {
                let load = task::Load { door, tenants, sites, batches };
                task::measure(self, name, server, load).await
            }
            Work::Crowd { batches } => crowd::measure(self, name, server, batches).await,
            Work::Starts { door, count } => start::measure(self, name, server, door, count).await,
        }
    }
}
