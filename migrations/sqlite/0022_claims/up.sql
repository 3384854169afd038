-- How a claim is reckoned, and what officers judged of it.

-- Days × daily wage or months × monthly wage 计算依据; days and months in tenths. `minor`: under 16 when the work began.
create table claim_bases (
  claim_id blob primary key references claims (id),
  days_tenths integer check (days_tenths > 0),
  daily_wage integer check (daily_wage > 0),
  months_tenths integer check (months_tenths > 0),
  monthly_wage integer check (monthly_wage > 0),
  minor integer not null,
  check ((days_tenths is null) = (daily_wage is null)),
  check ((months_tenths is null) = (monthly_wage is null)),
  check (days_tenths is null or months_tenths is null)
) strict;

-- Nature and 农民工 flag of a claim, each decision kept; `set_apart` is what leaves this procedure for `place`.
create table claim_judgements (
  id blob primary key,
  claim_id blob not null references claims (id),
  case_id blob not null references cases (id),
  nature text not null,
  migrant text not null check (migrant in ('yes', 'no', 'unknown')),
  set_apart integer not null check (set_apart >= 0),
  place text,
  reason_ct text not null,
  evidence_id blob references evidence (id),
  document_id blob references documents (id),
  by_account blob not null references accounts (id),
  at integer not null,
  check ((set_apart > 0) = (place is not null))
) strict;
create index claim_judgements_claim on claim_judgements (claim_id, at);
create index claim_judgements_case on claim_judgements (case_id, at);
