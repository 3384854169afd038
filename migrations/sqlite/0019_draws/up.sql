-- A draw 抽取: one random selection for callbacks that anybody can repeat.
create table draws (
  id blob primary key,
  number text not null,
  area text not null,
  period_from integer not null,
  period_until integer not null,
  plan text not null,
  -- which public value will be mixed in, named before the frame freezes
  public_plan text not null,
  -- the secret is published when the draw is closed, the salt of the codes never
  secret_ct text not null,
  salt_ct text not null,
  commitment text not null,
  state text not null check (state in ('announced', 'frozen', 'drawn', 'closed')),
  announced_by blob references accounts (id),
  announced_at integer not null,
  frozen_at integer,
  frame_rows integer not null check (frame_rows >= 0),
  left_out integer not null check (left_out >= 0),
  root text,
  value text,
  value_source text,
  value_at integer,
  drawn_at integer,
  closed_at integer,
  check (period_until > period_from),
  check ((state = 'announced') = (root is null)),
  check ((state in ('drawn', 'closed')) = (value is not null))
) strict;
create unique index draws_number on draws (number);
create index draws_announced on draws (announced_at, id);

-- The frozen frame in the order of its codes: 30 bytes a row (code, filing, stratum), some thousand rows a piece.
create table draw_frames (
  draw_id blob not null references draws (id),
  no integer not null check (no >= 0),
  body blob not null,
  primary key (draw_id, no)
) strict;

create table draw_strata (
  draw_id blob not null references draws (id),
  no integer not null check (no >= 0),
  bureau text not null,
  area text not null,
  conclusion text not null,
  -- the officer as published, and who it is
  officer text not null,
  officer_id blob references accounts (id),
  unproved integer not null check (unproved in (0, 1)),
  size integer not null check (size > 0),
  sample integer not null check (sample >= 0 and sample <= size),
  primary key (draw_id, no)
) strict;

-- Rows drawn and in reserve, in the order of each stratum.
create table draw_picks (
  id blob primary key,
  draw_id blob not null references draws (id),
  stratum integer not null check (stratum >= 0),
  place integer not null check (place > 0),
  code text not null,
  rank text not null,
  filing_id blob not null references filings (id),
  state text not null check (state in ('reserve', 'calling', 'done')),
  -- who calls, and whom the file is hidden from until the worker was asked
  bureau text,
  kept_from text not null,
  -- what the file says of the money
  says text not null check (says in ('paid', 'settled', 'open')),
  due_at integer,
  replaces integer,
  outcome text,
  received integer check (received >= 0),
  contradicts integer not null check (contradicts in (0, 1)),
  ended_at integer,
  check ((state = 'done') = (outcome is not null)),
  check ((state = 'reserve') = (bureau is null))
) strict;
create unique index draw_picks_place on draw_picks (draw_id, stratum, place);
create index draw_picks_calling on draw_picks (bureau, id) where state = 'calling';
create index draw_picks_filing on draw_picks (filing_id);

-- Every try to reach somebody.
create table draw_tries (
  pick_id blob not null references draw_picks (id),
  no integer not null check (no > 0),
  at integer not null,
  by_account blob references accounts (id),
  result text not null,
  primary key (pick_id, no)
) strict;
