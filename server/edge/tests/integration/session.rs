//! Logging in and out: passwords, codes, refresh tokens, cookies.

use crate::support::{Answer, PASSWORD, Server};
use http::StatusCode;
use serde_json::{Value, json};

async fn refresh(server: &Server, token: &Value) -> Answer {
    server.post("/api/auth/refresh").json(json!({"refresh_token": token})).await
}

fn login(cookie: bool) -> Value {
    json!({"email": "ada@example.test", "password": PASSWORD, "cookie": cookie})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_up_owns_its_tenant() {
    let server = Server::start().await;
    let body = json!({"email": "Bob@Example.test", "password": "four words by chance", "name": "Bob", "tenant_name": "Tea"});
    let answer = server.post("/api/auth/sign-up").json(body.clone()).await;
    assert_eq!(StatusCode::OK, answer.status, "{:?}", answer.json());
    let session = answer.json();
    assert_eq!("bob@example.test", session["account"]["email"]);
    assert_eq!("owner", session["memberships"][0]["role"]);
    let me =
        server.get("/api/auth/me").token(session["access_token"].as_str().unwrap()).send().await;
    assert_eq!(session["memberships"], me.json()["memberships"]);
    let again = server.post("/api/auth/sign-up").json(body).await;
    assert_eq!((StatusCode::CONFLICT, "email_taken".to_owned()), (again.status, again.code()));
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_credentials_are_one_answer() {
    let server = Server::start().await;
    for (email, password) in [
        ("ada@example.test", "wrong horse"),
        ("nobody@example.test", PASSWORD),
        ("no address", "x"),
    ] {
        let answer = server
            .post("/api/auth/login")
            .json(json!({"email": email, "password": password}))
            .await;
        let told = (answer.status, answer.code());
        assert_eq!((StatusCode::UNAUTHORIZED, "wrong_credentials".to_owned()), told, "{email}");
    }
    let weak = json!({"email": "c@example.test", "password": "password1", "name": "C", "tenant_name": "C"});
    let answer = server.post("/api/auth/sign-up").json(weak).await;
    assert_eq!(StatusCode::UNPROCESSABLE_ENTITY, answer.status);
    assert_eq!("password", answer.json()["errors"][0]["field"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_counts_once_and_a_stolen_one_ends_the_session() {
    let server = Server::start().await;
    let first = server.post("/api/auth/login").json(login(false)).await.json();
    let second = refresh(&server, &first["refresh_token"]).await;
    assert_eq!(StatusCode::OK, second.status, "{:?}", second.json());
    let token = second.json()["access_token"].as_str().unwrap().to_owned();
    let read = || server.get("/api/auth/members").token(&token).tenant(server.own.tenant).send();
    assert_eq!(StatusCode::OK, read().await.status);
    let stolen = refresh(&server, &first["refresh_token"]).await;
    assert_eq!(StatusCode::UNAUTHORIZED, stolen.status);
    let after = refresh(&server, &second.json()["refresh_token"]).await;
    assert_eq!(StatusCode::UNAUTHORIZED, after.status, "the whole family ends");
    assert_eq!("session_ended", read().await.code(), "its access tokens too");
}

#[tokio::test(flavor = "multi_thread")]
async fn made_up_refresh_tokens_wake_nobody() {
    let server = Server::start().await;
    let before = server.platform.status().kinds;
    let nobody = "00000000-0000-7000-8000-000000000000";
    for token in ["", "x", &format!("{nobody}.{nobody}.c2VjcmV0.dGFn")] {
        assert_eq!(StatusCode::UNAUTHORIZED, refresh(&server, &json!(token)).await.status);
    }
    assert_eq!(before, server.platform.status().kinds);
}

#[tokio::test(flavor = "multi_thread")]
async fn browsers_keep_their_login_in_cookies_of_our_own_pages() {
    let server = Server::start().await;
    let answer = server.post("/api/auth/login").json(login(true)).await;
    assert_eq!(Value::Null, answer.json()["refresh_token"]);
    let cookies: Vec<String> = answer
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|value| value.to_str().unwrap().to_owned())
        .collect();
    assert_eq!(2, cookies.len());
    assert!(
        cookies.iter().all(|cookie| cookie.contains("HttpOnly; SameSite=Strict")),
        "{cookies:?}"
    );
    let pair = cookies[0].split(';').next().unwrap();
    let with = |origin: &'static str| {
        server
            .post("/api/auth/refresh")
            .header("cookie", pair)
            .header("origin", origin)
            .json(json!({}))
    };
    assert_eq!("origin", with("https://evil.example").await.code());
    let refreshed = with("http://test").await;
    assert_eq!(StatusCode::OK, refreshed.status, "{:?}", refreshed.json());
    assert!(refreshed.headers.contains_key("set-cookie"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_code_counts_once() {
    let server = Server::start().await;
    let ada = server.platform.account_by_email("ada@example.test").await.unwrap().unwrap();
    let code = server.state.new_login_code(ada).unwrap();
    let with = || server.post("/api/auth/login-code").json(json!({"code": code}));
    assert_eq!("ada@example.test", with().await.json()["account"]["email"]);
    assert_eq!(StatusCode::UNAUTHORIZED, with().await.status);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logout_ends_the_session_and_clears_the_cookies() {
    let server = Server::start().await;
    let session = server.post("/api/auth/login").json(login(false)).await.json();
    let out = json!({"refresh_token": session["refresh_token"]});
    let answer = server.post("/api/auth/logout").json(out.clone()).await;
    assert_eq!(StatusCode::NO_CONTENT, answer.status);
    assert_eq!(2, answer.headers.get_all("set-cookie").iter().count());
    assert_eq!(StatusCode::UNAUTHORIZED, refresh(&server, &session["refresh_token"]).await.status);
    assert_eq!(StatusCode::NO_CONTENT, server.post("/api/auth/logout").json(out).await.status);
}
