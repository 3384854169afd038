-- The base: what the store is, the wrapped keys, the journal and its checkpoints.
create table meta (
    key text not null primary key,
    value text not null
) strict;

create table key_ring (
    kid text not null primary key,
    purpose text not null check (purpose in ('data', 'blind', 'sign')),
    suite integer not null,
    wrapped text not null,
    public text check ((public is not null) = (purpose = 'sign')),
    state text not null check (state in ('current', 'old', 'retired')),
    created_at integer not null
) strict;
create unique index key_ring_current on key_ring (purpose) where state = 'current';

create table events (
    stream_id blob not null check (length(stream_id) = 16),
    seq integer not null check (seq > 0),
    stream text not null,
    kind text not null,
    v integer not null,
    actor blob,
    at integer not null,
    occurred_at integer not null,
    case_id blob,
    area text,
    bureau text,
    channel text,
    procedure_kind text,
    amount_fen integer,
    suite integer not null,
    bytes blob not null,
    prev blob not null check (length(prev) = 32),
    hash blob not null check (length(hash) = 32),
    log_no integer check (log_no > 0),
    primary key (stream_id, seq)
) strict;
create unique index events_log_no on events (log_no) where log_no is not null;
create index events_unsequenced on events (at, stream_id, seq) where log_no is null;
create index events_case on events (case_id, at) where case_id is not null;

create trigger events_no_update before update of
    stream_id, seq, stream, kind, v, actor, at, occurred_at, case_id, area, bureau, channel, procedure_kind, amount_fen,
    suite, bytes, prev, hash on events
begin select raise(abort, 'events are never rewritten'); end;
create trigger events_log_no_once before update of log_no on events
when old.log_no is not null or new.log_no is null
begin select raise(abort, 'a log_no is given once'); end;
create trigger events_no_delete before delete on events
begin select raise(abort, 'events are never deleted'); end;

-- Kept subtrees of the Merkle tree: one row for every 256 leaves, every 256 of those, and so on.
create table log_tree (
    level integer not null check (level % 8 = 0),
    idx integer not null,
    hash blob not null check (length(hash) = 32),
    primary key (level, idx)
) strict, without rowid;

create table checkpoints (
    size integer not null primary key,
    root blob not null check (length(root) = 32),
    at integer not null,
    kid text not null,
    suite integer not null,
    note text not null
) strict;
create trigger checkpoints_no_update before update on checkpoints
begin select raise(abort, 'checkpoints are never rewritten'); end;
create trigger checkpoints_no_delete before delete on checkpoints
begin select raise(abort, 'checkpoints are never deleted'); end;
