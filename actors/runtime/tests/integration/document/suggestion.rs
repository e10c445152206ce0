//! Rewrites of a selection: asked for as tasks, kept beside the text, decided once.

use crate::support::{self, Scene, fast, scene, until};
use igny8_actors_document::ContentTree;
use igny8_actors_domain::Origin;
use igny8_actors_domain::site::{
    FailureClass, Instruction, SiteCommand, SiteReply, Task, TaskStatus,
};
use igny8_actors_runtime::{
    Author, CommentRange, DocumentFrame, DocumentHandle, Failure, Platform, Proposal, RunEnd,
    SuggestionState, VersionCause,
};
use igny8_protocol_ids::{AccountId, Credits, DocumentId, RunId, TaskId, Timestamp};
use std::time::Duration;

const TEXT: &str = "Tea is very **good**.\n\nIt has a lot of kinds.\n\nThe end.";

fn somebody() -> AccountId {
    AccountId::new(Timestamp::from_millis(1), [4; 10])
}

struct Draft {
    scene: Scene,
    id: DocumentId,
}

impl Draft {
    async fn new() -> Self {
        let scene = scene(fast()).await;
        let site = scene.platform.site(scene.tenant, scene.site);
        let create = SiteCommand::CreateDocument { title: "Tea".into() };
        let made = site.command(Origin::Account(scene.account), None, create).await.unwrap();
        let SiteReply::Document(document) = made else { panic!("{made:?}") };
        let draft = Self { scene, id: document.id };
        draft.write(TEXT).await;
        draft
    }

    fn handle(&self) -> DocumentHandle {
        self.scene.platform.document(self.scene.tenant, self.id)
    }

    async fn write(&self, markdown: &str) {
        let tree = ContentTree::from_markdown(markdown);
        self.handle().rewrite(move |_| Some(tree)).await.unwrap();
    }

    async fn text(&self) -> String {
        self.handle().tree().await.unwrap().to_markdown().trim().to_owned()
    }

    async fn range(&self, index: usize, words: &str) -> (Vec<u8>, Vec<u8>) {
        let block = self.handle().tree().await.unwrap().blocks[index].clone();
        let from = block.text().find(words).unwrap() as u32;
        let to = from + words.len() as u32;
        let range = CommentRange::Block { index, key: block.key(), from, to };
        let selection = self.handle().selection(range).await.unwrap();
        assert_eq!(selection.passages, [words]);
        (selection.from, selection.to)
    }

    async fn queue(&self, range: (Vec<u8>, Vec<u8>), instruction: Instruction) -> TaskId {
        let site = self.scene.platform.site(self.scene.tenant, self.scene.site);
        let command = SiteCommand::QueueRewrite { document: self.id, range, instruction };
        let tasks = site.queue(Origin::Account(self.scene.account), None, command).await.unwrap();
        tasks[0].id
    }

    async fn ended(&self, id: TaskId) -> Task {
        let site = self.scene.platform.site(self.scene.tenant, self.scene.site);
        until("the end of a rewrite", || async {
            let task = site.read(move |site| site.task(id).cloned()).await.ok()??;
            (!task.status.is_open()).then_some(task)
        })
        .await
    }

    /// Has words of a block rewritten, and waits for it.
    async fn ask(&self, index: usize, words: &str) -> RunId {
        let id = self.queue(self.range(index, words).await, Instruction::Improve).await;
        let task = self.ended(id).await;
        assert_eq!(task.status, TaskStatus::Succeeded, "{:?}", task.failure);
        RunId::from_uuid(id.uuid())
    }

    async fn accept(&self, id: RunId, over: Option<&str>) -> Result<Proposal, Failure> {
        let over = over.map(str::to_owned);
        self.handle().accept_suggestion(id, over, self.scene.account).await
    }

    async fn spent(&self) -> Credits {
        let (total, _) = self.scene.platform.total_balance(self.scene.tenant).await.unwrap();
        assert_eq!(total.held, Credits::ZERO);
        total.spent
    }
}

