//! OpenAI's images, and providers that speak their protocol.
//! Shapes: <https://platform.openai.com/docs/api-reference/images/create>.

use crate::picture::{self, ANSWER_BYTES_MAX, PictureFormat};
use crate::size::{Size, nearest};
use igny8_actors_ports::{
    FailureClass, GeneratedImage, ImageError, ImageProvider, ImageRequest, Usage,
};
use igny8_server_adapters_http::{
    Failure, Reach, SetupError, address, bearer, body, client, refused, send,
};
use reqwest::Url;
use reqwest::header::{AUTHORIZATION, HeaderMap};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// Published: a complex prompt takes up to two minutes. Nothing is sent before the picture is
/// there, so that this is the bound on silence too.
const PATIENCE: Duration = Duration::from_secs(240);
/// Silence while the picture arrives.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

const DALL_E_2: &[Size] = &[(256, 256), (512, 512), (1024, 1024)];
const DALL_E_3: &[Size] = &[(1024, 1024), (1792, 1024), (1024, 1792)];
const GPT_IMAGE_1: &[Size] = &[(1024, 1024), (1536, 1024), (1024, 1536)];
/// Later models draw more; these are the usual ones.
const GPT_IMAGE_2: &[Size] = &[
    (1024, 1024),
    (1536, 1024),
    (1024, 1536),
    (2048, 2048),
    (2048, 1152),
    (1152, 2048),
    (3840, 2160),
    (2160, 3840),
];

/// Where the provider is and what it draws with.
#[derive(Clone, Debug)]
pub struct OpenAiImagesConfig {
    /// Such as `https://api.openai.com/v1`; `/images/generations` is added.
    pub base_url: String,
    /// The key.
    pub key: Option<SecretString>,
    /// The model for requests that name none, such as `gpt-image-1`.
    pub model: String,
    /// `low`, `medium`, `high`, for DALL·E 3 `standard` or `hd`; the model decides if there is none.
    pub quality: Option<String>,
    /// The kind of file, where the model leaves a choice.
    pub format: PictureFormat,
}

/// OpenAI's images.
#[derive(Clone, Debug)]
pub struct OpenAiImages {
    client: reqwest::Client,
    endpoint: Url,
    config: OpenAiImagesConfig,
}

#[derive(Deserialize)]
struct Answer {
    data: Vec<Item>,
    /// Told for GPT models, which are billed by tokens.
    usage: Option<UsageBlock>,
}

#[derive(Deserialize)]
struct Item {
    b64_json: Option<String>,
}

#[derive(Deserialize)]
struct UsageBlock {
    #[serde(default)]
    input_tokens: u64,
    #[serde(default)]
    output_tokens: u64,
}

/// What a family of models takes.
struct Family {
    sizes: &'static [Size],
    prompt_chars_max: usize,
    /// DALL·E chooses neither kind of file nor moderation, and must be asked for base64.
    is_dall_e: bool,
}

impl Family {
    fn of(model: &str) -> Self {
        let (sizes, prompt_chars_max, is_dall_e) = match model {
            _ if model.starts_with("dall-e-2") => (DALL_E_2, 1_000, true),
            _ if model.starts_with("dall-e") => (DALL_E_3, 4_000, true),
            _ if model.starts_with("gpt-image-1") => (GPT_IMAGE_1, 32_000, false),
            _ if model.starts_with("gpt-image") => (GPT_IMAGE_2, 32_000, false),
            // A compatible provider: what all understand.
            _ => (GPT_IMAGE_1, 4_000, false),
        };
        Self { sizes, prompt_chars_max, is_dall_e }
    }
}

impl OpenAiImages {
    /// A provider from its settings. Does not talk to it yet.
    pub fn new(config: OpenAiImagesConfig, reach: &Reach) -> Result<Self, SetupError> {
        let endpoint = address(&config.base_url, "/images/generations")?;
        let mut headers = HeaderMap::new();
        if let Some(key) = &config.key {
            headers.insert(AUTHORIZATION, bearer(key)?);
        }
        Ok(Self { client: client(reach, headers)?, endpoint, config })
    }

    fn request(&self, wanted: &ImageRequest) -> Result<Value, Failure> {
        let model = match wanted.model.as_str() {
            "" | "default" => &self.config.model,
            model => model,
        };
        let family = Family::of(model);
        let (width, height) = nearest((wanted.width, wanted.height), family.sizes)
            .filter(|_| wanted.width > 0 && wanted.height > 0)
            .ok_or_else(|| Failure::new(FailureClass::InvalidRequest, "an image needs a size"))?;
        let mut body = Map::new();
        let mut put = |name: &str, value: Value| body.insert(name.to_owned(), value);
        put("model", json!(model));
        // A prompt that is too long is refused; what stands first counts most.
        let prompt: String = wanted.prompt.chars().take(family.prompt_chars_max).collect();
        put("prompt", json!(prompt));
        put("n", json!(1));
        put("size", json!(format!("{width}x{height}")));
        if let Some(quality) = &self.config.quality {
            put("quality", json!(quality));
        }
        if family.is_dall_e {
            put("response_format", json!("b64_json"));
        } else {
            put("output_format", json!(format_name(self.config.format)));
        }
        Ok(Value::Object(body))
    }

    async fn draw(&self, wanted: &ImageRequest) -> Result<GeneratedImage, Failure> {
        let key = self.config.key.as_ref();
        let sending = self
            .client
            .post(self.endpoint.clone())
            .header("idempotency-key", &wanted.idempotency_key)
            .json(&self.request(wanted)?);
        let response = send(sending, PATIENCE, key).await?;
        if !response.status().is_success() {
            return Err(refused(response, key).await);
        }
        let bytes = body(response, ANSWER_BYTES_MAX, IDLE_TIMEOUT, key).await?;
        let answer: Answer = serde_json::from_slice(&bytes).map_err(|error| {
            Failure::invalid(format!("the provider's answer cannot be read: {error}"))
        })?;
        let first = answer.data.into_iter().next().and_then(|item| item.b64_json);
        let picture = first.ok_or_else(|| Failure::invalid("the answer holds no picture"))?;
        let usage = answer.usage.map_or_else(Usage::default, |told| Usage {
            input_tokens: told.input_tokens,
            output_tokens: told.output_tokens,
            ..Usage::default()
        });
        Ok(GeneratedImage { usage, ..picture::from_base64(&picture)? })
    }
}

fn format_name(format: PictureFormat) -> &'static str {
    match format {
        PictureFormat::Png => "png",
        PictureFormat::Jpeg => "jpeg",
        PictureFormat::Webp => "webp",
    }
}

#[async_trait::async_trait]
impl ImageProvider for OpenAiImages {
    fn name(&self) -> &str {
        &self.config.model
    }

    async fn generate(&self, request: ImageRequest) -> Result<GeneratedImage, ImageError> {
        Ok(self.draw(&request).await?)
    }
}
