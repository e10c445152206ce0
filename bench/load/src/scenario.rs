//! What is measured, as data.

use crate::measure::Door;
use std::time::Duration;

/// One measurement.
pub(crate) struct Scenario {
    /// For people.
    pub(crate) name: &'static str,
    /// How fast the server's model must write.
    pub(crate) speed: Speed,
    /// What is done.
    pub(crate) work: Work,
    /// A run that takes longer has failed.
    pub(crate) limit: Duration,
}

/// How fast a server's offline model writes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Speed {
    /// As fast as it can: what is measured is the way, not the model.
    Full,
    /// As people watch it.
    Paced,
}

/// What is done, how often, by how many.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Work {
    /// From the request to the first text in a subscribed document, one draft after the other.
    FirstText { drafts: usize },
    /// Whole drafts, each watched by a client of its own.
    Drafts { at_once: usize, rounds: usize },
    /// A keyword file into a fresh workspace.
    Import { rows: usize, rounds: usize },
    /// People who type in one document.
    Edits { clients: usize, per_second: u32, each: u32 },
    /// Tasks through their whole life, as many as keep all sites busy.
    Tasks { door: Door, tenants: usize, sites: usize, batches: usize },
    /// A hundred tasks per batch of one tenant in one site, and meanwhile single ones of another.
    Crowd { batches: usize },
    /// One task after the other on a server that does nothing else.
    Starts { door: Door, count: usize },
}

/// Everything, in this order; a figure for many stands after that for one, beside which it is put.
pub(crate) const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "first text",
        speed: Speed::Full,
        work: Work::FirstText { drafts: 20 },
        limit: Duration::from_secs(60),
    },
    Scenario {
        name: "first text, model at its usual speed",
        speed: Speed::Paced,
        work: Work::FirstText { drafts: 20 },
        limit: Duration::from_secs(90),
    },
    Scenario {
        name: "one draft",
        speed: Speed::Full,
        work: Work::Drafts { at_once: 1, rounds: 9 },
        limit: Duration::from_secs(60),
    },
    Scenario {
        name: "20 drafts at once",
        speed: Speed::Full,
        work: Work::Drafts { at_once: 20, rounds: 3 },
        limit: Duration::from_secs(60),
    },
    Scenario {
        name: "import of 10,000 rows",
        speed: Speed::Full,
        work: Work::Import { rows: 10_000, rounds: 3 },
        limit: Duration::from_secs(60),
    },
    Scenario {
        name: "1 client types",
        speed: Speed::Full,
        work: Work::Edits { clients: 1, per_second: 5, each: 120 },
        limit: Duration::from_secs(60),
    },
    Scenario {
        name: "10 clients type in one document",
        speed: Speed::Full,
        work: Work::Edits { clients: 10, per_second: 5, each: 100 },
        limit: Duration::from_secs(60),
    },
    Scenario {
        name: "10,000 tasks of one tenant, single ones of another",
        speed: Speed::Full,
        work: Work::Crowd { batches: 100 },
        limit: Duration::from_secs(120),
    },
    Scenario {
        name: "tasks alone, each after the one before, by REST",
        speed: Speed::Full,
        work: Work::Starts { door: Door::Rest, count: 500 },
        limit: Duration::from_secs(60),
    },
    Scenario {
        name: "tasks alone, each after the one before, over the socket",
        speed: Speed::Full,
        work: Work::Starts { door: Door::Socket, count: 500 },
        limit: Duration::from_secs(60),
    },
    Scenario {
        name: "tasks of 10 tenants with 10 sites, 100 a request",
        speed: Speed::Full,
        work: Work::Tasks { door: Door::Rest, tenants: 10, sites: 10, batches: 40 },
        limit: Duration::from_secs(300),
    },
    Scenario {
        name: "tasks of 10 tenants with 10 sites, one by one over the socket",
        speed: Speed::Full,
        work: Work::Tasks { door: Door::Socket, tenants: 10, sites: 10, batches: 20 },
        limit: Duration::from_secs(300),
    },
];
