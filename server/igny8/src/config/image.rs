//! Where pictures come from.

use super::read::Reader;
use igny8_actors_ports::ImageProvider;
use igny8_server_adapters_images::{
    OpenAiImages, OpenAiImagesConfig, PictureFormat, Reach, Runware, RunwareConfig,
    RunwareDelivery, SetupError,
};
use std::sync::Arc;

const OPENAI: &str = "https://api.openai.com/v1";
const RUNWARE: &str = "https://api.runware.ai/v1";

/// Where pictures come from.
#[derive(Clone, Debug)]
pub(crate) enum ImageSettings {
    /// Drawn from a hash: for development, nobody would pay for them.
    Offline,
    /// OpenAI, or a provider that speaks its protocol.
    OpenAi(OpenAiImagesConfig),
    /// Runware.
    Runware(RunwareConfig),
    /// Nowhere.
    None,
}

impl ImageSettings {
    pub(super) fn gather(reader: &mut Reader, development: bool) -> Self {
        let settings = match reader.text("images_provider").as_deref() {
            None => {
                unused(reader);
                return if development { Self::Offline } else { Self::None };
            }
            Some("openai") => openai(reader),
            Some("runware") => runware(reader),
            Some(other) => {
                let message = format!("{other:?} is neither `openai` nor `runware`");
                reader.refuse("images_provider", message);
                return Self::None;
            }
        };
        if let Err(error) = settings.connect() {
            reader.refuse("images_base_url", error.to_string());
        }
        settings
    }

    /// The provider, if it is one that is talked to. Nothing is sent yet.
    pub(crate) fn connect(&self) -> Result<Option<Arc<dyn ImageProvider>>, SetupError> {
        Ok(match self {
            Self::OpenAi(config) => {
                Some(Arc::new(OpenAiImages::new(config.clone(), &Reach::Anywhere)?))
            }
            Self::Runware(config) => {
                Some(Arc::new(Runware::new(config.clone(), &Reach::Anywhere)?))
            }
            Self::Offline | Self::None => None,
        })
    }
}

fn unused(reader: &mut Reader) {
    for name in ["images_base_url", "images_model", "images_key", "images_quality", "images_hosts"]
    {
        if reader.text(name).is_some() {
            reader.refuse(name, "it has no use without `images_provider`");
        }
    }
}

fn model(reader: &mut Reader, example: &str) -> String {
    let model = reader.text("images_model").filter(|model| !model.trim().is_empty());
    if model.is_none() {
        reader.refuse("images_model", format!("name the model to ask for, such as {example}"));
    }
    model.unwrap_or_default()
}

fn format(reader: &mut Reader) -> PictureFormat {
    match reader.text("images_format").as_deref() {
        None | Some("jpeg") => PictureFormat::Jpeg,
        Some("png") => PictureFormat::Png,
        Some("webp") => PictureFormat::Webp,
        Some(other) => {
            reader.refuse("images_format", format!("{other:?} is none of jpeg, png and webp"));
            PictureFormat::default()
        }
    }
}

fn openai(reader: &mut Reader) -> ImageSettings {
    if reader.text("images_hosts").is_some() {
        reader.refuse("images_hosts", "pictures of this provider come in its answer");
    }
    let (base_url, key) = (reader.text("images_base_url"), reader.text("images_key"));
    if base_url.is_none() && key.is_none() {
        reader.refuse("images_key", format!("{OPENAI} wants a key"));
    }
    ImageSettings::OpenAi(OpenAiImagesConfig {
        base_url: base_url.unwrap_or_else(|| OPENAI.to_owned()),
        key: key.map(Into::into),
        model: model(reader, "gpt-image-1"),
        quality: reader.text("images_quality"),
        format: format(reader),
    })
}

fn runware(reader: &mut Reader) -> ImageSettings {
    if reader.text("images_quality").is_some() {
        reader.refuse("images_quality", "this provider knows no qualities");
    }
    let key = reader.text("images_key");
    if key.is_none() {
        reader.refuse("images_key", "Runware wants a key");
    }
    let hosts: Vec<String> = reader.list("images_hosts", "a host such as im.runware.ai");
    ImageSettings::Runware(RunwareConfig {
        base_url: reader.text("images_base_url").unwrap_or_else(|| RUNWARE.to_owned()),
        key: key.unwrap_or_default().into(),
        model: model(reader, "runware:101@1"),
        format: format(reader),
        delivery: match hosts.is_empty() {
            true => RunwareDelivery::Inline,
            false => RunwareDelivery::Fetched { hosts },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::layer::Layers;

    fn read(pairs: &[(&str, &str)], development: bool) -> (ImageSettings, Vec<String>) {
        let mut layers = Layers::default();
        let named = |(name, text): &(&str, &str)| {
            (format!("IGNY8_IMAGES_{}", name.to_uppercase()), (*text).to_owned())
        };
        layers.environment(pairs.iter().map(named));
        let mut reader = Reader::new(layers);
        let settings = ImageSettings::gather(&mut reader, development);
        (settings, reader.into_problems().iter().map(ToString::to_string).collect())
    }

    #[test]
    fn without_a_provider_pictures_are_drawn_in_development_alone() {
        assert!(matches!(read(&[], true).0, ImageSettings::Offline));
        assert!(matches!(read(&[], false).0, ImageSettings::None));
    }

    #[test]
    fn providers_are_read_with_their_defaults() {
        let openai = [("provider", "openai"), ("model", "gpt-image-1"), ("key", "sk-secret")];
        let (settings, problems) = read(&openai, false);
        assert_eq!(problems, [""; 0]);
        assert!(!format!("{settings:?}").contains("sk-secret"));
        let ImageSettings::OpenAi(config) = settings else { panic!("not OpenAI") };
        assert_eq!((config.base_url.as_str(), config.format), (OPENAI, PictureFormat::Jpeg));
        let runware = [
            ("provider", "runware"),
            ("model", "runware:101@1"),
            ("key", "k"),
            ("hosts", "im.runware.ai, other.example"),
        ];
        let ImageSettings::Runware(config) = read(&runware, false).0 else { panic!("not Runware") };
        let hosts = vec!["im.runware.ai".to_owned(), "other.example".to_owned()];
        assert_eq!(config.delivery, RunwareDelivery::Fetched { hosts });
    }

    #[test]
    fn what_does_not_fit_together_is_refused() {
        for (pairs, words) in [
            (&[("provider", "dall-e")][..], "neither"),
            (&[("model", "m")], "no use without"),
            (&[("provider", "openai"), ("model", "m")], "wants a key"),
            (&[("provider", "runware"), ("model", "m")], "wants a key"),
            (&[("provider", "openai"), ("key", "sk-secret")], "name the model"),
            (
                &[("provider", "openai"), ("model", "m"), ("key", "sk-secret"), ("format", "gif")],
                "none of",
            ),
            (
                &[("provider", "openai"), ("model", "m"), ("key", "sk-secret"), ("hosts", "h")],
                "in its answer",
            ),
            (&[("provider", "openai"), ("model", "m"), ("base_url", "x")], "not an address"),
            (&[("provider", "runware"), ("model", "m"), ("key", "sk-secret\nx")], "cannot be sent"),
        ] {
            let problems = read(pairs, false).1;
            assert_eq!(problems.len(), 1, "{problems:?}");
            assert!(problems[0].contains(words), "{problems:?}");
            assert!(!problems[0].contains("sk-secret"), "{problems:?}");
        }
    }
}
