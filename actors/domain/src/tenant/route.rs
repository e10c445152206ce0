//! A tenant's own models: several routes to providers, in the order of fallbacks, and what their
//! calls may cost.

use super::command::{KeyChange, TenantEffect, TenantEvent, TenantReply};
use super::message::SiteMessage;
use super::record::{AiCapability, AiModelSettings, AiProvider, ModelKey, TenantRecord};
use super::right::{authorise, system_only};
use super::setting::{check_address, check_key, check_model, check_provider};
use super::state::{Tenant, record_key};
use crate::entity::{Context, Draft, Refusal};
use crate::lane::{BudgetCaps, ModelPrice, ModelUsage, Policy, day_of};
use crate::role::Action;
use crate::secret::SealedSecret;
use igny8_protocol_ids::SiteId;
use serde::{Deserialize, Serialize};

/// Routes of one tenant: each is a lane on every node, and a line on one screen.
pub const ROUTES_MAX: usize = 16;
/// The longest name of a route: it stands on buttons.
const NAME_CHARS_MAX: usize = 60;
/// The largest weight: beyond it shares do not differ.
const WEIGHT_MAX: u32 = 100;
/// The most calls at once by one key: more than any provider's largest account allows a client.
const CONCURRENCY_MAX: u32 = 1_000;
/// The name under which the one model of the plain settings is kept among routes.
const PLAIN: &str = "default";

/// A route to a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AiRoute {
    /// Its name, unique in the tenant.
    pub name: String,
    /// What it is asked for. Routes that were kept before there were others are for texts.
    #[serde(default)]
    pub capability: AiCapability,
    /// Whose model.
    pub provider: AiProvider,
    /// The service's address; none for the provider's own.
    pub base_url: Option<String>,
    /// The model there; none leaves it to the server.
    pub model: Option<String>,
    /// The tenant's key.
    pub key: Option<ModelKey>,
    /// Its share where calls are balanced.
    pub weight: u32,
    /// Tokens that the model takes in and gives out at most, if that is known.
    pub context_tokens: Option<u64>,
    /// The provider can be held to a JSON schema.
    pub json_schema: bool,
    /// What it costs, where that is not the list price.
    pub price: Option<ModelPrice>,
    /// Calls a minute, until the provider says otherwise.
    pub requests_per_minute: Option<u64>,
    /// Tokens a minute, until the provider says otherwise.
    pub tokens_per_minute: Option<u64>,
    /// Calls under way at once.
    pub concurrency: Option<u32>,
    /// Whether it is used.
    pub enabled: bool,
}

impl AiRoute {
    /// A route with nothing special about it.
    pub fn plain(name: &str, provider: AiProvider) -> Self {
        Self {
            name: name.to_owned(),
            capability: AiCapability::Text,
            provider,
            base_url: None,
            model: None,
            key: None,
            weight: 1,
            context_tokens: None,
            json_schema: false,
            price: None,
            requests_per_minute: None,
            tokens_per_minute: None,
            concurrency: None,
            enabled: true,
        }
    }

    /// The one model of the plain settings.
    fn of(settings: AiModelSettings) -> Self {
        let AiModelSettings { provider, base_url, model, key } = settings;
        Self { base_url, model, key, ..Self::plain(PLAIN, provider) }
    }
}

/// How a tenant's calls find their models.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AiRouting {
    /// The models, for each capability in the order of fallbacks. None for texts: the plain
    /// settings say it. None for the others: the server's own is asked.
    pub routes: Vec<AiRoute>,
    /// By what one is chosen.
    pub policy: Policy,
    /// What calls may cost.
    pub budget: BudgetCaps,
    /// The same question gets the answer that is known already.
    pub reuse_answers: bool,
}

impl AiRouting {
    /// The routes that are used for this, in the order of fallbacks.
    pub fn used_for(&self, capability: AiCapability) -> impl Iterator<Item = &AiRoute> {
        self.routes.iter().filter(move |route| route.enabled && route.capability == capability)
    }

    /// The first route for texts.
    fn text(&self) -> Option<&AiRoute> {
        self.routes.iter().find(|route| route.capability == AiCapability::Text)
    }
}

impl Tenant {
    /// How its calls find their models: with at least one route for texts.
    pub fn routing(&self) -> AiRouting {
        let mut routing = self.kept_routing().cloned().unwrap_or_default();
        if routing.text().is_none() {
            routing.routes.insert(0, AiRoute::of(self.plain_models()));
        }
        routing
    }

