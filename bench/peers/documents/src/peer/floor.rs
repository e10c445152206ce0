//! The floor: whatever a client says goes to all others of its room. It holds no document and stores
//! nothing; what has gathered for a client goes out in one write.

use anyhow::Result;
use bytes::Bytes;
use futures::{SinkExt, StreamExt};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::rc::Rc;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::{LocalSet, spawn_local};
use tokio_tungstenite::accept_hdr_async_with_config;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

/// A client for whom more has gathered does not read: its socket is closed, never thinned out.
const GATHERED_MAX: usize = 1 << 20;
/// Small, since there are many sockets.
const READ_BUFFER: usize = 4 << 10;
/// The same.
const WRITE_BUFFER: usize = 8 << 10;

/// "What do you lack?" of somebody who has nothing.
const STEP_1: &[u8] = &[0, 0, 1, 0];
/// The answer of somebody who has nothing.
const STEP_2: &[u8] = &[0, 1, 2, 0, 0];

/// What is to go to one client.
#[derive(Default)]
struct Outlet {
    gathered: RefCell<Vec<Bytes>>,
    wake: Notify,
    is_over: Cell<bool>,
}

impl Outlet {
    fn put(&self, message: Bytes) {
        let mut gathered = self.gathered.borrow_mut();
        if gathered.len() == GATHERED_MAX {
            self.is_over.set(true);
        } else {
            gathered.push(message);
        }
        self.wake.notify_one();
    }
}

type Room = RefCell<Vec<Rc<Outlet>>>;
type Rooms = Rc<RefCell<HashMap<String, Rc<Room>>>>;

/// Serves until the process ends.
pub(crate) fn serve(port: u16) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, async {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let listener = TcpListener::bind(address).await?;
        let rooms = Rooms::default();
        loop {
            let (stream, _) = listener.accept().await?;
            let rooms = Rc::clone(&rooms);
            // A client that goes is no concern of the others.
            spawn_local(async move { drop(client(stream, rooms).await) });
        }
    })
}

async fn client(stream: TcpStream, rooms: Rooms) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut name = String::new();
    let config =
        WebSocketConfig::default().read_buffer_size(READ_BUFFER).write_buffer_size(WRITE_BUFFER);
    #[allow(clippy::result_large_err, reason = "the library's signature")]
    let note = |request: &Request, response: Response| {
        request.uri().path().clone_into(&mut name);
        Ok(response)
    };
    let mut socket = accept_hdr_async_with_config(stream, note, Some(config)).await?;
    let room = Rc::clone(rooms.borrow_mut().entry(name).or_default());
    let outlet = Rc::new(Outlet::default());
    room.borrow_mut().push(Rc::clone(&outlet));
    outlet.put(Bytes::from_static(STEP_1));
    let outcome = converse(&mut socket, &room, &outlet).await;
    room.borrow_mut().retain(|other| !Rc::ptr_eq(other, &outlet));
    outcome
}

async fn converse(
    socket: &mut tokio_tungstenite::WebSocketStream<TcpStream>,
    room: &Room,
    outlet: &Rc<Outlet>,
) -> Result<()> {
    loop {
        tokio::select! {
            message = socket.next() => match message {
                Some(Ok(Message::Binary(said))) => relay(said, room, outlet),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Ok(()),
                Some(Ok(_)) => {}
            },
            () = outlet.wake.notified() => {
                if outlet.is_over.get() {
                    return Ok(socket.close(None).await?);
                }
                let gathered = outlet.gathered.take();
                for message in gathered {
                    socket.feed(Message::Binary(message)).await?;
                }
                socket.flush().await?;
            }
        }
    }
}

/// To all others; only the greeting is answered.
fn relay(said: Bytes, room: &Room, outlet: &Rc<Outlet>) {
    if said == STEP_1 {
        return outlet.put(Bytes::from_static(STEP_2));
    }
    if said == STEP_2 {
        return;
    }
    for other in room.borrow().iter().filter(|other| !Rc::ptr_eq(other, outlet)) {
        other.put(said.clone());
    }
}
