-- People who work here, and what they may do: duty × bureau × area.
create table accounts (
  id uuid primary key,
  login text not null,
  name text not null,
  password_hash text not null,
  state text not null check (state in ('active', 'disabled')),
  must_change boolean not null,
  failed integer not null check (failed >= 0),
  locked_until timestamptz,
  created_at timestamptz not null,
  version bigint not null
);
create unique index accounts_login on accounts (login);

create table duties (
  id uuid primary key,
  account_id uuid not null references accounts (id),
  duty text not null,
  bureau text not null,
  area text not null,
  valid_from timestamptz not null,
  valid_until timestamptz
);
create index duties_account on duties (account_id);
create index duties_bureau on duties (bureau, duty);
create index duties_area on duties (duty, area);

create table sessions (
  id uuid primary key,
  account_id uuid not null references accounts (id),
  token_hash bytea not null,
  kind text not null check (kind in ('console', 'api')),
  agent text not null,
  created_at timestamptz not null,
  seen_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz
);
create unique index sessions_token on sessions (token_hash);
create index sessions_account on sessions (account_id) where ended_at is null;

-- Absence 请假 and who stands in.
create table absences (
  id uuid primary key,
  account_id uuid not null references accounts (id),
  delegate_id uuid references accounts (id),
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  reason_ct text not null,
  cancelled_at timestamptz,
  check (ends_at > starts_at)
);
create index absences_account on absences (account_id, ends_at) where cancelled_at is null;
create index absences_delegate on absences (delegate_id, ends_at) where cancelled_at is null;

-- Persons who claim wages. Names, numbers and accounts are sealed; masks are stored so that lists never decrypt.
create table claimants (
  id uuid primary key,
  name_ct text not null,
  name_mask text not null,
  name_bix text not null,
  person_ct text,
  person_mask text,
  person_bix text,
  phone_ct text,
  phone_mask text,
  phone_bix text,
  bank_ct text,
  bank_mask text,
  bank_bix text,
  created_at timestamptz not null
);
create index claimants_person on claimants (person_bix) where person_bix is not null;
create index claimants_phone on claimants (phone_bix, name_bix) where phone_bix is not null;
create index claimants_name on claimants (name_bix);
create index claimants_bank on claimants (bank_bix) where bank_bix is not null;

-- The arrears matter 案件: the unit of consistency.
create table cases (
  id uuid primary key,
  number text not null,
  origin text not null check (origin in ('complaint', 'clue')),
  area text not null,
  lead_bureau text not null,
  oversight_bureau text,
  project_name text,
  project_key text,
  project_kind text,
  government_funded boolean,
  address text,
  respondent_name text not null,
  respondent_key text not null,
  grade text not null,
  flags text not null,
  reported_total bigint not null check (reported_total >= 0),
  headcount integer not null check (headcount >= 0),
  remainder_code text,
  claimed bigint not null,
  verified bigint not null,
  paid bigint not null,
  waived bigint not null,
  outstanding bigint not null,
  transfers integer not null check (transfers >= 0),
  conclusion text,
  second_officer uuid references accounts (id),
  first_received_at timestamptz not null,
  complaint_received_at timestamptz,
  state text not null,
  open boolean not null,
  concluded_at timestamptz,
  created_at timestamptz not null,
  version bigint not null,
  form_version bigint not null
);
create unique index cases_number on cases (number);
create index cases_respondent on cases (respondent_key, created_at);
create index cases_project on cases (project_key, created_at) where project_key is not null;
create index cases_area on cases (area, created_at);
create index cases_lead on cases (lead_bureau, created_at);

-- The chain of respondents 被反映单位链, with the article that makes each liable. A team leader is a person: masked and sealed.
create table respondents (
  id uuid primary key,
  case_id uuid not null references cases (id),
  role text not null,
  name text not null,
  name_key text not null,
  uscc text,
  name_ct text,
  person_ct text,
  person_bix text,
  article text,
  position integer not null
);
create index respondents_case on respondents (case_id, position);

-- Officers who must keep out of a case 回避 (劳动保障监察条例 Art 16).
create table recusals (
  case_id uuid not null references cases (id),
  account_id uuid not null references accounts (id),
  recorded_by uuid references accounts (id),
  recorded_at timestamptz not null,
  primary key (case_id, account_id)
);

create table imports (
  id uuid primary key,
  profile text not null,
  file_name text not null,
  file_hash text not null,
  actor text not null,
  started_at timestamptz not null,
  ended_at timestamptz,
  rows_read bigint not null,
  filings bigint not null,
  amended bigint not null,
  duplicates bigint not null,
  rejected bigint not null,
  joined bigint not null
);