    /// Where its models for texts come from, in short: the first of its routes.
    pub fn models(&self) -> AiModelSettings {
        let first = self.kept_routing().and_then(AiRouting::text);
        match first.cloned() {
            None => self.plain_models(),
            Some(AiRoute { provider, base_url, model, key, .. }) => {
                AiModelSettings { provider, base_url, model, key }
            }
        }
    }
}

/// What is asked for the routes: each with what to do with its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoutingChange {
    /// The models; their keys are set by the second part.
    pub routes: Vec<(AiRoute, KeyChange)>,
    /// By what one is chosen.
    pub policy: Policy,
    /// What calls may cost.
    pub budget: BudgetCaps,
    /// The same question gets the answer that is known already.
    pub reuse_answers: bool,
}

pub(super) fn set_routing(
    draft: &mut Draft<'_, Tenant>,
    context: &Context,
    change: RoutingChange,
) -> Result<TenantReply, Refusal> {
    authorise(draft, context, Action::ManageModels)?;
    let before = draft.routing();
    if !(1..=ROUTES_MAX).contains(&change.routes.len()) {
        let message = format!("There are 1 to {ROUTES_MAX} models.");
        return Err(Refusal::invalid("route_count", message));
    }
    let mut routes: Vec<AiRoute> = Vec::with_capacity(change.routes.len());
    for (route, key) in change.routes {
        let route = checked(route, key, &before)?;
        if routes.iter().any(|other| other.name == route.name) {
            let message = format!("There are two models with the name {:?}.", route.name);
            return Err(Refusal::invalid("route_name", message));
        }
        routes.push(route);
    }
    let is_text = |route: &AiRoute| route.enabled && route.capability == AiCapability::Text;
    if !routes.iter().any(is_text) {
        let message = "One of the models for texts at least must be switched on; for pictures and \
                       embeddings the server's own is asked where none is.";
        return Err(Refusal::invalid("route_enabled", message));
    }
    let RoutingChange { policy, budget, reuse_answers, .. } = change;
    let routing = AiRouting { routes, policy, budget, reuse_answers };
    if routing != before {
        draft.put(TenantRecord::Routing(routing.clone()));
        draft.event(TenantEvent::ModelsChanged(draft.models()));
        tell_sites(draft);
    }
    Ok(TenantReply::Routing(routing))
}

/// What the old models or their budget held up may try again.
pub(super) fn tell_sites(draft: &mut Draft<'_, Tenant>) {
    let sites: Vec<SiteId> = draft.sites().map(|site| site.id).collect();
    for site in sites {
        draft.effect(TenantEffect::ToSite { site, message: SiteMessage::ModelsChanged });
    }
}

/// A test of a model is paid by the tenant's own account at its provider, or by the house: booked
/// where what a site's calls used is, but for no site.
pub(super) fn book_use(
    draft: &mut Draft<'_, Tenant>,
    context: &Context,
    used: ModelUsage,
) -> Result<TenantReply, Refusal> {
    system_only(draft, context)?;
    let row = draft.usage().with((day_of(context.now), None), used);
    draft.put(TenantRecord::Usage(row));
    for row in draft.usage().surplus() {
        draft.delete(record_key(&TenantRecord::Usage(row)));
    }
    Ok(TenantReply::Done)
}

/// The plain settings count again: what routes said of models for texts goes, the others and the
/// budget stay.
pub(super) fn forget_routes(draft: &mut Draft<'_, Tenant>) {
    if let Some(routing) = draft.kept_routing().filter(|routing| routing.text().is_some()) {
        let mut routing = routing.clone();
        routing.routes.retain(|route| route.capability != AiCapability::Text);
        draft.put(TenantRecord::Routing(routing));
    }
}

/// No event: what is shown of the key stays as it was.
pub(super) fn reseal_key(
    draft: &mut Draft<'_, Tenant>,
    context: &Context,
    before: &SealedSecret,
    after: &SealedSecret,
) -> Result<TenantReply, Refusal> {
    system_only(draft, context)?;
    let mut models = draft.plain_models();
    if let Some(key) = models.key.as_mut().filter(|key| key.sealed == *before) {
        key.sealed = after.clone();
        draft.put(TenantRecord::Models(models));
    }
    if let Some(mut routing) = draft.kept_routing().cloned() {
        let keys = routing.routes.iter_mut().filter_map(|route| route.key.as_mut());
        let mut resealed = false;
        for key in keys.filter(|key| key.sealed == *before) {
            key.sealed = after.clone();
            resealed = true;
        }
        if resealed {
            draft.put(TenantRecord::Routing(routing));
        }
    }
    Ok(TenantReply::Models(draft.models()))
}

