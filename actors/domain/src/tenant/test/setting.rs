//! Models and prompts.

use super::member::{account, create};
use super::stage::Stage;
use crate::entity::Origin;
use crate::secret::SealedSecret;
use crate::tenant::prompt::PromptKind;
use crate::tenant::*;

fn stage() -> Stage<Tenant> {
    let mut stage = Stage::new();
    stage.system(create(Plan::Demo, None)).unwrap();
    stage
}

fn models(base_url: &str, key: KeyChange) -> TenantCommand {
    TenantCommand::SetModels {
        provider: AiProvider::OpenAiCompatible,
        base_url: Some(base_url.into()),
        model: Some(" m-1 ".into()),
        key,
    }
}

fn key() -> ModelKey {
    let sealed = SealedSecret { key_id: "k1".into(), bytes: vec![1, 2, 3] };
    ModelKey { sealed, hint: "9xyz".into() }
}

#[test]
fn a_kept_key_is_never_sent_to_another_address() {
    let mut stage = stage();
    stage.system(models("https://one.example/v1/", KeyChange::Replace(key()))).unwrap();
    let kept = stage.system(models("https://one.example/v1", KeyChange::Keep)).unwrap();
    assert!(kept.1.is_empty(), "the same address: nothing changed");
    let moved = stage.system(models("https://two.example/v1", KeyChange::Keep)).unwrap_err();
    assert_eq!("key_of_other_address", moved.code);
    assert_eq!(Some(key()), stage.state.models().key);
    assert_eq!(Some("m-1".into()), stage.state.models().model);
    stage.system(models("https://two.example/v1", KeyChange::Remove)).unwrap();
    assert_eq!(None, stage.state.models().key);
}

#[test]
fn a_key_that_was_replaced_meanwhile_is_not_sealed_back() {
    let mut stage = stage();
    let sealed = |id: &str| SealedSecret { key_id: id.into(), bytes: vec![4, 5] };
    let reseal = |before| TenantCommand::ResealModelKey { before, after: sealed("k2") };
    stage.system(models("https://one.example/v1", KeyChange::Replace(key()))).unwrap();
    stage.system(reseal(sealed("k0"))).unwrap();
    assert_eq!(Some(key()), stage.state.models().key, "another key is kept");
    let (_, changes) = stage.system(reseal(key().sealed)).unwrap();
    assert!(changes.events.is_empty() && changes.puts.len() == 1);
    assert_eq!(Some(ModelKey { sealed: sealed("k2"), ..key() }), stage.state.models().key);
}

#[test]
fn addresses_carry_no_secrets() {
    let mut stage = stage();
    for url in ["", "ftp://x.y", "https://", "https://a:b@c.d", "https://a.b?key=1", "https://a b"]
    {
        let refusal = stage.system(models(url, KeyChange::Remove)).unwrap_err();
        assert_eq!("base_url", refusal.code, "{url}");
    }
    let hint = ModelKey { hint: "whole-key".into(), ..key() };
    let refusal = stage.system(models("https://a.b", KeyChange::Replace(hint))).unwrap_err();
    assert_eq!("model_key", refusal.code);
}

#[test]
fn templates_have_versions() {
    let mut stage = stage();
    let kind = PromptKind::Image;
    assert_eq!(0, stage.state.prompt(kind).version);
    let set = |template: &str| TenantCommand::SetPrompt { kind, template: template.into() };
    let owner = Origin::Account(account(0));
    stage.give(owner, set("One: {{title}}")).unwrap();
    stage.give(owner, set("Two: {{title}}")).unwrap();
    assert!(stage.give(owner, set("Two: {{title}}")).unwrap().1.is_empty());
    assert_eq!("prompt_template", stage.give(owner, set("{{outline}}")).unwrap_err().code);
    let now = stage.state.prompt(kind);
    assert_eq!((2, "Two: {{title}}", Some(account(0))), (now.version, &*now.template, now.author));
    assert_eq!("One: {{title}}", stage.state.prompt_version(kind, 1).unwrap().template);
    assert_eq!(kind.default_template(), stage.state.prompt_version(kind, 0).unwrap().template);
    assert_eq!(None, stage.state.prompt_version(kind, 3));
    assert_eq!(0, stage.state.prompt(PromptKind::Ideas).version);
}

#[test]
fn an_older_version_of_a_template_comes_back_as_a_new_one() {
    let mut stage = stage();
    let (kind, owner) = (PromptKind::Image, Origin::Account(account(0)));
    for template in ["One: {{title}}", "Two: {{title}}"] {
        stage.give(owner, TenantCommand::SetPrompt { kind, template: template.into() }).unwrap();
    }
    let restore = |version| TenantCommand::RestorePrompt { kind, version };
    stage.give(owner, restore(1)).unwrap();
    let now = stage.state.prompt(kind);
    assert_eq!((3, "One: {{title}}", Some(1)), (now.version, &*now.template, now.restored));
    assert_eq!("Two: {{title}}", stage.state.prompt_version(kind, 2).unwrap().template);
    stage.give(owner, restore(0)).unwrap();
    assert_eq!(kind.default_template(), stage.state.prompt(kind).template);
    assert_eq!("not_found", stage.give(owner, restore(9)).unwrap_err().code);
}

#[test]
fn r11_kept_versions_are_bounded() {
    let mut stage = stage();
    let kind = PromptKind::Ideas;
    for n in 0..260 {
        stage
            .system(TenantCommand::SetPrompt { kind, template: format!("{n}\n{{{{keywords}}}}") })
            .unwrap();
    }
    assert_eq!(
        (260, 250),
        (stage.state.prompt(kind).version, stage.state.prompt_versions(kind).count())
    );
}
