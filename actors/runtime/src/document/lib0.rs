//! The integers of lib0, the encoding below Yjs and its protocols: seven bits a byte, the lowest
//! first.

use bytes::BufMut;

/// Takes an unsigned integer from the front; `None` if it is not whole, or above 63 bits.
pub fn read_number(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..63).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// Takes bytes that follow their number from the front; `None` if they are not whole.
pub fn read_bytes<'b>(bytes: &mut &'b [u8]) -> Option<&'b [u8]> {
    let length = usize::try_from(read_number(bytes)?).ok()?;
    let (taken, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(taken)
}

/// Puts an unsigned integer at the end.
pub fn write_number(bytes: &mut impl BufMut, mut value: u64) {
    while value >= 0x80 {
        bytes.put_u8((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.put_u8(value as u8);
}
