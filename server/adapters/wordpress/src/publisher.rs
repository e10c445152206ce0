//! The port, implemented: pairing, status, publishing, disconnecting.

use crate::address::site_url;
use crate::answer::{
    Answer, ImageAnswer, PairAnswer, PostAnswer, SiteAnswer, StatusAnswer, wordpress_time,
};
use crate::article::{external_id, image_meta, import_body};
use crate::exchange::{Call, Exchange, Failure};
use async_trait::async_trait;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use bytes::Bytes;
use igny8_actors_ports::{
    Clock, Entropy, PairRequest, Pairing, PostStatus, PublishError, PublishImage, PublishPost,
    PublishedPost, SiteInfo, SitePublisher, SiteTarget, UploadedImage,
};
use reqwest::{Method, Url};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// What an operator sets.
#[derive(Clone, Debug)]
pub struct WordPressSettings {
    /// Lets sites be on loopback and private networks: for development, where WordPress runs
    /// beside the server. Elsewhere it would let users reach into our own network.
    pub allow_private_networks: bool,
    /// For a question or an article, from connecting to the end of the answer. Above the 20 s
    /// that the plugin waits for another import of the same article.
    pub request_timeout: Duration,
    /// For an image: small hosts take long to make the sizes.
    pub upload_timeout: Duration,
}

impl Default for WordPressSettings {
    fn default() -> Self {
        Self {
            allow_private_networks: false,
            request_timeout: Duration::from_secs(45),
            upload_timeout: Duration::from_secs(120),
        }
    }
}

/// Publishes to WordPress sites that have the igny8 plugin.
pub struct WordPressPublisher {
    exchange: Exchange,
    settings: WordPressSettings,
    clock: Arc<dyn Clock>,
}

impl WordPressPublisher {
    /// Makes a publisher. Fails if this machine's certificate store cannot be read.
    pub fn new(
        settings: WordPressSettings,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, PublishError> {
        let exchange = Exchange::new(settings.allow_private_networks, clock.clone(), entropy)
            .map_err(|e| PublishError::Refused { reason: format!("no HTTP client: {e}") })?;
        Ok(Self { exchange, settings, clock })
    }

    async fn ask(&self, target: &SiteTarget, call: &Call) -> Result<Answer, Failure> {
        let base = site_url(&target.url).map_err(Failure::Address)?;
        self.exchange.send(&base, call, Some(target)).await
    }

    fn post(&self, route: &'static str, body: &Value) -> Call {
        self.call(Method::POST, route, body.to_string())
    }

    fn call(&self, method: Method, route: &'static str, body: String) -> Call {
        Call {
            method,
            route,
            content_type: "application/json".to_owned(),
            body: Bytes::from(body),
            meta: None,
            timeout: self.settings.request_timeout,
        }
    }

    /// Asks what became of something whose answer did not arrive.
    async fn look_up(&self, target: &SiteTarget, id: &str, kind: &str) -> Option<Answer> {
        let call = self.post("lookup", &json!({"external_id": external_id(id), "kind": kind}));
        self.ask(target, &call).await.ok()
    }

    async fn upload(
        &self,
        target: &SiteTarget,
        epoch: u64,
        image: &PublishImage,
    ) -> Result<UploadedImage, PublishError> {
        let meta = BASE64_URL_SAFE_NO_PAD.encode(image_meta(image, epoch).to_string());
        let call = Call {
            content_type: image.media_type.clone(),
            body: image.bytes.clone(),
            meta: Some(meta),
            timeout: self.settings.upload_timeout,
            ..self.call(Method::POST, "upload-image", String::new())
        };
        let stored: ImageAnswer = match self.ask(target, &call).await {
            Ok(answer) => answer.accept()?,
            Err(Failure::Unknown(reason)) => self
                .look_up(target, &image.external_id, "image")
                .await
                .and_then(Answer::found)
                .ok_or(PublishError::Unreachable { reason, retry_after: None })?,
            Err(failure) => return Err(failure.into()),
        };
        // It goes into the article's HTML: only what is a web address, and escaped as one.
        let url = Url::parse(&stored.url)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https"))
            .ok_or_else(|| PublishError::Refused {
                reason: "it names no address for the image".to_owned(),
            })?;
        Ok(UploadedImage {
            external_id: image.external_id.clone(),
            attachment_id: stored.attachment_id,
            url: url.into(),
        })
    }

    async fn import(
        &self,
        target: &SiteTarget,
        post: &PublishPost,
        images: &[UploadedImage],
    ) -> Result<PostAnswer, PublishError> {
        let call = self.post("import-content", &import_body(post, images));
        match self.ask(target, &call).await {
            Ok(answer) => answer.accept(),
            Err(Failure::Unknown(reason)) => self
                .look_up(target, &post.external_id, "post")
                .await
                .and_then(Answer::found)
                .filter(|found: &PostAnswer| found.revision == post.revision)
                .ok_or(PublishError::Unreachable { reason, retry_after: None }),
            Err(failure) => Err(failure.into()),
        }
    }
}

#[async_trait]
impl SitePublisher for WordPressPublisher {
    async fn pair(&self, request: PairRequest) -> Result<Pairing, PublishError> {
        let typed = site_url(&request.url).map_err(|reason| PublishError::Address { reason })?;
        let body = json!({
            "code": request.code,
            "tenant_name": request.tenant_name,
            "site_id": request.site_id,
        });
        let answer = self.exchange.send(&typed, &self.post("pair", &body), None).await;
        let paired: PairAnswer = match answer {
            Ok(answer) => answer.accept()?,
            Err(Failure::Unknown(reason)) => {
                let reason = format!("{reason}; the code may be spent, make a new one");
                return Err(PublishError::Unreachable { reason, retry_after: None });
            }
            Err(failure) => return Err(failure.into()),
        };
        let secret = BASE64_URL_SAFE_NO_PAD
            .decode(&paired.secret)
            .ok()
            .filter(|secret| secret.len() == 32)
            .ok_or_else(|| PublishError::Refused {
                reason: "its secret cannot be read".to_owned(),
            })?;
        Ok(Pairing {
            url: own_address(&paired.site, &typed).trim_end_matches('/').to_owned(),
            key_id: paired.key_id,
            secret,
            site: info(paired.site),
        })
    }

