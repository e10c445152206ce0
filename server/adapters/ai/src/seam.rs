//! Where a second attempt joins the text of a lost one: models like to repeat the last words they
//! see, and the document must not show them twice (R9).

/// How far back a repetition can begin, in bytes: a few sentences.
const TAIL_BYTES_MAX: usize = 600;
/// Shorter repetitions are left alone: they are more likely meant than repeated.
const REPETITION_BYTES_MIN: usize = 24;

/// Holds back the beginning of a continuation until it is clear whether it repeats the prefix.
#[derive(Debug)]
pub(crate) struct Seam {
    tail: String,
    held: String,
    is_open: bool,
    /// White space at the prefix's end that the model was not shown.
    unseen: String,
}

/// What the first text of a continuation is.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    /// More text decides.
    Unclear,
    /// So many bytes repeat the prefix.
    Repeats(usize),
}

impl Seam {
    /// A seam behind a prefix; without one nothing is held back.
    pub(crate) fn behind(prefix: Option<&str>) -> Self {
        let prefix = prefix.unwrap_or_default();
        let from = prefix.ceil_char_boundary(prefix.len().saturating_sub(TAIL_BYTES_MAX));
        Self {
            tail: prefix[from..].to_owned(),
            held: String::new(),
            is_open: !prefix.is_empty(),
            unseen: String::new(),
        }
    }

    /// A seam behind a prefix that the model itself goes on from. It repeats nothing of it but
    /// white space at the end, which it was not shown.
    pub(crate) fn behind_prefill(prefix: &str) -> Self {
        let unseen = prefix[prefix.trim_end().len()..].to_owned();
        Self { tail: String::new(), held: String::new(), is_open: false, unseen }
    }

    /// Takes more text of the continuation; gives what can be passed on (perhaps nothing yet).
    pub(crate) fn pass(&mut self, mut text: String) -> String {
        if !self.unseen.is_empty() {
            let pairs = text.chars().zip(self.unseen.chars());
            let common: usize = pairs.take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
            let is_undecided = common == text.len();
            text.drain(..common);
            self.unseen.drain(..common);
            if !is_undecided {
                self.unseen.clear();
            }
        }
        if !self.is_open {
            return text;
        }
        self.held.push_str(&text);
        match self.verdict() {
            Verdict::Unclear => String::new(),
            Verdict::Repeats(bytes) => {
                self.is_open = false;
                std::mem::take(&mut self.held).split_off(bytes)
            }
        }
    }

    /// The continuation is over: what is still held back was too short to be a repetition.
    pub(crate) fn close(&mut self) -> String {
        self.is_open = false;
        std::mem::take(&mut self.held)
    }

    /// Looks for the longest end of the prefix that the continuation begins with.
    fn verdict(&self) -> Verdict {
        for (start, _) in self.tail.char_indices() {
            let end = &self.tail[start..];
            if end.len() < REPETITION_BYTES_MIN {
                break;
            }
            if self.held.starts_with(end) {
                return Verdict::Repeats(end.len());
            }
            if end.starts_with(&self.held) {
                return Verdict::Unclear;
            }
        }
        Verdict::Repeats(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PREFIX: &str = "## Tea\n\nPour the water slowly over the leaves – grün –";

    fn joined(prefix: &str, continuation: &str, piece: usize) -> String {
        let mut seam = Seam::behind(Some(prefix));
        let chars: Vec<char> = continuation.chars().collect();
        let pieces = chars.chunks(piece).map(|chars| chars.iter().collect::<String>());
        let mut text: String = pieces.map(|piece| seam.pass(piece)).collect();
        text += &seam.close();
        format!("{prefix}{text}")
    }

    #[test]
    fn r9_repeated_end_of_the_prefix_is_dropped_however_it_arrives() {
        for piece in [1, 2, 5, 1000] {
            for repeated in [PREFIX, "slowly over the leaves – grün –", ""] {
                let text = joined(PREFIX, &format!("{repeated} and wait."), piece);
                assert_eq!(
                    text,
                    format!("{PREFIX} and wait."),
                    "{repeated:?} in pieces of {piece}"
                );
            }
        }
    }

    #[test]
    fn r9_white_space_that_the_model_was_not_shown_is_not_doubled() {
        for (prefix, continuation, expected) in [
            ("One.\n\n", "\n\nTwo", "Two"),
            ("One.\n", "\n\nTwo", "\nTwo"),
            ("One.\n\n", "\nTwo", "Two"),
            ("One ", "two", "two"),
            ("One ", " two two", "two two"),
            ("One", " two", " two"),
        ] {
            for piece in [1, 2, 100] {
                let mut seam = Seam::behind_prefill(prefix);
                let chars: Vec<char> = continuation.chars().collect();
                let pieces = chars.chunks(piece).map(|chars| chars.iter().collect::<String>());
                let text: String = pieces.map(|piece| seam.pass(piece)).collect();
                assert_eq!(text + &seam.close(), expected, "{prefix:?} {continuation:?} {piece}");
            }
        }
    }

    #[test]
    fn r9_continuation_that_only_looks_like_a_repetition_is_kept() {
        for continuation in
            ["Pour the water quickly.", "–", " grün –", "Pour the water slowly over", ""]
        {
            for piece in [1, 3, 1000] {
                assert_eq!(joined(PREFIX, continuation, piece), format!("{PREFIX}{continuation}"));
            }
        }
    }
}
