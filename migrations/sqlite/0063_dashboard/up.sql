-- The dashboard's summaries 统计汇总: machine bookkeeping, derived from the journal by log_no and from the rows it tells of. They hold no truth of their own.
-- The figures are those of domain::summary, and docs/dashboard.md says what each means.

-- What one case, filing or procedure adds to the figures: what it added before is taken away when it is counted again.
create table summary_units (
  id blob primary key,
  kind text not null check (kind in ('case', 'filing', 'procedure')),
  cells text not null
) strict, without rowid;

-- By day and by month (its first day), where it happened, and which bureau leads.
create table summary_days (
  grain text not null check (grain in ('day', 'month')),
  day text not null,
  area text not null,
  bureau text not null,
  filings integer not null,
  cases integer not null,
  refused integer not null,
  settled integer not null,
  open_cases integer not null,
  tracking integer not null,
  concluded integer not null,
  claimed integer not null,
  verified integer not null,
  paid_30 integer not null,
  paid_60 integer not null,
  paid_90 integer not null,
  paid integer not null,
  in_time integer not null,
  missed integer not null,
  agreements integer not null,
  kept integer not null,
  broken integer not null,
  instalments integer not null,
  instalments_kept integer not null,
  primary key (grain, day, area, bureau)
) strict, without rowid;

-- The same by the channel the matter came by, for what is shown by channel.
create table summary_channels (
  grain text not null check (grain in ('day', 'month')),
  day text not null,
  area text not null,
  bureau text not null,
  channel text not null,
  filings integer not null,
  cases integer not null,
  refused integer not null,
  settled integer not null,
  concluded integer not null,
  primary key (grain, day, area, bureau, channel)
) strict, without rowid;

-- How officers deal with clocks, by month (its first day); officer is the account, empty where nobody is named.
create table summary_officers (
  month text not null,
  bureau text not null,
  officer text not null,
  closed integer not null,
  last_day integer not null,
  late integer not null,
  pauses integer not null,
  statutory_pauses integer not null,
  moves integer not null,
  late_entered integer not null,
  returned integer not null,
  refusals integer not null,
  concluded integer not null,
  reopened integer not null,
  primary key (month, bureau, officer)
) strict, without rowid;

-- How far the journal was read; what was there before, or is to be counted anew, by kind and id; which page is checked next; who is at it.
create table summary_state (
  one integer not null primary key check (one = 1),
  log_no integer not null check (log_no >= 0),
  -- raised by every change of the summaries: whoever counted before it does not save
  rev integer not null check (rev >= 0),
  -- how often cells were put right against the sum of the units
  mended integer not null check (mended >= 0),
  fill_kind text check (fill_kind in ('case', 'filing', 'procedure')),
  fill_after blob,
  check_kind text not null check (check_kind in ('case', 'filing', 'procedure')),
  check_after blob,
  read_at integer,
  held_by text,
  held_until integer,
  check ((held_by is null) = (held_until is null))
) strict;
insert into summary_state (one, log_no, rev, mended, fill_kind, check_kind)
  select 1, coalesce((select max(log_no) from events), 0), 0, 0, case when exists (select 1 from procedures) then 'case' end, 'case';
