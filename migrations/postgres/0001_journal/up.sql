-- The base: what the store is, the wrapped keys, the journal and its checkpoints.
create table meta (
    key text not null primary key,
    value text not null
);

create table key_ring (
    kid text not null primary key,
    purpose text not null check (purpose in ('data', 'blind', 'sign')),
    suite integer not null,
    wrapped text not null,
    public text check ((public is not null) = (purpose = 'sign')),
    state text not null check (state in ('current', 'old', 'retired')),
    created_at timestamptz not null
);
create unique index key_ring_current on key_ring (purpose) where state = 'current';

create table events (
    stream_id uuid not null,
    seq integer not null check (seq > 0),
    stream text not null,
    kind text not null,
    v integer not null,
    actor uuid,
    at timestamptz not null,
    occurred_at timestamptz not null,
    case_id uuid,
    area text,
    bureau text,
    channel text,
    procedure_kind text,
    amount_fen bigint,
    suite integer not null,
    bytes bytea not null,
    prev bytea not null check (octet_length(prev) = 32),
    hash bytea not null check (octet_length(hash) = 32),
    log_no bigint check (log_no > 0),
    primary key (stream_id, seq)
);
create unique index events_log_no on events (log_no) where log_no is not null;
create index events_unsequenced on events (at, stream_id, seq) where log_no is null;
create index events_case on events (case_id, at) where case_id is not null;

create function never_rewritten() returns trigger language plpgsql as $$
begin raise exception '% are never rewritten or deleted', tg_table_name; end $$;
create trigger events_no_update before update of
    stream_id, seq, stream, kind, v, actor, at, occurred_at, case_id, area, bureau, channel, procedure_kind, amount_fen,
    suite, bytes, prev, hash on events
    for each row execute function never_rewritten();
create trigger events_log_no_once before update of log_no on events
    for each row when (old.log_no is not null or new.log_no is null) execute function never_rewritten();
create trigger events_no_delete before delete on events for each row execute function never_rewritten();

-- Kept subtrees of the Merkle tree: one row for every 256 leaves, every 256 of those, and so on.
create table log_tree (
    level integer not null check (level % 8 = 0),
    idx bigint not null,
    hash bytea not null check (octet_length(hash) = 32),
    primary key (level, idx)
);

create table checkpoints (
    size bigint not null primary key,
    root bytea not null check (octet_length(root) = 32),
    at timestamptz not null,
    kid text not null,
    suite integer not null,
    note text not null
);
create trigger checkpoints_no_update before update on checkpoints for each row execute function never_rewritten();
create trigger checkpoints_no_delete before delete on checkpoints for each row execute function never_rewritten();
