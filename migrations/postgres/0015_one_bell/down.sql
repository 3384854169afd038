create table legacy_bells (
  id uuid primary key,
  import_id uuid not null references imports (id),
  bureau text not null,
  reviews integer not null check (reviews > 0),
  due_at timestamptz not null,
  told_at timestamptz,
  late_told_at timestamptz,
  created_at timestamptz not null
);
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
drop index bells_review;
alter table bells drop constraint bells_kind_check;
alter table bells add constraint bells_kind_check check (kind in ('callback', 'withdrawal', 'amendment', 'message'));
