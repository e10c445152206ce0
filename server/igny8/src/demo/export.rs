//! Writes what was published to a folder of this machine, as the API gives it.

use super::DemoError;
use super::api::Api;
use igny8_protocol_ids::SiteId;
use igny8_protocol_wire::rest::writer::DocumentContent;
use igny8_protocol_wire::view::{DocumentView, ImageView};
use std::path::Path;

/// The longest name of a folder, before the document's id.
const NAME_CHARS_MAX: usize = 60;

/// One folder per document: HTML, Markdown, metadata, images.
pub(super) async fn write(
    api: &Api,
    site: SiteId,
    documents: &[DocumentView],
    folder: &Path,
) -> Result<(), DemoError> {
    for document in documents {
        let home = folder.join(name(document));
        std::fs::create_dir_all(&home)?;
        for (format, file) in [("html", "post.html"), ("markdown", "post.md")] {
            let path = format!(
                "/api/writer/sites/{site}/documents/{}/content?format={format}",
                document.id
            );
            let content: DocumentContent = api.get(&path).await?;
            std::fs::write(home.join(file), content.content)?;
        }
        for (number, image) in document.images.iter().enumerate() {
            let bytes = api.bytes(&image.url).await?;
            std::fs::write(home.join(image_name(number, image)), bytes)?;
        }
        let about = serde_json::to_vec_pretty(document).map_err(std::io::Error::other)?;
        std::fs::write(home.join("post.json"), about)?;
    }
    Ok(())
}

/// Titles come from a model: only letters and digits of them become part of a path.
fn name(document: &DocumentView) -> String {
    let mut name = String::new();
    for letter in document.title.to_lowercase().chars().take(NAME_CHARS_MAX) {
        match letter.is_alphanumeric() {
            true => name.push(letter),
            false if !name.ends_with('-') => name.push('-'),
            false => {}
        }
    }
    let id = document.id.to_string();
    let end = id.rsplit('-').next().unwrap_or_default();
    format!("{}-{end}", name.trim_matches('-'))
}

fn image_name(number: usize, image: &ImageView) -> String {
    let kind = if image.featured { "featured" } else { "inline" };
    format!("{kind}-{number}.png")
}
