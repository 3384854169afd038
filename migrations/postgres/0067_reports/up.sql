-- Campaigns 专项行动 with the day's reports of bureaus, and bulletins 通报.

create table campaigns (
  id uuid primary key,
  name text not null,
  -- a code of campaign_kind
  kind text not null,
  -- whose campaign it is
  bureau text not null,
  area text not null,
  -- the areas of its cases, a list of codes
  areas jsonb not null,
  -- only cases of this origin, and of this industry (by the bureau that leads or oversees); all where null
  origin text check (origin in ('complaint', 'clue')),
  industry text check (industry in ('housing', 'transport', 'water')),
  starts_on date not null,
  target_on date not null,
  created_by uuid references accounts (id),
  created_at timestamptz not null,
  closed_by uuid references accounts (id),
  closed_at timestamptz,
  -- the event that closed it: its sealed remark is the summary
  closing_seq bigint,
  -- the table per county as it was when it was closed
  figures jsonb,
  version bigint not null,
  check (starts_on <= target_on),
  check ((closed_at is null) = (figures is null) and (closed_at is null) = (closing_seq is null))
);
create index campaigns_running on campaigns (target_on, id) where closed_at is null;
create index campaigns_order on campaigns (created_at, id);

-- Who reports.
create table campaign_bureaus (
  campaign_id uuid not null references campaigns (id),
  bureau text not null,
  area text not null,
  primary key (campaign_id, bureau)
);
create index campaign_bureaus_bureau on campaign_bureaus (bureau, campaign_id);

-- The day's report 零报告. A correction is a further row; the newest counts, the first says whether it came in time.
create table campaign_reports (
  id uuid primary key,
  campaign_id uuid not null references campaigns (id),
  bureau text not null,
  day date not null,
  no integer not null check (no > 0),
  filed bigint not null check (filed >= 0),
  concluded bigint not null check (concluded >= 0),
  paid bigint not null check (paid >= 0),
  -- what the system knew then
  known jsonb not null,
  -- why it says otherwise: a code of campaign_correction, and the event whose sealed remark explains it
  reason text,
  seq bigint not null,
  late boolean not null,
  account_id uuid references accounts (id),
  reported_at timestamptz not null
);
create unique index campaign_reports_day on campaign_reports (campaign_id, day, bureau, no);

-- Who was reminded of which day, or told of who is missing: once, whatever the number of nodes.
create table campaign_marks (
  campaign_id uuid not null references campaigns (id),
  day date not null,
  kind text not null check (kind in ('remind', 'missing')),
  primary key (campaign_id, day, kind)
);

create table bulletins (
  id uuid primary key,
  kind text not null check (kind in ('weekly', 'monthly')),
  bureau text not null,
  area text not null,
  from_on date not null,
  to_on date not null,
  state text not null check (state in ('draft', 'approved', 'issued', 'dropped')),
  -- what the journal was read up to: what was recorded later is in no figure
  as_of timestamptz not null,
  figures jsonb not null,
  -- what stands out, in the words of whoever drafted it
  remarks_ct text not null,
  drafted_by uuid not null references accounts (id),
  drafted_at timestamptz not null,
  approved_by uuid references accounts (id),
  approved_at timestamptz,
  issued_by uuid references accounts (id),
  issued_at timestamptz,
  -- the paper it was issued as: numbered and sealed there
  document_id uuid references documents (id),
  version bigint not null,
  check (approved_by is null or approved_by <> drafted_by),
  check ((state = 'issued') = (document_id is not null)),
  check (state in ('draft', 'dropped') or approved_by is not null)
);
create index bulletins_order on bulletins (drafted_at, id);
create unique index bulletins_period on bulletins (bureau, kind, area, from_on, to_on) where state <> 'dropped';

-- Cases of an area that run, and those concluded since a day.
create index cases_area_running on cases (area, created_at) where concluded_at is null;
create index cases_area_concluded on cases (area, concluded_at) where concluded_at is not null;
