//! Which columns are sealed: what `keys rotate` re-seals and `doctor` looks at.

use super::keys::SealedColumn;

/// Every sealed column; a test compares the list with the schema.
pub const SEALED: &[SealedColumn] = &[
    SealedColumn { table: "absences", column: "reason_ct", id: "id" },
    SealedColumn { table: "claimants", column: "name_ct", id: "id" },
    SealedColumn { table: "claimants", column: "person_ct", id: "id" },
    SealedColumn { table: "claimants", column: "phone_ct", id: "id" },
    SealedColumn { table: "claimants", column: "bank_ct", id: "id" },
    SealedColumn { table: "respondents", column: "name_ct", id: "id" },
    SealedColumn { table: "respondents", column: "person_ct", id: "id" },
    SealedColumn { table: "filings", column: "narrative_ct", id: "id" },
    SealedColumn { table: "filings", column: "leader_ct", id: "id" },
    SealedColumn { table: "amendments", column: "content_ct", id: "id" },
    SealedColumn { table: "procedures", column: "approval_ct", id: "id" },
    SealedColumn { table: "evidence", column: "name_ct", id: "id" },
    SealedColumn { table: "documents", column: "body_ct", id: "id" },
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
    SealedColumn { table: "subscriptions", column: "secret_ct", id: "id" },
    SealedColumn { table: "uploads", column: "name_ct", id: "id" },
];
