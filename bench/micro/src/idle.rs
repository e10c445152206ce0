//! What actors at rest cost: sites that are known and not in memory, sites that are awake and do
//! nothing, and how long one takes from its first command to the durable answer.
//!
//! `cargo build --workspace --bin idle && target/debug/idle [directory] [sites]`. The sites are made by
//! a process of their own, so that what making them leaves behind is not measured; an empty store is
//! opened by another, to compare with. As many sites as are measured are woken before: they fill
//! what is filled once, the store's cache and the allocator's pools.

// Its output is what it is for.
#![allow(clippy::print_stdout)]
#![allow(dead_code, reason = "each program uses its part of what they share")]

mod process;
mod quiet_world;

use anyhow::{Context, Result, ensure};
use futures::{StreamExt, TryStreamExt, stream};
use igny8_actors_domain::Origin;
use igny8_actors_domain::site::SiteCommand;
use igny8_actors_domain::tenant::SiteMessage;
use igny8_actors_runtime::{Platform, SiteHandle};
use igny8_protocol_ids::{SiteId, TenantId};
use process::resident_bytes;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Sites that the store knows.
const SITES: usize = 100_000;
/// Those that are woken, spread over all of them.
const AWAKE: usize = 1_000;
const SITES_OF_TENANT: usize = 100;
/// Sites that are made at the same time.
const MAKERS: usize = 256;
/// Memory that has not changed by more than [`STEADY_BYTES`] for so long is at rest: what the store
/// does in the background is done.
const REST: Duration = Duration::from_secs(2);
/// See [`REST`].
const STEADY_BYTES: u64 = 64 * 1024;
/// Memory that is not at rest within this is taken as it is.
const REST_MAX: Duration = Duration::from_secs(60);
/// Says that this process only makes the sites.
const MAKE: &str = "make";
/// Says that this process only opens a store.
const OPEN: &str = "open";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    if let [word, directory, sites] = &arguments[..]
        && word == MAKE
    {
        return runtime.block_on(make(Path::new(directory), sites.parse()?));
    }
    if let [word, directory] = &arguments[..]
        && word == OPEN
    {
        return runtime.block_on(open(Path::new(directory)));
    }
    let place = arguments.first().map_or("target", String::as_str);
    let sites = arguments.get(1).map_or(Ok(SITES), |text| text.parse())?;
    ensure!(sites >= 2 * AWAKE, "at least {} sites are needed", 2 * AWAKE);
    let empty = tempfile::tempdir_in(place)?;
    let opened = Command::new(std::env::current_exe()?).arg(OPEN).arg(empty.path()).output()?;
    ensure!(opened.status.success(), "an empty store could not be opened");
    let empty: u64 = String::from_utf8(opened.stdout)?.trim().parse()?;
    let directory = tempfile::tempdir_in(place)?;
    let mut maker = Command::new(std::env::current_exe()?);
    let made = maker.arg(MAKE).arg(directory.path()).arg(sites.to_string()).status()?;
    ensure!(made.success(), "the sites could not be made");
    runtime.block_on(wake(directory.path(), sites, empty))
}

fn site(platform: &Platform, number: usize) -> (TenantId, SiteId, SiteHandle) {
    let tenant = TenantId::from_uuid(uuid::Uuid::from_u128(1 + (number / SITES_OF_TENANT) as u128));
    let id = SiteId::from_uuid(uuid::Uuid::from_u128(1 + number as u128));
    (tenant, id, platform.site(tenant, id))
}

async fn make(directory: &Path, sites: usize) -> Result<()> {
    let platform = Platform::start(quiet_world::world(directory)?).await?;
    stream::iter(0..sites)
        .map(|number| {
            let (tenant, id, handle) = site(&platform, number);
            async move {
                let name = format!("Site {number}");
                let (language, brand_voice) = ("en".to_owned(), String::new());
                let message = SiteMessage::Create { tenant, name, language, brand_voice };
                let command = SiteCommand::FromTenant { site: id, message };
                handle.command(Origin::System, None, command).await
            }
        })
        .buffer_unordered(MAKERS)
        .try_for_each(async |_| Ok(()))
        .await?;
    platform.stop().await;
    Ok(())
}

/// Says what an open store without anything in it takes.
async fn open(directory: &Path) -> Result<()> {
    let platform = Platform::start(quiet_world::world(directory)?).await?;
    println!("{}", at_rest().await?);
    platform.stop().await;
    Ok(())
}

/// The memory of this process, once it is at rest.
async fn at_rest() -> Result<u64> {
    let began = Instant::now();
    let (mut before, mut since) = (resident_bytes()?, Instant::now());
    while since.elapsed() < REST && began.elapsed() < REST_MAX {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let now = resident_bytes()?;
        if now.abs_diff(before) > STEADY_BYTES {
            (before, since) = (now, Instant::now());
        }
    }
    resident_bytes()
}

/// Wakes [`AWAKE`] sites, spread over all of them, each by a command: how long each took.
async fn rouse(platform: &Platform, sites: usize, first: usize) -> Result<Vec<f64>> {
    let mut times = Vec::with_capacity(AWAKE);
    for number in (first..sites).step_by(sites / AWAKE).take(AWAKE) {
        let (_, _, handle) = site(platform, number);
        let name = Some(format!("Site {number}, renamed"));
        let command = SiteCommand::ChangeSite {
            name,
            language: None,
            brand_voice: None,
            persona: None,
            link_hosts: None,
        };
        let begin = Instant::now();
        handle.command(Origin::System, None, command).await?;
        times.push(begin.elapsed().as_secs_f64() * 1e3);
    }
    Ok(times)
}

async fn wake(directory: &Path, sites: usize, empty: u64) -> Result<()> {
    let platform = Platform::start(quiet_world::world(directory)?).await?;
    let known = at_rest().await?;
    rouse(&platform, sites, 0).await?;
    let warm = at_rest().await?;
    let mut times = rouse(&platform, sites, 1).await?;
    let awake = at_rest().await?;
    let kinds = platform.status().kinds;
    let (_, in_memory) =
        kinds.into_iter().find(|(kind, _)| *kind == "site").context("there are no sites")?;
    ensure!(in_memory == 2 * AWAKE, "{in_memory} sites are awake");
    times.sort_unstable_by(f64::total_cmp);
    let mib = |bytes: u64| bytes as f64 / (1024.0 * 1024.0);
    println!("an empty store: {:.1} MiB", mib(empty));
    println!("{sites} sites known, none awake: {:.1} MiB", mib(known));
    let each = known.saturating_sub(empty) / sites as u64;
    println!("each that is known and at rest: {each} bytes");
    println!("{AWAKE} awake: {:.1} MiB, {} awake: {:.1} MiB", mib(warm), 2 * AWAKE, mib(awake));
    let each = awake.saturating_sub(warm) / AWAKE as u64;
    println!("each that is awake and idle: {each} bytes");
    let (middle, worst) = (times[AWAKE / 2], times[AWAKE * 99 / 100]);
    println!("from a command to its durable answer, asleep: p50 {middle:.2} ms, p99 {worst:.2} ms");
    platform.stop().await;
    Ok(())
}
