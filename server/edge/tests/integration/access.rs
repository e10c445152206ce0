//! R13: every route for every role, in the own tenant, in another's, and without a token. What is
//! expected follows from one table and the permission table alone.

use crate::support::{Answer, Place, Server};
use http::{Method, StatusCode};
use igny8_actors_domain::role::Action::{self, *};
use igny8_actors_domain::role::{Role, allows};
use serde_json::json;
use std::collections::BTreeSet;

/// Who may use a route.
#[derive(Clone, Copy, Debug)]
enum Need {
    /// Everybody.
    Nothing,
    /// Whoever is signed in.
    Token,
    /// Members of the tenant with the right.
    Right(Action),
}
use Need::{Nothing, Right, Token};

/// Every route of the OpenAPI document, and what it needs.
const ROUTES: &[(&str, &str, Need)] = &[
    ("POST", "/api/auth/sign-up", Nothing),
    ("POST", "/api/auth/login", Nothing),
    ("POST", "/api/auth/login-code", Nothing),
    ("POST", "/api/auth/refresh", Nothing),
    ("POST", "/api/auth/logout", Nothing),
    ("POST", "/api/auth/ticket", Token),
    ("POST", "/api/auth/room-tickets", Right(ReadContent)),
    ("GET", "/api/auth/me", Token),
    ("GET", "/api/auth/members", Right(ReadContent)),
    ("POST", "/api/auth/members", Right(ManageMembers)),
    ("PATCH", "/api/auth/members/{account}", Right(ManageMembers)),
    ("DELETE", "/api/auth/members/{account}", Right(ManageMembers)),
    ("POST", "/api/planner/sites/{site}/imports/preview", Right(ImportKeywords)),
    ("POST", "/api/planner/sites/{site}/imports", Right(ImportKeywords)),
    ("GET", "/api/planner/sites/{site}/keywords", Right(ReadContent)),
    ("PATCH", "/api/planner/sites/{site}/keywords", Right(ImportKeywords)),
    ("GET", "/api/planner/sites/{site}/clusters", Right(ReadContent)),
    ("PATCH", "/api/planner/sites/{site}/clusters/{cluster}", Right(ManageClusters)),
    ("POST", "/api/planner/sites/{site}/clusters/{cluster}/merge", Right(ManageClusters)),
    ("POST", "/api/planner/sites/{site}/clusters/{cluster}/keywords", Right(ManageClusters)),
    ("POST", "/api/planner/sites/{site}/cluster", Right(GenerateContent)),
    ("GET", "/api/planner/sites/{site}/ideas", Right(ReadContent)),
    ("POST", "/api/planner/sites/{site}/ideas", Right(GenerateContent)),
    ("PATCH", "/api/planner/sites/{site}/ideas/{idea}", Right(ManageClusters)),
    ("POST", "/api/planner/sites/{site}/quote", Right(GenerateContent)),
    ("POST", "/api/writer/generate", Right(GenerateContent)),
    ("GET", "/api/writer/sites/{site}/tasks", Right(ReadContent)),
    ("GET", "/api/writer/sites/{site}/tasks/{task}", Right(ReadContent)),
    ("POST", "/api/writer/sites/{site}/tasks/{task}/cancel", Right(ControlTasks)),
    ("POST", "/api/writer/sites/{site}/tasks/{task}/retry", Right(ControlTasks)),
    ("GET", "/api/writer/sites/{site}/tasks/{task}/answer", Right(ReadContent)),
    ("POST", "/api/writer/sites/{site}/tasks/{task}/answer", Right(GenerateContent)),
    ("POST", "/api/writer/sites/{site}/tasks/{task}/replay", Right(ControlTasks)),
    ("POST", "/api/writer/sites/{site}/tasks/{task}/pause", Right(ControlTasks)),
    ("POST", "/api/writer/sites/{site}/tasks/{task}/resume", Right(ControlTasks)),
    ("POST", "/api/writer/sites/{site}/tasks/change", Right(ControlTasks)),
    ("GET", "/api/writer/sites/{site}/tasks/kept", Right(ReadContent)),
    ("GET", "/api/writer/sites/{site}/batches", Right(ReadContent)),
    ("POST", "/api/writer/sites/{site}/batches", Right(GenerateContent)),
    ("GET", "/api/writer/sites/{site}/batches/{batch}", Right(ReadContent)),
    ("POST", "/api/writer/sites/{site}/batches/{batch}/cancel", Right(ControlTasks)),
    ("POST", "/api/writer/sites/{site}/batches/{batch}/pause", Right(ControlTasks)),
    ("POST", "/api/writer/sites/{site}/batches/{batch}/resume", Right(ControlTasks)),
    ("GET", "/api/writer/sites/{site}/dead-letters", Right(ReadContent)),
    ("GET", "/api/writer/sites/{site}/dead-letters/reasons", Right(ReadContent)),
    ("POST", "/api/writer/sites/{site}/dead-letters/replay", Right(ControlTasks)),
    ("POST", "/api/writer/sites/{site}/dead-letters/discard", Right(ControlTasks)),
    ("GET", "/api/writer/sites/{site}/documents", Right(ReadContent)),
    ("POST", "/api/writer/sites/{site}/documents", Right(EditDocument)),
    ("GET", "/api/writer/sites/{site}/documents/{document}", Right(ReadContent)),
    ("PATCH", "/api/writer/sites/{site}/documents/{document}", Right(EditDocument)),
    ("GET", "/api/writer/sites/{site}/documents/{document}/content", Right(ReadContent)),
    ("PUT", "/api/writer/sites/{site}/documents/{document}/content", Right(EditDocument)),
    ("GET", "/api/writer/sites/{site}/documents/{document}/blocks", Right(ReadContent)),
    ("PATCH", "/api/writer/sites/{site}/documents/{document}/blocks", Right(EditDocument)),
    ("GET", "/api/writer/sites/{site}/documents/{document}/versions", Right(ReadContent)),
    ("POST", "/api/writer/sites/{site}/documents/{document}/versions", Right(EditDocument)),
    (
        "PATCH",
        "/api/writer/sites/{site}/documents/{document}/versions/{version}",
        Right(EditDocument),
    ),
    (
        "DELETE",
        "/api/writer/sites/{site}/documents/{document}/versions/{version}",
        Right(EditDocument),
    ),
    (
        "GET",
        "/api/writer/sites/{site}/documents/{document}/versions/{version}/content",
        Right(ReadContent),
    ),
    (
        "GET",
        "/api/writer/sites/{site}/documents/{document}/versions/{version}/comparison",
        Right(ReadContent),
    ),
    (
        "POST",
        "/api/writer/sites/{site}/documents/{document}/versions/{version}/restore",
        Right(EditDocument),
    ),
    ("GET", "/api/writer/sites/{site}/documents/{document}/runs", Right(ReadContent)),
    ("POST", "/api/writer/sites/{site}/documents/{document}/runs/{run}/undo", Right(EditDocument)),
    ("GET", "/api/writer/sites/{site}/documents/{document}/authors", Right(ReadContent)),
    ("GET", "/api/writer/sites/{site}/documents/{document}/activity", Right(ReadContent)),
    ("GET", "/api/writer/sites/{site}/documents/{document}/threads", Right(ReadContent)),
    ("POST", "/api/writer/sites/{site}/documents/{document}/threads", Right(Comment)),
    ("DELETE", "/api/writer/sites/{site}/documents/{document}/threads/{thread}", Right(Comment)),
    (
        "POST",
        "/api/writer/sites/{site}/documents/{document}/threads/{thread}/comments",
        Right(Comment),
    ),
    (
        "PATCH",
        "/api/writer/sites/{site}/documents/{document}/threads/{thread}/comments/{comment}",
        Right(Comment),
    ),
    (
        "DELETE",
        "/api/writer/sites/{site}/documents/{document}/threads/{thread}/comments/{comment}",
        Right(Comment),
    ),
    (
        "POST",
        "/api/writer/sites/{site}/documents/{document}/threads/{thread}/resolve",
        Right(Comment),
    ),
    (
        "POST",
        "/api/writer/sites/{site}/documents/{document}/threads/{thread}/reopen",
        Right(Comment),
    ),
    ("GET", "/api/writer/sites/{site}/documents/{document}/suggestions", Right(ReadContent)),
    ("POST", "/api/writer/sites/{site}/documents/{document}/suggestions", Right(GenerateContent)),
    (
        "POST",
        "/api/writer/sites/{site}/documents/{document}/suggestions/{suggestion}/accept",
        Right(EditDocument),
    ),
    (
        "POST",
        "/api/writer/sites/{site}/documents/{document}/suggestions/{suggestion}/reject",
        Right(EditDocument),
    ),
    ("POST", "/api/writer/sites/{site}/documents/{document}/images", Right(GenerateContent)),
    ("POST", "/api/writer/sites/{site}/documents/{document}/reparse", Right(GenerateContent)),
    ("GET", "/api/writer/sites/{site}/free-documents", Right(ReadContent)),
    ("POST", "/api/writer/sites/{site}/free-documents", Right(EditDocument)),
    ("DELETE", "/api/writer/sites/{site}/free-documents/{document}", Right(EditDocument)),
    ("GET", "/api/publish/sites/{site}/link", Right(ReadContent)),
    ("POST", "/api/publish/sites/{site}/link", Right(LinkSite)),
    ("DELETE", "/api/publish/sites/{site}/link", Right(LinkSite)),
    ("POST", "/api/publish/sites/{site}/documents/{document}", Right(Publish)),
    ("GET", "/api/settings/sites", Right(ReadContent)),
    ("POST", "/api/settings/sites", Right(ManageSites)),
    ("PATCH", "/api/settings/sites/{site}", Right(ManageSites)),
    ("GET", "/api/settings/ai-models", Right(ManageModels)),
    ("PUT", "/api/settings/ai-models", Right(ManageModels)),
    ("GET", "/api/settings/automations/zones", Right(ReadContent)),
    ("GET", "/api/settings/automations/timing", Right(ReadContent)),
    ("GET", "/api/settings/sites/{site}/automations", Right(ReadContent)),
    ("PUT", "/api/settings/sites/{site}/automations/{kind}", Right(ManageSites)),
    ("POST", "/api/settings/sites/{site}/automations/preset", Right(ManageSites)),
    ("POST", "/api/system/sites/{site}/automations/{kind}/run", Right(ControlTasks)),
    ("GET", "/api/system/sites/{site}/executions", Right(ReadContent)),
    ("GET", "/api/settings/ai-routes", Right(ManageModels)),
    ("PUT", "/api/settings/ai-routes", Right(ManageModels)),
    ("POST", "/api/settings/ai-routes/test", Right(ManageModels)),
    ("GET", "/api/system/lanes", Right(ReadSystem)),
    ("GET", "/api/billing/usage", Right(ReadBilling)),
    ("GET", "/api/thinker/prompts", Right(ReadContent)),
    ("PUT", "/api/thinker/prompts/{kind}", Right(ManagePrompts)),
    ("POST", "/api/thinker/prompts/{kind}/preview", Right(ManagePrompts)),
    ("GET", "/api/thinker/prompts/{kind}/versions", Right(ReadContent)),
    ("GET", "/api/thinker/prompts/{kind}/difference", Right(ReadContent)),
    ("POST", "/api/thinker/prompts/{kind}/restore", Right(ManagePrompts)),
    ("POST", "/api/thinker/sites/{site}/prompts/{kind}/preview", Right(ManagePrompts)),
    ("POST", "/api/thinker/sites/{site}/prompts/{kind}/test", Right(ManagePrompts)),
    ("GET", "/api/billing/balance", Right(ReadContent)),
    ("GET", "/api/billing/ledger", Right(ReadBilling)),
    ("GET", "/api/billing/ledger.csv", Right(ReadBilling)),
    ("GET", "/api/billing/low-levels", Right(ReadBilling)),
    ("PUT", "/api/billing/low-levels", Right(ManageBilling)),
    ("GET", "/api/billing/prices", Right(ReadContent)),
    ("GET", "/api/system/status", Right(ReadSystem)),
    ("GET", "/api/system/sites/{site}/queue", Right(ReadContent)),
    ("PUT", "/api/system/sites/{site}/queue/settings", Right(ManageSites)),
    ("POST", "/api/system/sites/{site}/queue/pause", Right(ControlTasks)),
    ("POST", "/api/system/sites/{site}/queue/resume", Right(ControlTasks)),
    ("GET", "/api/system/work", Right(ReadContent)),
    ("POST", "/api/system/work/pause", Right(ControlTasks)),
    ("POST", "/api/system/work/resume", Right(ControlTasks)),
    ("GET", "/api/dashboard/sites/{site}/overview", Right(ReadContent)),
    ("GET", "/version", Nothing),
    ("GET", "/media/{tenant}/{site}/{image}", Right(ReadContent)),
];

