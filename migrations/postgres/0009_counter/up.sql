-- The counter: contacts, the register of refusals, doubts, agents, call-backs, oral statements, changed telephones.

-- A request to be called back 请回电: a telephone, when and how it is safe to ring it, and what became of it.
create table callbacks (
  id uuid primary key,
  bureau text not null,
  area text,
  site text,
  name_ct text,
  name_mask text,
  phone_ct text not null,
  phone_mask text not null,
  phone_bix text not null,
  safe_from integer check (safe_from between 0 and 1439),
  safe_to integer check (safe_to between 0 and 1439),
  channel text not null check (channel in ('call', 'sms')),
  lang text not null check (lang in ('zh', 'en')),
  state text not null check (state in ('open', 'claimed', 'registered', 'closed')),
  claimed_by uuid references accounts (id),
  claimed_at timestamptz,
  filing_id uuid references filings (id),
  outcome text,
  note_ct text,
  created_at timestamptz not null,
  ended_at timestamptz,
  check ((safe_from is null) = (safe_to is null)),
  check ((state = 'open') = (claimed_by is null)),
  check ((state = 'registered') = (filing_id is not null)),
  check ((state = 'closed') = (outcome is not null)),
  check ((state in ('registered', 'closed')) = (ended_at is not null))
);
create index callbacks_open on callbacks (created_at, id) where ended_at is null;
create index callbacks_phone on callbacks (phone_bix) where ended_at is null;

-- Every contact 接触记录 with a worker, whoever began it.
create table contacts (
  id uuid primary key,
  filing_id uuid references filings (id),
  case_id uuid references cases (id),
  callback_id uuid references callbacks (id),
  direction text not null check (direction in ('in', 'out')),
  channel text not null check (channel in ('phone', 'visit', 'message', 'letter')),
  outcome text not null,
  note_ct text,
  by_account uuid not null references accounts (id),
  at timestamptz not null,
  created_at timestamptz not null,
  check (filing_id is not null or case_id is not null or callback_id is not null)
);
create index contacts_filing on contacts (filing_id, at) where filing_id is not null;
create index contacts_case on contacts (case_id, at) where case_id is not null;
create index contacts_callback on contacts (callback_id, at) where callback_id is not null;

-- Somebody came and was turned away: never without a code and a notice in writing.
create table refusals (
  id uuid primary key,
  bureau text not null,
  area text,
  reason text not null,
  name_ct text,
  name_mask text,
  document_id uuid not null references documents (id),
  by_account uuid not null references accounts (id),
  at timestamptz not null,
  created_at timestamptz not null
);
create index refusals_at on refusals (at, id);
create unique index refusals_document on refusals (document_id);
create index documents_refusal on documents (issued_at, id) where kind = 'refusal';

-- A doubt about a complaint: a note with evidence, and a second person who confirms or dismisses it.
create table doubts (
  id uuid primary key,
  filing_id uuid not null references filings (id),
  evidence_id uuid not null references evidence (id),
  text_ct text not null,
  by_account uuid not null references accounts (id),
  at timestamptz not null,
  verdict text check (verdict in ('confirmed', 'dismissed')),
  verdict_ct text,
  decided_by uuid references accounts (id),
  decided_at timestamptz,
  check ((verdict is null) = (decided_by is null)),
  check ((verdict is null) = (decided_at is null)),
  check ((verdict is null) = (verdict_ct is null)),
  check (decided_by is null or decided_by <> by_account)
);
create index doubts_filing on doubts (filing_id, at);

-- What an officer heard in a voice message.
create table transcripts (
  id uuid primary key,
  evidence_id uuid not null references evidence (id),
  text_ct text not null,
  by_account uuid not null references accounts (id),
  at timestamptz not null
);
create index transcripts_evidence on transcripts (evidence_id, at);

-- An oral complaint was read back and signed or thumb-printed.
create table oral_statements (
  filing_id uuid primary key references filings (id),
  document_id uuid not null references documents (id),
  signed text not null check (signed in ('signature', 'thumbprint')),
  photo_id uuid not null references evidence (id),
  by_account uuid not null references accounts (id),
  at timestamptz not null
);

-- Who acts for a worker 代理人, or after him 继承人: what he may do, until when.
create table mandates (
  id uuid primary key,
  filing_id uuid not null references filings (id),
  agent_id uuid not null references workers (id),
  kind text not null check (kind in ('agent', 'heir')),
  relation text not null,
  powers text not null,
  evidence_id uuid references evidence (id),
  given_by uuid references workers (id),
  recorded_by uuid references accounts (id),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  revoked_worker uuid references workers (id),
  revoked_by uuid references accounts (id),
  note_ct text,
  check ((given_by is null) <> (recorded_by is null)),
  check (evidence_id is not null or recorded_by is null),
  check (agent_id <> given_by or given_by is null),
  check ((revoked_at is null) = (revoked_worker is null and revoked_by is null))
);
create unique index mandates_live on mandates (filing_id, agent_id) where revoked_at is null;
create index mandates_agent on mandates (agent_id) where revoked_at is null;

-- A worker's log-in goes over to another telephone: two officers, a delay, a message to the old number.
create table rebindings (
  id uuid primary key,
  filing_id uuid not null references filings (id),
  worker_id uuid not null references workers (id),
  bureau text not null,
  phone_ct text not null,
  phone_mask text not null,
  phone_bix text not null,
  state text not null check (state in ('asked', 'confirmed', 'done', 'cancelled')),
  asked_by uuid not null references accounts (id),
  asked_at timestamptz not null,
  note_ct text not null,
  confirmed_by uuid references accounts (id),
  confirmed_at timestamptz,
  told_at timestamptz,
  not_before timestamptz,
  ended_at timestamptz,
  ended_why text,
  check (confirmed_by is null or confirmed_by <> asked_by),
  check (state not in ('confirmed', 'done') or confirmed_by is not null),
  check (state <> 'done' or (told_at is not null and not_before is not null)),
  check ((state in ('done', 'cancelled')) = (ended_at is not null))
);
create unique index rebindings_open on rebindings (worker_id) where ended_at is null;
create index rebindings_due on rebindings (confirmed_at, id) where ended_at is null;

-- A session on a telephone of several persons sees what it filed or proved by a receipt, and nothing else of the log-in.
alter table worker_sessions add column limited boolean not null default false;
create table session_filings (
  session_id uuid not null references worker_sessions (id),
  filing_id uuid not null references filings (id),
  primary key (session_id, filing_id)
);
