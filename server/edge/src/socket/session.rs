//! One socket's life: greeting, messages, end.

use super::bound::{FRAME_BYTES_MAX, GREETING_MAX, HEARTBEAT};
use super::command;
use super::drain::{self, RESTARTS};
use super::guard::Guard;
use super::line::{End, Line, Manners, Outbox, Rank, Reader, finish};
use super::stream::Streams;
use crate::access::HeldRole;
use crate::state::{EdgeState, TicketHolder};
use igny8_actors_domain::role::Role;
use igny8_protocol_wire::PROTOCOL_VERSIONS_SUPPORTED;
use igny8_protocol_wire::close;
use igny8_protocol_wire::codec::decode;
use igny8_protocol_wire::frame::{ClientFrame, ServerFrame};
use std::sync::Arc;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// What the parts of a session share.
#[derive(Clone)]
pub(super) struct Context {
    pub state: EdgeState,
    pub holder: TicketHolder,
    /// Unique among all sockets of the server.
    pub number: u64,
    pub outbox: Arc<Outbox>,
    pub standing: watch::Receiver<Option<HeldRole>>,
}

struct Session {
    context: Context,
    streams: Streams,
    commands: JoinSet<()>,
}

/// How we speak of a client that is not quick enough.
const MANNERS: Manners = Manners { slow: close::SLOW_READER, silent: close::SILENT };

/// Serves a socket to its end.
pub(super) async fn run(state: EdgeState, holder: TicketHolder, standing: HeldRole, line: Line) {
    let (mut reader, outbox) = line.split(MANNERS);
    let guard = Guard::over(&state, holder, standing);
    let number = state.next_session();
    let context =
        Context { state, holder, number, outbox: outbox.clone(), standing: guard.standing() };
    let mut session =
        Session { streams: Streams::new(context.clone()), context, commands: JoinSet::new() };
    let end = tokio::select! {
        end = session.live(&mut reader) => end,
        () = outbox.write() => None,
    };
    drop((session, guard));
    if let Some((code, text)) = end {
        tracing::debug!(tenant = %holder.tenant, code = code.code, text, "a socket is closed");
    }
    Box::pin(finish(reader, outbox, end)).await;
}

/// A frame of the client, or why there is none.
async fn next(reader: &mut Reader) -> Result<Option<ClientFrame>, End> {
    let Some(bytes) = reader.message(FRAME_BYTES_MAX).await? else { return Ok(None) };
    let frame = decode(&bytes);
    frame.map(Some).map_err(|_| Some((close::MALFORMED, "a message could not be read")))
}

async fn first(reader: &mut Reader) -> Result<ClientFrame, End> {
    loop {
        if let Some(frame) = next(reader).await? {
            return Ok(frame);
        }
    }
}

impl Session {
    async fn live(&mut self, reader: &mut Reader) -> End {
        let shutdown = self.context.state.settings.shutdown.clone().cancelled_owned();
        tokio::pin!(shutdown);
        tokio::select! {
            biased;
            // Nothing comes before `welcome`: it comes back as it sees fit.
            () = &mut shutdown => return Some(RESTARTS),
            greeted = self.greet(reader) => if let Err(end) = greeted { return end },
        }
        let mut standing = self.context.standing.clone();
        loop {
            tokio::select! {
                biased;
                () = &mut shutdown => {
                    drain::announce(&self.context.state, &self.context.outbox);
                    return Some(RESTARTS);
                }
                changed = standing.changed() => {
                    if changed.is_err() {
                        return Some((close::INTERNAL, "the watch over your role failed"));
                    }
                    let now = *standing.borrow_and_update();
                    let Some(now) = now else {
                        return Some((close::REVOKED, "you no longer have access to this workspace"));
                    };
                    self.streams.role_changed(now.role);
                }
                heard = next(reader) => match heard {
                    Ok(Some(frame)) => {
                        // Boxed: a silent socket needs no room for what a message needs.
                        if let Err(end) = Box::pin(self.receive(frame)).await {
                            return end;
                        }
                    }
                    Ok(None) => {}
                    Err(end) => return end,
                },
                Some(done) = self.commands.join_next() => {
                    if let Err(error) = done {
                        tracing::error!(%error, "a command over a socket failed");
                    }
                }
            }
        }
    }

    async fn greet(&mut self, reader: &mut Reader) -> Result<(), End> {
        let hello = timeout(GREETING_MAX, first(reader)).await;
        let frame = hello.map_err(|_| Some((close::MALFORMED, "hello did not come")))??;
        let ClientFrame::Hello { versions, client, packed } = frame else {
            return Err(Some((close::MALFORMED, "hello comes first")));
        };
        let common = versions.iter().find(|version| PROTOCOL_VERSIONS_SUPPORTED.contains(version));
        let Some(version) = common else {
            return Err(Some((close::VERSION, "no version of the protocol in common")));
        };
        let client: String = client.chars().filter(|c| !c.is_control()).take(100).collect();
        tracing::debug!(tenant = %self.context.holder.tenant, client, version, "a socket is open");
        let welcome = ServerFrame::Welcome {
            version: *version,
            server: concat!("igny8/", env!("CARGO_PKG_VERSION")).to_owned(),
            heartbeat_seconds: u16::try_from(HEARTBEAT.as_secs()).expect("seconds fit"),
            frame_bytes_max: u32::try_from(FRAME_BYTES_MAX).expect("a megabyte fits"),
        };
        self.context.outbox.send(Rank::Answer, &welcome);
        self.context.outbox.set_packs(packed);
        Ok(())
    }

    async fn receive(&mut self, frame: ClientFrame) -> Result<(), End> {
        match frame {
            ClientFrame::Hello { .. } => return Err(Some((close::MALFORMED, "hello comes once"))),
            ClientFrame::Subscribe { r#ref, stream, position, state_vector } => {
                self.streams.subscribe(r#ref, stream, position, state_vector).await;
            }
            ClientFrame::Unsubscribe { stream } => self.streams.unsubscribe(stream),
            ClientFrame::DocumentUpdate { document, r#ref, update } => {
                self.streams.update(document, r#ref, update).await;
            }
            ClientFrame::DocumentSync { document, state_vector } => {
                self.streams.sync(document, state_vector).await
            }
            ClientFrame::Awareness { document, update } => {
                self.streams.awareness(document, &update)
            }
            ClientFrame::Command { r#ref, command } => {
                command::start(&self.context, &mut self.commands, r#ref, command);
            }
            ClientFrame::Ping { nonce } => {
                self.context.outbox.send(Rank::Answer, &ServerFrame::Pong { nonce })
            }
        }
        Ok(())
    }
}

impl Context {
    /// The role as it is known now; `None` if the right was lost.
    pub(super) fn role(&self) -> Option<Role> {
        self.standing.borrow().map(|standing| standing.role)
    }

    /// Answers with a refusal.
    pub(super) fn refuse(&self, r#ref: Option<u32>, problem: &crate::problem::Problem) {
        let retry_after_ms =
            problem.retry_after.map(|after| u32::try_from(after.as_millis()).unwrap_or(u32::MAX));
        let (code, message) = (problem.code.to_string(), problem.detail.clone());
        self.outbox
            .send(Rank::Answer, &ServerFrame::Problem { r#ref, code, message, retry_after_ms });
    }
}
