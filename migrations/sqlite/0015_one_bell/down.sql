create table legacy_bells (
  id blob primary key,
  import_id blob not null references imports (id),
  bureau text not null,
  reviews integer not null check (reviews > 0),
  due_at integer not null,
  told_at integer,
  late_told_at integer,
  created_at integer not null
) strict;
create unique index legacy_bells_import on legacy_bells (import_id, bureau);
create index legacy_bells_untold on legacy_bells (id) where told_at is null;
create index legacy_bells_due on legacy_bells (due_at, id) where late_told_at is null;
-- under the last import that left the bureau something to review
insert into legacy_bells (id, import_id, bureau, reviews, due_at, told_at, late_told_at, created_at)
select b.id, m.import_id, b.bureau, 1, b.due_at, case when b.rung > 0 then b.due_at end, case when b.rung > 1 then b.due_at end, m.created_at
from bells b join legacy_matters m on m.id = (
  select l.id from legacy_matters l where l.bureau = b.bureau and l.review is not null order by l.created_at desc, l.id desc limit 1
) where b.kind = 'legacy_review';
delete from bells where kind = 'legacy_review';
create table bells_old (
  id blob primary key,
  kind text not null check (kind in ('callback', 'withdrawal', 'amendment', 'message')),
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
