//! Reads how many tests passed and failed from what their runners say last.

use std::fmt;
use std::ops::Add;

/// Tests that passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) passed: u64,
    pub(super) failed: u64,
}

impl Count {
    /// One check, which passed or failed.
    pub(super) fn one(passed: bool) -> Self {
        Self { passed: u64::from(passed), failed: u64::from(!passed) }
    }

    /// A runner that failed has at least one failure, whatever it counted.
    pub(super) fn with_status(mut self, success: bool) -> Self {
        if !success && self.failed == 0 {
            self.failed = 1;
        }
        self
    }
}

impl Add for Count {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { passed: self.passed + other.passed, failed: self.failed + other.failed }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// cargo test: `test result: ok. 12 passed; 0 failed; 1 ignored; …`, once per program.
pub(super) fn cargo_line(line: &str) -> Option<Count> {
    let rest = line.strip_prefix("test result: ")?;
    Some(Count { passed: before(rest, " passed")?, failed: before(rest, " failed")? })
}

/// Vitest: `Tests  1 failed | 11 passed (12)`, once per package.
pub(super) fn vitest_line(line: &str) -> Option<Count> {
    let rest = line.trim().strip_prefix("Tests ")?;
    let (passed, failed) = (before(rest, " passed"), before(rest, " failed"));
    (passed.is_some() || failed.is_some())
        .then(|| Count { passed: passed.unwrap_or(0), failed: failed.unwrap_or(0) })
}

/// Playwright: `  5 passed (12.3s)`, and lines of their own for what did not pass.
pub(super) fn playwright_line(line: &str) -> Option<Count> {
    let mut words = line.split_whitespace();
    let number = words.next()?.parse().ok()?;
    let rest = words.collect::<Vec<_>>().join(" ");
    // A test that passed at the second try is one that failed.
    let failures = ["failed", "flaky", "interrupted", "did not run"];
    if rest == "passed" || rest.starts_with("passed (") {
        Some(Count { passed: number, failed: 0 })
    } else {
        failures.contains(&rest.as_str()).then_some(Count { passed: 0, failed: number })
    }
}

/// Our own closing line: `12 passed, 0 failed`.
pub(super) fn own_line(line: &str) -> Option<Count> {
    let (passed, failed) = line.split_once(" passed, ")?;
    let failed = failed.strip_suffix(" failed")?.parse().ok()?;
    Some(Count { passed: passed.parse().ok()?, failed })
}

/// The sum over all lines that say something.
pub(super) fn sum(text: &str, read: fn(&str) -> Option<Count>) -> Count {
    text.lines().filter_map(read).fold(Count::default(), Add::add)
}

/// The number in front of a word.
fn before(text: &str, word: &str) -> Option<u64> {
    text[..text.find(word)?].rsplit(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(passed: u64, failed: u64) -> Count {
        Count { passed, failed }
    }

    #[test]
    fn closing_lines_of_cargo_are_summed() {
        let said = "running 3 tests\ntest a ... ok\n\
            test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n\
            test result: FAILED. 10 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out\n";
        assert_eq!(sum(said, cargo_line), count(13, 2));
    }

    #[test]
    fn closing_lines_of_vitest_are_summed() {
        let said = " Test Files  2 passed (2)\n      Tests  11 passed (11)\n\
            \n      Tests  1 failed | 4 passed | 2 skipped (7)\n";
        assert_eq!(sum(said, vitest_line), count(15, 1));
    }

    #[test]
    fn playwright_has_a_line_per_outcome() {
        let said =
            "  1 failed\n    [a] › b.spec.ts:3\n  1 flaky\n  2 did not run\n  5 passed (1.2m)\n";
        assert_eq!(sum(said, playwright_line), count(5, 4));
        assert_eq!(sum("  3 passed things of interest\n", playwright_line), count(0, 0));
    }

    #[test]
    fn our_own_line_stands_alone() {
        assert_eq!(own_line("76 passed, 1 failed"), Some(count(76, 1)));
        assert_eq!(own_line("x: 76 passed, 1 failed"), None);
    }

    #[test]
    fn a_runner_that_fails_without_a_count_still_fails() {
        assert_eq!(count(4, 0).with_status(false), count(4, 1));
        assert_eq!(count(4, 2).with_status(false), count(4, 2));
        assert_eq!(count(4, 0).with_status(true), count(4, 0));
    }
}