-- One report by one channel 投诉登记.
create table filings (
  id uuid primary key,
  number text not null,
  source_no text,
  source text not null,
  channel text not null,
  kind text not null,
  case_id uuid references cases (id),
  claimant_id uuid not null references claimants (id),
  import_id uuid references imports (id),
  receiving_bureau text not null,
  received_at timestamptz not null,
  area text,
  area_text text not null,
  address text,
  industry text,
  project_name text,
  project_key text,
  project_kind text,
  government_funded boolean,
  respondent_name text not null,
  respondent_key text not null,
  uscc text,
  headcount integer not null check (headcount > 0),
  reported_total bigint not null check (reported_total > 0),
  period_from date,
  period_to date,
  narrative_ct text not null,
  chain_doc jsonb not null,
  leader_ct text,
  secret boolean not null,
  desk_reason text,
  answer_code text,
  grade text not null,
  flags text not null,
  fingerprint text not null,
  content_hash text not null,
  created_by uuid references accounts (id),
  created_at timestamptz not null,
  check (period_to is null or period_from is null or period_to >= period_from)
);
create unique index filings_number on filings (number);
create unique index filings_source on filings (channel, source_no) where source_no is not null;
create unique index filings_fingerprint on filings (channel, fingerprint) where source_no is null;
create index filings_case on filings (case_id) where case_id is not null;
create index filings_claimant on filings (claimant_id);
create index filings_desk on filings (receiving_bureau, received_at) where desk_reason is not null;
create index filings_respondent on filings (respondent_key, created_at) where case_id is not null;
create index filings_project on filings (project_key, created_at) where project_key is not null and case_id is not null;

-- The same number with other content: for the desk to apply or dismiss.
create table amendments (
  id uuid primary key,
  filing_id uuid not null references filings (id),
  import_id uuid references imports (id),
  content_hash text not null,
  content_ct text not null,
  changed text not null,
  received_at timestamptz not null,
  decided_at timestamptz,
  decided_by uuid references accounts (id),
  applied boolean
);
create unique index amendments_content on amendments (filing_id, content_hash);
create index amendments_open on amendments (received_at) where decided_at is null;

-- A filing that looks like a running case: an officer decides.
create table suggestions (
  filing_id uuid not null references filings (id),
  case_id uuid not null references cases (id),
  reason text not null,
  created_at timestamptz not null,
  decided_at timestamptz,
  joined boolean,
  primary key (filing_id, case_id)
);

-- One running workflow 程序. Holder, due date and calendar revision are projections for worklists.
create table procedures (
  id uuid primary key,
  kind text not null,
  version integer not null,
  case_id uuid references cases (id),
  filing_id uuid references filings (id),
  parent_id uuid references procedures (id),
  state text not null,
  area text,
  holder_role text not null,
  holder_bureau text not null,
  assignee uuid references accounts (id),
  pending_role text,
  pending_bureau text,
  pending_since timestamptz,
  approval_ct text,
  due_at timestamptz,
  due_day date,
  due_key text,
  due_provisional boolean not null,
  calendar_rev bigint not null,
  open boolean not null,
  missed integer not null,
  started_at timestamptz not null,
  entered_at timestamptz not null,
  ended_at timestamptz,
  rev bigint not null,
  form_rev bigint not null,
  check (not open or holder_role <> '')
);
create index procedures_bureau on procedures (holder_bureau, due_at, id) where open;
create index procedures_assignee on procedures (assignee, due_at, id) where open and assignee is not null;
create index procedures_area on procedures (area, due_at, id) where open;
create index procedures_due on procedures (due_at, id) where open;
create index procedures_open on procedures (id) where open;
create index procedures_pending on procedures (pending_bureau, pending_role, pending_since, id) where pending_role is not null;
create index procedures_case on procedures (case_id) where case_id is not null;
create index procedures_filing on procedures (filing_id) where filing_id is not null;
create index procedures_definition on procedures (kind, version) where open;

-- Terms 期限: the legal substance in `doc`, the rest projections stamped with the calendar revision.
create table terms (
  id uuid primary key,
  procedure_id uuid not null references procedures (id),
  case_id uuid references cases (id),
  key text not null,
  rule text not null,
  kind text not null check (kind in ('duty', 'window', 'gate')),
  effect text not null check (effect in ('statutory', 'service')),
  status text not null check (status in ('live', 'met', 'cancelled', 'closed')),
  missed boolean not null,
  next_rung integer not null,
  position integer not null,
  doc jsonb not null,
  start_at timestamptz not null,
  due_at timestamptz not null,
  due_day date,
  provisional boolean not null,
  calendar_rev bigint not null,
  ended_at timestamptz,
  check ((status = 'live') = (ended_at is null))
);
create index terms_procedure on terms (procedure_id, position);
create index terms_due on terms (due_at, id) where status = 'live' and kind = 'duty';
create index terms_calendar on terms (calendar_rev, id) where status = 'live';

