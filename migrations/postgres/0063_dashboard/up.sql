-- The dashboard's summaries 统计汇总: machine bookkeeping, derived from the journal by log_no and from the rows it tells of. They hold no truth of their own.
-- The figures are those of domain::summary, and docs/dashboard.md says what each means.

-- What one case, filing or procedure adds to the figures: what it added before is taken away when it is counted again.
create table summary_units (
  id uuid primary key,
  kind text not null check (kind in ('case', 'filing', 'procedure')),
  cells jsonb not null
);

-- By day and by month (its first day), where it happened, and which bureau leads.
create table summary_days (
  grain text not null check (grain in ('day', 'month')),
  day date not null,
  area text not null,
  bureau text not null,
  filings bigint not null,
  cases bigint not null,
  refused bigint not null,
  settled bigint not null,
  open_cases bigint not null,
  tracking bigint not null,
  concluded bigint not null,
  claimed bigint not null,
  verified bigint not null,
  paid_30 bigint not null,
  paid_60 bigint not null,
  paid_90 bigint not null,
  paid bigint not null,
  in_time bigint not null,
  missed bigint not null,
  agreements bigint not null,
  kept bigint not null,
  broken bigint not null,
  instalments bigint not null,
  instalments_kept bigint not null,
  primary key (grain, day, area, bureau)
);

-- The same by the channel the matter came by, for what is shown by channel.
create table summary_channels (
  grain text not null check (grain in ('day', 'month')),
  day date not null,
  area text not null,
  bureau text not null,
  channel text not null,
  filings bigint not null,
  cases bigint not null,
  refused bigint not null,
  settled bigint not null,
  concluded bigint not null,
  primary key (grain, day, area, bureau, channel)
);

-- How officers deal with clocks, by month (its first day); officer is the account, empty where nobody is named.
create table summary_officers (
  month date not null,
  bureau text not null,
  officer text not null,
  closed bigint not null,
  last_day bigint not null,
  late bigint not null,
  pauses bigint not null,
  statutory_pauses bigint not null,
  moves bigint not null,
  late_entered bigint not null,
  returned bigint not null,
  refusals bigint not null,
  concluded bigint not null,
  reopened bigint not null,
  primary key (month, bureau, officer)
);

-- How far the journal was read; what was there before, or is to be counted anew, by kind and id; which page is checked next; who is at it.
create table summary_state (
  one integer not null primary key check (one = 1),
  log_no bigint not null check (log_no >= 0),
  -- raised by every change of the summaries: whoever counted before it does not save
  rev bigint not null check (rev >= 0),
  -- how often cells were put right against the sum of the units
  mended bigint not null check (mended >= 0),
  fill_kind text check (fill_kind in ('case', 'filing', 'procedure')),
  fill_after uuid,
  check_kind text not null check (check_kind in ('case', 'filing', 'procedure')),
  check_after uuid,
  read_at timestamptz,
  held_by text,
  held_until timestamptz,
  check ((held_by is null) = (held_until is null))
);
insert into summary_state (one, log_no, rev, mended, fill_kind, check_kind)
  select 1, coalesce((select max(log_no) from events), 0), 0, 0, case when exists (select 1 from procedures) then 'case' end, 'case';
