//! How keys look on disk; the bytes of values are the contract's (`igny8_storage_api::codec`).
//! docs/DATABASE.md is the description for people.

mod key;
mod log;

pub(crate) use key::{
    Section, Space, append_key, blob_key, claim_key, claim_prefix, decode_append_key,
    decode_blob_key, decode_claim_key, decode_entity_key, decode_heartbeat_key, decode_outbox_key,
    decode_wake_key, encode_entity, format_key, frame_key, frame_sequence, heartbeat_key,
    heartbeat_prefix, membership_key, outbox_key, record_key, restore_key, row_name,
    section_prefix, tenant_prefix, wake_due_key, wake_due_range, wake_of_key,
};
pub(crate) use log::{decode_log_name, decode_log_position, log_end, log_entry_key, log_prefix};
