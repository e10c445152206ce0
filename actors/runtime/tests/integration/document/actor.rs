//! The document's actor: edits that survive, an AI that writes beside people, a restart.

use crate::support::{self, fast, open, reopen, world};
use igny8_actors_runtime::{
    DocumentFrame, DocumentHandle, DocumentSubscription, Platform, RunEnd, SessionEdit,
};
use igny8_protocol_ids::{AccountId, DocumentId, RunId, TenantId, Timestamp};
use std::time::Duration;
use yrs::updates::decoder::Decode;
use yrs::updates::encoder::Encode;
use yrs::{
    Doc, GetString, Options, ReadTxn, StateVector, Text, Transact, Update, WriteTxn, XmlFragment,
};

/// An unmodified Yjs client in one session.
struct Client {
    doc: Doc,
    session: u64,
    handle: DocumentHandle,
    frames: DocumentSubscription,
    sent: u32,
    durable: u32,
}

fn apply(doc: &Doc, update: &[u8]) {
    doc.transact_mut().apply_update(Update::decode_v1(update).unwrap()).unwrap();
}

impl Client {
    async fn join(handle: &DocumentHandle, session: u64) -> Self {
        let doc = Doc::with_options(Options {
            offset_kind: yrs::OffsetKind::Utf16,
            ..Options::with_client_id(yrs::ClientID::new(session))
        });
        let joined = handle.join(session, None, true, person(session)).await.unwrap();
        apply(&doc, &joined.update.update);
        Self {
            doc,
            session,
            handle: handle.clone(),
            frames: joined.subscription,
            sent: 0,
            durable: 0,
        }
    }

    /// Types into the first paragraph, or makes its text if it has none.
    async fn type_text(&mut self, text: &str) {
        let before = self.doc.transact().state_vector();
        {
            let mut txn = self.doc.transact_mut();
            let fragment = txn.get_or_insert_xml_fragment("default");
            let block = fragment.get(&txn, 0).unwrap().into_xml_element().unwrap();
            match block.get(&txn, 0).and_then(yrs::XmlOut::into_xml_text) {
                Some(paragraph) => paragraph.insert(&mut txn, 0, text),
                None => drop(block.insert(&mut txn, 0, yrs::XmlTextPrelim::new(text))),
            }
        }
        let update = self.doc.transact().encode_diff_v1(&before);
        self.sent += 1;
        self.handle.update(self.session, self.sent, update).await.unwrap();
    }

    async fn hear(&mut self) -> bool {
        let frame = tokio::time::timeout(Duration::from_secs(20), self.frames.next())
            .await
            .expect("a frame in time");
        match frame {
            Some(DocumentFrame::Update(turn)) => apply(&self.doc, &turn.update),
            Some(DocumentFrame::Durable { reference, .. }) => self.durable = reference,
            Some(DocumentFrame::Refused { code, message, .. }) => panic!("{code}: {message}"),
            Some(DocumentFrame::Awareness(_) | DocumentFrame::Comments) => {}
            None => return false,
        }
        true
    }

    async fn until_durable(&mut self) {
        while self.durable < self.sent {
            assert!(self.hear().await, "the document went away");
        }
    }

    fn text(&self) -> String {
        let txn = self.doc.transact();
        txn.get_xml_fragment("default").unwrap().get_string(&txn)
    }
}

/// Whoever is in a session.
fn person(session: u64) -> AccountId {
    AccountId::from_uuid(uuid::Uuid::from_u128(session.into()))
}

async fn platform(directory: &std::path::Path) -> Platform {
    Platform::start(world(open(directory), directory, fast())).await.unwrap()
}

fn ids() -> (TenantId, DocumentId) {
    let at = Timestamp::from_millis(1);
    (TenantId::new(at, [1; 10]), DocumentId::new(at, [2; 10]))
}

