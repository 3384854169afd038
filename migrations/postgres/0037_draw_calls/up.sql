-- A call of a draw that nobody makes rings like everything else that waits outside a procedure.
alter table bells drop constraint bells_kind_check;
alter table bells add constraint bells_kind_check
  check (kind in ('callback', 'withdrawal', 'amendment', 'message', 'legacy_review', 'joiner', 'child_clue', 'draw_call'));
insert into bells (id, kind, bureau, label, due_at, rung, next_at)
select k.id, 'draw_call', k.bureau, d.number, k.due_at, 0, k.due_at from draw_picks k join draws d on d.id = k.draw_id where k.state = 'calling';

-- Who a filing named before the desk took an amendment over: a draw calls whom the filing gave.
alter table amendments add column claimant_before uuid references claimants (id);

-- What left the worklist in a period is read by these.
create index cases_concluded on cases (concluded_at) where concluded_at is not null;
create index procedures_ended on procedures (ended_at) where kind = 'filing' and ended_at is not null;
