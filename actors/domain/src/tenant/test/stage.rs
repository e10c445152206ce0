//! A stage for one entity: commands go in, and after each one the state must equal what a store
//! would give back; a refused command must have changed nothing.

use crate::entity::{Changes, Context, Dice, Entity, Origin, RecordKey, Refusal, decide};
use igny8_protocol_ids::Timestamp;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::time::Duration;

pub(crate) struct Stage<E: Entity> {
    pub(crate) state: E,
    pub(crate) now: Timestamp,
    stored: BTreeMap<RecordKey, E::Record>,
    seed: u64,
}

impl<E: Entity + Clone + PartialEq + Debug> Stage<E>
where
    E::Record: PartialEq + Debug,
{
    pub(crate) fn new() -> Self {
        let now = Timestamp::from_millis(1_000_000);
        Self { state: E::default(), now, stored: BTreeMap::new(), seed: 0 }
    }

    pub(crate) fn wait(&mut self, duration: Duration) {
        self.now = self.now.plus(duration);
    }

    /// Gives a command of the system's.
    pub(crate) fn system(
        &mut self,
        command: E::Command,
    ) -> Result<(E::Reply, Changes<E>), Refusal> {
        self.give(Origin::System, command)
    }

    /// Gives a command.
    pub(crate) fn give(
        &mut self,
        origin: Origin,
        command: E::Command,
    ) -> Result<(E::Reply, Changes<E>), Refusal> {
        self.seed += 1;
        let mut context = Context { now: self.now, entropy: Dice::new(self.seed), origin };
        let before = self.state.clone();
        let result = decide(&mut self.state, command, &mut context);
        match &result {
            Ok((_, changes)) => self.store(changes),
            Err(_) => assert_eq!(before, self.state, "a refusal changes nothing"),
        }
        assert_eq!(self.state, self.loaded(), "the records alone give the state");
        result
    }

    fn store(&mut self, changes: &Changes<E>) {
        for record in &changes.puts {
            self.stored.insert(E::key(record), record.clone());
        }
        for key in &changes.deletes {
            self.stored.remove(key);
        }
    }

    /// The state that a store gives back, by way of a format.
    fn loaded(&self) -> E {
        let mut state = E::default();
        for (key, record) in &self.stored {
            let json = serde_json::to_string(record).unwrap();
            let record: E::Record = serde_json::from_str(&json).unwrap();
            assert_eq!(*key, E::key(&record));
            assert!(state.put(record).is_none(), "a key names one record");
        }
        state
    }
}
