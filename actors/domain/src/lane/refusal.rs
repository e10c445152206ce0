//! Why a call cannot start at all: no room, no money, nobody awake.

use super::breaker::BreakerState;
use super::cost::{Affordable, Cap, Purse};
use super::turn::Ask;
use crate::site::FailureClass;
use igny8_protocol_ids::{TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// A call waits for a lane that rests for so long; for longer rests its task goes back into the
/// site's queue, where it holds no place.
const PATIENCE: Duration = Duration::from_mins(1);

/// What at the models holds a task up until a known time: it goes on then, and nobody need do
/// anything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Obstacle {
    /// The tenant's budget cap is used up.
    Cap(Cap),
    /// The lane to this model rests after failures of this class.
    Rest {
        /// The model.
        model: String,
        /// Why it rests.
        class: FailureClass,
    },
}

/// Why a call cannot start, as its task will tell it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// How the task is treated.
    pub class: FailureClass,
    /// What happened and what to do.
    pub message: String,
    /// When it is worth asking again.
    pub again_at: Option<Timestamp>,
    /// What will have gone by then, where the task need only wait.
    pub obstacle: Option<Obstacle>,
}

pub(super) fn affords(
    purses: &BTreeMap<TenantId, Purse>,
    now: Timestamp,
    ask: &Ask,
    place: usize,
) -> Affordable {
    if ask.caps.is_open() {
        return Affordable::Yes;
    }
    let fresh = Purse::open(now, &ask.spent);
    let mut purse = purses.get(&ask.tenant).copied().unwrap_or(fresh);
    purse.roll(now);
    purse.affords(now, &ask.caps, ask.spent.task_micros, at_most(ask, place))
}

pub(super) fn at_most(ask: &Ask, place: usize) -> u64 {
    let price = ask.routes[place].price;
    price.map_or(0, |price| price.at_most(ask.need.input_tokens, ask.need.output_tokens_max))
}

pub(super) fn too_long(ask: &Ask) -> Refused {
    let message = match ask.routes.is_empty() {
        true => "No model is set up: enter one in the settings.".to_owned(),
        false => format!(
            "The request needs room for {} tokens, and none of the models has it.",
            ask.need.tokens()
        ),
    };
    let class = if ask.routes.is_empty() {
        FailureClass::InvalidRequest
    } else {
        FailureClass::ContextLength
    };
    Refused { class, message, again_at: None, obstacle: None }
}

/// Refuses if no candidate can be paid: with the cap that ends the soonest.
pub(super) fn over_budget(affordable: &[(usize, Affordable)]) -> Option<Refused> {
    let mut reason: Option<(Cap, Option<Timestamp>)> = None;
    for (_, affordable) in affordable {
        let Affordable::Not(cap, until) = affordable else { return None };
        let known =
            reason.map_or(i64::MAX, |(_, until)| until.map_or(i64::MAX, Timestamp::as_millis));
        if reason.is_none() || until.is_some_and(|until| until.as_millis() < known) {
            reason = Some((*cap, *until));
        }
    }
    reason.map(|(cap, again_at)| Refused {
        class: FailureClass::Quota,
        message: format!("This call could cost more than {} allows.", cap.words()),
        again_at,
        obstacle: again_at.map(|_| Obstacle::Cap(cap)),
    })
}

/// The candidate that rests the shortest, if that is short enough to wait for.
pub(super) fn soonest(
    now: Timestamp,
    ask: &Ask,
    places: &[usize],
    state: impl Fn(&usize) -> Option<BreakerState>,
) -> Result<usize, Refused> {
    let resting = places.iter().filter_map(|place| match state(place)? {
        BreakerState::Open { until, class } => Some((*place, until, class)),
        _ => None,
    });
    let at = |until: Option<Timestamp>| until.map_or(i64::MAX, Timestamp::as_millis);
    let Some((place, until, class)) = resting.min_by_key(|(_, until, _)| at(*until)) else {
        return Err(too_long(ask));
    };
    if until.is_some_and(|until| until <= now.plus(PATIENCE)) {
        return Ok(place);
    }
    let model = &ask.routes[place].lane.model;
    let message = match (class, until) {
        (FailureClass::Unauthorized, _) | (_, None) => {
            format!("The provider of {model} refuses the key: enter another in the settings.")
        }
        (FailureClass::Quota, _) => {
            format!("The provider of {model} is out of budget; it is tried again later.")
        }
        _ => format!("The provider of {model} rests after failures; it is tried again later."),
    };
    let passes = until.is_some() && class.passes_by_itself();
    let obstacle = passes.then(|| Obstacle::Rest { model: model.clone(), class });
    Err(Refused { class, message, again_at: until, obstacle })
}
