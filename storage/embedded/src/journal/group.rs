//! The bytes of a group: a header, the rows, zeros up to the next block.

use super::BLOCK_BYTES;
use crate::layout::Space;
use xxhash_rust::xxh3::xxh3_128;

/// One write: a value, or `None` for a removal.
pub(crate) type Row = (Space, Vec<u8>, Option<Vec<u8>>);

/// What a group begins with; the last byte is the version of this layout.
const MAGIC: [u8; 8] = *b"igny8gr\x01";
/// Magic, secret, group, sequence, bytes of the rows, number of rows, check.
pub(super) const HEADER_BYTES: usize = 8 + 8 + 8 + 8 + 4 + 4 + 16;
/// Where the check lies: over everything but itself.
const CHECK_AT: usize = HEADER_BYTES - 16;
/// The length that says that a row is a removal.
const REMOVED: u32 = u32::MAX;

/// A group that was read back.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) number: u64,
    pub(super) sequence: u64,
    pub(super) rows: Vec<Row>,
    /// With its padding.
    pub(super) bytes: usize,
}

/// What a header says.
struct Header {
    number: u64,
    sequence: u64,
    row_bytes: usize,
    rows: usize,
    check: u128,
}

/// The bytes of a group. The secret of its segment is in there, so that no bytes that a user
/// stores can pass for a group.
pub(crate) fn encode_group(secret: u64, number: u64, sequence: u64, rows: &[Row]) -> Vec<u8> {
    let row_bytes: usize = rows.iter().map(row_size).sum();
    let mut bytes = Vec::with_capacity(padded(HEADER_BYTES + row_bytes));
    bytes.extend_from_slice(&MAGIC);
    bytes.extend_from_slice(&secret.to_le_bytes());
    bytes.extend_from_slice(&number.to_le_bytes());
    bytes.extend_from_slice(&sequence.to_le_bytes());
    bytes.extend_from_slice(&size(row_bytes));
    bytes.extend_from_slice(&size(rows.len()));
    bytes.extend_from_slice(&[0; 16]);
    for row in rows {
        encode_row(&mut bytes, row);
    }
    let check = check(&bytes);
    bytes[CHECK_AT..HEADER_BYTES].copy_from_slice(&check.to_le_bytes());
    bytes.resize(padded(bytes.len()), 0);
    bytes
}

/// Where the rows of the group at the beginning of these bytes end, as its header has it. Nothing
/// was checked yet.
pub(super) fn group_end(secret: u64, bytes: &[u8]) -> Option<usize> {
    HEADER_BYTES.checked_add(decode_header(secret, bytes)?.row_bytes)
}

/// The group at the beginning of these bytes; `None` if there is no whole one of this segment.
pub(super) fn decode_group(secret: u64, bytes: &[u8]) -> Option<Group> {
    let header = decode_header(secret, bytes)?;
    let end = HEADER_BYTES.checked_add(header.row_bytes)?;
    let group = bytes.get(..end)?;
    if check(group) != header.check {
        return None;
    }
    let mut rest = &group[HEADER_BYTES..];
    // A checked count is what was written; each row takes at least its lengths.
    let mut rows = Vec::with_capacity(header.rows);
    for _ in 0..header.rows {
        rows.push(decode_row(&mut rest)?);
    }
    let whole = rest.is_empty();
    let (number, sequence) = (header.number, header.sequence);
    whole.then_some(Group { number, sequence, rows, bytes: padded(end) })
}

fn decode_header(secret: u64, bytes: &[u8]) -> Option<Header> {
    let mut rest = bytes.get(..HEADER_BYTES)?;
    let ours = take::<8>(&mut rest)? == MAGIC && number(&mut rest)? == secret;
    let header = Header {
        number: number(&mut rest)?,
        sequence: number(&mut rest)?,
        row_bytes: length(&mut rest)?,
        rows: length(&mut rest)?,
        check: u128::from_le_bytes(take(&mut rest)?),
    };
    ours.then_some(header)
}

