//! The servers that do the same work, each started afresh for each measurement.

pub(crate) mod floor;
mod http;
pub(crate) mod process;

use crate::Arguments;
use crate::client::socket::Address;
use crate::protocol::wire::Envelope;
use anyhow::{Context, Result, bail};
use futures::{StreamExt, TryStreamExt};
use http::Http;
use process::{Cores, Process};
use serde_json::{Value, json};
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// From the start to the first connection.
const START_LIMIT: Duration = Duration::from_secs(120);
/// How often we look.
const LOOK: Duration = Duration::from_millis(2);
/// Documents made at the same time.
const MADE_AT_ONCE: usize = 32;

/// One of the servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Peer {
    /// Relays bytes, and that is all.
    Floor,
    /// `@y/websocket-server`, documents in memory.
    YWebsocket,
    /// `@hocuspocus/server`, documents in memory.
    Hocuspocus,
    /// y-sweet, documents in memory.
    YSweet,
    /// Ours, at its y-websocket door: stored durably before it is relayed.
    Igny8,
}

/// In the order of the table.
pub(crate) const PEERS: &[Peer] =
    &[Peer::Floor, Peer::YWebsocket, Peer::Hocuspocus, Peer::YSweet, Peer::Igny8];

/// Where documents are kept. Ours are always stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keeping {
    /// As the server comes: the others have documents in memory.
    AsItComes,
    /// In files, by the server's own means with their defaults.
    InFiles,
}

impl Peer {
    /// For people and for `--peers`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Floor => "floor",
            Self::YWebsocket => "y-websocket",
            Self::Hocuspocus => "Hocuspocus",
            Self::YSweet => "y-sweet",
            Self::Igny8 => "IGNY8",
        }
    }

    /// True if it holds documents, which can be opened again.
    pub(crate) fn holds_documents(self) -> bool {
        self != Self::Floor
    }

    /// True if what it relays is stored, and is there after a kill.
    pub(crate) fn stores(self) -> bool {
        self == Self::Igny8
    }

    /// What is measured, if it is there.
    pub(crate) fn version(self, arguments: &Arguments) -> Option<String> {
        let said = |program: &Option<PathBuf>, word: &str| {
            let output = Command::new(program.as_ref()?).arg(word).output().ok()?;
            let said = String::from_utf8(output.stdout).ok()?;
            Some(said.split_whitespace().last()?.to_owned())
        };
        let package = |name: &str| {
            let file = arguments.packages.as_ref()?.join("node_modules").join(name);
            let text = fs::read_to_string(file.join("package.json")).ok()?;
            let value: Value = serde_json::from_str(&text).ok()?;
            arguments.node.as_ref()?;
            Some(value["version"].as_str()?.to_owned())
        };
        match self {
            Self::Floor => Some("tokio-tungstenite".to_owned()),
            Self::YWebsocket => package("@y/websocket-server"),
            Self::Hocuspocus => package("@hocuspocus/server"),
            Self::YSweet => said(&arguments.y_sweet, "version"),
            Self::Igny8 => said(&arguments.igny8, "--version"),
        }
    }

    fn command(
        self,
        keeping: Keeping,
        arguments: &Arguments,
        port: u16,
        data: &Path,
    ) -> Result<Command> {
        let node = |script: &str| {
            let mut command = Command::new(arguments.node.as_ref().context("no --node")?);
            let packages = arguments.packages.as_ref().context("no --packages")?;
            command.arg(packages.join(script)).env("NODE_ENV", "production");
            command.env("HOST", "127.0.0.1").env("PORT", port.to_string());
            anyhow::Ok(command)
        };
        let port_text = port.to_string();
        let mut command = match self {
            Self::Floor => {
                let mut command = Command::new(std::env::current_exe()?);
                command.args(["floor", "--port", &port_text]);
                command
            }
            Self::YWebsocket => node("node_modules/@y/websocket-server/src/server.js")?,
            Self::Hocuspocus => node("hocuspocus.mjs")?,
            Self::YSweet => {
                let mut command = Command::new(arguments.y_sweet.as_ref().context("no --y-sweet")?);
                command.args(["serve", "--port", &port_text]).env("RUST_LOG", "error");
                command
            }
            Self::Igny8 => {
                let mut command = Command::new(arguments.igny8.as_ref().context("no --igny8")?);
                command.args(["serve", "--dev", "--listen", &format!("127.0.0.1:{port}")]);
                // A line for each socket would measure the log.
                command.arg("--data-dir").arg(data).env("IGNY8_LOG_FILTER", "warn");
                command
            }
        };
        if keeping == Keeping::InFiles {
            match self {
                Self::YWebsocket => _ = command.env("YPERSISTENCE", data),
                Self::Hocuspocus => _ = command.env("DATA", data),
                Self::YSweet => _ = command.arg(data),
                Self::Floor | Self::Igny8 => {}
            }
        }
        Ok(command)
    }
}

/// A running server with nothing in it.
pub(crate) struct Server {
    /// Which one.
    pub(crate) peer: Peer,
    /// Its process.
    pub(crate) process: Process,
    keeping: Keeping,
    address: SocketAddr,
    data: PathBuf,
    /// The site of our server in which the rooms are, and the way to it.
    site: Option<(Http, Value)>,
}

