use super::*;
use igny8_actors_domain::secret::SealedSecret;
use igny8_actors_domain::site::SiteCommand;
use igny8_actors_ports::KeyRing;
use igny8_protocol_ids::EntityKey;
use parking_lot::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rotation_wraps_makes_and_seals_everything_and_the_old_key_can_go() {
    let life = Life::begin().await;
    let old = life.ring.ring.masters().current().to_owned();
    for name in ["one", "two", "three"] {
        life.tenant(name).await;
    }
    let new = life.add_key();
    let keeper = life.keeper();
    let refusal = keeper.unused(&old, &unseen()).await.unwrap_err().to_string();
    assert!(refusal.contains("still wraps 3 data keys"), "{refusal}");
    let refusal = keeper.unused(&new, &unseen()).await.unwrap_err().to_string();
    assert!(refusal.contains("current"), "{refusal}");
    let rotated = keeper.rotate(&unseen()).await.unwrap();
    assert_eq!((rotated.rotation, rotated.current.as_str()), (1, new.as_str()));
    assert_eq!((rotated.tenants, rotated.keys_wrapped, rotated.keys_made), (3, 3, 3));
    assert_eq!((rotated.secrets_sealed, rotated.failed), (6, 0));
    assert_eq!(life.sealed_by(&life.ring.ring).await, ["data-key/2"; 6]);
    let listing = keeper.list().await.unwrap();
    assert_eq!(listing.tenants, 3);
    let wraps: Vec<_> = listing.keys.iter().map(|key| (key.id.clone(), key.data_keys)).collect();
    assert_eq!(wraps, [(old.clone(), 0), (new.clone(), 6)]);
    keeper.unused(&old, &unseen()).await.unwrap();
    KeyFile::remove(&life.ring.file(), &old).unwrap();
    assert_eq!(life.sealed_by(&life.ring.other()).await.len(), 6);
    // Without a new key in the file a rotation still gives each tenant a new one.
    life.platform.stop().await;
    let again = life.keeper_at_rest().rotate(&unseen()).await.unwrap();
    assert_eq!((again.rotation, again.keys_wrapped, again.keys_made), (2, 0, 3));
    assert_eq!(life.sealed_by(&life.ring.other()).await, ["data-key/3"; 6]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn file_that_has_lost_a_key_is_not_rotated_to() {
    let life = Life::begin().await;
    let old = life.ring.ring.masters().current().to_owned();
    life.tenant("one").await;
    life.add_key();
    KeyFile::remove(&life.ring.file(), &old).unwrap();
    let refusal = life.keeper().rotate(&unseen()).await.unwrap_err().to_string();
    assert!(refusal.contains(&old) && refusal.contains("restore"), "{refusal}");
    let listing = life.keeper().list().await.unwrap();
    assert!(listing.keys.iter().any(|key| key.id == old && !key.in_file && key.data_keys == 1));
}

/// Breaks a rotation off after so many steps.
fn stop_after(steps: u64) -> (Progress, Arc<AtomicU64>) {
    let (stop, seen) = (CancellationToken::new(), Arc::new(AtomicU64::new(0)));
    let (stopping, count) = (stop.clone(), seen.clone());
    let hear = move |_| {
        if count.fetch_add(1, Ordering::SeqCst) + 1 >= steps {
            stopping.cancel();
        }
    };
    (Progress::here(hear, stop), seen)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rotation_that_ends_after_any_step_leaves_all_open_and_the_next_run_completes_it() {
    for steps in 1.. {
        let life = Life::begin().await;
        let names = ["one", "two"];
        for name in names {
            life.tenant(name).await;
        }
        let new = life.add_key();
        let (progress, seen) = stop_after(steps);
        if steps % 2 == 1 {
            life.platform.stop().await;
        }
        let keeper = if steps % 2 == 0 { life.keeper() } else { life.keeper_at_rest() };
        let ended = keeper.rotate(&progress).await;
        if steps % 2 == 0 {
            life.platform.stop().await;
        }
        assert_eq!(seen.load(Ordering::SeqCst) >= steps, ended.is_err(), "{steps}: {ended:?}");
        // Another process, after the crash.
        let other = life.ring.other();
        assert_eq!(life.sealed_by(&other).await.len(), 4, "after {steps} steps");
        let completed = life.keeper_at_rest().rotate(&unseen()).await.unwrap();
        let is_first = u64::from(ended.is_ok());
        assert_eq!((completed.rotation, completed.failed), (1 + is_first, 0), "{steps}");
        let version = 2 + is_first;
        let names = life.sealed_by(&life.ring.other()).await;
        assert_eq!(names, vec![format!("data-key/{version}"); 4], "{steps}");
        let listing = life.keeper_at_rest().list().await.unwrap();
        let current = listing.keys.iter().find(|key| key.id == new).unwrap();
        assert_eq!(current.data_keys, 2 * version, "{steps}");
        if ended.is_ok() {
            assert!(steps > 10, "there were no steps to break off at");
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_rotations_at_once_do_the_work_of_one() {
    let life = Life::begin().await;
    for name in ["one", "two", "three"] {
        life.tenant(name).await;
    }
    life.add_key();
    let (one, two) = (life.keeper(), life.keeper());
    let (quiet, still) = (unseen(), unseen());
    let (one, two) = tokio::join!(one.rotate(&quiet), two.rotate(&still));
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!((one.failed, two.failed), (0, 0));
    let rotations = one.rotation.max(two.rotation);
    assert_eq!(one.keys_made + two.keys_made, 3 * rotations, "{one:?} {two:?}");
    let newest = format!("data-key/{}", rotations + 1);
    assert_eq!(life.sealed_by(&life.ring.other()).await, vec![newest; 6]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rotation_under_load_fails_no_opening_and_no_sealing() {
    let life = Arc::new(Life::begin().await);
    let mut homes = Vec::new();
    for name in ["one", "two", "three"] {
        homes.push(life.tenant(name).await);
    }
    let done = Arc::new(AtomicBool::new(false));
    let (read, written) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let mut tasks = tokio::task::JoinSet::new();
    for (tenant, site) in homes {
        let (life, done, read) = (life.clone(), done.clone(), read.clone());
        let (writer, is_done, written) = (life.clone(), done.clone(), written.clone());
        tasks.spawn(async move {
            while !done.load(Ordering::SeqCst) {
                // The press panics where the secret is not one of its own.
                let status = life.platform.site(tenant, site).link_status().await.unwrap();
                assert_eq!(status, (true, None));
                read.fetch_add(1, Ordering::SeqCst);
            }
        });
        tasks.spawn(async move {
            for round in 0.. {
                if is_done.load(Ordering::SeqCst) {
                    return;
                }
                writer.enter_key(tenant, &format!("sk-{round}-{MODEL_KEY}")).await;
                writer.pair(tenant, site, &round.to_string()).await;
                written.fetch_add(2, Ordering::SeqCst);
            }
        });
    }
    for round in 1..=4 {
        let before = read.load(Ordering::SeqCst);
        life.add_key();
        let rotated = life.keeper().rotate(&unseen()).await.unwrap();
        assert_eq!((rotated.rotation, rotated.keys_made, rotated.failed), (round, 3, 0));
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while read.load(Ordering::SeqCst) < before + 3 {
            assert!(std::time::Instant::now() < deadline, "nobody reads");
            tokio::task::yield_now().await;
        }
    }
    done.store(true, Ordering::SeqCst);
    while let Some(ended) = tasks.join_next().await {
        ended.unwrap();
    }
    assert!(written.load(Ordering::SeqCst) > 0);
    assert_eq!(life.sealed_by(&life.ring.other()).await.len(), 6);
    // Whatever was sealed by an older key while the last rotation ran is found by the next.
    life.keeper().rotate(&unseen()).await.unwrap();
    assert_eq!(life.sealed_by(&life.ring.other()).await, ["data-key/6"; 6]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn secret_that_a_key_of_the_file_sealed_keeps_it_until_a_rotation() {
    let life = Life::begin().await;
    let (tenant, site) = life.tenant("one").await;
    let masters = life.ring.ring.masters();
    let old = masters.current().to_owned();
    // As the version before wrote it.
    let entity = EntityKey::site(tenant, site);
    let (place, sealed) =
        sealed_secrets(life.ring.store.as_ref(), &entity).await.unwrap().remove(0);
    let bytes = masters.get(&old).unwrap();
    let bytes = bytes.seal(place.to_string().as_bytes(), LINK_SECRET.as_bytes()).unwrap();
    let before = SealedSecret { key_id: sealed.key_id, bytes: sealed.bytes };
    let after = SealedSecret { key_id: old.clone(), bytes };
    let command = SiteCommand::ResealLink { before, after };
    life.platform.site(tenant, site).command(Origin::System, None, command).await.unwrap();
    life.add_key();
    let keeper = life.keeper();
    // Only the data keys are wrapped: the secret itself still needs the old key.
    keeper.ring.reload().await.unwrap();
    for shelved in keeper.ring.shelf().of(tenant).await.unwrap() {
        assert!(keeper.ring.wrap_anew(&shelved).await.unwrap());
    }
    let refusal = keeper.unused(&old, &unseen()).await.unwrap_err().to_string();
    assert!(refusal.contains("still seals 1 secrets"), "{refusal}");
    assert_eq!(keeper.rotate(&unseen()).await.unwrap().secrets_sealed, 2);
    keeper.unused(&old, &unseen()).await.unwrap();
    assert_eq!(life.sealed_by(&life.ring.ring).await, ["data-key/2"; 2]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deleted_tenants_secrets_open_nowhere_and_the_others_stay() {
    let life = Life::begin().await;
    let (gone, its_site) = life.tenant("gone").await;
    let (stays, site) = life.tenant("stays").await;
    let entity = EntityKey::site(gone, its_site);
    let (place, sealed) =
        sealed_secrets(life.ring.store.as_ref(), &entity).await.unwrap().remove(0);
    let nobody = TenantId::new(life.platform.now(), [9; 10]);
    assert!(life.keeper().delete(nobody, &unseen()).await.is_err());
    assert_eq!(life.keeper().delete(gone, &unseen()).await.unwrap().data_keys, 1);
    assert_eq!(life.keeper_at_rest().delete(gone, &unseen()).await.unwrap().data_keys, 0);
    for ring in [life.ring.ring.clone(), life.ring.other()] {
        assert!(ring.open(&place, &sealed).await.is_err());
    }
    assert!(life.platform.site(gone, its_site).link_status().await.is_err());
    assert_eq!(life.platform.site(stays, site).link_status().await.unwrap(), (true, None));
    // A rotation passes over what is gone.
    let rotated = life.keeper().rotate(&unseen()).await.unwrap();
    assert_eq!((rotated.tenants, rotated.secrets_sealed, rotated.failed), (1, 2, 0));
    assert_eq!(life.keeper().list().await.unwrap().tenants, 1);
}

#[tokio::test]
async fn progress_says_how_far_it_is() {
    let life = Life::begin().await;
    life.tenant("one").await;
    let steps = Arc::new(Mutex::new(Vec::new()));
    let heard = steps.clone();
    let hear = move |step: serde_json::Value| {
        heard.lock().push(step["step"].as_str().unwrap().to_owned());
    };
    life.keeper().rotate(&Progress::here(hear, CancellationToken::new())).await.unwrap();
    let mut steps = std::mem::take(&mut *steps.lock());
    steps.dedup();
    assert_eq!(steps, ["wrap", "make", "seal", "wrap"]);
}
