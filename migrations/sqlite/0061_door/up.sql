-- The employer's door 用人单位入口: papers addressed to an employer or a person, the served codes 送达码 that open them, sessions, and what
-- is handed in there or at the desk.

-- A paper with its addressee. Whoever has the number, the addressee's own code or number and the served code may come in by it.
create table served_papers (
  document_id blob primary key references documents (id),
  procedure_id blob not null references procedures (id) deferrable initially deferred,
  case_id blob references cases (id),
  bureau text not null,
  kind text not null check (kind in ('unit', 'person')),
  -- who it is: a unit's code, which its papers say, or the blind index of a person's number; of a person what is asked at the door,
  -- the blind index of the number's last six
  party text,
  login_bix text,
  -- the day it was first on record as served: what follows in the procedure takes it away from nobody
  served_on text,
  created_at integer not null,
  check ((kind = 'person' and party is not null) = (login_bix is not null))
) strict;
create index served_papers_party on served_papers (party, case_id) where party is not null;
create index served_papers_case on served_papers (case_id) where case_id is not null;
create index served_papers_procedure on served_papers (procedure_id);
-- a paper is found at the door by its number as it is written
create index documents_as_written on documents (number);

-- The codes of a paper: one counts, older ones stopped when it was made. Only a keyed hash is kept.
create table served_codes (
  id blob primary key,
  document_id blob not null references documents (id) deferrable initially deferred,
  code_bix text not null,
  made_at integer not null,
  made_by blob references accounts (id),
  -- of a code made anew: why, and the slip it is printed on
  reason_ct text,
  slip_id blob references documents (id),
  ended_at integer
) strict;
create unique index served_codes_live on served_codes (document_id) where ended_at is null;
create index served_codes_document on served_codes (document_id);
create index served_codes_slip on served_codes (slip_id) where slip_id is not null;

-- A visit: opened by one paper, short, ended early when its code is made anew.
create table door_sessions (
  id blob primary key,
  document_id blob not null references served_papers (document_id),
  token_hash blob not null,
  created_at integer not null,
  expires_at integer not null,
  ended_at integer
) strict;
create unique index door_sessions_token on door_sessions (token_hash);
create index door_sessions_document on door_sessions (document_id) where ended_at is null;

-- What was handed in: proof of payment, an objection, an application for removal, an address for service.
create table submissions (
  id blob primary key,
  document_id blob not null references served_papers (document_id),
  procedure_id blob not null references procedures (id),
  case_id blob references cases (id),
  bureau text not null,
  kind text not null check (kind in ('proof', 'objection', 'removal', 'contact')),
  way text not null check (way in ('door', 'desk')),
  by_account blob references accounts (id),
  words_ct text,
  -- who handed it in, and by which power
  applicant_ct text not null,
  -- of an address for service: whether papers may be sent there
  consent integer check (consent in (0, 1)),
  -- of a statement on the notice of a penalty: a hearing 听证 is asked for with it
  hearing integer not null check (hearing in (0, 1)),
  received_at integer not null,
  -- the last day of the window it fell in or missed
  due_on text,
  late integer not null check (late in (0, 1)),
  receipt_id blob not null references documents (id),
  state text not null check (state in ('waiting', 'taken', 'returned', 'kept')),
  decided_at integer,
  decided_by blob references accounts (id),
  return_code text,
  note_ct text,
  -- the procedure or payment it became
  made_procedure blob references procedures (id) deferrable initially deferred,
  made_payment blob references payments (id),
  check ((way = 'desk') = (by_account is not null)),
  check ((kind = 'contact') = (consent is not null)),
  check (hearing = 0 or kind = 'objection'),
  check ((kind = 'contact') = (state = 'kept')),
  check ((state in ('taken', 'returned')) = (decided_at is not null)),
  check ((state = 'returned') = (return_code is not null))
) strict;
create index submissions_case on submissions (case_id) where case_id is not null;
create index submissions_document on submissions (document_id);
create index submissions_waiting on submissions (received_at, id) where state = 'waiting';
create index submissions_received on submissions (received_at, id);
create index submissions_procedure on submissions (procedure_id) where state = 'waiting';

create table submission_files (
  submission_id blob not null references submissions (id),
  evidence_id blob not null references evidence (id),
  slot text not null,
  primary key (submission_id, evidence_id)
) strict;
create index submission_files_evidence on submission_files (evidence_id);

-- it rings until somebody saw to it
create table bells_new (
  -- of the row that waits; a message waits under its filing, a bureau's reviews under an id of their own
  id blob primary key,
  kind text not null check (kind in ('callback', 'withdrawal', 'amendment', 'message', 'legacy_review', 'joiner', 'child_clue', 'draw_call', 'announcement_batch', 'payment_proof', 'submission')),
  bureau text not null,
  label text not null,
  due_at integer not null,
  rung integer not null check (rung >= 0),
  next_at integer not null
) strict;
insert into bells_new (id, kind, bureau, label, due_at, rung, next_at) select id, kind, bureau, label, due_at, rung, next_at from bells;
drop table bells;
alter table bells_new rename to bells;
create index bells_next on bells (next_at, id);
create unique index bells_review on bells (bureau) where kind = 'legacy_review';
