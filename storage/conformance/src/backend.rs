//! What a backend provides to be tested.

use igny8_storage_api::Store;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

/// No case works for longer than seconds on a quiet machine, and a minute or two where a server is
/// asked on a busy one; one that does not end by then hangs.
const CASE_DEADLINE: Duration = Duration::from_secs(400);

/// A place in which stores are opened, one after the other. Cases use tenants and names of their
/// own, so a place may be shared between cases.
pub trait Backend: Sized + Send + Sync + 'static {
    /// The store.
    type Store: Store;
    /// How reports call it.
    const NAME: &'static str;

    /// A place to open stores in.
    fn create() -> impl Future<Output = Self> + Send;

    /// Opens the store, or opens it again after [`Self::close`].
    fn open(&self) -> impl Future<Output = Arc<Self::Store>> + Send;

    /// Closes the store in good order. Nobody else holds it.
    fn close(&self, store: Arc<Self::Store>) -> impl Future<Output = ()> + Send;

    /// Ends the store as a kill of its process does (what the process had not handed to the system
    /// is gone) and opens it again. Nobody else holds it.
    fn crash(&self, store: Arc<Self::Store>) -> impl Future<Output = Arc<Self::Store>> + Send;
}

/// Runs one case on a runtime of its own.
pub fn run<B: Backend, F: Future<Output = ()>>(case: impl FnOnce(B) -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a test machine can start two threads");
    runtime.block_on(async {
        let backend = B::create().await;
        let ended = tokio::time::timeout(CASE_DEADLINE, case(backend)).await;
        assert!(ended.is_ok(), "the case hangs on {}", B::NAME);
    });
}
