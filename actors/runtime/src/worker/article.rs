//! An idea into a draft: streamed into the shared document, durable piece by piece (R9).

use super::call::Call;
use super::job::{Job, Prompt, cut, filtered, invalid_answer};
use super::{Report, internal};
use crate::document::{DocumentHandle, RunAuthor, RunEnd};
use igny8_actors_domain::site::{DraftOrder, TaskOutcome};
use igny8_actors_domain::tenant::prompt::PromptKind;
use igny8_actors_ports::{FinishReason, ModelError, ModelEvent, ResponseFormat};
use igny8_protocol_ids::RunId;
use std::time::Duration;

/// Pieces that arrive within this time enter the document together: the eye sees no difference,
/// and the wire carries a fifth of the frames.
const GATHER: Duration = Duration::from_millis(40);
/// The length for which the progress bar is drawn.
const EXPECTED_WORDS: f32 = 900.0;
const NOT_REPEATED: &str = "The model did not repeat the text that it had written before.";

pub(super) async fn run(job: &Job, draft: DraftOrder) -> Report {
    let document = job.inner.document(job.tenant, draft.document);
    // All attempts of a task are one run: a further one continues where the last was durable.
    let run = RunId::from_uuid(job.task.uuid());
    let mut writing = Writing { job, document, run, text: String::new(), replayed: 0 };
    let prompt = match writing.prompt(draft).await {
        Ok(prompt) => prompt,
        Err(report) => return report,
    };
    let end = writing.write(prompt).await;
    writing.end(end).await
}

struct Writing<'a> {
    job: &'a Job,
    document: DocumentHandle,
    run: RunId,
    /// All text of the run that is durable.
    text: String,
    /// Bytes of `text` that a deterministic model has repeated so far.
    replayed: usize,
}

enum End {
    Finished,
    Stopped,
    Failed(Box<Report>),
}

