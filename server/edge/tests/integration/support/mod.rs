//! A whole server for tests: the runtime's world under the edge, people of every role in one
//! tenant, and an outsider with a tenant of their own.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(unreachable_pub, reason = "a program of tests has no outside")]

pub mod client;
pub mod draft;
pub mod fallback;
pub mod room;
#[allow(dead_code, reason = "these tests use a part of it")]
#[path = "../../../../../actors/runtime/tests/integration/support/mod.rs"]
mod world;

use axum::Router;
use axum::body::Body;
use http::{HeaderMap, Method, Request, StatusCode, header};
use igny8_actors_domain::Origin;
use igny8_actors_domain::role::Role;
use igny8_actors_domain::tenant::TenantCommand;
use igny8_actors_runtime::Platform;
use igny8_protocol_ids::{AccountId, SiteId, TenantId};
use igny8_server_edge::{EdgeSettings, EdgeState, LimitSettings, router};
use secrecy::SecretSlice;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;
pub(crate) use world::Shifted;

pub const PASSWORD: &str = "correct horse";

/// A tenant with its first site.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub tenant: TenantId,
    pub site: SiteId,
}

pub struct Server {
    pub state: EdgeState,
    pub platform: Platform,
    pub router: Router,
    pub shutdown: CancellationToken,
    /// Ada's, who owns it.
    pub own: Place,
    /// Of somebody else.
    pub other: Place,
    /// Kept: it goes with the server.
    _directory: tempfile::TempDir,
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }
}

/// A request in the making.
pub struct Ask<'s> {
    server: &'s Server,
    builder: http::request::Builder,
}

async fn place(platform: &Platform, tenant: TenantId) -> Place {
    let site =
        platform.tenant(tenant).read(|tenant| tenant.sites().next().unwrap().id).await.unwrap();
    Place { tenant, site }
}

impl Server {
    pub async fn start() -> Self {
        Self::with_limits(LimitSettings::development()).await
    }

    /// With the time in the test's hands.
    pub(crate) async fn at(clock: Arc<Shifted>) -> Self {
        Self::of(world::scene_at(world::fast(), clock).await, LimitSettings::development()).await
    }

    pub async fn with_limits(limits: LimitSettings) -> Self {
        Self::of(world::scene(world::fast()).await, limits).await
    }

    async fn of(scene: world::Scene, limits: LimitSettings) -> Self {
        let world::Scene { platform, tenant, directory, .. } = scene;
        let (_, stranger) =
            platform.sign_up("eve@example.test", PASSWORD, "Eve", "Elsewhere").await.unwrap();
        let shutdown = CancellationToken::new();
        let settings = EdgeSettings {
            access_key: SecretSlice::from(vec![7; 32]),
            development: true,
            https: false,
            origins: Vec::new(),
            trusted_proxies: Vec::new(),
            limits,
            assets: None,
            metrics: None,
            shutdown: shutdown.clone(),
        };
        let state = EdgeState::new(platform.clone(), settings);
        let (own, other) = (place(&platform, tenant).await, place(&platform, stranger).await);
        let router = router(state.clone());
        Self { router, state, platform, shutdown, own, other, _directory: directory }
    }

    pub fn ask(&self, method: Method, path: &str) -> Ask<'_> {
        let builder = Request::builder().method(method).uri(path).header(header::HOST, "test");
        Ask { server: self, builder }
    }
    pub fn get(&self, path: &str) -> Ask<'_> {
        self.ask(Method::GET, path)
    }
    pub fn post(&self, path: &str) -> Ask<'_> {
        self.ask(Method::POST, path)
    }

    /// The access token of a person.
    pub async fn log_in(&self, email: &str) -> String {
        let answer =
            self.post("/api/auth/login").json(json!({"email": email, "password": PASSWORD})).await;
        assert_eq!(StatusCode::OK, answer.status, "{:?}", answer.json());
        answer.json()["access_token"].as_str().unwrap().to_owned()
    }
    pub async fn ada(&self) -> String {
        self.log_in("ada@example.test").await
    }
    pub async fn eve(&self) -> String {
        self.log_in("eve@example.test").await
    }

    /// Makes a person with this role in Ada's tenant: their account and their access token.
    pub async fn person(&self, name: &str, role: Role) -> (AccountId, String) {
        let email = format!("{name}@example.test");
        let (account, _) = self.platform.sign_up(&email, PASSWORD, name, name).await.unwrap();
        let command =
            TenantCommand::AddMember { account, email: email.clone(), name: name.to_owned(), role };
        self.platform.tenant(self.own.tenant).command(Origin::System, None, command).await.unwrap();
        let tenant = self.own.tenant;
        world::until("the membership", || async {
            let account = self.platform.account(account);
            let known = account.read(move |account| account.membership(tenant).is_some()).await;
            known.unwrap().then_some(())
        })
        .await;
        (account, self.log_in(&email).await)
    }

    pub fn url(&self, place: Place, group: &str, rest: &str) -> String {
        format!("/api/{group}/sites/{}/{rest}", place.site)
    }
}

impl Ask<'_> {
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.builder = self.builder.header(name, value);
        self
    }
    pub fn token(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }
    pub fn tenant(self, tenant: TenantId) -> Self {
        self.header("x-igny8-tenant", &tenant.to_string())
    }
    pub async fn json(self, body: Value) -> Answer {
        self.header("content-type", "application/json").body(body.to_string()).await
    }
    pub async fn send(self) -> Answer {
        self.body(Vec::new()).await
    }
    pub async fn body(self, body: impl Into<Body>) -> Answer {
        let request = self.builder.body(body.into()).unwrap();
        let response = self.server.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }
}
