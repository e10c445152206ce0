//! A provider's file: what it is by its first bytes, whatever it is called, and how large.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use igny8_actors_ports::{GeneratedImage, Usage};
use igny8_server_adapters_http::Failure;

/// Bytes of one picture: a photograph of 3840 × 2160 as PNG, and far more than any page should
/// load.
pub(crate) const PICTURE_BYTES_MAX: usize = 24 << 20;
/// Bytes of an answer that holds a picture as base64, with room for what stands around it.
pub(crate) const ANSWER_BYTES_MAX: usize = PICTURE_BYTES_MAX / 3 * 4 + (64 << 10);
/// The longest side that browsers and WordPress still open, in pixels.
const SIDE_MAX: u32 = 8192;

/// The kinds of files that browsers and WordPress show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PictureFormat {
    /// Lossless: for drawings; photographs are large.
    Png,
    /// Photographs, readable everywhere.
    #[default]
    Jpeg,
    /// Smaller than both; WordPress takes it from 5.8 on.
    Webp,
}

impl PictureFormat {
    fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
        }
    }
}

/// The picture in a text of base64, with or without `data:…;base64,` before it.
pub(crate) fn from_base64(text: &str) -> Result<GeneratedImage, Failure> {
    let text = text.trim();
    let data = text.strip_prefix("data:").and_then(|uri| uri.split_once(";base64,"));
    let data = data.map_or(text, |(_, data)| data);
    let bytes = STANDARD
        .decode(data)
        .map_err(|_| Failure::invalid("the picture in the answer is not base64"))?;
    from_bytes(bytes)
}

/// The picture in a file. Anything but a picture is refused: it would be served to browsers.
pub(crate) fn from_bytes(bytes: Vec<u8>) -> Result<GeneratedImage, Failure> {
    if bytes.len() > PICTURE_BYTES_MAX {
        let message = format!("the picture has more than {PICTURE_BYTES_MAX} bytes");
        return Err(Failure::invalid(message));
    }
    let read = png(&bytes).or_else(|| jpeg(&bytes)).or_else(|| webp(&bytes));
    let Some((format, width, height)) = read else {
        return Err(Failure::invalid("the file is no PNG, JPEG or WebP"));
    };
    if !(1..=SIDE_MAX).contains(&width) || !(1..=SIDE_MAX).contains(&height) {
        return Err(Failure::invalid(format!("a picture of {width}×{height} cannot be used")));
    }
    let media_type = format.media_type().to_owned();
    let usage = Usage::default();
    Ok(GeneratedImage { bytes: bytes.into(), media_type, width, height, usage })
}

fn bytes_at<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at + N)?.try_into().ok()
}

/// The signature, then the chunk `IHDR` with both sides.
fn png(bytes: &[u8]) -> Option<(PictureFormat, u32, u32)> {
    (bytes.starts_with(b"\x89PNG\r\n\x1a\n") && bytes.get(12..16)? == b"IHDR").then_some(())?;
    let side = |at| Some(u32::from_be_bytes(bytes_at(bytes, at)?));
    Some((PictureFormat::Png, side(16)?, side(20)?))
}

/// Segments, each with its length, up to the frame's.
fn jpeg(bytes: &[u8]) -> Option<(PictureFormat, u32, u32)> {
    bytes.starts_with(&[0xff, 0xd8, 0xff]).then_some(())?;
    let mut at = 2;
    loop {
        let [0xff, marker] = bytes_at(bytes, at)? else { return None };
        match marker {
            // Fill bytes.
            0xff => at += 1,
            // Frames of all kinds; between them lie tables (C4, CC) and an extension (C8).
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                let side = |at| Some(u32::from(u16::from_be_bytes(bytes_at(bytes, at)?)));
                return Some((PictureFormat::Jpeg, side(at + 7)?, side(at + 5)?));
            }
            _ => at += 2 + usize::from(u16::from_be_bytes(bytes_at(bytes, at + 2)?)),
        }
    }
}

/// A RIFF file whose first chunk is one of three kinds.
fn webp(bytes: &[u8]) -> Option<(PictureFormat, u32, u32)> {
    (bytes.starts_with(b"RIFF") && bytes.get(8..12)? == b"WEBP").then_some(())?;
    let (width, height) = match bytes.get(12..16)? {
        b"VP8 " => {
            let side = |at| Some(u32::from(u16::from_le_bytes(bytes_at(bytes, at)?) & 0x3fff));
            (side(26)?, side(28)?)
        }
        b"VP8L" => {
            let bits = u32::from_le_bytes(bytes_at(bytes, 21)?);
            ((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1)
        }
        b"VP8X" => {
            let side = |at| {
                let [a, b, c] = bytes_at(bytes, at)?;
                Some(u32::from_le_bytes([a, b, c, 0]) + 1)
            };
            (side(24)?, side(27)?)
        }
        _ => return None,
    };
    Some((PictureFormat::Webp, width, height))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Option<(String, u32, u32)> {
        let image = from_bytes(bytes.to_vec()).ok()?;
        Some((image.media_type, image.width, image.height))
    }

    fn chunk(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
        [b"RIFF\0\0\0\0WEBP", &kind[..], &[0; 4], body].concat()
    }

    #[test]
    fn files_are_known_by_their_first_bytes() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x04\xb0\0\0\x02\xa3\x08\x02";
        assert_eq!(read(png), Some(("image/png".to_owned(), 1200, 675)));
        let jpeg =
            b"\xff\xd8\xff\xe0\0\x04ab\xff\xff\xc4\0\x02\xff\xc2\0\x11\x08\x02\xa3\x04\xb0\x03";
        assert_eq!(read(jpeg), Some(("image/jpeg".to_owned(), 1200, 675)));
        let lossy = chunk(b"VP8 ", b"\0\0\0\x9d\x01\x2a\xb0\x04\xa3\x02");
        let lossless = chunk(b"VP8L", &[0x2f, 0xaf, 0x84, 0xa8, 0x00]);
        let extended = chunk(b"VP8X", b"\x10\0\0\0\xaf\x04\0\xa2\x02\0");
        for webp in [lossy, lossless, extended] {
            assert_eq!(read(&webp), Some(("image/webp".to_owned(), 1200, 675)));
        }
    }

    #[test]
    fn what_is_no_picture_or_a_part_of_one_is_refused() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x04\xb0\0\0\x02\xa3";
        for length in 0..png.len() {
            assert_eq!(read(&png[..length]), None, "{length}");
        }
        for other in [
            &b"<svg xmlns='http://www.w3.org/2000/svg'/>"[..],
            b"<html><script>",
            b"GIF89a\x01\0\x01\0",
            b"\xff\xd8\xff\xe0\0",
            b"\xff\xd8\xff\xd9\0\0",
            b"RIFF\0\0\0\0WEBPVP8?",
            // No width, and too much of it.
            b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\0\0\0\x02\xa3",
            b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\xff\0\0\0\0\0\x02\xa3",
        ] {
            assert_eq!(read(other), None, "{other:?}");
        }
        let vast = [&png[..], &vec![0; PICTURE_BYTES_MAX]].concat();
        assert!(from_bytes(vast).unwrap_err().message.contains("more than"));
    }

    #[test]
    fn base64_is_read_with_and_without_its_label() {
        let text = STANDARD.encode(b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x04\xb0\0\0\x02\xa3");
        assert_eq!(from_base64(&text).unwrap().width, 1200);
        assert_eq!(from_base64(&format!("data:text/html;base64,{text}\n")).unwrap().height, 675);
        assert!(from_base64("not base64!").is_err());
    }
}
