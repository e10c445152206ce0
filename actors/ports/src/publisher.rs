//! Where articles are published: a WordPress site, or a folder of files.

use bytes::Bytes;
use igny8_protocol_ids::{Epoch, Timestamp};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Which site, and the secret of its pairing. Opened only for the moment of a call.
#[derive(Clone)]
pub struct SiteTarget {
    /// The site's address, such as `https://example.com/blog`.
    pub url: String,
    /// The pairing's public key id.
    pub key_id: String,
    /// The pairing's shared secret.
    pub secret: Vec<u8>,
}

impl std::fmt::Debug for SiteTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SiteTarget({} key {})", self.url, self.key_id)
    }
}

/// A request to pair with the code that wp-admin shows.
#[derive(Clone)]
pub struct PairRequest {
    /// The site's address as the user typed it.
    pub url: String,
    /// The one-time code.
    pub code: String,
    /// Shown in wp-admin.
    pub tenant_name: String,
    /// Our site id.
    pub site_id: String,
}

impl std::fmt::Debug for PairRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PairRequest({} for site {})", self.url, self.site_id)
    }
}

/// What pairing gave.
#[derive(Clone)]
pub struct Pairing {
    /// The site's address as it names itself.
    pub url: String,
    /// The public key id.
    pub key_id: String,
    /// The shared secret: sealed before it is stored.
    pub secret: Vec<u8>,
    /// What the site said of itself.
    pub site: SiteInfo,
}

/// What a site says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteInfo {
    /// The blog's name.
    pub name: String,
    /// WordPress's version.
    pub wordpress: String,
    /// Our plugin's version.
    pub plugin: String,
    /// The site's IANA time zone or offset.
    pub timezone: String,
    /// The SEO plugin in use, if we know it.
    pub seo_plugin: Option<String>,
}

/// A post's status at the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PostStatus {
    /// Not visible.
    Draft,
    /// Visible.
    Publish,
}

/// An image that belongs to a post.
#[derive(Clone, Debug)]
pub struct PublishImage {
    /// Idempotency key at the site.
    pub external_id: String,
    /// A file name with extension.
    pub filename: String,
    /// Such as `image/png`.
    pub media_type: String,
    /// The file.
    pub bytes: Bytes,
    /// The alternative text.
    pub alt: String,
    /// The address by which the post's HTML names it; replaced by the site's own.
    pub source_url: String,
}

/// A post to publish, with everything it needs.
#[derive(Clone, Debug)]
pub struct PublishPost {
    /// Idempotency key at the site: repeated, there is still one post.
    pub external_id: String,
    /// Grows with each publication of the document.
    pub revision: u64,
    /// The owner's epoch: the site refuses an older owner (the second fence).
    pub epoch: Epoch,
    /// The title.
    pub title: String,
    /// The slug; empty lets the site choose.
    pub slug: String,
    /// Draft or published.
    pub status: PostStatus,
    /// WordPress block markup.
    pub blocks: String,
    /// Plain HTML of the same content.
    pub html: String,
    /// Markdown of the same content.
    pub markdown: String,
    /// A short summary.
    pub excerpt: String,
    /// Tags by name.
    pub tags: Vec<String>,
    /// Categories by name.
    pub categories: Vec<String>,
    /// SEO title, description and focus keyword.
    pub seo: (String, String, String),
    /// Who made it: models, prompt versions.
    pub provenance: serde_json::Value,
    /// The featured image is the first.
    pub images: Vec<PublishImage>,
    /// What the site last said about the post; a different state there is a conflict.
    pub expected_modified_gmt: Option<String>,
}

/// An image at the site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadedImage {
    /// Our key.
    pub external_id: String,
    /// The site's id.
    pub attachment_id: u64,
    /// Where it is served.
    pub url: String,
}

/// A post at the site (or in the export folder).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedPost {
    /// The site's id; 0 for an export.
    pub post_id: u64,
    /// Where it can be read.
    pub permalink: String,
    /// The post's status.
    pub status: PostStatus,
    /// The site's time of the last change (`YYYY-MM-DD HH:MM:SS`, UTC).
    pub modified_gmt: String,
    /// True if the site had it already.
    pub repeated: bool,
    /// When it was answered.
    pub at: Timestamp,
}

/// Why a publication did not happen (yet). Shown to users; holds no secret.
#[derive(Clone, Debug, thiserror::Error)]
pub enum PublishError {
    /// The site does not answer, or with a 5xx: the work waits and is tried again.
    #[error("the site does not answer: {reason}. The post waits and will be tried again")]
    Unreachable {
        /// What happened.
        reason: String,
        /// When to come back, if the site said so.
        retry_after: Option<Duration>,
    },
    /// The pairing is not (or no longer) accepted.
    #[error("the site refuses our signature: {reason}. Pair the site again in its settings")]
    Unauthorized {
        /// What the site said.
        reason: String,
    },
    /// The post was edited at the site since our last publication.
    #[error("the post was changed on the site: {reason}. Compare both versions and choose one")]
    Conflict {
        /// What the site said.
        reason: String,
        /// The site's current time of change.
        modified_gmt: String,
    },
    /// A newer owner has published: this one must stop.
    #[error("a newer server has taken over this site")]
    Stale,
    /// The site says that the request itself is wrong.
    #[error("the site refuses the post: {reason}")]
    Refused {
        /// What the site said.
        reason: String,
    },
    /// The address is not allowed (private network) or not usable.
    #[error("the address cannot be used: {reason}")]
    Address {
        /// Why.
        reason: String,
    },
}

/// Publishes to a site.
#[async_trait::async_trait]
pub trait SitePublisher: Send + Sync + 'static {
    /// Pairs with a site by the code shown in wp-admin.
    async fn pair(&self, request: PairRequest) -> Result<Pairing, PublishError>;
    /// Asks a site how it is.
    async fn status(&self, target: &SiteTarget) -> Result<SiteInfo, PublishError>;
    /// Publishes (or updates) a post with its images. Repeating it is harmless.
    async fn publish(
        &self,
        target: &SiteTarget,
        post: PublishPost,
    ) -> Result<PublishedPost, PublishError>;
    /// Ends the pairing at the site.
    async fn disconnect(&self, target: &SiteTarget) -> Result<(), PublishError>;
}
