//! The command line.

use crate::care::{BackupArguments, ExportArguments, FillArguments, VerifyArguments};
use crate::config::{Layers, OPTIONS, Settings, TABLES};
use crate::credit::GrantArguments;
use crate::key::{DeleteTenantArguments, KeysArguments};
use crate::store::StoreFlags;
use crate::terminal;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// The most images that one draft can have.
const IMAGES_MAX: i64 = 3;
/// The most articles of one demonstration: what `generate` takes at once.
const ARTICLES_MAX: i64 = 100;

/// IGNY8: an AI content workspace for people who run WordPress sites.
#[derive(Parser)]
#[command(name = "igny8", version)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Runs the server.
    Serve(ServeArguments),
    /// Reads the configuration and lists everything that is wrong with it.
    CheckConfig(CheckConfigArguments),
    /// Keys: makes, adds, rotates, lists, removes them.
    Keys(KeysArguments),
    /// What only an operator does.
    Admin(AdminArguments),
    /// Drives the whole job on a server: from a keyword file to published posts.
    Demo(DemoArguments),
    /// Checks the store: through the server that holds it, or by itself.
    Verify(VerifyArguments),
    /// Writes everything that the store holds into a folder. The server may run.
    Backup(BackupArguments),
    /// Fills an empty store from a backup.
    Restore(FillArguments),
    /// Writes one tenant into a folder. The server may run.
    Export(ExportArguments),
    /// Puts an exported tenant into a store that does not have it.
    Import(FillArguments),
}

/// Options that are flags as well: the last layer of the configuration.
#[derive(Args, Default)]
pub(crate) struct ConfigArguments {
    /// A TOML file.
    #[arg(long, env = "IGNY8_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Development: offline AI, demo credits, raised limits, keys made.
    #[arg(long)]
    dev: bool,
    /// The folder of the store.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<String>,
    #[command(flatten)]
    store: StoreFlags,
    /// The file of keys.
    #[arg(long, value_name = "FILE")]
    keys_file: Option<String>,
    /// Address and port.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Take the next free port if the port is taken.
    #[arg(long)]
    port_fallback: bool,
    /// How browsers reach the server.
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// The folder of exported posts.
    #[arg(long, value_name = "DIR")]
    export_dir: Option<String>,
    /// The folder of the built dashboard.
    #[arg(long, value_name = "DIR")]
    dashboard_dir: Option<String>,
    /// `pretty` or `json`.
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<String>,
    /// Speed of the offline model; 0 is as fast as possible.
    #[arg(long, value_name = "WORDS")]
    offline_words_per_second: Option<String>,
}

impl ConfigArguments {
    /// All layers, the flags last.
    pub(crate) fn layers(&self) -> Layers {
        let mut layers = Layers::below_flags(self.config.as_deref());
        self.store.set(&mut layers);
        for (name, is_given) in [("development", self.dev), ("port_fallback", self.port_fallback)] {
            if is_given {
                layers.flag(name, "true");
            }
        }
        layers.flags(&[
            ("data_dir", &self.data_dir),
            ("keys_file", &self.keys_file),
            ("listen", &self.listen),
            ("public_url", &self.public_url),
            ("export_dir", &self.export_dir),
            ("dashboard_dir", &self.dashboard_dir),
            ("log_format", &self.log_format),
            ("offline_words_per_second", &self.offline_words_per_second),
        ]);
        layers
    }

    /// The settings; what is wrong with them is told on the terminal, all of it.
    pub(crate) fn settings(&self) -> Option<Settings> {
        terminal::usable(Settings::read(self.layers()))
    }
}

#[derive(Args, Default)]
pub(crate) struct ServeArguments {
    #[command(flatten)]
    pub(crate) config: ConfigArguments,
    /// Makes a workspace to look around in, once, and prints a login link.
    #[arg(long)]
    pub(crate) demo_workspace: bool,
    /// Writes address and login link to this file, as JSON, once the server answers.
    #[arg(long, value_name = "FILE")]
    pub(crate) announce: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct CheckConfigArguments {
    #[command(flatten)]
    config: ConfigArguments,
    /// Lists all options.
    #[arg(long)]
    list: bool,
}

#[derive(Args)]
pub(crate) struct AdminArguments {
    #[command(subcommand)]
    pub(crate) command: AdminCommand,
}

#[derive(Subcommand)]
pub(crate) enum AdminCommand {
    /// Destroys the keys of a tenant: its secrets open nowhere afterwards.
    DeleteTenant(DeleteTenantArguments),
    /// Gives a tenant credits. Repeated with the same key, it gives nothing more.
    Grant(GrantArguments),
    /// Prints the address of a room on a development server, ready for any Yjs client.
    RoomTicket(RoomTicketArguments),
}

/// What a room holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum RoomKindArgument {
    /// Any Yjs content.
    Free,
    /// An article: its schema is checked.
    Article,
}