impl Writing<'_> {
    async fn prompt(&self, draft: DraftOrder) -> Result<Prompt, Report> {
        self.job.progress("thinking", 0.0, None);
        self.job.prompt(0, PromptKind::Article, draft.values(), ResponseFormat::Markdown).await
    }

    async fn write(&mut self, mut prompt: Prompt) -> (End, Option<String>) {
        let question = match prompt.candidates.repeat_themselves() {
            true => self.job.keep_answer(&prompt.question()).await,
            false => None,
        };
        let model = Some(prompt.trace.clone());
        let (name, hosts) = ("IGNY8 AI".to_owned(), self.job.hosts.clone());
        let maker = prompt.maker.clone();
        let state = match self
            .document
            .run_begin(self.run, RunAuthor { name, maker, hosts, question })
            .await
        {
            Ok(state) => state,
            Err(failure) => {
                return (End::Failed(internal("Opening the document", &failure).into()), model);
            }
        };
        self.text = state.text;
        if state.ended {
            return (End::Finished, model);
        }
        let mut prefix = None;
        if prompt.candidates.repeat_themselves() {
            self.replayed = 0;
            // What the site says of itself may have changed since: it repeats only what it was asked.
            if let Some(first) = state.question.filter(|first| Some(*first) != question)
                && let Err(report) = self.job.ask_again(&mut prompt, first).await
            {
                return (End::Failed(report.into()), model);
            }
        } else {
            self.replayed = self.text.len();
            prefix = Some(self.text.clone()).filter(|text| !text.is_empty());
        }
        let call = tokio::select! {
            biased;
            () = self.job.stop.cancelled() => return (End::Stopped, model),
            call = self.job.call(&prompt, prefix.as_deref()) => call,
        };
        match call {
            Ok(call) => match self.made_by(&prompt).await {
                Ok(()) => (self.pour(call).await, model),
                Err(report) => (End::Failed(report.into()), model),
            },
            Err(why) => (End::Failed(Box::new(why.into())), model),
        }
    }

    /// Another model than the first one may have answered.
    async fn made_by(&self, prompt: &Prompt) -> Result<(), Report> {
        match prompt.made_by(self.job).filter(|maker| Some(maker) != prompt.maker.as_ref()) {
            Some(maker) => self
                .document
                .run_made_by(self.run, maker)
                .await
                .map_err(|failure| internal("Writing into the document", &failure)),
            None => Ok(()),
        }
    }

    /// Pours the stream into the document, gathered.
    async fn pour(&mut self, mut call: Call) -> End {
        let mut gathered = String::new();
        loop {
            let deadline = tokio::time::sleep(GATHER);
            tokio::pin!(deadline);
            let end = loop {
                tokio::select! {
                    biased;
                    () = self.job.stop.cancelled() => break Some(End::Stopped),
                    event = call.next() => match event {
                        Some(Ok(ModelEvent::Text(piece))) => gathered.push_str(&piece),
                        other => break Some(ended(other)),
                    },
                    () = &mut deadline, if !gathered.is_empty() => break None,
                }
            };
            if let Err(failed) = self.push(std::mem::take(&mut gathered)).await {
                return End::Failed(failed.into());
            }
            match end {
                None => {}
                Some(End::Finished) if self.text.trim().is_empty() => {
                    return failed(invalid_answer("The model wrote nothing."));
                }
                // An answer that ends before what it is to repeat ends: the draft is not whole.
                Some(End::Finished) if self.replayed < self.text.len() => {
                    return failed(invalid_answer(NOT_REPEATED));
                }
                Some(end) => return end,
            }
        }
    }

    /// What a deterministic model repeats is verified, the rest is made durable.
    async fn push(&mut self, mut piece: String) -> Result<(), Report> {
        if self.replayed < self.text.len() {
            let known = &self.text.as_bytes()[self.replayed..];
            let common = known.len().min(piece.len());
            if known[..common] != piece.as_bytes()[..common] {
                return Err(invalid_answer(NOT_REPEATED).into());
            }
            self.replayed += common;
            piece = String::from_utf8_lossy(&piece.as_bytes()[common..]).into_owned();
        }
        if piece.is_empty() {
            return Ok(());
        }
        let offset = self.text.len() as u64;
        self.document
            .run_push(self.run, offset, piece.clone())
            .await
            .map_err(|failure| internal("Writing into the document", &failure))?;
        self.text.push_str(&piece);
        self.replayed = self.text.len();
        let words = u32::try_from(self.text.split_whitespace().count()).unwrap_or(u32::MAX);
        self.job.progress("writing", (words as f32 / EXPECTED_WORDS).min(0.95), Some(words));
        Ok(())
    }

    /// Ends the run in the document: for good, or until the next attempt.
    async fn end(self, (end, model): (End, Option<String>)) -> Report {
        let run_end = match end {
            End::Finished => RunEnd::Finished,
            End::Stopped => RunEnd::Stopped,
            End::Failed(_) => RunEnd::Later,
        };
        let (wrote, words) = match self.document.run_end(self.run, run_end).await {
            Ok(ended) => ended,
            Err(failure) => return internal("Closing the document", &failure),
        };
        let response =
            if self.text.is_empty() { None } else { self.job.keep_answer(&self.text).await };
        let outcome = match end {
            End::Finished => TaskOutcome::Drafted { words },
            End::Stopped => TaskOutcome::Stopped { wrote, words },
            End::Failed(report) => report.outcome,
        };
        Report { outcome, model, response }
    }
}

fn ended(event: Option<Result<ModelEvent, ModelError>>) -> End {
    match event {
        None => failed(cut()),
        Some(Err(error)) => failed(error),
        Some(Ok(ModelEvent::Done { reason: FinishReason::ContentFilter, .. })) => {
            failed(filtered())
        }
        Some(Ok(_)) => End::Finished,
    }
}

fn failed(error: ModelError) -> End {
    End::Failed(Box::new(error.into()))
}
