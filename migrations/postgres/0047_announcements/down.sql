delete from bells where kind = 'announcement_batch';
alter table bells drop constraint bells_kind_check;
alter table bells add constraint bells_kind_check
  check (kind in ('callback', 'withdrawal', 'amendment', 'message', 'legacy_review', 'joiner', 'child_clue', 'draw_call'));
drop table announcement_media;
drop table announcement_texts;
drop table announcements;
drop table announcement_batches;
