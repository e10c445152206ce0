//! The same contract against a real WordPress with the plugin.
#![allow(clippy::unwrap_used)] // also outside of the test functions themselves

mod world;

use igny8_actors_ports::{PairRequest, PublishError, SitePublisher, SiteTarget};
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use world::{image, post, publisher};

const PATIENT: Duration = Duration::from_secs(60);

/// A fresh code, by the script that started the sites.
fn pairing_code(sites: &Path) -> String {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../infra/test-servers/wordpress");
    let output = Command::new(script)
        .args(["pairing-code", "--dir"])
        .arg(sites.parent().unwrap())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[tokio::test]
#[ignore = "needs a WordPress: IGNY8_TEST_WORDPRESS names the sites.json of infra/test-servers/wordpress"]
async fn publishes_to_a_real_wordpress() {
    let sites =
        std::env::var("IGNY8_TEST_WORDPRESS").expect("IGNY8_TEST_WORDPRESS names a sites.json");
    let listed: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&sites).unwrap()).unwrap();
    let url = listed[0]["url"].as_str().unwrap().to_owned();
    let publisher = publisher(true, PATIENT);
    let request = |code: String| PairRequest {
        url: url.clone(),
        code,
        tenant_name: "Acme & Söhne".to_owned(),
        site_id: "site-1".to_owned(),
    };
    let wrong = publisher.pair(request("2222222222".to_owned())).await;
    assert!(matches!(wrong.map(|_| ()), Err(PublishError::Unauthorized { .. })));
    let pairing = publisher.pair(request(pairing_code(Path::new(&sites)))).await.unwrap();
    assert_eq!(pairing.url, url);
    let target = SiteTarget { url: pairing.url, key_id: pairing.key_id, secret: pairing.secret };
    assert_eq!(publisher.status(&target).await.unwrap(), pairing.site);

    let key = uuid::Uuid::new_v4().to_string();
    let mut article = post(&key, 1);
    article.images = vec![image(&format!("{key}/cover"))];
    let first = publisher.publish(&target, article.clone()).await.unwrap();
    assert!(!first.repeated);
    let again = publisher.publish(&target, article.clone()).await.unwrap();
    assert!(again.repeated);
    assert_eq!((again.post_id, &again.modified_gmt), (first.post_id, &first.modified_gmt));

    article.revision = 2;
    article.title = "Pears".to_owned();
    article.expected_modified_gmt = Some("2020-01-01 00:00:00".to_owned());
    let Err(PublishError::Conflict { modified_gmt, .. }) =
        publisher.publish(&target, article.clone()).await
    else {
        panic!("the site was expected to be in another state");
    };
    article.expected_modified_gmt = Some(modified_gmt);
    let second = publisher.publish(&target, article.clone()).await.unwrap();
    assert_eq!(second.post_id, first.post_id);

    article.revision = 3;
    article.epoch = igny8_protocol_ids::Epoch(2);
    let stale = publisher.publish(&target, article).await;
    assert!(matches!(stale, Err(PublishError::Stale)), "{stale:?}");

    publisher.disconnect(&target).await.unwrap();
    let after = publisher.status(&target).await;
    assert!(matches!(after, Err(PublishError::Unauthorized { .. })), "{after:?}");
}
