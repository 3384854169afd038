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
diesel::allow_tables_to_appear_in_same_query!(meta, key_ring, events, log_tree, checkpoints);
