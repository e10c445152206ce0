use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

#[test]
fn ten_thousand_of_one_delay_one_of_another_by_at_most_one_turn() {
    let (many, one) = (tenant(1), tenant(2));
    let cost = 9_000;
    let mut queue = FairQueue::default();
    for number in 0..10_000u32 {
        queue.push(many, 1, number, cost);
    }
    for _ in 0..7 {
        queue.pop(|_, _| true);
    }
    queue.push(one, 1, 99_999, cost);
    let before = (0..).take_while(|_| queue.pop(|_, _| true).unwrap().0 == many).count();
    let turn = (QUANTUM / cost) as usize + 1;
    assert!(before <= turn, "{before} started before it; a turn has {turn}");
}

#[test]
fn a_tenant_that_may_not_start_holds_up_nobody_and_loses_nothing() {
    let mut queue = FairQueue::default();
    queue.push(tenant(1), 1, 1, 10);
    queue.push(tenant(2), 1, 2, 10);
    assert_eq!(queue.pop(|who, _| who != tenant(1)), Some((tenant(2), 2)));
    assert_eq!(queue.pop(|who, _| who != tenant(1)), None);
    assert_eq!(queue.pop(|_, _| true), Some((tenant(1), 1)));
    assert!(queue.is_empty());
}

#[test]
fn removed_calls_are_gone_and_the_rest_keeps_its_order() {
    let mut queue = FairQueue::default();
    for number in 0..4 {
        queue.push(tenant(1), 1, number, 10);
    }
    assert!(queue.remove(tenant(1), &1) && !queue.remove(tenant(1), &1));
    assert_eq!(queue.ahead(tenant(1), &3), Some((2, 0)));
    let left: Vec<i32> = std::iter::from_fn(|| queue.pop(|_, _| true)).map(|(_, n)| n).collect();
    assert_eq!(left, [0, 2, 3]);
}

#[derive(Clone, Debug)]
enum Step {
    Push { who: u128, cost: u64 },
    Pop,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let push = (0u128..4, 1..COST_MAX).prop_map(|(who, cost)| Step::Push { who, cost });
    prop::collection::vec(prop_oneof![push, Just(Step::Pop)], 1..400)
}

proptest! {
    /// Nothing is lost, each tenant's calls keep their order, and while two tenants wait all the
    /// time, what they got for their weight differs by no more than a turn of each.
    #[test]
    fn shares_follow_weights_within_a_turn(steps in steps(), weights in prop::array::uniform4(1u32..5)) {
        let mut queue = FairQueue::default();
        let mut lines: BTreeMap<u128, Vec<(u32, u64)>> = BTreeMap::new();
        // What a tenant got since it began to wait without a break, with the others then.
        let mut got = [[0u64; 4]; 4];
        let mut number = 0;
        for step in steps {
            match step {
                Step::Push { who, cost } => {
                    number += 1;
                    if lines.get(&who).is_none_or(Vec::is_empty) {
                        got[who as usize] = [0; 4];
                        got.iter_mut().for_each(|row| row[who as usize] = 0);
                    }
                    lines.entry(who).or_default().push((number, cost));
                    queue.push(tenant(who), weights[who as usize], number, cost);
                }
                Step::Pop => {
                    let Some((who, item)) = queue.pop(|_, _| true) else {
                        prop_assert!(lines.values().all(Vec::is_empty));
                        continue;
                    };
                    let who = who.uuid().as_u128();
                    let (first, cost) = lines.get_mut(&who).unwrap().remove(0);
                    prop_assert_eq!(first, item);
                    got[who as usize].iter_mut().for_each(|got| *got += cost);
                }
            }
            for a in 0..4u128 {
                for b in 0..4u128 {
                    let waits = |who| lines.get(&who).is_some_and(|line: &Vec<_>| !line.is_empty());
                    if a == b || !waits(a) || !waits(b) {
                        continue;
                    }
                    let (a, b) = (a as usize, b as usize);
                    let (wa, wb) = (u64::from(weights[a]), u64::from(weights[b]));
                    // One turn of each beside an equal share, and a carried rest.
                    let most = got[b][a] * wa / wb + 2 * wa * QUANTUM + 2 * COST_MAX;
                    prop_assert!(got[a][b] <= most, "{} for {wa}, {} for {wb}", got[a][b], got[b][a]);
                }
            }
        }
    }

    /// A single call waits for one turn of each other tenant at most, however much they have.
    #[test]
    fn a_single_call_waits_for_one_turn_of_each_other(
        others in prop::collection::vec((1u32..9, prop::collection::vec(1..COST_MAX, 1..300)), 1..6),
        before in 0usize..200,
    ) {
        let mut queue = FairQueue::default();
        for (who, (weight, costs)) in others.iter().enumerate() {
            for cost in costs {
                queue.push(tenant(who as u128), *weight, (who, *cost), *cost);
            }
        }
        for _ in 0..before {
            queue.pop(|_, _| true);
        }
        let single = tenant(1_000);
        queue.push(single, 1, (1_000, 1), COST_MAX);
        let mut got = vec![0; others.len()];
        while let Some((who, (index, cost))) = queue.pop(|_, _| true) {
            if who == single {
                break;
            }
            got[index] += cost;
        }
        for ((weight, _), got) in others.iter().zip(got) {
            prop_assert!(got < u64::from(*weight) * QUANTUM + COST_MAX);
        }
    }
}
