//! Frames as a feed, and appends: what is read in the order of its keys.

use super::Core;
use super::commit::{append_row, last_of_each};
use crate::connect::{Class, Statement};
use crate::error::corrupt;
use crate::key::{blob, decode_append_key, decode_frame_key, entity_values, frame_key};
use bytes::Bytes;
use futures::TryStreamExt;
use igny8_protocol_ids::{EntityKey, Epoch, Sequence};
use igny8_storage_api::codec::{decode_frame, decode_row};
use igny8_storage_api::{
    Append, AppendRow, FeedPage, Floor, Frame, StoreError, check_appends, limits,
};

/// A page of a feed stops after the commit that passes this, so that a page of large events stays
/// in memory.
const FEED_PAGE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Rows per request: an append is a keystroke's worth, a frame may be large.
const FRAME_ROWS: i32 = 64;
const APPEND_ROWS: i32 = 512;

const FRAMES: Statement = Statement::new(
    Class::Read,
    "SELECT key, body FROM KS.entity WHERE scope = ? AND kind = ? AND id = ? AND section = 4 \
     AND key > ? AND key <= ?",
);
const APPENDS: Statement = Statement::new(
    Class::Read,
    "SELECT key, body FROM KS.entity WHERE scope = ? AND kind = ? AND id = ? AND section = 3",
);
const APPEND: Statement = Statement::new(
    Class::Plain,
    "INSERT INTO KS.entity (scope, kind, id, section, key, body) VALUES (?, ?, ?, 3, ?, ?)",
);

impl Core {
    /// Commits after `after`. The head is read first: frames up to it can be read by every quorum.
    pub(crate) async fn feed(
        &self,
        entity: &EntityKey,
        after: Sequence,
        limit: usize,
    ) -> Result<FeedPage, StoreError> {
        let mut page =
            FeedPage { frames: Vec::new(), floor: Floor::default(), truncated: false, more: false };
        let Some(state) = self.state(entity).await? else { return Ok(page) };
        page.floor = state.floor;
        if after < state.floor.sequence {
            page.truncated = true;
            return Ok(page);
        }
        let limit = limit.min(limits::FEED_PAGE_MAX);
        let last = state.head.sequence;
        match self.frames(entity, after, last, limit, FEED_PAGE_BYTES_MAX).await {
            Ok(frames) => page.frames = frames,
            // Between the two reads the owner may have given these frames up.
            Err(error) => {
                let floor = self.state(entity).await?.map_or(state.floor, |now| now.floor);
                if after >= floor.sequence {
                    return Err(error);
                }
                (page.floor, page.truncated) = (floor, true);
                return Ok(page);
            }
        }
        let read = page.frames.last().map_or(after, |frame| frame.sequence);
        page.more = read < last;
        Ok(page)
    }

    /// Frames after one sequence and up to another, which must all be there.
    pub(super) async fn frames(
        &self,
        entity: &EntityKey,
        after: Sequence,
        until: Sequence,
        limit: usize,
        bytes_max: usize,
    ) -> Result<Vec<Frame>, StoreError> {
        let mut frames: Vec<Frame> = Vec::new();
        if after >= until || limit == 0 {
            return Ok(frames);
        }
        let mut values = entity_values(entity);
        values.extend([blob(frame_key(after)), blob(frame_key(until))]);
        let page_rows = i32::try_from(limit).unwrap_or(FRAME_ROWS).min(FRAME_ROWS);
        let mut rows = self.database.rows::<(Bytes, Bytes)>(&FRAMES, values, page_rows).await?;
        let (mut last, mut bytes) = (after, 0);
        while frames.len() < limit && bytes < bytes_max {
            let Some((key, body)) = rows.try_next().await? else { break };
            let sequence = decode_frame_key(&key).filter(|sequence| *sequence == last.next());
            let sequence = sequence.ok_or_else(|| gap(entity, last))?;
            frames.push(decode(entity, sequence, &body)?);
            last = sequence;
            bytes += body.len();
        }
        if last < until && frames.len() < limit && bytes < bytes_max {
            return Err(gap(entity, last));
        }
        Ok(frames)
    }

    /// Durable appends without a fence.
    pub(crate) async fn append(
        &self,
        entity: &EntityKey,
        epoch: Epoch,
        rows: Vec<Append>,
    ) -> Result<(), StoreError> {
        check_appends(&rows)?;
        let rows = last_of_each(rows.iter().map(|row| append_row(entity, epoch, row)).collect());
        let values = |(key, body): ([u8; 16], Vec<u8>)| {
            let mut values = entity_values(entity);
            values.extend([blob(key), blob(body)]);
            values
        };
        self.database.write_together(&APPEND, rows.into_iter().map(values).collect()).await
    }

    /// All appends of all epochs.
    pub(crate) async fn appends(&self, entity: &EntityKey) -> Result<Vec<AppendRow>, StoreError> {
        let values = entity_values(entity);
        let mut rows = self.database.rows::<(Bytes, Bytes)>(&APPENDS, values, APPEND_ROWS).await?;
        let mut appends = Vec::new();
        while let Some((key, body)) = rows.try_next().await? {
            let place = decode_append_key(&key).zip(decode_row(entity, &key, &body));
            let ((epoch, sequence), body) = place.ok_or_else(|| {
                corrupt(format!("the appends of {entity}"), "a row does not decode")
            })?;
            appends.push(AppendRow { epoch, sequence, body });
        }
        Ok(appends)
    }
}

/// Anything but the next sequence is a gap and never goes out (R10).
fn gap(entity: &EntityKey, last: Sequence) -> StoreError {
    corrupt(format!("the feed of {entity} after {}", last.0), "the next frame is missing")
}

/// The public frame of a row.
pub(super) fn decode(
    entity: &EntityKey,
    sequence: Sequence,
    body: &[u8],
) -> Result<Frame, StoreError> {
    decode_frame(sequence, body)
        .ok_or_else(|| corrupt(format!("frame {} of {entity}", sequence.0), "it does not decode"))
}
