use super::*;
use crate::entity::Dice;
use crate::site::FailureClass;
use igny8_protocol_ids::TaskId;
use std::collections::BTreeMap;
use uuid::Uuid;

const DOLLAR: ModelPrice = ModelPrice { input: 0, cached: 0, cache_write: 0, output: 1_000_000 };

fn ask(task: u128, caps: BudgetCaps, spent: Spent) -> Ask {
    Ask {
        task: TaskId::from_uuid(Uuid::from_u128(task)),
        tenant: tenant(1),
        site: site(1),
        limits: BTreeMap::new(),
        weight: 1,
        policy: Policy::Order,
        routes: vec![Route {
            lane: lane("m"),
            limits: LaneLimits::OPEN,
            price: Some(DOLLAR),
            context_tokens: None,
            json_schema: false,
            weight: 1,
        }],
        // A hundred millionths at most.
        need: Need { input_tokens: 0, output_tokens_max: 100, json_schema: false },
        caps,
        spent,
    }
}

fn day(cap: u64) -> BudgetCaps {
    BudgetCaps { day_micros: Some(cap), ..BudgetCaps::default() }
}

fn done(cost_micros: u64) -> Outcome {
    Outcome { end: CallEnd::Answered, tokens: 100, cost_micros, first_word_ms: None }
}

fn refused(verdicts: &[Verdict]) -> &Refused {
    match verdicts {
        [Verdict::Refuse { refused, .. }] => refused,
        other => panic!("it should be refused: {other:?}"),
    }
}

#[test]
fn a_cap_reserves_the_most_and_settles_what_it_was() {
    let mut board = Board::default();
    let mut dice = Dice::new(1);
    // 250 a day: two calls of at most 100 may be under way, the third waits for what they leave.
    assert_eq!(board.ask(at(0), Ticket(1), ask(1, day(250), Spent::default())).len(), 1);
    assert_eq!(board.ask(at(0), Ticket(2), ask(2, day(250), Spent::default())).len(), 1);
    assert_eq!(board.ask(at(0), Ticket(3), ask(3, day(250), Spent::default())), []);
    let standing = board.standing(at(0), ask(3, day(0), Spent::default()).task).unwrap();
    assert_eq!(standing.held_by, HeldBy::Budget(Cap::Day));
    assert_eq!(standing.to_string(), "waiting for m: the day's budget cap");
    // The first cost 10: 10 + 100 reserved + 100 fit.
    let verdicts = board.end(at(1), Ticket(1), &done(10), &mut dice);
    assert_eq!(verdicts, [Verdict::Go { ticket: Ticket(3), route: 0 }]);
    board.end(at(2), Ticket(2), &done(100), &mut dice);
    board.end(at(3), Ticket(3), &done(100), &mut dice);
    // 210 are spent: another could pass 250.
    let verdicts = board.ask(at(4), Ticket(4), ask(4, day(250), Spent::default()));
    let refusal = refused(&verdicts);
    assert_eq!(refusal.class, FailureClass::Quota);
    assert_eq!(refusal.again_at, Some(start_of(day_of(at(4)) + 1)));
    // Tomorrow it may.
    let tomorrow = start_of(day_of(at(4)) + 1);
    assert_eq!(board.ask(tomorrow, Ticket(5), ask(5, day(250), Spent::default())).len(), 1);
}

#[test]
fn what_was_recorded_before_the_start_counts() {
    let mut board = Board::default();
    let spent = Spent { day_micros: 200, month_micros: 900, task_micros: 50 };
    assert!(matches!(
        board.ask(at(0), Ticket(1), ask(1, day(301), spent))[..],
        [Verdict::Go { .. }]
    ));
    let caps = BudgetCaps { month_micros: Some(999), ..BudgetCaps::default() };
    let mut other = Board::default();
    let verdicts = other.ask(at(0), Ticket(1), ask(1, caps, spent));
    assert_eq!(refused(&verdicts).again_at, Some(start_of(month_of(day_of(at(0))).1)));
    let caps = BudgetCaps { task_micros: Some(149), ..BudgetCaps::default() };
    let verdicts = other.ask(at(0), Ticket(2), ask(2, caps, spent));
    assert_eq!(refused(&verdicts).again_at, None);
    assert!(refused(&verdicts).message.contains("task's budget cap"));
}

#[test]
fn a_cheaper_candidate_is_taken_where_the_dear_one_is_over_the_cap() {
    let mut board = Board::default();
    let mut wanted = ask(1, day(60), Spent::default());
    let cheap = ModelPrice { output: 500_000, ..ModelPrice::default() };
    wanted.routes.push(Route {
        lane: lane("cheap"),
        price: Some(cheap),
        ..wanted.routes[0].clone()
    });
    let verdicts = board.ask(at(0), Ticket(1), wanted);
    assert_eq!(verdicts, [Verdict::Go { ticket: Ticket(1), route: 1 }]);
}

#[test]
fn who_waits_for_a_cap_that_is_then_used_up_hears_when_it_ends() {
    let mut board = Board::default();
    let mut dice = Dice::new(1);
    board.ask(at(0), Ticket(1), ask(1, day(150), Spent::default()));
    assert_eq!(board.ask(at(0), Ticket(2), ask(2, day(150), Spent::default())), []);
    let verdicts = board.end(at(1), Ticket(1), &done(100), &mut dice);
    let refusal = refused(&verdicts);
    assert_eq!(refusal.obstacle, Some(Obstacle::Cap(Cap::Day)));
    assert_eq!(refusal.again_at, Some(start_of(day_of(at(1)) + 1)));
    assert!(board.is_idle());
}
