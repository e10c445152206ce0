//! docs/BENCHMARKS.md: figures between marks, the rest is written by people.

use crate::root::at;
use anyhow::{Context, Result};
use std::fs;

const PAGE: &str = "docs/BENCHMARKS.md";

/// A block of the page that this task writes.
pub(super) struct Block {
    /// What stands behind `cargo xtask bench` in its marks.
    pub(super) name: &'static str,
}

impl Block {
    /// Replaces what stands in the block.
    pub(super) fn write(&self, figures: &str) -> Result<()> {
        let page = fs::read_to_string(at(PAGE)).unwrap_or_else(|_| "# Benchmarks\n".to_owned());
        fs::write(at(PAGE), self.insert(&page, figures))
            .with_context(|| format!("cannot write {PAGE}"))
    }

    /// The page with the figures between the marks; the marks come to the end if they are missing.
    fn insert(&self, page: &str, figures: &str) -> String {
        let begin = format!("<!-- cargo xtask bench{}: begin -->", self.name);
        let end = format!("<!-- cargo xtask bench{}: end -->", self.name);
        let block = format!("{begin}\n{figures}{end}");
        match (page.find(&begin), page.find(&end)) {
            (Some(from), Some(to)) if from < to => {
                format!("{}{block}{}", &page[..from], &page[to + end.len()..])
            }
            _ => format!("{}\n\n{block}\n", page.trim_end()),
        }
    }
}

/// The rows of the table, without the progress that was said between them.
pub(super) fn table(said: &str) -> String {
    said.lines().filter(|line| line.starts_with('|')).map(|line| format!("{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_replace_the_earlier_ones_and_nothing_else() {
        let block = Block { name: "" };
        let first = block.insert("# Page\n\nwords\n", "1\n");
        assert!(first.starts_with("# Page\n\nwords\n\n<!--") && first.contains("\n1\n"));
        let second = block.insert(&format!("{first}after\n"), "2\n");
        assert!(second.contains("\n2\n") && !second.contains("\n1\n"));
        assert!(second.contains("words") && second.ends_with("after\n"));
    }

    #[test]
    fn blocks_of_other_names_stay() {
        let page = Block { name: "" }.insert("# Page", "1\n");
        let both = Block { name: " --only tasks" }.insert(&page, "2\n");
        assert!(both.contains("\n1\n") && both.contains("\n2\n"));
        let again = Block { name: " --only tasks" }.insert(&both, "3\n");
        assert!(again.contains("\n1\n") && again.contains("\n3\n") && !again.contains("\n2\n"));
    }
}
