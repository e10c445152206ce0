//! Runware: a list of tasks in, their results out.
//! Shapes: <https://runware.ai/docs/platform/authentication> and
//! <https://runware.ai/docs/image-inference/api-reference>.

use crate::picture::{self, ANSWER_BYTES_MAX, PICTURE_BYTES_MAX, PictureFormat};
use crate::size::stepped;
use igny8_actors_ports::{
    FailureClass, GeneratedImage, ImageError, ImageProvider, ImageRequest, Usage,
};
use igny8_server_adapters_http::{
    Failure, Reach, SetupError, address, bearer, body, client, from_event, micros, refused, send,
};
use reqwest::Url;
use reqwest::header::{AUTHORIZATION, HeaderMap};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

/// Slow models take a minute or two; nothing is sent before the picture is there.
const PATIENCE: Duration = Duration::from_secs(240);
/// Silence while the picture arrives.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);
/// Published: sides are multiples of 64, from 128 to 2,048.
const SIDE_STEP: u32 = 64;
const SIDE_MIN: u32 = 128;
const SIDE_MAX: u32 = 2048;
/// Published: prompts have 2 to 3,000 letters.
const PROMPT_CHARS_MAX: usize = 3000;

/// How pictures come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunwareDelivery {
    /// In the answer itself, as base64.
    Inline,
    /// By an address, fetched without the key and only from these hosts (`im.runware.ai`).
    Fetched {
        /// Names, with a port where it is not the usual one.
        hosts: Vec<String>,
    },
}

/// Where the provider is and what it draws with.
#[derive(Clone, Debug)]
pub struct RunwareConfig {
    /// Such as `https://api.runware.ai/v1`.
    pub base_url: String,
    /// The key.
    pub key: SecretString,
    /// The model for requests that name none, such as `runware:101@1`.
    pub model: String,
    /// The kind of file.
    pub format: PictureFormat,
    /// How pictures come.
    pub delivery: RunwareDelivery,
}

/// Runware's images.
#[derive(Clone, Debug)]
pub struct Runware {
    client: reqwest::Client,
    /// Carries no key: addresses of pictures lead elsewhere.
    fetcher: reqwest::Client,
    endpoint: Url,
    config: RunwareConfig,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    #[serde(default)]
    data: Vec<Item>,
    #[serde(default)]
    errors: Vec<Value>,
}

#[derive(Deserialize)]
struct Item {
    #[serde(rename = "taskUUID")]
    task: String,
    #[serde(rename = "imageBase64Data")]
    base64: Option<String>,
    #[serde(rename = "imageURL")]
    url: Option<String>,
    #[serde(rename = "NSFWContent", default)]
    is_indecent: bool,
    /// In US dollars.
    cost: Option<f64>,
}

impl Runware {
    /// A provider from its settings. Does not talk to it yet.
    pub fn new(config: RunwareConfig, reach: &Reach) -> Result<Self, SetupError> {
        let endpoint = address(&config.base_url, "")?;
        let headers = HeaderMap::from_iter([(AUTHORIZATION, bearer(&config.key)?)]);
        let fetcher = client(reach, HeaderMap::new())?;
        Ok(Self { client: client(reach, headers)?, fetcher, endpoint, config })
    }

    async fn draw(&self, wanted: &ImageRequest) -> Result<GeneratedImage, Failure> {
        if wanted.prompt.chars().count() < 2 {
            return Err(Failure::new(FailureClass::InvalidRequest, "the prompt is empty"));
        }
        let task = task_id(&wanted.idempotency_key).to_string();
        let sending = self.client.post(self.endpoint.clone()).json(&self.request(wanted, &task));
        let key = Some(&self.config.key);
        let response = send(sending, PATIENCE, key).await?;
        if !response.status().is_success() {
            return Err(refused(response, key).await);
        }
        let bytes = body(response, ANSWER_BYTES_MAX, IDLE_TIMEOUT, key).await?;
        let answer: Answer = serde_json::from_slice(&bytes).map_err(|error| {
            Failure::invalid(format!("the provider's answer cannot be read: {error}"))
        })?;
        let item = answer.data.into_iter().find(|item| item.task == task);
        match (item, answer.errors.first()) {
            (Some(item), _) => self.picture(item).await,
            (None, Some(error)) => Err(from_event(error, key)),
            (None, None) => Err(Failure::invalid("the answer holds no picture of this task")),
        }
    }

