//! Claims: unique names, first come, first served.

use crate::Backend;
use crate::fixture::{bytes, name};
use futures::future::join_all;
use igny8_storage_api::{ClaimOutcome, Store};
use std::collections::BTreeMap;

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

/// Who holds a name may put another value in its place; a repetition changes nothing.
pub async fn r14_claim_is_replaced_by_its_holder_only<B: Backend>(backend: B) {
    let store = backend.open().await;
    let name = name("mail");
    assert!(!store.replace_claim(&name, bytes("ann"), bytes("new")).await.unwrap());
    assert_eq!(store.claimed(&name).await.unwrap(), None);
    store.claim(&name, bytes("ann")).await.unwrap();
    assert!(!store.replace_claim(&name, bytes("bob"), bytes("new")).await.unwrap());
    assert_eq!(store.claimed(&name).await.unwrap(), Some(bytes("ann")));
    for _ in 0..2 {
        assert!(store.replace_claim(&name, bytes("ann"), bytes("new")).await.unwrap());
        assert_eq!(store.claimed(&name).await.unwrap(), Some(bytes("new")));
    }
    assert!(!store.release_claim(&name, bytes("ann")).await.unwrap());
    assert!(store.release_claim(&name, bytes("new")).await.unwrap());
}

/// Of those who replace the same value at the same moment one wins.
pub async fn r14_replacements_under_contention_have_one_winner<B: Backend>(backend: B) {
    let store = backend.open().await;
    for _ in 0..3 {
        let name = name("lease");
        store.claim(&name, bytes("old")).await.unwrap();
        let values: Vec<_> = (0..8).map(|number| bytes(&number.to_string())).collect();
        let replacing =
            values.iter().map(|value| store.replace_claim(&name, bytes("old"), value.clone()));
        let won: Vec<_> = join_all(replacing).await.into_iter().map(Result::unwrap).collect();
        let holder = store.claimed(&name).await.unwrap().unwrap();
        let winners: Vec<_> =
            values.iter().zip(won).filter(|(_, won)| *won).map(|(value, _)| value).collect();
        assert_eq!(winners, [&holder]);
    }
}

/// A replaced claim is held with its new value after a crash.
pub async fn r7_replaced_claim_is_there_after_a_crash<B: Backend>(backend: B) {
    let store = backend.open().await;
    let name = name("mail");
    store.claim(&name, bytes("ann")).await.unwrap();
    store.replace_claim(&name, bytes("ann"), bytes("bob")).await.unwrap();
    let store = backend.crash(store).await;
    assert_eq!(store.claimed(&name).await.unwrap(), Some(bytes("bob")));
}

/// Each claim is listed once with its value, while others are made; released ones are not.
pub async fn r14_claims_are_listed_once<B: Backend>(backend: B) {
    let store = backend.open().await;
    let prefix = name("listed");
    let mut wanted = BTreeMap::new();
    for number in 0..7 {
        let (name, value) = (format!("{prefix}/{number}"), bytes(&number.to_string()));
        store.claim(&name, value.clone()).await.unwrap();
        wanted.insert(name, value);
    }
    let (gone, value) = wanted.pop_first().unwrap();
    store.release_claim(&gone, value).await.unwrap();
    for page in [5, 1_000] {
        let (mut listed, mut after): (Vec<_>, Option<String>) = (Vec::new(), None);
        loop {
            store.claim(&name("other"), bytes("x")).await.unwrap();
            let claims = store.claims(after.as_deref(), page).await.unwrap();
            assert!(claims.len() <= page);
            let Some((last, _)) = claims.last() else { break };
            after = Some(last.clone());
            let ended = claims.len() < page;
            listed.extend(claims.into_iter().filter(|(name, _)| name.starts_with(&prefix)));
            // The others are made faster than they are listed.
            if ended {
                break;
            }
        }
        listed.sort();
        assert_eq!(listed, wanted.clone().into_iter().collect::<Vec<_>>());
    }
}
