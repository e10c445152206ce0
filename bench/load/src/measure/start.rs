//! From the request for one task to its start, and to its end, on a server that does nothing else.

use super::{Bench, Door, celery};
use crate::feed;
use crate::fleet::Tenant;
use crate::report::Figure;
use crate::socket::Socket;
use crate::statistic::Spread;
use anyhow::{Result, ensure};
use igny8_protocol_wire::frame::ClientFrame;
use std::time::{Duration, Instant};

/// Warm everything up and are not counted.
const WARM: usize = 20;

/// When a client saw what, counted from the request.
pub(super) struct Times {
    pub(super) started: Duration,
    pub(super) ended: Duration,
}

/// One task after the other; its start and end are seen on the socket.
pub(super) async fn measure(
    bench: &Bench,
    scenario: &'static str,
    server: &str,
    door: Door,
    count: usize,
) -> Result<Vec<Figure>> {
    let mut tenant = Tenant::open(server, 1).await?;
    let (mut times, mut commits) = (Vec::with_capacity(count), 0.0);
    for number in 0..count + WARM {
        if number == WARM {
            commits = tenant.api.counter(super::task::COMMITS).await?;
        }
        times.extend(Some(one(&mut tenant, door, number).await?).filter(|_| number >= WARM));
    }
    commits = tenant.api.counter(super::task::COMMITS).await? - commits;
    let started = Spread::of_times(&times.iter().map(|times| times.started).collect::<Vec<_>>())?;
    let ended = Spread::of_times(&times.iter().map(|times| times.ended).collect::<Vec<_>>())?;
    let figure = |what: &str, spread: &Spread, percent| {
        let what = format!("request to {what}, p{percent} of {count}");
        Figure::new(scenario, what, spread.percentile(percent), "ms")
    };
    Ok(vec![
        celery::beside(figure("start", &started, 50), bench.celery, celery::start_median),
        celery::beside(figure("start", &started, 99), bench.celery, celery::start_worst),
        figure("end", &ended, 50),
        figure("end", &ended, 99),
        Figure::new(scenario, "commits per task", commits / count as f64, "commits"),
    ])
}

/// Asks for one task, and hears it start and end well.
pub(super) async fn one(tenant: &mut Tenant, door: Door, number: usize) -> Result<Times> {
    let Tenant { api, socket, sites } = tenant;
    match door {
        Door::Rest => {
            let (path, body) = (sites[0].path(), sites[0].request(1)?);
            let begin = Instant::now();
            let (asked, seen) = tokio::join!(api.post_bytes(&path, body), watch(socket, begin));
            asked?;
            seen
        }
        Door::Socket => {
            let command = sites[0].command(number);
            let r#ref = socket.reference();
            let begin = Instant::now();
            socket.send(&ClientFrame::Command { r#ref, command }).await?;
            watch(socket, begin).await
        }
    }
}

/// Hears one task start and end well.
async fn watch(socket: &mut Socket, begin: Instant) -> Result<Times> {
    let (mut started, mut ended) = (None, None);
    while ended.is_none() {
        let bytes = socket.next_bytes().await?;
        let now = begin.elapsed();
        feed::tasks(&bytes, |task| {
            // A task that is seen to have ended has started, at the latest then.
            if task.status != "queued" {
                started.get_or_insert(now);
            }
            if !task.is_open() {
                ensure!(task.status == "succeeded", "a task ended as {}", task.status);
                ended = Some(now);
            }
            Ok(())
        })?;
    }
    let ended = ended.unwrap_or_default();
    Ok(Times { started: started.unwrap_or(ended), ended })
}