-- The stored instant of the next rung of each live term: only what is still to come is here.
create table alarms (
  term_id uuid primary key references terms (id),
  procedure_id uuid not null references procedures (id),
  case_id uuid,
  rung integer not null,
  fire_at timestamptz not null,
  lease_owner text,
  lease_until timestamptz,
  attempts integer not null,
  last_error text
);
create index alarms_due on alarms (fire_at, term_id);

-- One identified claimant × one respondent × one period, in fen 欠薪明细.
create table claims (
  id uuid primary key,
  case_id uuid not null references cases (id),
  filing_id uuid not null references filings (id),
  claimant_id uuid not null references claimants (id),
  respondent_id uuid references respondents (id),
  period_from date,
  period_to date,
  nature text not null,
  migrant text not null check (migrant in ('yes', 'no', 'unknown')),
  claimed bigint not null,
  verified bigint not null,
  rejected bigint not null,
  open bigint not null,
  paid bigint not null,
  discharged bigint not null,
  waived bigint not null,
  outstanding bigint not null,
  created_at timestamptz not null,
  check (claimed >= 0 and verified >= 0 and rejected >= 0 and open >= 0 and paid >= 0 and waived >= 0 and outstanding >= 0),
  check (discharged >= 0 and discharged <= paid),
  check (claimed = verified + rejected + open),
  check (verified = paid + waived + outstanding)
);
create index claims_case on claims (case_id);
create index claims_claimant on claims (claimant_id);

-- Files of evidence 证据: the bytes are in the object store under `store_key`.
create table evidence (
  id uuid primary key,
  case_id uuid references cases (id),
  filing_id uuid references filings (id),
  kind text not null,
  name_ct text not null,
  media_type text not null,
  size bigint not null check (size > 0),
  sha256 text not null,
  store_key text not null,
  uploaded_by uuid references accounts (id),
  uploaded_at timestamptz not null
);
create index evidence_case on evidence (case_id, uploaded_at) where case_id is not null;
create index evidence_filing on evidence (filing_id, uploaded_at) where filing_id is not null;

-- Money with proof 支付记录, allocated to claims to the last fen.
create table payments (
  id uuid primary key,
  case_id uuid not null references cases (id),
  amount bigint not null check (amount > 0),
  paid_on date not null,
  payer_kind text not null,
  bank_ref text,
  proof_id uuid not null references evidence (id),
  recorded_by uuid references accounts (id),
  recorded_at timestamptz not null
);
create index payments_case on payments (case_id, paid_on);
create unique index payments_reference on payments (bank_ref) where bank_ref is not null;

create table allocations (
  payment_id uuid not null references payments (id),
  claim_id uuid not null references claims (id),
  amount bigint not null check (amount > 0),
  primary key (payment_id, claim_id)
);
create index allocations_claim on allocations (claim_id);

-- Papers 文书: gapless numbers per bureau, kind and year, allotted at issue.
create table documents (
  id uuid primary key,
  case_id uuid references cases (id),
  filing_id uuid references filings (id),
  kind text not null,
  bureau text not null,
  year integer not null,
  no integer not null,
  number text not null,
  template text not null,
  body_ct text not null,
  body_hash text not null,
  issued_at timestamptz not null,
  issued_by uuid references accounts (id)
);
create unique index documents_number on documents (bureau, kind, year, no);
create index documents_case on documents (case_id, issued_at) where case_id is not null;
create index documents_filing on documents (filing_id, issued_at) where filing_id is not null;

-- Free text of a move's form, sealed beside its event.
create table remarks (
  id uuid primary key,
  stream_id uuid not null,
  seq bigint not null,
  field text not null,
  text_ct text not null
);
create unique index remarks_stream on remarks (stream_id, seq, field);

-- The outbox: who is told what. Its persons are fixed here, in the transaction that tells of the change.
create table notices (
  id uuid primary key,
  case_id uuid references cases (id),
  procedure_id uuid references procedures (id),
  account_id uuid references accounts (id),
  audience text not null,
  template text not null,
  args jsonb not null,
  created_at timestamptz not null,
  not_before timestamptz not null,
  read_at timestamptz
);
create index notices_unread on notices (account_id, not_before, id) where read_at is null;
create index notices_account on notices (account_id, not_before, id);
create index notices_case on notices (case_id, id) where case_id is not null;
create index notices_unaddressed on notices (created_at, id) where account_id is null and read_at is null;

-- One answer for the same submission sent twice.
create table idempotency (
  actor text not null,
  key text not null,
  request_hash text not null,
  answer jsonb not null,
  at timestamptz not null,
  primary key (actor, key)
);
create index idempotency_at on idempotency (at);

create table calendar_years (
  year integer not null primary key,
  body text not null,
  loaded_by text not null,
  loaded_at timestamptz not null,
  rev bigint not null
);

create table definitions (
  key text not null,
  version integer not null,
  hash text not null,
  body text not null,
  published_at timestamptz not null,
  primary key (key, version)
);
