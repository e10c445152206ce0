//! Members: one list that changes as a whole, and signs of life. The list belongs to the place, so
//! cases that run beside each other in one place change it under each other's hands: what is
//! checked holds all the same.

use crate::Backend;
use crate::fixture::{at, bytes, now};
use bytes::Bytes;
use futures::future::join_all;
use igny8_storage_api::{
    Heartbeat, Member, Membership, MembershipOutcome, Store, StoreError, limits,
};
use std::sync::Arc;
use uuid::Uuid;

fn member(body: &str) -> Member {
    Member { node: Uuid::new_v4(), body: bytes(body) }
}

/// Changes the list to these, from whatever it is; the new membership.
async fn set<S: Store>(store: &Arc<S>, members: &[Member]) -> Membership {
    loop {
        let seen = store.membership().await.unwrap();
        let outcome = store.change_membership(seen.version, members.to_vec()).await.unwrap();
        match outcome {
            MembershipOutcome::Changed(membership) => {
                assert_eq!(membership.version, seen.version + 1);
                return membership;
            }
            MembershipOutcome::Moved(theirs) => assert!(theirs.version > seen.version),
        }
    }
}

/// The list is what the changer made of it, in the order of the ids, until somebody changes it.
pub async fn r2_membership_is_replaced_as_a_whole<B: Backend>(backend: B) {
    let store = backend.open().await;
    let mut members = [member("a"), member("b"), member("")];
    members.sort_by_key(|member| std::cmp::Reverse(member.node));
    for count in [3, 1, 0, 2] {
        let changed = set(&store, &members[..count]).await;
        let mut wanted = members[..count].to_vec();
        wanted.sort_by_key(|member| member.node);
        assert_eq!(changed.members, wanted);
        let read = store.membership().await.unwrap();
        assert!(read == changed || read.version > changed.version);
    }
}

/// A change from an older version changes nothing and shows what is there.
pub async fn r2_membership_that_moved_shows_theirs<B: Backend>(backend: B) {
    let store = backend.open().await;
    let theirs = set(&store, &[member("theirs")]).await;
    for version in [0, theirs.version - 1, theirs.version + 1_000_000] {
        let outcome = store.change_membership(version, vec![member("mine")]).await.unwrap();
        let MembershipOutcome::Moved(seen) = outcome else { panic!("{version} was let through") };
        assert!(seen == theirs || seen.version > theirs.version);
    }
}

/// Of changes from the same version one wins.
pub async fn r2_membership_race_has_one_winner<B: Backend>(backend: B) {
    let store = backend.open().await;
    loop {
        let seen = store.membership().await.unwrap();
        let members: Vec<_> = (0..8).map(|number| member(&number.to_string())).collect();
        let changes = members
            .iter()
            .map(|member| store.change_membership(seen.version, vec![member.clone()]));
        let mut winner = None;
        let outcomes: Vec<_> = join_all(changes).await.into_iter().map(Result::unwrap).collect();
        for (outcome, member) in outcomes.iter().zip(&members) {
            if let MembershipOutcome::Changed(changed) = outcome {
                assert_eq!(winner.replace(changed), None, "two winners");
                assert_eq!((changed.version, &changed.members[0]), (seen.version + 1, member));
            }
        }
        let Some(winner) = winner else { continue };
        for outcome in &outcomes {
            if let MembershipOutcome::Moved(theirs) = outcome {
                assert!(theirs == winner || theirs.version > winner.version);
            }
        }
        return;
    }
}

/// A version once reached is never given twice, also not across a crash.
pub async fn r7_membership_is_there_after_a_crash<B: Backend>(backend: B) {
    let store = backend.open().await;
    let changed = set(&store, &[member("a")]).await;
    let store = backend.crash(store).await;
    let read = store.membership().await.unwrap();
    assert!(read == changed || read.version > changed.version);
}

/// More members than the bound are refused.
pub async fn r11_membership_above_a_bound_is_refused<B: Backend>(backend: B) {
    let store = backend.open().await;
    let many = vec![member("x"); limits::MEMBERS_MAX + 1];
    let body = Bytes::from(vec![0; limits::VALUE_BYTES_MAX + 1]);
    for members in [many, vec![Member { body, ..member("") }]] {
        let version = store.membership().await.unwrap().version;
        let refused = store.change_membership(version, members).await;
        assert!(matches!(refused, Err(StoreError::TooLarge { .. })));
    }
}

/// The last sign of life of each node is shown, once.
pub async fn r14_heartbeats_show_the_last_of_each_node<B: Backend>(backend: B) {
    let (store, base) = (backend.open().await, now());
    let nodes = [Uuid::new_v4(), Uuid::new_v4()];
    for beat in 0..3 {
        for (number, node) in nodes.iter().enumerate() {
            let moment = at(base.as_millis() + beat * 10 + number as i64);
            store.beat(Heartbeat { node: *node, at: moment }).await.unwrap();
        }
    }
    let beats = store.heartbeats().await.unwrap();
    for (number, node) in nodes.iter().enumerate() {
        let mine: Vec<_> = beats.iter().filter(|beat| beat.node == *node).collect();
        let last = Heartbeat { node: *node, at: at(base.as_millis() + 20 + number as i64) };
        assert_eq!(mine, [&last]);
    }
}
