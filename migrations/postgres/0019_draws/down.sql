drop table draw_tries;
drop table draw_picks;
drop table draw_strata;
drop table draw_frames;
drop table draws;
