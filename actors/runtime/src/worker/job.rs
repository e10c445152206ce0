//! What every worker needs: the model, the prompts, the progress, the raw answer's place.

use super::call::{Candidates, Used, from_port};
use super::{Report, internal};
use crate::document::Maker;
use crate::entity::Errand;
use crate::platform::Inner;
use crate::site::ProgressUpdate;
use igny8_actors_domain::Origin;
use igny8_actors_domain::answer::ANSWER_BYTES_MAX;
use igny8_actors_domain::lane::Refused;
use igny8_actors_domain::site::{
    FailureClass, GivenAnswer, ModelLimit, Site, SiteCommand, SiteEffect, TaskOutcome,
};
use igny8_actors_domain::tenant::prompt::{PromptKind, PromptValues, Voice, render, system};
use igny8_actors_domain::tenant::{AiRouting, Plan, Tenant};
use igny8_actors_ports as ports;
use igny8_actors_ports::{FinishReason, ModelError, ModelEvent, ModelRequest, ResponseFormat};
use igny8_protocol_ids::{SiteId, TaskId, TenantId};
use igny8_storage_api::BlobHash;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Tokens of an answer at most: an article of 3,000 words has about 4,500.
const OUTPUT_TOKENS_MAX: u32 = 8_192;

/// One attempt of one task.
pub(super) struct Job {
    pub inner: Arc<Inner>,
    pub tenant: TenantId,
    pub site: SiteId,
    pub task: TaskId,
    pub errand: Errand<Site>,
    /// Cancelled when a person wants the task to end.
    pub stop: CancellationToken,
    /// How the site speaks: it is part of every request, whatever the worker asks.
    pub voice: Voice,
    /// Hosts that links and images of a model may have.
    pub hosts: Vec<String>,
    /// Answers that people gave in the model's place.
    pub given: Vec<GivenAnswer>,
    /// What the site allows of models.
    pub limits: BTreeMap<String, ModelLimit>,
    /// Told at each sign of life: a runner that is silent for too long is given up.
    pub life: Notify,
    /// What its calls used.
    pub used: Used,
    /// What earlier attempts have cost, in millionths of a dollar.
    pub spent_micros: u64,
}

/// What a tenant set for its models.
pub(super) struct ModelSettings {
    pub routing: AiRouting,
    pub plan: Option<Plan>,
}

impl ModelSettings {
    fn of(tenant: &Tenant) -> Self {
        Self { routing: tenant.routing(), plan: tenant.plan() }
    }
}

/// A prompt with the model that answers it.
#[derive(Clone)]
pub(super) struct Prompt {
    pub candidates: Candidates,
    pub request: ModelRequest,
    /// Model and prompt version, for the record.
    pub trace: String,
    /// The same for who wrote what; a prompt that is tried has no version.
    pub maker: Option<Maker>,
    /// Which call of the attempt it is, from 0.
    pub call: u32,
    /// The border of imported text in it.
    pub nonce: String,
}

impl Prompt {
    /// By what the answer came about: by the model that gave it.
    pub(super) fn made_by(&self, job: &Job) -> Option<Maker> {
        let maker = self.maker.clone()?;
        let model = job.used.lock().answered.clone().unwrap_or(maker.model);
        Some(Maker { model, ..maker })
    }

    /// All that the model is told in words, for a further attempt to ask the same.
    pub(super) fn question(&self) -> String {
        serde_json::json!([self.request.system, self.request.prompt]).to_string()
    }
}

impl Job {
    /// A sign of life.
    pub(super) fn is_alive(&self) {
        self.life.notify_one();
    }

    pub(super) fn progress(&self, stage: &'static str, fraction: f32, words: Option<u32>) {
        self.is_alive();
        self.inner.progress.set(
            self.site,
            ProgressUpdate { task: self.task, stage: stage.into(), fraction, words },
        );
    }

