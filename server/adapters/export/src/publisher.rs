//! The port's verbs over the folder.

use crate::catalog::{
    Catalog, ExportError, FORMAT, ImageRecord, POST_FILE, PostRecord, SeoRecord, read_record,
};
use crate::folder::Root;
use crate::{name, page};
use igny8_actors_ports::{
    Clock, PairRequest, Pairing, PublishError, PublishPost, PublishedPost, SiteInfo, SitePublisher,
    SiteTarget,
};
use igny8_protocol_ids::Timestamp;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Bound on the images of one post: more is a mistake.
const IMAGES_MAX: usize = 200;
/// Bound on a post with its images, in bytes: it passes through memory.
const POST_BYTES_MAX: usize = 256 << 20;

/// Publishes to a folder. One instance per folder: publications of one instance wait for each other.
pub struct FolderPublisher {
    inner: Arc<Inner>,
}

struct Inner {
    root: PathBuf,
    clock: Arc<dyn Clock>,
    /// The opened folder; `None` until first used and after a failure, so that recovery runs again.
    opened: Mutex<Option<Root>>,
}

impl FolderPublisher {
    /// A publisher to `root`, which is made at the first use.
    pub fn new(root: impl Into<PathBuf>, clock: Arc<dyn Clock>) -> Self {
        Self { inner: Arc::new(Inner { root: root.into(), clock, opened: Mutex::new(None) }) }
    }

    async fn off_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T, PublishError> + Send + 'static,
    ) -> Result<T, PublishError> {
        let inner = self.inner.clone();
        tokio::task::spawn_blocking(move || work(&inner)).await.map_err(|error| {
            PublishError::Unreachable {
                reason: format!("the export did not finish: {error}"),
                retry_after: None,
            }
        })?
    }
}

impl std::fmt::Debug for FolderPublisher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FolderPublisher({})", self.inner.root.display())
    }
}

#[async_trait::async_trait]
impl SitePublisher for FolderPublisher {
    async fn pair(&self, _request: PairRequest) -> Result<Pairing, PublishError> {
        let reason = "this server exports to a folder: there is no site to pair with".to_owned();
        Err(PublishError::Refused { reason })
    }

    async fn status(&self, _target: &SiteTarget) -> Result<SiteInfo, PublishError> {
        self.off_thread(|inner| {
            inner.with_root(|root| Catalog::load(root).map(|_| ()).map_err(PublishError::from))?;
            let name = format!("Export to {}", inner.root.display());
            Ok(SiteInfo { name, timezone: "UTC".to_owned(), ..SiteInfo::default() })
        })
        .await
    }

    async fn publish(
        &self,
        _target: &SiteTarget,
        post: PublishPost,
    ) -> Result<PublishedPost, PublishError> {
        check(&post)?;
        self.off_thread(move |inner| {
            let now = inner.clock.now();
            inner.with_root(|root| publish(root, &post, now))
        })
        .await
    }

    async fn disconnect(&self, _target: &SiteTarget) -> Result<(), PublishError> {
        // What was exported belongs to the user and stays.
        Ok(())
    }
}

impl Inner {
    fn with_root<T>(
        &self,
        work: impl FnOnce(&Root) -> Result<T, PublishError>,
    ) -> Result<T, PublishError> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        let root = match opened.take() {
            Some(root) => root,
            None => Root::open(&self.root).map_err(ExportError::from)?,
        };
        let result = work(&root);
        if !matches!(result, Err(PublishError::Unreachable { .. })) {
            *opened = Some(root);
        }
        result
    }
}

fn check(post: &PublishPost) -> Result<(), PublishError> {
    let texts = post.blocks.len() + post.html.len() + post.markdown.len();
    let bytes = texts + post.images.iter().map(|image| image.bytes.len()).sum::<usize>();
    let reason = if post.external_id.is_empty() {
        "it has no external id".to_owned()
    } else if post.images.len() > IMAGES_MAX {
        format!("it has {} images; {IMAGES_MAX} are allowed", post.images.len())
    } else if bytes > POST_BYTES_MAX {
        format!("it has {bytes} bytes; {POST_BYTES_MAX} are allowed")
    } else {
        return Ok(());
    };
    Err(PublishError::Refused { reason })
}

fn publish(root: &Root, post: &PublishPost, now: Timestamp) -> Result<PublishedPost, PublishError> {
    let mut catalog = Catalog::load(root)?;
    let folder =
        catalog.folder_for(root, &post.external_id, &name::slug(&post.slug, &post.title))?;
    // Promised before it is written: after a crash in between the post still finds its folder.
    catalog.remember(root, &post.external_id, &folder)?;
    let digest = digest(post);
    let before = read_record(root, &folder)?;
    if let Some(before) = &before {
        if post.epoch < before.epoch {
            return Err(PublishError::Stale);
        }
        let is_late = post.revision < before.revision;
        if is_late || (post.revision == before.revision && digest == before.digest) {
            return Ok(answer(root, &folder, before, now, true));
        }
        refuse_conflict(post, before)?;
    }
    let record = write(root, &folder, post, digest, now)?;
    Ok(answer(root, &folder, &record, now, false))
}

fn refuse_conflict(post: &PublishPost, before: &PostRecord) -> Result<(), PublishError> {
    match &post.expected_modified_gmt {
        Some(expected) if *expected != before.modified_gmt => Err(PublishError::Conflict {
            reason: format!("{POST_FILE} says {}, we expected {expected}", before.modified_gmt),
            modified_gmt: before.modified_gmt.clone(),
        }),
        _ => Ok(()),
    }
}

