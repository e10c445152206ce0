//! All options in one table: what the file, the environment and the flags may name.

/// An option.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ConfigOption {
    /// Its name in the file; `IGNY8_` and capitals in the environment.
    pub(crate) name: &'static str,
    /// A secret: `IGNY8_…_FILE` may name a file that holds it, and it is never shown.
    pub(crate) secret: bool,
    /// For people.
    pub(crate) help: &'static str,
}

const fn plain(name: &'static str, help: &'static str) -> ConfigOption {
    ConfigOption { name, secret: false, help }
}

const fn secret(name: &'static str, help: &'static str) -> ConfigOption {
    ConfigOption { name, secret: true, help }
}

/// All options. docs/OPERATING.md lists them with their defaults; a test compares the two.
pub(crate) const OPTIONS: &[ConfigOption] = &[
    plain("development", "offline AI, demo credits, raised limits, private networks, keys made"),
    plain("data_dir", "the folder of the store"),
    plain("keys_file", "the file of keys; `igny8 keys new` makes one"),
    plain("listen", "address and port"),
    plain("port_fallback", "take the next free port if the port is taken"),
    plain("public_url", "how browsers reach the server"),
    plain("export_dir", "the folder of exported posts"),
    plain("dashboard_dir", "the folder of the built dashboard"),
    plain("origins", "origins beside the public URL that may use cookies and sockets"),
    plain("trusted_proxies", "networks whose X-Forwarded-For is believed"),
    plain("metrics", "serve /metrics"),
    plain("log_format", "`pretty` or `json`"),
    plain("log_filter", "what is logged, such as `info,igny8=debug`"),
    plain("limit_tenant_changes", "changes per minute of a tenant"),
    plain("limit_tenant_reads", "reads per minute of a tenant"),
    plain("limit_address", "unauthenticated and changing requests per minute of an address"),
    plain("allow_private_networks", "let tenants name addresses of private networks"),
    plain("demo_credits", "credits of a new tenant, in development"),
    plain("idle_seconds", "an entity that nobody asks for so long leaves memory"),
    plain("model_idle_seconds", "a model that sends nothing for so long has failed"),
    plain("offline_words_per_second", "speed of the offline model; 0 is as fast as possible"),
    plain("offline_least", "ideas of the offline model are as short as they can be"),
    plain("ai_base_url", "its address, if it is not the maker's own"),
    plain("ai_model", "the model there"),
    plain("ai_organization", "the organisation to bill there"),
    plain("ai_json_schema", "the provider can be held to a JSON schema"),
    secret("ai_key", "the key for it"),
    plain(
        "ai_requests_per_minute",
        "calls a minute by one lane, until its provider says otherwise",
    ),
    plain("ai_tokens_per_minute", "tokens a minute by one lane, until its provider says otherwise"),
    plain("ai_concurrency", "calls at once by one lane"),
    plain("password_memory_kib", "Argon2id: memory in KiB"),
    plain("password_passes", "Argon2id: passes"),
    plain("password_lanes", "Argon2id: lanes"),
    plain("ai_kind", "the protocol of the server's own provider: `openai` or `anthropic`"),
    plain("images_provider", "`openai` or `runware`"),
    plain("images_base_url", "its address, if it is not the maker's own"),
    plain("images_model", "the model there"),
    secret("images_key", "the key for it"),
    plain("images_quality", "openai: `low`, `medium` or `high`"),
    plain("images_format", "`jpeg`, `png` or `webp`"),
    plain("images_hosts", "runware: fetch pictures, from these hosts"),
    plain("embeddings_base_url", "the provider of embeddings, if it is not OpenAI's own"),
    plain("embeddings_model", "the model there; without it keywords are embedded here"),
    secret("embeddings_key", "the key for it"),
    plain("embeddings_dimensions", "the length of the vectors, for models that can shorten them"),
    plain("store", "`embedded` (in the data folder) or `cql`"),
    plain("store_cache_mib", "embedded: memory for blocks that were read"),
    plain("cql_nodes", "cql: host:port of some nodes"),
    plain("cql_keyspace", "cql: the keyspace; it is made if it is not there"),
    plain("cql_user", "cql: the user"),
    secret("cql_password", "cql: the user's password"),
    plain("cql_datacenter", "cql: the datacenter that this process talks to"),
    plain("cql_copies", "cql: copies per datacenter, where the keyspace is made"),
];

/// A list of entries in the file, each `[[name]]` with fields of its own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ConfigTable {
    /// Its name in the file.
    pub(crate) name: &'static str,
    /// For people.
    pub(crate) help: &'static str,
    /// What an entry may say. A secret may be in a file named by `FIELD_file`.
    pub(crate) fields: &'static [ConfigOption],
}

/// All lists. docs/OPERATING.md describes their fields; a test compares the two.
pub(crate) const TABLES: &[ConfigTable] = &[
    ConfigTable {
        name: "ai_provider",
        help: "a provider of the server's own models; several are fallbacks, in their order",
        fields: &[
            plain("name", "unique; `IGNY8_AI_PROVIDER_NAME_KEY` holds its key"),
            plain("kind", "`openai` or `anthropic`"),
            plain("base_url", "its address, if it is not the maker's own"),
            plain("models", "the models there"),
            secret("key", "the key for it"),
            plain("organization", "openai: the organisation to bill"),
            plain("json_schema", "it can be held to a JSON schema"),
            plain("token_limit", "openai: `max_completion_tokens` or `max_tokens`"),
            plain("structured", "anthropic: `output_config`, `tool` or `words`"),
            plain("prefill", "anthropic: the model goes on from its own begun answer"),
            plain("weight", "its share where calls are balanced"),
            plain("context_tokens", "tokens that the models take in and give out at most"),
            plain("requests_per_minute", "until the provider says otherwise"),
            plain("tokens_per_minute", "until the provider says otherwise"),
            plain("concurrency", "calls under way at once"),
        ],
    },
    ConfigTable {
        name: "ai_price",
        help: "what a model costs, in US dollars for a million tokens, where that is not the list price",
        fields: &[
            plain("model", "the model"),
            plain("input", "tokens sent"),
            plain("cached", "tokens sent that the provider had cached; as `input` without it"),
            plain("cache_write", "tokens sent that it puts into its cache; as `input` without it"),
            plain("output", "tokens received, and those spent on thinking"),
        ],
    },
];

/// Variables that begin with `IGNY8_` and are no options.
pub(crate) const OTHER_VARIABLES: &[&str] = &[
    // The plain name of the development mode, as its users know it.
    "IGNY8_AI_DEV_MODE",
    "IGNY8_CONFIG",
    // Read by the store, in development only.
    "IGNY8_FAULT_ABORT_AT_COMMIT",
];

/// Variables for tests of the repository begin with this.
pub(crate) const TEST_PREFIX: &str = "IGNY8_TEST_";