impl Server {
    /// Starts it, and waits until it answers.
    pub(crate) async fn start(
        peer: Peer,
        keeping: Keeping,
        arguments: &Arguments,
        cores: Cores,
    ) -> Result<Self> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let data = arguments.directory.join(format!("{}-{port}", peer.name()));
        fs::create_dir_all(&data)?;
        let process = launch((peer, keeping), arguments, cores, address, &data).await?;
        let mut server = Self { peer, process, keeping, address, data, site: None };
        if peer == Peer::Igny8 {
            server.site = Some(server.sign_up().await?);
        }
        Ok(server)
    }

    /// Kills it and starts it again with what it has stored.
    pub(crate) async fn restart(&mut self, arguments: &Arguments, cores: Cores) -> Result<()> {
        self.process.kill();
        let kind = (self.peer, self.keeping);
        self.process = launch(kind, arguments, cores, self.address, &self.data).await?;
        Ok(())
    }

    /// Makes so many documents; where they are.
    pub(crate) async fn documents(&self, count: usize) -> Result<Vec<Address>> {
        let made = (0..count).map(|number| self.document(format!("bench-{number}")));
        futures::stream::iter(made).buffered(MADE_AT_ONCE).try_collect().await
    }

    /// Makes a document of that name; where it is.
    pub(crate) async fn document(&self, name: String) -> Result<Address> {
        let (path, envelope) = match self.peer {
            Peer::Floor | Peer::YWebsocket => (format!("/{name}"), Envelope::Plain),
            Peer::Hocuspocus => ("/".to_owned(), Envelope::Hocuspocus(name)),
            Peer::YSweet => (self.y_sweet_path(&name).await?, Envelope::Plain),
            Peer::Igny8 => (self.igny8_path(&name).await?, Envelope::Plain),
        };
        Ok(Address { server: self.address, path, envelope })
    }

    /// y-sweet makes a document, then says where it is.
    async fn y_sweet_path(&self, name: &str) -> Result<String> {
        let http = Http { server: self.address, token: None };
        http.post("/doc/new", name, &json!({ "docId": name })).await?;
        let said = http.post(&format!("/doc/{name}/auth"), name, &json!({})).await?;
        let url = said["url"].as_str().context("y-sweet names no url")?;
        let path = url.splitn(4, '/').nth(3).context("an address without a path")?;
        // Its clients add the document once more.
        let token = said["token"].as_str().map(|token| format!("?token={token}"));
        Ok(format!("/{path}/{name}{}", token.unwrap_or_default()))
    }

    /// A fresh workspace on our server.
    async fn sign_up(&self) -> Result<(Http, Value)> {
        let mut http = Http { server: self.address, token: None };
        let account = json!({
            "email": "bench@example.com", "password": "a bench for documents",
            "name": "Bench", "tenant_name": "Bench", "cookie": false,
        });
        let session = http.post("/api/auth/sign-up", "sign-up", &account).await?;
        let token = session["access_token"].as_str().context("sign-up gives no token")?;
        http.token = Some(token.to_owned());
        let sites = http.get("/api/settings/sites").await?;
        let site = match sites.get(0) {
            Some(site) => site.clone(),
            None => http.post("/api/settings/sites", "site", &json!({ "name": "Bench" })).await?,
        };
        Ok((http, site["id"].clone()))
    }

    /// A free room of our server, and a ticket for it.
    async fn igny8_path(&self, name: &str) -> Result<String> {
        let (http, site) = self.site.as_ref().context("a server without a site")?;
        let wanted = json!({
            "site": site, "kind": "free", "room": name, "rights": "write", "create": true,
        });
        let issued = http.post("/api/auth/room-tickets", name, &wanted).await?;
        let text = |key: &str| issued[key].as_str().with_context(|| format!("no {key}"));
        Ok(format!("{}?ticket={}", text("path")?, text("ticket")?))
    }
}

async fn launch(
    (peer, keeping): (Peer, Keeping),
    arguments: &Arguments,
    cores: Cores,
    address: SocketAddr,
    data: &Path,
) -> Result<Process> {
    let log = arguments.directory.join(format!("{}.log", peer.name()));
    let command = cores.keep(&peer.command(keeping, arguments, address.port(), data)?);
    let mut process = Process::start(command, &log)?;
    let until = Instant::now() + START_LIMIT;
    while !answers(address).await {
        process.check().with_context(|| format!("see {}", log.display()))?;
        if Instant::now() > until {
            bail!("{} does not answer", peer.name());
        }
        tokio::time::sleep(LOOK).await;
    }
    Ok(process)
}

/// Whether it answers anything at all. Where connections are accepted the server may still be reading
/// what it has stored.
async fn answers(address: SocketAddr) -> bool {
    let asked = async {
        let mut line = TcpStream::connect(address).await?;
        line.write_all(b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n").await?;
        line.read(&mut [0]).await
    };
    asked.await.is_ok()
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.data);
    }
}
