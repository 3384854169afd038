-- The conduct register 守法诚信档案 and the yearly grades that stand on it (人社部规〔2016〕1号).

-- One file for each employer: by its code, else by its name.
create table conduct_files (
  id uuid primary key,
  number text not null,
  key text not null,
  uscc text,
  name text not null,
  name_key text not null,
  opened_at timestamptz not null
);
create unique index conduct_files_key on conduct_files (key);
create unique index conduct_files_number on conduct_files (number);
create index conduct_files_name on conduct_files (name_key, id);

-- Entries. A correction is a new row that supersedes; of an older row nothing changes but `current`, which says that another supersedes it.
create table conduct_records (
  id uuid primary key,
  file_id uuid not null references conduct_files (id),
  year integer not null,
  bureau text not null,
  area text not null,
  kind text not null,
  aspect text,
  on_day date not null,
  source text not null,
  act_id uuid not null,
  case_id uuid references cases (id),
  procedure_id uuid references procedures (id) deferrable initially deferred,
  proof_no text,
  counts boolean not null,
  supersedes uuid references conduct_records (id),
  reason_code text,
  note_ct text,
  current boolean not null,
  recorded_by uuid references accounts (id),
  recorded_at timestamptz not null,
  check (counts or supersedes is not null),
  check ((supersedes is null) = (reason_code is null)),
  check (procedure_id is not null or proof_no is not null)
);
create unique index conduct_records_supersedes on conduct_records (supersedes) where supersedes is not null;
create index conduct_records_year on conduct_records (year, file_id, id) where current;
create index conduct_records_file on conduct_records (file_id, id);
create index conduct_records_procedure on conduct_records (procedure_id) where procedure_id is not null and current;

-- A run over a year: resumed at `cursor`, its results chained in the order of the employers.
create table grading_runs (
  id uuid primary key,
  year integer not null,
  state text not null check (state in ('running', 'finished')),
  cursor uuid,
  files bigint not null,
  a bigint not null,
  b bigint not null,
  c bigint not null,
  fresh bigint not null,
  chain text not null,
  same boolean,
  started_by uuid references accounts (id),
  started_at timestamptz not null,
  finished_at timestamptz,
  check ((state = 'finished') = (finished_at is not null)),
  check ((state = 'finished') = (same is not null))
);
create unique index grading_runs_running on grading_runs (year) where state = 'running';
create index grading_runs_year on grading_runs (year, started_at);

-- Results. A changed record makes a new revision, the old one stays. No employer is told of a grade nobody confirmed.
create table gradings (
  id uuid primary key,
  file_id uuid not null references conduct_files (id),
  year integer not null,
  revision integer not null check (revision > 0),
  current boolean not null,
  bureau text not null,
  area text not null,
  grade text not null check (grade in ('A', 'B', 'C')),
  findings integer not null check (findings >= 0),
  entries integer not null check (entries >= 0),
  reasons jsonb not null,
  digest text not null,
  run_id uuid references grading_runs (id),
  cause text check (cause in ('c', 'changed', 'contested')),
  procedure_id uuid references procedures (id) deferrable initially deferred,
  state text not null check (state in ('proposed', 'reviewed', 'told')),
  reviewed_by uuid references accounts (id),
  reviewed_at timestamptz,
  list_hash text,
  told_on date,
  told_way text,
  told_proof text,
  contested_at timestamptz,
  talk_on date,
  created_at timestamptz not null,
  check ((state = 'proposed') = (reviewed_by is null)),
  check ((reviewed_by is null) = (reviewed_at is null)),
  check ((state = 'told') = (told_on is not null)),
  check ((told_on is null) = (told_way is null)),
  check (grade <> 'C' or state = 'proposed' or cause is not null),
  check (talk_on is null or state = 'told')
);
create unique index gradings_revision on gradings (file_id, year, revision);
create unique index gradings_current on gradings (year, file_id) where current;
create index gradings_bureau on gradings (year, bureau, grade, file_id) where current;
create index gradings_grade on gradings (year, grade, file_id) where current;
create index gradings_procedure on gradings (procedure_id) where procedure_id is not null;

-- Papers of a grading's procedure, which has no case.
create table grading_papers (
  document_id uuid primary key references documents (id),
  procedure_id uuid not null references procedures (id) deferrable initially deferred
);
create index grading_papers_procedure on grading_papers (procedure_id);
