//! Answers that are known already: where a tenant wants it, the same question is not asked twice.

use crate::lane::AnswerKey;
use crate::worker::job::{Job, Prompt};
use igny8_actors_domain::lane::{ModelUsage, UsageSum};
use igny8_actors_ports::ResponseFormat;
use std::sync::Arc;

impl Job {
    /// The answer to the same question, if it is known and wanted. Counted with what it saves.
    pub(in crate::worker) fn known_answer(&self, prompt: &Prompt) -> Option<Arc<str>> {
        let lane =
            prompt.candidates.first_lane().filter(|_| prompt.candidates.terms.reuse_answers)?;
        let (text, used) = self.inner.answers.get(self.tenant, key(prompt))?;
        let saved_micros = used.cost_micros;
        let sum = UsageSum { reused_answers: 1, saved_micros, ..UsageSum::default() };
        let (provider, model) = (lane.provider.clone(), lane.model.clone());
        ModelUsage { provider, model, sum }.add_to(&mut self.used.lock().models);
        Some(text)
    }

    /// Keeps an answer that could be read.
    pub(in crate::worker) fn remember_answer(&self, prompt: &Prompt, text: &str) {
        if prompt.candidates.terms.reuse_answers {
            let used = self.used.lock().last;
            self.inner.answers.put(self.tenant, key(prompt), text, used);
        }
    }
}

/// Everything that the model is told, without the border that differs from task to task.
fn key(prompt: &Prompt) -> AnswerKey {
    let request = &prompt.request;
    let form = match &request.format {
        ResponseFormat::Markdown => String::new(),
        ResponseFormat::Json { name, schema } => format!("{name}:{schema}"),
    };
    let text = request.prompt.replace(&prompt.nonce, "");
    let most = request.output_tokens_max.to_string();
    AnswerKey::of(&[&request.model, &request.system, &text, &form, &most])
}
