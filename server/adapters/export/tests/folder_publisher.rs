//! What a folder of exported posts promises.

#![allow(clippy::unwrap_used, reason = "every function here is part of a test")]

use bytes::Bytes;
use igny8_actors_ports::{
    Clock, PairRequest, PostStatus, PublishError, PublishImage, PublishPost, PublishedPost,
    SitePublisher, SiteTarget,
};
use igny8_protocol_ids::{Epoch, Timestamp};
use igny8_server_adapters_export::FolderPublisher;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// A clock that is a minute later each time it is asked.
struct Minutes(AtomicI64);

impl Clock for Minutes {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.fetch_add(60_000, Ordering::Relaxed))
    }
}

fn publisher(root: &Path) -> FolderPublisher {
    FolderPublisher::new(root, Arc::new(Minutes(AtomicI64::new(1_700_000_000_000))))
}

fn target() -> SiteTarget {
    SiteTarget { url: String::new(), key_id: String::new(), secret: Vec::new() }
}

fn post(external_id: &str) -> PublishPost {
    PublishPost {
        external_id: external_id.to_owned(),
        revision: 1,
        epoch: Epoch(1),
        title: "Tea & <milk>".to_owned(),
        slug: "tea".to_owned(),
        status: PostStatus::Publish,
        blocks: "<!-- wp:paragraph --><p>Hot</p><!-- /wp:paragraph -->".to_owned(),
        html: "<p>Hot</p><img src=\"https://app.example/i/1?a=1&amp;b=2\" alt=\"\">".to_owned(),
        markdown: "Hot ![](https://app.example/i/1?a=1&b=2)".to_owned(),
        excerpt: "On tea".to_owned(),
        tags: vec!["drinks".to_owned()],
        categories: vec![],
        seo: ("Tea".to_owned(), "All about tea".to_owned(), "tea".to_owned()),
        provenance: serde_json::json!({"model": "offline"}),
        images: vec![PublishImage {
            external_id: "image-1".to_owned(),
            filename: "../cup.png".to_owned(),
            media_type: "image/png".to_owned(),
            bytes: Bytes::from_static(b"png"),
            alt: "A cup".to_owned(),
            source_url: "https://app.example/i/1?a=1&b=2".to_owned(),
        }],
        expected_modified_gmt: None,
    }
}

async fn publish(publisher: &FolderPublisher, post: PublishPost) -> PublishedPost {
    publisher.publish(&target(), post).await.unwrap()
}

