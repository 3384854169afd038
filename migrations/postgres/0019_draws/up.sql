-- A draw 抽取: one random selection for callbacks that anybody can repeat.
create table draws (
  id uuid primary key,
  number text not null,
  area text not null,
  period_from timestamptz not null,
  period_until timestamptz not null,
  plan jsonb not null,
  -- which public value will be mixed in, named before the frame freezes
  public_plan text not null,
  -- the secret is published when the draw is closed, the salt of the codes never
  secret_ct text not null,
  salt_ct text not null,
  commitment text not null,
  state text not null check (state in ('announced', 'frozen', 'drawn', 'closed')),
  announced_by uuid references accounts (id),
  announced_at timestamptz not null,
  frozen_at timestamptz,
  frame_rows bigint not null check (frame_rows >= 0),
  left_out bigint not null check (left_out >= 0),
  root text,
  value text,
  value_source text,
  value_at timestamptz,
  drawn_at timestamptz,
  closed_at timestamptz,
  check (period_until > period_from),
  check ((state = 'announced') = (root is null)),
  check ((state in ('drawn', 'closed')) = (value is not null))
);
create unique index draws_number on draws (number);
create index draws_announced on draws (announced_at, id);

-- The frozen frame in the order of its codes: 30 bytes a row (code, filing, stratum), some thousand rows a piece.
create table draw_frames (
  draw_id uuid not null references draws (id),
  no integer not null check (no >= 0),
  body bytea not null,
  primary key (draw_id, no)
);

create table draw_strata (
  draw_id uuid not null references draws (id),
  no integer not null check (no >= 0),
  bureau text not null,
  area text not null,
  conclusion text not null,
  -- the officer as published, and who it is
  officer text not null,
  officer_id uuid references accounts (id),
  unproved boolean not null,
  size bigint not null check (size > 0),
  sample bigint not null check (sample >= 0 and sample <= size),
  primary key (draw_id, no)
);

-- Rows drawn and in reserve, in the order of each stratum.
create table draw_picks (
  id uuid primary key,
  draw_id uuid not null references draws (id),
  stratum integer not null check (stratum >= 0),
  place integer not null check (place > 0),
  code text not null,
  rank text not null,
  filing_id uuid not null references filings (id),
  state text not null check (state in ('reserve', 'calling', 'done')),
  -- who calls, and whom the file is hidden from until the worker was asked
  bureau text,
  kept_from text not null,
  -- what the file says of the money
  says text not null check (says in ('paid', 'settled', 'open')),
  due_at timestamptz,
  replaces integer,
  outcome text,
  received bigint check (received >= 0),
  contradicts boolean not null,
  ended_at timestamptz,
  check ((state = 'done') = (outcome is not null)),
  check ((state = 'reserve') = (bureau is null))
);
create unique index draw_picks_place on draw_picks (draw_id, stratum, place);
create index draw_picks_calling on draw_picks (bureau, id) where state = 'calling';
create index draw_picks_filing on draw_picks (filing_id);

-- Every try to reach somebody.
create table draw_tries (
  pick_id uuid not null references draw_picks (id),
  no integer not null check (no > 0),
  at timestamptz not null,
  by_account uuid references accounts (id),
  result text not null,
  primary key (pick_id, no)
);
