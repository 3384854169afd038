-- A payment of compensation recorded by mistake stays on record and counts no more.
alter table compensation_payments add column reversed_by uuid references accounts (id);
alter table compensation_payments add column reversed_at timestamptz;
