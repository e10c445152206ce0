//! Heavy work off the actors.

/// Why a computation gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum ComputeError {
    /// The work panicked; the message is its own.
    #[error("the computation failed: {0}")]
    Panicked(String),
    /// The process is going down.
    #[error("the server is shutting down")]
    ShuttingDown,
}

/// A pool of threads for work that would hold up an actor: clustering, password hashes, PNG files.
#[async_trait::async_trait]
pub trait Compute: Send + Sync + 'static {
    /// Runs the work elsewhere and waits for its end.
    async fn run(&self, work: Box<dyn FnOnce() + Send>) -> Result<(), ComputeError>;
}

impl dyn Compute {
    /// Runs a closure elsewhere and hands back its result.
    pub async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ComputeError> {
        let slot = std::sync::Arc::new(std::sync::Mutex::new(None));
        let filled = slot.clone();
        self.run(Box::new(move || {
            let value = work();
            *filled.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(value);
        }))
        .await?;
        slot.lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .take()
            .ok_or_else(|| ComputeError::Panicked("the work ended without a result".to_owned()))
    }
}
