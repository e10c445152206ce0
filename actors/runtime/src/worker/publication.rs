//! An approved version to the site, or to the export folder where no site is linked. Keys inside
//! make a repetition harmless (R4).

use super::image::address;
use super::job::Job;
use super::{Report, internal, stopped, unless_stopped};
use igny8_actors_document::{ContentTree, LinkPolicy};
use igny8_actors_domain::sabotage::Sabotage;
use igny8_actors_domain::site::{FailureClass, PublishOrder, Site, Task, TaskInput, TaskOutcome};
use igny8_actors_ports::{PostStatus, PublishError, PublishImage, PublishPost, SiteTarget};
use igny8_protocol_ids::TaskId;
use igny8_storage_api::BlobHash;
use serde_json::json;

/// Characters of an excerpt, as search results show them.
const EXCERPT_CHARS_MAX: usize = 160;
/// Characters of a slug: longer ones are cut by most themes.
const SLUG_CHARS_MAX: usize = 80;

pub(super) async fn run(job: &Job, order: PublishOrder) -> Report {
    match unless_stopped(&job.stop, publish(job, order)).await {
        None => stopped(),
        Some(Ok(report) | Err(report)) => report,
    }
}

async fn publish(job: &Job, order: PublishOrder) -> Result<Report, Report> {
    job.progress("preparing", 0.1, None);
    let document = job.inner.document(job.tenant, order.document);
    let tree = document
        .version(order.version)
        .await
        .map_err(|failure| internal("Reading the version", &failure))?;
    let site = job.inner.site(job.tenant, job.site);
    let target = site.target().await.map_err(|failure| internal("Opening the link", &failure))?;
    let tree = checked(job, &order, &tree).await?;
    let post = post(job, order, &tree).await?;
    job.progress("publishing", 0.4, None);
    let world = &job.inner.world;
    let published = match &target {
        Some(target) => world.wordpress.publish(target, post).await,
        None => world.export.publish(&folder(job), post).await,
    };
    match published {
        Ok(post) => Ok(TaskOutcome::Published {
            post_id: post.post_id,
            permalink: post.permalink,
            modified_gmt: post.modified_gmt,
        }
        .into()),
        Err(error) => Ok(outcome(&error).into()),
    }
}

/// Without what a model linked to and may not: addresses that stand in the raw answers of the
/// document's drafts and are not allowed (any more). What people linked to stays.
async fn checked(
    job: &Job,
    order: &PublishOrder,
    tree: &ContentTree,
) -> Result<ContentTree, Report> {
    let document = order.document;
    let drafts = move |site: &Site| -> Vec<TaskId> {
        let of_document = |task: &&Task| matches!(task.input, TaskInput::Draft { document: of, .. } if of == document);
        site.tasks().filter(of_document).map(|task| task.id).collect()
    };
    let site = job.inner.site(job.tenant, job.site);
    let drafts =
        site.read(drafts).await.map_err(|failure| internal("Reading the drafts", &failure))?;
    let mut written = String::new();
    for task in drafts {
        let answer = site.raw_answer(task).await;
        let answer = answer.map_err(|failure| internal("Reading the drafts", &failure))?;
        written.push_str(&answer.unwrap_or_default());
    }
    let of_people = tree.addresses().into_iter().filter(|url| !written.contains(url.as_str()));
    Ok(tree.within(&LinkPolicy::hosts(job.hosts.clone()).knowing(of_people)))
}

/// Where exports of a site without a link go.
fn folder(job: &Job) -> SiteTarget {
    SiteTarget { url: String::new(), key_id: job.site.to_string(), secret: Vec::new() }
}

async fn post(job: &Job, order: PublishOrder, tree: &ContentTree) -> Result<PublishPost, Report> {
    let mut images = Vec::with_capacity(order.images.len());
    for image in &order.images {
        let blob = job.inner.world.store.blob(job.tenant, BlobHash(image.blob)).await;
        let bytes = blob
            .map_err(|error| internal("Reading an image", &error))?
            .ok_or_else(|| internal("Reading an image", &"its blob is missing"))?;
        images.push(PublishImage {
            external_id: image.id.to_string(),
            filename: format!("{}.{}", image.id, extension(&image.media_type)),
            media_type: image.media_type.clone(),
            bytes,
            alt: image.alt.clone(),
            source_url: address(job.tenant, job.site, image.id),
        });
    }
    let excerpt = excerpt(&tree.to_plain_text());
    let focus = order.keywords.first().cloned().unwrap_or_default();
    Ok(PublishPost {
        external_id: external_id(job, &order),
        revision: order.revision,
        epoch: job.errand.epoch,
        slug: slug(&order.title),
        status: if order.live { PostStatus::Publish } else { PostStatus::Draft },
        blocks: tree.to_wordpress_blocks(),
        html: tree.to_html(),
        markdown: tree.to_markdown(),
        seo: (order.title.clone(), excerpt.clone(), focus),
        title: order.title,
        excerpt,
        tags: order.keywords.into_iter().take(5).collect(),
        categories: Vec::new(),
        provenance: json!({ "generator": "IGNY8", "authors": order.provenance }),
        images,
        expected_modified_gmt: order.modified_gmt,
    })
}

/// The document's id: a repetition is the same post.
fn external_id(job: &Job, order: &PublishOrder) -> String {
    if Sabotage::RetryWithoutKey.is_on() {
        return format!("{} {}", order.document, job.errand.idempotency_key());
    }
    order.document.to_string()
}

fn extension(media_type: &str) -> &'static str {
    match media_type {
        "image/jpeg" => "jpg",
        "image/webp" => "webp",
        _ => "png",
    }
}

fn excerpt(text: &str) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match flat.char_indices().nth(EXCERPT_CHARS_MAX) {
        None => flat,
        Some((cut, _)) => {
            let end = flat[..cut].rfind(' ').unwrap_or(cut);
            format!("{}\u{2026}", &flat[..end])
        }
    }
}

/// Letters and digits of the title, joined by hyphens.
fn slug(title: &str) -> String {
    let mut slug = String::new();
    for character in title.chars().flat_map(char::to_lowercase) {
        if character.is_alphanumeric() {
            slug.push(character);
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    let cut: String = slug.chars().take(SLUG_CHARS_MAX).collect();
    cut.trim_end_matches('-').to_owned()
}

fn outcome(error: &PublishError) -> TaskOutcome {
    let (class, retry_after) = match error {
        PublishError::Unreachable { retry_after, .. } => (FailureClass::Unavailable, *retry_after),
        PublishError::Unauthorized { .. } => (FailureClass::Unauthorized, None),
        PublishError::Conflict { .. } => (FailureClass::Conflict, None),
        PublishError::Stale | PublishError::Refused { .. } | PublishError::Address { .. } => {
            (FailureClass::InvalidRequest, None)
        }
    };
    TaskOutcome::Failed {
        class,
        message: format!("{error}."),
        retry_after_ms: retry_after
            .map(|after| u64::try_from(after.as_millis()).unwrap_or(u64::MAX)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_letters_digits_and_single_hyphens() {
        assert_eq!(slug("  Cold Brew: 7 Tips & Tricks!  "), "cold-brew-7-tips-tricks");
        assert_eq!(slug("Kaffee für Büro"), "kaffee-für-büro");
    }

    #[test]
    fn excerpts_end_at_a_word() {
        let excerpt = excerpt(&"word ".repeat(100));
        assert!(
            excerpt.ends_with("word\u{2026}") && excerpt.chars().count() <= EXCERPT_CHARS_MAX + 1,
            "{excerpt}"
        );
    }
}
