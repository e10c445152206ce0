//! What must be on the machine beforehand: Rust, Node, a C compiler.

use crate::process;
use anyhow::{Result, bail};
use std::process::Command;

const RUST_MIN: (u32, u32) = (1, 95);
const NODE_MIN: (u32, u32) = (20, 19);

/// An error that says what is missing, all of it at once.
pub(crate) fn check() -> Result<()> {
    let missing: Vec<String> = [
        at_least("rustc", "Rust", RUST_MIN),
        at_least("node", "Node", NODE_MIN),
        present("npm", "npm, which comes with Node (Debian: npm)"),
        present("cc", "a C compiler (Debian: gcc libc6-dev)"),
        present("git", "git"),
    ]
    .into_iter()
    .flatten()
    .collect();
    if !missing.is_empty() {
        bail!("this machine lacks:\n  {}", missing.join("\n  "));
    }
    Ok(())
}

/// What is missing, if it is; `None` if it is there.
pub(crate) fn at_least(program: &str, what: &str, min: (u32, u32)) -> Option<String> {
    let said = process::read(Command::new(program).arg("--version")).unwrap_or_default();
    let found = version(&said);
    (found < Some(min)).then(|| {
        let found = found.map_or("none".to_owned(), |(major, minor)| format!("{major}.{minor}"));
        format!("{what} {}.{} or later (found: {found})", min.0, min.1)
    })
}

fn present(program: &str, what: &str) -> Option<String> {
    let found = process::read(Command::new(program).arg("--version"));
    found.is_err().then(|| what.to_owned())
}

/// The first `major.minor` in what a program says about itself.
fn version(said: &str) -> Option<(u32, u32)> {
    said.split_whitespace().find_map(|word| {
        let mut numbers = word.trim_start_matches('v').split('.').map(str::parse);
        match (numbers.next()?, numbers.next()?) {
            (Ok(major), Ok(minor)) => Some((major, minor)),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_programs_say_them() {
        assert_eq!(version("rustc 1.95.0 (f2d3ce0bd 2026-03-21)"), Some((1, 95)));
        assert_eq!(version("v20.19.2\n"), Some((20, 19)));
        assert_eq!(version("sh: not found"), None);
        assert!(version("v18.20.0") < Some(NODE_MIN) && version("") < Some(NODE_MIN));
        assert!(version("v22.1.0") >= Some(NODE_MIN));
    }
}