fn checked(route: AiRoute, key: KeyChange, before: &AiRouting) -> Result<AiRoute, Refusal> {
    let name = route.name.trim().to_owned();
    if name.is_empty()
        || name.chars().count() > NAME_CHARS_MAX
        || name.chars().any(char::is_control)
    {
        let message = format!("A model's name here has 1 to {NAME_CHARS_MAX} characters.");
        return Err(Refusal::invalid("route_name", message));
    }
    check_provider(route.provider, route.capability)?;
    let base_url = check_address(route.provider, route.base_url)?;
    let model = check_model(route.model)?;
    if model.is_none() && route.provider != AiProvider::Platform {
        let message = format!("Say which model {name:?} is at its provider.");
        return Err(Refusal::invalid("model", message));
    }
    let route = AiRoute { name, base_url, model, ..route };
    check_capability(&route)?;
    check_bounds(&route)?;
    let key = kept_key(&route, key, before)?;
    if route.provider == AiProvider::Runware && key.is_none() {
        let message = format!("Runware answers nobody without a key: give {:?} one.", route.name);
        return Err(Refusal::invalid("model_key", message));
    }
    Ok(AiRoute { key, ..route })
}

/// What only models for texts have, the others have not.
fn check_capability(route: &AiRoute) -> Result<(), Refusal> {
    let AiRoute { name, capability, provider, .. } = route;
    if *capability == AiCapability::Text {
        return Ok(());
    }
    let wanted = capability.words();
    if name == PLAIN {
        let message = format!("{PLAIN:?} is a model for texts: give the one for {wanted} a name.");
        return Err(Refusal::invalid("route_name", message));
    }
    if *provider == AiProvider::Platform && route.model.is_some() {
        let message = format!(
            "The server's own model for {wanted} is its operator's choice: leave the model of \
             {name:?} empty."
        );
        return Err(Refusal::invalid("model", message));
    }
    if route.json_schema {
        let message = format!("{name:?} is asked for {wanted}: only texts are held to a schema.");
        return Err(Refusal::invalid("json_schema", message));
    }
    if route.context_tokens.is_some() {
        let message =
            format!("{name:?} is asked for {wanted}: only models for texts have a context.");
        return Err(Refusal::invalid("context_tokens", message));
    }
    Ok(())
}

fn check_bounds(route: &AiRoute) -> Result<(), Refusal> {
    let bounds = [
        ("weight", u64::from(route.weight), u64::from(WEIGHT_MAX)),
        ("concurrency", u64::from(route.concurrency.unwrap_or(1)), u64::from(CONCURRENCY_MAX)),
        ("requests_per_minute", route.requests_per_minute.unwrap_or(1), 1_000_000),
        ("tokens_per_minute", route.tokens_per_minute.unwrap_or(1), 1_000_000_000),
        ("context_tokens", route.context_tokens.unwrap_or(1), 100_000_000),
    ];
    for (what, value, most) in bounds {
        if !(1..=most).contains(&value) {
            let name = &route.name;
            let message = format!("{what} of {name:?} is {value}; 1 to {most} are allowed.");
            return Err(Refusal::invalid(what, message));
        }
    }
    Ok(())
}

fn kept_key(
    route: &AiRoute,
    key: KeyChange,
    before: &AiRouting,
) -> Result<Option<ModelKey>, Refusal> {
    let AiRoute { name, provider, base_url, .. } = route;
    let known = before.routes.iter().find(|known| known.name == *name);
    match (key, known.and_then(|known| known.key.clone().zip(Some(known)))) {
        (KeyChange::Remove, _) | (KeyChange::Keep, None) => Ok(None),
        (KeyChange::Replace(key), _) => check_key(key).map(Some),
        (KeyChange::Keep, Some((key, known)))
            if (known.provider, &known.base_url) == (*provider, base_url) =>
        {
            Ok(Some(key))
        }
        (KeyChange::Keep, Some(_)) => {
            let message =
                format!("The kept key of {name:?} belongs to the old address: give the key again.");
            Err(Refusal::invalid("key_of_other_address", message))
        }
    }
}