/// Over the header without its check, and the rows.
fn check(group: &[u8]) -> u128 {
    let rows = xxh3_128(&group[HEADER_BYTES..]);
    let mut all = [0; CHECK_AT + 16];
    all[..CHECK_AT].copy_from_slice(&group[..CHECK_AT]);
    all[CHECK_AT..].copy_from_slice(&rows.to_le_bytes());
    xxh3_128(&all)
}

fn row_size((_, key, value): &Row) -> usize {
    1 + 4 + 4 + key.len() + value.as_ref().map_or(0, Vec::len)
}

fn encode_row(bytes: &mut Vec<u8>, (space, key, value): &Row) {
    bytes.push(*space as u8);
    bytes.extend_from_slice(&size(key.len()));
    match value {
        Some(value) => {
            bytes.extend_from_slice(&size(value.len()));
            bytes.extend_from_slice(key);
            bytes.extend_from_slice(value);
        }
        None => {
            bytes.extend_from_slice(&REMOVED.to_le_bytes());
            bytes.extend_from_slice(key);
        }
    }
}

fn decode_row(rest: &mut &[u8]) -> Option<Row> {
    let [space] = take(rest)?;
    let key_bytes = length(rest)?;
    let value_bytes = u32::from_le_bytes(take(rest)?);
    let key = split(rest, key_bytes)?.to_vec();
    let value = match value_bytes {
        REMOVED => None,
        bytes => Some(split(rest, bytes as usize)?.to_vec()),
    };
    Some((Space::of_byte(space)?, key, value))
}

/// Up to the next block.
fn padded(bytes: usize) -> usize {
    bytes.next_multiple_of(BLOCK_BYTES)
}

fn size(bytes: usize) -> [u8; 4] {
    u32::try_from(bytes).expect("a group stays far below 4 GiB").to_le_bytes()
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (bytes, tail) = rest.split_first_chunk::<N>()?;
    *rest = tail;
    Some(*bytes)
}

fn split<'a>(rest: &mut &'a [u8], at: usize) -> Option<&'a [u8]> {
    let (bytes, tail) = rest.split_at_checked(at)?;
    *rest = tail;
    Some(bytes)
}

fn number(rest: &mut &[u8]) -> Option<u64> {
    Some(u64::from_le_bytes(take(rest)?))
}

fn length(rest: &mut &[u8]) -> Option<usize> {
    Some(u32::from_le_bytes(take(rest)?) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Row> {
        vec![
            (Space::Entity, b"key".to_vec(), Some(vec![7; 5_000])),
            (Space::Platform, b"gone".to_vec(), None),
            (Space::Heads, b"empty".to_vec(), Some(Vec::new())),
        ]
    }

    #[test]
    fn group_survives_and_fills_whole_blocks() {
        let mut bytes = encode_group(1, 2, 3, &rows());
        assert_eq!(bytes.len(), 2 * BLOCK_BYTES);
        bytes.extend_from_slice(b"what follows");
        let group = decode_group(1, &bytes).unwrap();
        assert_eq!((group.number, group.sequence), (2, 3));
        assert_eq!(group.bytes, 2 * BLOCK_BYTES);
        assert_eq!(group.rows, rows());
    }

    #[test]
    fn every_damaged_or_missing_byte_is_noticed() {
        let bytes = encode_group(1, 2, 3, &rows());
        let used = HEADER_BYTES + rows().iter().map(row_size).sum::<usize>();
        for at in 0..used {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            assert!(decode_group(1, &damaged).is_none(), "byte {at}");
            assert!(decode_group(1, &bytes[..at]).is_none(), "cut at {at}");
        }
    }

    #[test]
    fn group_of_another_segment_is_none() {
        assert!(decode_group(9, &encode_group(1, 2, 3, &rows())).is_none());
    }
}
