-- Announcements of grave violations 社会公布: what stands in public of a case, every text there was, its media, and a quarter's batches.

-- A quarter's batch of a bureau: open until the head publishes it or says that there is nothing. Its number is gapless in a bureau's year.
create table announcement_batches (
  id blob primary key,
  bureau text not null,
  year integer not null,
  quarter integer not null check (quarter between 1 and 4),
  due_on text not null,
  opened_at integer not null,
  published_at integer,
  published_by blob references accounts (id),
  number_year integer,
  no integer check (no > 0),
  items integer check (items >= 0),
  hash text,
  check ((published_at is null) = (items is null)),
  check ((published_at is null) = (hash is null)),
  check ((no is null) = (number_year is null)),
  -- only what was published has a number: to have had nothing is recorded without one
  check ((no is not null) = (items is not null and items > 0))
) strict;
create unique index announcement_batches_quarter on announcement_batches (bureau, year, quarter);
create unique index announcement_batches_number on announcement_batches (bureau, number_year, no);

-- One announcement. Name, code and category are those shown, or of the newest draft before it was published; companies are told plainly.
create table announcements (
  id blob primary key,
  case_id blob not null references cases (id),
  procedure_id blob not null references procedures (id) deferrable initially deferred,
  -- the random public code of its permanent link
  code text not null,
  bureau text not null,
  area text not null,
  respondent_id blob not null references respondents (id),
  -- the order to pay it stands on; otherwise a decision keyed in with its proof
  order_id blob references orders (id),
  order_paper_at integer,
  decision text not null check (decision in ('order', 'decision', 'penalty')),
  decision_number text,
  decided_on text,
  served_on text,
  proof_id blob references evidence (id),
  category text,
  name text not null,
  unit_code text,
  way text check (way in ('batch', 'now')),
  draft_no integer not null check (draft_no >= 0),
  shown_no integer check (shown_no > 0 and shown_no <= draft_no),
  -- of its first approval: the quarter with which it is published
  year integer,
  quarter integer check (quarter between 1 and 4),
  batch_id blob references announcement_batches (id),
  published_at integer,
  corrected_at integer,
  ends_on text,
  suspended_at integer,
  withdrawing integer not null check (withdrawing in (0, 1)),
  withdrawn_at integer,
  ended_at integer,
  dropped_at integer,
  opened_at integer not null,
  check ((decision = 'order') = (order_id is not null)),
  check (decision = 'order' or (decision_number is not null and decided_on is not null and served_on is not null and proof_id is not null)),
  check ((published_at is null) = (shown_no is null)),
  check ((published_at is null) = (ends_on is null)),
  check (published_at is null or (category is not null and unit_code is not null)),
  check (published_at is not null or (batch_id is null and corrected_at is null and withdrawn_at is null and ended_at is null)),
  check (published_at is null or dropped_at is null)
) strict;
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
  id blob primary key,
  announcement_id blob not null references announcements (id),
  no integer not null check (no > 0),
  category text not null,
  name text not null,
  unit_code text not null,
  content_ct text not null,
  hash text not null,
  drafted_by blob not null references accounts (id),
  drafted_at integer not null,
  checked_by blob references accounts (id),
  checked_at integer,
  approved_at integer,
  published_at integer,
  document_id blob references documents (id),
  check ((checked_by is null) = (checked_at is null)),
  check (checked_by is null or checked_by <> drafted_by),
  check (approved_at is null or checked_at is not null),
  check (published_at is null or approved_at is not null)
) strict;
create unique index announcement_texts_no on announcement_texts (announcement_id, no);

-- Where else it was told: a newspaper, television.
create table announcement_media (
  id blob primary key,
  announcement_id blob not null references announcements (id),
  medium text not null,
  name text not null,
  on_day text not null,
  proof_id blob not null references evidence (id),
  recorded_by blob references accounts (id),
  recorded_at integer not null
) strict;
create index announcement_media_of on announcement_media (announcement_id);

-- A batch that is late rings like everything else that waits outside a procedure.
create table bells_new (
  -- of the row that waits; a message waits under its filing, a bureau's reviews under an id of their own
  id blob primary key,
  kind text not null check (kind in ('callback', 'withdrawal', 'amendment', 'message', 'legacy_review', 'joiner', 'child_clue', 'draw_call', 'announcement_batch')),
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
