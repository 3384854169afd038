//! Lives of complaints and filings, each a file of `tests/scenarios` with its timeline beside it. Every file is played on
//! both backends and must come to the same timeline; `QINGXIN_BLESS=1` writes the timelines anew.

mod language;
mod play;

use crate::support::Backend;
use std::path::PathBuf;

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios")
}

fn run(backend: Backend, name: &str) {
    let path = root().join(format!("{name}.txt"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let lines = language::read(name, &text);
    assert!(lines.iter().any(|l| matches!(l.what, language::What::Expect { .. })), "{name} expects nothing");
    let Some(found) = play::play(backend, name, &lines) else { return };
    let snap = path.with_extension("snap");
    if backend == Backend::Sqlite && std::env::var_os("QINGXIN_BLESS").is_some() {
        std::fs::write(&snap, &found).unwrap();
    }
    let kept = std::fs::read_to_string(&snap).unwrap_or_default();
    if kept != found {
        let at =
            kept.lines().zip(found.lines()).position(|(a, b)| a != b).unwrap_or_else(|| kept.lines().count().min(found.lines().count()));
        let show = |t: &str| t.lines().skip(at.saturating_sub(2)).take(8).collect::<Vec<_>>().join("\n");
        panic!(
            "{name} on {backend:?}: the timeline differs from line {} on\n── kept ──\n{}\n── found ──\n{}",
            at + 1,
            show(&kept),
            show(&found)
        );
    }
}

macro_rules! lives {
    ($($dir:ident { $($name:ident)+ })+) => {
        const LISTED: &[&str] = &[$($(concat!(stringify!($dir), "/", stringify!($name))),+),+];
        $(mod $dir {$(
            mod $name {
                use crate::scenarios::run;
                use crate::support::Backend;
                #[test]
                fn sqlite() {
                    run(Backend::Sqlite, concat!(stringify!($dir), "/", stringify!($name)));
                }
                #[test]
                fn postgres() {
                    run(Backend::Postgres, concat!(stringify!($dir), "/", stringify!($name)));
                }
            }
        )+})+
    };
}

lives! {
    announcement {
        a_quarter_is_late
        corrected
        expires_by_itself
        objection_upheld
        objection_withdrawn
        order_amended
        penalty_withdrawn
        privacy_check_refuses
        published_at_once
        published_in_batch
        revoked_before_it_was_published
        withdrawn_after_revocation
    }
    callback {
        changed_contact_is_flagged
        handler_sees_nothing
        nobody_calls
        not_paid
        paid_as_said
        partly_paid
        refused_and_unsatisfied
        unreachable_is_replaced
        unsatisfied
        withdrawn_is_drawn
    }
    cooperation {
        answered_in_time
        late_is_its_own_overdue
        refused_and_ordered
        refused_and_released
        two_at_once
    }
    referral {
        legal_aid_with_consent
        reported
        sent_back_and_upheld
    }
    talk {
        commitments_kept_and_missed
        no_show_twice
    }
    grading {
        a_and_b_in_bulk
        c_by_three_findings
        changed_after_it_was_told
        contested_and_corrected
        contested_and_upheld
        incident_is_a_ground
        refusal_and_a_revoked_order
        stayed_and_upheld
    }
    incident {
        grounds_for_a_listing
        minutes_pass
        phone_first
        recorded_after_the_call
    }
    supervision {
        discharged_after_feedback
        levels_in_order
        nobody_receives_it
        raised_step_by_step
        repeated_after_it_was_concluded
        superior_case
        third_time_of_one_person
    }
    listing { a_person_is_told_too a_stay_freezes_it a_wrong_entry_is_taken_back a_wrong_name_is_corrected an_unserved_person_is_left_out below_the_threshold criminal_procedure_bars_removal extended_by_the_head listed_until_the_term_is_over no_promise nobody_asked_about_migrants nobody_decides_alone not_corrected not_migrant_workers objection_rejected objection_too_late objection_upheld only_the_unit_applies paid_and_promised paid_with_public_money paid_without_a_promise police_decline_and_the_way_is_free removed_early restored_after_false_material revoked_by_the_court the_clock_ran_out the_listing_is_stayed the_order_was_revoked_after the_order_was_revoked_before the_term_ends_while_it_applies the_unit_cannot_be_dropped told_by_public_notice too_early_to_be_removed yichang_to_its_end }
    penalty { a_crime_goes_to_the_police a_person_is_fined a_review_keyed_in_by_mistake another_officer asked_for_in_time counted_by_grading discussed_together first_and_minor heard hearing_given_up in_instalments late_fine_is_capped lowered_never_raised ninety_days_passed no_second_fine one_act_with_the_order plain_to_payment revoked_and_the_register statement_accepted stayed_and_upheld stayed_while_urged the_court_enforces the_industry_bureau the_order_under_suit the_order_was_revoked_after the_order_was_revoked_before the_three_months_are_over told_by_public_notice unpunished_by_public_notice }
    payment_order {
        agreement_moves_no_clock
        amended_after_service
        an_earlier_payment_falls
        bank_and_property
        enforced_by_the_court
        expired_unpaid
        finding_lowers_what_is_owed
        hand_on_needs_the_test
        paid_a_day_late
        paid_in_time
        posted_without_receipt
        public_money_is_no_compliance
        rectification_is_not_enforced
        reversed_on_a_rest_day
        revoked_after_it_was_paid
        revoked_by_the_court
        served_by_public_notice
        service_is_proved
        stayed
        suit_stops_the_three_months
        the_copy_tells_nobody
        three_months_are_over
        unsettled_by_a_reversal
        yichang
    }
    agreement {
        a_stand_in_handles_too
        a_word_above_what_is_owed
        accelerated_by_its_clause
        an_agreement_stops_no_clock
        an_earlier_payment_falls
        caught_up
        confirmation_lapses
        confirmed_and_enforced
        default_is_supervised
        excess_needs_a_reason
        finding_lowers_what_is_owed
        finding_settles_the_agreement
        foreman_is_no_receipt
        handed_over_with_the_case
        guarantor_is_asked
        kept_to_the_last_fen
        late_payment_after_default
        more_is_owed_than_agreed
        negotiation_drags_on
        negotiation_fails
        no_clause_no_acceleration
        not_kept_after_all
        officer_hands_over
        paid_early_at_once
        partial_payment_is_a_default
        plans_that_do_not_fit
        reference_of_a_mistake
        proof_of_a_wrong_type
        renegotiated
        rest_day_rolls
        reversed_after_it_was_due
        reversed_before_it_was_due
        reversed_on_a_rest_day
        turned_into_an_order
        waived_by_the_worker
        writ_after_default
    }
    complaint {
        approval_sent_back
        arbitration
        backdated_beyond_limit
        backdated_within_limit
        clue_becomes_complaint
        clue_confirmed
        clue_docketed
        collective_decision
        denied_answer_reopens
        extension_after_expiry
        extension_in_time
        joins_an_archived_case
        major_case
        missed_duty_keeps_its_mark
        money_outstanding
        not_substantiated
        officer_disabled
        officer_on_leave
        pause_with_article
        pause_without_article
        plain_paid
        provisional_date
        recusal
        refused_over_two_years
        refused_then_reopened
        remainder_without_name
        reopened_after_archive
        returned_and_redispatched
        signature_overdue
        spring_festival
        supplement_lapsed
        supplement_supplied
        third_transfer
        tracking_to_the_last_fen
        transferred
        two_filings_one_case
        two_officers
    }
    filing {
        confirmation_lapses
        kinds_of_filing
        petition
        reply_overdue
        return_refused
        returned_to_source
        second_round
        unknown_area
    }
}

/// Every scenario is played and every timeline belongs to one.
#[test]
fn no_scenario_and_no_timeline_is_forgotten() {
    let mut found = Vec::new();
    let folders = std::fs::read_dir(root()).unwrap().flatten().filter(|e| e.path().is_dir());
    // the years that scenarios load stand there, no lives
    for dir in folders.map(|e| e.file_name().to_string_lossy().into_owned()).filter(|d| d != "calendar") {
        for entry in std::fs::read_dir(root().join(&dir)).into_iter().flatten().flatten() {
            let path = entry.path();
            let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
            match path.extension().and_then(|x| x.to_str()) {
                Some("txt") => found.push(format!("{dir}/{stem}")),
                Some("snap") => assert!(path.with_extension("txt").exists(), "{} belongs to no scenario", path.display()),
                _ => panic!("{} is no scenario", path.display()),
            }
        }
    }
    found.sort();
    let mut listed: Vec<String> = LISTED.iter().map(|s| (*s).to_owned()).collect();
    listed.sort();
    assert_eq!(found, listed);
}