    async fn status(&self, target: &SiteTarget) -> Result<SiteInfo, PublishError> {
        let call = self.call(Method::GET, "status", String::new());
        let status: StatusAnswer = self.ask(target, &call).await?.accept()?;
        Ok(info(status.site))
    }

    async fn publish(
        &self,
        target: &SiteTarget,
        post: PublishPost,
    ) -> Result<PublishedPost, PublishError> {
        let mut images = Vec::with_capacity(post.images.len());
        for image in &post.images {
            images.push(self.upload(target, post.epoch.0, image).await?);
        }
        let stored = self.import(target, &post, &images).await?;
        Ok(PublishedPost {
            post_id: stored.post_id,
            permalink: stored.permalink,
            status: match stored.status.as_str() {
                "publish" => PostStatus::Publish,
                _ => PostStatus::Draft,
            },
            modified_gmt: stored.modified_gmt.as_deref().map(wordpress_time).unwrap_or_default(),
            repeated: stored.repeated,
            at: self.clock.now(),
        })
    }

    async fn disconnect(&self, target: &SiteTarget) -> Result<(), PublishError> {
        let answer = self.ask(target, &self.post("disconnect", &json!({}))).await?;
        let _: Value = answer.accept()?;
        Ok(())
    }
}

/// The address a site gives itself, if it is on the host that answered: a site must not send
/// us elsewhere.
fn own_address(site: &SiteAnswer, typed: &Url) -> String {
    match site_url(&site.url) {
        Ok(own) if own.origin() == typed.origin() => own.into(),
        _ => typed.as_str().to_owned(),
    }
}

fn info(site: SiteAnswer) -> SiteInfo {
    SiteInfo {
        name: site.name,
        wordpress: site.wordpress,
        plugin: site.plugin,
        timezone: site.timezone,
        seo_plugin: Some(site.seo_plugin).filter(|name| name != "none"),
    }
}
