//! Calls that bring all at once: pictures, vectors. By lanes and counted like those for text.

use super::{Call, Candidates, Meter, tokens};
use crate::worker::job::{Job, NoAnswer};
use igny8_actors_domain::lane::{CallEnd, LaneKey, Need, Route, list_price};
use igny8_actors_ports::{ModelError, Usage};

impl Job {
    /// Waits for a place in the lane of one of the server's own models, calls, and counts the call;
    /// by a rule of thumb where the provider does not tell what it used.
    pub(in crate::worker) async fn by_lane<T>(
        &self,
        candidates: &Candidates,
        (model, sent_bytes): (&str, usize),
        work: impl Future<Output = Result<(T, Option<Usage>), ModelError>>,
    ) -> Result<T, NoAnswer> {
        let provider = "platform".to_owned();
        let lane = LaneKey { provider, model: model.to_owned(), owner: None, key: 0 };
        let (limits, price) = (self.inner.world.options.lanes, list_price(model));
        let route =
            Route { lane, limits, price, context_tokens: None, json_schema: false, weight: 1 };
        let need = Need { input_tokens: tokens(sent_bytes), ..Need::default() };
        let ask = self.ask_for(candidates, vec![route], need);
        let waits = self.patiently(self.inner.lanes.acquire(ask));
        let permit = waits.await.map_err(NoAnswer::Refused)?;
        let meter = Meter::new(&self.inner.world, &permit, price, sent_bytes);
        let used = self.used.clone();
        let mut call = Call { stream: None, first: None, permit, meter, used, ended: false };
        match work.await {
            Ok((value, usage)) => {
                call.meter.taken = true;
                call.end(CallEnd::Answered, usage);
                Ok(value)
            }
            Err(error) => {
                call.fail(&error);
                Err(error.into())
            }
        }
    }
}
