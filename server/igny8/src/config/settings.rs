//! What the server runs with.

use super::ai::{ModelPrices, PlatformAi, prices};
use super::embedding::EmbeddingSettings;
use super::image::ImageSettings;
use super::layer::{Layers, Problem};
use super::read::Reader;
use super::store::StoreSettings;
use crate::port::PasswordCost;
use igny8_actors_domain::lane::LaneLimits;
use igny8_protocol_ids::Credits;
use igny8_server_edge::{LimitSettings, Network};
use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

/// Credits of a new tenant in development.
const DEMO_CREDITS: i64 = 600;
const PORT: u16 = 8010;

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// For people.
    Pretty,
    /// One JSON object per line.
    Json,
}

impl std::str::FromStr for LogFormat {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "pretty" => Ok(Self::Pretty),
            "json" => Ok(Self::Json),
            _ => Err(()),
        }
    }
}

/// What the server runs with.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) development: bool,
    pub(crate) keys_file: PathBuf,
    pub(crate) listen: SocketAddr,
    pub(crate) port_fallback: bool,
    /// Absent: the address on which the server listens.
    pub(crate) public_url: Option<String>,
    pub(crate) export_dir: PathBuf,
    pub(crate) dashboard_dir: Option<PathBuf>,
    pub(crate) origins: Vec<String>,
    pub(crate) trusted_proxies: Vec<Network>,
    pub(crate) metrics: bool,
    pub(crate) log_format: LogFormat,
    pub(crate) log_filter: String,
    pub(crate) limits: LimitSettings,
    pub(crate) allow_private_networks: bool,
    pub(crate) demo_credits: Option<Credits>,
    pub(crate) idle: Duration,
    pub(crate) model_idle: Duration,
    pub(crate) lanes: LaneLimits,
    pub(crate) ai: PlatformAi,
    pub(crate) prices: ModelPrices,
    pub(crate) password: PasswordCost,
    pub(crate) store: StoreSettings,
    pub(crate) images: ImageSettings,
    pub(crate) embeddings: EmbeddingSettings,
}

impl Settings {
    /// Reads all values; otherwise everything that is wrong with them.
    pub(crate) fn read(layers: Layers) -> Result<Self, Vec<Problem>> {
        let mut reader = Reader::new(layers);
        let settings = Self::gather(&mut reader);
        let problems = reader.into_problems();
        if problems.is_empty() { Ok(settings) } else { Err(problems) }
    }

    fn gather(reader: &mut Reader) -> Self {
        let development = reader.flag("development", false);
        let store = StoreSettings::gather(reader, development);
        let folder = |name| reader.text(name).filter(|text| !text.is_empty()).map(PathBuf::from);
        let data_dir = &store.data_dir;
        let keys_file = folder("keys_file").unwrap_or_else(|| data_dir.join("keys.json"));
        let export_dir = folder("export_dir").unwrap_or_else(|| data_dir.join("exports"));
        let dashboard_dir = folder("dashboard_dir");
        let (format, filter) = match development {
            true => (LogFormat::Pretty, "info"),
            false => (LogFormat::Json, "info"),
        };
        Self {
            development,
            keys_file,
            listen: reader.value(
                "listen",
                SocketAddr::from((Ipv4Addr::LOCALHOST, PORT)),
                "an address such as 127.0.0.1:8010",
            ),
            port_fallback: reader.flag("port_fallback", false),
            public_url: public_url(reader, development),
            export_dir,
            dashboard_dir,
            origins: reader.list("origins", "an origin"),
            trusted_proxies: reader.list("trusted_proxies", "a network such as 10.0.0.0/8"),
            metrics: reader.flag("metrics", development),
            log_format: reader.value("log_format", format, "`pretty` or `json`"),
            log_filter: log_filter(reader, filter),
            limits: limits(reader, development),
            allow_private_networks: reader.flag("allow_private_networks", development),
            demo_credits: demo_credits(reader, development),
            idle: seconds(reader, "idle_seconds", 300),
            model_idle: seconds(reader, "model_idle_seconds", 60),
            lanes: lanes(reader, development),
            ai: PlatformAi::gather(reader, development),
            prices: prices(reader),
            password: password(reader, development),
            store,
            images: ImageSettings::gather(reader, development),
            embeddings: EmbeddingSettings::gather(reader),
        }
    }

