drop index procedures_ended;
drop index cases_concluded;
alter table amendments drop column claimant_before;
delete from bells where kind = 'draw_call';
alter table bells drop constraint bells_kind_check;
alter table bells add constraint bells_kind_check check (kind in ('callback', 'withdrawal', 'amendment', 'message', 'legacy_review', 'joiner', 'child_clue'));
