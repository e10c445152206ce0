//! Tasks through their whole life: asked for by REST or over the socket, queued, their credits held,
//! run by a worker that asks the model, settled, and seen as succeeded on the socket.

use super::{Bench, celery, reference};
use crate::feed;
use crate::fleet::{Site, Tenant};
use crate::report::Figure;
use crate::socket::Socket;
use anyhow::{Result, bail};
use futures::future::try_join_all;
use igny8_protocol_wire::frame::ClientFrame;
use std::collections::HashSet;
use std::time::Instant;
use tokio::sync::Semaphore;

/// What one request may name.
pub(super) const BATCH: usize = 100;
/// Requests whose tasks may be open at a time, for each site: one that runs, and one that waits so
/// that no place is ever empty.
const OPEN_PER_SITE: usize = 2;
/// The server's counters: changes of entities, and bytes of its journal.
pub(super) const COMMITS: &str = "igny8_store_commits_total";
const BYTES: &str = "igny8_store_written_bytes_total";
/// Commands that a client has on their way: half of what the server takes from one socket.
const COMMANDS: usize = 32;
/// Clients of a tenant that ask at the same time, each over a socket of its own.
const CLIENTS: usize = 4;
/// Half of a task's record: a bare write of this size stands beside it.
const BARE_BYTES: usize = 200;

/// How tasks are asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Door {
    /// [`BATCH`] with each request.
    Rest,
    /// One with each command.
    Socket,
}

/// How much is asked for.
#[derive(Clone, Copy)]
pub(super) struct Load {
    pub(super) door: Door,
    pub(super) tenants: usize,
    pub(super) sites: usize,
    /// Requests of [`BATCH`] tasks for each tenant.
    pub(super) batches: usize,
}

/// Every tenant asks as fast as its sites work; all count from the first request to the last end.
pub(super) async fn measure(
    bench: &Bench,
    scenario: &'static str,
    server: &str,
    load: Load,
) -> Result<Vec<Figure>> {
    let opened = (0..load.tenants).map(|_| Tenant::open(server, load.sites));
    let mut tenants = try_join_all(opened).await?;
    let before = counters(&tenants[0]).await?;
    let mut spent = Vec::new();
    for tenant in &tenants {
        spent.push(tenant.spent().await?);
    }
    let begin = Instant::now();
    let open = load.sites * OPEN_PER_SITE;
    let ask = async |tenant: &mut Tenant| match load.door {
        Door::Rest => drive(tenant, load.batches, open).await,
        Door::Socket => one_by_one(tenant, load.batches, open).await,
    };
    try_join_all(tenants.iter_mut().map(ask)).await?;
    let seconds = begin.elapsed().as_secs_f64();
    let after = counters(&tenants[0]).await?;
    let mut paid = 0;
    for (tenant, before) in tenants.iter().zip(spent) {
        paid += tenant.spent().await? - before;
    }
    let tasks = (load.tenants * load.batches * BATCH) as f64;
    let sync = reference::synced_writes(&bench.directory, BARE_BYTES)?.median();
    let each = |index: usize| (after[index] - before[index]) / tasks;
    let rate =
        Figure::new(scenario, format!("tasks/s, {tasks} in all"), tasks / seconds, "tasks/s");
    let rate = celery::beside(rate, bench.celery, celery::rate);
    Ok(vec![
        rate.beside("one after the other, each synced once", 1e3 / sync),
        // An idea that is there already is not paid; the holds of all were closed.
        Figure::new(scenario, "credits settled per task", paid as f64 / tasks, "credits"),
        Figure::new(scenario, "commits per task", each(0), "commits"),
        Figure::new(scenario, "bytes in the journal per task", each(1), "B"),
    ])
}

async fn counters(tenant: &Tenant) -> Result<[f64; 2]> {
    Ok([tenant.api.counter(COMMITS).await?, tenant.api.counter(BYTES).await?])
}

/// Asks for so many requests' worth of tasks, `open` of them at a time, and hears all of them end
/// well.
pub(super) async fn drive(tenant: &mut Tenant, batches: usize, open: usize) -> Result<()> {
    let room = Semaphore::new(open);
    let Tenant { api, socket, sites } = tenant;
    let ask = async {
        for site in sites.iter().cycle().take(batches) {
            room.acquire().await?.forget();
            api.post_bytes(&site.path(), site.request(BATCH)?).await?;
        }
        Ok(())
    };
    tokio::try_join!(ask, hear(socket, batches, &room)).map(drop)
}

/// The same over sockets, one task with each command, by [`CLIENTS`] to all sites in turn. What
/// becomes of them is heard on one more socket.
async fn one_by_one(tenant: &mut Tenant, batches: usize, open: usize) -> Result<()> {
    let room = Semaphore::new(open);
    let Tenant { api, socket, sites } = tenant;
    let ask = try_join_all((0..CLIENTS).map(|client| {
        let numbers = (client..batches * BATCH).step_by(CLIENTS);
        ask_all(Socket::open(api), sites, numbers, &room)
    }));
    tokio::try_join!(ask, hear(socket, batches, &room)).map(drop)
}

/// Asks for the tasks with these numbers while there is room, [`COMMANDS`] of them not answered
/// yet.
async fn ask_all(
    socket: impl Future<Output = Result<Socket>>,
    sites: &[Site],
    numbers: impl ExactSizeIterator<Item = usize>,
    room: &Semaphore,
) -> Result<()> {
    let mut socket = socket.await?;
    let (count, mut answered) = (numbers.len(), 0);
    for (asked, number) in numbers.enumerate() {
        if asked.is_multiple_of(BATCH) {
            room.acquire().await?.forget();
        }
        let command = sites[number % sites.len()].command(number / sites.len());
        let r#ref = socket.reference();
        socket.send(&ClientFrame::Command { r#ref, command }).await?;
        let on_their_way = if asked + 1 == count { 0 } else { COMMANDS };
        while asked + 1 - answered > on_their_way {
            answered += usize::from(feed::tasks(&socket.next_bytes().await?, |_| Ok(()))?);
        }
    }
    Ok(())
}

/// Notes a task that has ended well; true if it had not been told before.
fn note(ended: &mut HashSet<Box<str>>, task: &feed::Seen<'_>) -> Result<bool> {
    match task.status {
        "queued" | "running" => Ok(false),
        "succeeded" => Ok(ended.insert(task.id.into())),
        other => bail!("a task ended as {other}"),
    }
}

/// Counts each task once; every hundred that ended make room for the next request.
async fn hear(socket: &mut Socket, batches: usize, room: &Semaphore) -> Result<()> {
    let mut ended: HashSet<Box<str>> = HashSet::with_capacity(batches * BATCH);
    while ended.len() < batches * BATCH {
        let bytes = socket.next_bytes().await?;
        feed::tasks(&bytes, |task| {
            if note(&mut ended, task)? && ended.len().is_multiple_of(BATCH) {
                room.add_permits(1);
            }
            Ok(())
        })?;
    }
    Ok(())
}