#[derive(Args)]
pub(crate) struct RoomTicketArguments {
    /// The server's address.
    #[arg(long, value_name = "URL")]
    pub(crate) server: String,
    /// What the room holds.
    #[arg(long, value_enum, default_value = "free")]
    pub(crate) kind: RoomKindArgument,
    /// Its name, or an article's id; a new one if it is left out.
    #[arg(long, value_name = "NAME")]
    pub(crate) room: Option<String>,
    /// How long the ticket counts, such as 90s, 1h or 168h.
    #[arg(long, default_value = "1h", value_name = "TIME", value_parser = seconds)]
    pub(crate) ttl: u32,
    /// Opens the room for reading alone; a free one must be there.
    #[arg(long)]
    pub(crate) read_only: bool,
    /// Prints one JSON object instead, with the address in parts.
    #[arg(long)]
    pub(crate) json: bool,
}

/// A time in whole seconds.
fn seconds(text: &str) -> Result<u32, String> {
    let span: jiff::SignedDuration =
        text.parse().map_err(|_| format!("{text} is no time such as 90s, 1h or 168h"))?;
    u32::try_from(span.as_secs())
        .ok()
        .filter(|seconds| *seconds > 0)
        .ok_or_else(|| "a ticket counts for a second at least".to_owned())
}

#[derive(Args, Clone)]
pub(crate) struct DemoArguments {
    /// The server's address.
    #[arg(long, value_name = "URL")]
    pub(crate) server: String,
    /// The keyword file.
    #[arg(long, value_name = "FILE")]
    pub(crate) keywords: PathBuf,
    /// How many articles to write and publish.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=ARTICLES_MAX))]
    pub(crate) articles: u32,
    /// Images of each article.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=IMAGES_MAX))]
    pub(crate) images: u32,
    /// Publishes to this WordPress site.
    #[arg(long, value_name = "URL", requires = "code", conflicts_with = "export")]
    pub(crate) wordpress: Option<String>,
    /// The pairing code that wp-admin shows.
    #[arg(long, requires = "wordpress")]
    pub(crate) code: Option<String>,
    /// Writes what was published to this folder.
    #[arg(long, value_name = "DIR")]
    pub(crate) export: Option<PathBuf>,
    /// Ends with one JSON object on the last line.
    #[arg(long)]
    pub(crate) json: bool,
    /// Waits so many seconds for a server that does not answer.
    #[arg(long, default_value_t = 0, value_name = "SECONDS")]
    pub(crate) patience: u64,
}

/// `igny8 check-config`.
pub(crate) fn check_config(arguments: &CheckConfigArguments) -> ExitCode {
    if arguments.list {
        for option in OPTIONS {
            terminal::line(&format!("{:26} {}", option.name, option.help));
        }
        for table in TABLES {
            terminal::line(&format!("{:26} {}", format!("[[{}]]", table.name), table.help));
            for field in table.fields {
                terminal::line(&format!("  {:24} {}", field.name, field.help));
            }
        }
        return ExitCode::SUCCESS;
    }
    let Some(settings) = arguments.config.settings() else {
        return ExitCode::from(terminal::EXIT_UNUSABLE);
    };
    if let Err(error) = crate::serve::keys(&settings) {
        terminal::error(&error.to_string());
        return ExitCode::from(terminal::EXIT_UNUSABLE);
    }
    terminal::line("The configuration is good.");
    ExitCode::SUCCESS
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn demo(more: &[&str]) -> Result<DemoArguments, clap::Error> {
        let given = ["igny8", "demo", "--server", "http://s", "--keywords", "k.csv"];
        let parsed = Arguments::try_parse_from(given.iter().chain(more))?;
        let Command::Demo(arguments) = parsed.command else { panic!("not the demo") };
        Ok(arguments)
    }

    #[test]
    fn command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn demo_refuses_what_it_cannot_do() {
        for wrong in [
            &["--articles", "0"][..],
            &["--articles", "101"],
            &["--articles", "many"],
            &["--images", "4"],
            &["--wordpress", "http://w"],
            &["--code", "123"],
            &["--wordpress", "http://w", "--code", "1", "--export", "d"],
            &["--unknown"],
        ] {
            let error = demo(wrong).err().unwrap_or_else(|| panic!("{wrong:?} was taken"));
            assert_eq!(error.exit_code(), 2, "{wrong:?}");
        }
        let taken = demo(&["--wordpress", "http://w", "--code", "1"]).unwrap();
        assert_eq!((taken.articles, taken.images, taken.json), (5, 0, false));
    }

    #[test]
    fn a_time_is_read_as_people_write_it() {
        for (text, wanted) in [("90s", 90), ("1h", 3600), ("1h 30m", 5400), ("168h", 604_800)] {
            assert_eq!(Ok(wanted), seconds(text));
        }
        for wrong in ["", "1", "soon", "0s", "-1h"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn flags_are_the_last_layer() {
        let arguments = ConfigArguments {
            dev: true,
            listen: Some("127.0.0.9:9".to_owned()),
            data_dir: Some("elsewhere".to_owned()),
            ..ConfigArguments::default()
        };
        let settings = Settings::read(arguments.layers()).unwrap();
        assert!(settings.development);
        assert_eq!(settings.listen.to_string(), "127.0.0.9:9");
        assert_eq!(settings.keys_file, PathBuf::from("elsewhere/keys.json"));
    }
}
