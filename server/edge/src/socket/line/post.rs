//! What a client without a WebSocket sends: requests with frames, numbered so that each counts once
//! and in its order.

use super::End;
use super::event::Ends;
use crate::problem::Problem;
use crate::socket::bound::{FRAME_BYTES_MAX, POSTS_BURST_MAX, POSTS_MAX, POSTS_PER_SECOND_MAX};
use bytes::{Buf, Bytes};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use http::StatusCode;
use igny8_protocol_wire::close::{self, CloseCode};
use std::cmp::Ordering;
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::error::TryRecvError;
use tokio::sync::{Mutex, Semaphore, SemaphorePermit, mpsc};

/// The length before each frame, as the network has numbers.
const LENGTH_BYTES: usize = 4;

/// Frames of one request, or why the line is over.
type Post = Result<Bytes, (CloseCode, &'static str)>;

/// What requests are put into.
pub(in super::super) struct Inbox {
    posts: mpsc::Sender<Post>,
    /// The number of the next that counts.
    next: Mutex<u64>,
    places: Semaphore,
    rate: DefaultDirectRateLimiter,
}

/// What the session reads.
pub(super) struct Posts {
    posts: mpsc::Receiver<Post>,
    /// Of the latest.
    rest: Bytes,
    end: Option<(CloseCode, &'static str)>,
    answer: Ends,
}

/// Both ends.
pub(super) fn open(answer: Ends) -> (Arc<Inbox>, Posts) {
    // One waits while the session takes another: who posts faster waits for its answer.
    let (sender, posts) = mpsc::channel(1);
    let quota = Quota::per_second(POSTS_PER_SECOND_MAX).allow_burst(POSTS_BURST_MAX);
    let inbox = Inbox {
        posts: sender,
        next: Mutex::new(1),
        places: Semaphore::new(POSTS_MAX),
        rate: RateLimiter::direct(quota),
    };
    (Arc::new(inbox), Posts { posts, rest: Bytes::new(), end: None, answer })
}

/// The next frame, if it is there whole.
fn split(rest: &mut Bytes) -> Option<Bytes> {
    let length = usize::try_from(rest.try_get_u32().ok()?).ok()?;
    (length <= rest.len()).then(|| rest.split_to(length))
}

/// What is wrong with a request, if anything is.
fn fault(mut frames: Bytes) -> Option<(CloseCode, &'static str)> {
    if frames.is_empty() {
        return Some((close::MALFORMED, "a request held no frame"));
    }
    while !frames.is_empty() {
        if frames.len() >= LENGTH_BYTES && (&frames[..]).get_u32() as usize > FRAME_BYTES_MAX {
            return Some((close::TOO_LARGE, "a message was larger than allowed"));
        }
        if split(&mut frames).is_none() {
            return Some((close::MALFORMED, "a request ended within a frame"));
        }
    }
    None
}

/// There is no such line, or none any more.
pub(in super::super) fn no_line() -> Problem {
    let detail = "There is no such line here: it has ended. Open another.";
    Problem::new(StatusCode::NOT_FOUND, "not_found", detail)
}

impl Inbox {
    /// A place for one request that is read and waits for those before it.
    pub(in super::super) fn place(&self) -> Result<SemaphorePermit<'_>, Problem> {
        self.rate.check().map_err(|until| {
            let wait = until.wait_time_from(DefaultClock::default().now());
            let limit = POSTS_PER_SECOND_MAX;
            let detail = format!("At most {limit} requests a second: put more frames into each.");
            Problem::too_many(&detail, wait)
        })?;
        self.places.try_acquire().map_err(|_| {
            let detail = "Send one request at a time: earlier ones have not been taken yet.";
            Problem::too_many(detail, Duration::from_secs(1))
        })
    }

    /// Puts the frames of a request in, once and in its order; waits until the session takes them.
    pub(in super::super) async fn take(&self, number: u64, frames: Bytes) -> Result<(), Problem> {
        let mut next = self.next.lock().await;
        match number.cmp(&next) {
            // It came before, and its answer was lost.
            Ordering::Less => return Ok(()),
            Ordering::Greater => {
                let detail = format!("Request {next} comes before {number}. Send it first.");
                return Err(Problem::new(StatusCode::CONFLICT, "out_of_order", detail));
            }
            Ordering::Equal => {}
        }
        if let Some(fault) = fault(frames.clone()) {
            return Err(self.end(fault).await);
        }
        let place = self.posts.reserve().await.map_err(|_| no_line())?;
        // From here on nothing waits: it counts, or it does not.
        place.send(Ok(frames));
        *next += 1;
        Ok(())
    }

    /// Ends the line for what a request was.
    pub(in super::super) async fn end(&self, fault: (CloseCode, &'static str)) -> Problem {
        if let Ok(place) = self.posts.reserve().await {
            place.send(Err(fault));
        }
        let (code, text) = fault;
        let status = match code {
            close::TOO_LARGE => StatusCode::PAYLOAD_TOO_LARGE,
            _ => StatusCode::BAD_REQUEST,
        };
        Problem::new(status, code.name, format!("The line is over: {text}."))
    }
}

impl Posts {
    /// The next message, if it is there.
    pub(super) fn ready(&mut self, bytes_max: usize) -> Option<Result<Option<Bytes>, End>> {
        if self.rest.is_empty() && self.end.is_none() {
            match self.posts.try_recv() {
                Ok(post) => self.keep(post),
                Err(TryRecvError::Empty) => return None,
                Err(TryRecvError::Disconnected) => return Some(Err(None)),
            }
        }
        if self.end.is_some() {
            return Some(Err(self.end));
        }
        Some(match split(&mut self.rest) {
            Some(frame) if frame.len() <= bytes_max => Ok(Some(frame)),
            Some(_) => Err(Some((close::TOO_LARGE, "a message was larger than allowed"))),
            None => Err(Some((close::MALFORMED, "a request ended within a frame"))),
        })
    }

    /// Waits for more; an error if nobody is there any more.
    pub(super) async fn readable(&mut self) -> io::Result<()> {
        tokio::select! {
            biased;
            () = self.answer.gone.cancelled() => {}
            post = self.posts.recv() => if let Some(post) = post {
                self.keep(post);
                return Ok(());
            },
        }
        Err(ErrorKind::UnexpectedEof.into())
    }

    fn keep(&mut self, post: Post) {
        match post {
            Ok(frames) => self.rest = frames,
            Err(end) => self.end = Some(end),
        }
    }

    /// Ends the answer, and waits until it is out, or nobody hears it.
    pub(super) async fn drain(self) {
        let Ends { gone, over } = self.answer;
        drop(over);
        gone.cancelled().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::socket::line::event;

    fn frames(bodies: &[&[u8]]) -> Bytes {
        let framed = |body: &&[u8]| [&(body.len() as u32).to_be_bytes(), *body].concat();
        bodies.iter().flat_map(framed).collect::<Vec<u8>>().into()
    }

    #[test]
    fn a_request_is_whole_frames_within_the_bound() {
        assert_eq!(None, fault(frames(&[b"a", b"", b"bc"])));
        let name = |frames| fault(frames).map(|(code, _)| code.name);
        assert_eq!(Some("malformed"), name(Bytes::new()));
        let whole = frames(&[b"a", b"bc"]);
        for cut in (1..whole.len()).filter(|cut| *cut != 5) {
            assert_eq!(Some("malformed"), name(whole.slice(..cut)), "{cut}");
        }
        let large = (FRAME_BYTES_MAX as u32 + 1).to_be_bytes();
        assert_eq!(Some("too_large"), name(Bytes::copy_from_slice(&large)));
    }

    #[tokio::test]
    async fn a_request_counts_once_and_in_its_order() {
        let (inbox, mut posts) = open(event::open().2);
        let mut next = |max| posts.ready(max).map(|said| said.unwrap().unwrap());
        assert!(next(9).is_none());
        let take = async |number, bodies: &[&[u8]]| {
            let taken = inbox.take(number, frames(bodies));
            tokio::time::timeout(Duration::from_secs(20), taken).await.expect("it has room")
        };
        let early = take(2, &[b"c"]).await.unwrap_err();
        assert_eq!((StatusCode::CONFLICT, "out_of_order"), (early.status, &*early.code));
        take(1, &[b"a", b"b"]).await.unwrap();
        take(1, &[b"a", b"b"]).await.unwrap();
        assert_eq!(["a", "b"].map(Bytes::from), [next(9).unwrap(), next(9).unwrap()]);
        assert!(next(9).is_none());
        take(2, &[b"c"]).await.unwrap();
        assert_eq!("c", next(9).unwrap());
    }

    #[tokio::test]
    async fn r11_who_posts_faster_than_the_session_reads_waits() {
        let (inbox, mut posts) = open(event::open().2);
        inbox.take(1, frames(&[b"a"])).await.unwrap();
        // Given up in the middle: it does not count, and may come again.
        let given_up = tokio::time::timeout(Duration::ZERO, inbox.take(2, frames(&[b"b"])));
        assert!(given_up.await.is_err());
        assert!(posts.ready(9).is_some() && posts.ready(9).is_none());
        inbox.take(2, frames(&[b"b"])).await.unwrap();
        assert!(posts.ready(9).is_some() && posts.ready(9).is_none());
    }

    #[tokio::test]
    async fn r11_requests_have_places_and_a_rate() {
        let (inbox, _posts) = open(event::open().2);
        let places: Vec<_> = (0..POSTS_MAX).map(|_| inbox.place().unwrap()).collect();
        let refused = inbox.place().unwrap_err();
        assert_eq!(StatusCode::TOO_MANY_REQUESTS, refused.status);
        drop(places);
        let taken = (0..10_000).take_while(|_| inbox.place().is_ok()).count();
        assert!(taken < 1_000, "{taken} at once");
        assert!(inbox.place().unwrap_err().retry_after.is_some());
    }
}
