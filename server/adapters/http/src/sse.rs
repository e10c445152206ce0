//! Server-sent events from bytes, however the network cuts them.
//! Shape: <https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream>.
//!
//! Each byte is looked at once, so that a provider that sends a line byte by byte costs no more
//! than one that sends it whole.

use std::collections::VecDeque;

/// Bytes of one unfinished event: far above any piece of an answer, far below what would hurt.
pub const EVENT_BYTES_MAX: usize = 1 << 20;

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerEvent {
    /// Its name; empty where the stream gives none.
    pub name: String,
    /// Its data; several lines are joined by line breaks.
    pub data: String,
}

/// Why bytes are no events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SseError {
    /// Without an end within the bound.
    #[error("an event of the stream has more than {EVENT_BYTES_MAX} bytes")]
    TooLarge,
    /// A line that is no UTF-8.
    #[error("the stream cannot be read: it is not UTF-8")]
    NotUtf8,
}

/// Collects bytes until they are events.
#[derive(Debug, Default)]
pub struct EventParser {
    /// The line so far, without its end.
    line: Vec<u8>,
    name: String,
    /// The data so far, each line with a line break behind it.
    data: String,
    /// The last byte was a carriage return: a line feed behind it ends no second line.
    after_return: bool,
    is_begun: bool,
}

impl EventParser {
    /// Takes more bytes in; whole events are put at the end of `events`.
    pub fn feed(
        &mut self,
        bytes: &[u8],
        events: &mut VecDeque<ServerEvent>,
    ) -> Result<(), SseError> {
        for &byte in bytes {
            let ends_pair = std::mem::replace(&mut self.after_return, byte == b'\r');
            match byte {
                b'\n' if ends_pair => {}
                b'\n' | b'\r' => self.end_line(events)?,
                _ if self.line.len() + self.data.len() + self.name.len() >= EVENT_BYTES_MAX => {
                    return Err(SseError::TooLarge);
                }
                _ => self.line.push(byte),
            }
        }
        Ok(())
    }

    fn end_line(&mut self, events: &mut VecDeque<ServerEvent>) -> Result<(), SseError> {
        let line = std::mem::take(&mut self.line);
        let mut line = std::str::from_utf8(&line).map_err(|_| SseError::NotUtf8)?;
        if !std::mem::replace(&mut self.is_begun, true) {
            line = line.strip_prefix('\u{feff}').unwrap_or(line);
        }
        if line.is_empty() {
            let (name, mut data) = (std::mem::take(&mut self.name), std::mem::take(&mut self.data));
            if data.pop().is_some() {
                events.push_back(ServerEvent { name, data });
            }
            return Ok(());
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => {
                self.data.push_str(value);
                self.data.push('\n');
            }
            "event" => value.clone_into(&mut self.name),
            // Comments (an empty field), ids and reconnection times say nothing to us.
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(pieces: &[&[u8]]) -> Result<Vec<(String, String)>, SseError> {
        let (mut parser, mut events) = (EventParser::default(), VecDeque::new());
        for piece in pieces {
            parser.feed(piece, &mut events)?;
        }
        Ok(events.into_iter().map(|event| (event.name, event.data)).collect())
    }

    fn event(name: &str, data: &str) -> (String, String) {
        (name.to_owned(), data.to_owned())
    }

    #[test]
    fn fields_comments_and_ends_of_lines_are_read_as_published() {
        let text = "\u{feff}data: a\n\n: comment\n\nevent: b\rdata:c\rdata:  d\r\rid: 7\r\ndata\r\n\r\ndata: lost";
        let expected = [event("", "a"), event("b", "c\n d"), event("", "")];
        assert_eq!(read(&[text.as_bytes()]).unwrap(), expected);
    }

    #[test]
    fn endless_event_and_wrong_letters_are_refused() {
        let flood = vec![b'x'; EVENT_BYTES_MAX + 1];
        assert_eq!(read(&[&flood]), Err(SseError::TooLarge));
        let lines = b"data: 0123456789\n".repeat(EVENT_BYTES_MAX / 11 + 2);
        assert_eq!(read(&[&lines]), Err(SseError::TooLarge));
        assert_eq!(read(&[b"data: \xe8\x8c\n\n"]), Err(SseError::NotUtf8));
    }

    proptest! {
        #[test]
        fn events_do_not_depend_on_where_the_network_cuts(
            text in "(data: [a-zß茶]{0,5}|event: x|: c|data|)(\r\n|\n|\r)(\r\n|\n|\r)?{1,12}",
            cuts in proptest::collection::vec(0usize..80, 0..8),
        ) {
            let bytes = text.as_bytes();
            let mut cuts: Vec<usize> = cuts.into_iter().filter(|cut| *cut <= bytes.len()).collect();
            cuts.sort_unstable();
            let mut pieces = Vec::new();
            let mut from = 0;
            for cut in cuts {
                pieces.push(&bytes[from..cut]);
                from = cut;
            }
            pieces.push(&bytes[from..]);
            prop_assert_eq!(read(&pieces), read(&[bytes]));
        }
    }
}
