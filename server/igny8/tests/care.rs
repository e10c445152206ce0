//! Care of data on the real binary: backup under work, restore, move, and what is refused.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod server;

use serde_json::Value;
use server::{Start, assert_sound, free_port, igny8, keywords, last_line};
use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const ARTICLES: &str = "2";

fn run(arguments: &[&OsStr]) -> Output {
    igny8().args(arguments).arg("--json").output().unwrap()
}

macro_rules! run {
    ($($argument:expr),+ $(,)?) => { run(&[$(AsRef::<OsStr>::as_ref(&$argument)),+]) };
}

fn done(output: &Output) -> Value {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    last_line(output)
}

/// What a command that must not succeed says.
fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn demo(address: &str) -> Command {
    let mut demo = igny8();
    demo.args(["demo", "--json", "--articles", ARTICLES, "--server", address, "--keywords"]);
    demo.arg(keywords()).stdout(Stdio::piped()).stderr(Stdio::piped());
    demo
}

/// The tenants that a backup lists.
fn tenants(backup: &Path) -> Vec<String> {
    let lines = std::fs::read_to_string(backup.join("entities.jsonl")).unwrap();
    let entities = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    entities
        .filter(|entry| entry["entity"]["kind"] == "Tenant")
        .map(|entry| entry["entity"]["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn r7_backup_of_a_working_server_restores_to_a_server_that_works() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    let (data, first, second) = (path("data"), path("first"), path("second"));
    std::fs::create_dir(&data).unwrap();
    let server = Start { data: &data, port: free_port(), abort_at: None }.run().unwrap();
    let driver = demo(&server.address).spawn().unwrap();
    let backed = done(&run!("backup", "--data-dir", data, "--out", first));
    assert_eq!(backed["complete"], true, "{backed}");
    let checked = done(&run!("verify", "--data-dir", data));
    assert_eq!(checked["store_problems"], 0, "{checked}");
    assert!(checked["store"]["frames"].as_u64().unwrap() > 0);
    assert_eq!(checked["ledger_drift"], Value::Null, "meaning is for a store at rest");
    let output = driver.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let more = run!("backup", "--data-dir", data, "--out", second, "--parent", first);
    let more = done(&more);
    assert!(more["entities_unchanged"].as_u64().unwrap() > 0, "{more}");
    let there = refused(&run!("backup", "--data-dir", data, "--out", second));
    assert!(there.contains("is there already"), "{there}");
    server.stop();
    assert!(!data.join("admin.sock").exists());
    let at_rest = assert_sound(&data);

    let restored = path("restored");
    done(&run!("verify", "--archive", second));
    let filled = done(&run!("restore", "--data-dir", restored, "--from", second));
    assert_eq!(filled["entities"], more["entities"]);
    let mut there = assert_sound(&restored);
    for name in ["documents_published", "accounts", "tenants", "sites", "documents", "tasks"] {
        assert_eq!(there[name].take(), at_rest[name], "{name}");
    }
    let again = refused(&run!("restore", "--data-dir", restored, "--from", second));
    assert!(again.contains("is not empty"), "{again}");

    // With the file of keys the other server goes on where this one was.
    std::fs::copy(data.join("keys.json"), restored.join("keys.json")).unwrap();
    let server = Start { data: &restored, port: free_port(), abort_at: None }.run().unwrap();
    let login_link = server.login_link.clone();
    assert!(login_link.is_some(), "the demo workspace is there");
    let busy = refused(&run!("restore", "--data-dir", restored, "--from", second));
    assert!(busy.contains("in use by another process"), "{busy}");
    server.stop();
    assert_eq!(assert_sound(&restored)["tenants"], at_rest["tenants"]);
}

#[test]
fn r13_exported_tenants_make_up_the_same_store_elsewhere() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    let (data, elsewhere, backup) = (path("data"), path("elsewhere"), path("backup"));
    std::fs::create_dir(&data).unwrap();
    let server = Start { data: &data, port: free_port(), abort_at: None }.run().unwrap();
    assert!(demo(&server.address).output().unwrap().status.success());
    done(&run!("backup", "--data-dir", data, "--out", backup));
    let nobody = "00000000-0000-0000-0000-000000000001";
    let absent = run!("export", "--data-dir", data, "--tenant", nobody, "--out", path("nobody"));
    assert!(refused(&absent).contains("there is no tenant"));
    for tenant in tenants(&backup) {
        done(&run!("export", "--data-dir", data, "--tenant", tenant, "--out", path(&tenant)));
    }
    server.stop();
    for tenant in tenants(&backup) {
        let filled = done(&run!("import", "--data-dir", elsewhere, "--from", path(&tenant)));
        assert_eq!(filled["accounts_kept"], 0, "{filled}");
        let again = refused(&run!("import", "--data-dir", elsewhere, "--from", path(&tenant)));
        assert!(again.contains("is in this store already"), "{again}");
    }
    let (here, there) = (assert_sound(&data), assert_sound(&elsewhere));
    assert_eq!(here, there);
    assert_eq!(here["tenants"], 2);
}

#[test]
fn nothing_is_made_where_there_is_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let (data, out) = (directory.path().join("data"), directory.path().join("out"));
    let absent = refused(&run!("backup", "--data-dir", data, "--out", out));
    assert!(absent.contains("there is no store"), "{absent}");
    let absent = refused(&run!("restore", "--data-dir", data, "--from", out));
    assert!(absent.contains("there is no archive"), "{absent}");
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    let wrong = run!("backup", "--store", "redis", "--out", out);
    assert_eq!(wrong.status.code(), Some(2));
}
