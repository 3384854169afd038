drop table job_runs;
drop index deliveries_dead;
drop index events_actor;
drop index events_kind;
drop trigger duties_separate;
