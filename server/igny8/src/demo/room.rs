//! `igny8 admin room-ticket`: the address of a room on a development server, for any Yjs client.

use super::DemoError;
use super::api::{Api, Body};
use crate::argument::{RoomKindArgument, RoomTicketArguments};
use crate::port::OsEntropy;
use crate::terminal;
use igny8_protocol_wire::rest::auth::{NewRoomTicket, RoomKind, RoomRights, RoomTicket};
use igny8_protocol_wire::rest::system::Version;
use igny8_protocol_wire::rest::writer::NewDocument;
use igny8_protocol_wire::view::{DocumentView, SiteView};
use serde::Serialize;
use std::process::ExitCode;
use std::time::Duration;

/// The account in whose workspace the rooms are. Its password is no secret: it exists on servers
/// alone on which everybody may do everything.
const EMAIL: &str = "rooms@example.com";
const PASSWORD: &str = "rooms of a development server";

/// What is printed.
#[derive(Serialize)]
struct Opened {
    /// Ready for a WebSocket.
    address: String,
    /// The same in the parts that y-websocket's provider asks for; HocuspocusProvider calls them
    /// `url`, `name` and `token`.
    server: String,
    room: String,
    ticket: String,
    document: String,
    expires_in: u32,
}

/// Prints an address, or why there is none.
pub(crate) async fn room_ticket(arguments: RoomTicketArguments) -> ExitCode {
    match open(&arguments).await {
        Ok(opened) if arguments.json => {
            terminal::line(&serde_json::to_string(&opened).expect("texts and numbers"));
            ExitCode::SUCCESS
        }
        Ok(opened) => {
            terminal::line(&opened.address);
            ExitCode::SUCCESS
        }
        Err(error) => {
            terminal::error(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

async fn open(arguments: &RoomTicketArguments) -> Result<Opened, DemoError> {
    let api = Api::known(&arguments.server, EMAIL, PASSWORD, "Rooms", Duration::ZERO)?;
    let version: Version = api.get("/version").await?;
    if !version.development {
        let refusal = "this is no development server: ask it for a ticket with \
                       POST /api/auth/room-tickets, as somebody who may open the room";
        return Err(DemoError::Job(refusal.to_owned()));
    }
    api.enter().await?;
    let sites: Vec<SiteView> = api.get("/api/settings/sites").await?;
    let site = sites.first().ok_or_else(|| DemoError::Job("there is no site".to_owned()))?.id;
    let kind = match arguments.kind {
        RoomKindArgument::Free => RoomKind::Free,
        RoomKindArgument::Article => RoomKind::Article,
    };
    let room = match (&arguments.room, kind) {
        (Some(room), _) => room.clone(),
        (None, RoomKind::Free) => format!("room-{:08x}", u32::from_be_bytes(OsEntropy::bytes())),
        (None, RoomKind::Article) => {
            let made = NewDocument { title: "A room".to_owned(), content: None, format: None };
            let path = format!("/api/writer/sites/{site}/documents");
            api.post::<DocumentView>(&path, Body::json(&made)).await?.id.to_string()
        }
    };
    let wanted = NewRoomTicket {
        site,
        kind,
        room,
        rights: if arguments.read_only { RoomRights::Read } else { RoomRights::Write },
        create: kind == RoomKind::Free && !arguments.read_only,
        ttl_seconds: Some(arguments.ttl),
    };
    let issued: RoomTicket = api.post("/api/auth/room-tickets", Body::json(&wanted)).await?;
    Ok(opened(&arguments.server, wanted.room, issued))
}

fn opened(server: &str, room: String, issued: RoomTicket) -> Opened {
    let server = server.trim_end_matches('/');
    // http becomes ws, https becomes wss.
    let server = server.strip_prefix("http").map_or(server.to_owned(), |rest| format!("ws{rest}"));
    let RoomTicket { ticket, expires_in, path, document } = issued;
    Opened {
        address: format!("{server}{path}?ticket={ticket}"),
        server: format!("{server}/collab"),
        room,
        ticket,
        document: document.to_string(),
        expires_in,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use igny8_protocol_ids::{DocumentId, Timestamp};

    #[test]
    fn an_address_is_ready_for_a_websocket() {
        let issued = || RoomTicket {
            ticket: "a.b.c".to_owned(),
            expires_in: 60,
            path: "/collab/board".to_owned(),
            document: DocumentId::new(Timestamp::from_millis(1), [1; 10]),
        };
        let here = opened("http://localhost:8008/", "board".to_owned(), issued());
        assert_eq!("ws://localhost:8008/collab/board?ticket=a.b.c", here.address);
        assert_eq!("ws://localhost:8008/collab", here.server);
        let there = opened("https://app.example", "board".to_owned(), issued());
        assert_eq!("wss://app.example/collab/board?ticket=a.b.c", there.address);
    }
}
