delete from bells where kind in ('payment_proof', 'submission');
create table bells_old (
  -- of the row that waits; a message waits under its filing, a bureau's reviews under an id of their own
  id blob primary key,
  kind text not null check (kind in ('callback', 'withdrawal', 'amendment', 'message', 'legacy_review', 'joiner', 'child_clue', 'draw_call', 'announcement_batch')),
  bureau text not null,
  label text not null,
  due_at integer not null,
  rung integer not null check (rung >= 0),
  next_at integer not null
) strict;
insert into bells_old (id, kind, bureau, label, due_at, rung, next_at) select id, kind, bureau, label, due_at, rung, next_at from bells;
drop table bells;
alter table bells_old rename to bells;
create index bells_next on bells (next_at, id);
create unique index bells_review on bells (bureau) where kind = 'legacy_review';
drop table submission_files;
drop table submissions;
drop table door_sessions;
drop table served_codes;
drop index documents_as_written;
drop table served_papers;