    /// How browsers reach a server that listens at this address.
    pub(crate) fn url(&self, listens: SocketAddr) -> String {
        let own = || {
            let host = match listens.ip() {
                ip if ip.is_unspecified() => "127.0.0.1".to_owned(),
                std::net::IpAddr::V6(ip) => format!("[{ip}]"),
                ip => ip.to_string(),
            };
            format!("http://{host}:{}", listens.port())
        };
        self.public_url.clone().unwrap_or_else(own)
    }

    /// True if browsers come by HTTPS.
    pub(crate) fn https(&self) -> bool {
        self.public_url.as_ref().is_some_and(|url| url.starts_with("https://"))
    }
}

fn public_url(reader: &mut Reader, development: bool) -> Option<String> {
    let Some(text) = reader.text("public_url") else {
        if !development {
            let message = "outside of development it must be set, such as https://app.example.com";
            reader.refuse("public_url", message);
        }
        return None;
    };
    let url = reqwest::Url::parse(&text).ok().filter(|url| {
        matches!(url.scheme(), "http" | "https") && url.has_host() && url.path() == "/"
    });
    if url.is_none() {
        let message = format!("{text:?} is not an address such as https://app.example.com");
        reader.refuse("public_url", message);
    }
    Some(text.trim_end_matches('/').to_owned())
}

fn log_filter(reader: &mut Reader, default: &str) -> String {
    let text = reader.text("log_filter").unwrap_or_else(|| default.to_owned());
    if let Err(error) = tracing_subscriber::EnvFilter::try_new(&text) {
        reader.refuse("log_filter", format!("{text:?} is no filter: {error}"));
    }
    text
}

fn limits(reader: &mut Reader, development: bool) -> LimitSettings {
    let default = if development { LimitSettings::development() } else { LimitSettings::default() };
    let mut limit = |name, default: NonZeroU32| {
        reader.value(name, default, "a number of requests a minute, above zero")
    };
    LimitSettings {
        tenant_changes: limit("limit_tenant_changes", default.tenant_changes),
        tenant_reads: limit("limit_tenant_reads", default.tenant_reads),
        address: limit("limit_address", default.address),
    }
}

/// What a lane to a model bears until its provider says otherwise.
fn lanes(reader: &mut Reader, development: bool) -> LaneLimits {
    let default = if development { LaneLimits::OPEN } else { LaneLimits::default() };
    let mut rate = |name, default: Option<u64>| {
        let wanted = "a number a minute; 0 leaves it uncounted";
        Some(reader.value(name, default.unwrap_or(0), wanted)).filter(|rate| *rate > 0)
    };
    let requests_per_minute = rate("ai_requests_per_minute", default.requests_per_minute);
    let tokens_per_minute = rate("ai_tokens_per_minute", default.tokens_per_minute);
    let concurrency = reader
        .optional("ai_concurrency", "a number of calls at once, above zero")
        .map_or(default.concurrency, NonZeroU32::get);
    LaneLimits { concurrency, requests_per_minute, tokens_per_minute }
}

fn demo_credits(reader: &mut Reader, development: bool) -> Option<Credits> {
    let wanted = "a number of credits from 0 to 1000000";
    let credits: Option<u32> = reader.optional("demo_credits", wanted);
    if !development {
        if credits.is_some() {
            reader.refuse("demo_credits", "they are given away in development only");
        }
        return None;
    }
    let credits = credits.map_or(DEMO_CREDITS, i64::from);
    if credits > 1_000_000 {
        reader.refuse("demo_credits", format!("{credits} is not {wanted}"));
    }
    Some(Credits(credits))
}

fn seconds(reader: &mut Reader, name: &'static str, default: u32) -> Duration {
    let wanted = "a number of seconds above zero";
    let default = NonZeroU32::new(default).expect("the defaults are above zero");
    Duration::from_secs(reader.value(name, default, wanted).get().into())
}

