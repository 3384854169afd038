-- A payment that reaches five hundred claims checked the sums of its case five hundred times, each time over five hundred claims. Now the
-- first row of a case (of a payment) that is looked at when the transaction commits checks for all; what is written afterwards
-- is checked again, because every statement forgets what was found.
create function sums_unknown() returns trigger language plpgsql as $$
begin
  perform set_config('qingxin.case_summed', '', true), set_config('qingxin.payment_summed', '', true);
  return null;
end $$;
create trigger claims_unknown before insert or update or delete on claims for each statement execute function sums_unknown();
create trigger allocations_unknown before insert or update or delete on allocations for each statement execute function sums_unknown();

create or replace function check_case_sums() returns trigger language plpgsql as $$
declare
  the_case uuid := coalesce(new.case_id, old.case_id);
  ok boolean;
begin
  if current_setting('qingxin.case_summed', true) = the_case::text then
    return null;
  end if;
  select coalesce(sum(c.claimed), 0) = k.claimed and coalesce(sum(c.verified), 0) = k.verified and coalesce(sum(c.paid), 0) = k.paid
     and coalesce(sum(c.waived), 0) = k.waived and coalesce(sum(c.outstanding), 0) = k.outstanding
    into ok
    from cases k left join claims c on c.case_id = k.id
   where k.id = the_case
   group by k.id;
  if ok is false then
    raise exception 'the sums of case % do not follow its claims', the_case using errcode = 'check_violation', constraint = 'case_sums';
  end if;
  perform set_config('qingxin.case_summed', the_case::text, true);
  return null;
end $$;

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
  if current_setting('qingxin.payment_summed', true) = the_payment::text then
    return null;
  end if;
  select coalesce(sum(amount), 0) into allotted from allocations where payment_id = the_payment;
  select amount - credit into counted from payments where id = the_payment;
  if allotted > counted then
    raise exception 'payment % allots more than it is', the_payment using errcode = 'check_violation', constraint = 'payment_allotted';
  end if;
  perform set_config('qingxin.payment_summed', the_payment::text, true);
  return null;
end $$;

-- What waits for a worker's word is few of what was ever allotted.
create index allocations_waiting on allocations (payment_id) where not counts and (answer is null or held);
