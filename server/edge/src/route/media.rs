//! `/media`: images of documents. Opened by the bearer token, or in browsers by a cookie that is
//! good for nothing else. An image never changes: its id is its content's.

use crate::access::{Id, InSite, ReadContent};
use crate::asset::{etag, matches};
use crate::problem::Problem;
use crate::state::EdgeState;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use igny8_protocol_ids::{ImageId, SiteId, TenantId};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<EdgeState> {
    OpenApiRouter::new().routes(routes!(image))
}

/// What is shown as an image; anything else would be a way to bring pages in.
const IMAGE_TYPES: [&str; 4] = ["image/png", "image/jpeg", "image/webp", "image/gif"];

/// An image's bytes.
#[utoipa::path(get, path = "/media/{tenant}/{site}/{image}", tag = "media",
    params(("tenant" = TenantId, Path), ("site" = SiteId, Path), ("image" = ImageId, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "image/png")))]
async fn image(
    site: InSite<ReadContent>,
    Id(id): Id<ImageId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (bytes, media_type) =
        site.site.image(id).await?.ok_or_else(|| Problem::not_found("image"))?;
    let media_type = IMAGE_TYPES
        .into_iter()
        .find(|known| *known == media_type)
        .unwrap_or("application/octet-stream");
    let tag = etag(&bytes);
    let mut response = match matches(&headers, &tag) {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => bytes.into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::ETAG, tag);
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, max-age=31536000, immutable"),
    );
    Ok(response)
}
