use super::*;
use crate::port::OsEntropy;
use igny8_actors_ports::Entropy;
use igny8_storage_embedded::{EmbeddedOptions, EmbeddedStore};
use proptest::prelude::*;
use secrecy::ExposeSecret;

/// A clock that stands where it is put.
#[derive(Default)]
pub(crate) struct StandingClock(Mutex<i64>);

impl StandingClock {
    pub(crate) fn wait(&self, duration: Duration) {
        *self.0.lock() += i64::try_from(duration.as_millis()).unwrap();
    }
}

impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_000_000 + *self.0.lock())
    }
}

/// A ring with a store and a file of its own.
pub(crate) struct Ring {
    pub(crate) ring: Arc<TenantKeyRing>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<StandingClock>,
    pub(crate) directory: tempfile::TempDir,
}

impl Ring {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let folder = directory.path().join("store");
        let store = EmbeddedStore::open(&folder, EmbeddedOptions::default()).unwrap();
        KeyFile::create(&directory.path().join("keys.json")).unwrap();
        let (store, clock) = (Arc::new(store), Arc::new(StandingClock::default()));
        let ring = node(directory.path(), store.clone(), clock.clone());
        Self { ring, store, clock, directory }
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.directory.path().join("keys.json")
    }

    /// Another node on the same store.
    pub(crate) fn other(&self) -> Arc<TenantKeyRing> {
        node(self.directory.path(), self.store.clone(), self.clock.clone())
    }
}

fn node(
    directory: &std::path::Path,
    store: Arc<dyn Store>,
    clock: Arc<StandingClock>,
) -> Arc<TenantKeyRing> {
    let file = directory.join("keys.json");
    let masters = KeyFile::read(&file).unwrap().masters;
    Arc::new(TenantKeyRing::new(masters, file, store, clock))
}

pub(crate) fn tenant(byte: u8) -> TenantId {
    TenantId::new(Timestamp::from_millis(1), [byte; 10])
}

fn place(tenant: TenantId, id: u128, field: &'static str) -> SecretPlace {
    SecretPlace { tenant, kind: EntityKind::Site, id: uuid::Uuid::from_u128(id), field }
}

async fn opened(ring: &TenantKeyRing, place: &SecretPlace, sealed: &Sealed) -> Option<Vec<u8>> {
    ring.open(place, sealed).await.ok().map(|secret| secret.expose_secret().to_vec())
}

