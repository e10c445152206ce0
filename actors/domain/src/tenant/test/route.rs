//! Several models.

use super::member::{account, create, new_site, site_id};
use super::stage::Stage;
use crate::entity::Origin;
use crate::lane::{BudgetCaps, ModelUsage, Policy, UsageSum};
use crate::secret::SealedSecret;
use crate::tenant::*;

fn stage() -> Stage<Tenant> {
    let mut stage = Stage::new();
    stage.system(create(Plan::Demo, None)).unwrap();
    stage
}

fn key(id: &str) -> ModelKey {
    let sealed = SealedSecret { key_id: id.into(), bytes: vec![1, 2, 3] };
    ModelKey { sealed, hint: "9xyz".into() }
}

fn route(name: &str, host: &str) -> AiRoute {
    AiRoute {
        base_url: Some(format!("https://{host}/v1")),
        model: Some("m".into()),
        ..AiRoute::plain(name, AiProvider::OpenAiCompatible)
    }
}

fn one(name: &str) -> (AiRoute, KeyChange) {
    (route(name, "one.example"), KeyChange::Keep)
}

fn set(routes: Vec<(AiRoute, KeyChange)>) -> TenantCommand {
    TenantCommand::SetRouting(RoutingChange {
        routes,
        policy: Policy::Price,
        budget: BudgetCaps { day_micros: Some(5), ..BudgetCaps::default() },
        reuse_answers: true,
    })
}

#[test]
fn the_plain_settings_are_one_route_and_its_key_is_taken_over() {
    let mut stage = stage();
    let plain = TenantCommand::SetModels {
        provider: AiProvider::OpenAiCompatible,
        base_url: Some("https://one.example/v1".into()),
        model: Some("m".into()),
        key: KeyChange::Replace(key("k1")),
    };
    stage.system(plain.clone()).unwrap();
    let routing = stage.state.routing();
    assert_eq!((routing.routes.len(), routing.policy), (1, Policy::Order));
    assert_eq!(routing.routes[0].key, Some(key("k1")));
    let routes = vec![
        (route("default", "one.example"), KeyChange::Keep),
        (route("second", "two.example"), KeyChange::Replace(key("k2"))),
    ];
    stage.system(set(routes)).unwrap();
    let keys: Vec<_> = stage.state.routing().routes.into_iter().map(|route| route.key).collect();
    assert_eq!(keys, [Some(key("k1")), Some(key("k2"))]);
    // The plain form says it again: one model, and the caps stay.
    let TenantCommand::SetModels { provider, base_url, .. } = plain else { unreachable!() };
    let other = TenantCommand::SetModels {
        provider,
        base_url,
        model: Some("n".into()),
        key: KeyChange::Keep,
    };
    stage.system(other).unwrap();
    let routing = stage.state.routing();
    assert_eq!((routing.routes.len(), routing.budget.day_micros), (1, Some(5)));
    assert_eq!(routing.routes[0].model, Some("n".into()));
}

#[test]
fn a_kept_key_of_a_route_is_never_sent_to_another_address() {
    let mut stage = stage();
    stage.system(set(vec![(route("a", "one.example"), KeyChange::Replace(key("k1")))])).unwrap();
    let moved = stage.system(set(vec![(route("a", "two.example"), KeyChange::Keep)])).unwrap_err();
    assert_eq!(moved.code, "key_of_other_address");
    stage.system(set(vec![(route("b", "one.example"), KeyChange::Keep)])).unwrap();
    assert_eq!(stage.state.routing().routes[0].key, None, "another route has another key");
}

#[test]
fn routes_are_bounded_named_once_and_one_is_on() {
    let mut stage = stage();
    let many = (0..=ROUTES_MAX).map(|n| one(&n.to_string())).collect();
    let off = AiRoute { enabled: false, ..route("a", "one.example") };
    let heavy = AiRoute { weight: 0, ..route("a", "one.example") };
    let unnamed = AiRoute { model: None, ..route("a", "one.example") };
    for (routes, code) in [
        (vec![], "route_count"),
        (many, "route_count"),
        (vec![one("a"), one(" a ")], "route_name"),
        (vec![one("")], "route_name"),
        (vec![(off, KeyChange::Keep)], "route_enabled"),
        (vec![(heavy, KeyChange::Keep)], "weight"),
        (vec![(unnamed, KeyChange::Keep)], "model"),
    ] {
        assert_eq!(stage.system(set(routes)).unwrap_err().code, code);
    }
    let viewer = Origin::Account(account(9));
    assert!(stage.give(viewer, set(vec![one("a")])).is_err(), "a stranger may not");
}

#[test]
fn every_key_is_sealed_anew_where_it_is_kept() {
    let mut stage = stage();
    let routes = vec![
        (route("a", "one.example"), KeyChange::Replace(key("k1"))),
        (route("b", "two.example"), KeyChange::Replace(key("k2"))),
    ];
    stage.system(set(routes)).unwrap();
    let (before, after) = (key("k2").sealed, key("k3").sealed);
    stage.system(TenantCommand::ResealModelKey { before, after }).unwrap();
    let keys: Vec<_> = stage.state.routing().routes.into_iter().map(|route| route.key).collect();
    assert_eq!(keys, [Some(key("k1")), Some(key("k3"))]);
}

#[test]
fn anthropics_own_address_is_known() {
    let mut stage = stage();
    let own =
        AiRoute { model: Some("claude".into()), ..AiRoute::plain("a", AiProvider::Anthropic) };
    stage.system(set(vec![(own, KeyChange::Replace(key("k1")))])).unwrap();
    assert_eq!(stage.state.routing().routes[0].base_url, None);
}

