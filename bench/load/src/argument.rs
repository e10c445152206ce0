//! The command line.

use crate::scenario::Speed;
use clap::Parser;
use std::path::PathBuf;

/// Measures a running development server through its public API
#[derive(Debug, Parser)]
pub(crate) struct Arguments {
    /// A development server whose offline model runs at full speed
    #[arg(long, value_name = "URL", required_unless_present = "address")]
    server: Option<String>,
    /// The same, without the option's name
    #[arg(value_name = "URL", conflicts_with = "server")]
    address: Option<String>,
    /// A second one whose offline model runs at its usual speed: first text only
    #[arg(long, value_name = "URL")]
    paced: Option<String>,
    /// A folder on the server's disk, for the bare writes that stand beside its own
    #[arg(long, value_name = "DIR", default_value = "target")]
    pub(crate) directory: PathBuf,
    /// Only scenarios whose name contains this
    #[arg(long, value_name = "WORDS", default_value = "")]
    only: String,
    /// Not those whose name contains this
    #[arg(long, value_name = "WORDS")]
    except: Option<String>,
    /// What Celery did in the same run: the last line of bench/peers/celery/measure.py
    #[arg(long, value_name = "FILE")]
    pub(crate) celery: Option<PathBuf>,
    /// The server's process, where it runs on this machine: its memory is read
    #[arg(long, value_name = "PID")]
    pub(crate) process: Option<u32>,
    /// One JSON object instead of a table
    #[arg(long)]
    pub(crate) json: bool,
}

impl Arguments {
    /// True if a scenario of this name is wanted.
    pub(crate) fn wants(&self, name: &str) -> bool {
        let is_left_out = self.except.as_ref().is_some_and(|words| name.contains(words));
        name.contains(&self.only) && !is_left_out
    }

    /// The server whose model runs at that speed; `None` if there is none.
    pub(crate) fn server_for(&self, speed: Speed) -> Option<&str> {
        match speed {
            Speed::Full => self.server.as_deref().or(self.address.as_deref()),
            Speed::Paced => self.paced.as_deref(),
        }
    }
}