fn password(reader: &mut Reader, development: bool) -> PasswordCost {
    let floor = PasswordCost::FLOOR;
    let mut cost = |name, default| reader.value(name, default, "a whole number above zero");
    let cost = PasswordCost {
        memory_kib: cost("password_memory_kib", floor.memory_kib),
        passes: cost("password_passes", floor.passes),
        lanes: cost("password_lanes", floor.lanes),
    };
    if !development && !cost.is_enough() {
        let message = format!("outside of development at least {} are needed", floor.memory_kib);
        reader.refuse("password_memory_kib", message);
    } else if let Err(reason) = crate::port::Argon2Passwords::new(cost) {
        reader.refuse("password_memory_kib", format!("this cost is impossible: {reason}"));
    }
    cost
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{OPTIONS, TABLES};

    fn read(pairs: &[(&str, &str)]) -> Result<Settings, Vec<String>> {
        let mut layers = Layers::default();
        layers.environment(
            pairs
                .iter()
                .map(|(name, text)| (format!("IGNY8_{}", name.to_uppercase()), (*text).to_owned())),
        );
        Settings::read(layers)
            .map_err(|problems| problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn development_needs_nothing_else() {
        let settings = read(&[("development", "1")]).unwrap();
        assert_eq!(settings.demo_credits, Some(Credits(600)));
        assert!(matches!(settings.ai, PlatformAi::Offline { .. }));
        assert!(settings.allow_private_networks && settings.limits.address.get() > 1_000);
        assert_eq!(settings.url("0.0.0.0:81".parse().unwrap()), "http://127.0.0.1:81");
        assert_eq!(settings.export_dir, settings.store.data_dir.join("exports"));
    }

    #[test]
    fn production_keeps_its_floors_and_gives_nothing_away() {
        let settings = read(&[("public_url", "https://app.example.com/")]).unwrap();
        assert!(!settings.allow_private_networks && settings.demo_credits.is_none());
        assert!(matches!(settings.ai, PlatformAi::None) && settings.https());
        assert_eq!(settings.log_format, LogFormat::Json);
        assert_eq!(settings.url("0.0.0.0:81".parse().unwrap()), "https://app.example.com");
        let problems = read(&[
            ("public_url", "https://app.example.com"),
            ("password_memory_kib", "1024"),
            ("demo_credits", "5"),
        ])
        .unwrap_err();
        assert_eq!(problems.len(), 2, "{problems:?}");
    }

    #[test]
    fn all_bad_values_are_told_at_once_and_no_secret_is() {
        let problems = read(&[
            ("development", "perhaps"),
            ("listen", "everywhere"),
            ("limit_address", "0"),
            ("trusted_proxies", "10.0.0.0/8,mars"),
            ("public_url", "app.example.com"),
            ("log_format", "xml"),
            ("offline_words_per_second", "-1"),
            ("ai_key", "sk-secret"),
        ])
        .unwrap_err();
        assert_eq!(problems.len(), 8, "{problems:#?}");
        assert!(problems.iter().any(|problem| problem.starts_with("IGNY8_LISTEN: ")));
        assert!(!problems.iter().any(|problem| problem.contains("sk-secret")));
    }

    #[test]
    fn secrets_are_not_in_what_is_logged_of_the_settings() {
        let settings = read(&[
            ("development", "1"),
            ("ai_base_url", "http://127.0.0.1:1/v1"),
            ("ai_model", "m"),
            ("ai_key", "sk-secret"),
        ]);
        assert!(!format!("{:?}", settings.unwrap()).contains("sk-secret"));
    }

    #[test]
    fn every_option_is_in_the_manual() {
        let manual = include_str!("../../../../docs/OPERATING.md");
        for option in OPTIONS {
            assert!(manual.contains(&format!("| `{}` |", option.name)), "{}", option.name);
        }
        for table in TABLES {
            let part = manual.split(&format!("`[[{}]]`", table.name)).nth(1).expect(table.name);
            for field in table.fields {
                assert!(part.contains(&format!("| `{}` |", field.name)), "{}", field.name);
            }
        }
    }
}
