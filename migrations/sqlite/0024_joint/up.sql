-- Joint cases: codes by which co-workers come to their own row, who joined, what each says of the own row, representatives, the ground
-- of each party's liability, clues of child labour, pay lists.

-- A join code 加入码: kept as a blind index, shown once.
create table join_codes (
  id blob primary key,
  case_id blob not null references cases (id),
  code_bix text not null,
  made_worker blob references workers (id),
  made_by blob references accounts (id),
  created_at integer not null,
  expires_at integer not null,
  revoked_at integer,
  uses integer not null default 0 check (uses >= 0),
  check ((made_worker is null) <> (made_by is null))
) strict;
create unique index join_codes_code on join_codes (code_bix);
create index join_codes_case on join_codes (case_id, created_at);

-- Somebody who came with a code and tells of the own wages: waits for the roster or for an officer.
create table joiners (
  id blob primary key,
  case_id blob not null references cases (id),
  code_id blob not null references join_codes (id),
  worker_id blob not null references workers (id),
  session_id blob not null references worker_sessions (id),
  claimant_id blob not null references claimants (id),
  respondent_ct text,
  period_from text not null,
  period_to text not null,
  days_tenths integer,
  daily_wage integer,
  months_tenths integer,
  monthly_wage integer,
  claimed integer not null check (claimed > 0),
  minor integer not null,
  device text not null,
  state text not null check (state in ('waiting', 'joined', 'refused')),
  matched integer not null,
  reason text,
  note_ct text,
  decided_by blob references accounts (id),
  decided_at integer,
  created_at integer not null,
  check (period_to >= period_from),
  check ((state = 'waiting') = (decided_at is null)),
  check ((state = 'refused') = (reason is not null))
) strict;
create index joiners_case on joiners (case_id, created_at);
create index joiners_worker on joiners (worker_id);
create index joiners_waiting on joiners (case_id) where state = 'waiting';

-- What a worker says of the own row, with the figures it was said of; the newest counts.
create table claim_words (
  id blob primary key,
  claim_id blob not null references claims (id),
  case_id blob not null references cases (id),
  worker_id blob not null references workers (id),
  word text not null check (word in ('confirmed', 'contested')),
  claimed integer not null,
  verified integer not null,
  note_ct text,
  device text not null,
  at integer not null,
  check ((word = 'contested') = (note_ct is not null))
) strict;
create index claim_words_claim on claim_words (claim_id, at);
create index claim_words_case on claim_words (case_id, at);

-- Representatives 代表人 of a joint case with their signed mandate.
create table representatives (
  id blob primary key,
  case_id blob not null references cases (id),
  claimant_id blob not null references claimants (id),
  powers text not null,
  evidence_id blob not null references evidence (id),
  recorded_by blob not null references accounts (id),
  created_at integer not null,
  ended_at integer,
  ended_by blob references accounts (id),
  note_ct text,
  check ((ended_at is null) = (ended_by is null))
) strict;
create unique index representatives_live on representatives (case_id, claimant_id) where ended_at is null;

-- Why a party of the chain is liable 清偿责任, decided by an officer.
alter table respondents add column liability text;
alter table respondents add column liability_ct text;
alter table respondents add column liability_proof blob references evidence (id);
alter table respondents add column liability_by blob references accounts (id);
alter table respondents add column liability_at integer;

-- Who handed a row in: a team leader needs the mandate of each worker he speaks for.
alter table claim_bases add column presented text not null default 'workers' check (presented in ('workers', 'team_leader'));
alter table claim_bases add column mandate_proof blob references evidence (id);

-- A clue of child labour 使用童工: its own matter beside the wages.
create table child_clues (
  id blob primary key,
  number text not null,
  case_id blob not null references cases (id),
  bureau text not null,
  area text not null,
  persons integer not null check (persons > 0),
  state text not null check (state in ('open', 'closed')),
  result text,
  note_ct text,
  proof_id blob references evidence (id),
  opened_at integer not null,
  closed_by blob references accounts (id),
  closed_at integer,
  check ((state = 'open') = (result is null)),
  check ((state = 'open') = (closed_at is null))
) strict;
create unique index child_clues_number on child_clues (number);
create unique index child_clues_open on child_clues (case_id) where state = 'open';

-- A pay list 支付名册 as issued; a lone complainant stands in one only with his explained consent.
create table pay_lists (
  id blob primary key,
  case_id blob not null references cases (id),
  document_id blob not null references documents (id),
  persons integer not null check (persons > 0),
  amount integer not null check (amount > 0),
  small integer not null,
  consent_proof blob references evidence (id),
  explained_ct text,
  by_account blob not null references accounts (id),
  at integer not null,
  check ((consent_proof is null) = (explained_ct is null))
) strict;
create index pay_lists_case on pay_lists (case_id, at);

create table bells_new (
  -- of the row that waits; a message waits under its filing, a bureau's reviews under an id of their own
  id blob primary key,
  kind text not null check (kind in ('callback', 'withdrawal', 'amendment', 'message', 'legacy_review', 'joiner', 'child_clue')),
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
