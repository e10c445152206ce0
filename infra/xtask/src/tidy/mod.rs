//! `cargo xtask tidy`: the house rules that a machine can check. Each finding names the file, the
//! rule and the remedy. (Functions that are too long: clippy and ESLint.)

mod arrow;
mod folder;
mod import;
mod name;
mod origin;
mod size;
mod spec;
mod word;

use crate::argument::Arguments;
use crate::root::{at, cargo, root};
use crate::{generate, process};
use anyhow::Result;
use serde_json::Value;
use std::fs;
use std::process::{Command, ExitCode};

/// Something that breaks a rule.
#[derive(Debug, PartialEq)]
pub(crate) struct Finding {
    place: String,
    rule: String,
    remedy: String,
}

impl Finding {
    fn new(place: impl Into<String>, rule: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { place: place.into(), rule: rule.into(), remedy: remedy.into() }
    }
}

/// A file of the repository; `text` is empty if it is not text.
struct SourceFile {
    path: String,
    text: String,
}

impl SourceFile {
    fn extension(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name.rsplit_once('.').map_or("", |(_, extension)| extension)
    }

    /// Written by people, and read as a program.
    fn is_source(&self) -> bool {
        let shell = self.extension().is_empty() && self.text.starts_with("#!");
        let known = ["rs", "ts", "tsx", "php", "sh"].contains(&self.extension());
        (shell || known) && !self.path.contains("/generated/")
    }
}

/// The kinds of checks, in the order in which they are reported.
pub(crate) struct Report {
    /// What was checked, and what was found.
    pub(crate) checks: Vec<(&'static str, Vec<Finding>)>,
}

impl Report {
    /// The checks of everything but generated files, which takes a build.
    pub(crate) fn quick() -> Result<Self> {
        let files = files()?;
        let packages = packages()?;
        Ok(Self {
            checks: vec![
                ("arrows between crates", arrow::check(&packages)),
                ("arrows between TypeScript packages", import::check(&files)),
                ("names of packages and files", name::check(&packages, &files)),
                ("size of files", size::check(&files)),
                ("size of folders, a README in each room", folder::check(&files)),
                ("rules and their tests", spec::check(&files)),
                ("words that do not stay", word::check(&files)),
                ("traces of one machine", origin::check(&files)),
            ],
        })
    }

    /// Adds whether the generated files are those of the code.
    pub(crate) fn with_generated(mut self) -> Result<Self> {
        self.checks.push(("generated files", generated()?));
        Ok(self)
    }

    /// Prints all findings.
    pub(crate) fn print(&self) {
        for (what, findings) in &self.checks {
            let verdict = if findings.is_empty() { "ok" } else { "FAILED" };
            println!("  {what}: {verdict}");
            for Finding { place, rule, remedy } in findings {
                println!("    {place}: {rule}\n      remedy: {remedy}");
            }
        }
    }

    /// How many checks found nothing, and how many something.
    pub(crate) fn count(&self) -> (u64, u64) {
        let failed = self.checks.iter().filter(|(_, findings)| !findings.is_empty()).count();
        ((self.checks.len() - failed) as u64, failed as u64)
    }
}

/// Checks, prints, and fails if anything was found.
pub(crate) fn tidy(arguments: Arguments) -> Result<ExitCode> {
    arguments.end()?;
    let report = Report::quick()?.with_generated()?;
    report.print();
    Ok(if report.count().1 == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The check of generated files.
pub(crate) fn generated() -> Result<Vec<Finding>> {
    let finding = |file| Finding::new(file, "differs from the code", "run `cargo xtask generate`");
    Ok(generate::stale()?.into_iter().map(finding).collect())
}

/// All files that are checked in or would be.
fn files() -> Result<Vec<SourceFile>> {
    let mut list = Command::new("git");
    list.current_dir(root());
    list.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let listed = process::read(&mut list)?;
    let read = |path: &str| {
        let bytes = fs::read(at(path)).ok()?;
        let text = String::from_utf8(bytes).unwrap_or_default();
        Some(SourceFile { path: path.to_owned(), text })
    };
    Ok(listed.trim().split('\0').filter_map(read).collect())
}

fn packages() -> Result<Vec<arrow::Package>> {
    let mut command = cargo();
    command.args(["metadata", "--no-deps", "--offline", "--format-version", "1"]);
    let metadata: Value = serde_json::from_str(&process::read(&mut command)?)?;
    Ok(arrow::Package::list(&metadata, &root().to_string_lossy()))
}

#[cfg(test)]
fn file(path: &str, text: &str) -> SourceFile {
    SourceFile { path: path.to_owned(), text: text.to_owned() }
}
