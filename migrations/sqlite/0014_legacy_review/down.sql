drop table legacy_bells;
create table legacy_matters_new (
  id blob primary key,
  case_id blob not null references cases (id),
  filing_id blob not null references filings (id),
  procedure_id blob not null references procedures (id),
  import_id blob not null references imports (id),
  row_number integer not null check (row_number > 0),
  bureau text not null,
  number text not null,
  state text not null,
  received_at integer not null,
  docketed_on text,
  concluded_on text,
  -- as stated, without proof: no payment and in no sum
  stated_paid integer not null check (stated_paid >= 0),
  content_hash text not null,
  rest_ct text,
  -- none: nothing had passed
  review text check (review in ('open', 'confirmed', 'corrected')),
  passed_doc text,
  decided_by blob references accounts (id),
  decided_at integer,
  created_at integer not null,
  check ((review is null) = (passed_doc is null)),
  check ((review is not null and review <> 'open') = (decided_at is not null))
) strict;
insert into legacy_matters_new (id, case_id, filing_id, procedure_id, import_id, row_number, bureau, number, state, received_at, docketed_on, concluded_on,
  stated_paid, content_hash, rest_ct, review, passed_doc, decided_by, decided_at, created_at)
select id, case_id, filing_id, procedure_id, import_id, row_number, bureau, number, state, received_at, docketed_on, concluded_on,
  stated_paid, content_hash, rest_ct, case review when 'extended' then 'corrected' else review end, passed_doc, decided_by, decided_at, created_at from legacy_matters;
drop table legacy_matters;
alter table legacy_matters_new rename to legacy_matters;
create unique index legacy_matters_number on legacy_matters (bureau, number);
create unique index legacy_matters_case on legacy_matters (case_id);
create unique index legacy_matters_filing on legacy_matters (filing_id);
create index legacy_matters_open on legacy_matters (received_at, id) where review = 'open';
