//! Asking again where a store says that this may help.

use igny8_storage_api::StoreError;
use std::time::Duration;

/// Times that a request is made.
const ATTEMPTS: u32 = 5;
/// The pause before the second; each further one is twice as long: three seconds in all.
const PAUSE: Duration = Duration::from_millis(200);

/// Makes a request until it is answered. Only for requests that may be repeated: reads, and writes
/// whose repetition changes nothing. Everything here runs where it may block, so it does.
pub(crate) async fn retry<T, F>(request: impl Fn() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    let mut pause = PAUSE;
    for _ in 1..ATTEMPTS {
        match request().await {
            Err(StoreError::Unavailable { .. } | StoreError::Unknown { .. }) => {
                std::thread::sleep(pause);
                pause *= 2;
            }
            answer => return answer,
        }
    }
    request().await
}
