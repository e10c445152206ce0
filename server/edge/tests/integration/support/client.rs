//! A client of the socket, for tests.

use super::Server;
use futures::{SinkExt, StreamExt};
use igny8_protocol_ids::{DocumentId, TenantId};
use igny8_protocol_wire::codec::{decode, encode};
use igny8_protocol_wire::frame::{ClientFrame, ServerFrame};
use igny8_protocol_wire::packed;
use igny8_protocol_wire::stream::StreamName;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

const PATIENCE: Duration = Duration::from_secs(20);

/// Serves the router on a port of its own.
pub async fn listen(server: &Server) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = server.router.clone().into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    address
}

pub async fn ticket(server: &Server, token: &str, tenant: TenantId) -> String {
    let body = serde_json::json!({ "tenant": tenant });
    let answer = server.post("/api/auth/ticket").token(token).json(body).await;
    answer.json()["ticket"].as_str().unwrap().to_owned()
}

pub struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// Bytes of the packed frames that it was sent.
    pub packed_bytes: usize,
}

/// What ends a wait: a frame, or the close code.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "one at a time, on the stack of a test")]
pub enum Heard {
    Frame(ServerFrame),
    Closed(u16),
}

impl Client {
    pub async fn dial(
        address: SocketAddr,
        ticket: &str,
        origin: Option<&str>,
    ) -> Result<Self, Box<Error>> {
        let mut request = format!("ws://{address}/ws").into_client_request().unwrap();
        let protocols = format!("igny8.v1, igny8.ticket.{ticket}").parse().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", protocols);
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().unwrap());
        }
        let (socket, _) = connect_async(request).await.map_err(Box::new)?;
        Ok(Self { socket, packed_bytes: 0 })
    }

    /// An open socket that has been welcomed.
    pub async fn open(server: &Server, address: SocketAddr, token: &str, tenant: TenantId) -> Self {
        let ticket = ticket(server, token, tenant).await;
        Self::dial(address, &ticket, None).await.unwrap().greeted(false).await
    }

    /// Says hello and is welcomed.
    pub async fn greeted(self, packed: bool) -> Self {
        let (mut client, versions) = (self, vec![9, 1]);
        client.send(&ClientFrame::Hello { versions, client: "test".to_owned(), packed }).await;
        assert!(matches!(
            client.hear().await,
            Heard::Frame(ServerFrame::Welcome { version: 1, .. })
        ));
        client
    }

    pub async fn send(&mut self, frame: &ClientFrame) {
        self.raw(Message::Binary(encode(frame).unwrap().into())).await;
    }
    pub async fn raw(&mut self, message: Message) {
        self.try_raw(message).await.unwrap();
    }
    /// Sends what the server may cut off in the middle.
    pub async fn try_raw(&mut self, message: Message) -> Result<(), Error> {
        self.socket.send(message).await
    }

    pub async fn hear(&mut self) -> Heard {
        loop {
            match timeout(PATIENCE, self.socket.next()).await.expect("something is heard in time") {
                Some(Ok(Message::Binary(bytes))) => {
                    let frame = packed::unpack(&bytes, usize::MAX).unwrap();
                    if frame[..] != bytes[..] {
                        self.packed_bytes += bytes.len();
                    }
                    return Heard::Frame(decode(&frame).unwrap());
                }
                Some(Ok(Message::Close(frame))) => {
                    return Heard::Closed(frame.map_or(1005, |frame| frame.code.into()));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Heard::Closed(1006),
            }
        }
    }

    /// Skips frames until one fits.
    pub async fn until<T>(&mut self, fits: impl Fn(ServerFrame) -> Option<T>) -> T {
        loop {
            match self.hear().await {
                Heard::Frame(frame) => {
                    if let Some(found) = fits(frame) {
                        return found;
                    }
                }
                Heard::Closed(code) => panic!("closed with {code} instead"),
            }
        }
    }

    /// Skips frames until the end.
    pub async fn closed(&mut self) -> u16 {
        loop {
            if let Heard::Closed(code) = self.hear().await {
                return code;
            }
        }
    }

    pub async fn subscribe(
        &mut self,
        r#ref: u32,
        stream: StreamName,
    ) -> Result<ServerFrame, String> {
        let subscribe =
            ClientFrame::Subscribe { r#ref, stream, position: None, state_vector: None };
        self.send(&subscribe).await;
        self.until(|frame| match frame {
            ServerFrame::Subscribed { r#ref: of, .. } if of == r#ref => Some(Ok(frame)),
            ServerFrame::Problem { r#ref: Some(of), code, .. } if of == r#ref => Some(Err(code)),
            _ => None,
        })
        .await
    }

    /// Sends an edit: the code of its refusal, or nothing once it is durable.
    pub async fn edit(
        &mut self,
        document: DocumentId,
        r#ref: u32,
        update: Vec<u8>,
    ) -> Option<String> {
        self.send(&ClientFrame::DocumentUpdate { document, r#ref, update }).await;
        self.until(|frame| match frame {
            ServerFrame::Durable { r#ref: of, .. } if of == r#ref => Some(None),
            ServerFrame::DocumentRefused { r#ref: of, code, .. } if of == r#ref => Some(Some(code)),
            _ => None,
        })
        .await
    }
}
