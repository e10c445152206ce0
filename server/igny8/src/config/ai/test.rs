use crate::config::ai::Protocol;
use crate::config::{Layers, PlatformAi, Settings};
use igny8_server_adapters_ai::StructuredAnswers;

/// Settings from a file and the environment, in development.
fn read(file: &str, environment: &[(&str, &str)]) -> Result<Settings, Vec<String>> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("igny8.toml");
    std::fs::write(&path, file).unwrap();
    let mut layers = Layers::default();
    layers.file(&path);
    let pairs = [("IGNY8_DEVELOPMENT", "1")].iter().chain(environment);
    layers.environment(pairs.map(|(name, text)| ((*name).to_owned(), (*text).to_owned())));
    Settings::read(layers).map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

const TWO: &str = r#"
    [[ai_provider]]
    name = "claude"
    kind = "anthropic"
    models = ["claude-sonnet-5-5", "claude-haiku-5-5"]
    structured = "tool"
    prefill = true
    weight = 3
    requests_per_minute = 50

    [[ai_provider]]
    name = "own"
    kind = "openai"
    base_url = "http://127.0.0.1:11434/v1"
    models = "llama"
    token_limit = "max_tokens"
    json_schema = false

    [[ai_price]]
    model = "llama"
    input = 0.25
    output = 2
"#;

#[test]
fn providers_are_read_in_their_order_with_keys_from_the_environment() {
    let settings = read(TWO, &[("IGNY8_AI_PROVIDER_CLAUDE_KEY", "sk-ant-1")]).unwrap();
    assert!(!format!("{settings:?}").contains("sk-ant-1"));
    let PlatformAi::Providers(providers) = settings.ai else { panic!("no providers") };
    assert_eq!(providers[0].models, ["claude-sonnet-5-5", "claude-haiku-5-5"]);
    assert_eq!((providers[0].weight, providers[0].requests_per_minute), (3, Some(50)));
    let Protocol::Anthropic(claude) = &providers[0].protocol else { panic!("not Anthropic") };
    assert_eq!(claude.base_url, "https://api.anthropic.com/v1");
    assert!(claude.prefill && claude.structured == StructuredAnswers::ForcedTool);
    let Protocol::OpenAi(own) = &providers[1].protocol else { panic!("not OpenAI") };
    assert!(own.key.is_none() && !own.json_schema && own.model == "llama");
    let price = settings.prices["llama"];
    assert_eq!((price.input, price.cached, price.output), (250_000, 250_000, 2_000_000));
}

#[test]
fn plain_options_are_the_first_provider_of_either_kind() {
    let plain = [("IGNY8_AI_KIND", "anthropic"), ("IGNY8_AI_MODEL", "m"), ("IGNY8_AI_KEY", "k")];
    let settings = read(TWO, &[&plain[..], &[("IGNY8_AI_PROVIDER_CLAUDE_KEY", "k")]].concat());
    let PlatformAi::Providers(providers) = settings.unwrap().ai else { panic!("no providers") };
    let names: Vec<&str> = providers.iter().map(|provider| provider.name.as_str()).collect();
    assert_eq!(names, ["default", "claude", "own"]);
    assert!(matches!(providers[0].protocol, Protocol::Anthropic(_)));
}

#[test]
fn what_is_wrong_with_a_provider_is_told_with_its_place_and_no_key() {
    for (file, words) in [
        ("[[ai_provider]]\nname = 'a'\nkind = 'anthropic'\nmodels = 'm'", "wants a key"),
        ("[[ai_provider]]\nname = 'a'\nkind = 'gemini'\nmodels = 'm'\nkey = 'sk-x'", "`openai` or"),
        ("[[ai_provider]]\nname = 'a'\nmodels = 'm'\nkey = 'sk-x'", "how it is spoken to"),
        (
            "[[ai_provider]]\nname = 'a b'\nkind = 'openai'\nmodels = 'm'\nkey = 'sk-x'",
            "a name has",
        ),
        ("[[ai_provider]]\nname = 'a'\nkind = 'openai'\nkey = 'sk-x'", "name the models"),
        (
            "[[ai_provider]]\nname = 'a'\nkind = 'openai'\nmodels = 'm'\nbase_url = 'ftp://x'\nkey = 'sk-x'",
            "must begin with https",
        ),
        (
            "[[ai_provider]]\nname = 'a'\nkind = 'openai'\nmodels = 'm'\nkey = \"sk-x\\ny\"",
            "characters that cannot be sent",
        ),
        (
            "[[ai_provider]]\nname = 'a'\nkind = 'openai'\nmodels = 'm'\nkey = 'sk-x'\nprefill = true",
            "only Anthropic",
        ),
        (
            "[[ai_provider]]\nname = 'a'\nkind = 'anthropic'\nmodels = 'm'\nkey = 'sk-x'\nstructured = 'xml'",
            "none of",
        ),
        ("[[ai_price]]\nmodel = 'm'\ninput = 'cheap'\noutput = 1", "\"cheap\" is not a price"),
        ("[[ai_price]]\nmodel = 'm'\ninput = 1", "missing"),
        ("[[ai_price]]\nmodel = 'm'\ninput = -1\noutput = 1", "-1 is not a price"),
    ] {
        let problems = read(file, &[]).unwrap_err();
        assert_eq!(problems.len(), 1, "{problems:#?}");
        assert!(problems[0].contains("number 1 in "), "{problems:?}");
        assert!(problems[0].contains(words), "{problems:?}");
        assert!(!problems[0].contains("sk-x"), "{problems:?}");
    }
    let twice = format!("{TWO}{}", TWO.split("[[ai_price]]").next().unwrap());
    let problems = read(&twice, &[("IGNY8_AI_PROVIDER_CLAUDE_KEY", "k")]).unwrap_err();
    assert!(problems.iter().any(|problem| problem.contains("two providers")), "{problems:?}");
    let problems = read(TWO, &[("IGNY8_AI_PROVIDER_CLOUD_KEY", "k")]).unwrap_err();
    assert!(problems.iter().any(|problem| problem.contains("\"cloud\"")), "{problems:?}");
}
