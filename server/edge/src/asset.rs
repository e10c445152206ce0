//! The dashboard's files: content types, caching, the fallback of a single-page application, and
//! the policy under which its scripts run.

use crate::problem::Problem;
use crate::state::EdgeState;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// A file of the dashboard.
#[derive(Clone, Debug)]
pub struct Asset {
    /// Its content.
    pub bytes: Bytes,
}

/// Finds a file by its path without the leading slash, such as `assets/index-4f2c.js`. A source
/// that reads a folder must refuse `..`; paths with one never reach it.
pub type AssetSource = Arc<dyn Fn(&str) -> Option<Asset> + Send + Sync>;

const INDEX: &str = "index.html";
/// Vite names files in this folder by their content, so that they never change.
const IMMUTABLE_PREFIX: &str = "assets/";
/// Scripts from here only, none inline. Styles may be inline: the editor places carets with
/// style attributes. `connect-src 'self'` covers the socket of the same origin.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; \
    object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Answers what no route took: files and pages of the dashboard, or a 404.
pub(crate) async fn serve(State(state): State<EdgeState>, request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    let is_ours = ["api", "ws", "media", "metrics"].contains(&path.split('/').next().unwrap_or(""));
    let readable = matches!(*request.method(), Method::GET | Method::HEAD);
    let source = state.settings.assets.as_ref().filter(|_| readable && !is_ours);
    let Some((name, asset)) = source.and_then(|source| find(source, path)) else {
        return Problem::not_found("page").into_response();
    };
    answer(name, asset, request.headers())
}

/// A page of the application has no dot in its last part: there the index is served.
fn find<'p>(source: &AssetSource, path: &'p str) -> Option<(&'p str, Asset)> {
    if path.split('/').any(|part| part == "..") || path.contains(['\\', '\0']) {
        return None;
    }
    let is_page = !path.rsplit('/').next().unwrap_or("").contains('.');
    let name = if is_page { INDEX } else { path };
    source(name).map(|asset| (name, asset))
}

fn answer(name: &str, asset: Asset, request: &HeaderMap) -> Response {
    let tag = etag(&asset.bytes);
    let caching = match name.starts_with(IMMUTABLE_PREFIX) {
        true => "public, max-age=31536000, immutable",
        false => "no-cache",
    };
    let mut response = if matches(request, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Response::new(Body::from(asset.bytes))
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(name)));
    headers.insert(header::ETAG, tag);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

/// A strong tag: a hash of the content.
pub(crate) fn etag(bytes: &[u8]) -> HeaderValue {
    let hash = URL_SAFE_NO_PAD.encode(&Sha256::digest(bytes)[..16]);
    HeaderValue::from_str(&format!("\"{hash}\"")).expect("base64 is a header value")
}

/// Whether the browser has this content already.
pub(crate) fn matches(request: &HeaderMap, tag: &HeaderValue) -> bool {
    request.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).is_some_and(|known| {
        known.split(',').any(|one| one.trim().trim_start_matches("W/").as_bytes() == tag)
    })
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or("") {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "gif" => "image/gif",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "wasm" => "application/wasm",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source() -> AssetSource {
        Arc::new(|name| {
            let known = [INDEX, "assets/a.js"].contains(&name);
            known.then(|| Asset { bytes: Bytes::copy_from_slice(name.as_bytes()) })
        })
    }

    #[test]
    fn pages_get_the_index_and_missing_files_nothing() {
        let found = |path| find(&source(), path).map(|(name, _)| name.to_owned());
        assert_eq!(Some(INDEX.to_owned()), found(""));
        assert_eq!(Some(INDEX.to_owned()), found("planner/keywords"));
        assert_eq!(Some("assets/a.js".to_owned()), found("assets/a.js"));
        assert_eq!(None, found("assets/b.js"));
        assert_eq!(None, found("../index"));
    }

    #[test]
    fn a_known_content_is_not_sent_again() {
        let asset = || Asset { bytes: Bytes::from_static(b"x") };
        let first = answer(INDEX, asset(), &HeaderMap::new());
        assert_eq!(StatusCode::OK, first.status());
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_NONE_MATCH, first.headers()[header::ETAG].clone());
        assert_eq!(StatusCode::NOT_MODIFIED, answer(INDEX, asset(), &headers).status());
    }
}
