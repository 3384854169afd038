alter table allocations drop column held;
alter table allocations drop column counted_at;
alter table allocations drop column beyond;
drop index payments_reference;
create unique index payments_reference on payments (bank_ref) where bank_ref is not null;
