//! Large frames, packed: a byte that no MessagePack begins with, the length of the frame (4 bytes,
//! big-endian), and the frame as raw DEFLATE (RFC 1951).
//!
//! Of a frame that ends in bytes which many are sent, those are compressed once for all; what stands
//! before them, each client's own, lies in stored blocks.

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use std::borrow::Cow;
use std::io::{Read, Write};

/// What a packed frame begins with.
pub const MARK: u8 = 0xc1;

/// Smaller frames are sent as they are: a packet or two more cost less than the work.
pub const FRAME_BYTES_MIN: usize = 4 * 1024;

/// RFC 1951, 3.2.4: the bytes of one stored block.
const STORED_BYTES_MAX: usize = 0xffff;

/// A frame packed, or nothing if that is not worth it.
pub fn pack(frame: &[u8]) -> Option<Vec<u8>> {
    let deflated = deflate(frame)?;
    let mut packed = begin(&[], frame.len());
    packed.extend_from_slice(&deflated);
    Some(packed)
}

/// Bytes as DEFLATE, or nothing if that is not worth it: what is small, or hardly becomes smaller.
pub fn deflate(bytes: &[u8]) -> Option<Vec<u8>> {
    if bytes.len() < FRAME_BYTES_MIN {
        return None;
    }
    let mut encoder = DeflateEncoder::new(Vec::with_capacity(bytes.len() / 2), Compression::fast());
    encoder.write_all(bytes).expect("a vector takes what is written");
    let deflated = encoder.finish().expect("a vector takes what is written");
    (deflated.len() < bytes.len() / 8 * 7).then_some(deflated)
}

/// The beginning of a packed frame: its head, before `rest` more bytes, which follow as DEFLATE.
pub fn begin(head: &[u8], rest: usize) -> Vec<u8> {
    let length = u32::try_from(head.len() + rest).expect("a frame stays far below 4 GiB");
    let mut packed = Vec::with_capacity(1 + 4 + head.len() + 8);
    packed.push(MARK);
    packed.extend_from_slice(&length.to_be_bytes());
    for block in head.chunks(STORED_BYTES_MAX) {
        let length = block.len() as u16;
        // Not the last block, and stored.
        packed.push(0);
        packed.extend_from_slice(&length.to_le_bytes());
        packed.extend_from_slice(&(!length).to_le_bytes());
        packed.extend_from_slice(block);
    }
    packed
}

/// What a client was sent, unpacked if it is packed; nothing if it is damaged or has more than so
/// many bytes.
pub fn unpack(message: &[u8], bytes_max: usize) -> Option<Cow<'_, [u8]>> {
    let Some((MARK, rest)) = message.split_first().map(|(first, rest)| (*first, rest)) else {
        return Some(message.into());
    };
    let (length, deflated) = rest.split_first_chunk()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    if length > bytes_max {
        return None;
    }
    let mut frame = Vec::with_capacity(length);
    let whole = DeflateDecoder::new(deflated).take(length as u64 + 1).read_to_end(&mut frame);
    (whole.ok()? == length).then(|| frame.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unpacked(packed: &[u8]) -> Vec<u8> {
        unpack(packed, usize::MAX).unwrap().into_owned()
    }

    #[test]
    fn a_frame_comes_back() {
        let frame: Vec<u8> = (0..100_000_u32).map(|at| (at / 7 % 50) as u8).collect();
        let packed = pack(&frame).unwrap();
        assert!(packed.len() < frame.len() / 2);
        assert_eq!(frame, unpacked(&packed));
    }

    #[test]
    fn a_head_of_any_size_comes_back_before_what_all_share() {
        let shared = vec![7; 10_000];
        let deflated = deflate(&shared).unwrap();
        for own in [0, 1, 300, STORED_BYTES_MAX, STORED_BYTES_MAX + 1, 200_000] {
            let head = vec![3; own];
            let packed = [begin(&head, shared.len()), deflated.clone()].concat();
            assert_eq!([head, shared.clone()].concat(), unpacked(&packed));
        }
    }

    #[test]
    fn what_is_damaged_or_too_large_is_none() {
        let packed = pack(&[7; 10_000]).unwrap();
        assert!(unpack(&packed, 10_000).is_some());
        assert_eq!(None, unpack(&packed, 9_999));
        assert_eq!(None, unpack(&packed[..packed.len() - 3], 10_000));
        assert_eq!(None, unpack(&packed[..3], 10_000));
        let lies = [&[MARK][..], &9_999_u32.to_be_bytes(), &packed[5..]].concat();
        assert_eq!(None, unpack(&lies, 10_000));
        assert_eq!(Some(b"\x80".as_slice().into()), unpack(b"\x80", 0));
    }

    #[test]
    fn what_is_small_or_does_not_shrink_stays_as_it_is() {
        assert_eq!(None, pack(&[0; FRAME_BYTES_MIN - 1]));
        assert!(pack(&[0; FRAME_BYTES_MIN]).is_some());
        let mut state = 1_u64;
        let noise = (0..100_000).map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 56) as u8
        });
        assert_eq!(None, pack(&noise.collect::<Vec<_>>()));
    }
}
