//! The store on a real CQL server: one node of Apache Cassandra for as long as the tests run
//! (infra/test-servers/cassandra). The tests that kill nodes start their own.

use super::Context;
use super::count::{Count, cargo_line, sum};
use super::rust::{is_news, workspace_tests};
use crate::process;
use crate::root::{at, scratch};
use anyhow::Result;
use std::path::PathBuf;
use std::process::Command;

/// The test programs that need a CQL server: `cargo test` alone leaves them out.
const PROGRAMS: &[&str] =
    &["cql_conformance", "cql_store", "cql_care", "cql_fault", "cql_crash", "cql_server"];

fn script() -> Command {
    Command::new(at("infra/test-servers/cassandra"))
}

/// Java, Maven and the jars, if they are missing.
pub(super) fn install() -> Result<()> {
    process::step("Apache Cassandra", || process::read(script().arg("install")).map(drop))
}

/// A running node.
struct Node {
    folder: PathBuf,
}

impl Node {
    /// Starts a fresh node; where it answers.
    fn start() -> Result<(Self, String)> {
        let folder = scratch().join(format!("cassandra-{}", std::process::id()));
        // From here on the guard cleans up, also after half a start.
        let node = Self { folder };
        let said =
            process::read(script().args(["start", "--port", "0", "--dir"]).arg(&node.folder))?;
        Ok((node, said.trim().to_owned()))
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // Not through `process`: it refuses to start anything once we are interrupted.
        let _ = script().args(["stop", "--wipe", "--dir"]).arg(&self.folder).status();
    }
}

/// The suite of the store, what CQL does in its own way, and kills of the node.
pub(super) fn store(context: &Context) -> Result<Count> {
    context.provision.cassandra()?;
    let (_node, address) = Node::start()?;
    let mut command = workspace_tests(context);
    for program in PROGRAMS {
        command.args(["--test", program]);
    }
    command.env("IGNY8_TEST_CQL", address);
    let captured = context.hear("cql", &mut command, is_news)?;
    Ok(sum(&captured.text, cargo_line).with_status(captured.status.success()))
}
