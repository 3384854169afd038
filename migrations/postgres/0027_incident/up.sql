-- Incidents 突发、群体性、极端事件, and whom they were told to. What the reports say stands sealed in remarks and papers.
create table incidents (
  id uuid primary key,
  case_id uuid not null references cases (id),
  procedure_id uuid not null references procedures (id) deferrable initially deferred,
  category text not null,
  persons integer not null check (persons > 0),
  known_at timestamptz not null,
  phoned_at timestamptz,
  finding text,
  bad_effect boolean,
  judged_at timestamptz,
  judged_by uuid references accounts (id),
  check ((finding is null) = (bad_effect is null)),
  check ((finding is null) = (judged_at is null))
);
create unique index incidents_procedure on incidents (procedure_id);
create index incidents_case on incidents (case_id);

-- 公安、信访、网信: told when, by whom.
create table incident_tellings (
  id uuid primary key,
  incident_id uuid not null references incidents (id),
  authority text not null,
  told_at timestamptz not null,
  contact_ct text,
  by_account uuid references accounts (id),
  at timestamptz not null
);
create index incident_tellings_incident on incident_tellings (incident_id, told_at);
