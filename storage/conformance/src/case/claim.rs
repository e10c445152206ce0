//! Claims: unique names, first come, first served.

use crate::Backend;
use crate::fixture::{bytes, name};
use futures::future::join_all;
use igny8_storage_api::{ClaimOutcome, Store};

/// The first holds it, the next are told who does, and the holder may ask again.
pub async fn r14_claim_goes_to_the_first<B: Backend>(backend: B) {
    let store = backend.open().await;
    let name = name("mail");
    assert_eq!(store.claimed(&name).await.unwrap(), None);
    for _ in 0..2 {
        assert_eq!(store.claim(&name, bytes("ann")).await.unwrap(), ClaimOutcome::Claimed);
    }
    let held = ClaimOutcome::Held(bytes("ann"));
    assert_eq!(store.claim(&name, bytes("bob")).await.unwrap(), held);
    assert_eq!(store.claimed(&name).await.unwrap(), Some(bytes("ann")));
}

/// Of many at the same moment one wins, and all others are told the same winner.
pub async fn r14_claims_under_contention_have_one_winner<B: Backend>(backend: B) {
    let store = backend.open().await;
    for _ in 0..5 {
        let name = name("event");
        let values: Vec<_> = (0..16).map(|number| bytes(&number.to_string())).collect();
        let claims = values.iter().map(|value| store.claim(&name, value.clone()));
        let outcomes: Vec<_> = join_all(claims).await.into_iter().map(Result::unwrap).collect();
        let winner = store.claimed(&name).await.unwrap().unwrap();
        for (value, outcome) in values.iter().zip(outcomes) {
            let held = ClaimOutcome::Held(winner.clone());
            assert_eq!(outcome, if *value == winner { ClaimOutcome::Claimed } else { held });
        }
    }
}

/// Only who holds a name can give it back; then the next may have it.
pub async fn r14_claim_is_released_by_its_holder_only<B: Backend>(backend: B) {
    let store = backend.open().await;
    let name = name("mail");
    assert!(!store.release_claim(&name, bytes("ann")).await.unwrap());
    store.claim(&name, bytes("ann")).await.unwrap();
    assert!(!store.release_claim(&name, bytes("bob")).await.unwrap());
    assert_eq!(store.claimed(&name).await.unwrap(), Some(bytes("ann")));
    assert!(store.release_claim(&name, bytes("ann")).await.unwrap());
    assert_eq!(store.claimed(&name).await.unwrap(), None);
    assert_eq!(store.claim(&name, bytes("bob")).await.unwrap(), ClaimOutcome::Claimed);
}

/// Names are taken as they are: a longer one is another one.
pub async fn r14_claims_of_similar_names_are_apart<B: Backend>(backend: B) {
    let store = backend.open().await;
    let short = name("mail");
    let names =
        [short.clone(), format!("{short}x"), format!("{short}\u{e9}"), short.to_uppercase()];
    for (number, name) in names.iter().enumerate() {
        let value = bytes(&number.to_string());
        assert_eq!(store.claim(name, value).await.unwrap(), ClaimOutcome::Claimed);
    }
    for (number, name) in names.iter().enumerate() {
        assert_eq!(store.claimed(name).await.unwrap(), Some(bytes(&number.to_string())));
    }
}
