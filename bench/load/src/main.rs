//! Measures a running server from outside, as its clients see it: the public API, and one
//! WebSocket per client. Every figure stands beside a reference of the same run. It starts no
//! server (`cargo xtask bench` does) and knows none of its insides.

// Its output is what it is for.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod api;
mod argument;
mod feed;
mod fleet;
mod keyword;
mod measure;
mod peer;
mod report;
mod scenario;
mod socket;
mod statistic;
mod workspace;

use anyhow::{Context, Result};
use argument::Arguments;
use clap::Parser;
use measure::Bench;
use report::Report;
use scenario::SCENARIOS;

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let report = runtime.block_on(run(&arguments))?;
    println!("{}", if arguments.json { report.json()? } else { report.markdown() });
    Ok(())
}

async fn run(arguments: &Arguments) -> Result<Report> {
    let mut bench = Bench::new(arguments)?;
    let mut report = Report::default();
    for scenario in SCENARIOS.iter().filter(|scenario| arguments.wants(scenario.name)) {
        let Some(server) = arguments.server_for(scenario.speed) else {
            eprintln!("left out: {} (there is no --paced server)", scenario.name);
            continue;
        };
        eprintln!("{} …", scenario.name);
        let work = bench.measure(server, scenario);
        let figures = tokio::time::timeout(scenario.limit, work)
            .await
            .with_context(|| format!("{}: not done in {:?}", scenario.name, scenario.limit))?
            .with_context(|| scenario.name)?;
        report.add(figures);
    }
    Ok(report)
}
