-- Systems' doors: what another system may follow of its own filings.

-- The system that sent the filing an event is about, for the moves it may hear of; a projection beside the canonical bytes.
alter table events add column partner_id uuid;
create index events_partner on events (partner_id, log_no) where partner_id is not null;
create trigger events_partner_no_update before update of partner_id on events
    for each row execute function never_rewritten();

-- Answers to a filing's sender and what he says of them 答复轮次: one row an answer, an interim one, or a request that he take
-- the filing back. A row without an answer is a new round that waits for one.
create table answer_rounds (
  id uuid primary key,
  filing_id uuid not null references filings (id),
  round integer not null check (round > 0),
  kind text not null check (kind in ('final', 'interim', 'return')),
  code text,
  asked_at timestamptz not null,
  answered_at timestamptz,
  verdict text check (verdict in ('accept', 'redo', 'unsatisfied', 'refuse', 'lapsed')),
  verdict_at timestamptz,
  verdict_by text,
  check ((code is null) = (answered_at is null)),
  check ((verdict is null) = (verdict_at is null) and (verdict is null) = (verdict_by is null)),
  check (verdict is null or answered_at is not null)
);
create unique index answer_rounds_round on answer_rounds (filing_id, round);

-- Where a system wants to be told by us, and what was sent there. `after` is the number of the last event queued.
create table subscriptions (
  id uuid primary key,
  partner_id uuid not null references partners (id),
  url text not null,
  secret_ct text not null,
  state text not null check (state in ('active', 'ended')),
  after bigint not null,
  created_at timestamptz not null,
  version bigint not null
);
create index subscriptions_partner on subscriptions (partner_id);

create table deliveries (
  id uuid primary key,
  subscription_id uuid not null references subscriptions (id),
  log_no bigint not null,
  body jsonb not null,
  state text not null check (state in ('pending', 'sent', 'dead')),
  attempts integer not null,
  next_at timestamptz not null,
  lease_until timestamptz,
  last_status integer,
  last_error text,
  created_at timestamptz not null,
  done_at timestamptz,
  check ((state = 'pending') = (done_at is null))
);
create unique index deliveries_once on deliveries (subscription_id, log_no);
create index deliveries_due on deliveries (next_at, log_no) where done_at is null;

create table delivery_attempts (
  delivery_id uuid not null references deliveries (id),
  n integer not null,
  at timestamptz not null,
  status integer,
  error text,
  primary key (delivery_id, n)
);
