-- Finding filings by pieces of text. A gram is a number: of two characters of what stands plain in the filing (respondent,
-- project, place), or, keyed by the blind key, of two characters of the sealed narrative. Written with the filing.
create table grams (
  gram integer not null,
  doc blob not null,
  primary key (gram, doc)
) strict, without rowid;

-- A sender's number, whatever the channel.
create index filings_source_no on filings (source_no) where source_no is not null;
-- What an officer has to decide: suggestions to a case that nobody has decided.
create index suggestions_open on suggestions (filing_id, case_id) where decided_at is null;
create index suggestions_case on suggestions (case_id, filing_id) where decided_at is null;

-- Where a filing went when officers joined or split: the newest row of a case that ended as merged says where its matter
-- went on, the newest of a filing where it came from. `carried` names the clocks the taking case took over.
create table joins (
  id blob primary key,
  filing_id blob not null references filings (id),
  from_case blob not null references cases (id),
  to_case blob not null references cases (id),
  kind text not null check (kind in ('join', 'split')),
  merged integer not null,
  carried text not null,
  by_account blob references accounts (id),
  at integer not null,
  check (from_case <> to_case)
) strict;
create index joins_filing on joins (filing_id, id);
create index joins_from on joins (from_case, id);
