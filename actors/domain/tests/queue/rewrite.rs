//! Rewrites of a selection: beside each other and beside a draft, paid when they are there.

use crate::stage::{Stage, cluster, document, user};
use igny8_actors_domain::site::{
    FailureClass, Instruction, SiteCommand, TaskInput, TaskKind, TaskStatus, limits,
};
use igny8_protocol_ids::{Credits, DocumentId};

fn rewrite(document: DocumentId, instruction: Instruction) -> SiteCommand {
    SiteCommand::QueueRewrite { document, range: (vec![1], vec![2]), instruction }
}

#[test]
fn r9_rewrites_run_beside_each_other_and_beside_the_draft_of_their_document() {
    let mut stage = Stage::rich();
    stage.queue(user(1), SiteCommand::QueueIdeas { clusters: vec![cluster(0)], count: 1 });
    stage.end_first();
    let ideas = stage.site.ideas().map(|idea| idea.id).collect();
    let draft = stage.queue(user(1), SiteCommand::QueueDrafts { ideas, images: 0 }).remove(0);
    let of = draft.input.document().unwrap();
    let one = stage.queue(user(1), rewrite(of, Instruction::Improve)).remove(0);
    let two = stage.queue(user(2), rewrite(of, Instruction::Shorten)).remove(0);
    for id in [draft.id, one.id, two.id] {
        assert_eq!(stage.status(id), TaskStatus::Running);
    }
    let reparse = stage.act(user(1), SiteCommand::QueueReparse { document: of });
    assert_eq!(reparse.unwrap_err().code, "being_written", "a second draft stays refused");
}

#[test]
fn r6_a_rewrite_costs_a_credit_and_a_failed_one_nothing() {
    let mut stage = Stage::new();
    stage.credit(2);
    let id = stage.queue(user(1), rewrite(document(0), Instruction::Expand))[0].id;
    assert_eq!(stage.site.ledger().balance().held, Credits(1));
    stage.end(0, Some(FailureClass::InvalidRequest));
    assert_eq!(
        (stage.status(id), stage.site.ledger().balance().available),
        (TaskStatus::Failed, Credits(2))
    );
    let id = stage.queue(user(1), rewrite(document(0), Instruction::Expand))[0].id;
    stage.end_first();
    let task = stage.site.task(id).unwrap();
    assert_eq!((task.status, task.spent, task.price_list), (TaskStatus::Succeeded, Credits(1), 2));
    assert_eq!(stage.site.ledger().balance().available, Credits(1));
}

#[test]
fn r11_rewrites_are_bounded() {
    let mut stage = Stage::rich();
    let refused = |stage: &mut Stage, command| stage.act(user(1), command).unwrap_err().code;
    let own = |words: String| rewrite(document(0), Instruction::Own(words));
    assert_eq!(refused(&mut stage, own(" ".to_owned())), "invalid_instruction");
    let long = "x".repeat(limits::INSTRUCTION_CHARS_MAX + 1);
    assert_eq!(refused(&mut stage, own(long)), "invalid_instruction");
    let long = SiteCommand::QueueRewrite {
        document: document(0),
        range: (vec![0; 65], Vec::new()),
        instruction: Instruction::Improve,
    };
    assert_eq!(refused(&mut stage, long), "range");
    let nowhere = rewrite(DocumentId::from_uuid(uuid::Uuid::nil()), Instruction::Improve);
    assert_eq!(refused(&mut stage, nowhere), "not_found");
    for _ in 0..limits::REWRITES_PER_DOCUMENT_MAX {
        let task = stage.queue(user(1), own(" Warmer. ".to_owned())).remove(0);
        let TaskInput::Rewrite { instruction, .. } = task.input else { panic!("a rewrite") };
        assert_eq!(instruction, Instruction::Own("Warmer.".to_owned()));
    }
    assert_eq!(refused(&mut stage, own("Warmer.".to_owned())), "too_many_rewrites");
    let other = stage.queue(user(1), rewrite(document(1), Instruction::Improve)).remove(0);
    assert_eq!(other.input.kind(), TaskKind::Rewrite, "another document has room");
}
