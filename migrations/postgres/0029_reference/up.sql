-- A bank reference is free again when the payment that named it was recorded by mistake.
drop index payments_reference;
create unique index payments_reference on payments (bank_ref) where bank_ref is not null and reversed_at is null;

-- What of an allotted sum a worker confirmed beyond what is owed: he has it, but it pays no debt and waits to be resolved.
alter table allocations add column beyond bigint not null default 0 check (beyond >= 0 and beyond <= amount);
-- Since when it counts, where that is not the day the payment was recorded.
alter table allocations add column counted_at timestamptz;
-- A word that waits for a call: one device spoke for a crew (practice P3.6).
alter table allocations add column held boolean not null default false;
alter table allocations add constraint allocations_held check (not (held and counts));

create or replace function check_claim_paid() returns trigger language plpgsql as $$
declare
  the_claim uuid := coalesce(new.claim_id, old.claim_id);
  the_payment uuid := coalesce(new.payment_id, old.payment_id);
  allotted bigint;
  counted bigint;
begin
  select coalesce(sum(amount - beyond), 0) into allotted from allocations where claim_id = the_claim and counts;
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
