use super::*;
use crate::entity::Dice;
use crate::site::{FailureClass, ModelLimit, Rate};
use igny8_protocol_ids::TaskId;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use uuid::Uuid;

fn route(model: &str, limits: LaneLimits) -> Route {
    Route {
        lane: lane(model),
        limits,
        price: None,
        context_tokens: None,
        json_schema: false,
        weight: 1,
    }
}

fn ask(who: u128, task: u64, routes: Vec<Route>) -> Ask {
    Ask {
        task: task_id(task),
        tenant: tenant(who),
        site: site(1),
        limits: BTreeMap::new(),
        weight: 1,
        policy: Policy::Order,
        routes,
        need: Need { input_tokens: 1_000, output_tokens_max: 8_000, json_schema: false },
        caps: BudgetCaps::default(),
        spent: Spent::default(),
    }
}

fn task_id(number: u64) -> TaskId {
    TaskId::from_uuid(Uuid::from_u128(u128::from(number)))
}

fn few(concurrency: u32) -> LaneLimits {
    LaneLimits { concurrency, ..LaneLimits::OPEN }
}

fn end(end: CallEnd) -> Outcome {
    Outcome { end, tokens: 5_000, cost_micros: 0, first_word_ms: Some(100) }
}

fn failed(class: FailureClass, seconds: Option<u64>) -> Outcome {
    end(CallEnd::Failed { class, retry_after: seconds.map(Duration::from_secs) })
}

fn went(verdicts: &[Verdict]) -> Vec<(u64, usize)> {
    let go = |verdict: &Verdict| match verdict {
        Verdict::Go { ticket, route } => Some((ticket.0, *route)),
        Verdict::Refuse { .. } => None,
    };
    verdicts.iter().filter_map(go).collect()
}

#[test]
fn a_single_call_starts_at_once_beside_ten_thousand_of_another() {
    let mut board = Board::default();
    let routes = vec![route("m", few(32))];
    for number in 0..10_000 {
        board.ask(at(0), Ticket(number), ask(1, number, routes.clone()));
    }
    let verdicts = board.ask(at(0), Ticket(20_000), ask(2, 20_000, routes));
    assert_eq!(went(&verdicts), [(20_000, 0)], "a place is kept for whoever has nothing under way");
}

#[test]
fn where_all_places_are_taken_the_wait_is_one_turn() {
    let mut board = Board::default();
    let mut dice = Dice::new(1);
    let routes = vec![route("m", few(1))];
    for number in 0..10_000 {
        board.ask(at(0), Ticket(number), ask(1, number, routes.clone()));
    }
    assert_eq!(board.ask(at(0), Ticket(20_000), ask(2, 20_000, routes)), []);
    let standing = board.standing(at(1), task_id(20_000)).unwrap();
    assert_eq!((standing.ahead, standing.held_by), (1, HeldBy::Turn));
    let (mut under_way, mut before) = (Ticket(0), 0);
    loop {
        let verdicts = board.end(at(2), under_way, &end(CallEnd::Answered), &mut dice);
        let [(next, 0)] = went(&verdicts)[..] else { panic!("one place, one start") };
        if next == 20_000 {
            break;
        }
        (under_way, before) = (Ticket(next), before + 1);
    }
    assert!(before <= QUANTUM / 9_000 + 1, "{before} calls of the other went first");
}

