//! A post of the port as the plugin's JSON, its images' addresses replaced by the site's.

use igny8_actors_ports::{PostStatus, PublishImage, PublishPost, UploadedImage};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The plugin's external ids are UUIDs. Other keys are mapped to one, always the same.
pub(crate) fn external_id(key: &str) -> String {
    let id = Uuid::parse_str(key).unwrap_or_else(|_| {
        let hash = Sha256::digest(format!("igny8 external id|{key}"));
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash[..16]);
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    });
    id.to_string()
}

/// The body of `import-content`.
pub(crate) fn import_body(post: &PublishPost, images: &[UploadedImage]) -> Value {
    let addresses: Vec<(&str, &str)> = post
        .images
        .iter()
        .zip(images)
        .map(|(image, uploaded)| (image.source_url.as_str(), uploaded.url.as_str()))
        .collect();
    let mut body = json!({
        "external_id": external_id(&post.external_id),
        "revision": post.revision,
        "epoch": post.epoch.0,
        "title": post.title,
        "slug": post.slug,
        "status": match post.status {
            PostStatus::Draft => "draft",
            PostStatus::Publish => "publish",
        },
        "content": replace_each(&post.blocks, &addresses),
        "excerpt": post.excerpt,
        "tags": post.tags,
        "categories": post.categories,
    });
    let (title, description, keyword) = &post.seo;
    if [title, description, keyword].iter().any(|field| !field.is_empty()) {
        body["seo"] = json!({"title": title, "description": description, "focus_keyword": keyword});
    }
    if post.provenance.is_object() {
        body["provenance"] = post.provenance.clone();
    }
    if let Some(featured) = images.first() {
        body["featured_media_id"] = json!(featured.attachment_id);
    }
    if let Some(expected) = &post.expected_modified_gmt {
        body["expected_modified_gmt"] = json!(expected);
    }
    body
}

/// The JSON of `X-Igny8-Meta`.
pub(crate) fn image_meta(image: &PublishImage, epoch: u64) -> Value {
    json!({
        "external_id": external_id(&image.external_id),
        "epoch": epoch,
        "filename": clip(&image.filename, 200),
        "alt": clip(&image.alt, 1000),
        // Every image of the port comes from an image provider so far.
        "ai": true,
    })
}

/// At most so many bytes, not cutting a character in two.
fn clip(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

/// Replaces in one pass: what was put in is not searched again, and of two names that begin
/// alike the longer one counts.
fn replace_each(text: &str, pairs: &[(&str, &str)]) -> String {
    let mut pairs: Vec<_> = pairs.iter().filter(|(from, _)| !from.is_empty()).collect();
    pairs.sort_by_key(|(from, _)| std::cmp::Reverse(from.len()));
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if let Some((from, to)) = pairs.iter().find(|(from, _)| rest.starts_with(from)) {
            out.push_str(to);
            rest = &rest[from.len()..];
        } else {
            out.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn longer_names_win_and_nothing_is_replaced_twice() {
        let pairs = [("/img/1", "/site/img/10"), ("/img/10", "/site/ten"), ("", "never")];
        assert_eq!(
            replace_each("ä /img/1 /img/10 /img/1", &pairs),
            "ä /site/img/10 /site/ten /site/img/10"
        );
    }

    #[test]
    fn external_ids_are_stable_uuids() {
        let id = "0197aaaa-0000-7000-8000-000000000001";
        assert_eq!(external_id(&id.to_uppercase()), id);
        assert_eq!(external_id("post:42"), external_id("post:42"));
        assert_ne!(external_id("post:42"), external_id("post:43"));
        assert!(Uuid::parse_str(&external_id("")).is_ok());
    }

    proptest! {
        #[test]
        fn without_names_text_stays(text in "\\PC{0,80}") {
            prop_assert_eq!(replace_each(&text, &[]), text);
        }

        #[test]
        fn replacing_a_name_by_itself_changes_nothing(text in "[ab/1]{0,60}") {
            prop_assert_eq!(replace_each(&text, &[("/a", "/a"), ("/ab", "/ab")]), text);
        }
    }
}
