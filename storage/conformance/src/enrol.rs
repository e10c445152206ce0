//! The list of all cases, and the two things that are made of it.

use crate::backend::Backend;
use std::io::Write;

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
    )*
        #[test]
        fn r14_no_case_is_left_out() {
            $crate::announce::<$backend>();
        }
    };
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

/// Those of these cases that do not fail, each run on a thread of its own where `prepare` switches a
/// promise off: a suite that cannot fail proves nothing.
pub fn unnoticed<B: Backend>(
    names: &[&'static str],
    prepare: impl Fn() + Copy + Send + 'static,
) -> Vec<&'static str> {
    let cases = all::<B>();
    let passes = |name: &&&'static str| {
        let (_, case) = *cases.iter().find(|(other, _)| other == *name).expect("it is a case");
        let run = move || {
            prepare();
            case();
        };
        let thread = std::thread::Builder::new().name((**name).to_owned()).spawn(run);
        thread.expect("a thread starts").join().is_ok()
    };
    names.iter().filter(passes).copied().collect()
}

/// Cases that a backend faces at the least: fewer means that some were lost.
const CASES_MIN: usize = 118;

/// Says how many cases a backend faces, past the harness that keeps what tests print.
pub fn announce<B: Backend>() {
    let cases = all::<B>().len();
    let line = format!("conformance: {}: {cases} cases\n", B::NAME);
    std::io::stdout().write_all(line.as_bytes()).expect("the output takes a line");
    assert!(cases >= CASES_MIN, "some cases are missing");
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
            r12_wake_of_a_later_owner_stays
            r11_due_wakes_are_bounded
            r13_same_id_elsewhere_is_another_entity
            r13_blob_of_another_tenant_is_absent
            r13_entities_are_listed_once
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
            r14_blob_named_by_a_record_survives_collection
            r14_record_keeps_the_names_of_its_blobs
            r14_blob_that_nobody_names_is_collected
            r14_young_blob_is_not_collected
            r14_blob_put_again_is_young_again
            r14_blob_put_again_while_collecting_survives
            r14_collection_beside_commits_loses_nothing
            r14_blob_of_a_replaced_record_is_collected
            r14_blob_of_deleted_records_is_collected
            r14_blob_of_a_fenced_commit_is_collected
            r13_collection_leaves_other_tenants_alone
            r7_names_of_blobs_are_there_after_a_crash
            r14_blobs_are_listed_once_in_order
            r11_record_of_many_blobs_is_kept
            r14_log_entries_come_in_the_order_of_their_places
            r14_pages_of_a_log_join
            r14_range_of_a_log_is_half_open
            r14_log_crosses_days
            r14_log_entry_written_again_replaces_itself
            r14_expired_log_entry_is_hidden
            r14_sweep_of_logs_loses_nothing_living
            r14_logs_are_listed_once_in_order
            r13_logs_of_another_tenant_are_apart
            r7_log_entries_are_there_after_a_crash
            r11_log_entries_above_a_bound_are_refused
            r11_page_of_a_log_is_bounded
            r2_membership_is_replaced_as_a_whole
            r2_membership_that_moved_shows_theirs
            r2_membership_race_has_one_winner
            r7_membership_is_there_after_a_crash
            r11_membership_above_a_bound_is_refused
            r14_heartbeats_show_the_last_of_each_node
            r14_image_is_what_the_other_reads_say
            r14_image_of_nothing_is_none
            r14_restored_entity_is_the_same
            r2_owner_of_a_restored_entity_goes_on
            r2_restore_over_an_entity_is_fenced
            r7_restored_entity_is_there_after_a_crash
            r14_large_image_is_restored
            r14_broken_off_restore_leaves_nothing
            r14_image_beside_a_writer_shows_one_moment
            r13_image_moves_to_another_tenant
            r2_histories_of_concurrent_writers_have_one_order
            r14_claim_is_replaced_by_its_holder_only
            r14_replacements_under_contention_have_one_winner
            r7_replaced_claim_is_there_after_a_crash
            r14_claims_are_listed_once
            r14_wake_is_read_back
            r13_entities_of_a_tenant_are_listed_in_order
            r10_frames_chain_up_to_the_head
            r10_every_page_names_the_floor
            r14_random_operations_agree_with_a_simple_model
        }
    };
}
