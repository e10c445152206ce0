//! The beginning of a life: three people, their workspace, its two sites. Nothing fails yet.

use super::Life;
use super::node::Nodes;
use crate::plan::{Plan, SITES, USERS};
use crate::world::Surroundings;
use igny8_actors_domain::Origin;
use igny8_actors_domain::role::Role;
use igny8_actors_domain::tenant::TenantCommand;
use igny8_protocol_ids::AccountId;
use std::sync::Arc;

const CALM: &str = "nothing fails before the first step";

/// Signs up and invites.
pub(super) async fn begin(plan: Plan, around: Arc<Surroundings>, nodes: Arc<Nodes>) -> Arc<Life> {
    let platform = nodes.current().expect(CALM);
    let (owner, tenant) =
        platform.sign_up("ada@example.test", "secret words", "Ada", "Coffee").await.expect(CALM);
    let mut people = vec![owner];
    for number in 1..USERS {
        let account = AccountId::new(platform.now(), [number as u8; 10]);
        let command = TenantCommand::AddMember {
            account,
            email: format!("user{number}@example.test"),
            name: format!("User {number}"),
            role: Role::Editor,
        };
        platform.tenant(tenant).command(Origin::Account(owner), None, command).await.expect(CALM);
        people.push(account);
    }
    for number in 1..SITES {
        let name = format!("Site {number}");
        let handle = platform.tenant(tenant);
        let made =
            handle.create_site(Origin::Account(owner), None, name, "en".to_owned(), String::new());
        made.await.expect(CALM);
    }
    let sites =
        platform.tenant(tenant).read(|tenant| tenant.sites().map(|site| site.id).collect()).await;
    Arc::new(Life {
        plan,
        around,
        nodes,
        people,
        tenant,
        sites: sites.expect(CALM),
        answered: Default::default(),
        editors: Default::default(),
        listeners: Default::default(),
        panics: Default::default(),
        numbers: Default::default(),
        commands: Default::default(),
    })
}