#[test]
fn a_lane_that_rests_hands_its_waiters_to_the_next() {
    let mut board = Board::default();
    let mut dice = Dice::new(1);
    let routes = vec![route("a", few(1)), route("b", few(1))];
    assert_eq!(went(&board.ask(at(0), Ticket(1), ask(1, 1, routes.clone()))), [(1, 0)]);
    assert_eq!(went(&board.ask(at(0), Ticket(2), ask(1, 2, routes.clone()))), [(2, 1)]);
    assert_eq!(board.ask(at(0), Ticket(3), ask(1, 3, routes.clone())), []);
    board.end(at(1), Ticket(1), &failed(FailureClass::Quota, Some(3_600)), &mut dice);
    let verdicts = board.end(at(2), Ticket(2), &end(CallEnd::Answered), &mut dice);
    assert_eq!(went(&verdicts), [(3, 1)], "the third waited at a and starts at b");
    // With b gone as well there is nothing to wait for.
    let verdicts =
        board.end(at(3), Ticket(3), &failed(FailureClass::Unauthorized, None), &mut dice);
    assert_eq!(verdicts, []);
    let verdicts = board.ask(at(4), Ticket(4), ask(1, 4, routes));
    let [Verdict::Refuse { refused, .. }] = &verdicts[..] else { panic!("{verdicts:?}") };
    assert_eq!((refused.class, refused.again_at), (FailureClass::Quota, Some(at(3_600_001))));
}

#[test]
fn a_new_key_is_a_new_lane() {
    let mut board = Board::default();
    let mut dice = Dice::new(1);
    let mut routes = vec![route("a", few(4))];
    routes[0].lane.owner = Some(tenant(1));
    board.ask(at(0), Ticket(1), ask(1, 1, routes.clone()));
    board.end(at(1), Ticket(1), &failed(FailureClass::Unauthorized, None), &mut dice);
    let verdicts = board.ask(at(2), Ticket(2), ask(1, 2, routes.clone()));
    let [Verdict::Refuse { refused, .. }] = &verdicts[..] else { panic!("{verdicts:?}") };
    assert!(refused.message.contains("refuses the key"), "{}", refused.message);
    routes[0].lane.key = 77;
    assert_eq!(went(&board.ask(at(3), Ticket(3), ask(1, 3, routes))), [(3, 0)]);
    assert_eq!(board.lanes(at(3), tenant(2)), [], "another tenant's lanes are not shown");
    assert_eq!(board.lanes(at(3), tenant(1)).len(), 2);
}

#[test]
fn a_short_rest_is_waited_for_and_one_call_tries_first() {
    let mut board = Board::default();
    let mut dice = Dice::new(1);
    let routes = vec![route("a", few(8))];
    board.ask(at(0), Ticket(1), ask(1, 1, routes.clone()));
    board.end(at(0), Ticket(1), &failed(FailureClass::RateLimited, Some(5)), &mut dice);
    for number in 2..5 {
        assert_eq!(board.ask(at(1), Ticket(number), ask(1, number, routes.clone())), []);
    }
    let standing = board.standing(at(1), task_id(2)).unwrap();
    assert_eq!(standing.held_by, HeldBy::Rest(Some(at(5_000)), FailureClass::RateLimited));
    assert_eq!(board.next_due(at(1)), Some(at(5_000)));
    assert_eq!(board.tick(at(4_999)), []);
    assert_eq!(went(&board.tick(at(5_000))), [(2, 0)]);
    assert_eq!(board.next_due(at(5_000)), None, "the others wait for the first, not for time");
    assert_eq!(went(&board.answers(at(5_100), Ticket(2))), [(3, 0), (4, 0)]);
}

#[test]
fn a_lane_that_answered_by_hand_rests_no_longer() {
    let mut board = Board::default();
    let mut dice = Dice::new(1);
    let routes = vec![route("a", few(8))];
    board.ask(at(0), Ticket(1), ask(1, 1, routes.clone()));
    board.end(at(0), Ticket(1), &failed(FailureClass::RateLimited, Some(50)), &mut dice);
    assert_eq!(board.ask(at(1), Ticket(2), ask(1, 2, routes)), []);
    assert_eq!(went(&board.revive(at(2), &lane("a"))), [(2, 0)]);
}

