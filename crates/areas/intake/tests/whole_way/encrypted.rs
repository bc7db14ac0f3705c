//! The same promises, kept by an archive that encrypts.

use crate::house::encrypting;
use crate::{exceptions, faults, parts, rebuilding, verification};

#[test]
fn what_a_person_assigns_comes_into_the_records_and_the_rest_stays_as_it_was() {
    encrypting(exceptions::what_a_person_assigns_comes_into_the_records_and_the_rest_stays_as_it_was);
}

#[test]
fn what_waits_outlives_its_catalogue() {
    encrypting(exceptions::what_waits_outlives_its_catalogue);
}

#[test]
fn an_end_that_is_stopped_anywhere_is_gone_over_again() {
    encrypting(exceptions::an_end_that_is_stopped_anywhere_is_gone_over_again);
}

#[test]
fn an_intake_in_parts_stopped_anywhere_goes_on_where_it_was() {
    encrypting(parts::an_intake_in_parts_stopped_anywhere_goes_on_where_it_was);
}

#[test]
fn a_rebuilt_catalogue_is_the_same_row_by_row() {
    encrypting(rebuilding::a_rebuilt_catalogue_is_the_same_row_by_row);
}

#[test]
fn a_package_is_in_wholly_or_not_at_all() {
    encrypting(faults::a_package_is_in_wholly_or_not_at_all);
}

#[test]
fn entries_join_their_segment_wholly_or_not_at_all() {
    encrypting(faults::entries_join_their_segment_wholly_or_not_at_all);
}

#[test]
fn an_opening_decision_is_taken_wholly_or_not_at_all() {
    encrypting(faults::an_opening_decision_is_taken_wholly_or_not_at_all);
}

#[test]
fn an_altered_row_is_found() {
    encrypting(verification::an_altered_row_is_found);
}

#[test]
fn an_inventory_made_anew_is_found_by_the_journal() {
    encrypting(verification::an_inventory_made_anew_is_found_by_the_journal);
}
