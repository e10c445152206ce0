//! The table of what can be asked.

use super::{Line, Question};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

type Work = Box<dyn Fn(Value, Progress) -> BoxFuture<'static, anyhow::Result<Value>> + Send + Sync>;

/// Commands by name. Each takes its arguments and a [`Progress`], and answers with a value that is
/// the last line's.
#[derive(Default)]
pub(crate) struct Desk {
    commands: BTreeMap<&'static str, Work>,
}

impl Desk {
    /// Adds a command.
    pub(crate) fn command<A, R, W, F>(mut self, name: &'static str, work: W) -> Self
    where
        A: DeserializeOwned,
        R: Serialize,
        W: Fn(A, Progress) -> F + Send + Sync + 'static,
        F: Future<Output = anyhow::Result<R>> + Send + 'static,
    {
        let work = move |arguments: Value, progress| match serde_json::from_value(arguments) {
            Ok(arguments) => {
                let done = work(arguments, progress);
                async move { Ok(serde_json::to_value(done.await?)?) }.boxed()
            }
            Err(error) => {
                let wrong = anyhow::anyhow!("the arguments of {name} do not fit: {error}");
                async move { Err(wrong) }.boxed()
            }
        };
        self.commands.insert(name, Box::new(work));
        self
    }

    /// Does what is asked; the answer is the last line.
    pub(super) async fn answer(&self, question: &[u8], progress: Progress) -> Line {
        let question: Question = match serde_json::from_slice(question) {
            Ok(question) => question,
            Err(error) => return Line::Failed(format!("this is no question: {error}")),
        };
        let Some(work) = self.commands.get(question.command.as_str()) else {
            let message = "the running server does not know the command";
            return Line::Failed(format!("{message} {:?}", question.command));
        };
        match work(question.arguments, progress).await {
            Ok(value) => Line::Done(value),
            Err(error) => Line::Failed(format!("{error:#}")),
        }
    }
}

/// How work tells how far it is, and hears that nobody waits for it any more.
#[derive(Clone)]
pub(crate) struct Progress {
    hear: Hear,
    stop: CancellationToken,
}

/// Who hears of progress.
#[derive(Clone)]
enum Hear {
    /// A connection. What it does not read in time is left out: the next line says more.
    Lines(mpsc::Sender<Value>),
    /// This process.
    Here(Arc<dyn Fn(Value) + Send + Sync>),
}

impl Progress {
    /// For a connection that reads these lines.
    pub(super) fn lines(lines: mpsc::Sender<Value>, stop: CancellationToken) -> Self {
        Self { hear: Hear::Lines(lines), stop }
    }

    /// For work that is done by this process itself.
    pub(crate) fn here(
        hear: impl Fn(Value) + Send + Sync + 'static,
        stop: CancellationToken,
    ) -> Self {
        Self { hear: Hear::Here(Arc::new(hear)), stop }
    }

    /// False if the work should stop: nobody waits for it any more.
    pub(crate) fn is_wanted(&self) -> bool {
        !self.stop.is_cancelled()
    }

    /// Says how far the work is. False if it should stop: nobody waits for it any more.
    pub(crate) fn say(&self, how_far: &impl Serialize) -> bool {
        let value = serde_json::to_value(how_far).expect("progress is plain data");
        match &self.hear {
            Hear::Lines(lines) => drop(lines.try_send(value)),
            Hear::Here(hear) => hear(value),
        }
        self.is_wanted()
    }
}