    /// Fills the tenant's template.
    pub(super) async fn prompt(
        &self,
        call: u32,
        kind: PromptKind,
        values: PromptValues,
        format: ResponseFormat,
    ) -> Result<Prompt, Report> {
        let (template, settings) = self
            .inner
            .tenant(self.tenant)
            .read(move |tenant| (tenant.prompt(kind), ModelSettings::of(tenant)))
            .await
            .map_err(|failure| internal("Reading the prompt", &failure))?;
        let number = template.version;
        let version = format!("v{number}");
        let template = (kind, &*version, &*template.template);
        let prompt = self.fill(call, template, settings, values, format).await?;
        let (model, kind) = (prompt.request.model.clone(), kind.name().to_owned());
        let maker = Some(Maker { model, prompt: kind, version: number });
        Ok(Prompt { maker, ..prompt })
    }

    /// What the tenant set for its models.
    pub(super) async fn model_settings(&self) -> Result<ModelSettings, Report> {
        let settings = self.inner.tenant(self.tenant).read(ModelSettings::of).await;
        settings.map_err(|failure| internal("Reading the settings", &failure))
    }

    /// Fills a template. Imported text is fenced by a nonce of this call's own. It follows from
    /// the task's random id, so that no text can have known it, and a repeated attempt asks
    /// exactly the same.
    pub(super) async fn fill(
        &self,
        call: u32,
        (kind, version, template): (PromptKind, &str, &str),
        settings: ModelSettings,
        mut values: PromptValues,
        format: ResponseFormat,
    ) -> Result<Prompt, Report> {
        let candidates = self.candidates(&settings).await?;
        values.speak(&self.voice);
        let nonce =
            hex_short(&BlobHash::of(format!("{}:{call}", self.task.uuid().simple()).as_bytes()));
        let text = render(kind, template, &values, &nonce).map_err(|refusal| {
            Report::from(TaskOutcome::Failed {
                class: FailureClass::InvalidRequest,
                message: format!("The prompt template {:?} cannot be used: {refusal}", kind.name()),
                retry_after_ms: None,
            })
        })?;
        let trace = format!("{} · {} {version}", candidates.first(), kind.name());
        let request = ModelRequest {
            model: candidates.first().to_owned(),
            system: system(&self.voice),
            prompt: text,
            prefix: None,
            output_tokens_max: OUTPUT_TOKENS_MAX,
            format,
            idempotency_key: format!("{}:{call}", self.errand.idempotency_key()),
            idle_timeout: self.inner.world.options.model_idle_timeout,
        };
        Ok(Prompt { candidates, request, trace, maker: None, call, nonce })
    }

    /// The provider bills the call of an attempt that a crash lost: the house pays for it. A model
    /// that answers the same again is ours, and bills nobody.
    pub(super) async fn book_if_lost(&self, candidates: &Candidates) {
        if !self.errand.resumed || candidates.repeat_themselves() {
            return;
        }
        let SiteEffect::RunTask { task, attempt } = self.errand.effect else { return };
        let owner = self.errand.epoch.0;
        let command = SiteCommand::BookLostAttempt { task, attempt, owner };
        let site = self.inner.site(self.tenant, self.site);
        if let Err(failure) = site.command(Origin::System, None, command).await {
            tracing::warn!(%task, %failure, "a lost attempt was not booked");
        }
    }

    /// The whole answer at once, for structured ones.
    pub(super) async fn answer(&self, prompt: &Prompt) -> Result<String, NoAnswer> {
        let mut call = self.call(prompt, None).await?;
        let mut text = String::new();
        while let Some(event) = call.next().await {
            self.is_alive();
            match event? {
                ModelEvent::Text(piece) => {
                    text.push_str(&piece);
                    if text.len() > ANSWER_BYTES_MAX {
                        return Err(invalid_answer("The answer is longer than 1 MiB.").into());
                    }
                }
                ModelEvent::Limits(_) => {}
                ModelEvent::Done { reason: FinishReason::ContentFilter, .. } => {
                    return Err(filtered().into());
                }
                ModelEvent::Done { .. } => return Ok(text),
            }
        }
        Err(cut().into())
    }

    /// The answer that a person gave to a call, if one did.
    pub(super) async fn given_answer(&self, call: u32) -> Result<Option<String>, Report> {
        let Some(given) = self.given.iter().find(|given| given.call == call) else {
            return Ok(None);
        };
        self.kept_text("Reading the answer", given.blob).await.map(Some)
    }

