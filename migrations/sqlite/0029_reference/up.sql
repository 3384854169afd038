-- A bank reference is free again when the payment that named it was recorded by mistake.
drop index payments_reference;
create unique index payments_reference on payments (bank_ref) where bank_ref is not null and reversed_at is null;

-- What of an allotted sum a worker confirmed beyond what is owed: he has it, but it pays no debt and waits to be resolved.
alter table allocations add column beyond integer not null default 0 check (beyond >= 0 and beyond <= amount);
-- Since when it counts, where that is not the day the payment was recorded.
alter table allocations add column counted_at integer;
-- A word that waits for a call: one device spoke for a crew (practice P3.6).
alter table allocations add column held integer not null default 0 check (held in (0, 1) and not (held and counts));
