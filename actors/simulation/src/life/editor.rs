//! Somebody in a document: an unmodified Yjs client that keeps what it typed until it is told that
//! it is durable (R7).

use super::Life;
use crate::witness::token_text;
use igny8_actors_runtime::{DocumentFrame, DocumentSubscription, Platform};
use igny8_protocol_ids::{AccountId, DocumentId, EntityKey};
use parking_lot::Mutex;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use yrs::updates::decoder::Decode;
use yrs::updates::encoder::Encode;
use yrs::{Doc, Options, ReadTxn, StateVector, Text, Transact, Update, WriteTxn, XmlFragment};

/// An open document. Closed, and its task aborted, when it is dropped.
pub(crate) struct Editor {
    typed: mpsc::UnboundedSender<(u64, u64)>,
    open: Arc<Mutex<Vec<u64>>>,
    task: JoinHandle<()>,
}

impl Drop for Editor {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Editor {
    pub(crate) fn start(life: &Arc<Life>, document: DocumentId, client: u64) -> Self {
        let (typed, typing) = mpsc::unbounded_channel();
        let open = Arc::new(Mutex::new(Vec::new()));
        let doc = Doc::with_options(Options {
            offset_kind: yrs::OffsetKind::Utf16,
            ..Options::with_client_id(yrs::ClientID::new(1_000 + client))
        });
        let desk = Desk {
            life: life.clone(),
            document,
            doc,
            session: 0,
            sent: 0,
            unacknowledged: Vec::new(),
            open: open.clone(),
        };
        Self { typed, open, task: tokio::task::spawn_local(desk.work(typing)) }
    }
    /// Types a token somewhere.
    pub(crate) fn write(&self, token: u64, pick: u64) {
        self.open.lock().push(token);
        // A desk whose life is over takes nothing.
        let _ = self.typed.send((token, pick));
    }
    /// Tokens that nobody has acknowledged.
    pub(crate) fn unacknowledged(&self) -> Vec<u64> {
        self.open.lock().clone()
    }
}

struct Desk {
    life: Arc<Life>,
    document: DocumentId,
    doc: Doc,
    session: u64,
    sent: u32,
    /// By the number under which it was sent last.
    unacknowledged: Vec<(u32, u64)>,
    open: Arc<Mutex<Vec<u64>>>,
}

impl Desk {
    async fn work(mut self, mut typing: mpsc::UnboundedReceiver<(u64, u64)>) {
        loop {
            let Some(mut frames) = self.join().await else { continue };
            loop {
                tokio::select! {
                    biased;
                    frame = frames.next() => match frame {
                        Some(frame) => {
                            if !self.hear(frame) {
                                break;
                            }
                        }
                        None => break,
                    },
                    typed = typing.recv() => {
                        let Some((token, pick)) = typed else { return };
                        let update = self.type_text(token, pick);
                        if !self.send(vec![token], update).await {
                            break;
                        }
                    }
                }
            }
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
    }

    /// Joins, takes what it lacks, hands in what the document lacks.
    async fn join(&mut self) -> Option<DocumentSubscription> {
        self.session = self.life.number() + 1;
        let have = self.doc.transact().state_vector().encode_v1();
        let (life, document, session) = (self.life.clone(), self.document, self.session);
        let entity = EntityKey::document(life.tenant, document);
        let account = AccountId::from_uuid(uuid::Uuid::from_u128(session.into()));
        let joined = life
            .insist(entity, async |platform: Platform| {
                platform
                    .document(life.tenant, document)
                    .join(session, Some(have.clone()), true, account)
                    .await
            })
            .await?
            .ok()?;
        self.life.witness().edits_received(document, &joined.update.update);
        self.apply(&joined.update.update);
        let tokens: Vec<u64> = self.unacknowledged.drain(..).map(|(_, token)| token).collect();
        if !tokens.is_empty() {
            let theirs = StateVector::decode_v1(&joined.state_vector).ok()?;
            let update = self.doc.transact().encode_diff_v1(&theirs);
            if !self.send(tokens, update).await {
                return None;
            }
        }
        Some(joined.subscription)
    }

    /// False if the document did not take it: then it is joined anew.
    async fn send(&mut self, tokens: Vec<u64>, update: Vec<u8>) -> bool {
        self.sent += 1;
        let sent = self.sent;
        self.unacknowledged.extend(tokens.into_iter().map(|token| (sent, token)));
        let Some(platform) = self.life.nodes.current() else { return false };
        let handle = platform.document(self.life.tenant, self.document);
        let sending = handle.update(self.session, sent, update);
        matches!(tokio::time::timeout(Duration::from_secs(15), sending).await, Ok(Ok(())))
    }

    fn apply(&self, update: &[u8]) {
        let applied =
            Update::decode_v1(update).map_err(|error| error.to_string()).and_then(|update| {
                self.doc.transact_mut().apply_update(update).map_err(|error| error.to_string())
            });
        if let Err(error) = applied {
            let what = format!("{}: an update does not apply: {error}", self.document);
            self.life.witness().violation("r8_documents_have_no_gap", what);
        }
        if self.doc.transact().has_missing_updates() {
            let what = format!("{}: an update came that does not follow", self.document);
            self.life.witness().violation("r8_documents_have_no_gap", what);
        }
    }

    /// False if the session is over.
    fn hear(&mut self, frame: DocumentFrame) -> bool {
        match frame {
            DocumentFrame::Update(turn) => {
                self.life.witness().edits_received(self.document, &turn.update);
                self.apply(&turn.update);
            }
            DocumentFrame::Durable { reference, .. } => {
                let (durable, rest) =
                    self.unacknowledged.drain(..).partition(|(sent, _)| *sent <= reference);
                self.unacknowledged = rest;
                let durable: Vec<(u32, u64)> = durable;
                for (_, token) in durable {
                    self.open.lock().retain(|open| *open != token);
                    self.life.witness().edit_acknowledged(self.document, token);
                }
            }
            DocumentFrame::Refused { code, message, .. } => {
                if !["gap", "read_only"].contains(&code) {
                    let what = format!("{}: {code}: {message}", self.document);
                    self.life.witness().violation("r8_valid_edits_are_taken", what);
                }
                return false;
            }
            DocumentFrame::Awareness(_) | DocumentFrame::Comments => {}
        }
        true
    }

    /// Types into a paragraph or heading, or makes a paragraph.
    fn type_text(&self, token: u64, pick: u64) -> Vec<u8> {
        let before = self.doc.transact().state_vector();
        let text = token_text(token);
        {
            let mut txn = self.doc.transact_mut();
            let fragment = txn.get_or_insert_xml_fragment("default");
            let blocks: Vec<_> = fragment
                .children(&txn)
                .filter_map(yrs::XmlOut::into_xml_element)
                .filter(|block| matches!(block.tag().as_ref(), "paragraph" | "heading"))
                .collect();
            match blocks.get(pick as usize % blocks.len().max(1)) {
                Some(block) => match block.get(&txn, 0).and_then(yrs::XmlOut::into_xml_text) {
                    Some(inner) => {
                        // At the end or the beginning: inside it might split another's token.
                        let length = inner.len(&txn);
                        let at = if pick & 1 << 20 == 0 { 0 } else { length };
                        inner.insert(&mut txn, at, &text);
                    }
                    None => drop(block.insert(&mut txn, 0, yrs::XmlTextPrelim::new(text))),
                },
                None => {
                    let length = fragment.len(&txn);
                    let block = fragment.insert(
                        &mut txn,
                        length,
                        yrs::XmlElementPrelim::empty("paragraph"),
                    );
                    block.insert(&mut txn, 0, yrs::XmlTextPrelim::new(text));
                }
            }
        }
        self.doc.transact().encode_diff_v1(&before)
    }
}
