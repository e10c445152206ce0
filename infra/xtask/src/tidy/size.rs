//! A file aims at 250 lines and stops at 500, without its inline tests.

use super::{Finding, SourceFile};

const LINES_MAX: usize = 500;

/// Files that are too long.
pub(super) fn check(files: &[SourceFile]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.is_source()) {
        let lines = lines(&file.text);
        if lines > LINES_MAX {
            let rule = format!("{lines} lines; a file stops at {LINES_MAX} (tests aside)");
            findings.push(Finding::new(&file.path, rule, "split it by what its parts are for"));
        }
    }
    findings
}

/// Lines before an inline test module, which stands at the end.
fn lines(text: &str) -> usize {
    let all: Vec<&str> = text.lines().collect();
    let is_tests = |pair: &[&str]| pair[0] == "#[cfg(test)]" && pair[1].ends_with('{');
    all.windows(2).position(is_tests).unwrap_or(all.len())
}

#[cfg(test)]
mod tests {
    use super::super::file;
    use super::*;

    #[test]
    fn inline_tests_do_not_count() {
        let code = "x();\n".repeat(LINES_MAX);
        let tests = "#[cfg(test)]\nmod tests {\n}\n";
        assert!(check(&[file("a/b.rs", &format!("{code}{tests}"))]).is_empty());
        assert_eq!(check(&[file("a/b.rs", &format!("{code}y();\n{tests}"))]).len(), 1);
        // A module in another file is no inline one.
        let other = format!("#[cfg(test)]\nmod test;\n{code}");
        assert_eq!(check(&[file("a/b.rs", &other)]).len(), 1);
    }

    #[test]
    fn what_nobody_wrote_is_left_alone() {
        let long = "x\n".repeat(LINES_MAX + 1);
        assert!(check(&[file("a/generated/b.ts", &long), file("a/b.json", &long)]).is_empty());
        assert_eq!(check(&[file("a/run", &format!("#!/bin/sh\n{long}"))]).len(), 1);
    }
}
