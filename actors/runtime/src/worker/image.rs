//! An image for a document: what it should show and its alternative text by the model, its bytes by
//! the image provider, kept as a blob before anything names it.

use super::answer::{self, Asked};
use super::job::Job;
use super::{Report, internal, stopped, unless_stopped};
use crate::world::{ImageModel, ModelChoice};
use igny8_actors_document::ImageNode;
use igny8_actors_domain::answer::ImageText;
use igny8_actors_domain::site::{Image, ImageOrder, TaskOutcome};
use igny8_actors_domain::tenant::prompt::PromptKind;
use igny8_actors_ports::{ImageRequest, ModelError, Usage};
use igny8_protocol_ids::{ImageId, SiteId, TenantId};

/// Wide enough for a featured image, below WordPress's limit of 2,560 pixels.
const WIDTH: u32 = 1_200;
/// 16:9, as link previews want it.
const HEIGHT: u32 = 675;

/// Where browsers get an image. The edge serves it; a publication replaces it by the site's own.
pub(crate) fn address(tenant: TenantId, site: SiteId, image: ImageId) -> String {
    format!("/media/{tenant}/{site}/{image}")
}

pub(super) async fn run(job: &Job, image: ImageOrder) -> Report {
    match unless_stopped(&job.stop, make(job, image)).await {
        None => stopped(),
        Some(Ok(report) | Err(report)) => report,
    }
}

async fn make(job: &Job, wanted: ImageOrder) -> Result<Report, Report> {
    job.progress("describing", 0.1, None);
    let prompt =
        job.prompt(0, PromptKind::Image, wanted.values(), answer::format::<ImageText>()).await?;
    let Asked { answer: described, response } = job.ask::<ImageText>(&prompt, |_| Ok(())).await?;
    job.progress("painting", 0.4, None);
    let request = ImageRequest {
        model: "default".to_owned(),
        prompt: described.prompt.clone(),
        width: WIDTH,
        height: HEIGHT,
        idempotency_key: job.errand.idempotency_key(),
    };
    let paint = |model: ModelChoice<ImageModel>| {
        let request = request.clone();
        async move {
            let made = model.provider.generate(request).await.map_err(ModelError::from)?;
            let usage = Some(made.usage).filter(|usage| *usage != Usage::default());
            Ok((made, usage))
        }
    };
    let models = job.image_models().await?;
    let (made, _) = job.by_lane(&models, described.prompt.len(), paint).await?;
    let now = job.inner.world.now();
    let stored = job.inner.world.store.put_blob(job.tenant, made.bytes, now).await;
    let blob = stored.map_err(|error| internal("Keeping the image", &error))?;
    let image = Image {
        id: wanted.image,
        document: wanted.document,
        blob: blob.0,
        media_type: made.media_type,
        alt: described.alt,
        width: made.width,
        height: made.height,
        provenance: prompt.trace.clone(),
        created_at: now,
    };
    // The first image is the post's featured one; the others stand in the text.
    if wanted.index > 0 {
        insert(job, &wanted, &image).await?;
    }
    Ok(Report { outcome: TaskOutcome::Imaged { image }, model: Some(prompt.trace), response })
}

/// Puts the image behind a section that has none yet; repeated, it is there once.
async fn insert(job: &Job, wanted: &ImageOrder, image: &Image) -> Result<(), Report> {
    let document = job.inner.document(job.tenant, wanted.document);
    let tree =
        document.tree().await.map_err(|failure| internal("Reading the document", &failure))?;
    let after = tree.blocks.len() * wanted.index as usize / (wanted.index as usize + 2);
    let node = ImageNode {
        src: address(job.tenant, job.site, image.id),
        alt: Some(image.alt.clone()),
        title: None,
        width: Some(image.width),
        height: Some(image.height),
    };
    document
        .insert_image(after.checked_sub(1), node)
        .await
        .map(drop)
        .map_err(|failure| internal("Placing the image", &failure))
}
