//! The whole job against the real binary, and what its commands refuse.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod server;

use server::{Start, assert_sound, free_port, igny8, keywords, last_line, verify};
use std::process::Output;

fn demo(address: &str, file: &std::path::Path, more: &[&str]) -> Output {
    let mut command = igny8();
    command.args(["demo", "--server", address, "--json", "--keywords"]).arg(file).args(more);
    command.output().unwrap()
}

#[test]
fn demo_publishes_what_it_was_asked_for_and_the_store_is_sound() {
    let directory = tempfile::tempdir().unwrap();
    let start = Start { data: directory.path(), port: free_port(), abort_at: None };
    let server = start.run().unwrap();
    let out = directory.path().join("out");
    let more = ["--articles", "3", "--images", "1", "--export", out.to_str().unwrap()];
    let output = demo(&server.address, &keywords(), &more);
    let report = last_line(&output);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{report}\n{errors}");
    assert_eq!(report["keywords"], 343);
    assert_eq!(report["rejected"], 3);
    assert_eq!(report["published"], 3);
    assert_eq!(report["tasks_failed"], 0);
    assert_eq!(report["credits_granted"], 600);
    // 343 keywords at 30 for a credit, and per article an idea, the text and an image.
    let ideas = report["ideas"].as_i64().unwrap();
    assert_eq!(report["credits_spent"], 12 + ideas + 3 * (3 + 1));
    assert_eq!(report["credits_held"], 0);
    assert_eq!(report["ledger_balanced"], true);
    assert_eq!(report.as_object().unwrap().len(), 12);
    let posts: Vec<_> =
        std::fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(posts.len(), 3);
    for post in &posts {
        assert!(std::fs::read_to_string(post.join("post.html")).unwrap().contains("<h2"));
        assert!(std::fs::read_to_string(post.join("post.md")).unwrap().contains("## "));
        assert!(std::fs::read(post.join("featured-0.png")).unwrap().starts_with(b"\x89PNG"));
    }
    server.stop();
    let found = assert_sound(directory.path());
    assert_eq!(
        (found["tenants"].as_i64(), found["documents_published"].as_i64()),
        (Some(2), Some(3))
    );
}

#[test]
fn demo_workspace_stays_the_same_and_its_link_is_new_each_time() {
    let directory = tempfile::tempdir().unwrap();
    let start = Start { data: directory.path(), port: free_port(), abort_at: None };
    let first = start.run().unwrap();
    let link = first.login_link.clone().unwrap();
    assert!(link.starts_with(&format!("{}/#code=", first.address)), "{link}");
    // A running server holds the store: it is asked.
    let (is_sound, found, errors) = verify(directory.path());
    assert!(is_sound && found["store_problems"] == 0, "{found} {errors}");
    assert!(found["ledger_drift"].is_null(), "{found}");
    first.stop();
    let again = start.run().unwrap();
    assert_ne!(again.login_link.clone().unwrap(), link);
    again.stop();
    let (_, found, _) = verify(directory.path());
    assert_eq!((found["accounts"].as_i64(), found["tenants"].as_i64()), (Some(1), Some(1)));
}

#[test]
fn files_without_keywords_are_refused_with_status_2_and_a_reason() {
    let directory = tempfile::tempdir().unwrap();
    let start = Start { data: directory.path(), port: free_port(), abort_at: None };
    let server = start.run().unwrap();
    let write = |name: &str, content: &[u8]| {
        let path = directory.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    };
    for file in [
        write("empty.csv", b""),
        write("zero.csv", &[0; 4096]),
        write("book.xlsx", b"PK\x03\x04 and so on, as workbooks begin"),
        directory.path().join("absent.csv"),
        directory.path().to_owned(),
    ] {
        let output = demo(&server.address, &file, &[]);
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{}: {errors}", file.display());
        assert!(errors.contains("cannot be read as keywords"), "{errors}");
    }
    server.stop();
}

#[test]
fn server_that_is_not_there_is_told_in_words() {
    let address = format!("http://127.0.0.1:{}", free_port());
    let output = demo(&address, &keywords(), &[]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(errors.contains(&address) && errors.contains("Is it running"), "{errors}");
}

#[test]
fn production_does_not_start_without_its_own_keys() {
    let directory = tempfile::tempdir().unwrap();
    let run = |command: &str| {
        let mut igny8 = igny8();
        igny8.args([command, "--listen", "127.0.0.1:0", "--public-url", "https://app.example.com"]);
        let output = igny8.arg("--data-dir").arg(directory.path()).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    for command in ["serve", "check-config"] {
        let (status, errors) = run(command);
        assert_ne!(status, Some(0), "{command}");
        assert!(errors.contains("keys new"), "{errors}");
    }
    let keys = directory.path().join("keys.json");
    assert!(igny8().args(["keys", "new", "--out"]).arg(&keys).status().unwrap().success());
    assert_eq!(run("check-config"), (Some(0), String::new()));
}

#[test]
fn verify_does_not_call_an_absent_store_sound() {
    let directory = tempfile::tempdir().unwrap();
    let output = igny8().args(["verify", "--data-dir"]).arg(directory.path()).output().unwrap();
    assert!(!output.status.success());
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0, "nothing was made");
}
