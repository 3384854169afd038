-- The list of reviews of old matters hangs on the one mechanism of bells: one bell a bureau, whatever imports filled the list.
alter table bells drop constraint bells_kind_check;
alter table bells add constraint bells_kind_check check (kind in ('callback', 'withdrawal', 'amendment', 'message', 'legacy_review'));
create unique index bells_review on bells (bureau) where kind = 'legacy_review';
-- of several imports the earliest term counts; whoever was told already is told again only when it passed
insert into bells (id, kind, bureau, label, due_at, rung, next_at)
select b.id, 'legacy_review', b.bureau, b.bureau, b.due_at,
  case when b.told_at is null then 0 else 1 end,
  case when b.told_at is null then b.created_at else b.due_at end
from legacy_bells b
where not exists (
  select 1 from legacy_bells o where o.bureau = b.bureau and (o.due_at < b.due_at or (o.due_at = b.due_at and o.id < b.id))
);
drop table legacy_bells;
