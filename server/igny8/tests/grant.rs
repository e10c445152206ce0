//! `igny8 admin grant` with the real binary: once for each key, through the server alone.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod server;

use serde_json::Value;
use server::{Server, Start, free_port, igny8};
use std::path::Path;

fn grant(data: &Path, tenant: &str, key: &str, credits: &str) -> (bool, Value, String) {
    let mut command = igny8();
    command.args(["admin", "grant", tenant, "--credits", credits, "--key", key, "--json"]);
    let output = command.arg("--data-dir").arg(data).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let last = serde_json::from_str(text.lines().last().unwrap_or_default()).unwrap_or_default();
    (output.status.success(), last, String::from_utf8(output.stderr).unwrap())
}

/// The tenant of the demo workspace.
fn tenant(server: &Server) -> String {
    let link = server.login_link.clone().unwrap();
    let code = link.split("#code=").nth(1).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let session: Value = runtime.block_on(async {
        let url = format!("{}/api/auth/login-code", server.address);
        let body = format!("{{\"code\":\"{code}\"}}");
        let asked = reqwest::Client::new().post(url).header("content-type", "application/json");
        let text = asked.body(body).send().await.unwrap().text().await.unwrap();
        serde_json::from_str(&text).unwrap()
    });
    session["memberships"][0]["tenant"]["id"].as_str().unwrap().to_owned()
}

#[test]
fn r6_an_operator_grants_once_for_each_key() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    let nobody = "00000000-0000-7000-8000-000000000000";
    let (done, _, errors) = grant(data, nobody, "k", "5");
    assert!(!done && errors.contains("no server runs"), "{errors}");
    let start = Start { data, port: free_port(), abort_at: None };
    let server = start.run().unwrap();
    let (done, _, errors) = grant(data, nobody, "k", "5");
    assert!(!done && errors.contains("no tenant"), "{errors}");
    let tenant = tenant(&server);
    let (done, first, errors) = grant(data, &tenant, "invoice 7", "40");
    assert!(done, "{errors}");
    let (done, again, errors) = grant(data, &tenant, "invoice 7", "40");
    assert!(done, "{errors}");
    assert_eq!(first["granted_in_all"], again["granted_in_all"], "told twice, it counts once");
    let (done, _, errors) = grant(data, &tenant, "invoice 7", "50");
    assert!(!done && errors.contains("granted 40 credits already"), "{errors}");
    let (_, other, _) = grant(data, &tenant, "invoice 8", "2");
    let sum = |value: &Value| value["granted_in_all"].as_i64().unwrap();
    assert_eq!(sum(&first) + 2, sum(&other));
}
