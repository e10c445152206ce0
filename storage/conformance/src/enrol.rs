//! The list of all cases, and the two things that are made of it.

use crate::backend::Backend;

/// Makes a test of every case for a backend: one line in a test file of the backend's crate.
#[macro_export]
macro_rules! enrol {
    ($backend:ty) => {
        $crate::with_cases! { generate_tests, $backend }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! generate_tests {
    ($backend:ty; $($name:ident)*) => {$(
        #[test]
        fn $name() {
            $crate::run::<$backend, _>($crate::case::$name);
        }
    )*};
}

#[doc(hidden)]
#[macro_export]
macro_rules! list_cases {
    ($backend:ty; $($name:ident)*) => {
        vec![$((stringify!($name), (|| $crate::run::<$backend, _>($crate::case::$name)) as fn())),*]
    };
}

/// All cases by name, ready to run: to show which of them notice a broken promise.
pub fn all<B: Backend>() -> Vec<(&'static str, fn())> {
    crate::with_cases! { list_cases, B }
}

#[doc(hidden)]
#[macro_export]
macro_rules! with_cases {
    ($then:ident, $backend:ty) => {
        $crate::$then! { $backend;
            r2_take_raises_the_epoch_and_keeps_the_sequence
            r2_head_of_an_entity_that_never_was_is_absent
            r2_head_is_the_same_everywhere
            r2_older_epoch_is_fenced
            r2_epoch_never_gained_is_fenced
            r2_older_sequence_is_fenced
            r2_sequence_ahead_is_fenced
            r2_commit_without_a_take_is_fenced
            r2_fenced_answer_shows_the_current_head
            r2_repeated_commit_is_fenced_and_shows_its_own_id
            r2_abandoned_commit_is_resolved_by_the_head
            r2_racing_takes_gain_distinct_epochs
            r2_racing_commits_have_one_winner
            r2_steal_race_leaves_one_order
            r10_feed_has_each_commit_once_in_order
            r10_pages_join_without_gap_or_repetition
            r10_commit_without_events_has_an_entry
            r10_feed_at_its_end_is_empty
            r10_feed_crosses_epochs
            r10_feed_read_while_writing_has_no_gap
            r11_feed_page_is_bounded
            r4_all_parts_of_a_commit_are_there
            r4_no_part_of_a_fenced_commit_is_there
            r4_outbox_is_keyed_by_commit_and_place
            r4_outbox_stays_open_until_closed
            r14_puts_replace_and_deletes_remove
            r14_removals_come_first_and_the_last_put_stays
            r14_records_come_in_the_order_of_their_keys
            r14_load_sees_one_moment
            r14_chain_is_computed_as_the_contract_says
            r14_entities_written_together_stay_apart
            r5_appends_come_in_order
            r5_repeated_append_replaces_itself
            r5_append_of_an_older_epoch_is_kept
            r5_appends_leave_the_head_alone
            r5_commit_and_append_share_one_numbering
            r5_compaction_deletes_only_what_it_read
            r5_compaction_beside_appends_loses_nothing
            r5_fenced_compaction_deletes_nothing
            r14_blobs_come_back_as_they_were
            r14_absent_blob_is_none
            r14_same_blob_written_together_is_one
            r14_claim_goes_to_the_first
            r14_claims_under_contention_have_one_winner
            r14_claim_is_released_by_its_holder_only
            r14_claims_of_similar_names_are_apart
            r14_wakes_come_when_due_and_in_order
            r14_wake_is_replaced
            r14_wake_is_cleared
            r11_due_wakes_are_bounded
            r13_same_id_elsewhere_is_another_entity
            r13_blob_of_another_tenant_is_absent
            r13_entities_are_listed_in_order
            r11_record_at_the_bounds_is_kept
            r11_commit_at_the_bound_is_kept
            r11_commit_above_a_bound_is_refused
            r11_other_writes_above_a_bound_are_refused
            r11_longest_claim_is_kept
            r11_commit_of_many_records_is_kept
            r7_everything_is_there_after_reopening
            r7_everything_acknowledged_is_there_after_a_crash
            r7_smallest_commit_is_there_after_a_crash
            r2_epoch_is_not_given_twice_across_a_crash
            r2_fence_holds_after_reopening
            r14_claim_is_held_after_a_crash
            r7_acknowledged_by_groups_is_there_after_a_crash
            r14_random_operations_agree_with_a_simple_model
        }
    };
}
