drop table summary_state;
drop table summary_officers;
drop table summary_channels;
drop table summary_days;
drop table summary_units;