#[test]
fn a_lane_counts_its_failures_by_class() {
    let mut board = Board::default();
    let mut dice = Dice::new(1);
    let ends = [
        failed(FailureClass::ContentFilter, None),
        failed(FailureClass::ContentFilter, None),
        failed(FailureClass::Timeout, None),
        end(CallEnd::Answered),
        end(CallEnd::BrokenOff),
    ];
    for (number, end) in (1_u64..).zip(&ends) {
        let now = at(i64::try_from(number).unwrap());
        board.ask(now, Ticket(number), ask(1, number, vec![route("a", few(8))]));
        board.end(now, Ticket(number), end, &mut dice);
    }
    let lanes = board.lanes(at(9), tenant(1));
    assert_eq!((lanes[0].calls, lanes[0].failed_calls()), (5, 3));
    let failures = [(FailureClass::Timeout, 1), (FailureClass::ContentFilter, 2)];
    assert_eq!(lanes[0].failures, BTreeMap::from(failures));
}

#[test]
fn a_withdrawn_call_is_forgotten_and_frees_its_turn() {
    let mut board = Board::default();
    let mut dice = Dice::new(1);
    let routes = vec![route("a", few(1))];
    board.ask(at(0), Ticket(1), ask(1, 1, routes.clone()));
    board.ask(at(0), Ticket(2), ask(1, 2, routes.clone()));
    board.ask(at(0), Ticket(3), ask(2, 3, routes));
    board.withdraw(at(1), Ticket(2));
    assert_eq!(board.standing(at(1), task_id(2)), None);
    let verdicts = board.end(at(2), Ticket(1), &end(CallEnd::BrokenOff), &mut dice);
    assert_eq!(went(&verdicts), [(3, 0)]);
    board.end(at(3), Ticket(3), &end(CallEnd::Answered), &mut dice);
    assert!(board.is_idle());
}

#[test]
fn learned_limits_slow_a_lane_down() {
    let mut board = Board::default();
    let routes = vec![route("a", LaneLimits::OPEN)];
    board.ask(at(0), Ticket(1), ask(1, 1, routes.clone()));
    let none = Hint { limit: Some(60), remaining: Some(0), reset: Some(Duration::from_secs(9)) };
    board.learn(at(0), Ticket(1), none, Hint::default());
    assert_eq!(board.ask(at(1), Ticket(2), ask(1, 2, routes)), []);
    let standing = board.standing(at(1), task_id(2)).unwrap();
    assert_eq!(standing.held_by, HeldBy::Rate(at(9_000)));
    assert_eq!(went(&board.tick(at(9_000))), [(2, 0)]);
}

#[derive(Clone, Debug)]
enum Step {
    Ask { who: u128, routes: Vec<(u8, Option<u64>)>, policy: Policy },
    End { which: prop::sample::Index, how: u8 },
    Withdraw { which: prop::sample::Index },
    Wait { millis: i64 },
}

fn step() -> impl Strategy<Value = Step> {
    let policy = prop::sample::select(vec![Policy::Order, Policy::Latency, Policy::Balance]);
    let routes = prop::collection::vec((0u8..4, prop::option::of(5_000u64..20_000)), 1..4);
    prop_oneof![
        4 => (0u128..4, routes, policy).prop_map(|(who, routes, policy)| Step::Ask { who, routes, policy }),
        4 => (any::<prop::sample::Index>(), 0u8..8).prop_map(|(which, how)| Step::End { which, how }),
        1 => any::<prop::sample::Index>().prop_map(|which| Step::Withdraw { which }),
        2 => (1i64..20_000).prop_map(|millis| Step::Wait { millis }),
    ]
}

fn outcome(how: u8) -> Outcome {
    use FailureClass as F;
    match how {
        0 => failed(F::RateLimited, Some(10)),
        1 => failed(F::Unavailable, None),
        2 => failed(F::Quota, Some(7_200)),
        3 => failed(F::ContextLength, None),
        4 => end(CallEnd::BrokenOff),
        _ => end(CallEnd::Answered),
    }
}

