//! Time, chance and posts for the tests of this crate.

use bytes::Bytes;
use igny8_actors_ports::{Clock, Entropy, PostStatus, PublishImage, PublishPost};
use igny8_protocol_ids::{Epoch, Timestamp};
use igny8_server_adapters_wordpress::{WordPressPublisher, WordPressSettings};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

struct Wall;

impl Clock for Wall {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap())
    }
}

struct Random;

impl Entropy for Random {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(16) {
            chunk.copy_from_slice(&uuid::Uuid::new_v4().as_bytes()[..chunk.len()]);
        }
    }
}

pub(crate) fn publisher(
    allow_private_networks: bool,
    request_timeout: Duration,
) -> WordPressPublisher {
    let settings = WordPressSettings {
        allow_private_networks,
        request_timeout,
        upload_timeout: request_timeout,
    };
    WordPressPublisher::new(settings, Arc::new(Wall), Arc::new(Random)).unwrap()
}

pub(crate) fn post(external_id: &str, revision: u64) -> PublishPost {
    PublishPost {
        external_id: external_id.to_owned(),
        revision,
        epoch: Epoch(3),
        title: "Autumn apples".to_owned(),
        slug: String::new(),
        status: PostStatus::Publish,
        blocks: "<!-- wp:image -->\n<figure class=\"wp-block-image\"><img src=\"/media/1\" alt=\"\"/></figure>\n\
                 <!-- /wp:image -->"
            .to_owned(),
        html: String::new(),
        markdown: String::new(),
        excerpt: "Short.".to_owned(),
        tags: vec!["apples".to_owned()],
        categories: vec![],
        seo: ("Title".to_owned(), "Description".to_owned(), "apples".to_owned()),
        provenance: serde_json::json!({"model": "offline"}),
        images: vec![],
        expected_modified_gmt: None,
    }
}

/// A PNG of one pixel, whose colour the key decides: different keys, different bytes.
pub(crate) fn image(external_id: &str) -> PublishImage {
    PublishImage {
        external_id: external_id.to_owned(),
        filename: "apples.png".to_owned(),
        media_type: "image/png".to_owned(),
        bytes: Bytes::from(png(external_id)),
        alt: "Äpfel".to_owned(),
        source_url: "/media/1".to_owned(),
    }
}

/// The key goes into a text chunk, so that no two tests send the same image.
fn png(key: &str) -> Vec<u8> {
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |kind: &[u8], data: &[u8]| {
        let body = [kind, data].concat();
        out.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
        out.extend(&body);
        out.extend(crc32(&body).to_be_bytes());
    };
    chunk(b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0]);
    chunk(b"tEXt", &[b"Comment\0", key.as_bytes()].concat());
    // One row: a filter byte and one pixel, in an uncompressed deflate block inside zlib.
    let row = [0u8, 200, 30, 30];
    let (mut a, mut b) = (1u32, 0u32);
    for byte in row {
        a = (a + u32::from(byte)) % 65521;
        b = (b + a) % 65521;
    }
    let block =
        [&[0x78, 0x01, 0x01, 4, 0, 0xfb, 0xff][..], &row, &((b << 16) | a).to_be_bytes()].concat();
    chunk(b"IDAT", &block);
    chunk(b"IEND", &[]);
    out
}

fn crc32(data: &[u8]) -> u32 {
    !data.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |c, _| {
            if c & 1 == 1 { (c >> 1) ^ 0xedb8_8320 } else { c >> 1 }
        })
    })
}
