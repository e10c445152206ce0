//! What a tenant holds, as clients see it.

use super::word::role;
use igny8_actors_domain::account::AccountCard;
use igny8_actors_domain::ledger::Balance;
use igny8_actors_domain::tenant::{AiModelSettings, AiProvider, Member, Plan, TenantCard};
use igny8_protocol_wire::rest::settings::{AiModels, Provider};
use igny8_protocol_wire::view;

pub(crate) const fn plan_name(plan: Plan) -> &'static str {
    match plan {
        Plan::Trial => "trial",
        Plan::Starter => "starter",
        Plan::Pro => "pro",
        Plan::Agency => "agency",
        Plan::Enterprise => "enterprise",
        Plan::Demo => "demo",
    }
}

pub(crate) fn account_view(card: &AccountCard) -> view::AccountView {
    view::AccountView { id: card.id, email: card.email.clone(), name: card.name.clone() }
}

pub(crate) fn tenant_view(card: TenantCard) -> view::TenantView {
    let plan = plan_name(card.plan).to_owned();
    view::TenantView { id: card.id, name: card.name, plan, created_at: card.created_at }
}

pub(crate) fn member_view(member: Member) -> view::MemberView {
    view::MemberView {
        account: member.account,
        email: member.email,
        name: member.name,
        role: Some(role(member.role)),
    }
}

pub(crate) const fn balance(balance: &Balance) -> view::BalanceView {
    view::BalanceView {
        settled: balance.settled,
        held: balance.held,
        available: balance.available,
        spent: balance.spent,
        granted: balance.granted,
    }
}

pub(crate) fn ai_models(settings: AiModelSettings) -> AiModels {
    AiModels {
        provider: provider_view(settings.provider),
        base_url: settings.base_url,
        model: settings.model.unwrap_or_default(),
        key_hint: settings.key.map(|key| key.hint).filter(|hint| !hint.is_empty()),
    }
}

pub(super) const fn provider_view(provider: AiProvider) -> Provider {
    match provider {
        AiProvider::Platform => Provider::Platform,
        AiProvider::OpenAiCompatible => Provider::OpenAiCompatible,
        AiProvider::Anthropic => Provider::Anthropic,
        AiProvider::Runware => Provider::Runware,
    }
}

pub(crate) const fn provider(provider: Provider) -> AiProvider {
    match provider {
        Provider::Platform => AiProvider::Platform,
        Provider::OpenAiCompatible => AiProvider::OpenAiCompatible,
        Provider::Anthropic => AiProvider::Anthropic,
        Provider::Runware => AiProvider::Runware,
    }
}
