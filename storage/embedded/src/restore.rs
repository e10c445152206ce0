//! An entity's image as rows, in groups of bounded size.

use crate::engine::Write;
use crate::layout::{Section, Space, append_key, frame_key, outbox_key, record_key};
use crate::writer::row_write;
use igny8_protocol_ids::EntityKey;
use igny8_storage_api::EntityImage;
use igny8_storage_api::codec::{encode_frame, encode_record};

/// Bytes of one group: a group of the writer, so that others wait no longer than for that.
pub(crate) const RESTORE_BYTES: usize = 4 * 1024 * 1024;
/// Rows of one group, for the same reason.
pub(crate) const RESTORE_ROWS: usize = 4_096;

/// All rows of an image but the head, encoded one by one.
pub(crate) fn image_rows<'a>(
    entity: &'a EntityKey,
    key: &'a [u8],
    image: &'a EntityImage,
) -> impl Iterator<Item = Write> + 'a {
    let records = image.loaded.records.iter().map(move |record| {
        (Space::Entity, record_key(key, &record.key), Some(encode_record(entity, record)))
    });
    let outbox = image.loaded.outbox.iter();
    let outbox = outbox
        .map(move |open| row_write(entity, Section::Outbox, outbox_key(key, open.key), &open.body));
    let appends = image.appends.iter().map(move |append| {
        let place = append_key(key, append.epoch, append.sequence);
        row_write(entity, Section::Append, place, &append.body)
    });
    let frames = image.frames.iter().map(move |frame| {
        (Space::Entity, frame_key(key, frame.sequence), Some(encode_frame(frame)))
    });
    records.chain(outbox).chain(appends).chain(frames)
}

/// The next group of rows; empty when there are no more.
pub(crate) fn next_group(rows: &mut impl Iterator<Item = Write>) -> (usize, Vec<Write>) {
    let (mut group, mut bytes) = (Vec::new(), 0);
    while bytes < RESTORE_BYTES
        && group.len() < RESTORE_ROWS
        && let Some(row) = rows.next()
    {
        bytes += row.1.len() + row.2.as_ref().map_or(0, Vec::len);
        group.push(row);
    }
    (bytes, group)
}
