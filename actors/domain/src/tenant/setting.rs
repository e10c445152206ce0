//! What a tenant sets: models and prompt templates.

use super::command::{KeyChange, TenantEvent, TenantReply};
use super::prompt::{self, PromptKind};
use super::record::{AiCapability, AiModelSettings, AiProvider, ModelKey, Prompt, TenantRecord};
use super::right::authorise;
use super::state::{Tenant, prompt_key};
use crate::entity::{Context, Draft, Origin, Refusal};
use crate::role::Action;

/// The longest address of a service: what every proxy takes.
const URL_BYTES_MAX: usize = 2_048;
/// The longest name of a model.
const MODEL_CHARS_MAX: usize = 200;
/// Kept versions of a template; the oldest go. A year of a change every working day.
const PROMPT_VERSIONS_MAX: usize = 250;

/// What is asked for the models.
pub(super) struct ModelChange {
    pub(super) provider: AiProvider,
    pub(super) base_url: Option<String>,
    pub(super) model: Option<String>,
    pub(super) key: KeyChange,
}

pub(super) fn set_models(
    draft: &mut Draft<'_, Tenant>,
    context: &Context,
    change: ModelChange,
) -> Result<TenantReply, Refusal> {
    authorise(draft, context, Action::ManageModels)?;
    let before = draft.models();
    let ModelChange { provider, base_url, model, key } = change;
    check_provider(provider, AiCapability::Text)?;
    let base_url = check_address(provider, base_url)?;
    let model = check_model(model)?;
    let key = match key {
        KeyChange::Remove => None,
        KeyChange::Replace(key) => Some(check_key(key)?),
        KeyChange::Keep if before.key.is_none() => None,
        KeyChange::Keep if (before.provider, &before.base_url) == (provider, &base_url) => {
            before.key.clone()
        }
        KeyChange::Keep => {
            let message = "The kept key belongs to the old address: give the key again.";
            return Err(Refusal::invalid("key_of_other_address", message));
        }
    };
    let models = AiModelSettings { provider, base_url, model, key };
    if models != before {
        draft.put(TenantRecord::Models(models.clone()));
        super::route::forget_routes(draft);
        draft.event(TenantEvent::ModelsChanged(models.clone()));
        super::route::tell_sites(draft);
    }
    Ok(TenantReply::Models(models))
}

/// What no adapter can ask a provider for is refused, with those that can be asked.
pub(super) fn check_provider(
    provider: AiProvider,
    capability: AiCapability,
) -> Result<(), Refusal> {
    if provider.serves(capability) {
        return Ok(());
    }
    let others = AiProvider::ALL.into_iter().filter(|other| other.serves(capability));
    let others: Vec<_> = others.map(AiProvider::words).collect();
    let (name, wanted) = (provider.words(), capability.words());
    let message =
        format!("{name} cannot be asked for {wanted} here: choose one of {}.", others.join(", "));
    Err(Refusal::invalid("provider", message))
}

/// The form only: whether the address may be called is checked when it is called.
pub(super) fn check_address(
    provider: AiProvider,
    base_url: Option<String>,
) -> Result<Option<String>, Refusal> {
    if provider == AiProvider::Platform {
        return Ok(None);
    }
    // Its own address is known.
    if provider.has_own_address() && base_url.as_deref().is_none_or(|url| url.trim().is_empty()) {
        return Ok(None);
    }
    let url = base_url.unwrap_or_default().trim().trim_end_matches('/').to_owned();
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    let is_clean = !url.chars().any(|c| c.is_control() || c.is_whitespace());
    if host.is_empty() || !is_clean || url.len() > URL_BYTES_MAX {
        let message = "The service needs an address that begins with https:// or http://.";
        return Err(Refusal::invalid("base_url", message));
    }
    if host.contains('@') || url.contains(['?', '#']) {
        let message = "The address must not contain a name, a password, a query or a fragment.";
        return Err(Refusal::invalid("base_url", message));
    }
    Ok(Some(url))
}

pub(super) fn check_model(model: Option<String>) -> Result<Option<String>, Refusal> {
    let Some(model) = model.map(|model| model.trim().to_owned()) else { return Ok(None) };
    if model.chars().count() > MODEL_CHARS_MAX || model.chars().any(char::is_control) {
        let message = format!("A model's name has at most {MODEL_CHARS_MAX} characters.");
        return Err(Refusal::invalid("model", message));
    }
    Ok(Some(model).filter(|model| !model.is_empty()))
}

pub(super) fn check_key(key: ModelKey) -> Result<ModelKey, Refusal> {
    if key.hint.chars().count() > ModelKey::HINT_CHARS_MAX || key.sealed.bytes.is_empty() {
        return Err(Refusal::invalid("model_key", "This is not a sealed key with its hint."));
    }
    Ok(key)
}

pub(super) fn set_prompt(
    draft: &mut Draft<'_, Tenant>,
    context: &Context,
    kind: PromptKind,
    template: String,
) -> Result<TenantReply, Refusal> {
    authorise(draft, context, Action::ManagePrompts)?;
    prompt::check(kind, &template)
        .map_err(|refusal| Refusal::invalid("prompt_template", refusal.to_string()))?;
    Ok(TenantReply::Prompt(write(draft, context, kind, template, None)))
}

/// A new version that equals an old one: the versions in between stay.
pub(super) fn restore_prompt(
    draft: &mut Draft<'_, Tenant>,
    context: &Context,
    kind: PromptKind,
    version: u32,
) -> Result<TenantReply, Refusal> {
    authorise(draft, context, Action::ManagePrompts)?;
    let old =
        draft.prompt_version(kind, version).ok_or_else(|| Refusal::not_found("prompt version"))?;
    prompt::check(kind, &old.template)
        .map_err(|refusal| Refusal::invalid("prompt_template", refusal.to_string()))?;
    Ok(TenantReply::Prompt(write(draft, context, kind, old.template, Some(version))))
}

fn write(
    draft: &mut Draft<'_, Tenant>,
    context: &Context,
    kind: PromptKind,
    template: String,
    restored: Option<u32>,
) -> Prompt {
    let before = draft.prompt(kind);
    if before.template == template {
        return before;
    }
    let author = match context.origin {
        Origin::Account(account) => Some(account),
        Origin::System => None,
    };
    let version = before.version + 1;
    let created_at = Some(context.now);
    let prompt = Prompt { kind, version, template, created_at, author, restored };
    draft.put(TenantRecord::Prompt(prompt.clone()));
    let kept: Vec<u32> = draft.prompt_versions(kind).map(|prompt| prompt.version).collect();
    let surplus = kept.len().saturating_sub(PROMPT_VERSIONS_MAX);
    for old in &kept[..surplus] {
        draft.delete(prompt_key(kind, *old));
    }
    draft.event(TenantEvent::PromptChanged { kind, version });
    prompt
}