#[test]
fn secret_opens_in_its_own_place_alone() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let world = Ring::new();
    let places = || {
        (0..3_u8, 0..3_u128, prop_oneof![Just("link"), Just("key")])
            .prop_map(|(byte, id, field)| place(tenant(byte), id, field))
    };
    let secret = proptest::collection::vec(any::<u8>(), 0..80);
    let flip = any::<proptest::sample::Index>();
    proptest!(|(home in places(), other in places(), secret in secret, flip in flip)| {
        runtime.block_on(async {
            let sealed = world.ring.seal(&home, &secret).await.unwrap();
            prop_assert_eq!(&sealed.key_id, "data-key/1");
            let found = opened(&world.ring, &other, &sealed).await;
            prop_assert_eq!(found, (other == home).then(|| secret.clone()));
            let mut changed = sealed.clone();
            let at = flip.index(changed.bytes.len());
            changed.bytes[at] ^= 1;
            prop_assert!(opened(&world.ring, &home, &changed).await.is_none(), "byte {}", at);
            let foreign = Sealed { key_id: "data-key/2".to_owned(), ..sealed };
            prop_assert!(opened(&world.ring, &home, &foreign).await.is_none());
            Ok(())
        })?;
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_make_the_first_key_at_once_agree() {
    for round in 0..20 {
        let world = Ring::new();
        let nodes: Vec<_> = (0..4).map(|_| world.other()).collect();
        let home = place(tenant(round), 1, "link");
        let begin = Arc::new(tokio::sync::Barrier::new(nodes.len()));
        let sealing = nodes.iter().cloned().map(|node| {
            let begin = begin.clone();
            tokio::spawn(async move {
                begin.wait().await;
                node.seal(&home, b"secret").await.unwrap()
            })
        });
        for sealed in futures::future::join_all(sealing).await {
            let sealed = sealed.unwrap();
            assert_eq!(sealed.key_id, "data-key/1");
            for node in &nodes {
                assert_eq!(opened(node, &home, &sealed).await.unwrap(), b"secret");
            }
        }
        assert_eq!(world.ring.shelf().of(tenant(round)).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn what_another_node_has_made_opens_here_at_once_and_seals_here_soon() {
    let world = Ring::new();
    let (here, there, home) = (&world.ring, world.other(), place(tenant(1), 1, "link"));
    let first = here.seal(&home, b"one").await.unwrap();
    there.make(DataKeyPlace { tenant: tenant(1), version: 2 }, 1).await.unwrap();
    let second = there.seal(&home, b"two").await.unwrap();
    assert_eq!(second.key_id, "data-key/2");
    assert_eq!(opened(here, &home, &second).await.unwrap(), b"two");
    assert_eq!(opened(&there, &home, &first).await.unwrap(), b"one");
    let third = world.other();
    third.make(DataKeyPlace { tenant: tenant(1), version: 3 }, 1).await.unwrap();
    world.clock.wait(KNOWN_LIFETIME);
    assert_eq!(here.seal(&home, b"three").await.unwrap().key_id, "data-key/3");
}

#[tokio::test]
async fn key_that_another_node_wrapped_anew_makes_this_one_read_the_file_again() {
    let world = Ring::new();
    let (there, home) = (world.other(), place(tenant(1), 1, "link"));
    let sealed = there.seal(&home, b"secret").await.unwrap();
    KeyFile::add(&world.file()).unwrap();
    there.reload().await.unwrap();
    for shelved in there.shelf().of(tenant(1)).await.unwrap() {
        assert!(there.wrap_anew(&shelved).await.unwrap());
        assert!(!there.wrap_anew(&shelved).await.unwrap(), "it was wrapped by another meanwhile");
    }
    // The file was read just now.
    let early = world.ring.open(&home, &sealed).await;
    assert!(matches!(early, Err(SealError::UnknownKey(_))), "{early:?}");
    world.clock.wait(FILE_PAUSE);
    assert_eq!(opened(&world.ring, &home, &sealed).await.unwrap(), b"secret");
}

#[tokio::test]
async fn destroyed_keys_open_nowhere_and_no_new_ones_are_made() {
    let world = Ring::new();
    let (there, home) = (world.other(), place(tenant(1), 1, "link"));
    let neighbour = place(tenant(2), 1, "link");
    let kept = world.ring.seal(&neighbour, b"kept").await.unwrap();
    let sealed = world.ring.seal(&home, b"secret").await.unwrap();
    world.ring.make(DataKeyPlace { tenant: tenant(1), version: 2 }, 1).await.unwrap();
    let newer = world.ring.seal(&home, b"secret").await.unwrap();
    assert!(opened(&there, &home, &sealed).await.is_some());
    assert_eq!(world.ring.shelf().destroy(tenant(1)).await.unwrap(), 2);
    assert_eq!(world.ring.shelf().destroy(tenant(1)).await.unwrap(), 0, "again");
    world.ring.forget(tenant(1));
    // Another node has opened the keys before: it keeps them for a bounded time.
    world.clock.wait(KNOWN_LIFETIME);
    for node in [&world.ring, &there, &world.other()] {
        for sealed in [&sealed, &newer] {
            let answer = node.open(&home, sealed).await;
            assert!(matches!(answer, Err(SealError::Destroyed)), "{answer:?}");
        }
        let answer = node.seal(&home, b"new").await;
        assert!(matches!(answer, Err(SealError::Destroyed)), "{answer:?}");
        assert_eq!(opened(node, &neighbour, &kept).await.unwrap(), b"kept");
    }
    let claims = world.store.claims(None, 100).await.unwrap();
    let of_it = format!("data-key/{}", tenant(1));
    assert!(!claims.iter().any(|(name, _)| name.starts_with(&of_it)), "{claims:?}");
}

#[tokio::test]
async fn what_keys_of_the_file_sealed_themselves_opens_until_the_tenant_is_gone() {
    let world = Ring::new();
    let masters = world.ring.masters();
    let key_id = masters.current().to_owned();
    let master = masters.get(&key_id).unwrap();
    let tenant = tenant(1);
    let model =
        SecretPlace { tenant, kind: EntityKind::Tenant, id: tenant.uuid(), field: "model-key" };
    let link = place(tenant, 7, "link");
    let names = [
        (model, format!("{tenant}/models/key")),
        (link, format!("{tenant}/site/{}/link", link.id)),
    ];
    for (place, name) in &names {
        let bytes = master.seal(name.as_bytes(), b"old").unwrap();
        let sealed = Sealed { key_id: key_id.clone(), bytes };
        assert_eq!(opened(&world.ring, place, &sealed).await.unwrap(), b"old");
        assert!(!world.ring.is_newest(tenant, &sealed).await.unwrap());
        let elsewhere = SecretPlace { id: uuid::Uuid::nil(), ..link };
        assert!(opened(&world.ring, &elsewhere, &sealed).await.is_none());
    }
    let bytes = master.seal(names[1].1.as_bytes(), b"old").unwrap();
    world.ring.shelf().destroy(tenant).await.unwrap();
    let answer = world.ring.open(&link, &Sealed { key_id, bytes }).await;
    assert!(matches!(answer, Err(SealError::Destroyed)), "{answer:?}");
}

#[tokio::test]
async fn opened_keys_are_bounded_and_nothing_shows_one() {
    let world = Ring::new();
    let mut ids = [0; 10];
    for _ in 0..50 {
        OsEntropy.fill(&mut ids);
        let tenant = TenantId::new(Timestamp::from_millis(1), ids);
        world.ring.seal(&place(tenant, 1, "link"), b"secret").await.unwrap();
    }
    let known = world.ring.known.lock().tenants.len();
    assert!(known == 50 && known <= KNOWN_MAX);
    let masters: Arc<Masters> = world.ring.masters();
    let unknown = masters.get("k0").err().unwrap().to_string();
    assert!(unknown.contains("k0") && unknown.contains("key file"), "{unknown}");
}