/// What an observer knows from the verdicts alone.
#[derive(Default)]
struct Observer {
    waiting: BTreeMap<u64, Vec<Route>>,
    under_way: BTreeMap<u64, LaneKey>,
    gone: BTreeSet<u64>,
}

impl Observer {
    fn hear(&mut self, verdicts: &[Verdict]) -> Result<(), TestCaseError> {
        for verdict in verdicts {
            match verdict {
                Verdict::Go { ticket, route } => {
                    let routes = self.waiting.remove(&ticket.0);
                    prop_assert!(routes.is_some(), "{ticket:?} did not wait");
                    let route = &routes.unwrap()[*route];
                    prop_assert!(route.context_tokens.is_none_or(|most| most >= 9_000));
                    self.under_way.insert(ticket.0, route.lane.clone());
                    let beside =
                        self.under_way.values().filter(|lane| **lane == route.lane).count();
                    prop_assert!(beside <= 3, "more under way than the lane bears");
                }
                Verdict::Refuse { ticket, .. } => {
                    prop_assert!(self.waiting.remove(&ticket.0).is_some());
                    self.gone.insert(ticket.0);
                }
            }
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    /// Whatever happens: each call is told once, only what fits and waited starts, no lane bears
    /// more than it may, and nobody is forgotten: when all has ended and time passes, all is done.
    #[test]
    fn every_call_is_told_once_and_nobody_is_forgotten(steps in prop::collection::vec(step(), 1..120)) {
        let (mut board, mut seen) = (Board::default(), Observer::default());
        let (mut now, mut number, mut dice) = (at(0), 0u64, Dice::new(3));
        for step in steps {
            let verdicts = match step {
                Step::Ask { who, routes, policy } => {
                    number += 1;
                    let routes: Vec<Route> = routes
                        .into_iter()
                        .map(|(name, context_tokens)| Route { context_tokens, ..route(&name.to_string(), few(3)) })
                        .collect();
                    seen.waiting.insert(number, routes.clone());
                    board.ask(now, Ticket(number), Ask { policy, ..ask(who, number, routes) })
                }
                Step::End { which, how } => {
                    let under_way: Vec<u64> = seen.under_way.keys().copied().collect();
                    if under_way.is_empty() { continue }
                    let ticket = *which.get(&under_way);
                    seen.under_way.remove(&ticket);
                    board.end(now, Ticket(ticket), &outcome(how), &mut dice)
                }
                Step::Withdraw { which } => {
                    let waiting: Vec<u64> = seen.waiting.keys().copied().collect();
                    if waiting.is_empty() { continue }
                    let ticket = *which.get(&waiting);
                    seen.waiting.remove(&ticket);
                    board.withdraw(now, Ticket(ticket))
                }
                Step::Wait { millis } => {
                    now = now.plus(Duration::from_millis(millis.unsigned_abs()));
                    board.tick(now)
                }
            };
            seen.hear(&verdicts)?;
            for ticket in seen.waiting.keys() {
                prop_assert!(board.standing(now, task_id(*ticket)).is_some());
            }
        }
        // All ends well from here: by ends and by the times that the board itself names.
        for _ in 0..10_000 {
            if let Some(ticket) = seen.under_way.keys().next().copied() {
                seen.under_way.remove(&ticket);
                let verdicts = board.end(now, Ticket(ticket), &end(CallEnd::Answered), &mut dice);
                seen.hear(&verdicts)?;
            } else if let Some(due) = board.next_due(now) {
                prop_assert!(due > now);
                now = due;
                let verdicts = board.tick(now);
                seen.hear(&verdicts)?;
            } else {
                break;
            }
        }
        prop_assert!(seen.waiting.is_empty(), "forgotten: {:?}", seen.waiting.keys());
        prop_assert!(board.is_idle());
    }
}

#[test]
fn a_waiting_call_says_whose_turn_it_is_and_when_its_own_will_be() {
    let mut board = Board::default();
    let mut dice = Dice::new(1);
    let routes = vec![route("m", few(2))];
    board.ask(at(0), Ticket(1), ask(1, 1, routes.clone()));
    board.end(at(4_000), Ticket(1), &end(CallEnd::Answered), &mut dice);
    for number in 2..=5 {
        board.ask(at(4_000), Ticket(number), ask(1, number, routes.clone()));
    }
    board.ask(at(4_000), Ticket(6), ask(2, 6, routes.clone()));
    board.ask(at(4_000), Ticket(7), ask(2, 7, routes));
    let standing = |number| board.standing(at(4_000), task_id(number)).unwrap();
    // Of two places one is kept for whoever has nothing under way: the second call of 1 waits.
    let next = standing(3);
    assert_eq!((next.ahead, next.ahead_of_others), (1, 1));
    assert_eq!(next.to_string(), "waiting for m: 1 ahead, 1 of other workspaces");
    // Four seconds a call, two places: two calls have to end before it.
    assert_eq!(next.starts_at, Some(at(8_000)));
    assert_eq!(standing(5).starts_at, Some(at(4_000 + 4_000 * 4 / 2)));
    let verdicts = board.withdraw(at(4_000), Ticket(7));
    assert_eq!(verdicts, []);
    let next = board.standing(at(4_000), task_id(3)).unwrap();
    assert_eq!(next.held_by, HeldBy::Places { taken: 2, places: 2 });
    assert_eq!(next.to_string(), "waiting for m: 2 of 2 calls are under way");
}

fn limited(number: u64, of: u128, limit: ModelLimit) -> Ask {
    let limits = [("m".to_owned(), limit)].into();
    Ask { site: site(of), limits, ..ask(1, number, vec![route("m", LaneLimits::OPEN)]) }
}

#[test]
fn a_site_s_limit_of_calls_holds_up_that_site_alone() {
    let mut board = Board::default();
    let mut dice = Dice::new(1);
    let limit = ModelLimit { calls: Some(1), rate: None };
    assert_eq!(went(&board.ask(at(0), Ticket(1), limited(1, 1, limit))), [(1, 0)]);
    assert_eq!(board.ask(at(0), Ticket(2), limited(2, 1, limit)), []);
    let standing = board.standing(at(0), task_id(2)).unwrap();
    assert_eq!(standing.held_by, HeldBy::SitePlaces { taken: 1, places: 1 });
    let verdicts = board.ask(at(0), Ticket(3), limited(3, 2, limit));
    assert_eq!(went(&verdicts), [(3, 0)], "another site of the tenant, behind it in the line");
    let verdicts = board.end(at(1), Ticket(1), &end(CallEnd::Answered), &mut dice);
    assert_eq!(went(&verdicts), [(2, 0)]);
}

#[test]
fn a_site_s_rate_of_a_model_counts_over_all_its_lanes_and_wakes_the_next_in_time() {
    let mut board = Board::default();
    let limit = ModelLimit { calls: None, rate: Some(Rate { per_minute: 6, burst: 1 }) };
    let elsewhere = |number| {
        let mut ask = limited(number, 1, limit);
        ask.routes[0].lane.provider = "elsewhere".to_owned();
        ask
    };
    assert_eq!(went(&board.ask(at(0), Ticket(1), limited(1, 1, limit))), [(1, 0)]);
    assert_eq!(board.ask(at(0), Ticket(2), elsewhere(2)), []);
    let standing = board.standing(at(0), task_id(2)).unwrap();
    assert_eq!(standing.held_by, HeldBy::SiteRate(at(10_000)));
    assert_eq!(standing.starts_at, Some(at(10_000)));
    assert_eq!(board.next_due(at(0)), Some(at(10_000)));
    assert_eq!(board.tick(at(9_999)), []);
    assert_eq!(went(&board.tick(at(10_000))), [(2, 0)]);
}
