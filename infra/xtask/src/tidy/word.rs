//! Words that mark unfinished work: an issue is the place for it, not the code.

use super::{Finding, SourceFile};

/// In two parts, so that this file passes its own check.
const MARKS: &[(&str, &str)] =
    &[("TO", "DO"), ("FIX", "ME"), ("XX", "X:"), ("to", "do!("), ("unimpl", "emented!(")];

/// Marks of unfinished work in sources.
pub(super) fn check(files: &[SourceFile]) -> Vec<Finding> {
    let marks: Vec<String> = MARKS.iter().map(|(left, right)| format!("{left}{right}")).collect();
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.is_source()) {
        for (number, line) in file.text.lines().enumerate() {
            if let Some(mark) = marks.iter().find(|mark| holds(line, mark)) {
                let place = format!("{}:{}", file.path, number + 1);
                let remedy = "finish it, or leave it out and file an issue";
                findings.push(Finding::new(place, format!("says {mark}"), remedy));
            }
        }
    }
    findings
}

/// The mark as a word of its own.
fn holds(line: &str, mark: &str) -> bool {
    let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    line.match_indices(mark).any(|(at, _)| {
        let after = line[at + mark.len()..].chars().next();
        let open = mark.ends_with(['(', ':']);
        !word(line[..at].chars().next_back()) && (open || !word(after))
    })
}

#[cfg(test)]
mod tests {
    use super::super::file;
    use super::*;

    #[test]
    fn marks_are_words_of_their_own() {
        let mark = format!("{}{}", MARKS[0].0, MARKS[0].1);
        let text = format!("fine\n// {mark}: later\nlet {mark}S = \"{mark}_X\";\n");
        let findings = check(&[file("a/b.rs", &text)]);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].place, "a/b.rs:2");
        let call = format!("    {}{})\n", MARKS[3].0, MARKS[3].1);
        assert_eq!(check(&[file("a/b.rs", &call)]).len(), 1);
    }
}
