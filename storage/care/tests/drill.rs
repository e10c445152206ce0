//! The restore drill: a store is backed up while it is written to, restored elsewhere, compared.

// Outside of test functions, too, a failure is a failed test.
#![allow(clippy::unwrap_used)]

mod place;

use igny8_protocol_ids::{EntityKey, Epoch, Sequence};
use igny8_storage_api::{Append, Store};
use igny8_storage_care::{
    Archive, CareError, Progress, Step, VerifyOptions, compare, image_digest, restore,
    unfinished_restore, verify,
};
use place::{NOW, Place, Writer, entity, go_on, quiet, site};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

const WRITERS: u128 = 3;
/// Commits that must happen between two entities of the backup: so it is made under load.
const COMMITS_BETWEEN: u64 = 4;
const PATIENCE: Duration = Duration::from_secs(60);

/// How many commits have happened.
#[derive(Default)]
struct Commits {
    count: Mutex<u64>,
    grown: Condvar,
}

impl Commits {
    fn add(&self) {
        *self.count.lock().unwrap() += 1;
        self.grown.notify_all();
    }

    /// Waits until so many further ones have happened.
    fn wait(&self, more: u64) {
        let count = self.count.lock().unwrap();
        let goal = *count + more;
        let waited = self.grown.wait_timeout_while(count, PATIENCE, |count| *count < goal);
        assert!(!waited.unwrap().1.timed_out(), "the writers do not get on");
    }
}

/// Writers that go on until they are told to stop.
struct Load {
    stop: Arc<AtomicBool>,
    commits: Arc<Commits>,
    writers: Vec<tokio::task::JoinHandle<()>>,
}

impl Load {
    fn begin(store: &Arc<dyn Store>) -> Self {
        let (stop, commits) = (Arc::new(AtomicBool::new(false)), Arc::new(Commits::default()));
        let writer = |number| {
            let (store, stop, commits) = (store.clone(), stop.clone(), commits.clone());
            tokio::spawn(async move {
                let mut writer = Writer::take(store.as_ref(), entity(number)).await;
                while !stop.load(Ordering::Relaxed) {
                    writer.step(store.as_ref()).await;
                    commits.add();
                }
            })
        };
        let writers = (1..=WRITERS).map(writer).collect();
        Self { stop, commits, writers }
    }

    async fn end(self) {
        self.stop.store(true, Ordering::Relaxed);
        for writer in self.writers {
            writer.await.unwrap();
        }
    }
}