fn code(failure: Failure) -> String {
    match failure {
        Failure::Refused(refusal) => refusal.code,
        other => panic!("not refused: {other}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r9_a_rewrite_is_a_suggestion_until_somebody_accepts_it_also_after_a_restart() {
    let mut draft = Draft::new().await;
    let mut frames = draft.handle().join(7, None, false, draft.scene.account).await.unwrap();
    let id = draft.ask(0, "is very good").await;
    let told = async {
        while !matches!(frames.subscription.next().await.unwrap(), DocumentFrame::Comments) {}
    };
    tokio::time::timeout(Duration::from_secs(20), told).await.expect("who is here is told");
    assert_eq!((draft.text().await.as_str(), draft.spent().await), (TEXT, Credits(1)));
    let suggestions = draft.handle().suggestions().await.unwrap();
    let [proposal] = &suggestions[..] else { panic!("{suggestions:?}") };
    assert_eq!(proposal.state, SuggestionState::Open);
    assert_eq!(proposal.suggestion.before, ["is very good"]);
    assert_eq!(proposal.suggestion.after, ["Is good"]);
    assert_eq!(proposal.suggestion.by, Some(draft.scene.account));

    draft.scene.platform.stop().await;
    let Scene { platform, account, tenant, site, directory } = draft.scene;
    drop((platform, frames));
    let store = support::reopen(directory.path()).await;
    let world = support::world(store, directory.path(), fast());
    let platform = Platform::start(world).await.unwrap();
    draft = Draft { scene: Scene { platform, account, tenant, site, directory }, id: draft.id };
    assert_eq!(draft.handle().suggestions().await.unwrap(), suggestions);

    let accepted = draft.accept(id, None).await.unwrap();
    assert_eq!(accepted.state, SuggestionState::Accepted);
    assert_eq!(draft.accept(id, None).await.unwrap(), accepted, "once more changes nothing");
    let changed = TEXT.replace("is very", "Is");
    assert_eq!(draft.text().await, changed);
    let rejected = draft.handle().reject_suggestion(id, account).await;
    assert_eq!(code(rejected.unwrap_err()), "suggestion_accepted");
    let (authorship, _) = draft.handle().authorship().await.unwrap();
    let by_run = |author: &Author| matches!(author, Author::Run { run, .. } if *run == id);
    assert!(authorship.authors.iter().any(by_run), "{authorship:?}");

    draft.handle().undo_run(id, somebody()).await.unwrap();
    assert_eq!(draft.text().await, TEXT);
    assert_eq!(draft.handle().suggestion(id).await.unwrap().state, SuggestionState::Undone);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r9_a_text_that_people_changed_is_not_overwritten_unless_they_say_which() {
    let draft = Draft::new().await;
    let id = draft.ask(1, "has a lot of kinds").await;
    let first = draft.handle().suggestion(id).await.unwrap();
    draft.write(&TEXT.replace("lot of kinds", "lot of fine kinds")).await;
    let proposal = draft.handle().suggestion(id).await.unwrap();
    assert_eq!(proposal.state, SuggestionState::Changed);
    assert_eq!(proposal.now, ["has a lot of fine kinds"]);
    for over in [None, Some(first.revision.as_str())] {
        assert_eq!(code(draft.accept(id, over).await.unwrap_err()), "suggestion_changed");
    }
    assert!(draft.text().await.contains("fine"));
    assert!(draft.handle().versions().await.unwrap().is_empty());
    draft.accept(id, Some(&proposal.revision)).await.unwrap();
    assert_eq!(draft.text().await, TEXT.replace("has a lot of", "Has many"));
    let versions = draft.handle().versions().await.unwrap();
    assert_eq!(versions.len(), 1, "what was overwritten is kept");
    assert_eq!(versions[0].cause, VersionCause::Automatic);
    let (_, kept) = draft.handle().kept(versions[0].id).await.unwrap();
    assert!(kept.to_markdown().contains("a lot of fine kinds"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rejected_suggestion_leaves_no_trace_in_the_text() {
    let draft = Draft::new().await;
    let before = draft.handle().tree().await.unwrap();
    let id = draft.ask(1, "a lot of").await;
    assert_ne!(draft.handle().tree().await.unwrap(), before, "the anchor is there");
    let account = draft.scene.account;
    let rejected = draft.handle().reject_suggestion(id, account).await.unwrap();
    assert_eq!(rejected.state, SuggestionState::Rejected);
    assert_eq!(draft.handle().reject_suggestion(id, account).await.unwrap(), rejected);
    assert_eq!(draft.handle().tree().await.unwrap(), before);
    assert_eq!(code(draft.accept(id, None).await.unwrap_err()), "suggestion_rejected");

    let id = draft.ask(2, "The end.").await;
    draft.write("Tea is very **good**.").await;
    assert_eq!(draft.handle().suggestion(id).await.unwrap().state, SuggestionState::Detached);
    assert_eq!(code(draft.accept(id, None).await.unwrap_err()), "suggestion_detached");
    let nobody = RunId::from_uuid(draft.id.uuid());
    assert_eq!(code(draft.accept(nobody, None).await.unwrap_err()), "not_found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r6_a_rewrite_that_comes_to_nothing_costs_nothing() {
    let draft = Draft::new().await;
    let own = Instruction::Own("Warmer [fail:content_filter]".into());
    let id = draft.queue(draft.range(0, "Tea").await, own).await;
    let task = draft.ended(id).await;
    assert_eq!((task.status, task.spent), (TaskStatus::Failed, Credits::ZERO));
    let task = draft.ended(draft.queue((vec![9], vec![9]), Instruction::Improve).await).await;
    assert_eq!(task.failure.unwrap().class, FailureClass::InvalidRequest);
    assert_eq!((draft.spent().await, draft.text().await.as_str()), (Credits::ZERO, TEXT));
    assert!(draft.handle().suggestions().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r9_several_runs_in_one_document_do_not_disturb_each_other() {
    let draft = Draft::new().await;
    let (handle, run) = (draft.handle(), RunId::from_uuid(draft.id.uuid()));
    handle.run_begin(run, support::author("IGNY8 AI")).await.unwrap();
    let (first, second) = ("A paragr", "aph of the **draft**.\n\nAnd one more.");
    handle.run_push(run, 0, first.into()).await.unwrap();
    let (one, two) = (draft.range(0, "very").await, draft.range(1, "a lot of kinds").await);
    let one = draft.queue(one, Instruction::Own("Warmer.".into())).await;
    let two = draft.queue(two, Instruction::Improve).await;
    handle.run_push(run, first.len() as u64, second.into()).await.unwrap();
    for id in [one, two] {
        let task = draft.ended(id).await;
        assert_eq!(task.status, TaskStatus::Succeeded, "{:?}", task.failure);
        draft.accept(RunId::from_uuid(id.uuid()), None).await.unwrap();
    }
    handle.run_end(run, RunEnd::Finished).await.unwrap();
    let runs = handle.runs().await.unwrap();
    let mut clients: Vec<u64> = runs.iter().map(|run| run.client).collect();
    clients.sort_unstable();
    clients.dedup();
    assert_eq!(clients.len(), 3, "each has a client id of its own");
    let text = draft.text().await;
    assert!(text.contains("Many kinds") && text.ends_with("draft**.\n\nAnd one more."), "{text}");
    handle.undo_run(RunId::from_uuid(two.uuid()), somebody()).await.unwrap();
    assert_eq!(draft.text().await, text.replace("Many kinds", "a lot of kinds"));
    handle.undo_run(run, somebody()).await.unwrap();
    handle.undo_run(RunId::from_uuid(one.uuid()), somebody()).await.unwrap();
    assert_eq!(draft.text().await, TEXT);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erased_document_has_no_suggestions() {
    let draft = Draft::new().await;
    draft.ask(0, "very").await;
    draft.handle().erase().await.unwrap();
    assert!(draft.handle().suggestions().await.unwrap().is_empty());
}
