//! Ledgers through a real store: entries are filed, and the statement finds them all again.

use crate::support::{Scene, fast, reopen, scene, until, world};
use igny8_actors_domain::Origin;
use igny8_actors_domain::ledger::{EntryFilter, EntryKind, GrantKind, Ledger, Part};
use igny8_actors_domain::tenant::TenantCommand;
use igny8_actors_runtime::{Platform, StatementLine, StatementQuery, verify};
use igny8_protocol_ids::{Credits, GrantId, SiteId, TenantId, Timestamp, TransferId};

/// More than stay in memory, in either ledger.
const TRANSFERS: u32 = 1_300;

fn transfer(number: u32) -> TransferId {
    let mut chance = [0; 10];
    chance[..4].copy_from_slice(&number.to_be_bytes());
    TransferId::new(Timestamp::from_millis(1), chance)
}

fn grant(key: &str) -> TenantCommand {
    let part = Part {
        grant: GrantId::new(Timestamp::from_millis(1), [7; 10]),
        kind: GrantKind::TopUp,
        expires_at: None,
        amount: Credits(50_000),
    };
    TenantCommand::Grant { key: key.to_owned(), part, reason: "A top-up".to_owned() }
}

/// One credit goes to the site, many times over.
async fn send_credits(scene: &Scene) {
    let tenant = scene.platform.tenant(scene.tenant);
    tenant.command(Origin::System, None, grant("line 1")).await.unwrap();
    let numbers: Vec<u32> = (0..TRANSFERS).collect();
    for chunk in numbers.chunks(100) {
        let sent = chunk.iter().map(|number| {
            let (transfer, site) = (transfer(*number), scene.site);
            let command =
                TenantCommand::Allot { transfer, site, amount: Credits(1), least: Credits(1) };
            tenant.command(Origin::System, None, command)
        });
        for answer in futures::future::join_all(sent).await {
            answer.unwrap();
        }
    }
}

fn query(filter: EntryFilter) -> StatementQuery {
    StatementQuery { filter, site: None, after: None, limit: 97 }
}

/// The whole statement, page by page.
async fn all(platform: &Platform, tenant: TenantId, filter: EntryFilter) -> Vec<StatementLine> {
    let (mut lines, mut asked) = (Vec::new(), query(filter));
    loop {
        let page = platform.statement(tenant, asked.clone()).await.unwrap();
        lines.extend(page.lines);
        match page.next {
            Some(next) => asked.after = Some(next),
            None => return lines,
        }
    }
}

/// All lines are there once, the newest first; what is filed among them.
async fn check(platform: &Platform, tenant: TenantId, site: SiteId) {
    let lines = all(platform, tenant, EntryFilter::default()).await;
    assert!(lines.is_sorted_by(|a, b| a.place() > b.place()));
    let count = |of: Option<SiteId>| lines.iter().filter(|line| line.site == of).count();
    assert_eq!((TRANSFERS as usize + 2, TRANSFERS as usize), (count(None), count(Some(site))));
    let page = platform.statement(tenant, query(EntryFilter::default())).await.unwrap();
    assert_eq!(Some(lines.len() as u64), page.total);
    // The two grants are the oldest entries of all: they lie in a page by now.
    let kinds = EntryKind::Grant.mark();
    let grants = all(platform, tenant, EntryFilter { kinds, ..EntryFilter::default() }).await;
    assert_eq!(2, grants.len());
    let reason = Some("top-up".to_owned());
    let found = all(platform, tenant, EntryFilter { reason, ..EntryFilter::default() }).await;
    assert_eq!(grants[..1], found);
    let one = StatementQuery { site: Some(site), ..query(EntryFilter::default()) };
    let slice = platform.statement(tenant, one).await.unwrap();
    assert!(slice.lines.iter().all(|line| line.site == Some(site)));
    let other = SiteId::new(Timestamp::from_millis(9), [9; 10]);
    let one = StatementQuery { site: Some(other), ..query(EntryFilter::default()) };
    assert!(platform.statement(tenant, one).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r6_filed_entries_are_in_the_statement_and_are_verified() {
    let scene = scene(fast()).await;
    send_credits(&scene).await;
    let (platform, tenant, site) = (&scene.platform, scene.tenant, scene.site);
    let filed = || async {
        let (own, slice) = (platform.tenant(tenant), platform.site(tenant, site));
        let look = |ledger: &Ledger| (ledger.balance().elsewhere.0, ledger.entries().count());
        // Busy is as good as not yet.
        let (sent, own) = own.read(move |tenant| look(tenant.ledger())).await.ok()?;
        // Transfers arrive after the tenant has answered.
        let (arrived, slice) = slice.read(move |site| look(site.ledger())).await.ok()?;
        (sent + arrived == 0 && own < 1_024 && slice < 1_024).then_some(())
    };
    until("the filing of both ledgers", filed).await;
    check(platform, tenant, site).await;
    let again = platform.tenant(tenant).command(Origin::System, None, grant("line 1")).await;
    again.unwrap();
    let available = platform.total_balance(tenant).await.unwrap().0.available;
    assert_eq!(Credits(50_600), available, "a grant counts once, also after it was filed");
    let Scene { platform, directory, .. } = scene;
    platform.stop().await;
    drop(platform);
    let store = reopen(directory.path()).await;
    let (found, problems) = verify(store.as_ref(), |_| ()).await.unwrap();
    assert!(found.is_sound(), "{problems:?}");
    let platform = Platform::start(world(store, directory.path(), fast())).await.unwrap();
    check(&platform, tenant, site).await;
}