fn read(root: &Path, file: &str) -> String {
    std::fs::read_to_string(root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn folders(root: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap());
    let names = entries.filter(|e| e.path().is_dir()).map(|e| e.file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| !name.starts_with('.')).collect();
    names.sort();
    names
}

#[tokio::test]
async fn post_becomes_files_that_stand_alone() {
    let root = tempfile::tempdir().unwrap();
    let published = publish(&publisher(root.path()), post("a")).await;
    assert!(
        published.permalink.starts_with("file:///")
            && published.permalink.ends_with("/tea/index.html")
    );
    assert_eq!((published.post_id, published.repeated), (0, false));
    assert_eq!(published.modified_gmt, "2023-11-14 22:13:20");
    let html = read(root.path(), "tea/index.html");
    for part in [
        "<h1>Tea &amp; &lt;milk&gt;</h1>",
        "src=\"images/cup.png\"",
        "content=\"All about tea\"",
        "<title>Tea</title>",
    ] {
        assert!(html.contains(part), "{part} is missing in\n{html}");
    }
    assert!(!html.contains("app.example"));
    assert_eq!(read(root.path(), "tea/index.md"), "# Tea & <milk>\n\nHot ![](images/cup.png)");
    assert_eq!(read(root.path(), "tea/images/cup.png"), "png");
    assert!(read(root.path(), "tea/post.blocks.html").contains("wp:paragraph"));
    let metadata: serde_json::Value =
        serde_json::from_str(&read(root.path(), "tea/post.json")).unwrap();
    assert_eq!(metadata["external_id"], "a");
    assert_eq!(metadata["seo"]["focus_keyword"], "tea");
    assert_eq!(metadata["provenance"]["model"], "offline");
}

#[tokio::test]
async fn repeated_publication_changes_nothing() {
    let root = tempfile::tempdir().unwrap();
    let first = publish(&publisher(root.path()), post("a")).await;
    let again = publish(&publisher(root.path()), post("a")).await;
    assert!(again.repeated);
    assert_eq!((again.modified_gmt, again.permalink), (first.modified_gmt, first.permalink));
    assert_eq!(folders(root.path()), ["tea"]);
}

#[tokio::test]
async fn new_revision_replaces_the_files_in_the_same_folder() {
    let root = tempfile::tempdir().unwrap();
    let publisher = publisher(root.path());
    publish(&publisher, post("a")).await;
    let revised = PublishPost {
        revision: 2,
        slug: "renamed".to_owned(),
        markdown: "Cold".to_owned(),
        ..post("a")
    };
    assert!(!publish(&publisher, revised).await.repeated);
    assert_eq!(folders(root.path()), ["tea"]);
    assert!(read(root.path(), "tea/index.md").contains("Cold"));
    let late = publish(&publisher, post("a")).await;
    assert!(late.repeated, "a late retry of revision 1 must not undo revision 2");
    assert!(read(root.path(), "tea/index.md").contains("Cold"));
}

#[tokio::test]
async fn taken_slug_gets_a_counter() {
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir(root.path().join("tea-2")).unwrap();
    let publisher = publisher(root.path());
    publish(&publisher, post("a")).await;
    publish(&publisher, post("b")).await;
    assert_eq!(folders(root.path()), ["tea", "tea-2", "tea-3"]);
    assert!(publish(&publisher, post("b")).await.repeated);
}

#[tokio::test]
async fn lost_or_broken_index_does_not_double_a_post() {
    let root = tempfile::tempdir().unwrap();
    let publisher = publisher(root.path());
    publish(&publisher, post("a")).await;
    publish(&publisher, post("b")).await;
    for content in [
        None,
        Some("{"),
        Some(r#"{"format":1,"posts":{"b":"../../x"}}"#),
        Some(r#"{"format":1,"posts":{}}"#),
        Some(r#"{"format":1,"posts":{"b":"tea"}}"#),
    ] {
        let index = root.path().join("index.json");
        match content {
            None => std::fs::remove_file(&index).unwrap(),
            Some(text) => std::fs::write(&index, text).unwrap(),
        }
        assert!(publish(&publisher, post("b")).await.repeated, "{content:?}");
        assert_eq!(folders(root.path()), ["tea", "tea-2"]);
    }
}

#[tokio::test]
async fn older_owner_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let publisher = publisher(root.path());
    publish(&publisher, PublishPost { epoch: Epoch(5), ..post("a") }).await;
    let old = PublishPost { epoch: Epoch(4), revision: 9, ..post("a") };
    assert!(matches!(publisher.publish(&target(), old).await, Err(PublishError::Stale)));
}

#[tokio::test]
async fn unexpected_state_is_a_conflict_and_is_left_alone() {
    let root = tempfile::tempdir().unwrap();
    let publisher = publisher(root.path());
    let first = publish(&publisher, post("a")).await;
    let expecting = |gmt: &str| PublishPost {
        revision: 2,
        markdown: "New".to_owned(),
        expected_modified_gmt: Some(gmt.to_owned()),
        ..post("a")
    };
    let error = publisher.publish(&target(), expecting("2001-01-01 00:00:00")).await.unwrap_err();
    assert!(
        matches!(error, PublishError::Conflict { modified_gmt, .. } if modified_gmt == first.modified_gmt)
    );
    assert!(!read(root.path(), "tea/index.md").contains("New"));
    assert!(!publish(&publisher, expecting(&first.modified_gmt)).await.repeated);
}

#[tokio::test]
async fn slug_that_climbs_stays_inside() {
    let root = tempfile::tempdir().unwrap();
    let inside = root.path().join("export");
    publish(&publisher(&inside), PublishPost { slug: "../../outside".to_owned(), ..post("a") })
        .await;
    assert_eq!(folders(root.path()), ["export"]);
    assert_eq!(folders(&inside), ["outside"]);
}

#[tokio::test]
async fn images_of_the_same_name_get_files_of_their_own() {
    let root = tempfile::tempdir().unwrap();
    let mut double = post("a");
    let mut second = double.images[0].clone();
    (second.filename, second.bytes) = ("CUP.png".to_owned(), Bytes::from_static(b"two"));
    second.source_url = "https://app.example/i/1?a=1&b=23".to_owned();
    double.images.push(second);
    double.html += "<img src=\"https://app.example/i/1?a=1&amp;b=23\">";
    publish(&publisher(root.path()), double).await;
    assert_eq!(read(root.path(), "tea/images/cup.png"), "png");
    assert_eq!(read(root.path(), "tea/images/CUP-2.png"), "two");
    assert!(read(root.path(), "tea/index.html").contains("src=\"images/CUP-2.png\""));
}

#[tokio::test]
async fn folder_that_cannot_be_written_waits_and_recovers() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("export");
    std::fs::write(&path, "a file stands in the way").unwrap();
    let publisher = publisher(&path);
    let error = publisher.publish(&target(), post("a")).await.unwrap_err();
    assert!(matches!(error, PublishError::Unreachable { .. }), "{error}");
    std::fs::remove_file(&path).unwrap();
    assert!(!publish(&publisher, post("a")).await.repeated);
}

#[tokio::test]
async fn files_of_a_newer_format_are_not_touched() {
    let root = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join("index.json"), r#"{"format":99,"posts":{}}"#).unwrap();
    let error = publisher(root.path()).publish(&target(), post("a")).await.unwrap_err();
    assert!(matches!(error, PublishError::Refused { .. }), "{error}");
    assert!(folders(root.path()).is_empty());
}

#[tokio::test]
async fn there_is_nothing_to_pair_with() {
    let root = tempfile::tempdir().unwrap();
    let request = PairRequest {
        url: "https://example.com".to_owned(),
        code: "1".to_owned(),
        tenant_name: String::new(),
        site_id: String::new(),
    };
    let error = publisher(root.path()).pair(request).await.err().expect("pairing is refused");
    assert!(error.to_string().contains("exports to a folder"), "{error}");
    assert!(publisher(root.path()).status(&target()).await.unwrap().name.starts_with("Export"));
}

#[tokio::test]
async fn folder_promised_before_a_crash_is_kept_for_its_post() {
    let root = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join("index.json"), r#"{"format":1,"posts":{"a":"tea"}}"#).unwrap();
    let publisher = publisher(root.path());
    publish(&publisher, post("b")).await;
    assert_eq!(folders(root.path()), ["tea-2"]);
    publish(&publisher, PublishPost { slug: "renamed".to_owned(), ..post("a") }).await;
    assert_eq!(folders(root.path()), ["tea", "tea-2"]);
}
