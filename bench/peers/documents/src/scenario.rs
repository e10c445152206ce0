//! What is measured, as data.

use std::time::Duration;

/// One measurement, done with every server.
pub(crate) struct Scenario {
    /// For `--only`.
    pub(crate) name: &'static str,
    /// For people.
    pub(crate) title: &'static str,
    /// What is done.
    pub(crate) work: Work,
}

/// What is done, by how many.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Work {
    /// So many edits a second in all, in so many documents of so many clients each.
    Paced { crowd: Size, per_second: u32 },
    /// The highest rate at which 99 % of the deliveries take 100 ms at the most.
    Ramp { crowd: Size },
    /// Connections on which nothing happens, each with a document of its own.
    Idle { connections: usize },
    /// A long trace of single characters, as fast as the socket takes it.
    Replay,
    /// One edit after the other, until another client has it.
    Seen { edits: usize },
    /// A server that keeps documents is killed as soon as another client has an edit, so many times,
    /// and started again.
    Kill { rounds: usize },
    /// As paced, once without and once with one more client, which does not read.
    Slow { crowd: Size, per_second: u32 },
    /// As paced, while so many more clients are present.
    Presence { present: usize, writers: usize, per_second: u32 },
    /// So many open a document of so many bytes at once.
    Join { bytes: usize, joiners: usize },
}

/// How many there are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    /// Documents.
    pub(crate) documents: usize,
    /// Clients of each.
    pub(crate) clients: usize,
    /// Of them, those who write.
    pub(crate) writers: usize,
    /// Characters of each edit.
    pub(crate) edit: usize,
    /// Whether all others tell once a second where their caret is.
    pub(crate) are_present: bool,
}

impl Size {
    /// One document with one reader.
    pub(crate) const ONE: Self =
        Self { documents: 1, clients: 1, writers: 0, edit: 1, are_present: false };
}

const fn one_document(clients: usize) -> Size {
    Size { clients, writers: 10, ..Size::ONE }
}

/// Everything, in this order.
pub(crate) const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "crowd",
        title: "one document, 500 clients, 10 write 50 edits/s in all",
        work: Work::Paced { crowd: one_document(500), per_second: 50 },
    },
    Scenario {
        name: "rate-100",
        title: "highest rate at p99 ≤ 100 ms, 100 clients, 10 write",
        work: Work::Ramp { crowd: one_document(100) },
    },
    Scenario {
        name: "rate-500",
        title: "highest rate at p99 ≤ 100 ms, 500 clients, 10 write",
        work: Work::Ramp { crowd: one_document(500) },
    },
    Scenario {
        name: "documents",
        title: "5,000 documents of 2 clients, 1 edit/s in each",
        work: Work::Paced {
            crowd: Size { documents: 5000, clients: 2, writers: 1, ..Size::ONE },
            per_second: 5000,
        },
    },
    Scenario {
        name: "idle",
        title: "idle connections, each with a document of its own",
        work: Work::Idle { connections: 10_000 },
    },
    Scenario {
        name: "replay",
        title: "replay of 259,778 single-character updates",
        work: Work::Replay,
    },
    Scenario {
        name: "seen",
        title: "one edit after the other, until another client has it",
        work: Work::Seen { edits: 500 },
    },
    Scenario {
        name: "kills",
        title: "SIGKILL as soon as another client has an edit",
        work: Work::Kill { rounds: 200 },
    },
    Scenario {
        name: "slow",
        title: "one document, 500 clients, 10 write 50 edits/s of 8 KiB in all, one more does not read",
        // Of single characters the buffers of a socket would hold an hour.
        work: Work::Slow { crowd: Size { edit: 8192, ..one_document(500) }, per_second: 50 },
    },
    Scenario {
        name: "presence",
        title: "one document, 1,500 carets at 1 Hz each, 10 more write 50 edits/s in all",
        work: Work::Presence { present: 1500, writers: 10, per_second: 50 },
    },
    Scenario {
        name: "join",
        title: "a document of 20 MB, 150 open it at once",
        work: Work::Join { bytes: 20_000_000, joiners: 150 },
    },
];

/// How long everything takes.
pub(crate) struct Length {
    /// Of an even rate, before it is measured.
    pub(crate) warm: Duration,
    /// Of an even rate, while it is measured.
    pub(crate) measured: Duration,
    /// The same, where somebody does not read: buffers fill, then a server may wait a while.
    pub(crate) frozen: Duration,
    /// Of one step of a ramp, in all; the first third warms.
    pub(crate) step: Duration,
    /// Halvings between the last good step and the first bad one.
    pub(crate) halvings: u32,
    /// What was sent must have arrived by then.
    pub(crate) settle: Duration,
    /// Of idle connections, before their memory is read again.
    pub(crate) rest: Duration,
    /// A replay that takes longer is not waited for.
    pub(crate) replay: Duration,
    /// Traces, crowds of documents, edits, carets, joiners and what they join are so many times smaller.
    pub(crate) smaller: usize,
    /// Kills are so many times fewer.
    pub(crate) fewer_kills: usize,
}

impl Length {
    /// For figures that are kept.
    pub(crate) const FULL: Self = Self {
        warm: Duration::from_secs(3),
        measured: Duration::from_secs(20),
        frozen: Duration::from_secs(30),
        step: Duration::from_secs(6),
        halvings: 3,
        settle: Duration::from_secs(10),
        rest: Duration::from_secs(90),
        replay: Duration::from_secs(200),
        smaller: 1,
        fewer_kills: 1,
    };
    /// Shows that everything works, and nothing else.
    pub(crate) const QUICK: Self = Self {
        warm: Duration::from_millis(500),
        measured: Duration::from_secs(2),
        frozen: Duration::from_secs(4),
        step: Duration::from_millis(1500),
        halvings: 0,
        settle: Duration::from_secs(5),
        rest: Duration::from_secs(2),
        replay: Duration::from_secs(15),
        smaller: 10,
        fewer_kills: 20,
    };
}
