-- The workers' door: codes by telephone, limits, receipts with a secret, drafts, messages, ratings, requests to withdraw.

-- One code sent to a telephone. Only its blind index is kept.
create table phone_codes (
  id uuid primary key,
  phone_bix text not null,
  code_bix text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  tries integer not null,
  used_at timestamptz
);
create index phone_codes_phone on phone_codes (phone_bix, created_at);
create index phone_codes_old on phone_codes (created_at);

-- How much of something was used in a window of time (machine bookkeeping). Keys name no person in clear.
create table limits (
  key text primary key,
  from_at timestamptz not null,
  n integer not null
);
create index limits_old on limits (from_at);

-- What a receipt carries besides the number: a secret by which the way of the matter is read without a log-in.
create table receipts (
  filing_id uuid primary key references filings (id),
  secret_ct text not null,
  secret_bix text not null,
  created_at timestamptz not null
);

-- What a worker has typed so far.
create table drafts (
  id uuid primary key,
  worker_id uuid not null references workers (id),
  body_ct text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index drafts_worker on drafts (worker_id, updated_at);
create index drafts_old on drafts (updated_at);

-- Messages between a worker and whoever handles the matter.
create table messages (
  id uuid primary key,
  filing_id uuid not null references filings (id),
  account_id uuid references accounts (id),
  worker_id uuid references workers (id),
  text_ct text not null,
  created_at timestamptz not null,
  read_at timestamptz,
  check ((account_id is null) <> (worker_id is null))
);
create index messages_filing on messages (filing_id, id);

create table ratings (
  filing_id uuid primary key references filings (id),
  score integer not null check (score between 1 and 5),
  comment_ct text,
  created_at timestamptz not null
);

-- A withdrawal 撤回 is a request: it cools off, somebody who does not handle the case asks in private, then it is decided.
create table withdrawals (
  id uuid primary key,
  filing_id uuid not null references filings (id),
  worker_id uuid not null references workers (id),
  session_id uuid not null references worker_sessions (id),
  device text not null,
  reason_ct text not null,
  flags text not null,
  asked_at timestamptz not null,
  not_before timestamptz not null,
  state text not null check (state in ('asked', 'taken_back', 'granted', 'refused')),
  pressed boolean,
  decided_by uuid references accounts (id),
  decided_at timestamptz,
  note_ct text,
  check ((state = 'asked') = (decided_at is null))
);
create unique index withdrawals_open on withdrawals (filing_id) where state = 'asked';
create index withdrawals_filing on withdrawals (filing_id, id);
create index withdrawals_due on withdrawals (not_before, id) where state = 'asked';
create index withdrawals_device on withdrawals (device, asked_at);
