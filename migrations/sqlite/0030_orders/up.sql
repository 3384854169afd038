-- Orders: what stood unpaid when they expired, when their newest paper was made, the crime test, compensation as a debt of its own.
alter table orders add column paper_at integer;
alter table orders add column unpaid_at_expiry integer check (unpaid_at_expiry >= 0);
alter table orders add column compensation_state text not null default 'open' check (compensation_state in ('open', 'fixed', 'none'));
alter table orders add column crime_result text not null default 'none';
alter table orders add column remedy_on text;
-- The workers' consent to a paper that lets the employer tell who they are.
alter table orders add column consent_id blob references evidence (id);
-- What the ordered party itself had paid, and what was given up, when the order was made.
alter table order_claims add column discharged_before integer not null default 0 check (discharged_before >= 0);

-- Additional compensation that was paid: never mixed with wages.
create table compensation_payments (
  id blob primary key,
  order_id blob not null references orders (id),
  amount integer not null check (amount > 0),
  paid_on text not null,
  proof_id blob not null references evidence (id),
  recorded_by blob references accounts (id),
  recorded_at integer not null
) strict;
create index compensation_payments_order on compensation_payments (order_id, recorded_at);