/// An id of nothing: rights are looked at before things.
const NOTHING: &str = "00000000-0000-7000-8000-000000000000";

#[test]
fn r13_the_table_holds_every_route_of_the_document() {
    let document = serde_json::to_value(igny8_server_edge::openapi()).unwrap();
    assert_eq!("3.1.0", document["openapi"]);
    let mut served = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys().filter(|key| key.len() < 7) {
            served.insert((method.to_uppercase(), path.clone()));
        }
    }
    let listed: BTreeSet<(String, String)> =
        ROUTES.iter().map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned())).collect();
    assert_eq!(listed, served, "the table and the OpenAPI document differ");
}

fn address(path: &str, place: Place) -> String {
    let path = path.replace("{tenant}", &place.tenant.to_string());
    let mut path = path.replace("{site}", &place.site.to_string()).replace("{kind}", "image");
    while let Some((before, after)) = path.clone().split_once('{') {
        let (_, after) = after.split_once('}').unwrap();
        path = format!("{before}{NOTHING}{after}");
    }
    path
}

/// Asks about Ada's tenant; `at` says whose site the path or the body names.
async fn ask(server: &Server, route: (&str, &str), token: Option<&str>, at: Place) -> Answer {
    let (method, path) = route;
    let mut ask =
        server.ask(method.parse::<Method>().unwrap(), &address(path, at)).tenant(server.own.tenant);
    if let Some(token) = token {
        ask = ask.token(token);
    }
    match path {
        "/api/writer/generate" => ask.json(json!({"site": at.site, "ideas": [NOTHING]})).await,
        "/api/auth/ticket" => ask.json(json!({"tenant": at.tenant})).await,
        "/api/auth/room-tickets" => {
            let room = json!({"site": at.site, "kind": "free", "room": "none", "rights": "read"});
            ask.json(room).await
        }
        _ => ask.send().await,
    }
}

