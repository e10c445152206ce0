//! Measures servers of Yjs documents beside each other: the same clients, the same work, in one run.
//! It starts the servers itself and knows nothing of their insides; what they stand on is installed by
//! `cargo xtask bench --only peers`.

// Its output is what it is for.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod client;
mod measure;
mod peer;
mod protocol;
mod report;
mod scenario;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use measure::Bench;
use peer::process::Cores;
use peer::{PEERS, floor};
use report::{Outcome, Report, chart, load, machine};
use scenario::{Length, SCENARIOS, Scenario};
use std::fs;
use std::path::PathBuf;
use tokio::task::LocalSet;

/// Measures servers of Yjs documents beside each other.
#[derive(Parser)]
struct Program {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Measures all servers that are there.
    Run(Box<Arguments>),
    /// Serves as the floor: relays, and nothing else.
    Floor {
        /// Where.
        #[arg(long)]
        port: u16,
    },
}

/// Where everything is, and what is wanted.
#[derive(Parser)]
pub(crate) struct Arguments {
    /// Node.js, 22 or later.
    #[arg(long)]
    node: Option<PathBuf>,
    /// The folder of package.json, with its packages installed.
    #[arg(long)]
    packages: Option<PathBuf>,
    /// The program y-sweet.
    #[arg(long)]
    y_sweet: Option<PathBuf>,
    /// The program igny8.
    #[arg(long)]
    igny8: Option<PathBuf>,
    /// For data and logs of the servers; on the disk whose sync is measured.
    #[arg(long)]
    directory: PathBuf,
    /// Some scenarios, by commas.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Some servers, by commas.
    #[arg(long, value_delimiter = ',')]
    peers: Vec<String>,
    /// How often servers are killed; 200, or 10 in a quick run.
    #[arg(long)]
    kills: Option<usize>,
    /// Shows in minutes that everything works; its figures say little.
    #[arg(long)]
    quick: bool,
    /// Writes the table here.
    #[arg(long)]
    report: Option<PathBuf>,
    /// Writes the chart here, as SVG.
    #[arg(long)]
    chart: Option<PathBuf>,
}

fn main() -> Result<()> {
    match Program::parse().command {
        Command::Floor { port } => floor::serve(port),
        Command::Run(arguments) => {
            let cores = Cores::part()?;
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            LocalSet::new().block_on(&runtime, run(&arguments, cores))
        }
    }
}

async fn run(arguments: &Arguments, cores: Cores) -> Result<()> {
    fs::create_dir_all(&arguments.directory)?;
    let length = if arguments.quick { &Length::QUICK } else { &Length::FULL };
    let mut report = Report { peers: Vec::new(), outcomes: Vec::new(), remarks: Vec::new() };
    report.remarks.extend(remarks(arguments, cores));
    for peer in PEERS.iter().copied().filter(|peer| is_wanted(&arguments.peers, peer.name())) {
        match peer.version(arguments) {
            Some(version) => report.peers.push((peer, version)),
            None => eprintln!("left out: {}, which is not there", peer.name()),
        }
    }
    let bench = Bench { arguments, cores, length };
    let wanted = |scenario: &&Scenario| is_wanted(&arguments.only, scenario.name);
    for scenario in SCENARIOS.iter().filter(wanted) {
        for (peer, _) in report.peers.clone() {
            eprintln!("  {}: {} …", scenario.name, peer.name());
            let figures = bench.measure(peer, scenario.work).await;
            let figures = figures.map_err(|error| format!("{error:#}"));
            if let Err(why) = &figures {
                eprintln!("    not measured: {why}");
            }
            report.outcomes.push(Outcome { scenario, peer, figures });
        }
    }
    finish(arguments, &report)
}

fn finish(arguments: &Arguments, report: &Report) -> Result<()> {
    let table = report.markdown();
    if let Some(file) = &arguments.report {
        fs::write(file, &table).with_context(|| format!("cannot write {}", file.display()))?;
    }
    if let Some(file) = &arguments.chart {
        let drawn = chart(report);
        fs::write(file, drawn).with_context(|| format!("cannot write {}", file.display()))?;
    }
    println!("{table}\n{}", report.json());
    Ok(())
}

fn remarks(arguments: &Arguments, cores: Cores) -> Vec<String> {
    let place = if cores.are_apart() {
        "The server is kept to one core, all clients to another."
    } else {
        "**Server and clients share one core.**"
    };
    let mut remarks = vec![format!("{} {place}", machine(load()))];
    if arguments.quick {
        remarks
            .push("**A quick run with a tenth of the documents, connections and updates, which shows that \
             everything works: no figures to keep.**".into());
    }
    remarks
}

/// Everything, unless something is named.
fn is_wanted(named: &[String], name: &str) -> bool {
    named.is_empty() || named.iter().any(|wanted| wanted.eq_ignore_ascii_case(name))
}