#[test]
fn r4_sites_hear_of_other_models_or_caps_and_of_nothing_else() {
    let mut stage = stage();
    stage.system(new_site(1)).unwrap();
    let told = |changes: crate::entity::Changes<Tenant>| -> Vec<_> { changes.effects };
    let message = SiteMessage::ModelsChanged;
    let expected = [TenantEffect::ToSite { site: site_id(1), message }];
    let routes = || set(vec![(route("a", "one.example"), KeyChange::Keep)]);
    assert_eq!(told(stage.system(routes()).unwrap().1), expected);
    assert_eq!(told(stage.system(routes()).unwrap().1), [], "they are the same");
}

#[test]
fn use_of_no_site_is_summed_by_day_and_model_and_booked_by_the_system_alone() {
    let mut stage = stage();
    let used = |model: &str| TenantCommand::BookUse {
        used: ModelUsage {
            provider: "p".into(),
            model: model.into(),
            sum: UsageSum { calls: 1, cost_micros: 5, ..UsageSum::default() },
        },
    };
    for model in ["a", "a", "b"] {
        stage.system(used(model)).unwrap();
    }
    let rows = stage.state.usage().since(0);
    let sums: Vec<_> =
        rows.iter().map(|row| (&*row.used.model, row.used.sum.cost_micros)).collect();
    assert_eq!(sums, [("b", 5), ("a", 10)]);
    assert_eq!(stage.state.usage().cost_since(0), 15);
    assert!(stage.give(Origin::Account(account(1)), used("a")).is_err());
}

fn own(name: &str, capability: AiCapability) -> AiRoute {
    AiRoute { capability, ..route(name, "one.example") }
}

#[test]
fn routes_of_before_there_were_pictures_are_for_texts() {
    let mut kept = serde_json::to_value(own("a", AiCapability::Picture)).unwrap();
    kept.as_object_mut().unwrap().remove("capability").unwrap();
    let read: AiRoute = serde_json::from_value(kept).unwrap();
    assert_eq!(read.capability, AiCapability::Text);
}

#[test]
fn each_capability_has_the_providers_that_can_be_asked_for_it() {
    use AiCapability::{Embedding, Picture, Text};
    use AiProvider::{Anthropic, OpenAiCompatible, Platform, Runware};
    for (capability, can, cannot) in [
        (Text, vec![Platform, OpenAiCompatible, Anthropic], vec![Runware]),
        (Picture, vec![Platform, OpenAiCompatible, Runware], vec![Anthropic]),
        (Embedding, vec![Platform, OpenAiCompatible], vec![Anthropic, Runware]),
    ] {
        let change = |provider| {
            let model = Some("m".to_owned()).filter(|_| provider != Platform);
            let asked = AiRoute { provider, model, ..own("b", capability) };
            set(vec![
                (route("a", "one.example"), KeyChange::Keep),
                (asked, KeyChange::Replace(key("k"))),
            ])
        };
        for provider in can {
            stage().system(change(provider)).unwrap();
        }
        for provider in cannot {
            let refused = stage().system(change(provider)).unwrap_err();
            assert_eq!(refused.code, "provider");
            assert!(refused.message.contains(capability.words()), "{}", refused.message);
        }
    }
    let plain = TenantCommand::SetModels {
        provider: Runware,
        base_url: None,
        model: Some("m".into()),
        key: KeyChange::Replace(key("k")),
    };
    assert_eq!(stage().system(plain).unwrap_err().code, "provider");
}

#[test]
fn what_only_texts_have_is_refused_for_the_others_and_texts_have_a_model() {
    let picture = own("p", AiCapability::Picture);
    let runware = AiRoute { provider: AiProvider::Runware, base_url: None, ..picture.clone() };
    let server = AiRoute { provider: AiProvider::Platform, ..picture.clone() };
    for (wrong, code) in [
        (AiRoute { json_schema: true, ..picture.clone() }, "json_schema"),
        (AiRoute { context_tokens: Some(1_000), ..picture.clone() }, "context_tokens"),
        (AiRoute { name: "default".into(), ..picture.clone() }, "route_name"),
        (runware, "model_key"),
        (server, "model"),
    ] {
        let routes = vec![one("a"), (wrong, KeyChange::Keep)];
        assert_eq!(stage().system(set(routes)).unwrap_err().code, code);
    }
    let alone = stage().system(set(vec![(picture, KeyChange::Keep)])).unwrap_err();
    assert_eq!(alone.code, "route_enabled");
}

#[test]
fn the_plain_settings_leave_the_models_for_pictures_alone() {
    let mut stage = stage();
    let picture = own("p", AiCapability::Picture);
    let routes = vec![(picture, KeyChange::Replace(key("k1"))), one("a")];
    stage.system(set(routes)).unwrap();
    assert_eq!(stage.state.models().model, Some("m".into()), "of the texts, wherever it stands");
    let plain = TenantCommand::SetModels {
        provider: AiProvider::Platform,
        base_url: None,
        model: None,
        key: KeyChange::Remove,
    };
    stage.system(plain).unwrap();
    let routing = stage.state.routing();
    let names: Vec<_> = routing.routes.iter().map(|route| &*route.name).collect();
    assert_eq!(names, ["default", "p"]);
    assert_eq!(routing.routes[1].key, Some(key("k1")));
    assert_eq!(routing.used_for(AiCapability::Picture).count(), 1);
}
