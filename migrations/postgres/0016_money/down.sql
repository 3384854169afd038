drop table supervisions;
drop table service_attempts;
drop table order_claims;
drop table orders;
drop table shares;
drop table instalments;
drop table agreements;
alter table allocations drop constraint allocations_denied;
alter table allocations drop constraint allocations_answered;
alter table payments drop constraint payments_credit;
create or replace function check_claim_paid() returns trigger language plpgsql as $$
declare
  the_claim uuid := coalesce(new.claim_id, old.claim_id);
  the_payment uuid := coalesce(new.payment_id, old.payment_id);
  allotted bigint;
  counted bigint;
begin
  select coalesce(sum(amount), 0) into allotted from allocations where claim_id = the_claim;
  select paid into counted from claims where id = the_claim;
  if counted is distinct from allotted then
    raise exception 'claim % counts % as paid, payments allot %', the_claim, counted, allotted using errcode = 'check_violation', constraint = 'claim_paid';
  end if;
  select coalesce(sum(amount), 0) into allotted from allocations where payment_id = the_payment;
  select amount into counted from payments where id = the_payment;
  if allotted > counted then
    raise exception 'payment % allots more than it is', the_payment using errcode = 'check_violation', constraint = 'payment_allotted';
  end if;
  return null;
end $$;
alter table allocations drop column device;
alter table allocations drop column answered_at;
alter table allocations drop column answer;
alter table allocations drop column counts;
alter table payments drop column reversed_at;
alter table payments drop column credit_code;
alter table payments drop column excess_code;
alter table payments drop column credit;
alter table payments drop column payer_id;
alter table payments drop column way;