async fn same_everywhere(handle: &DocumentHandle, clients: &mut [Client]) {
    let (update, _) = handle.sync(StateVector::default().encode_v1()).await.unwrap();
    let server = Doc::new();
    server.get_or_insert_xml_fragment("default");
    apply(&server, &update);
    let expected = {
        let txn = server.transact();
        txn.get_xml_fragment("default").unwrap().get_string(&txn)
    };
    for client in clients {
        while client.text() != expected {
            assert!(client.hear().await, "{} is not {expected}", client.text());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r7_r9_two_people_and_an_ai_in_one_paragraph_lose_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let platform = platform(directory.path()).await;
    let (tenant, id) = ids();
    let handle = platform.document(tenant, id);
    let mut people = [Client::join(&handle, 11).await, Client::join(&handle, 12).await];
    let run = RunId::new(Timestamp::from_millis(1), [3; 10]);
    let state = handle.run_begin(run, support::author("AI")).await.unwrap();
    assert_eq!((state.text.as_str(), state.ended), ("", false));
    let article = "An *opening* that goes on for a while.\n\n## Next\n\n- one\n- two\n\nThe end.";
    let mut offset = 0;
    for (number, piece) in article
        .as_bytes()
        .chunks(7)
        .map(|chunk| String::from_utf8(chunk.to_vec()).unwrap())
        .enumerate()
    {
        handle.run_push(run, offset, piece.clone()).await.unwrap();
        offset += piece.len() as u64;
        let person = &mut people[number % 2];
        person.until_durable().await;
        while !person.text().contains("An") {
            person.hear().await;
        }
        person.type_text(if number % 2 == 0 { "a" } else { "b" }).await;
    }
    assert!(handle.run_end(run, RunEnd::Finished).await.unwrap().0, "the run wrote");
    for person in &mut people {
        person.until_durable().await;
    }
    same_everywhere(&handle, &mut people).await;
    let tree = handle.tree().await.unwrap();
    let typed = tree.to_plain_text().find("An").unwrap();
    assert_eq!(
        typed,
        article.len().div_ceil(7),
        "one letter for each piece: {}",
        tree.to_plain_text()
    );
    assert!(
        tree.to_plain_text().contains("opening that goes on for a while."),
        "{}",
        tree.to_plain_text()
    );
    assert!(
        tree.to_html().contains("<h2>Next</h2><ul><li>one</li><li>two</li></ul><p>The end.</p>"),
        "{}",
        tree.to_html()
    );

    platform.stop().await;
    drop((handle, people));
    drop(platform);
    let platform = reopened(directory.path()).await;
    assert_eq!(platform.document(tenant, id).tree().await.unwrap(), tree, "all of it was durable");
}

async fn reopened(directory: &std::path::Path) -> Platform {
    Platform::start(world(support::reopen(directory).await, directory, fast())).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r12_after_a_panic_the_document_is_what_was_acknowledged() {
    let directory = tempfile::tempdir().unwrap();
    let platform = platform(directory.path()).await;
    let (tenant, id) = ids();
    let handle = platform.document(tenant, id);
    let mut client = Client::join(&handle, 21).await;
    client.type_text("kept").await;
    client.until_durable().await;
    handle.panic().await.unwrap();
    while client.hear().await {}
    let mut again = Client::join(&handle, 22).await;
    assert!(again.text().contains("kept"), "{}", again.text());
    again.type_text("more ").await;
    again.until_durable().await;
    assert!(handle.tree().await.unwrap().to_plain_text().contains("more kept"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r8_a_refused_edit_is_told_to_its_author_alone() {
    let directory = tempfile::tempdir().unwrap();
    let platform = platform(directory.path()).await;
    let (tenant, id) = ids();
    let handle = platform.document(tenant, id);
    let mut good = Client::join(&handle, 31).await;
    let mut bad = handle.join(32, None, true, person(32)).await.unwrap();
    handle.update(32, 1, vec![0xff; 30]).await.unwrap();
    let frame =
        tokio::time::timeout(Duration::from_secs(20), bad.subscription.next()).await.unwrap();
    assert!(
        matches!(frame, Some(DocumentFrame::Refused { reference: 1, code: "undecodable", .. })),
        "{frame:?}"
    );
    let mut reader = handle.join(33, None, false, person(33)).await.unwrap();
    handle.update(33, 1, vec![0, 0]).await.unwrap();
    let frame =
        tokio::time::timeout(Duration::from_secs(20), reader.subscription.next()).await.unwrap();
    assert!(matches!(frame, Some(DocumentFrame::Refused { code: "read_only", .. })), "{frame:?}");
    good.type_text("still here").await;
    good.until_durable().await;
}

/// A paragraph of somebody who saw nothing of the document.
fn paragraph_of(doc: &Doc, text: &str) -> bytes::Bytes {
    let mut txn = doc.transact_mut();
    let root = txn.get_or_insert_xml_fragment("default");
    let block = root.push_back(&mut txn, yrs::XmlElementPrelim::empty("paragraph"));
    block.push_back(&mut txn, yrs::XmlTextPrelim::new(text));
    txn.encode_update_v1().into()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r8_of_edits_handed_in_at_once_only_the_wrong_one_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let platform = platform(directory.path()).await;
    let (tenant, id) = ids();
    let handle = platform.document(tenant, id);
    let mut writer = handle.join(31, None, true, person(31)).await.unwrap().subscription;
    let doc = Doc::with_client_id(31);
    let good: Vec<_> = ["one", "two", "three"].map(|text| paragraph_of(&doc, text)).into();
    let poison = bytes::Bytes::from_static(&[0xff; 30]);
    let bundle = |updates: Vec<bytes::Bytes>, first: u32| -> Vec<SessionEdit> {
        let edit = |(reference, update)| SessionEdit { reference, update };
        (first..).zip(updates).map(edit).collect()
    };
    let (mut refused, mut durable) = (Vec::new(), 0);
    let edits = bundle(vec![good[0].clone(), poison, good[1].clone()], 1);
    handle.update_in_turn(31, edits).await.unwrap();
    handle.update_in_turn(31, bundle(vec![good[2].clone(), good[2].clone()], 4)).await.unwrap();
    while durable < 5 {
        match tokio::time::timeout(Duration::from_secs(20), writer.next()).await.unwrap().unwrap() {
            DocumentFrame::Refused { reference, .. } => refused.push(reference),
            DocumentFrame::Durable { reference, .. } => durable = reference,
            // That somebody began to type is told to all who look at what happens.
            DocumentFrame::Comments => {}
            frame => panic!("{frame:?}"),
        }
    }
    assert_eq!(vec![2], refused);
    let text = handle.tree().await.unwrap().to_plain_text();
    assert_eq!("one two three", text.split_whitespace().collect::<Vec<_>>().join(" "));
}

#[tokio::test]
async fn r9_a_stopped_run_goes_on_when_somebody_wants_it_to() {
    let directory = tempfile::tempdir().unwrap();
    let platform = platform(directory.path()).await;
    let (tenant, id) = ids();
    let handle = platform.document(tenant, id);
    let run = RunId::new(Timestamp::from_millis(1), [3; 10]);
    let begin = async || handle.run_begin(run, support::author("AI")).await.unwrap();
    begin().await;
    handle.run_push(run, 0, "One **bo".to_owned()).await.unwrap();
    assert!(handle.run_end(run, RunEnd::Stopped).await.unwrap().0);
    let state = begin().await;
    assert_eq!((state.text.as_str(), state.ended), ("One **bo", false));
    handle.run_push(run, 8, "ld** two.".to_owned()).await.unwrap();
    handle.run_end(run, RunEnd::Finished).await.unwrap();
    assert!(begin().await.ended, "a whole text has no more to write");
    let text = handle.tree().await.unwrap().to_plain_text();
    assert_eq!(text.matches("two.").count(), 1, "{text}");
    assert_eq!(text.matches("One").count(), 1, "{text}");
}

/// Writes into a root that no article has.
async fn write_note(handle: &DocumentHandle, session: u64, text: &str) -> DocumentSubscription {
    let joined = handle.join(session, None, true, person(session)).await.unwrap();
    let doc = Doc::with_client_id(session);
    apply(&doc, &joined.update.update);
    let before = doc.transact().state_vector();
    doc.get_or_insert_text("notes").push(&mut doc.transact_mut(), text);
    let update = doc.transact().encode_diff_v1(&before);
    handle.update(session, 1, update).await.unwrap();
    let mut frames = joined.subscription;
    let heard = frames.next().await;
    assert!(matches!(heard, Some(DocumentFrame::Durable { reference: 1, .. })), "{heard:?}");
    frames
}

async fn notes(handle: &DocumentHandle) -> String {
    let joined = handle.join(99, None, false, person(99)).await.unwrap();
    let doc = Doc::new();
    apply(&doc, &joined.update.update);
    let text = doc.get_or_insert_text("notes");
    text.get_string(&doc.transact())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r7_a_free_document_survives_until_it_is_erased() {
    let directory = tempfile::tempdir().unwrap();
    let (tenant, id) = ids();
    let store = open(directory.path());
    let start =
        async || Platform::start(world(store.clone(), directory.path(), fast())).await.unwrap();
    let first = start().await;
    drop(write_note(&first.free_document(tenant, id), 11, "kept").await);
    first.stop().await;

    let second = start().await;
    let handle = second.free_document(tenant, id);
    assert_eq!("kept", notes(&handle).await);
    let mut frames = write_note(&handle, 12, ", and more").await;
    handle.erase().await.unwrap();
    handle.erase().await.unwrap();
    assert!(frames.next().await.is_none(), "whoever is there hears of it");
    let gone = handle.join(13, None, true, person(13)).await.unwrap_err();
    assert!(gone.to_string().contains("no such document"), "{gone}");
    second.stop().await;

    let third = start().await;
    assert!(third.free_document(tenant, id).join(14, None, true, person(14)).await.is_err());
    // An article of the same id is another entity.
    assert!(third.document(tenant, id).join(14, None, true, person(14)).await.is_ok());
    third.stop().await;
    let (found, problems) = igny8_actors_runtime::verify(store.as_ref(), |_| {}).await.unwrap();
    assert!(found.is_sound(), "{problems:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r5_a_document_that_grew_much_is_folded_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    let platform = Platform::start(world(store.clone(), directory.path(), fast())).await.unwrap();
    let (tenant, id) = ids();
    let handle = platform.document(tenant, id);
    let mut writer = Client::join(&handle, 31).await;
    let long = "all that one person pasted ".repeat(2_000);
    for _ in 0..10 {
        writer.type_text(&long).await;
        writer.until_durable().await;
    }
    let entity = igny8_protocol_ids::EntityKey::document(tenant, id);
    let folded = support::until("the fold", || async {
        let rows = store.appends(&entity).await.unwrap();
        let bytes: usize = rows.iter().map(|row| row.body.len()).sum();
        (bytes < 300_000).then_some(())
    });
    folded.await;
    platform.stop().await;
    drop((writer, handle, store, platform));
    let store = reopen(directory.path()).await;
    let platform = Platform::start(world(store, directory.path(), fast())).await.unwrap();
    let again = platform.document(tenant, id).tree().await.unwrap();
    assert_eq!(20_000, again.to_plain_text().matches("all that one person pasted").count());
}

/// On one thread the actor does not run before this test waits: the session is gone by then.
#[tokio::test]
async fn r7_an_edit_counts_though_its_session_leaves_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let platform = platform(directory.path()).await;
    let (tenant, id) = ids();
    let handle = platform.document(tenant, id);
    let joined = handle.join(31, None, true, person(31)).await.unwrap();
    let doc = Doc::with_client_id(31);
    let edit = SessionEdit { reference: 1, update: paragraph_of(&doc, "the last word") };
    handle.update_in_turn(31, vec![edit]).await.unwrap();
    drop(joined);
    let written = support::until("the edit", || async {
        let text = handle.tree().await.unwrap().to_plain_text();
        text.contains("the last word").then_some(())
    });
    written.await;
}

/// Waits until no document is in memory.
async fn until_at_rest(platform: &Platform) {
    let at_rest = support::until("the document's rest", || async {
        let kinds = platform.status().kinds;
        kinds.iter().all(|(kind, count)| *kind != "document" || *count == 0).then_some(())
    });
    at_rest.await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r12_a_document_at_rest_leaves_memory_and_its_sessions_stay() {
    let directory = tempfile::tempdir().unwrap();
    let mut world = world(open(directory.path()), directory.path(), fast());
    world.options.document_idle_timeout = Duration::from_millis(50);
    let platform = Platform::start(world).await.unwrap();
    let (tenant, id) = ids();
    let handle = platform.document(tenant, id);
    let mut writer = Client::join(&handle, 31).await;
    let mut reader = Client::join(&handle, 32).await;
    let caret = [1, 31, 1, 2, b'{', b'}'];
    handle.awareness(31, &caret);
    for word in ["first ", "second ", "third "] {
        writer.type_text(word).await;
        writer.until_durable().await;
        while !reader.text().contains(word) {
            assert!(reader.hear().await, "a session was let go");
        }
        until_at_rest(&platform).await;
        assert_eq!(caret.to_vec(), handle.present());
    }
    same_everywhere(&handle, &mut [writer, reader]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r8_sessions_of_a_document_at_rest_join_again_when_another_server_had_it() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    let start = || async {
        let mut world = world(store.clone(), directory.path(), fast());
        world.options.document_idle_timeout = Duration::from_millis(50);
        Platform::start(world).await.unwrap()
    };
    let (one, two) = (start().await, start().await);
    let (tenant, id) = ids();
    let (here, there) = (one.document(tenant, id), two.document(tenant, id));
    let mut reader = Client::join(&here, 31).await;
    until_at_rest(&one).await;
    let mut writer = Client::join(&there, 32).await;
    writer.type_text("written elsewhere ").await;
    writer.until_durable().await;
    until_at_rest(&two).await;
    // An edit on the first server, on top of what the reader has never heard of.
    let mut third = Client::join(&here, 33).await;
    third.type_text("and here ").await;
    third.until_durable().await;
    while reader.hear().await {
        assert!(!reader.doc.transact().has_missing_updates(), "it came without what it follows");
    }
    let again = Client::join(&here, 31).await;
    assert!(again.text().contains("and here written elsewhere "), "{}", again.text());
    same_everywhere(&here, &mut [third, again]).await;
}
