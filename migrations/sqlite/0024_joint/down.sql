drop table pay_lists;
drop table child_clues;
alter table claim_bases drop column mandate_proof;
alter table claim_bases drop column presented;
alter table respondents drop column liability_at;
alter table respondents drop column liability_by;
alter table respondents drop column liability_proof;
alter table respondents drop column liability_ct;
alter table respondents drop column liability;
drop table representatives;
drop table claim_words;
drop table joiners;
drop table join_codes;
delete from bells where kind in ('joiner', 'child_clue');
create table bells_new (
  -- of the row that waits; a message waits under its filing, a bureau's reviews under an id of their own
  id blob primary key,
  kind text not null check (kind in ('callback', 'withdrawal', 'amendment', 'message', 'legacy_review')),
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
