//! Progress on the standard error.

use igny8_storage_care::{Progress, Step};
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};
use serde_json::Value;

/// One bar for all steps.
#[derive(Clone)]
pub(super) struct Bar(ProgressBar);

impl Bar {
    pub(super) fn new() -> Self {
        Self(ProgressBar::no_length().with_style(style(false)))
    }

    /// Shows how far the work is, as the work or the server says it.
    pub(super) fn show(&self, how_far: Value) {
        let Ok(now) = serde_json::from_value::<Progress>(how_far) else { return };
        if let Some(total) = now.entities_total
            && self.0.length() != Some(total)
        {
            self.0.set_length(total);
            self.0.set_style(style(true));
        }
        self.0.set_prefix(name(now.step));
        self.0.set_position(now.entities);
        let mut said = vec![format!("{} blobs", now.blobs), HumanBytes(now.bytes).to_string()];
        if now.frames > 0 {
            said.push(format!("{} frames", now.frames));
        }
        if now.entities_unchanged > 0 {
            said.push(format!("{} unchanged", now.entities_unchanged));
        }
        self.0.set_message(said.join(", "));
    }

    /// Counts entities of a step of its own.
    pub(super) fn count(&self, step: &'static str, entities: u64) {
        self.0.set_prefix(step);
        self.0.set_position(entities);
    }

    pub(super) fn end(&self) {
        self.0.finish_and_clear();
    }
}

fn style(has_length: bool) -> ProgressStyle {
    let template = match has_length {
        true => "{spinner} {prefix:9} [{bar:30}] {pos}/{len} {msg}",
        false => "{spinner} {prefix:9} {pos} {msg}",
    };
    ProgressStyle::with_template(template).expect("the template is constant").progress_chars("=> ")
}

fn name(step: Step) -> &'static str {
    match step {
        Step::Check => "check",
        Step::Entities => "entities",
        Step::Blobs => "blobs",
        Step::Logs => "logs",
        Step::Claims => "claims",
    }
}
