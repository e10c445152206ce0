//! Threads for heavy work: as many at once as there are cores.

use igny8_actors_ports::{Compute, ComputeError};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Runs work on tokio's blocking threads, at most one per core at a time; the rest waits in the
/// order in which it came.
pub(crate) struct ThreadPool {
    places: Arc<Semaphore>,
}

impl ThreadPool {
    /// A pool for this machine.
    pub(crate) fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self::with_threads(cores)
    }

    fn with_threads(threads: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(threads)) }
    }

    /// Takes no more work; what runs ends by itself.
    pub(crate) fn close(&self) {
        self.places.close();
    }
}

#[async_trait::async_trait]
impl Compute for ThreadPool {
    async fn run(&self, work: Box<dyn FnOnce() + Send>) -> Result<(), ComputeError> {
        let place = self.places.clone().acquire_owned().await;
        let place = place.map_err(|_| ComputeError::ShuttingDown)?;
        let done = tokio::task::spawn_blocking(move || {
            work();
            drop(place);
        });
        match done.await {
            Ok(()) => Ok(()),
            Err(error) if error.is_panic() => {
                Err(ComputeError::Panicked(words(error.into_panic())))
            }
            Err(_) => Err(ComputeError::ShuttingDown),
        }
    }
}

fn words(panic: Box<dyn std::any::Any + Send>) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "it panicked without words".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Barrier, Mutex};

    #[tokio::test]
    async fn panic_becomes_an_error_and_gives_its_place_back() {
        let pool: Arc<dyn Compute> = Arc::new(ThreadPool::with_threads(1));
        for _ in 0..3 {
            let error = pool.call(|| panic!("seven of nine")).await.unwrap_err();
            assert!(matches!(&error, ComputeError::Panicked(words) if words == "seven of nine"));
        }
        assert_eq!(pool.call(|| 6 * 7).await.unwrap(), 42);
    }

    #[tokio::test]
    async fn r11_no_more_work_runs_at_once_than_there_are_threads() {
        let pool: Arc<dyn Compute> = Arc::new(ThreadPool::with_threads(2));
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(0)));
        // Both threads meet before either goes on: two do run at once.
        let meeting = Arc::new(Barrier::new(2));
        let work = (0..8).map(|_| {
            let (running, most, meeting) = (running.clone(), most.clone(), meeting.clone());
            pool.call(move || {
                let now = running.fetch_add(1, Ordering::SeqCst) + 1;
                let mut most = most.lock().unwrap();
                *most = now.max(*most);
                drop(most);
                meeting.wait();
                running.fetch_sub(1, Ordering::SeqCst);
            })
        });
        for done in futures::future::join_all(work).await {
            done.unwrap();
        }
        assert_eq!(*most.lock().unwrap(), 2);
    }

    #[tokio::test]
    async fn closed_pool_refuses() {
        let pool = ThreadPool::with_threads(1);
        pool.close();
        let refused = pool.run(Box::new(|| ())).await;
        assert!(matches!(refused, Err(ComputeError::ShuttingDown)));
    }
}
