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
alter table allocations drop constraint allocations_held;
alter table allocations drop column held;
alter table allocations drop column counted_at;
alter table allocations drop column beyond;
-- a reference used again after a mistake was reversed stays with the payment that stands
update payments set bank_ref = null where reversed_at is not null
  and exists (select 1 from payments o where o.bank_ref = payments.bank_ref and o.id <> payments.id);
drop index payments_reference;
create unique index payments_reference on payments (bank_ref) where bank_ref is not null;
