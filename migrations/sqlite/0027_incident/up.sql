-- Incidents 突发、群体性、极端事件, and whom they were told to. What the reports say stands sealed in remarks and papers.
create table incidents (
  id blob primary key,
  case_id blob not null references cases (id),
  procedure_id blob not null references procedures (id) deferrable initially deferred,
  category text not null,
  persons integer not null check (persons > 0),
  known_at integer not null,
  phoned_at integer,
  finding text,
  bad_effect integer check (bad_effect in (0, 1)),
  judged_at integer,
  judged_by blob references accounts (id),
  check ((finding is null) = (bad_effect is null)),
  check ((finding is null) = (judged_at is null))
) strict;
create unique index incidents_procedure on incidents (procedure_id);
create index incidents_case on incidents (case_id);

-- 公安、信访、网信: told when, by whom.
create table incident_tellings (
  id blob primary key,
  incident_id blob not null references incidents (id),
  authority text not null,
  told_at integer not null,
  contact_ct text,
  by_account blob references accounts (id),
  at integer not null
) strict;
create index incident_tellings_incident on incident_tellings (incident_id, told_at);
