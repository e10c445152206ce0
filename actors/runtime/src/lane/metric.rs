//! Figures of the lanes. Never by tenant: lanes of tenants' own keys are counted together.

use igny8_actors_domain::lane::{BreakerState, CallEnd, LaneKey, LaneView, Outcome};
use std::time::Duration;

/// The model, where it is the server's own: users name theirs as they like, and a label for each
/// would have no bound.
fn model(lane: &LaneKey) -> String {
    match lane.owner {
        None => lane.model.clone(),
        Some(_) => "own".to_owned(),
    }
}

pub(super) fn started(lane: &LaneKey, waited: Duration) {
    metrics::histogram!("igny8_lane_wait_seconds", "model" => model(lane))
        .record(waited.as_secs_f64());
}

pub(super) fn ended(lane: &LaneKey, outcome: &Outcome) {
    let end = match outcome.end {
        CallEnd::Answered => "answered",
        CallEnd::BrokenOff => "broken_off",
        CallEnd::Failed { class, .. } => class.code(),
    };
    metrics::counter!("igny8_lane_calls_total", "model" => model(lane), "outcome" => end)
        .increment(1);
    metrics::counter!("igny8_lane_tokens_total", "model" => model(lane)).increment(outcome.tokens);
    metrics::counter!("igny8_lane_cost_micros_total", "model" => model(lane))
        .increment(outcome.cost_micros);
    if let Some(first) = outcome.first_word_ms {
        metrics::histogram!("igny8_lane_first_word_seconds", "model" => model(lane))
            .record(first as f64 / 1_000.0);
    }
}

/// How a shared lane is. Of tenants' own there are too many to show one by one.
pub(super) fn lane(lane: &LaneKey, view: Option<LaneView>) {
    let (None, Some(view)) = (lane.owner, view) else { return };
    let model = model(lane);
    metrics::gauge!("igny8_lane_under_way", "model" => model.clone())
        .set(f64::from(view.under_way));
    metrics::gauge!("igny8_lane_waiting", "model" => model.clone()).set(view.waiting as f64);
    let open = matches!(view.state, BreakerState::Open { .. });
    metrics::gauge!("igny8_lane_open", "model" => model).set(if open { 1.0 } else { 0.0 });
}
