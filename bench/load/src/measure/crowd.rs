//! One tenant queues as much as a site takes; another asks for one task now and then.

use super::task::{BATCH, drive};
use super::{Bench, Door, start};
use crate::fleet::Tenant;
use crate::report::Figure;
use crate::statistic::Spread;
use anyhow::{Context, Result, ensure};
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Single tasks before the crowd comes, to compare with.
const ALONE: usize = 100;
/// Between two single tasks while the crowd is there.
const PAUSE: Duration = Duration::from_millis(10);
/// Fewer single tasks would say nothing of the worst of them.
const BESIDE_MIN: usize = 20;

/// Starts of single tasks with and without the crowd, and what the crowd takes in memory.
pub(super) async fn measure(
    bench: &Bench,
    scenario: &'static str,
    server: &str,
    batches: usize,
) -> Result<Vec<Figure>> {
    let mut crowd = Tenant::open(server, 1).await?;
    let mut single = Tenant::open(server, 1).await?;
    let mut alone = Vec::with_capacity(ALONE);
    for number in 0..ALONE {
        alone.push(start::one(&mut single, Door::Rest, number).await?.started);
    }
    let before = bench.process.map(resident_mib).transpose()?;
    let (is_over, mut beside, mut most) = (AtomicBool::new(false), Vec::new(), before);
    let all = async {
        let done = drive(&mut crowd, batches, batches).await;
        is_over.store(true, Ordering::Relaxed);
        done
    };
    let one_by_one = async {
        loop {
            let started = start::one(&mut single, Door::Rest, beside.len()).await?.started;
            if is_over.load(Ordering::Relaxed) {
                return anyhow::Ok(());
            }
            beside.push(started);
            let now = bench.process.map(resident_mib).transpose()?;
            most = most.zip(now).map(|(most, now)| most.max(now));
            tokio::time::sleep(PAUSE).await;
        }
    };
    tokio::try_join!(all, one_by_one)?;
    ensure!(beside.len() >= BESIDE_MIN, "only {} single tasks met the crowd", beside.len());
    let (alone, beside) = (Spread::of_times(&alone)?, Spread::of_times(&beside)?);
    let figure = |percent| {
        let what = format!("request to start of a single one, p{percent} of {}", beside.count());
        Figure::new(scenario, what, beside.percentile(percent), "ms")
            .beside(format!("without the crowd, p{percent}"), alone.percentile(percent))
    };
    let mut figures = vec![figure(50), figure(99)];
    if let Some((before, most)) = before.zip(most) {
        let what = format!("memory for {} tasks and their ends", batches * BATCH);
        figures.push(Figure::new(scenario, what, most - before, "MiB"));
    }
    Ok(figures)
}

/// What a process has in memory, in MiB.
fn resident_mib(process: u32) -> Result<f64> {
    let text = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kib / 1024.0)
}
