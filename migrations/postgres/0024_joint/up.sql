-- Joint cases: codes by which co-workers come to their own row, who joined, what each says of the own row, representatives, the ground
-- of each party's liability, clues of child labour, pay lists.

-- A join code 加入码: kept as a blind index, shown once.
create table join_codes (
  id uuid primary key,
  case_id uuid not null references cases (id),
  code_bix text not null,
  made_worker uuid references workers (id),
  made_by uuid references accounts (id),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  uses integer not null default 0 check (uses >= 0),
  check ((made_worker is null) <> (made_by is null))
);
create unique index join_codes_code on join_codes (code_bix);
create index join_codes_case on join_codes (case_id, created_at);

-- Somebody who came with a code and tells of the own wages: waits for the roster or for an officer.
create table joiners (
  id uuid primary key,
  case_id uuid not null references cases (id),
  code_id uuid not null references join_codes (id),
  worker_id uuid not null references workers (id),
  session_id uuid not null references worker_sessions (id),
  claimant_id uuid not null references claimants (id),
  respondent_ct text,
  period_from date not null,
  period_to date not null,
  days_tenths integer,
  daily_wage bigint,
  months_tenths integer,
  monthly_wage bigint,
  claimed bigint not null check (claimed > 0),
  minor boolean not null,
  device text not null,
  state text not null check (state in ('waiting', 'joined', 'refused')),
  matched boolean not null,
  reason text,
  note_ct text,
  decided_by uuid references accounts (id),
  decided_at timestamptz,
  created_at timestamptz not null,
  check (period_to >= period_from),
  check ((state = 'waiting') = (decided_at is null)),
  check ((state = 'refused') = (reason is not null))
);
create index joiners_case on joiners (case_id, created_at);
create index joiners_worker on joiners (worker_id);
create index joiners_waiting on joiners (case_id) where state = 'waiting';

-- What a worker says of the own row, with the figures it was said of; the newest counts.
create table claim_words (
  id uuid primary key,
  claim_id uuid not null references claims (id),
  case_id uuid not null references cases (id),
  worker_id uuid not null references workers (id),
  word text not null check (word in ('confirmed', 'contested')),
  claimed bigint not null,
  verified bigint not null,
  note_ct text,
  device text not null,
  at timestamptz not null,
  check ((word = 'contested') = (note_ct is not null))
);
create index claim_words_claim on claim_words (claim_id, at);
create index claim_words_case on claim_words (case_id, at);

-- Representatives 代表人 of a joint case with their signed mandate.
create table representatives (
  id uuid primary key,
  case_id uuid not null references cases (id),
  claimant_id uuid not null references claimants (id),
  powers text not null,
  evidence_id uuid not null references evidence (id),
  recorded_by uuid not null references accounts (id),
  created_at timestamptz not null,
  ended_at timestamptz,
  ended_by uuid references accounts (id),
  note_ct text,
  check ((ended_at is null) = (ended_by is null))
);
create unique index representatives_live on representatives (case_id, claimant_id) where ended_at is null;

-- Why a party of the chain is liable 清偿责任, decided by an officer.
alter table respondents add column liability text;
alter table respondents add column liability_ct text;
alter table respondents add column liability_proof uuid references evidence (id);
alter table respondents add column liability_by uuid references accounts (id);
alter table respondents add column liability_at timestamptz;

-- Who handed a row in: a team leader needs the mandate of each worker he speaks for.
alter table claim_bases add column presented text not null default 'workers' check (presented in ('workers', 'team_leader'));
alter table claim_bases add column mandate_proof uuid references evidence (id);

-- A clue of child labour 使用童工: its own matter beside the wages.
create table child_clues (
  id uuid primary key,
  number text not null,
  case_id uuid not null references cases (id),
  bureau text not null,
  area text not null,
  persons integer not null check (persons > 0),
  state text not null check (state in ('open', 'closed')),
  result text,
  note_ct text,
  proof_id uuid references evidence (id),
  opened_at timestamptz not null,
  closed_by uuid references accounts (id),
  closed_at timestamptz,
  check ((state = 'open') = (result is null)),
  check ((state = 'open') = (closed_at is null))
);
create unique index child_clues_number on child_clues (number);
create unique index child_clues_open on child_clues (case_id) where state = 'open';

-- A pay list 支付名册 as issued; a lone complainant stands in one only with his explained consent.
create table pay_lists (
  id uuid primary key,
  case_id uuid not null references cases (id),
  document_id uuid not null references documents (id),
  persons integer not null check (persons > 0),
  amount bigint not null check (amount > 0),
  small boolean not null,
  consent_proof uuid references evidence (id),
  explained_ct text,
  by_account uuid not null references accounts (id),
  at timestamptz not null,
  check ((consent_proof is null) = (explained_ct is null))
);
create index pay_lists_case on pay_lists (case_id, at);

alter table bells drop constraint bells_kind_check;
alter table bells add constraint bells_kind_check
  check (kind in ('callback', 'withdrawal', 'amendment', 'message', 'legacy_review', 'joiner', 'child_clue'));
