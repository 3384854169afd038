//! Which columns are sealed: what `keys rotate` re-seals and `doctor` looks at.

use super::keys::SealedColumn;

/// Every sealed column; a test compares the list with the schema.
pub const SEALED: &[SealedColumn] = &[
    SealedColumn { table: "absences", column: "reason_ct", id: "id" },
    SealedColumn { table: "claimants", column: "name_ct", id: "id" },
    SealedColumn { table: "claimants", column: "person_ct", id: "id" },
    SealedColumn { table: "claimants", column: "phone_ct", id: "id" },
    SealedColumn { table: "claimants", column: "bank_ct", id: "id" },
    SealedColumn { table: "claim_judgements", column: "reason_ct", id: "id" },
    SealedColumn { table: "claim_words", column: "note_ct", id: "id" },
    SealedColumn { table: "joiners", column: "respondent_ct", id: "id" },
    SealedColumn { table: "joiners", column: "note_ct", id: "id" },
    SealedColumn { table: "representatives", column: "note_ct", id: "id" },
    SealedColumn { table: "respondents", column: "liability_ct", id: "id" },
    SealedColumn { table: "child_clues", column: "note_ct", id: "id" },
    SealedColumn { table: "pay_lists", column: "explained_ct", id: "id" },
    SealedColumn { table: "recourses", column: "note_ct", id: "payment_id" },
    SealedColumn { table: "respondents", column: "name_ct", id: "id" },
    SealedColumn { table: "respondents", column: "person_ct", id: "id" },
    SealedColumn { table: "filings", column: "narrative_ct", id: "id" },
    SealedColumn { table: "filings", column: "leader_ct", id: "id" },
    SealedColumn { table: "amendments", column: "content_ct", id: "id" },
    SealedColumn { table: "procedures", column: "approval_ct", id: "id" },
    SealedColumn { table: "agreements", column: "guarantor_ct", id: "id" },
    SealedColumn { table: "service_attempts", column: "place_ct", id: "id" },
    SealedColumn { table: "service_attempts", column: "witness_ct", id: "id" },
    SealedColumn { table: "talks", column: "place_ct", id: "id" },
    SealedColumn { table: "listing_parties", column: "name_ct", id: "id" },
    SealedColumn { table: "listing_parties", column: "person_ct", id: "id" },
    SealedColumn { table: "removals", column: "applicant_ct", id: "id" },
    SealedColumn { table: "penalties", column: "name_ct", id: "id" },
    SealedColumn { table: "penalties", column: "person_ct", id: "id" },
    SealedColumn { table: "commitments", column: "what_ct", id: "id" },
    SealedColumn { table: "incident_tellings", column: "contact_ct", id: "id" },
    SealedColumn { table: "evidence", column: "name_ct", id: "id" },
    SealedColumn { table: "documents", column: "body_ct", id: "id" },
    SealedColumn { table: "bulletins", column: "remarks_ct", id: "id" },
    SealedColumn { table: "remarks", column: "text_ct", id: "id" },
    SealedColumn { table: "workers", column: "name_ct", id: "id" },
    SealedColumn { table: "workers", column: "phone_ct", id: "id" },
    SealedColumn { table: "partners", column: "secret_ct", id: "id" },
    SealedColumn { table: "receipts", column: "secret_ct", id: "filing_id" },
    SealedColumn { table: "drafts", column: "body_ct", id: "id" },
    SealedColumn { table: "messages", column: "text_ct", id: "id" },
    SealedColumn { table: "ratings", column: "comment_ct", id: "filing_id" },
    SealedColumn { table: "withdrawals", column: "reason_ct", id: "id" },
    SealedColumn { table: "withdrawals", column: "note_ct", id: "id" },
    SealedColumn { table: "contacts", column: "note_ct", id: "id" },
    SealedColumn { table: "refusals", column: "name_ct", id: "id" },
    SealedColumn { table: "doubts", column: "text_ct", id: "id" },
    SealedColumn { table: "doubts", column: "verdict_ct", id: "id" },
    SealedColumn { table: "callbacks", column: "name_ct", id: "id" },
    SealedColumn { table: "callbacks", column: "phone_ct", id: "id" },
    SealedColumn { table: "callbacks", column: "note_ct", id: "id" },
    SealedColumn { table: "transcripts", column: "text_ct", id: "id" },
    SealedColumn { table: "mandates", column: "note_ct", id: "id" },
    SealedColumn { table: "legacy_matters", column: "rest_ct", id: "id" },
    SealedColumn { table: "rebindings", column: "phone_ct", id: "id" },
    SealedColumn { table: "rebindings", column: "note_ct", id: "id" },
    SealedColumn { table: "subscriptions", column: "secret_ct", id: "id" },
    SealedColumn { table: "draws", column: "secret_ct", id: "id" },
    SealedColumn { table: "draws", column: "salt_ct", id: "id" },
    SealedColumn { table: "uploads", column: "name_ct", id: "id" },
    SealedColumn { table: "staff_addresses", column: "mail_ct", id: "account_id" },
    SealedColumn { table: "staff_addresses", column: "mobile_ct", id: "account_id" },
    SealedColumn { table: "second_factors", column: "secret_ct", id: "account_id" },
    SealedColumn { table: "announcement_texts", column: "content_ct", id: "id" },
    SealedColumn { table: "worker_addresses", column: "wx_ct", id: "worker_id" },
    SealedColumn { table: "conduct_records", column: "note_ct", id: "id" },
    SealedColumn { table: "served_codes", column: "reason_ct", id: "id" },
    SealedColumn { table: "submissions", column: "words_ct", id: "id" },
    SealedColumn { table: "submissions", column: "applicant_ct", id: "id" },
    SealedColumn { table: "submissions", column: "note_ct", id: "id" },
];

#[cfg(test)]
mod tests {
    use super::SEALED;
    use std::collections::BTreeSet;

    /// Columns that end in `_ct` are sealed: each is listed, so that a rotation of keys leaves none behind.
    #[test]
    fn every_sealed_column_of_the_schema_is_listed() {
        let mut found = BTreeSet::new();
        let mut table = "";
        for line in include_str!("schema.rs").lines().map(str::trim) {
            if let Some((name, _)) = line.split_once(" (").filter(|(_, rest)| rest.ends_with(") {")) {
                table = name;
            } else if let Some((column, _)) = line.split_once(" -> ").filter(|(c, _)| c.ends_with("_ct")) {
                found.insert((table, column));
            }
        }
        let listed: BTreeSet<(&str, &str)> = SEALED.iter().map(|c| (c.table, c.column)).collect();
        assert!(found.len() > 20, "{found:?}");
        assert_eq!(found, listed);
    }
}
