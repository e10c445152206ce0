//! Calls that bring all at once: pictures, vectors. By lanes, with fallbacks, and counted like those
//! for text.

use super::{Call, Candidates, Meter, tokens};
use crate::lane::Candidate;
use crate::worker::job::{Job, NoAnswer};
use crate::world::ModelChoice;
use igny8_actors_domain::lane::{CallEnd, Need};
use igny8_actors_ports::{ModelError, Usage};

impl Job {
    /// Waits for a place in the lane of one of the models, calls, and counts the call; by a rule of
    /// thumb where the provider does not tell what it used. What comes is of one model alone, which
    /// is told.
    pub(in crate::worker) async fn by_lane<P: Clone, T, W>(
        &self,
        candidates: &Candidates<P>,
        sent_bytes: usize,
        work: impl Fn(ModelChoice<P>) -> W,
    ) -> Result<(T, String), NoAnswer>
    where
        W: Future<Output = Result<(T, Option<Usage>), ModelError>>,
    {
        let need = Need { input_tokens: tokens(sent_bytes), ..Need::default() };
        let start = |candidate: Candidate<P>, permit| {
            let price = candidate.route.price;
            let meter = Meter::new(&self.inner.world, &permit, price, sent_bytes);
            let used = self.used.clone();
            let mut call = Call { stream: None, first: None, permit, meter, used, ended: false };
            let model = candidate.choice.model.clone();
            let done = work(candidate.choice);
            async move {
                match done.await {
                    Ok((value, usage)) => {
                        call.meter.taken = true;
                        call.end(CallEnd::Answered, usage);
                        Ok((value, model))
                    }
                    Err(error) => {
                        call.fail(&error);
                        Err(error)
                    }
                }
            }
        };
        self.of_those_that_can(candidates, need, start).await
    }
}