fn write(
    root: &Root,
    folder: &str,
    post: &PublishPost,
    digest: String,
    now: Timestamp,
) -> Result<PostRecord, ExportError> {
    let images = image_records(post);
    let shown: Vec<(String, String)> =
        images.iter().map(|image| (image.file.clone(), image.alt.clone())).collect();
    let settle = |text: &str| with_local_images(text, post, &images);
    let html = page::document(post, &settle(&post.html), &shown);
    let (blocks, markdown) = (settle(&post.blocks), markdown_page(post, &settle(&post.markdown)));
    let record = record(post, folder, digest, images, now);
    let metadata = serde_json::to_vec_pretty(&record).map_err(std::io::Error::from)?;
    let mut files: Vec<(String, &[u8])> = vec![
        ("index.html".to_owned(), html.as_bytes()),
        ("index.md".to_owned(), markdown.as_bytes()),
        ("post.blocks.html".to_owned(), blocks.as_bytes()),
        (POST_FILE.to_owned(), &metadata),
    ];
    let pictures = record.images.iter().zip(&post.images);
    files.extend(pictures.map(|(record, image)| (record.file.clone(), image.bytes.as_ref())));
    root.put_folder(folder, &files)?;
    Ok(record)
}

/// Markdown with its title, unless it brings one.
fn markdown_page(post: &PublishPost, markdown: &str) -> String {
    if markdown.starts_with("# ") {
        markdown.to_owned()
    } else {
        format!("# {}\n\n{markdown}", post.title)
    }
}

fn record(
    post: &PublishPost,
    folder: &str,
    digest: String,
    images: Vec<ImageRecord>,
    now: Timestamp,
) -> PostRecord {
    let (title, description, focus_keyword) = post.seo.clone();
    PostRecord {
        format: FORMAT,
        external_id: post.external_id.clone(),
        revision: post.revision,
        epoch: post.epoch,
        digest,
        status: post.status,
        title: post.title.clone(),
        slug: folder.to_owned(),
        excerpt: post.excerpt.clone(),
        tags: post.tags.clone(),
        categories: post.categories.clone(),
        seo: SeoRecord { title, description, focus_keyword },
        images,
        modified_gmt: gmt(now),
        provenance: post.provenance.clone(),
    }
}

fn image_records(post: &PublishPost) -> Vec<ImageRecord> {
    let mut records: Vec<ImageRecord> = Vec::with_capacity(post.images.len());
    for image in &post.images {
        let paths = name::candidates(&name::file_name(&image.filename))
            .map(|file| format!("images/{file}"));
        let is_free =
            |path: &String| records.iter().all(|record| !record.file.eq_ignore_ascii_case(path));
        let file = paths.into_iter().find(is_free).expect("the candidates do not end");
        records.push(ImageRecord {
            external_id: image.external_id.clone(),
            file,
            media_type: image.media_type.clone(),
            alt: image.alt.clone(),
        });
    }
    records
}

/// The text with the images' addresses replaced by their files. Longer addresses go first, because
/// one can be the beginning of another.
fn with_local_images(text: &str, post: &PublishPost, records: &[ImageRecord]) -> String {
    let addresses =
        post.images.iter().zip(records).filter(|(image, _)| !image.source_url.is_empty());
    let mut pairs: Vec<_> =
        addresses.map(|(image, record)| (&image.source_url, &record.file)).collect();
    pairs.sort_by_key(|(address, _)| std::cmp::Reverse(address.len()));
    pairs.iter().fold(text.to_owned(), |text, (address, file)| {
        text.replace(&page::escaped(address), file).replace(address.as_str(), file)
    })
}

fn answer(
    root: &Root,
    folder: &str,
    record: &PostRecord,
    now: Timestamp,
    repeated: bool,
) -> PublishedPost {
    PublishedPost {
        post_id: 0,
        permalink: file_url(&root.path().join(folder).join("index.html")),
        status: record.status,
        modified_gmt: record.modified_gmt.clone(),
        repeated,
        at: now,
    }
}

/// Everything that the files depend on.
fn digest(post: &PublishPost) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut add = |bytes: &[u8]| {
        hasher.update(&(bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    let lists =
        serde_json::json!([post.status, post.tags, post.categories, post.seo, post.provenance]);
    let texts = [&post.title, &post.slug, &post.blocks, &post.html, &post.markdown, &post.excerpt];
    texts.into_iter().for_each(|text| add(text.as_bytes()));
    add(lists.to_string().as_bytes());
    for image in &post.images {
        let texts =
            [&image.external_id, &image.filename, &image.media_type, &image.alt, &image.source_url];
        texts.into_iter().for_each(|text| add(text.as_bytes()));
        add(&image.bytes);
    }
    hasher.finalize().to_hex().to_string()
}

/// `YYYY-MM-DD HH:MM:SS`, UTC.
fn gmt(time: Timestamp) -> String {
    let time =
        jiff::Timestamp::from_millisecond(time.as_millis()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    time.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

fn file_url(path: &Path) -> String {
    let mut url = "file://".to_owned();
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'/' | b'-' | b'_' | b'.' | b'~' => url.push(char::from(*byte)),
            byte if byte.is_ascii_alphanumeric() => url.push(char::from(*byte)),
            byte => url.push_str(&format!("%{byte:02X}")),
        }
    }
    url
}

impl From<ExportError> for PublishError {
    fn from(error: ExportError) -> Self {
        let reason = error.to_string();
        match error {
            ExportError::Io(_) => Self::Unreachable { reason, retry_after: None },
            ExportError::Newer { .. } => Self::Refused { reason },
        }
    }
}