/// Whether an answer says that the tenant or the site does not exist.
fn hidden(answer: &Answer) -> bool {
    let detail = answer.json()["detail"].as_str().unwrap_or_default().to_owned();
    answer.status == StatusCode::NOT_FOUND
        && ["workspace", "site"].iter().any(|what| detail.contains(what))
}

fn check_allowed(what: &str, answer: &Answer) {
    let refused = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::METHOD_NOT_ALLOWED];
    assert!(!refused.contains(&answer.status), "{what}: {answer:?}");
    assert!(!hidden(answer), "{what}: {answer:?}");
    assert!(!answer.status.is_server_error(), "{what}: {answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn r13_every_route_for_every_role() {
    let server = Server::start().await;
    let (_, admin) = server.person("admin", Role::Admin).await;
    let (_, editor) = server.person("editor", Role::Editor).await;
    let (_, viewer) = server.person("viewer", Role::Viewer).await;
    // The bot is no person and has no login: nobody can be given its role.
    let people = [
        (Role::Owner, server.ada().await),
        (Role::Admin, admin),
        (Role::Editor, editor),
        (Role::Viewer, viewer),
    ];
    for (method, path, need) in ROUTES {
        let route = (*method, *path);
        for (role, token) in &people {
            let what = format!("{method} {path} as {role:?}");
            let answer = ask(&server, route, Some(token), server.own).await;
            match need {
                Right(action) if !allows(*role, *action) => {
                    assert_eq!(StatusCode::FORBIDDEN, answer.status, "{what}: {answer:?}");
                }
                Nothing => assert!(!answer.status.is_server_error(), "{what}: {answer:?}"),
                _ => check_allowed(&what, &answer),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r13_another_tenant_does_not_exist() {
    let server = Server::start().await;
    let (ada, eve) = (server.ada().await, server.eve().await);
    for (method, path, need) in ROUTES {
        let what = format!("{method} {path}");
        if matches!(need, Right(_)) {
            let stranger = ask(&server, (method, path), Some(&eve), server.own).await;
            assert!(hidden(&stranger), "{what} by an outsider: {stranger:?}");
        }
        let in_body = ["/api/writer/generate", "/api/auth/ticket", "/api/auth/room-tickets"];
        let names_place = path.contains("{site}") || in_body.contains(path);
        if names_place {
            let elsewhere = ask(&server, (method, path), Some(&ada), server.other).await;
            assert!(hidden(&elsewhere), "{what} at another tenant's site: {elsewhere:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r13_without_a_token_there_is_nothing() {
    let server = Server::start().await;
    for (method, path, need) in ROUTES.iter().filter(|(.., need)| !matches!(need, Nothing)) {
        for token in [None, Some("not.a.token")] {
            let answer = ask(&server, (method, path), token, server.own).await;
            assert_eq!(
                StatusCode::UNAUTHORIZED,
                answer.status,
                "{method} {path} {need:?}: {answer:?}"
            );
            assert_eq!("application/problem+json", answer.headers["content-type"]);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r13_a_role_that_was_taken_away_counts_no_more() {
    let server = Server::start().await;
    let (account, editor) = server.person("editor", Role::Editor).await;
    let path = server.url(server.own, "writer", "documents");
    let make =
        || server.post(&path).tenant(server.own.tenant).token(&editor).json(json!({"title": "A"}));
    assert_eq!(StatusCode::CREATED, make().await.status);
    let member = format!("/api/auth/members/{account}");
    let ada = server.ada().await;
    let demoted =
        server.ask(Method::PATCH, &member).token(&ada).json(json!({"role": "viewer"})).await;
    assert_eq!("viewer", demoted.json()["role"], "{demoted:?}");
    assert_eq!(StatusCode::FORBIDDEN, make().await.status);
    let removed = server.ask(Method::DELETE, &member).token(&ada).send().await;
    assert_eq!(StatusCode::NO_CONTENT, removed.status);
    assert!(hidden(&make().await));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approved_document_goes_to_the_site() {
    let server = Server::start().await;
    let ada = server.ada().await;
    let documents = server.url(server.own, "writer", "documents");
    let made = server.post(&documents).token(&ada).json(json!({"title": "A"})).await;
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let publish = server.url(server.own, "publish", &format!("documents/{id}"));
    let early = server.post(&publish).token(&ada).json(json!({"live": true})).await;
    assert_eq!("not_approved", early.code());
    let path = format!("{documents}/{id}");
    let approve =
        server.ask(Method::PATCH, &path).token(&ada).json(json!({"status": "approved"})).await;
    assert_eq!("approved", approve.json()["status"], "{approve:?}");
    let queued = server.post(&publish).token(&ada).json(json!({"live": true})).await;
    assert_eq!(StatusCode::ACCEPTED, queued.status, "{queued:?}");
    let content = server.get(&format!("{path}/content?format=markdown")).token(&ada).send().await;
    assert_eq!("markdown", content.json()["format"], "{content:?}");
}