/// The store holds of every entity what the archive's image said, and it hangs together.
async fn assert_holds(store: &dyn Store, archive: &Archive) {
    let mut counts = (0, 0, 0);
    for entry in archive.entities() {
        let image = store.image(&entry.entity).await.unwrap().unwrap();
        assert_eq!(image_digest(&image), entry.image, "{}", entry.entity);
        assert_eq!(image.loaded.head.sequence, entry.sequence);
        counts.0 += 1;
        counts.1 += image.loaded.records.len() as u64;
        counts.2 += image.appends.len() as u64;
    }
    let told = archive.manifest().counts;
    assert_eq!(counts, (told.entities, told.records, told.appends));
    assert_eq!(store.entities(None, 1_000).await.unwrap().len() as u64, told.entities);
    let options = VerifyOptions { now: NOW, log_days: 30 };
    let report = verify(store, options, go_on).await.unwrap();
    assert!(report.is_sound(), "{:#?}", report.findings);
    assert_eq!((report.blobs, report.claims), (told.blobs, told.claims));
    assert_eq!(report.log_entries, told.log_entries);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r7_backup_under_load_restores_every_entity_as_it_was_at_one_moment() {
    let here = Place::new();
    let store = here.store("from");
    quiet(store.as_ref()).await;
    let load = Load::begin(&store);
    load.commits.wait(20);
    let options = VerifyOptions { now: NOW, log_days: 30 };
    let report = verify(store.as_ref(), options, go_on).await.unwrap();
    assert!(report.is_sound(), "beside writers: {:#?}", report.findings);
    let before = store.head(&entity(1)).await.unwrap().unwrap().sequence;
    let commits = load.commits.clone();
    let manifest = here.backup(&store, "first", None, move |now| {
        if now.step == Step::Entities {
            commits.wait(COMMITS_BETWEEN);
        }
        ControlFlow::Continue(())
    });
    let manifest = manifest.await.unwrap();
    assert!(manifest.complete && manifest.counts.entities >= 4, "{manifest:#?}");
    let first = Archive::open(&here.path("first")).unwrap();
    let seen: Vec<Sequence> = first
        .entities()
        .filter(|entry| entry.entity != site())
        .map(|entry| entry.sequence)
        .collect();
    assert!(seen.iter().any(|sequence| *sequence > before), "nothing was written meanwhile");
    let elsewhere = here.store("elsewhere");
    let restored = restore(elsewhere.as_ref(), &first, NOW, go_on).await.unwrap();
    assert_eq!(restored.entities, manifest.counts.entities);
    assert_holds(elsewhere.as_ref(), &first).await;

    // On: the writers write, then stop; what has not changed is not written again.
    load.commits.wait(20);
    load.end().await;
    let second = here.backup(&store, "second", Some("first"), go_on).await.unwrap();
    assert_eq!(second.counts.entities_unchanged, 1, "{second:#?}");
    assert!(second.counts.blobs_unchanged > 0);
    let third = here.backup(&store, "third", Some("second"), go_on).await.unwrap();
    assert_eq!(third.counts.entities_unchanged, third.counts.entities);
    assert_eq!(third.counts.blobs_unchanged, third.counts.blobs);
    assert!(third.counts.bytes < first.manifest().counts.bytes / 10, "{third:#?}");
    for name in ["second", "third"] {
        let archive = Archive::open(&here.path(name)).unwrap();
        let store_of_name = here.store(&format!("from {name}"));
        restore(store_of_name.as_ref(), &archive, NOW, go_on).await.unwrap();
        assert_holds(store_of_name.as_ref(), &archive).await;
        assert_eq!(compare(store.as_ref(), store_of_name.as_ref()).await.unwrap(), [""; 0]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn append_or_hint_alone_is_a_change() {
    let here = Place::new();
    let store = here.store("from");
    quiet(store.as_ref()).await;
    here.backup(&store, "0", None, go_on).await.unwrap();
    let row = Append { sequence: Sequence(100), body: "late".into() };
    store.append(&site(), Epoch(1), vec![row]).await.unwrap();
    let unchanged = async |out: &str, parent: &str| {
        let manifest = here.backup(&store, out, Some(parent), go_on).await.unwrap();
        manifest.counts.entities_unchanged
    };
    assert_eq!(unchanged("1", "0").await, 0);
    store.set_wake(&site(), Epoch(1), None).await.unwrap();
    assert_eq!(unchanged("2", "1").await, 0);
    assert_eq!(unchanged("3", "2").await, 1);
    let archive = Archive::open(&here.path("3")).unwrap();
    let to = here.store("to");
    restore(to.as_ref(), &archive, NOW, go_on).await.unwrap();
    assert_eq!(compare(store.as_ref(), to.as_ref()).await.unwrap(), [""; 0]);
}

/// Does something now, from within a callback.
fn elsewhere(handle: &tokio::runtime::Handle, work: impl Future<Output = ()> + Send) {
    std::thread::scope(|scope| {
        scope.spawn(|| handle.block_on(work));
    });
}

/// A tenant always steps before its site, so at any one moment it is level with it or one ahead.
#[tokio::test(flavor = "multi_thread")]
async fn r6_tenant_and_its_sites_are_kept_as_they_were_at_one_moment() {
    let here = Place::new();
    let store = here.store("from");
    let mut tenant = Writer::take(store.as_ref(), entity(1)).await;
    let mut its_site = Writer::take(store.as_ref(), site()).await;
    let (handle, working) = (tokio::runtime::Handle::current(), store.clone());
    // Whenever something was read, both move on; after a while they rest.
    let mut steps = 0..5;
    let move_on = move |now: &Progress| {
        if now.step == Step::Entities && steps.next().is_some() {
            elsewhere(&handle, async {
                tenant.step(working.as_ref()).await;
                its_site.step(working.as_ref()).await;
            });
        }
        ControlFlow::Continue(())
    };
    let manifest = here.backup(&store, "backup", None, move_on).await.unwrap();
    let archive = Archive::open(&here.path("backup")).unwrap();
    let sequences: Vec<u64> = archive.entities().map(|entry| entry.sequence.0).collect();
    assert_eq!(sequences, [5, 5]);
    assert!(manifest.moving.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn tenant_that_never_rests_is_named() {
    let here = Place::new();
    let store = here.store("from");
    let mut tenant = Writer::take(store.as_ref(), entity(1)).await;
    tenant.step(store.as_ref()).await;
    let (handle, working) = (tokio::runtime::Handle::current(), store.clone());
    let move_on = move |now: &Progress| {
        if now.step == Step::Entities {
            elsewhere(&handle, tenant.step(working.as_ref()));
        }
        ControlFlow::Continue(())
    };
    let manifest = here.backup(&store, "backup", None, move_on).await.unwrap();
    assert_eq!(manifest.moving, [entity(1)]);
    assert!(manifest.complete);
}

#[tokio::test(flavor = "multi_thread")]
async fn archives_find_each_other_side_by_side_and_miss_each_other_in_words() {
    let here = Place::new();
    let store = here.store("from");
    quiet(store.as_ref()).await;
    here.backup(&store, "a/first", None, go_on).await.unwrap();
    here.backup(&store, "a/second", Some("a/first"), go_on).await.unwrap();
    std::fs::rename(here.path("a"), here.path("b")).unwrap();
    let second = Archive::open(&here.path("b/second")).unwrap();
    second.check(go_on).unwrap();
    std::fs::rename(here.path("b/first"), here.path("first")).unwrap();
    let error = Archive::open(&here.path("b/second")).unwrap_err().to_string();
    assert!(error.contains("a/first") && error.contains("neither there nor beside"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn restore_that_broke_off_goes_on_and_is_not_taken_for_a_store() {
    let here = Place::new();
    let store = here.store("from");
    quiet(store.as_ref()).await;
    for number in 1..=3 {
        Writer::take(store.as_ref(), entity(number)).await.step(store.as_ref()).await;
    }
    here.backup(&store, "first", None, go_on).await.unwrap();
    let archive = Archive::open(&here.path("first")).unwrap();
    let to = here.store("to");
    let stop_early = |progress: &Progress| match progress.entities {
        2.. => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    };
    let error = restore(to.as_ref(), &archive, NOW, stop_early).await.unwrap_err();
    assert!(matches!(error, CareError::Stopped), "{error}");
    assert_eq!(unfinished_restore(to.as_ref()).await.unwrap(), Some(archive.id()));
    here.backup(&store, "another", None, go_on).await.unwrap();
    // The same content at the same time is the same archive, so something has to change.
    Writer::take(store.as_ref(), entity(1)).await.step(store.as_ref()).await;
    here.backup(&store, "other", None, go_on).await.unwrap();
    let other = Archive::open(&here.path("other")).unwrap();
    let error = restore(to.as_ref(), &other, NOW, go_on).await.unwrap_err().to_string();
    assert!(error.contains("broke off"), "{error}");
    let restored = restore(to.as_ref(), &archive, NOW, go_on).await.unwrap();
    assert_eq!((restored.entities, restored.entities_unchanged), (4, 2));
    assert_eq!(unfinished_restore(to.as_ref()).await.unwrap(), None);
    assert_holds(to.as_ref(), &archive).await;
    let error = restore(to.as_ref(), &archive, NOW, go_on).await.unwrap_err().to_string();
    assert!(error.contains("is not empty"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn backup_that_broke_off_is_no_archive_and_is_not_in_the_way() {
    let here = Place::new();
    let store = here.store("from");
    quiet(store.as_ref()).await;
    let stop = |_: &Progress| ControlFlow::Break(());
    let error = here.backup(&store, "first", None, stop).await.unwrap_err();
    assert!(matches!(error, CareError::Stopped));
    assert!(!here.path("first").exists());
    let error = Archive::open(&here.path("first.unfinished")).unwrap_err().to_string();
    assert!(error.contains("broke off"), "{error}");
    here.backup(&store, "first", None, go_on).await.unwrap();
    assert!(!here.path("first.unfinished").exists());
    let error = here.backup(&store, "first", None, go_on).await.unwrap_err().to_string();
    assert!(error.contains("is there already"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_changed_byte_of_an_archive_is_noticed_before_anything_is_restored() {
    let here = Place::new();
    let store = here.store("from");
    quiet(store.as_ref()).await;
    here.backup(&store, "first", None, go_on).await.unwrap();
    let to = here.store("to");
    let folder = here.path("first");
    for file in std::fs::read_dir(&folder).unwrap() {
        let path = file.unwrap().path();
        let good = std::fs::read(&path).unwrap();
        for at in (0..good.len()).step_by(61) {
            let mut bad = good.clone();
            bad[at] ^= 4;
            std::fs::write(&path, bad).unwrap();
            let refused = match Archive::open(&folder) {
                Ok(archive) => restore(to.as_ref(), &archive, NOW, go_on).await.map(drop),
                Err(error) => Err(error),
            };
            let Err(error) = refused else { panic!("{} at {at} was taken", path.display()) };
            let file = path.file_stem().unwrap().to_str().unwrap();
            assert!(error.to_string().contains(file), "{file} at {at}: {error}");
        }
        std::fs::write(&path, good).unwrap();
    }
    let none: Vec<EntityKey> = Vec::new();
    assert_eq!(to.entities(None, 1).await.unwrap(), none);
    let archive = Archive::open(&folder).unwrap();
    restore(to.as_ref(), &archive, NOW, go_on).await.unwrap();
}
