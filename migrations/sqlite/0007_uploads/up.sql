-- Files of evidence in parts: what a weak network brings piece by piece. The bytes lie in the object store; a row says
-- which of them count.

-- Photos are written anew without what the camera noted (place, device): the hash of what came stands beside the hash of
-- what is kept. A file may come from a worker.
alter table evidence add column original_sha256 text;
alter table evidence add column thumb_key text;
alter table evidence add column worker_id blob references workers (id);

create table uploads (
  id blob primary key,
  owner text not null,
  case_id blob references cases (id),
  filing_id blob references filings (id),
  kind text not null,
  name_ct text not null,
  size integer not null check (size > 0),
  sha256 text not null,
  part_size integer not null check (part_size > 0),
  parts integer not null check (parts > 0),
  state text not null check (state in ('open', 'finished', 'aborted', 'expired')),
  evidence_id blob references evidence (id),
  created_at integer not null,
  expires_at integer not null,
  ended_at integer,
  check (case_id is not null or filing_id is not null),
  check ((state = 'open') = (ended_at is null)),
  check ((state = 'finished') = (evidence_id is not null))
) strict;
create index uploads_owner on uploads (owner) where ended_at is null;
create index uploads_filing on uploads (filing_id) where ended_at is null;
create index uploads_expiry on uploads (expires_at) where ended_at is null;
create index uploads_ended on uploads (ended_at) where ended_at is not null;

create table upload_parts (
  upload_id blob not null references uploads (id),
  part integer not null check (part > 0),
  size integer not null check (size > 0),
  sha256 text not null,
  stored_at integer not null,
  primary key (upload_id, part)
) strict;
