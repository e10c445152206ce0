//! `igny8 keys …` and `igny8 admin delete-tenant` with the real binary: while the server runs, and
//! while it does not.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod server;

use serde_json::Value;
use server::{Start, assert_sound, free_port, igny8};
use std::path::Path;

/// Status, last line, and what was told on the standard error.
fn run(arguments: &[&str], data: Option<&Path>) -> (bool, Value, String) {
    let mut command = igny8();
    command.args(arguments);
    if let Some(data) = data {
        command.arg("--data-dir").arg(data).arg("--json");
    }
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let last = serde_json::from_str(text.lines().last().unwrap_or_default()).unwrap_or_default();
    (output.status.success(), last, String::from_utf8(output.stderr).unwrap())
}

fn ids(listing: &Value) -> Vec<String> {
    let keys = listing["keys"].as_array().unwrap().iter();
    keys.map(|key| key["id"].as_str().unwrap().to_owned()).collect()
}

/// Adds, rotates, removes: with or without a server.
fn replace_the_key(data: &Path, rotation: u64) {
    let file = data.join("keys.json");
    let (_, listing, _) = run(&["keys", "list"], Some(data));
    let before = ids(&listing);
    assert_eq!(before.len(), 1, "{listing}");
    let (added, new, errors) =
        run(&["keys", "add", "--json", "--keys", file.to_str().unwrap()], None);
    assert!(added, "{errors}");
    let new = new["current"].as_str().unwrap().to_owned();
    let (removed, _, errors) = run(&["keys", "remove", &new], Some(data));
    assert!(!removed && errors.contains("current"), "{errors}");
    let (rotated, counts, errors) = run(&["keys", "rotate"], Some(data));
    assert!(rotated, "{errors}");
    assert_eq!((counts["rotation"].as_u64(), counts["failed"].as_u64()), (Some(rotation), Some(0)));
    assert_eq!(counts["current"], new);
    let (removed, gone, errors) = run(&["keys", "remove", &before[0]], Some(data));
    assert!(removed && gone["removed"] == before[0].as_str(), "{errors}");
    let (_, listing, _) = run(&["keys", "list"], Some(data));
    assert_eq!(ids(&listing), [new]);
    assert!(listing["keys"][0]["current"].as_bool().unwrap());
}

#[test]
fn keys_are_replaced_while_the_server_runs_and_while_it_does_not() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    let start = Start { data, port: free_port(), abort_at: None };
    let server = start.run().unwrap();
    replace_the_key(data, 1);
    let nobody = "00000000-0000-7000-8000-000000000000";
    let other = "00000000-0000-7000-8000-000000000001";
    for (confirm, reason) in [(other, "another tenant"), (nobody, "there is no tenant")] {
        let arguments = ["admin", "delete-tenant", nobody, "--confirm", confirm];
        let (done, _, errors) = run(&arguments, Some(data));
        assert!(!done && errors.contains(reason), "{errors}");
    }
    server.stop();
    replace_the_key(data, 2);
    let text = std::fs::read_to_string(data.join("keys.json")).unwrap();
    let file: Value = serde_json::from_str(&text).unwrap();
    let key = file["sealing"][0]["key"].as_str().unwrap();
    let log = std::fs::read_to_string(start.log()).unwrap();
    assert!(!log.contains(key), "the log holds a key");
    assert_sound(data);
}

#[test]
fn keys_of_an_absent_store_are_not_rotated() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("keys.json");
    let new = ["keys", "new", "--out", file.to_str().unwrap()];
    assert!(run(&new, None).0);
    let (again, _, errors) = run(&new, None);
    assert!(!again && errors.contains("keys.json"), "{errors}");
    let (rotated, _, errors) = run(&["keys", "rotate"], Some(directory.path()));
    assert!(!rotated && errors.contains("no store"), "{errors}");
}
