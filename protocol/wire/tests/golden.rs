//! The bytes of each frame, kept for ever: an old client must understand a new server and the
//! other way round. TypeScript reads the same files (client-ts/packages/protocol/test).

#![allow(clippy::unwrap_used, reason = "a test stops where a file is not what it should be")]

mod sample;

use igny8_protocol_wire::{
    codec::{decode, encode},
    frame::{ClientFrame, ServerFrame, SocketCommand},
    stream::{StreamEvent, StreamSnapshot},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::{collections::BTreeSet, fmt::Debug, fs, path::PathBuf};
use ts_rs::{Config, TS};

/// Set it to write the files of frames that are new. A file that is there is never changed: where
/// its bytes changed, the protocol did, and that takes a new version.
const WRITE: &str = "IGNY8_WRITE_GOLDEN";

/// Fields that hold bytes; in the descriptions they are `{"$bytes": "hex"}`.
const BYTES_FIELDS: &[&str] = &["update", "state_vector", "awareness"];

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

fn read(name: &str) -> Vec<u8> {
    fs::read(path(name))
        .unwrap_or_else(|error| panic!("{name}: {error}; run `cargo xtask generate`"))
}

/// A frame as JSON, its bytes as hexadecimal text.
fn describe(frame: &impl Serialize) -> Value {
    let mut value = serde_json::to_value(frame).unwrap();
    mark_bytes(&mut value);
    value
}

fn mark_bytes(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(mark_bytes),
        Value::Object(fields) => {
            for (name, field) in fields {
                if BYTES_FIELDS.contains(&name.as_str()) && field.is_array() {
                    let bytes: Vec<u8> = serde_json::from_value(field.take()).unwrap();
                    let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                    *field = json!({ "$bytes": text });
                } else {
                    mark_bytes(field);
                }
            }
        }
        _ => {}
    }
}

fn check<T: Serialize + DeserializeOwned + PartialEq + Debug>(name: &str, frame: &T) {
    let (bytes_name, text_name) = (format!("{name}.msgpack"), format!("{name}.json"));
    if std::env::var_os(WRITE).is_some() && !path(&bytes_name).exists() {
        fs::write(path(&bytes_name), encode(frame).unwrap()).unwrap();
        fs::write(path(&text_name), serde_json::to_string_pretty(&describe(frame)).unwrap() + "\n")
            .unwrap();
    }
    let kept = read(&bytes_name);
    let decoded: T = decode(&kept).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(&decoded, frame, "{name} decodes");
    assert_eq!(encode(&decoded).unwrap(), kept, "{name}: the same bytes come out again");
    let described: Value = serde_json::from_slice(&read(&text_name)).unwrap();
    assert_eq!(described, describe(frame), "{name} is described as it is");
}

#[test]
fn golden_client_frames_keep_their_bytes() {
    for (name, frame) in sample::client::frames() {
        check(name, &frame);
    }
}

#[test]
fn golden_server_frames_keep_their_bytes() {
    for (name, frame) in sample::server::frames() {
        check(name, &frame);
    }
}

/// What the TypeScript codec wrote of the same frames; its test compares with these files.
#[test]
fn frames_written_by_typescript_are_read() {
    for (name, frame) in sample::client::frames() {
        let file = path(&format!("typescript/{name}.msgpack"));
        // A new frame is written by Rust first, then by TypeScript, then read here.
        if std::env::var_os(WRITE).is_some() && !file.exists() {
            continue;
        }
        let kept = fs::read(file)
            .unwrap_or_else(|error| panic!("{name}: {error}; run `cargo xtask generate`"));
        assert_eq!(decode::<ClientFrame>(&kept).unwrap(), frame, "{name}");
    }
}

/// Clients may leave out what they do not have.
#[test]
fn absent_optional_fields_are_none() {
    let text = json!({ "type": "subscribe", "ref": 1, "stream": { "kind": "tenant", "id": sample::id::<igny8_protocol_ids::TenantId>('1') } });
    let frame: ClientFrame = decode(&encode(&text).unwrap()).unwrap();
    let (_, expected) = sample::client::frames()
        .into_iter()
        .find(|(name, _)| *name == "client_subscribe_anew")
        .unwrap();
    assert_eq!(frame, expected);
}

/// Neither panics nor is taken for a frame.
#[test]
fn bytes_that_are_no_frame_are_refused() {
    for bytes in [
        &[][..],
        &[0xc1],
        &[0x80],
        &[0xdf, 0xff, 0xff, 0xff, 0xff],
        b"{\"type\":\"ping\"}",
        &[0x91, 0x01],
    ] {
        assert!(decode::<ClientFrame>(bytes).is_err(), "{bytes:02x?}");
    }
}

/// A variant without a golden file would be free to change unseen.
#[test]
fn every_variant_has_a_golden_frame() {
    let config = Config::new();
    let declared: BTreeSet<String> = [
        ClientFrame::decl(&config),
        ServerFrame::decl(&config),
        SocketCommand::decl(&config),
        StreamEvent::decl(&config),
        StreamSnapshot::decl(&config),
    ]
    .iter()
    .flat_map(|text| tags_of(text))
    .collect();
    let mut seen = BTreeSet::new();
    for (_, frame) in sample::client::frames() {
        collect_tags(&describe(&frame), &mut seen);
    }
    for (_, frame) in sample::server::frames() {
        collect_tags(&describe(&frame), &mut seen);
    }
    let missing: Vec<_> = declared.difference(&seen).collect();
    assert!(declared.len() > 30, "the declarations are read as they are written: {declared:?}");
    assert!(missing.is_empty(), "add a frame to tests/sample for {missing:?}");
}

/// The tags in a declaration: `"type": "hello"`.
fn tags_of(declaration: &str) -> Vec<String> {
    ["\"type\": \"", "\"kind\": \"", "\"name\": \""]
        .iter()
        .flat_map(|tag| declaration.split(tag).skip(1))
        .filter_map(|rest| rest.split('"').next())
        .map(str::to_owned)
        .collect()
}

fn collect_tags(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect_tags(item, into)),
        Value::Object(fields) => {
            for name in ["type", "kind", "name"] {
                into.extend(fields.get(name).and_then(Value::as_str).map(str::to_owned));
            }
            fields.values().for_each(|field| collect_tags(field, into));
        }
        _ => {}
    }
}
