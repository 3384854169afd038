-- How a payment reached whom (条例 Art 11, 31), what was paid beyond what is owed, and a payment recorded by mistake.
alter table payments add column way text not null default 'own_account';
alter table payments add column payer_id blob references respondents (id);
alter table payments add column credit integer not null default 0 check (credit >= 0 and credit <= amount);
alter table payments add column excess_code text;
alter table payments add column credit_code text;
alter table payments add column reversed_at integer;

-- (Two checks across these columns stand in the code here: SQLite adds columns, not constraints.)
-- Only what `counts` is money a worker has: an allocation that is no proof of it waits for the worker's own word.
alter table allocations add column counts integer not null default 1 check (counts in (0, 1));
alter table allocations add column answer text check (answer in ('confirmed', 'denied'));
alter table allocations add column answered_at integer;
alter table allocations add column device text;

-- A payment agreement 支付协议: each version of it; a renegotiated one keeps its rows.
create table agreements (
  id blob primary key,
  case_id blob not null references cases (id),
  procedure_id blob not null references procedures (id) deferrable initially deferred,
  no integer not null check (no > 0),
  payer_id blob not null references respondents (id),
  guarantor_ct text,
  total integer not null check (total > 0),
  accelerates integer not null check (accelerates in (0, 1)),
  enforceability text not null,
  signed_on text not null,
  proof_id blob not null references evidence (id),
  created_at integer not null
) strict;
create unique index agreements_procedure on agreements (procedure_id, no);
create index agreements_case on agreements (case_id);

create table instalments (
  agreement_id blob not null references agreements (id),
  no integer not null check (no > 0),
  due_on text not null,
  amount integer not null check (amount > 0),
  primary key (agreement_id, no)
) strict;

-- What of each claim an agreement covers, and what of the claim was settled when it was signed.
create table shares (
  agreement_id blob not null references agreements (id),
  claim_id blob not null references claims (id),
  amount integer not null check (amount > 0),
  settled_before integer not null check (settled_before >= 0),
  primary key (agreement_id, claim_id)
) strict;
create index shares_claim on shares (claim_id);

-- An order to pay 限期支付: one of three instruments, its sum, its additional compensation and how it was served.
create table orders (
  id blob primary key,
  case_id blob not null references cases (id),
  procedure_id blob not null references procedures (id) deferrable initially deferred,
  instrument text not null,
  respondent_id blob references respondents (id),
  amount integer not null check (amount > 0),
  pay_by text not null,
  percent integer check (percent between 1 and 100),
  compensation integer not null default 0 check (compensation >= 0),
  document_id blob references documents (id),
  served_on text,
  served_way text,
  remedy text not null default 'none',
  created_at integer not null,
  check ((served_on is null) = (served_way is null))
) strict;
create unique index orders_procedure on orders (procedure_id);
create index orders_case on orders (case_id);

create table order_claims (
  order_id blob not null references orders (id),
  claim_id blob not null references claims (id),
  amount integer not null check (amount > 0),
  settled_before integer not null check (settled_before >= 0),
  primary key (order_id, claim_id)
) strict;
create index order_claims_claim on order_claims (claim_id);

-- Every attempt to serve a paper 送达记录.
create table service_attempts (
  id blob primary key,
  order_id blob not null references orders (id),
  no integer not null check (no > 0),
  on_day text not null,
  way text not null,
  outcome text not null,
  place_ct text not null,
  witness_ct text,
  proof_id blob references evidence (id),
  address_confirmed integer not null check (address_confirmed in (0, 1)),
  by_account blob references accounts (id),
  at integer not null
) strict;
create unique index service_attempts_order on service_attempts (order_id, no);

-- An order to a bureau to act 督办.
create table supervisions (
  id blob primary key,
  case_id blob not null references cases (id),
  procedure_id blob not null references procedures (id) deferrable initially deferred,
  bureau text not null,
  origin text not null,
  level text not null,
  opened_at integer not null,
  discharged_at integer
) strict;
create unique index supervisions_procedure on supervisions (procedure_id);
create index supervisions_case on supervisions (case_id);
create index supervisions_bureau on supervisions (bureau, opened_at) where discharged_at is null;
