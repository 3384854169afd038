alter table allocations drop column held;
alter table allocations drop column counted_at;
alter table allocations drop column beyond;
-- a reference used again after a mistake was reversed stays with the payment that stands
update payments set bank_ref = null where reversed_at is not null
  and exists (select 1 from payments o where o.bank_ref = payments.bank_ref and o.id <> payments.id);
drop index payments_reference;
create unique index payments_reference on payments (bank_ref) where bank_ref is not null;
