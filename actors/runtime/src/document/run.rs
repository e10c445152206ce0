//! AI runs: a peer with its own client id, whose received text is durable before it counts (R9).

use super::activity::Happened;
use super::actor::{Message, State};
use super::handle::DocumentHandle;
use super::record::{Maker, Run, piece_key, run_key};
use crate::entity::encode;
use crate::failure::Failure;
use igny8_actors_document::{LinkPolicy, RunCursor, RunWriter};
use igny8_actors_domain::sabotage::Sabotage;
use igny8_protocol_ids::RunId;
use igny8_storage_api::{BlobHash, Record};
use serde_json::json;
use std::collections::BTreeMap;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

/// The colour of AI carets.
pub(super) const CARET_COLOUR: &str = "#7c3aed";

/// A run under way.
pub(super) struct Writing {
    writer: RunWriter,
    received: u64,
}

/// Who a run is, as its worker says when it begins.
#[derive(Clone, Debug)]
pub struct RunAuthor {
    /// How it is named.
    pub name: String,
    /// By what it writes.
    pub maker: Option<Maker>,
    /// Hosts that links and images in its text may have; others stay as text.
    pub hosts: Vec<String>,
    /// The blob of what its model is asked, where a further attempt must ask the very same.
    pub question: Option<[u8; 32]>,
}

/// What is known of a run when a worker takes it up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunState {
    /// The text that is durable: a further attempt continues it.
    pub text: String,
    /// True if the run has ended: there is nothing more to write.
    pub ended: bool,
    /// The blob of what the model was asked that wrote the text, where it was kept.
    pub question: Option<[u8; 32]>,
}

/// How a run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunEnd {
    /// Another attempt takes it up.
    Later,
    /// Somebody stopped it: it stays as it is until somebody has it go on.
    Stopped,
    /// Its text is whole.
    Finished,
}

type Answer<T> = oneshot::Sender<Result<T, Failure>>;

impl State {
    /// Begins a run, or takes it up where it is durable.
    pub(super) fn run_begin(
        &mut self,
        id: RunId,
        about: RunAuthor,
        answer: Answer<RunState>,
        permit: OwnedSemaphorePermit,
    ) {
        let RunAuthor { name: author, maker, hosts, question } = about;
        let question = question.map(BlobHash);
        self.forget_undone(id);
        let is_news = self.runs.get(&id).is_none_or(|run| run.stopped);
        let text = self.texts.get(&id).cloned().unwrap_or_default();
        let ended = self.runs.get(&id).is_some_and(|run| run.ended_at.is_some() && !run.stopped);
        if !ended && !self.writing.contains_key(&id) {
            let writer = match self.runs.get(&id) {
                Some(run) => {
                    let policy = LinkPolicy::hosts(run.hosts.clone());
                    RunWriter::resume(run.progress.run_client_id(), &run.progress, &text, policy)
                }
                // 53 bits, fresh for each run: two authors with one id would corrupt the document.
                None => {
                    let policy = LinkPolicy::hosts(hosts.clone());
                    RunWriter::start(self.world.roll() >> 11, RunCursor::AtEnd, policy)
                }
            };
            let run = self.runs.entry(id).or_insert_with(|| Run {
                id,
                author,
                maker: None,
                hosts,
                question,
                progress: writer.progress(),
                pieces: 0,
                ended_at: None,
                stopped: false,
                undone_at: None,
                gone: Vec::new(),
            });
            (run.ended_at, run.stopped) = (None, false);
            run.maker = maker;
            if text.is_empty() {
                run.question = question;
            }
            self.writing.insert(id, Writing { writer, received: text.len() as u64 });
            self.save_run(id);
            if is_news {
                self.note_run(id, Happened::RunBegun);
            }
        }
        let question = self.runs.get(&id).and_then(|run| run.question).map(|blob| blob.0);
        self.output(Box::new(move || {
            drop(answer.send(Ok(RunState { text, ended, question })));
            drop(permit);
        }));
    }

    /// Another model than the one that was asked first writes.
    fn made_by(&mut self, id: RunId, maker: Maker) {
        if let Some(run) = self.runs.get_mut(&id)
            && run.maker.as_ref() != Some(&maker)
        {
            run.maker = Some(maker);
            self.save_run(id);
        }
    }

