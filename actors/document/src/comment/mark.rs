//! The mark `comment` of TipTap's schema, as y-prosemirror writes it.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::Value;
use sha2::{Digest, Sha256};
use yrs::Any;

const MARK: &str = "comment";
/// The mark's only attribute.
const THREAD: &str = "thread";
/// Bytes to which y-prosemirror folds the hash of a mark.
const FOLDED_BYTES: usize = 6;

/// Tags of lib0's `any` encoding.
const OBJECT: u8 = 118;
const STRING: u8 = 119;

/// The key of a mark that may overlap others of its name: `comment--` and a hash of the mark. It
/// must be the very one that y-prosemirror computes, or every editor that touches the paragraph
/// would write the mark anew.
pub(super) fn key_of(thread: &str) -> String {
    let mut json = vec![OBJECT, 2];
    text(&mut json, "type");
    json.push(STRING);
    text(&mut json, MARK);
    text(&mut json, "attrs");
    json.extend([OBJECT, 1]);
    text(&mut json, THREAD);
    json.push(STRING);
    text(&mut json, thread);
    let mut folded = [0; FOLDED_BYTES];
    for (at, byte) in Sha256::digest(&json).iter().enumerate() {
        folded[at % FOLDED_BYTES] ^= byte;
    }
    format!("{MARK}--{}", BASE64_STANDARD.encode(folded))
}

/// A length below 128 is one byte: names of threads are shorter.
fn text(to: &mut Vec<u8>, text: &str) {
    to.push(u8::try_from(text.len()).unwrap_or_default());
    to.extend(text.as_bytes());
}

/// The mark's attributes.
pub(super) fn value_of(thread: &str) -> Any {
    Any::Map(std::sync::Arc::new([(THREAD.to_owned(), Any::from(thread))].into()))
}

/// The thread that a mark names.
pub(crate) fn thread_of(value: &Value) -> Option<&str> {
    value.get(THREAD)?.as_str()
}