    fn request(&self, wanted: &ImageRequest, task: &str) -> Value {
        let model = match wanted.model.as_str() {
            "" | "default" => &self.config.model,
            model => model,
        };
        let side = |side| stepped(side, SIDE_STEP, SIDE_MIN, SIDE_MAX);
        let prompt: String = wanted.prompt.chars().take(PROMPT_CHARS_MAX).collect();
        json!([{
            "taskType": "imageInference",
            "taskUUID": task,
            "model": model,
            "positivePrompt": prompt,
            "width": side(wanted.width),
            "height": side(wanted.height),
            "numberResults": 1,
            "outputType": match self.config.delivery {
                RunwareDelivery::Inline => "base64Data",
                RunwareDelivery::Fetched { .. } => "URL",
            },
            "outputFormat": match self.config.format {
                PictureFormat::Png => "PNG",
                PictureFormat::Jpeg => "JPG",
                PictureFormat::Webp => "WEBP",
            },
            "checkNSFW": true,
            "includeCost": true,
        }])
    }

    async fn picture(&self, item: Item) -> Result<GeneratedImage, Failure> {
        if item.is_indecent {
            let message = "the provider's filter took the picture for indecent: change the prompt";
            return Err(Failure::new(FailureClass::ContentFilter, message));
        }
        let picture = match (item.base64, item.url) {
            (Some(base64), _) => picture::from_base64(&base64)?,
            (None, Some(url)) => self.fetch(&url).await?,
            (None, None) => return Err(Failure::invalid("the answer holds no picture")),
        };
        let cost_micros = item.cost.and_then(micros);
        Ok(GeneratedImage { usage: Usage { cost_micros, ..Usage::default() }, ..picture })
    }

    /// Fetches a picture, from the hosts that are allowed alone: the answer could name any address.
    async fn fetch(&self, url: &str) -> Result<GeneratedImage, Failure> {
        let Some(url) = self.allowed(url) else {
            let message = "the picture lies on a host that is not allowed: add it in the \
                           configuration if it is the provider's";
            return Err(Failure::invalid(message));
        };
        let response = send(self.fetcher.get(url), IDLE_TIMEOUT, None).await?;
        if !response.status().is_success() {
            let status = response.status().as_u16();
            let message = format!("the picture cannot be fetched ({status})");
            return Err(Failure::new(FailureClass::Unavailable, message));
        }
        picture::from_bytes(body(response, PICTURE_BYTES_MAX, IDLE_TIMEOUT, None).await?)
    }

    fn allowed(&self, url: &str) -> Option<Url> {
        let RunwareDelivery::Fetched { hosts } = &self.config.delivery else { return None };
        let url = Url::parse(url).ok()?;
        let host = match url.port() {
            Some(port) => format!("{}:{port}", url.host_str()?),
            None => url.host_str()?.to_owned(),
        };
        // Encrypted, unless the provider itself is spoken to without.
        let is_safe = url.scheme() == "https" || url.scheme() == self.endpoint.scheme();
        let is_plain = url.username().is_empty() && url.password().is_none();
        (is_safe && is_plain && hosts.contains(&host)).then_some(url)
    }
}

/// The same task for the same key, so that a repetition is one to the provider too. Version 4, as
/// the protocol wants it.
fn task_id(idempotency_key: &str) -> Uuid {
    let hash = blake3::hash(idempotency_key.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.as_bytes()[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

#[async_trait::async_trait]
impl ImageProvider for Runware {
    fn name(&self) -> &str {
        &self.config.model
    }

    async fn generate(&self, request: ImageRequest) -> Result<GeneratedImage, ImageError> {
        Ok(self.draw(&request).await?)
    }
}
