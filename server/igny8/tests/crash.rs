//! R7 on the real binary: it is killed at commits chosen by a seed while a client drives the whole
//! job, and started again each time. The job completes, nothing is there twice, the price is right.
//!
//! Short by default; `IGNY8_TEST_CRASHES` and `IGNY8_TEST_ARTICLES` make it longer,
//! `IGNY8_TEST_SEED` repeats a run, `IGNY8_TEST_WORDPRESS_URL` and `IGNY8_TEST_WORDPRESS_CODE` make
//! it publish to a real site.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod server;

use server::{Start, assert_sound, free_port, igny8, keywords, last_line};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const CRASHES: u64 = 4;
const ARTICLES: u64 = 6;
const SEED: u64 = 20_261_122;
/// Commits that the job makes for each article at the least: the crashes are drawn so close that
/// the last one still hits the job.
const COMMITS_PER_ARTICLE: u64 = 8;
/// The run goes on for so long without a server.
const PATIENCE_SECONDS: &str = "120";
/// The longest life between two crashes.
const LIFE_MAX: Duration = Duration::from_secs(60);

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().map_or(default, |text| text.parse().unwrap())
}

/// Chance from a seed (SplitMix64), so that a failure can be repeated.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

fn demo(address: &str, articles: u64) -> Command {
    let mut demo = igny8();
    demo.args(["demo", "--json", "--patience", PATIENCE_SECONDS, "--server", address]);
    demo.arg("--keywords").arg(keywords()).args(["--articles", &articles.to_string()]);
    if let Ok(url) = std::env::var("IGNY8_TEST_WORDPRESS_URL") {
        let code = std::env::var("IGNY8_TEST_WORDPRESS_CODE").unwrap();
        demo.args(["--wordpress", &url, "--code", &code]);
    }
    demo.stdout(Stdio::piped()).stderr(Stdio::piped());
    demo
}

/// Ends the demo when the test fails.
struct Driver(Option<Child>);

impl Drop for Driver {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

/// Folders of exported posts.
fn exported(data: &Path) -> usize {
    let posts = std::fs::read_dir(data.join("exports")).unwrap();
    posts.filter(|entry| entry.as_ref().unwrap().path().join("index.html").is_file()).count()
}

#[test]
fn r7_killed_at_chosen_commits_the_job_completes_and_nothing_is_there_twice() {
    let (crashes, articles) =
        (number("IGNY8_TEST_CRASHES", CRASHES), number("IGNY8_TEST_ARTICLES", ARTICLES));
    let seed = number("IGNY8_TEST_SEED", SEED);
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    let (port, mut dice) = (free_port(), Dice(seed));
    // The workspace is made before the first crash, so that each crash hits the job.
    Start { data, port, abort_at: None }.run().unwrap().stop();
    let address = format!("http://127.0.0.1:{port}");
    let mut driver = Driver(None);
    let (mut crashed, mut points) = (0, Vec::new());
    while crashed < crashes {
        let when = if dice.roll() % 2 == 0 { "before" } else { "after" };
        let nearest = (COMMITS_PER_ARTICLE * articles / crashes).max(4);
        let point = format!("{when}:{}", 3 + dice.roll() % nearest);
        points.push(point.clone());
        crashed += 1;
        let Some(mut server) = (Start { data, port, abort_at: Some(point) }).run() else {
            continue;
        };
        if driver.0.is_none() {
            driver.0 = Some(demo(&address, articles).spawn().unwrap());
        }
        assert!(
            server.wait(LIFE_MAX),
            "seed {seed}: the job ended before crash {crashed}: {points:?}"
        );
    }
    let server = Start { data, port, abort_at: None }.run().unwrap();
    let child = driver.0.take().unwrap_or_else(|| demo(&address, articles).spawn().unwrap());
    let output = child.wait_with_output().unwrap();
    let report = last_line(&output);
    let context =
        format!("seed {seed}, {points:?}: {report}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{context}");
    assert_eq!(report["published"], articles, "{context}");
    assert_eq!(report["keywords"], 343, "{context}");
    let ideas = report["ideas"].as_u64().unwrap();
    assert_eq!(report["credits_spent"], 12 + ideas + 3 * articles, "{context}");
    server.stop();
    let found = assert_sound(data);
    assert_eq!(found["documents_published"], articles, "{context}");
    if std::env::var_os("IGNY8_TEST_WORDPRESS_URL").is_none() {
        assert_eq!(exported(data) as u64, articles, "{context}");
    }
}
