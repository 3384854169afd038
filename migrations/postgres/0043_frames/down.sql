alter table draw_frames alter column body set storage extended;
drop index cases_unconcluded;
