use super::*;
use proptest::prelude::*;

fn route(model: &str) -> Route {
    Route {
        lane: lane(model),
        limits: LaneLimits::OPEN,
        price: None,
        context_tokens: None,
        json_schema: false,
        weight: 1,
    }
}

fn names(
    policy: Policy,
    routes: &[Route],
    need: Need,
    facts: impl Fn(&LaneKey) -> LaneFacts,
) -> Vec<String> {
    let places = order(policy, routes, &need, facts);
    places.into_iter().map(|place| routes[place].lane.model.clone()).collect()
}

#[test]
fn each_policy_orders_by_what_it_says() {
    let price = |output| Some(ModelPrice { output, ..ModelPrice::default() });
    let routes = [
        Route { price: price(3_000_000), context_tokens: Some(50), ..route("a") },
        Route { price: None, json_schema: true, ..route("b") },
        Route { price: price(1_000_000), context_tokens: Some(90), weight: 3, ..route("c") },
    ];
    let facts = |key: &LaneKey| match key.model.as_str() {
        "a" => LaneFacts { latency_ms: Some(20), in_flight: 1, calls: 9 },
        "b" => LaneFacts { latency_ms: Some(900), in_flight: 1, calls: 8 },
        _ => LaneFacts { latency_ms: Some(100), in_flight: 3, calls: 7 },
    };
    let need = Need { input_tokens: 10, output_tokens_max: 10, json_schema: true };
    assert_eq!(names(Policy::Order, &routes, need, facts), ["a", "b", "c"]);
    assert_eq!(names(Policy::Price, &routes, need, facts), ["c", "a", "b"]);
    assert_eq!(names(Policy::Latency, &routes, need, facts), ["a", "c", "b"]);
    assert_eq!(names(Policy::Capability, &routes, need, facts), ["b", "c", "a"]);
    assert_eq!(names(Policy::Balance, &routes, need, facts), ["c", "b", "a"]);
    let long = Need { input_tokens: 60, ..need };
    assert_eq!(names(Policy::Order, &routes, long, facts), ["b", "c"]);
}

prop_compose! {
    fn candidate()(name in 0u8..9, price in prop::option::of(0u64..9_000_000), context in prop::option::of(1u64..40), schema: bool, weight in 1u32..5) -> Route {
        let price = price.map(|output| ModelPrice { output, input: output / 2, ..ModelPrice::default() });
        Route { price, context_tokens: context, json_schema: schema, weight, ..route(&name.to_string()) }
    }
}

fn policies() -> impl Strategy<Value = Policy> {
    prop::sample::select(vec![
        Policy::Order,
        Policy::Price,
        Policy::Latency,
        Policy::Capability,
        Policy::Balance,
    ])
}

proptest! {
    /// Against the obvious model: exactly what fits, each once; no later one is better by the
    /// policy's measure; equal ones as listed.
    #[test]
    fn order_is_a_stable_sort_of_what_fits(
        routes in prop::collection::vec(candidate(), 0..8),
        policy in policies(),
        (input, output, schema) in (0u64..30, 0u64..20, any::<bool>()),
    ) {
        let need = Need { input_tokens: input, output_tokens_max: output, json_schema: schema };
        let facts = |key: &LaneKey| {
            let n: u32 = key.model.parse().unwrap();
            LaneFacts { latency_ms: (n > 2).then_some(u64::from(n * 7 % 5)), in_flight: n * 3 % 4, calls: u64::from(n) }
        };
        let places = order(policy, &routes, &need, facts);
        let mut fitting: Vec<usize> = (0..routes.len())
            .filter(|place| routes[*place].context_tokens.is_none_or(|most| input + output <= most))
            .collect();
        // Bubble sort by "b is strictly better than a".
        let better = |a: &Route, b: &Route| match policy {
            Policy::Order => false,
            Policy::Price => match (a.price, b.price) {
                (None, Some(_)) => true,
                (Some(a), Some(b)) => b.at_most(input, output) < a.at_most(input, output),
                _ => false,
            },
            Policy::Latency => {
                facts(&b.lane).latency_ms.unwrap_or(0) < facts(&a.lane).latency_ms.unwrap_or(0)
            }
            Policy::Capability => {
                let rank = |r: &Route| (schema && r.json_schema, r.context_tokens.unwrap_or(0));
                rank(b) > rank(a)
            }
            Policy::Balance => {
                let load = |r: &Route| {
                    let (f, w) = (facts(&r.lane), u64::from(r.weight));
                    ((u64::from(f.in_flight) + 1) * 1_000 / w, f.calls * 1_000 / w)
                };
                load(b) < load(a)
            }
        };
        for end in (1..fitting.len()).rev() {
            for place in 0..end {
                if better(&routes[fitting[place]], &routes[fitting[place + 1]]) {
                    fitting.swap(place, place + 1);
                }
            }
        }
        prop_assert_eq!(places, fitting);
    }
}
