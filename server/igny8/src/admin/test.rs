use super::*;
use serde_json::json;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use tokio::sync::Notify;

async fn count(upto: u32, progress: Progress) -> anyhow::Result<u32> {
    anyhow::ensure!(upto < 1_000, "{upto} is too far");
    for number in 1..=upto {
        assert!(progress.say(&number));
    }
    Ok(upto)
}

#[tokio::test]
async fn command_is_answered_with_progress_and_a_last_line() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(ask(folder.path(), "count", &3, |_| {}).await.unwrap(), None, "nobody listens");
    let listening =
        Listening::start(folder.path(), Desk::default().command("count", count)).unwrap();
    let mode = std::fs::metadata(folder.path().join(SOCKET_FILE)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let mut seen = Vec::new();
    let done = ask(folder.path(), "count", &3, |how_far| seen.push(how_far)).await.unwrap();
    assert_eq!(done, Some(json!(3)));
    assert!(seen.iter().all(|value| value.is_number()), "{seen:?}");
    for (command, arguments, reason) in [
        ("sing", json!(1), "does not know the command \"sing\""),
        ("count", json!(1_000), "1000 is too far"),
        ("count", json!("far"), "do not fit"),
    ] {
        let error = ask(folder.path(), command, &arguments, |_| {}).await.unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
    listening.close().await;
    assert_eq!(ask(folder.path(), "count", &3, |_| {}).await.unwrap(), None);
}

#[tokio::test]
async fn what_a_killed_server_left_is_nobody_and_is_not_in_the_way() {
    let folder = tempfile::tempdir().unwrap();
    drop(std::os::unix::net::UnixListener::bind(folder.path().join(SOCKET_FILE)).unwrap());
    assert_eq!(ask(folder.path(), "count", &3, |_| {}).await.unwrap(), None);
    let listening =
        Listening::start(folder.path(), Desk::default().command("count", count)).unwrap();
    assert_eq!(ask(folder.path(), "count", &3, |_| {}).await.unwrap(), Some(json!(3)));
    listening.close().await;
}

#[tokio::test]
async fn work_hears_that_nobody_waits_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let (begun, stopped) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (begin, stop) = (begun.clone(), stopped.clone());
    let desk = Desk::default().command("work", move |(): (), progress: Progress| {
        let (begin, stop) = (begin.clone(), stop.clone());
        // Work on a thread of its own goes on when its question is dropped.
        tokio::spawn(async move {
            begin.notify_one();
            while progress.say(&()) {
                tokio::task::yield_now().await;
            }
            stop.notify_one();
        });
        std::future::pending::<anyhow::Result<()>>()
    });
    let listening = Listening::start(folder.path(), desk).unwrap();
    let data_dir = folder.path().to_owned();
    let asking = tokio::spawn(async move { ask(&data_dir, "work", &(), |_| {}).await });
    begun.notified().await;
    asking.abort();
    stopped.notified().await;
    listening.close().await;
}