    /// A text that was kept as a blob.
    async fn kept_text(&self, what: &str, blob: [u8; 32]) -> Result<String, Report> {
        let packed = self.inner.world.store.blob(self.tenant, BlobHash(blob)).await;
        let packed = packed
            .map_err(|error| internal(what, &error))?
            .ok_or_else(|| internal(what, &"its blob is missing"))?;
        unpack(&packed).map_err(|error| internal(what, &error))
    }

    /// Asks what an earlier attempt had asked.
    pub(super) async fn ask_again(
        &self,
        prompt: &mut Prompt,
        blob: [u8; 32],
    ) -> Result<(), Report> {
        const WHAT: &str = "Reading the first attempt's prompt";
        let question = self.kept_text(WHAT, blob).await?;
        let (system, text) =
            serde_json::from_str(&question).map_err(|error| internal(WHAT, &error))?;
        (prompt.request.system, prompt.request.prompt) = (system, text);
        Ok(())
    }

    /// Keeps the raw answer, compressed, for the task's record. Its loss is no reason to fail.
    pub(super) async fn keep_answer(&self, text: &str) -> Option<[u8; 32]> {
        let packed = pack(text).ok()?;
        let world = &self.inner.world;
        match world.store.put_blob(self.tenant, packed.into(), world.now()).await {
            Ok(hash) => Some(hash.0),
            Err(error) => {
                tracing::warn!(task = %self.task, %error, "the raw answer was not kept");
                None
            }
        }
    }
}

/// A raw answer as it is kept.
pub(crate) fn pack(text: &str) -> std::io::Result<Vec<u8>> {
    crate::pack::pack(text.as_bytes())
}

/// A raw answer as it was. Never more than [`ANSWER_BYTES_MAX`] and one piece of a stream.
pub(crate) fn unpack(packed: &[u8]) -> std::io::Result<String> {
    let bytes = crate::pack::unpack(packed, 2 * ANSWER_BYTES_MAX)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn hex_short(hash: &BlobHash) -> String {
    hash.0[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn invalid_answer(message: &str) -> ModelError {
    ModelError {
        class: ports::FailureClass::InvalidAnswer,
        message: message.to_owned(),
        retry_after: None,
    }
}

pub(crate) fn cut() -> ModelError {
    ModelError {
        class: ports::FailureClass::BrokenStream,
        message: "The provider's stream ended in the middle.".to_owned(),
        retry_after: None,
    }
}

pub(super) fn filtered() -> ModelError {
    ModelError {
        class: ports::FailureClass::ContentFilter,
        message:
            "The provider's content filter ended the answer. Change the title or the keywords."
                .to_owned(),
        retry_after: None,
    }
}

/// A port's failure as the core treats it.
pub(super) fn failed(
    class: ports::FailureClass,
    message: &str,
    retry_after: Option<std::time::Duration>,
) -> TaskOutcome {
    TaskOutcome::Failed {
        class: from_port(class),
        message: format!("{message} Nothing was charged."),
        retry_after_ms: retry_after
            .map(|after| u64::try_from(after.as_millis()).unwrap_or(u64::MAX)),
    }
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum NoAnswer {
    /// A call failed.
    Failed(ModelError),
    /// None was made.
    Refused(Refused),
}

impl From<ModelError> for NoAnswer {
    fn from(error: ModelError) -> Self {
        Self::Failed(error)
    }
}

impl From<NoAnswer> for Report {
    fn from(why: NoAnswer) -> Self {
        match why {
            NoAnswer::Failed(error) => error.into(),
            NoAnswer::Refused(refused) => not_called(refused).into(),
        }
    }
}

/// Where time alone helps, the task waits for it; otherwise it has failed.
fn not_called(refused: Refused) -> TaskOutcome {
    let Refused { class, message, again_at, obstacle } = refused;
    let message = format!("{message} Nothing was charged.");
    match (obstacle, again_at) {
        (Some(by), Some(until)) => TaskOutcome::HeldUp { by, message, until, called: false },
        _ => TaskOutcome::Failed { class, message, retry_after_ms: None },
    }
}

impl From<ModelError> for Report {
    fn from(error: ModelError) -> Self {
        failed(error.class, &error.message, error.retry_after).into()
    }
}
