//! How keys and values look on disk. docs/DATABASE.md is the description for people.

mod key;
mod value;

pub(crate) use key::{
    Section, Space, append_key, blob_key, claim_key, decode_append_key, decode_blob_key,
    decode_entity_key, decode_outbox_key, decode_wake_key, encode_entity, format_key, frame_key,
    frame_sequence, outbox_key, record_key, section_prefix, wake_due_key, wake_due_range,
    wake_of_key,
};
pub(crate) use value::{
    Frame, StoredHead, decode_blob, decode_due, encode_blob, encode_due, encode_plain, plain,
    seal_frame,
};
