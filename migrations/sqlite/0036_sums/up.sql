-- PostgreSQL checks sums across rows once a transaction here; SQLite has no such triggers.
-- What waits for a worker's word is few of what was ever allotted.
create index allocations_waiting on allocations (payment_id) where not counts and (answer is null or held);
