//! Plays a text as a stream of small pieces, at a speed.

use futures::StreamExt;
use igny8_actors_ports::{FinishReason, ModelError, ModelEvent, ModelStream, Usage};
use std::time::Duration;
use tokio::time::Instant;

/// Sizes of the pieces in bytes, in turn: they cut words and Markdown signs in two now and then,
/// as the pieces of real models do.
const PIECE_SIZES: [usize; 8] = [5, 7, 3, 9, 4, 11, 6, 2];
/// Letters of an average word with its space.
const BYTES_PER_WORD: f32 = 6.0;
/// A slower stream than this would look dead (and its due times would overflow).
const WORDS_PER_SECOND_MIN: f32 = 0.1;
/// Without a speed, other work of the thread gets its turn after so many pieces.
const YIELD_EVERY: usize = 64;

/// A whole answer, known beforehand.
#[derive(Debug)]
pub(super) struct Script {
    pub(super) text: String,
    pub(super) end: End,
}

/// How a stream ends.
#[derive(Debug)]
pub(super) enum End {
    /// As it should.
    Done { reason: FinishReason, usage: Usage },
    /// With an error.
    Failed(ModelError),
    /// With nothing until the idle timeout, then with an error.
    Stalled(ModelError),
}

/// Where the stream stands.
struct Player {
    text: String,
    end: Option<End>,
    sent: usize,
    pieces: usize,
    words_per_second: f32,
    idle_timeout: Duration,
    started: Option<Instant>,
}

/// Starts to play. The clock starts with the first poll.
pub(super) fn play(script: Script, words_per_second: f32, idle_timeout: Duration) -> ModelStream {
    let Script { text, end } = script;
    let player = Player {
        text,
        end: Some(end),
        sent: 0,
        pieces: 0,
        words_per_second,
        idle_timeout,
        started: None,
    };
    futures::stream::unfold(player, |mut player| async move {
        let event = player.next().await?;
        Some((event, player))
    })
    .boxed()
}

/// All of it in one piece.
pub(super) fn at_once(text: String, end: End) -> ModelStream {
    let end = match end {
        End::Done { reason, usage } => Ok(ModelEvent::Done { reason, usage }),
        End::Failed(error) | End::Stalled(error) => Err(error),
    };
    futures::stream::iter([Ok(ModelEvent::Text(text)), end]).boxed()
}

impl Player {
    async fn next(&mut self) -> Option<Result<ModelEvent, ModelError>> {
        if self.sent == self.text.len() {
            return self.finish().await;
        }
        self.wait_for_its_turn().await;
        let size = PIECE_SIZES[self.pieces % PIECE_SIZES.len()];
        let end = self.text.ceil_char_boundary((self.sent + size).min(self.text.len()));
        let piece = self.text[self.sent..end].to_owned();
        (self.sent, self.pieces) = (end, self.pieces + 1);
        Some(Ok(ModelEvent::Text(piece)))
    }

    /// Waits for the moment at which the next piece is due, counted from the start: a late timer
    /// is made up for.
    async fn wait_for_its_turn(&mut self) {
        let started = *self.started.get_or_insert_with(Instant::now);
        if self.words_per_second > 0.0 {
            let words = self.sent as f32 / BYTES_PER_WORD;
            let speed = self.words_per_second.max(WORDS_PER_SECOND_MIN);
            tokio::time::sleep_until(started + Duration::from_secs_f32(words / speed)).await;
        } else if self.pieces % YIELD_EVERY == YIELD_EVERY - 1 {
            tokio::task::yield_now().await;
        }
    }

    async fn finish(&mut self) -> Option<Result<ModelEvent, ModelError>> {
        match self.end.take()? {
            End::Done { reason, usage } => Some(Ok(ModelEvent::Done { reason, usage })),
            End::Failed(error) => Some(Err(error)),
            End::Stalled(error) => {
                // With no speed set nobody watches: the stall is told, not lived through.
                if self.words_per_second > 0.0 {
                    tokio::time::sleep(self.idle_timeout).await;
                }
                Some(Err(error))
            }
        }
    }
}
