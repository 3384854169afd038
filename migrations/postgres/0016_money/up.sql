-- How a payment reached whom (条例 Art 11, 31), what was paid beyond what is owed, and a payment recorded by mistake.
alter table payments add column way text not null default 'own_account';
alter table payments add column payer_id uuid references respondents (id);
alter table payments add column credit bigint not null default 0 check (credit >= 0 and credit <= amount);
alter table payments add column excess_code text;
alter table payments add column credit_code text;
alter table payments add column reversed_at timestamptz;
alter table payments add constraint payments_credit check ((credit > 0) = (excess_code is not null));

-- Only what `counts` is money a worker has: an allocation that is no proof of it waits for the worker's own word.
alter table allocations add column counts boolean not null default true;
alter table allocations add column answer text check (answer in ('confirmed', 'denied'));
alter table allocations add column answered_at timestamptz;
alter table allocations add column device text;
alter table allocations add constraint allocations_answered check ((answer is null) = (answered_at is null));
alter table allocations add constraint allocations_denied check (not (counts and answer = 'denied'));

create or replace function check_claim_paid() returns trigger language plpgsql as $$
declare
  the_claim uuid := coalesce(new.claim_id, old.claim_id);
  the_payment uuid := coalesce(new.payment_id, old.payment_id);
  allotted bigint;
  counted bigint;
begin
  select coalesce(sum(amount), 0) into allotted from allocations where claim_id = the_claim and counts;
  select paid into counted from claims where id = the_claim;
  if counted is distinct from allotted then
    raise exception 'claim % counts % as paid, payments allot %', the_claim, counted, allotted using errcode = 'check_violation', constraint = 'claim_paid';
  end if;
  select coalesce(sum(amount), 0) into allotted from allocations where payment_id = the_payment;
  select amount - credit into counted from payments where id = the_payment;
  if allotted > counted then
    raise exception 'payment % allots more than it is', the_payment using errcode = 'check_violation', constraint = 'payment_allotted';
  end if;
  return null;
end $$;

-- A payment agreement 支付协议: each version of it; a renegotiated one keeps its rows.
create table agreements (
  id uuid primary key,
  case_id uuid not null references cases (id),
  procedure_id uuid not null references procedures (id) deferrable initially deferred,
  no integer not null check (no > 0),
  payer_id uuid not null references respondents (id),
  guarantor_ct text,
  total bigint not null check (total > 0),
  accelerates boolean not null,
  enforceability text not null,
  signed_on date not null,
  proof_id uuid not null references evidence (id),
  created_at timestamptz not null
);
create unique index agreements_procedure on agreements (procedure_id, no);
create index agreements_case on agreements (case_id);

create table instalments (
  agreement_id uuid not null references agreements (id),
  no integer not null check (no > 0),
  due_on date not null,
  amount bigint not null check (amount > 0),
  primary key (agreement_id, no)
);

-- What of each claim an agreement covers, and what of the claim was settled when it was signed.
create table shares (
  agreement_id uuid not null references agreements (id),
  claim_id uuid not null references claims (id),
  amount bigint not null check (amount > 0),
  settled_before bigint not null check (settled_before >= 0),
  primary key (agreement_id, claim_id)
);
create index shares_claim on shares (claim_id);

-- An order to pay 限期支付: one of three instruments, its sum, its additional compensation and how it was served.
create table orders (
  id uuid primary key,
  case_id uuid not null references cases (id),
  procedure_id uuid not null references procedures (id) deferrable initially deferred,
  instrument text not null,
  respondent_id uuid references respondents (id),
  amount bigint not null check (amount > 0),
  pay_by date not null,
  percent integer check (percent between 1 and 100),
  compensation bigint not null default 0 check (compensation >= 0),
  document_id uuid references documents (id),
  served_on date,
  served_way text,
  remedy text not null default 'none',
  created_at timestamptz not null,
  check ((served_on is null) = (served_way is null))
);
create unique index orders_procedure on orders (procedure_id);
create index orders_case on orders (case_id);

create table order_claims (
  order_id uuid not null references orders (id),
  claim_id uuid not null references claims (id),
  amount bigint not null check (amount > 0),
  settled_before bigint not null check (settled_before >= 0),
  primary key (order_id, claim_id)
);
create index order_claims_claim on order_claims (claim_id);

-- Every attempt to serve a paper 送达记录.
create table service_attempts (
  id uuid primary key,
  order_id uuid not null references orders (id),
  no integer not null check (no > 0),
  on_day date not null,
  way text not null,
  outcome text not null,
  place_ct text not null,
  witness_ct text,
  proof_id uuid references evidence (id),
  address_confirmed boolean not null,
  by_account uuid references accounts (id),
  at timestamptz not null
);
create unique index service_attempts_order on service_attempts (order_id, no);

-- An order to a bureau to act 督办.
create table supervisions (
  id uuid primary key,
  case_id uuid not null references cases (id),
  procedure_id uuid not null references procedures (id) deferrable initially deferred,
  bureau text not null,
  origin text not null,
  level text not null,
  opened_at timestamptz not null,
  discharged_at timestamptz
);
create unique index supervisions_procedure on supervisions (procedure_id);
create index supervisions_case on supervisions (case_id);
create index supervisions_bureau on supervisions (bureau, opened_at) where discharged_at is null;
