-- Announcements of grave violations 社会公布: what stands in public of a case, every text there was, its media, and a quarter's batches.

-- A quarter's batch of a bureau: open until the head publishes it or says that there is nothing. Its number is gapless in a bureau's year.
create table announcement_batches (
  id uuid primary key,
  bureau text not null,
  year integer not null,
  quarter integer not null check (quarter between 1 and 4),
  due_on date not null,
  opened_at timestamptz not null,
  published_at timestamptz,
  published_by uuid references accounts (id),
  number_year integer,
  no integer check (no > 0),
  items integer check (items >= 0),
  hash text,
  check ((published_at is null) = (items is null)),
  check ((published_at is null) = (hash is null)),
  check ((no is null) = (number_year is null)),
  -- only what was published has a number: to have had nothing is recorded without one
  check ((no is not null) = (items is not null and items > 0))
);
create unique index announcement_batches_quarter on announcement_batches (bureau, year, quarter);
create unique index announcement_batches_number on announcement_batches (bureau, number_year, no);

-- One announcement. Name, code and category are those shown, or of the newest draft before it was published; companies are told plainly.
create table announcements (
  id uuid primary key,
  case_id uuid not null references cases (id),
  procedure_id uuid not null references procedures (id) deferrable initially deferred,
  -- the random public code of its permanent link
  code text not null,
  bureau text not null,
  area text not null,
  respondent_id uuid not null references respondents (id),
  -- the order to pay it stands on; otherwise a decision keyed in with its proof
  order_id uuid references orders (id),
  order_paper_at timestamptz,
  decision text not null check (decision in ('order', 'decision', 'penalty')),
  decision_number text,
  decided_on date,
  served_on date,
  proof_id uuid references evidence (id),
  category text,
  name text not null,
  unit_code text,
  way text check (way in ('batch', 'now')),
  draft_no integer not null check (draft_no >= 0),
  shown_no integer check (shown_no > 0 and shown_no <= draft_no),
  -- of its first approval: the quarter with which it is published
  year integer,
  quarter integer check (quarter between 1 and 4),
  batch_id uuid references announcement_batches (id),
  published_at timestamptz,
  corrected_at timestamptz,
  ends_on date,
  suspended_at timestamptz,
  withdrawing boolean not null,
  withdrawn_at timestamptz,
  ended_at timestamptz,
  dropped_at timestamptz,
  opened_at timestamptz not null,
  check ((decision = 'order') = (order_id is not null)),
  check (decision = 'order' or (decision_number is not null and decided_on is not null and served_on is not null and proof_id is not null)),
  check ((published_at is null) = (shown_no is null)),
  check ((published_at is null) = (ends_on is null)),
  check (published_at is null or (category is not null and unit_code is not null)),
  check (published_at is not null or (batch_id is null and corrected_at is null and withdrawn_at is null and ended_at is null)),
  check (published_at is null or dropped_at is null)
);
create unique index announcements_procedure on announcements (procedure_id);
create unique index announcements_code on announcements (code);
create index announcements_case on announcements (case_id);
create index announcements_order on announcements (order_id) where order_id is not null;
create index announcements_opened on announcements (opened_at, id);
create index announcements_batch on announcements (bureau, year, quarter) where published_at is null and dropped_at is null;
-- what the public lists, the newest first
create index announcements_shown on announcements (published_at, id) where published_at is not null and withdrawn_at is null and ended_at is null;

-- Every text there was, in order. Nothing is published that a second person did not check and the head did not approve.
create table announcement_texts (
  id uuid primary key,
  announcement_id uuid not null references announcements (id),
  no integer not null check (no > 0),
  category text not null,
  name text not null,
  unit_code text not null,
  content_ct text not null,
  hash text not null,
  drafted_by uuid not null references accounts (id),
  drafted_at timestamptz not null,
  checked_by uuid references accounts (id),
  checked_at timestamptz,
  approved_at timestamptz,
  published_at timestamptz,
  document_id uuid references documents (id),
  check ((checked_by is null) = (checked_at is null)),
  check (checked_by is null or checked_by <> drafted_by),
  check (approved_at is null or checked_at is not null),
  check (published_at is null or approved_at is not null)
);
create unique index announcement_texts_no on announcement_texts (announcement_id, no);

-- Where else it was told: a newspaper, television.
create table announcement_media (
  id uuid primary key,
  announcement_id uuid not null references announcements (id),
  medium text not null,
  name text not null,
  on_day date not null,
  proof_id uuid not null references evidence (id),
  recorded_by uuid references accounts (id),
  recorded_at timestamptz not null
);
create index announcement_media_of on announcement_media (announcement_id);

-- A batch that is late rings like everything else that waits outside a procedure.
alter table bells drop constraint bells_kind_check;
alter table bells add constraint bells_kind_check
  check (kind in ('callback', 'withdrawal', 'amendment', 'message', 'legacy_review', 'joiner', 'child_clue', 'draw_call', 'announcement_batch'));
