//! All tables, as the migrations make them (a test compares). Owns nothing else.

#![expect(missing_docs, reason = "what table! writes")]

diesel::table! {
    use diesel::sql_types::*;
    meta (key) {
        key -> Text,
        value -> Text,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Ts;
    key_ring (kid) {
        kid -> Text,
        purpose -> Text,
        suite -> Integer,
        wrapped -> Text,
        public -> Nullable<Text>,
        state -> Text,
        created_at -> Ts,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    events (stream_id, seq) {
        stream_id -> Id,
        seq -> Integer,
        stream -> Text,
        kind -> Text,
        v -> Integer,
        actor -> Nullable<Id>,
        at -> Ts,
        occurred_at -> Ts,
        case_id -> Nullable<Id>,
        area -> Nullable<Text>,
        bureau -> Nullable<Text>,
        channel -> Nullable<Text>,
        procedure_kind -> Nullable<Text>,
        amount_fen -> Nullable<BigInt>,
        suite -> Integer,
        bytes -> Binary,
        prev -> Binary,
        hash -> Binary,
        log_no -> Nullable<BigInt>,
        partner_id -> Nullable<Id>,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    log_tree (level, idx) {
        level -> Integer,
        idx -> BigInt,
        hash -> Binary,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Ts;
    checkpoints (size) {
        size -> BigInt,
        root -> Binary,
        at -> Ts,
        kid -> Text,
        suite -> Integer,
        note -> Text,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    answer_rounds (id) {
        id -> Id,
        filing_id -> Id,
        round -> Integer,
        kind -> Text,
        code -> Nullable<Text>,
        asked_at -> Ts,
        answered_at -> Nullable<Ts>,
        verdict -> Nullable<Text>,
        verdict_at -> Nullable<Ts>,
        verdict_by -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    subscriptions (id) {
        id -> Id,
        partner_id -> Id,
        url -> Text,
        secret_ct -> Text,
        state -> Text,
        after -> BigInt,
        created_at -> Ts,
        version -> BigInt,
        topic -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    deliveries (id) {
        id -> Id,
        subscription_id -> Id,
        log_no -> BigInt,
        body -> Doc,
        state -> Text,
        attempts -> Integer,
        next_at -> Ts,
        lease_until -> Nullable<Ts>,
        last_status -> Nullable<Integer>,
        last_error -> Nullable<Text>,
        created_at -> Ts,
        done_at -> Nullable<Ts>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    delivery_attempts (delivery_id, n) {
        delivery_id -> Id,
        n -> Integer,
        at -> Ts,
        status -> Nullable<Integer>,
        error -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    uploads (id) {
        id -> Id,
        owner -> Text,
        case_id -> Nullable<Id>,
        filing_id -> Nullable<Id>,
        kind -> Text,
        name_ct -> Text,
        size -> BigInt,
        sha256 -> Text,
        part_size -> BigInt,
        parts -> Integer,
        state -> Text,
        evidence_id -> Nullable<Id>,
        created_at -> Ts,
        expires_at -> Ts,
        ended_at -> Nullable<Ts>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    upload_parts (upload_id, part) {
        upload_id -> Id,
        part -> Integer,
        size -> BigInt,
        sha256 -> Text,
        stored_at -> Ts,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Id;
    grams (gram, doc) {
        gram -> BigInt,
        doc -> Id,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    joins (id) {
        id -> Id,
        filing_id -> Id,
        from_case -> Id,
        to_case -> Id,
        kind -> Text,
        merged -> Bool,
        carried -> Doc,
        by_account -> Nullable<Id>,
        at -> Ts,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id};
    claim_bases (claim_id) {
        claim_id -> Id,
        days_tenths -> Nullable<Integer>,
        daily_wage -> Nullable<BigInt>,
        months_tenths -> Nullable<Integer>,
        monthly_wage -> Nullable<BigInt>,
        minor -> Bool,
        presented -> Text,
        mandate_proof -> Nullable<Id>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    claim_judgements (id) {
        id -> Id,
        claim_id -> Id,
        case_id -> Id,
        nature -> Text,
        migrant -> Text,
        set_apart -> BigInt,
        place -> Nullable<Text>,
        reason_ct -> Text,
        evidence_id -> Nullable<Id>,
        document_id -> Nullable<Id>,
        by_account -> Id,
        at -> Ts,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    join_codes (id) {
        id -> Id,
        case_id -> Id,
        code_bix -> Text,
        made_worker -> Nullable<Id>,
        made_by -> Nullable<Id>,
        created_at -> Ts,
        expires_at -> Ts,
        revoked_at -> Nullable<Ts>,
        uses -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    joiners (id) {
        id -> Id,
        case_id -> Id,
        code_id -> Id,
        worker_id -> Id,
        session_id -> Id,
        claimant_id -> Id,
        respondent_ct -> Nullable<Text>,
        period_from -> Date,
        period_to -> Date,
        days_tenths -> Nullable<Integer>,
        daily_wage -> Nullable<BigInt>,
        months_tenths -> Nullable<Integer>,
        monthly_wage -> Nullable<BigInt>,
        claimed -> BigInt,
        minor -> Bool,
        device -> Text,
        state -> Text,
        matched -> Bool,
        reason -> Nullable<Text>,
        note_ct -> Nullable<Text>,
        decided_by -> Nullable<Id>,
        decided_at -> Nullable<Ts>,
        created_at -> Ts,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    claim_words (id) {
        id -> Id,
        claim_id -> Id,
        case_id -> Id,
        worker_id -> Id,
        word -> Text,
        claimed -> BigInt,
        verified -> BigInt,
        note_ct -> Nullable<Text>,
        device -> Text,
        at -> Ts,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    representatives (id) {
        id -> Id,
        case_id -> Id,
        claimant_id -> Id,
        powers -> Text,
        evidence_id -> Id,
        recorded_by -> Id,
        created_at -> Ts,
        ended_at -> Nullable<Ts>,
        ended_by -> Nullable<Id>,
        note_ct -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    child_clues (id) {
        id -> Id,
        number -> Text,
        case_id -> Id,
        bureau -> Text,
        area -> Text,
        persons -> Integer,
        state -> Text,
        result -> Nullable<Text>,
        note_ct -> Nullable<Text>,
        proof_id -> Nullable<Id>,
        opened_at -> Ts,
        closed_by -> Nullable<Id>,
        closed_at -> Nullable<Ts>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    pay_lists (id) {
        id -> Id,
        case_id -> Id,
        document_id -> Id,
        persons -> Integer,
        amount -> BigInt,
        small -> Bool,
        consent_proof -> Nullable<Id>,
        explained_ct -> Nullable<Text>,
        by_account -> Id,
        at -> Ts,
        procedure_id -> Nullable<Id>,
        consented_by -> Nullable<Id>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    recourses (payment_id) {
        payment_id -> Id,
        case_id -> Id,
        payer_kind -> Text,
        payer_id -> Nullable<Id>,
        against_id -> Nullable<Id>,
        amount -> BigInt,
        recovered -> BigInt,
        state -> Text,
        reason -> Nullable<Text>,
        note_ct -> Nullable<Text>,
        proof_id -> Nullable<Id>,
        opened_at -> Ts,
        closed_at -> Nullable<Ts>,
        closed_by -> Nullable<Id>,
    }
}

diesel::joinable!(claim_bases -> claims (claim_id));
diesel::joinable!(allocations -> payments (payment_id));
diesel::joinable!(agreements -> procedures (procedure_id));
diesel::joinable!(shares -> claims (claim_id));
diesel::joinable!(order_claims -> claims (claim_id));
diesel::allow_tables_to_appear_in_same_query!(meta, key_ring, events, log_tree, checkpoints);

// The matter.
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    accounts (id) {
        id -> Id,
        login -> Text,
        name -> Text,
        password_hash -> Text,
        state -> Text,
        must_change -> Bool,
        failed -> Integer,
        locked_until -> Nullable<Ts>,
        created_at -> Ts,
        version -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    duties (id) {
        id -> Id,
        account_id -> Id,
        duty -> Text,
        bureau -> Text,
        area -> Text,
        valid_from -> Ts,
        valid_until -> Nullable<Ts>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    sessions (id) {
        id -> Id,
        account_id -> Id,
        token_hash -> Binary,
        kind -> Text,
        agent -> Text,
        created_at -> Ts,
        seen_at -> Ts,
        expires_at -> Ts,
        ended_at -> Nullable<Ts>,
        awaits_code -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    absences (id) {
        id -> Id,
        account_id -> Id,
        delegate_id -> Nullable<Id>,
        starts_at -> Ts,
        ends_at -> Ts,
        reason_ct -> Text,
        cancelled_at -> Nullable<Ts>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    claimants (id) {
        id -> Id,
        name_ct -> Text,
        name_mask -> Text,
        name_bix -> Text,
        person_ct -> Nullable<Text>,
        person_mask -> Nullable<Text>,
        person_bix -> Nullable<Text>,
        phone_ct -> Nullable<Text>,
        phone_mask -> Nullable<Text>,
        phone_bix -> Nullable<Text>,
        bank_ct -> Nullable<Text>,
        bank_mask -> Nullable<Text>,
        bank_bix -> Nullable<Text>,
        created_at -> Ts,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    cases (id) {
        id -> Id,
        number -> Text,
        origin -> Text,
        area -> Text,
        lead_bureau -> Text,
        oversight_bureau -> Nullable<Text>,
        project_name -> Nullable<Text>,
        project_key -> Nullable<Text>,
        respondent_name -> Text,
        respondent_key -> Text,
        grade -> Text,
        flags -> Text,
        reported_total -> BigInt,
        headcount -> Integer,
        remainder_code -> Nullable<Text>,
        claimed -> BigInt,
        verified -> BigInt,
        paid -> BigInt,
        waived -> BigInt,
        outstanding -> BigInt,
        transfers -> Integer,
        conclusion -> Nullable<Text>,
        second_officer -> Nullable<Id>,
        first_received_at -> Ts,
        complaint_received_at -> Nullable<Ts>,
        state -> Text,
        open -> Bool,
        concluded_at -> Nullable<Ts>,
        created_at -> Ts,
        version -> BigInt,
        form_version -> BigInt,
        site_doc -> Doc,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    respondents (id) {
        id -> Id,
        case_id -> Id,
        role -> Text,
        name -> Text,
        name_key -> Text,
        uscc -> Nullable<Text>,
        name_ct -> Nullable<Text>,
        person_ct -> Nullable<Text>,
        person_bix -> Nullable<Text>,
        article -> Nullable<Text>,
        position -> Integer,
        liability -> Nullable<Text>,
        liability_ct -> Nullable<Text>,
        liability_proof -> Nullable<Id>,
        liability_by -> Nullable<Id>,
        liability_at -> Nullable<Ts>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    recusals (case_id, account_id) {
        case_id -> Id,
        account_id -> Id,
        recorded_by -> Nullable<Id>,
        recorded_at -> Ts,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    imports (id) {
        id -> Id,
        profile -> Text,
        file_name -> Text,
        file_hash -> Text,
        actor -> Text,
        started_at -> Ts,
        ended_at -> Nullable<Ts>,
        rows_read -> BigInt,
        filings -> BigInt,
        amended -> BigInt,
        duplicates -> BigInt,
        rejected -> BigInt,
        joined -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    filings (id) {
        id -> Id,
        number -> Text,
        source_no -> Nullable<Text>,
        channel -> Text,
        kind -> Text,
        case_id -> Nullable<Id>,
        claimant_id -> Id,
        import_id -> Nullable<Id>,
        receiving_bureau -> Text,
        received_at -> Ts,
        area -> Nullable<Text>,
        area_text -> Text,
        project_name -> Nullable<Text>,
        project_key -> Nullable<Text>,
        respondent_name -> Text,
        respondent_key -> Text,
        headcount -> Integer,
        reported_total -> BigInt,
        period_from -> Nullable<Date>,
        period_to -> Nullable<Date>,
        narrative_ct -> Text,
        leader_ct -> Nullable<Text>,
        secret -> Bool,
        desk_reason -> Nullable<Text>,
        answer_code -> Nullable<Text>,
        grade -> Text,
        fingerprint -> Text,
        created_by -> Nullable<Id>,
        created_at -> Ts,
        worker_id -> Nullable<Id>,
        partner_id -> Nullable<Id>,
        told_doc -> Doc,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    amendments (id) {
        id -> Id,
        filing_id -> Id,
        import_id -> Nullable<Id>,
        content_hash -> Text,
        content_ct -> Text,
        changed -> Text,
        received_at -> Ts,
        decided_at -> Nullable<Ts>,
        decided_by -> Nullable<Id>,
        applied -> Nullable<Bool>,
        claimant_before -> Nullable<Id>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    suggestions (filing_id, case_id) {
        filing_id -> Id,
        case_id -> Id,
        reason -> Text,
        created_at -> Ts,
        decided_at -> Nullable<Ts>,
        joined -> Nullable<Bool>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    procedures (id) {
        id -> Id,
        kind -> Text,
        version -> Integer,
        case_id -> Nullable<Id>,
        filing_id -> Nullable<Id>,
        parent_id -> Nullable<Id>,
        state -> Text,
        area -> Nullable<Text>,
        holder_role -> Text,
        holder_bureau -> Text,
        assignee -> Nullable<Id>,
        pending_role -> Nullable<Text>,
        pending_bureau -> Nullable<Text>,
        pending_since -> Nullable<Ts>,
        approval_ct -> Nullable<Text>,
        due_at -> Nullable<Ts>,
        due_day -> Nullable<Date>,
        due_key -> Nullable<Text>,
        due_provisional -> Bool,
        calendar_rev -> BigInt,
        open -> Bool,
        missed -> Integer,
        started_at -> Ts,
        entered_at -> Ts,
        ended_at -> Nullable<Ts>,
        rev -> BigInt,
        form_rev -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    terms (id) {
        id -> Id,
        procedure_id -> Id,
        case_id -> Nullable<Id>,
        key -> Text,
        rule -> Text,
        kind -> Text,
        effect -> Text,
        status -> Text,
        missed -> Bool,
        next_rung -> Integer,
        position -> Integer,
        doc -> Doc,
        start_at -> Ts,
        due_at -> Ts,
        due_day -> Nullable<Date>,
        provisional -> Bool,
        calendar_rev -> BigInt,
        ended_at -> Nullable<Ts>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    alarms (term_id) {
        term_id -> Id,
        procedure_id -> Id,
        case_id -> Nullable<Id>,
        rung -> Integer,
        fire_at -> Ts,
        lease_owner -> Nullable<Text>,
        lease_until -> Nullable<Ts>,
        attempts -> Integer,
        last_error -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    claims (id) {
        id -> Id,
        case_id -> Id,
        filing_id -> Id,
        claimant_id -> Id,
        respondent_id -> Nullable<Id>,
        period_from -> Nullable<Date>,
        period_to -> Nullable<Date>,
        nature -> Text,
        migrant -> Text,
        claimed -> BigInt,
        verified -> BigInt,
        rejected -> BigInt,
        open -> BigInt,
        paid -> BigInt,
        discharged -> BigInt,
        waived -> BigInt,
        outstanding -> BigInt,
        created_at -> Ts,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    evidence (id) {
        id -> Id,
        case_id -> Nullable<Id>,
        filing_id -> Nullable<Id>,
        kind -> Text,
        name_ct -> Text,
        media_type -> Text,
        size -> BigInt,
        sha256 -> Text,
        store_key -> Text,
        uploaded_by -> Nullable<Id>,
        uploaded_at -> Ts,
        original_sha256 -> Nullable<Text>,
        thumb_key -> Nullable<Text>,
        worker_id -> Nullable<Id>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    payments (id) {
        id -> Id,
        case_id -> Id,
        amount -> BigInt,
        paid_on -> Date,
        payer_kind -> Text,
        bank_ref -> Nullable<Text>,
        proof_id -> Id,
        recorded_by -> Nullable<Id>,
        recorded_at -> Ts,
        way -> Text,
        payer_id -> Nullable<Id>,
        credit -> BigInt,
        excess_code -> Nullable<Text>,
        credit_code -> Nullable<Text>,
        reversed_at -> Nullable<Ts>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    allocations (payment_id, claim_id) {
        payment_id -> Id,
        claim_id -> Id,
        amount -> BigInt,
        counts -> Bool,
        answer -> Nullable<Text>,
        answered_at -> Nullable<Ts>,
        device -> Nullable<Text>,
        beyond -> BigInt,
        counted_at -> Nullable<Ts>,
        held -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    agreements (id) {
        id -> Id,
        case_id -> Id,
        procedure_id -> Id,
        no -> Integer,
        payer_id -> Id,
        guarantor_ct -> Nullable<Text>,
        total -> BigInt,
        accelerates -> Bool,
        enforceability -> Text,
        signed_on -> Date,
        proof_id -> Id,
        created_at -> Ts,
        enforcement -> Text,
        applied_on -> Nullable<Date>,
        decided_on -> Nullable<Date>,
        guarantee -> Nullable<Text>,
        guaranteed -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    instalments (agreement_id, no) {
        agreement_id -> Id,
        no -> Integer,
        due_on -> Date,
        amount -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    shares (agreement_id, claim_id) {
        agreement_id -> Id,
        claim_id -> Id,
        amount -> BigInt,
        settled_before -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    orders (id) {
        id -> Id,
        case_id -> Id,
        procedure_id -> Id,
        instrument -> Text,
        respondent_id -> Nullable<Id>,
        amount -> BigInt,
        pay_by -> Date,
        percent -> Nullable<Integer>,
        compensation -> BigInt,
        document_id -> Nullable<Id>,
        served_on -> Nullable<Date>,
        served_way -> Nullable<Text>,
        remedy -> Text,
        created_at -> Ts,
        paper_at -> Nullable<Ts>,
        unpaid_at_expiry -> Nullable<BigInt>,
        compensation_state -> Text,
        crime_result -> Text,
        remedy_on -> Nullable<Date>,
        consent_id -> Nullable<Id>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    compensation_payments (id) {
        id -> Id,
        order_id -> Id,
        amount -> BigInt,
        paid_on -> Date,
        proof_id -> Id,
        recorded_by -> Nullable<Id>,
        recorded_at -> Ts,
        reversed_by -> Nullable<Id>,
        reversed_at -> Nullable<Ts>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    order_claims (order_id, claim_id) {
        order_id -> Id,
        claim_id -> Id,
        amount -> BigInt,
        settled_before -> BigInt,
        discharged_before -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    service_attempts (id) {
        id -> Id,
        order_id -> Id,
        no -> Integer,
        on_day -> Date,
        way -> Text,
        outcome -> Text,
        place_ct -> Text,
        witness_ct -> Nullable<Text>,
        proof_id -> Nullable<Id>,
        address_confirmed -> Bool,
        by_account -> Nullable<Id>,
        at -> Ts,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    cooperations (id) {
        id -> Id,
        case_id -> Id,
        procedure_id -> Id,
        kind -> Text,
        bureau -> Nullable<Text>,
        subject -> Nullable<Text>,
        claimant_id -> Nullable<Id>,
        consent_id -> Nullable<Id>,
        due_on -> Nullable<Date>,
        went -> Nullable<Text>,
        went_on -> Nullable<Date>,
        outcome -> Nullable<Text>,
        outcome_at -> Nullable<Ts>,
        opened_at -> Ts,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    talks (id) {
        id -> Id,
        case_id -> Id,
        procedure_id -> Id,
        respondent_id -> Id,
        on_at -> Ts,
        place_ct -> Text,
        contacted_at -> Nullable<Ts>,
        proof_id -> Nullable<Id>,
        outcome -> Nullable<Text>,
        absences -> Integer,
        opened_at -> Ts,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    listing_displays (listing_id) {
        listing_id -> Id,
        stopped_on -> Date,
        recorded_at -> Ts,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    listings (id) {
        id -> Id,
        case_id -> Id,
        procedure_id -> Id,
        order_id -> Id,
        respondent_id -> Id,
        bureau -> Text,
        area -> Text,
        unit_name -> Text,
        uscc -> Nullable<Text>,
        expired_on -> Date,
        unpaid -> BigInt,
        persons -> Integer,
        threshold -> Bool,
        basis -> Doc,
        ground -> Nullable<Text>,
        withholding -> Nullable<Text>,
        proposed_by -> Nullable<Id>,
        proposed_at -> Nullable<Ts>,
        told_on -> Nullable<Date>,
        window_over_on -> Nullable<Date>,
        decided_by -> Nullable<Id>,
        decided_on -> Nullable<Date>,
        until_on -> Nullable<Date>,
        remedy -> Text,
        remedy_on -> Nullable<Date>,
        rev -> Integer,
        standing -> Text,
        published_on -> Nullable<Date>,
        ended_on -> Nullable<Date>,
        ended_why -> Nullable<Text>,
        removed_on -> Nullable<Date>,
        created_at -> Ts,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    listing_parties (id) {
        id -> Id,
        listing_id -> Id,
        procedure_id -> Id,
        kind -> Text,
        name_ct -> Text,
        name_mask -> Text,
        person_ct -> Nullable<Text>,
        person_bix -> Nullable<Text>,
        post -> Nullable<Text>,
        post_from -> Nullable<Date>,
        post_to -> Nullable<Date>,
        uscc -> Nullable<Text>,
        notice_id -> Nullable<Id>,
        served_on -> Nullable<Date>,
        served_way -> Nullable<Text>,
        window_over_on -> Nullable<Date>,
        objected_on -> Nullable<Date>,
        answer -> Nullable<Text>,
        answered_on -> Nullable<Date>,
        standing -> Text,
        code -> Nullable<Text>,
        decision_id -> Nullable<Id>,
        decision_posted_on -> Nullable<Date>,
        decision_served_on -> Nullable<Date>,
        decision_served_way -> Nullable<Text>,
        created_at -> Ts,
        unit_key -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    list_acks (listing_id, partner_id) {
        listing_id -> Id,
        partner_id -> Id,
        rev -> Integer,
        at -> Ts,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    removals (id) {
        id -> Id,
        listing_id -> Id,
        procedure_id -> Id,
        applied_on -> Date,
        applicant_ct -> Text,
        application_id -> Id,
        correction_id -> Id,
        promise_id -> Id,
        corrected_on -> Nullable<Date>,
        outcome -> Nullable<Text>,
        decided_on -> Nullable<Date>,
        decided_by -> Nullable<Id>,
        document_id -> Nullable<Id>,
        created_at -> Ts,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    commitments (id) {
        id -> Id,
        case_id -> Id,
        talk_id -> Id,
        procedure_id -> Id,
        what_ct -> Text,
        due_on -> Date,
        missed_at -> Nullable<Ts>,
        kept_at -> Nullable<Ts>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    incidents (id) {
        id -> Id,
        case_id -> Id,
        procedure_id -> Id,
        category -> Text,
        persons -> Integer,
        known_at -> Ts,
        phoned_at -> Nullable<Ts>,
        finding -> Nullable<Text>,
        bad_effect -> Nullable<Bool>,
        judged_at -> Nullable<Ts>,
        judged_by -> Nullable<Id>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    incident_tellings (id) {
        id -> Id,
        incident_id -> Id,
        authority -> Text,
        told_at -> Ts,
        contact_ct -> Nullable<Text>,
        by_account -> Nullable<Id>,
        at -> Ts,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    supervisions (id) {
        id -> Id,
        case_id -> Id,
        procedure_id -> Id,
        bureau -> Text,
        origin -> Text,
        level -> Text,
        opened_at -> Ts,
        discharged_at -> Nullable<Ts>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    documents (id) {
        id -> Id,
        case_id -> Nullable<Id>,
        filing_id -> Nullable<Id>,
        kind -> Text,
        bureau -> Text,
        year -> Integer,
        no -> Integer,
        number -> Text,
        template -> Text,
        body_ct -> Text,
        body_hash -> Text,
        issued_at -> Ts,
        issued_by -> Nullable<Id>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    remarks (id) {
        id -> Id,
        stream_id -> Id,
        seq -> BigInt,
        field -> Text,
        text_ct -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    notices (id) {
        id -> Id,
        case_id -> Nullable<Id>,
        procedure_id -> Nullable<Id>,
        account_id -> Nullable<Id>,
        audience -> Text,
        template -> Text,
        args -> Doc,
        created_at -> Ts,
        not_before -> Ts,
        read_at -> Nullable<Ts>,
        claimant_id -> Nullable<Id>,
        filing_id -> Nullable<Id>,
        urgent -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    idempotency (actor, key) {
        actor -> Text,
        key -> Text,
        request_hash -> Text,
        answer -> Doc,
        at -> Ts,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    calendar_years (year) {
        year -> Integer,
        body -> Text,
        loaded_by -> Text,
        loaded_at -> Ts,
        rev -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    definitions (key, version) {
        key -> Text,
        version -> Integer,
        hash -> Text,
        body -> Text,
        published_at -> Ts,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    workers (id) {
        id -> Id,
        name_ct -> Nullable<Text>,
        name_mask -> Nullable<Text>,
        name_bix -> Nullable<Text>,
        phone_ct -> Nullable<Text>,
        phone_mask -> Nullable<Text>,
        phone_bix -> Nullable<Text>,
        wx_bix -> Nullable<Text>,
        lang -> Text,
        state -> Text,
        created_at -> Ts,
        version -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    worker_sessions (id) {
        id -> Id,
        worker_id -> Id,
        token_hash -> Binary,
        kind -> Text,
        device -> Text,
        created_at -> Ts,
        seen_at -> Ts,
        expires_at -> Ts,
        ended_at -> Nullable<Ts>,
        limited -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    partners (id) {
        id -> Id,
        code -> Text,
        name -> Text,
        channel -> Text,
        bureau -> Text,
        key_hash -> Binary,
        secret_ct -> Text,
        state -> Text,
        created_at -> Ts,
        version -> BigInt,
        requests_a_minute -> Nullable<Integer>,
        clues_a_minute -> Nullable<Integer>,
        receives_lists -> Bool,
        list_areas -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    phone_codes (id) {
        id -> Id,
        phone_bix -> Text,
        code_bix -> Text,
        created_at -> Ts,
        expires_at -> Ts,
        tries -> Integer,
        used_at -> Nullable<Ts>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Ts;
    limits (key) {
        key -> Text,
        from_at -> Ts,
        n -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    receipts (filing_id) {
        filing_id -> Id,
        secret_ct -> Text,
        secret_bix -> Text,
        created_at -> Ts,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    drafts (id) {
        id -> Id,
        worker_id -> Id,
        body_ct -> Text,
        created_at -> Ts,
        updated_at -> Ts,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    messages (id) {
        id -> Id,
        filing_id -> Id,
        account_id -> Nullable<Id>,
        worker_id -> Nullable<Id>,
        text_ct -> Text,
        created_at -> Ts,
        read_at -> Nullable<Ts>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    ratings (filing_id) {
        filing_id -> Id,
        score -> Integer,
        comment_ct -> Nullable<Text>,
        created_at -> Ts,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    withdrawals (id) {
        id -> Id,
        filing_id -> Id,
        worker_id -> Id,
        session_id -> Id,
        device -> Text,
        reason_ct -> Text,
        flags -> Text,
        asked_at -> Ts,
        not_before -> Ts,
        state -> Text,
        pressed -> Nullable<Bool>,
        decided_by -> Nullable<Id>,
        decided_at -> Nullable<Ts>,
        note_ct -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    callbacks (id) {
        id -> Id,
        bureau -> Text,
        area -> Nullable<Text>,
        site -> Nullable<Text>,
        name_ct -> Nullable<Text>,
        name_mask -> Nullable<Text>,
        phone_ct -> Text,
        phone_mask -> Text,
        phone_bix -> Text,
        safe_from -> Nullable<Integer>,
        safe_to -> Nullable<Integer>,
        channel -> Text,
        lang -> Text,
        state -> Text,
        claimed_by -> Nullable<Id>,
        claimed_at -> Nullable<Ts>,
        filing_id -> Nullable<Id>,
        outcome -> Nullable<Text>,
        note_ct -> Nullable<Text>,
        created_at -> Ts,
        ended_at -> Nullable<Ts>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    contacts (id) {
        id -> Id,
        filing_id -> Nullable<Id>,
        case_id -> Nullable<Id>,
        callback_id -> Nullable<Id>,
        direction -> Text,
        channel -> Text,
        outcome -> Text,
        note_ct -> Nullable<Text>,
        by_account -> Id,
        at -> Ts,
        created_at -> Ts,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    refusals (id) {
        id -> Id,
        bureau -> Text,
        area -> Nullable<Text>,
        reason -> Text,
        name_ct -> Nullable<Text>,
        name_mask -> Nullable<Text>,
        document_id -> Id,
        by_account -> Id,
        at -> Ts,
        created_at -> Ts,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    doubts (id) {
        id -> Id,
        filing_id -> Id,
        evidence_id -> Id,
        text_ct -> Text,
        by_account -> Id,
        at -> Ts,
        verdict -> Nullable<Text>,
        verdict_ct -> Nullable<Text>,
        decided_by -> Nullable<Id>,
        decided_at -> Nullable<Ts>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    transcripts (id) {
        id -> Id,
        evidence_id -> Id,
        text_ct -> Text,
        by_account -> Id,
        at -> Ts,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    oral_statements (filing_id) {
        filing_id -> Id,
        document_id -> Id,
        signed -> Text,
        photo_id -> Id,
        by_account -> Id,
        at -> Ts,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    mandates (id) {
        id -> Id,
        filing_id -> Id,
        agent_id -> Id,
        kind -> Text,
        relation -> Text,
        powers -> Text,
        evidence_id -> Nullable<Id>,
        given_by -> Nullable<Id>,
        recorded_by -> Nullable<Id>,
        created_at -> Ts,
        expires_at -> Ts,
        revoked_at -> Nullable<Ts>,
        revoked_worker -> Nullable<Id>,
        revoked_by -> Nullable<Id>,
        note_ct -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    rebindings (id) {
        id -> Id,
        filing_id -> Id,
        worker_id -> Id,
        bureau -> Text,
        phone_ct -> Text,
        phone_mask -> Text,
        phone_bix -> Text,
        state -> Text,
        asked_by -> Id,
        asked_at -> Ts,
        note_ct -> Text,
        confirmed_by -> Nullable<Id>,
        confirmed_at -> Nullable<Ts>,
        told_at -> Nullable<Ts>,
        not_before -> Nullable<Ts>,
        ended_at -> Nullable<Ts>,
        ended_why -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Id;
    session_filings (session_id, filing_id) {
        session_id -> Id,
        filing_id -> Id,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    legacy_matters (id) {
        id -> Id,
        case_id -> Id,
        filing_id -> Id,
        procedure_id -> Id,
        import_id -> Id,
        row_number -> Integer,
        bureau -> Text,
        number -> Text,
        state -> Text,
        received_at -> Ts,
        docketed_on -> Nullable<Date>,
        concluded_on -> Nullable<Date>,
        stated_paid -> BigInt,
        content_hash -> Text,
        rest_ct -> Nullable<Text>,
        review -> Nullable<Text>,
        passed_doc -> Nullable<Doc>,
        decided_by -> Nullable<Id>,
        decided_at -> Nullable<Ts>,
        created_at -> Ts,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    bells (id) {
        id -> Id,
        kind -> Text,
        bureau -> Text,
        label -> Text,
        due_at -> Ts,
        rung -> Integer,
        next_at -> Ts,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    draws (id) {
        id -> Id,
        number -> Text,
        area -> Text,
        period_from -> Ts,
        period_until -> Ts,
        plan -> Doc,
        public_plan -> Text,
        secret_ct -> Text,
        salt_ct -> Text,
        commitment -> Text,
        state -> Text,
        announced_by -> Nullable<Id>,
        announced_at -> Ts,
        frozen_at -> Nullable<Ts>,
        frame_rows -> BigInt,
        left_out -> BigInt,
        root -> Nullable<Text>,
        value -> Nullable<Text>,
        value_source -> Nullable<Text>,
        value_at -> Nullable<Ts>,
        drawn_at -> Nullable<Ts>,
        closed_at -> Nullable<Ts>,
        abandoned_at -> Nullable<Ts>,
        abandoned_why -> Nullable<Text>,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Id;
    draw_frames (draw_id, no) {
        draw_id -> Id,
        no -> Integer,
        body -> Binary,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Id;
    draw_strata (draw_id, no) {
        draw_id -> Id,
        no -> Integer,
        bureau -> Text,
        area -> Text,
        conclusion -> Text,
        officer -> Text,
        officer_id -> Nullable<Id>,
        unproved -> Bool,
        size -> BigInt,
        sample -> BigInt,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    draw_picks (id) {
        id -> Id,
        draw_id -> Id,
        stratum -> Integer,
        place -> Integer,
        code -> Text,
        rank -> Text,
        filing_id -> Id,
        state -> Text,
        bureau -> Nullable<Text>,
        kept_from -> Text,
        says -> Text,
        due_at -> Nullable<Ts>,
        replaces -> Nullable<Integer>,
        outcome -> Nullable<Text>,
        received -> Nullable<BigInt>,
        contradicts -> Bool,
        ended_at -> Nullable<Ts>,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    draw_tries (pick_id, no) {
        pick_id -> Id,
        no -> Integer,
        at -> Ts,
        by_account -> Nullable<Id>,
        result -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    letters (id) {
        id -> Id,
        notice_id -> Id,
        channel -> Text,
        account_id -> Nullable<Id>,
        claimant_id -> Nullable<Id>,
        state -> Text,
        attempts -> Integer,
        next_at -> Ts,
        lease_until -> Nullable<Ts>,
        last_class -> Nullable<Text>,
        last_reason -> Nullable<Text>,
        created_at -> Ts,
        done_at -> Nullable<Ts>,
        due_at -> Ts,
        round_from -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    letter_attempts (letter_id, n) {
        letter_id -> Id,
        n -> Integer,
        at -> Ts,
        class -> Text,
        reason -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    saved_views (id) {
        id -> Id,
        account_id -> Id,
        name -> Text,
        query -> Text,
        created_at -> Ts,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    staff_addresses (account_id) {
        account_id -> Id,
        mail_ct -> Nullable<Text>,
        mail_mask -> Nullable<Text>,
        mobile_ct -> Nullable<Text>,
        mobile_mask -> Nullable<Text>,
        set_at -> Ts,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    worker_addresses (worker_id) {
        worker_id -> Id,
        wx_ct -> Nullable<Text>,
        plain -> Bool,
        set_at -> Ts,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Id;
    digests (day, account_id) {
        day -> Date,
        account_id -> Id,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    announcement_batches (id) {
        id -> Id,
        bureau -> Text,
        year -> Integer,
        quarter -> Integer,
        due_on -> Date,
        opened_at -> Ts,
        published_at -> Nullable<Ts>,
        published_by -> Nullable<Id>,
        number_year -> Nullable<Integer>,
        no -> Nullable<Integer>,
        items -> Nullable<Integer>,
        hash -> Nullable<Text>,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    announcements (id) {
        id -> Id,
        case_id -> Id,
        procedure_id -> Id,
        code -> Text,
        bureau -> Text,
        area -> Text,
        respondent_id -> Id,
        order_id -> Nullable<Id>,
        order_paper_at -> Nullable<Ts>,
        decision -> Text,
        decision_number -> Nullable<Text>,
        decided_on -> Nullable<Date>,
        served_on -> Nullable<Date>,
        proof_id -> Nullable<Id>,
        category -> Nullable<Text>,
        name -> Text,
        unit_code -> Nullable<Text>,
        way -> Nullable<Text>,
        draft_no -> Integer,
        shown_no -> Nullable<Integer>,
        year -> Nullable<Integer>,
        quarter -> Nullable<Integer>,
        batch_id -> Nullable<Id>,
        published_at -> Nullable<Ts>,
        corrected_at -> Nullable<Ts>,
        ends_on -> Nullable<Date>,
        suspended_at -> Nullable<Ts>,
        withdrawing -> Bool,
        withdrawn_at -> Nullable<Ts>,
        ended_at -> Nullable<Ts>,
        dropped_at -> Nullable<Ts>,
        opened_at -> Ts,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    announcement_texts (id) {
        id -> Id,
        announcement_id -> Id,
        no -> Integer,
        category -> Text,
        name -> Text,
        unit_code -> Text,
        content_ct -> Text,
        hash -> Text,
        drafted_by -> Id,
        drafted_at -> Ts,
        checked_by -> Nullable<Id>,
        checked_at -> Nullable<Ts>,
        approved_at -> Nullable<Ts>,
        published_at -> Nullable<Ts>,
        document_id -> Nullable<Id>,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    announcement_media (id) {
        id -> Id,
        announcement_id -> Id,
        medium -> Text,
        name -> Text,
        on_day -> Date,
        proof_id -> Id,
        recorded_by -> Nullable<Id>,
        recorded_at -> Ts,
    }
}
diesel::allow_tables_to_appear_in_same_query!(
    letters,
    letter_attempts,
    staff_addresses,
    worker_addresses,
    digests,
    draws,
    draw_frames,
    draw_strata,
    draw_picks,
    draw_tries,
    bells,
    legacy_matters,
    callbacks,
    contacts,
    refusals,
    doubts,
    transcripts,
    oral_statements,
    mandates,
    rebindings,
    session_filings,
    grams,
    joins,
    uploads,
    upload_parts,
    answer_rounds,
    subscriptions,
    deliveries,
    delivery_attempts,
    phone_codes,
    limits,
    receipts,
    drafts,
    messages,
    ratings,
    withdrawals,
    workers,
    worker_sessions,
    partners,
    accounts,
    duties,
    sessions,
    absences,
    claimants,
    cases,
    respondents,
    recusals,
    imports,
    filings,
    amendments,
    suggestions,
    procedures,
    terms,
    alarms,
    claims,
    claim_bases,
    claim_judgements,
    join_codes,
    joiners,
    claim_words,
    representatives,
    child_clues,
    pay_lists,
    recourses,
    evidence,
    payments,
    allocations,
    agreements,
    instalments,
    shares,
    orders,
    order_claims,
    service_attempts,
    compensation_payments,
    supervisions,
    cooperations,
    listings,
    listing_parties,
    removals,
    list_acks,
    talks,
    commitments,
    incidents,
    incident_tellings,
    documents,
    remarks,
    notices,
    idempotency,
    calendar_years,
    definitions,
    announcement_batches,
    announcements,
    announcement_texts,
    announcement_media
);

// grading 守法诚信等级评价
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    conduct_files (id) {
        id -> Id,
        number -> Text,
        key -> Text,
        uscc -> Nullable<Text>,
        name -> Text,
        name_key -> Text,
        opened_at -> Ts,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    conduct_records (id) {
        id -> Id,
        file_id -> Id,
        year -> Integer,
        bureau -> Text,
        area -> Text,
        kind -> Text,
        aspect -> Nullable<Text>,
        on_day -> Date,
        source -> Text,
        act_id -> Id,
        case_id -> Nullable<Id>,
        procedure_id -> Nullable<Id>,
        proof_no -> Nullable<Text>,
        counts -> Bool,
        supersedes -> Nullable<Id>,
        reason_code -> Nullable<Text>,
        note_ct -> Nullable<Text>,
        current -> Bool,
        recorded_by -> Nullable<Id>,
        recorded_at -> Ts,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    grading_runs (id) {
        id -> Id,
        year -> Integer,
        state -> Text,
        cursor -> Nullable<Id>,
        files -> BigInt,
        a -> BigInt,
        b -> BigInt,
        c -> BigInt,
        fresh -> BigInt,
        chain -> Text,
        same -> Nullable<Bool>,
        started_by -> Nullable<Id>,
        started_at -> Ts,
        finished_at -> Nullable<Ts>,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    gradings (id) {
        id -> Id,
        file_id -> Id,
        year -> Integer,
        revision -> Integer,
        current -> Bool,
        bureau -> Text,
        area -> Text,
        grade -> Text,
        findings -> Integer,
        entries -> Integer,
        reasons -> Doc,
        digest -> Text,
        run_id -> Nullable<Id>,
        cause -> Nullable<Text>,
        procedure_id -> Nullable<Id>,
        state -> Text,
        reviewed_by -> Nullable<Id>,
        reviewed_at -> Nullable<Ts>,
        list_hash -> Nullable<Text>,
        told_on -> Nullable<Date>,
        told_way -> Nullable<Text>,
        told_proof -> Nullable<Text>,
        contested_at -> Nullable<Ts>,
        talk_on -> Nullable<Date>,
        created_at -> Ts,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Id;
    grading_papers (document_id) {
        document_id -> Id,
        procedure_id -> Id,
    }
}
diesel::joinable!(gradings -> conduct_files (file_id));
diesel::allow_tables_to_appear_in_same_query!(conduct_files, conduct_records, grading_runs, gradings, grading_papers);
diesel::allow_tables_to_appear_in_same_query!(grading_papers, documents);

// the employer's door 用人单位入口
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    served_papers (document_id) {
        document_id -> Id,
        procedure_id -> Id,
        case_id -> Nullable<Id>,
        bureau -> Text,
        kind -> Text,
        party -> Nullable<Text>,
        login_bix -> Nullable<Text>,
        served_on -> Nullable<Date>,
        created_at -> Ts,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    served_codes (id) {
        id -> Id,
        document_id -> Id,
        code_bix -> Text,
        made_at -> Ts,
        made_by -> Nullable<Id>,
        reason_ct -> Nullable<Text>,
        slip_id -> Nullable<Id>,
        ended_at -> Nullable<Ts>,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    door_sessions (id) {
        id -> Id,
        document_id -> Id,
        token_hash -> Binary,
        created_at -> Ts,
        expires_at -> Ts,
        ended_at -> Nullable<Ts>,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    submissions (id) {
        id -> Id,
        document_id -> Id,
        procedure_id -> Id,
        case_id -> Nullable<Id>,
        bureau -> Text,
        kind -> Text,
        way -> Text,
        by_account -> Nullable<Id>,
        words_ct -> Nullable<Text>,
        applicant_ct -> Text,
        consent -> Nullable<Bool>,
        hearing -> Bool,
        received_at -> Ts,
        due_on -> Nullable<Date>,
        late -> Bool,
        receipt_id -> Id,
        state -> Text,
        decided_at -> Nullable<Ts>,
        decided_by -> Nullable<Id>,
        return_code -> Nullable<Text>,
        note_ct -> Nullable<Text>,
        made_procedure -> Nullable<Id>,
        made_payment -> Nullable<Id>,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Id;
    submission_files (submission_id, evidence_id) {
        submission_id -> Id,
        evidence_id -> Id,
        slot -> Text,
    }
}
diesel::allow_tables_to_appear_in_same_query!(served_papers, served_codes, door_sessions, submissions, submission_files);
diesel::allow_tables_to_appear_in_same_query!(served_papers, documents);
diesel::allow_tables_to_appear_in_same_query!(submissions, documents);
diesel::allow_tables_to_appear_in_same_query!(submission_files, evidence);
diesel::allow_tables_to_appear_in_same_query!(submissions, cases);
diesel::allow_tables_to_appear_in_same_query!(submissions, procedures);

// penalties 行政处罚
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id};
    penalties (id) {
        id -> Id,
        case_id -> Id,
        procedure_id -> Id,
        order_id -> Nullable<Id>,
        respondent_id -> Id,
        bureau -> Text,
        ground -> Text,
        subject -> Text,
        subject_key -> Text,
        uscc -> Nullable<Text>,
        filed -> Doc,
        name_ct -> Nullable<Text>,
        person_ct -> Nullable<Text>,
        least -> BigInt,
        most -> BigInt,
        fine -> Nullable<BigInt>,
        ceiling -> Nullable<BigInt>,
        mitigation -> Nullable<Text>,
        proposed_by -> Nullable<Id>,
        told_on -> Nullable<Date>,
        window_over_on -> Nullable<Date>,
        stated_on -> Nullable<Date>,
        answered_on -> Nullable<Date>,
        answer -> Nullable<Text>,
        hearing_asked_on -> Nullable<Date>,
        hearing_held_on -> Nullable<Date>,
        decided_by -> Nullable<Id>,
        decided_on -> Nullable<Date>,
        served_on -> Nullable<Date>,
        remedy -> Text,
        standing -> Text,
        way -> Doc,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id};
    penalty_accounts (penalty_id) {
        penalty_id -> Id,
        fine -> BigInt,
        pay_by -> Date,
        deferred_on -> Nullable<Date>,
        due -> Doc,
        paid -> BigInt,
        late -> BigInt,
        urge_id -> Nullable<Id>,
        urged_on -> Nullable<Date>,
        refused_on -> Nullable<Date>,
        applied_on -> Nullable<Date>,
        settled_on -> Nullable<Date>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    penalty_payments (id) {
        id -> Id,
        penalty_id -> Id,
        amount -> BigInt,
        paid_on -> Date,
        bank_ref -> Text,
        proof_id -> Id,
        recorded_by -> Nullable<Id>,
        recorded_at -> Ts,
        reversed_at -> Nullable<Ts>,
    }
}

// the employer's file 用人单位档案
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    employers (id) {
        id -> Id,
        key -> Text,
        uscc -> Nullable<Text>,
        name -> Text,
        name_key -> Text,
        into_id -> Nullable<Id>,
        score -> Integer,
        level -> Text,
        reasons -> Doc,
        cases -> Integer,
        open_cases -> Integer,
        headcount -> Integer,
        listed -> Bool,
        grade -> Nullable<Text>,
        grade_bureau -> Nullable<Text>,
        grade_area -> Nullable<Text>,
        opened_at -> Ts,
        as_of -> Ts,
        next_on -> Date,
        quiet -> Bool,
        rev -> Integer,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Id;
    employer_places (employer_id, kind, place) {
        employer_id -> Id,
        kind -> Text,
        place -> Text,
        score -> Integer,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    employer_sweep (one) {
        one -> Integer,
        log_no -> BigInt,
        fill_after -> Nullable<Id>,
        held_by -> Nullable<Text>,
        held_until -> Nullable<Ts>,
    }
}
diesel::allow_tables_to_appear_in_same_query!(employers, employer_places);
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Ts;
    job_runs (job, node) {
        job -> Text,
        node -> Text,
        ran_at -> Ts,
        ok_at -> Nullable<Ts>,
        failed_at -> Nullable<Ts>,
        error -> Nullable<Text>,
        every_seconds -> Integer,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    second_factors (account_id) {
        account_id -> Id,
        secret_ct -> Text,
        created_at -> Ts,
        confirmed_at -> Nullable<Ts>,
        last_step -> BigInt,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    recovery_codes (id) {
        id -> Id,
        account_id -> Id,
        code_bix -> Text,
        created_at -> Ts,
        used_at -> Nullable<Ts>,
    }
}

// summaries of the dashboard 统计汇总
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id};
    summary_units (id) {
        id -> Id,
        kind -> Text,
        cells -> Doc,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    summary_days (grain, day, area, bureau) {
        grain -> Text,
        day -> Date,
        area -> Text,
        bureau -> Text,
        filings -> BigInt,
        cases -> BigInt,
        refused -> BigInt,
        settled -> BigInt,
        open_cases -> BigInt,
        tracking -> BigInt,
        concluded -> BigInt,
        claimed -> BigInt,
        verified -> BigInt,
        paid_30 -> BigInt,
        paid_60 -> BigInt,
        paid_90 -> BigInt,
        paid -> BigInt,
        in_time -> BigInt,
        missed -> BigInt,
        agreements -> BigInt,
        kept -> BigInt,
        broken -> BigInt,
        instalments -> BigInt,
        instalments_kept -> BigInt,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    summary_channels (grain, day, area, bureau, channel) {
        grain -> Text,
        day -> Date,
        area -> Text,
        bureau -> Text,
        channel -> Text,
        filings -> BigInt,
        cases -> BigInt,
        refused -> BigInt,
        settled -> BigInt,
        concluded -> BigInt,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    summary_officers (month, bureau, officer) {
        month -> Date,
        bureau -> Text,
        officer -> Text,
        closed -> BigInt,
        last_day -> BigInt,
        late -> BigInt,
        pauses -> BigInt,
        statutory_pauses -> BigInt,
        moves -> BigInt,
        late_entered -> BigInt,
        returned -> BigInt,
        refusals -> BigInt,
        concluded -> BigInt,
        reopened -> BigInt,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Ts};
    summary_state (one) {
        one -> Integer,
        log_no -> BigInt,
        rev -> BigInt,
        mended -> BigInt,
        fill_kind -> Nullable<Text>,
        fill_after -> Nullable<Id>,
        check_kind -> Text,
        check_after -> Nullable<Id>,
        read_at -> Nullable<Ts>,
        held_by -> Nullable<Text>,
        held_until -> Nullable<Ts>,
    }
}
// exports and campaigns
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    exports (id) {
        id -> Id,
        number -> Text,
        what -> Text,
        at -> Ts,
        account_id -> Nullable<Id>,
        bureau -> Nullable<Text>,
        area -> Nullable<Text>,
        format -> Text,
        line_count -> BigInt,
        unmasked -> Bool,
        reason -> Nullable<Text>,
        query -> Doc,
        sha256 -> Text,
        stream_id -> Id,
        seq -> BigInt,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    campaigns (id) {
        id -> Id,
        name -> Text,
        kind -> Text,
        bureau -> Text,
        area -> Text,
        areas -> Doc,
        origin -> Nullable<Text>,
        industry -> Nullable<Text>,
        starts_on -> Date,
        target_on -> Date,
        created_by -> Nullable<Id>,
        created_at -> Ts,
        closed_by -> Nullable<Id>,
        closed_at -> Nullable<Ts>,
        closing_seq -> Nullable<BigInt>,
        figures -> Nullable<Doc>,
        version -> BigInt,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Id;
    campaign_bureaus (campaign_id, bureau) {
        campaign_id -> Id,
        bureau -> Text,
        area -> Text,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    campaign_reports (id) {
        id -> Id,
        campaign_id -> Id,
        bureau -> Text,
        day -> Date,
        no -> Integer,
        filed -> BigInt,
        concluded -> BigInt,
        paid -> BigInt,
        known -> Doc,
        reason -> Nullable<Text>,
        seq -> BigInt,
        late -> Bool,
        account_id -> Nullable<Id>,
        reported_at -> Ts,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Id;
    campaign_marks (campaign_id, day, kind) {
        campaign_id -> Id,
        day -> Date,
        kind -> Text,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Doc, Id, Ts};
    bulletins (id) {
        id -> Id,
        kind -> Text,
        bureau -> Text,
        area -> Text,
        from_on -> Date,
        to_on -> Date,
        state -> Text,
        as_of -> Ts,
        figures -> Doc,
        remarks_ct -> Text,
        drafted_by -> Id,
        drafted_at -> Ts,
        approved_by -> Nullable<Id>,
        approved_at -> Nullable<Ts>,
        issued_by -> Nullable<Id>,
        issued_at -> Nullable<Ts>,
        document_id -> Nullable<Id>,
        version -> BigInt,
    }
}
diesel::allow_tables_to_appear_in_same_query!(campaigns, campaign_bureaus, campaign_reports, campaign_marks);
