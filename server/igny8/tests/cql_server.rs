//! The real binary on a CQL server, which `IGNY8_TEST_CQL` names (`host:port`):
//! `cargo xtask test --only cql` starts one.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod server;

use server::{
    Server, Start, assert_sound, assert_sound_with, free_port, igny8, keywords, last_line,
};
use std::path::Path;

type Options = Vec<(&'static str, String)>;

/// A keyspace that no other run has used.
fn fresh_keyspace() -> Options {
    let nodes = std::env::var("IGNY8_TEST_CQL").expect("IGNY8_TEST_CQL names a CQL server");
    let name = format!("igny8_server_{}", &uuid::Uuid::new_v4().simple().to_string()[..16]);
    vec![
        ("IGNY8_STORE", "cql".to_owned()),
        ("IGNY8_CQL_NODES", nodes),
        ("IGNY8_CQL_KEYSPACE", name),
        ("IGNY8_CQL_COPIES", "1".to_owned()),
    ]
}

fn publish(server: &Server, articles: i64) {
    let mut demo = igny8();
    demo.args(["demo", "--json", "--articles", &articles.to_string(), "--server", &server.address]);
    let output = demo.arg("--keywords").arg(keywords()).output().unwrap();
    let report = last_line(&output);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{report}\n{errors}");
    assert_eq!(report["published"], articles);
    assert_eq!(report["ledger_balanced"], true);
}

fn start(data: &Path) -> Start<'_> {
    Start { data, port: free_port(), abort_at: None }
}

#[test]
fn r7_main_job_on_a_cql_server_outlives_a_kill_of_ours() {
    let (directory, keyspace) = (tempfile::tempdir().unwrap(), fresh_keyspace());
    let data = directory.path();
    let server = start(data).run_with(&keyspace).unwrap();
    publish(&server, 2);
    // Its drop is a SIGKILL.
    drop(server);
    let server = start(data).run_with(&keyspace).unwrap();
    publish(&server, 1);
    server.stop();
    assert!(!data.join("store").exists(), "nothing is kept in the folder");
    let found = assert_sound_with(data, &keyspace);
    let counts = (found["tenants"].as_i64(), found["documents_published"].as_i64());
    assert_eq!(counts, (Some(3), Some(3)));
}

#[test]
fn r14_server_moves_from_its_folder_to_a_cql_server() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    let (data, moved, archive) = (path("data"), path("moved"), path("archive"));
    std::fs::create_dir(&data).unwrap();
    std::fs::create_dir(&moved).unwrap();
    let server = start(&data).run().unwrap();
    publish(&server, 2);
    server.stop();
    let before = assert_sound(&data);

    let keyspace = fresh_keyspace();
    let run = |arguments: &[&str], folder: &Path| {
        let mut command = igny8();
        command.args(arguments).arg(&archive).arg("--data-dir").arg(folder);
        if folder == moved {
            command.envs(keyspace.iter().cloned());
        }
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    run(&["backup", "--out"], &data);
    run(&["restore", "--from"], &moved);
    assert_eq!(assert_sound_with(&moved, &keyspace), before);

    std::fs::copy(data.join("keys.json"), moved.join("keys.json")).unwrap();
    let server = start(&moved).run_with(&keyspace).unwrap();
    publish(&server, 1);
    server.stop();
    assert_eq!(assert_sound_with(&moved, &keyspace)["documents_published"], 3);
}
