-- What waits for an officer outside any procedure has a term of its own and a bell that goes on ringing: a request to be
-- called back, a withdrawal to be decided, an amendment, a worker's message. One row while it waits.
create table bells (
  -- of the row that waits; a message waits under its filing
  id uuid primary key,
  kind text not null check (kind in ('callback', 'withdrawal', 'amendment', 'message')),
  bureau text not null,
  label text not null,
  due_at timestamptz not null,
  rung integer not null check (rung >= 0),
  next_at timestamptz not null
);
create index bells_next on bells (next_at, id);
-- what waits already rings at once
insert into bells (id, kind, bureau, label, due_at, rung, next_at)
select id, 'callback', bureau, phone_mask, created_at, 0, created_at from callbacks where ended_at is null;
insert into bells (id, kind, bureau, label, due_at, rung, next_at)
select w.id, 'withdrawal', f.receiving_bureau, f.number, w.not_before, 0, w.not_before
from withdrawals w join filings f on f.id = w.filing_id where w.state = 'asked';
insert into bells (id, kind, bureau, label, due_at, rung, next_at)
select a.id, 'amendment', f.receiving_bureau, f.number, a.received_at, 0, a.received_at
from amendments a join filings f on f.id = a.filing_id where a.decided_at is null;
