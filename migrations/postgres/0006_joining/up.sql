-- Finding filings by pieces of text. A gram is a number: of two characters of what stands plain in the filing (respondent,
-- project, place), or, keyed by the blind key, of two characters of the sealed narrative. Written with the filing.
create table grams (
  gram bigint not null,
  doc uuid not null,
  primary key (gram, doc)
);

-- A sender's number, whatever the channel.
create index filings_source_no on filings (source_no) where source_no is not null;
-- What an officer has to decide: suggestions to a case that nobody has decided.
create index suggestions_open on suggestions (filing_id, case_id) where decided_at is null;
create index suggestions_case on suggestions (case_id, filing_id) where decided_at is null;

-- Where a filing went when officers joined or split: the newest row of a case that ended as merged says where its matter
-- went on, the newest of a filing where it came from. `carried` names the clocks the taking case took over.
create table joins (
  id uuid primary key,
  filing_id uuid not null references filings (id),
  from_case uuid not null references cases (id),
  to_case uuid not null references cases (id),
  kind text not null check (kind in ('join', 'split')),
  merged boolean not null,
  carried jsonb not null,
  by_account uuid references accounts (id),
  at timestamptz not null,
  check (from_case <> to_case)
);
create index joins_filing on joins (filing_id, id);
create index joins_from on joins (from_case, id);
