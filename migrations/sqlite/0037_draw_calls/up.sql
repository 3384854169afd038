-- A call of a draw that nobody makes rings like everything else that waits outside a procedure.
create table bells_new (
  -- of the row that waits; a message waits under its filing, a bureau's reviews under an id of their own
  id blob primary key,
  kind text not null check (kind in ('callback', 'withdrawal', 'amendment', 'message', 'legacy_review', 'joiner', 'child_clue', 'draw_call')),
  bureau text not null,
  label text not null,
  due_at integer not null,
  rung integer not null check (rung >= 0),
  next_at integer not null
) strict;
insert into bells_new (id, kind, bureau, label, due_at, rung, next_at) select id, kind, bureau, label, due_at, rung, next_at from bells;
drop table bells;
alter table bells_new rename to bells;
create index bells_next on bells (next_at, id);
create unique index bells_review on bells (bureau) where kind = 'legacy_review';
insert into bells (id, kind, bureau, label, due_at, rung, next_at)
select k.id, 'draw_call', k.bureau, d.number, k.due_at, 0, k.due_at from draw_picks k join draws d on d.id = k.draw_id where k.state = 'calling';

-- Who a filing named before the desk took an amendment over: a draw calls whom the filing gave.
alter table amendments add column claimant_before blob references claimants (id);

-- What left the worklist in a period is read by these.
create index cases_concluded on cases (concluded_at) where concluded_at is not null;
create index procedures_ended on procedures (ended_at) where kind = 'filing' and ended_at is not null;