    /// Takes a piece of received text; answers when it is durable.
    pub(super) fn run_push(
        &mut self,
        id: RunId,
        offset: u64,
        text: &str,
        answer: Answer<()>,
        permit: OwnedSemaphorePermit,
    ) {
        let Some(writing) = self.writing.get_mut(&id).filter(|writing| writing.received == offset)
        else {
            drop(answer.send(Err(Failure::restarting())));
            return;
        };
        writing.received += text.len() as u64;
        let step = writing.writer.push(&mut self.live, text);
        let progress = writing.writer.progress();
        self.texts.entry(id).or_default().push_str(text);
        if let Some(run) = self.runs.get_mut(&id) {
            let number = run.pieces;
            run.pieces += 1;
            run.progress = step.as_ref().map_or(progress, |step| step.progress.clone());
            self.turn.records.push(Record::new(piece_key(id, number), encode(&text)));
        }
        if let Some(step) = step {
            self.by_server(step.update);
        }
        self.save_run(id);
        self.show_caret(id);
        self.output(Box::new(move || {
            drop(answer.send(Ok(())));
            drop(permit);
        }));
    }

    /// Ends a run; unless another attempt takes it up at once, what was held back is written.
    /// Answers whether anything was written, and the document's words.
    pub(super) fn run_end(
        &mut self,
        id: RunId,
        end: RunEnd,
        answer: Answer<(bool, u32)>,
        permit: OwnedSemaphorePermit,
    ) {
        if let Some(mut writing) = self.writing.remove(&id) {
            if end != RunEnd::Later {
                if let Some(step) = writing.writer.finish(&mut self.live) {
                    self.by_server(step.update);
                }
                let (now, progress) = (self.world.now(), writing.writer.progress());
                if let Some(run) = self.runs.get_mut(&id) {
                    run.progress = progress;
                    run.ended_at = Some(now);
                    run.stopped = end == RunEnd::Stopped;
                }
                self.save_run(id);
                self.note_run(
                    id,
                    match end {
                        RunEnd::Stopped => Happened::RunStopped,
                        _ => Happened::RunEnded,
                    },
                );
            }
            if let Some(run) = self.runs.get(&id) {
                self.turn.carets.insert(run.progress.run_client_id(), None);
            }
        }
        let wrote = self.runs.get(&id).is_some_and(|run| run.progress.has_written());
        let words = u32::try_from(self.live.tree().word_count()).unwrap_or(u32::MAX);
        self.output(Box::new(move || {
            drop(answer.send(Ok((wrote, words))));
            drop(permit);
        }));
    }

    pub(super) fn save_run(&mut self, id: RunId) {
        let is_lost = Sabotage::RunPositionLost.is_on();
        if let Some(run) = self.runs.get(&id).filter(|run| !is_lost || run.pieces == 0) {
            let blobs = run.question.into_iter().collect();
            self.turn.records.push(Record { blobs, ..Record::new(run_key(id), encode(run)) });
            self.turn.fenced = true;
        }
    }

    fn show_caret(&mut self, id: RunId) {
        let (Some(run), Some(writing)) = (self.runs.get(&id), self.writing.get(&id)) else {
            return;
        };
        let cursor = writing
            .writer
            .caret(&self.live)
            .map(|caret| json!({"anchor": caret.anchor, "head": caret.head}));
        let state = json!({"user": {"name": run.author, "color": CARET_COLOUR, "ai": true}, "cursor": cursor});
        self.turn.carets.insert(run.progress.run_client_id(), Some(state.to_string()));
    }

    pub(super) fn show_carets(&self, carets: BTreeMap<u64, Option<String>>) {
        for (author, caret) in carets {
            match caret {
                Some(caret) => self.room.show(author, caret),
                None => self.room.hide(author),
            }
        }
    }
}

impl DocumentHandle {
    /// Begins an AI run, or takes it up where it is durable. A further attempt hears by which
    /// question, a blob, the text that is there came about.
    pub async fn run_begin(&self, run: RunId, author: RunAuthor) -> Result<RunState, Failure> {
        self.ask(|answer, permit| Message::RunBegin { run, about: author, answer, permit }).await
    }

    /// Says which model answered, where that is not known before.
    pub async fn run_made_by(&self, run: RunId, maker: Maker) -> Result<(), Failure> {
        self.history(move |state| {
            state.made_by(run, maker);
            Ok(())
        })
        .await
    }
}
