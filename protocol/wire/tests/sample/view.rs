//! Things as clients see them.

use super::id;
use igny8_protocol_ids::{Credits, Timestamp};
use igny8_protocol_wire::queue::{
    BatchCounts, BatchStatus, BatchView, KindSettings, PauseScope, PauseView, QueueSettings, Rate,
    WaitingView,
};
use igny8_protocol_wire::view::{
    BalanceView, ClusterView, DocumentStatus, DocumentView, IdeaStatus, IdeaView, ImageView,
    Intent, KeywordCounts, LinkView, MemberView, Role, SiteView, TaskFailure, TaskKind, TaskStatus,
    TaskView, TenantView,
};

/// Does not fit into 32 bits, as times never do.
pub(crate) const AT: Timestamp = Timestamp::from_millis(1_795_000_000_123);

pub(crate) fn tenant() -> TenantView {
    TenantView {
        id: id('1'), name: "Bäckerei Müller".into(), plan: "trial".into(), created_at: AT
    }
}

pub(crate) fn member() -> MemberView {
    MemberView {
        account: id('8'),
        email: "a@example.test".into(),
        name: "Ada".into(),
        role: Some(Role::SystemBot),
    }
}

pub(crate) fn site() -> SiteView {
    let link = LinkView {
        url: "https://blog.example.test".into(),
        name: "Blog".into(),
        wordpress: "6.8".into(),
        plugin: "0.1.0".into(),
        paired_at: AT,
        problem: None,
    };
    SiteView {
        id: id('2'),
        name: "Blog".into(),
        language: "de".into(),
        brand_voice: String::new(),
        persona: "A barista".into(),
        link_hosts: vec!["example.org".into()],
        link: Some(link),
        created_at: AT,
    }
}

pub(crate) fn counts() -> KeywordCounts {
    KeywordCounts {
        total: 300,
        new: 200,
        clustered: 100_000,
        in_use: 0,
        orphaned: 1,
        archived: 255,
    }
}

pub(crate) fn cluster() -> ClusterView {
    ClusterView {
        id: id('5'),
        name: "Sourdough".into(),
        intent: Some(Intent::Informational),
        pillar: "sourdough starter".into(),
        keywords: vec!["sourdough starter".into(), "パン種".into()],
        volume: 6_000_000_000,
        locked: true,
        ideas: 2,
    }
}

pub(crate) fn idea() -> IdeaView {
    IdeaView {
        id: id('6'),
        cluster: id('5'),
        title: "Why your starter sleeps".into(),
        angle: "Temperature first".into(),
        outline: vec!["What it eats".into()],
        intent: None,
        target_keywords: vec![],
        status: IdeaStatus::New,
        document: None,
    }
}

pub(crate) fn task() -> TaskView {
    TaskView {
        id: id('4'),
        kind: TaskKind::Draft,
        title: "Why your starter sleeps".into(),
        status: TaskStatus::Failed,
        attempts: 1,
        attempts_max: 5,
        price: Credits(3),
        held: Credits(0),
        spent: Credits(0),
        waiting_for: Some("retry".into()),
        priority: None,
        waiting: None,
        starts_at: None,
        batch: None,
        created_by: None,
        started_at: None,
        not_before: Some(AT),
        failure: Some(TaskFailure {
            code: "timeout".into(),
            message: "Nothing was charged.".into(),
            at: AT,
        }),
        idea: Some(id('6')),
        cluster: None,
        document: Some(id('3')),
        model: None,
        usage: None,
        lane: None,
        created_at: AT,
        updated_at: AT,
    }
}

pub(crate) fn document() -> DocumentView {
    let image = ImageView {
        id: id('9'),
        url: "/api/writer/images/9".into(),
        alt: "A jar".into(),
        width: 1200,
        height: 630,
        featured: true,
    };
    DocumentView {
        id: id('3'),
        title: "Why your starter sleeps".into(),
        status: DocumentStatus::InReview,
        idea: Some(id('6')),
        images: vec![image],
        permalink: None,
        words: 1200,
        created_at: AT,
        updated_at: AT,
    }
}

pub(crate) fn balance() -> BalanceView {
    BalanceView {
        settled: Credits(600),
        held: Credits(3),
        available: Credits(597),
        spent: Credits(0),
        granted: Credits(600),
    }
}

pub(crate) fn pause() -> PauseView {
    PauseView {
        scope: PauseScope::Kind,
        kind: Some(TaskKind::Draft),
        by_error_rate: false,
        by: Some(id('1')),
        since: AT,
    }
}

/// A task with everything that a queue says of it.
pub(crate) fn waiting_task(waiting: WaitingView) -> TaskView {
    TaskView {
        status: TaskStatus::Queued,
        priority: Some(75),
        waiting: Some(waiting),
        starts_at: Some(AT),
        batch: Some(id('7')),
        created_by: Some(id('1')),
        started_at: Some(AT),
        ..task()
    }
}

pub(crate) fn batch() -> BatchView {
    BatchView {
        id: id('7'),
        title: "Forty drafts".into(),
        status: BatchStatus::Open,
        paused: Some(pause()),
        stop_percent: Some(20),
        price: Credits(120),
        counts: BatchCounts { total: 40, queued: 38, running: 2, ..BatchCounts::default() },
        skipped: None,
        created_by: None,
        created_at: AT,
        ended_at: None,
    }
}

pub(crate) fn queue_settings() -> QueueSettings {
    let rate = Some(Rate { per_minute: 60, burst: 5 });
    let kind =
        KindSettings { kind: TaskKind::Draft, places: 20, rate, attempts: 4, run_seconds: 1_800 };
    QueueSettings {
        models: None,
        places: 40,
        rate: None,
        kinds: vec![kind],
        waiting_hours: 168,
        start_seconds: 600,
        silence_seconds: 300,
        kept_tasks: 2_000,
        kept_days: 30,
    }
}
