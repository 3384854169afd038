delete from bells where kind in ('payment_proof', 'submission');
alter table bells drop constraint bells_kind_check;
alter table bells add constraint bells_kind_check
  check (kind in ('callback', 'withdrawal', 'amendment', 'message', 'legacy_review', 'joiner', 'child_clue', 'draw_call', 'announcement_batch'));
drop table submission_files;
drop table submissions;
drop table door_sessions;
drop table served_codes;
drop index documents_as_written;
drop table served_papers;
