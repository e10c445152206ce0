//! Structured answers: asked for by schema, read tolerantly, repaired by one more call within the
//! same hold, else left to a person with the raw answer kept.

use super::Report;
use super::job::{Job, Prompt};
use igny8_actors_domain::answer::{Answer, Unreadable, read_as};
use igny8_actors_domain::site::TaskOutcome;
use igny8_actors_domain::tenant::prompt::repair;
use igny8_actors_domain::text::intent::Intent;
use igny8_actors_ports::ResponseFormat;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What was asked for, and the blob of the text it was read from.
pub(super) struct Asked<T> {
    pub answer: T,
    pub response: Option<[u8; 32]>,
}

/// The schemas of all answers, by name, each made once.
static SCHEMAS: Mutex<BTreeMap<&str, Arc<serde_json::Value>>> = Mutex::new(BTreeMap::new());

/// The form in which an answer is asked for.
pub(super) fn format<T: Answer>() -> ResponseFormat {
    let mut schemas = SCHEMAS.lock();
    let schema = schemas.entry(T::NAME).or_insert_with(|| Arc::new(T::SHAPE.schema()));
    ResponseFormat::Json { name: T::NAME, schema: schema.clone() }
}

impl Job {
    /// The answer to the prompt of a call: a person's if one gave it, else the model's, read
    /// at once or after one repair. `fits` says what the shape cannot.
    pub(super) async fn ask<T: Answer>(
        &self,
        prompt: &Prompt,
        fits: impl Fn(&T) -> Result<(), Unreadable>,
    ) -> Result<Asked<T>, Report> {
        let read =
            |text: &str| read_as::<T>(text).and_then(|answer| fits(&answer).map(|()| answer));
        if let Some(text) = self.given_answer(prompt.call).await? {
            return match read(&text) {
                Ok(answer) => self.asked("given", answer, &text).await,
                Err(problem) => Err(self.unreadable(prompt, &text, &problem).await),
            };
        }
        let known = self.known_answer(prompt);
        let first = match &known {
            Some(text) => text.to_string(),
            None => self.answer(prompt).await?,
        };
        let problem = match read(&first) {
            Ok(answer) => {
                if known.is_none() {
                    self.remember_answer(prompt, &first);
                }
                return self.asked("read", answer, &first).await;
            }
            Err(problem) => problem,
        };
        tracing::info!(task = %self.task, call = prompt.call, %problem, "an answer is repaired");
        let second = self.answer(&repairing(prompt, &first, &problem)).await?;
        match read(&second) {
            Ok(answer) => self.asked("repaired", answer, &second).await,
            Err(problem) => {
                let kept = if second.trim().is_empty() { &first } else { &second };
                Err(self.unreadable(prompt, kept, &problem).await)
            }
        }
    }

    async fn asked<T>(
        &self,
        fate: &'static str,
        answer: T,
        text: &str,
    ) -> Result<Asked<T>, Report> {
        metrics::counter!("igny8_structured_answers_total", "fate" => fate).increment(1);
        Ok(Asked { answer, response: self.keep_answer(text).await })
    }

    async fn unreadable(&self, prompt: &Prompt, text: &str, problem: &Unreadable) -> Report {
        metrics::counter!("igny8_structured_answers_total", "fate" => "parked").increment(1);
        let message = format!(
            "The model\u{2019}s answer cannot be read, also not after a repair. {problem} Nothing \
             was charged. Mend the answer and submit it, or try again."
        );
        Report {
            outcome: TaskOutcome::Unreadable { call: prompt.call, message },
            model: Some(prompt.trace.clone()),
            response: self.keep_answer(text).await,
        }
    }
}

/// The same request once more, with the broken answer and what is wrong with it.
fn repairing(prompt: &Prompt, broken: &str, problem: &Unreadable) -> Prompt {
    let mut again = prompt.clone();
    again.request.prompt =
        repair(&prompt.request.prompt, broken, &problem.to_string(), &prompt.nonce);
    again.request.idempotency_key.push_str(":repair");
    again
}

/// An intent as models spell it; an unknown one is left open rather than guessed.
pub(super) fn intent(text: &str) -> Option<Intent> {
    Intent::parse(text)
}
