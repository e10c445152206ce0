//! The image model of the development mode.

use crate::canvas::Canvas;
use crate::{fault, scene};
use igny8_actors_ports::{
    FailureClass, GeneratedImage, ImageError, ImageProvider, ImageRequest, Usage,
};
use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

/// The longest side that is drawn, in pixels: a wider picture than any theme shows.
pub const SIDE_MAX: u32 = 4096;

/// How many `once` failures are remembered; when full, all are forgotten.
const FAILED_ONCE_MAX: usize = 10_000;

/// Draws the same picture for the same model, prompt and size, without network.
#[derive(Debug, Default)]
pub struct OfflineImages {
    failed_once: Mutex<HashSet<String>>,
}

impl OfflineImages {
    /// A provider that has not failed yet.
    pub fn new() -> Self {
        Self::default()
    }

    fn fail_if_told(&self, prompt: &str) -> Result<(), ImageError> {
        let Some(fault) = fault::in_prompt(prompt) else { return Ok(()) };
        let mut failed = self.failed_once.lock().unwrap_or_else(PoisonError::into_inner);
        if fault.once && failed.len() >= FAILED_ONCE_MAX {
            failed.clear();
        }
        if fault.once && !failed.insert(prompt.to_owned()) {
            return Ok(());
        }
        Err(fault.error)
    }
}

#[async_trait::async_trait]
impl ImageProvider for OfflineImages {
    fn name(&self) -> &str {
        "offline pictures"
    }

    async fn generate(&self, request: ImageRequest) -> Result<GeneratedImage, ImageError> {
        let (width, height) = (request.width, request.height);
        if !(1..=SIDE_MAX).contains(&width) || !(1..=SIDE_MAX).contains(&height) {
            let message =
                format!("{width}×{height} cannot be drawn: a side has 1 to {SIDE_MAX} pixels");
            return Err(failure(FailureClass::InvalidRequest, message));
        }
        self.fail_if_told(&request.prompt)?;
        let seed = format!("{}\n{}", request.model, request.prompt);
        let file = tokio::task::spawn_blocking(move || encode(&scene::draw(&seed, width, height)))
            .await
            .map_err(|_| failure(FailureClass::Unavailable, "the drawing failed".to_owned()))?
            .map_err(|error| {
                failure(FailureClass::InvalidAnswer, format!("the picture has no file: {error}"))
            })?;
        Ok(GeneratedImage {
            bytes: file.into(),
            media_type: "image/png".to_owned(),
            width,
            height,
            usage: Usage::default(),
        })
    }
}

fn failure(class: FailureClass, message: String) -> ImageError {
    ImageError { class, message, retry_after: None }
}

/// A PNG file with chunks that say where the picture comes from.
fn encode(canvas: &Canvas) -> Result<Vec<u8>, png::EncodingError> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, canvas.width as u32, canvas.height as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    encoder.add_text_chunk("Software".to_owned(), "IGNY8 offline image model".to_owned())?;
    encoder.add_text_chunk("Comment".to_owned(), "AI-generated image".to_owned())?;
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&canvas.bytes)?;
    writer.finish()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn request(prompt: &str, width: u32, height: u32) -> ImageRequest {
        ImageRequest {
            model: "offline".to_owned(),
            prompt: prompt.to_owned(),
            width,
            height,
            idempotency_key: "site/1/0".to_owned(),
        }
    }

    #[tokio::test]
    async fn image_is_a_png_of_the_asked_size_that_says_it_is_generated() {
        let image = OfflineImages::new().generate(request("tea", 1200, 675)).await.unwrap();
        let decoder = png::Decoder::new(std::io::Cursor::new(&image.bytes));
        let mut reader = decoder.read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let frame = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((frame.width, frame.height), (1200, 675));
        let texts = &reader.info().uncompressed_latin1_text;
        let has = |keyword: &str, text: &str| {
            texts.iter().any(|t| t.keyword == keyword && t.text.contains(text))
        };
        assert!(has("Comment", "AI-generated") && has("Software", "IGNY8"), "{texts:?}");
    }

    #[tokio::test]
    async fn image_is_the_same_for_the_same_request_and_differs_with_the_prompt() {
        let images = OfflineImages::new();
        let one = images.generate(request("tea", 64, 48)).await.unwrap();
        let again = OfflineImages::new().generate(request("tea", 64, 48)).await.unwrap();
        let other = images.generate(request("coffee", 64, 48)).await.unwrap();
        assert_eq!(one.bytes, again.bytes);
        assert_ne!(one.bytes, other.bytes);
    }

    #[tokio::test]
    async fn sizes_at_the_borders_are_drawn_or_refused() {
        let images = OfflineImages::new();
        for (width, height) in [(1, 1), (1, 300), (300, 1), (7, 3)] {
            images.generate(request("tea", width, height)).await.unwrap();
        }
        for (width, height) in [(0, 10), (10, 0), (SIDE_MAX + 1, 10), (u32::MAX, u32::MAX)] {
            let error = images.generate(request("tea", width, height)).await.unwrap_err();
            assert_eq!(error.class, FailureClass::InvalidRequest);
        }
    }

    #[tokio::test]
    async fn prompt_with_a_marker_fails_as_named_and_once_if_told() {
        let images = OfflineImages::new();
        let error = images.generate(request("tea [fail:rate_limited:2]", 8, 8)).await.unwrap_err();
        assert_eq!(
            (error.class, error.retry_after),
            (FailureClass::RateLimited, Some(Duration::from_secs(2)))
        );
        let error = images.generate(request("tea [fail:server:once]", 8, 8)).await.unwrap_err();
        assert_eq!(error.class, FailureClass::Unavailable);
        assert!(images.generate(request("tea [fail:server:once]", 8, 8)).await.is_ok());
        assert!(images.generate(request("tea [fail:unknown] [fail", 8, 8)).await.is_ok());
    }
}
