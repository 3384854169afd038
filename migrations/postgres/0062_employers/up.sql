-- The employer's file 用人单位档案: a summary row for each employer, kept by a job that reads the journal; the file itself is computed when it is read.

-- One row for each unit: by its code, else by its name in the form names are compared in. It holds no truth of its own.
create table employers (
  id uuid primary key,
  key text not null,
  uscc text,
  name text not null,
  name_key text not null,
  -- its name turned out to be that of one unit with a code
  into_id uuid references employers (id),
  score integer not null check (score between 0 and 100),
  level text not null check (level in ('green', 'yellow', 'red')),
  -- why: rules with their points, without the rows they stand on
  reasons jsonb not null,
  cases integer not null check (cases >= 0),
  open_cases integer not null check (open_cases >= 0 and open_cases <= cases),
  headcount integer not null check (headcount >= 0),
  listed boolean not null,
  grade text check (grade in ('A', 'B', 'C')),
  opened_at timestamptz not null,
  as_of timestamptz not null,
  -- the day on which time alone may have changed it
  next_on date,
  rev integer not null check (rev >= 0),
  check (into_id is null or (uscc is null and score = 0 and cases = 0)),
  check (uscc is null or uscc = key)
);
create unique index employers_key on employers (key);
create index employers_name on employers (name_key, id);
create index employers_score on employers (score, id) where into_id is null;
create index employers_next on employers (next_on, id) where next_on is not null;

-- Whose lists it stands in: bureaus that lead, oversee or received, and areas.
create table employer_places (
  employer_id uuid not null references employers (id),
  kind text not null check (kind in ('bureau', 'area')),
  place text not null,
  score integer not null check (score between 0 and 100),
  primary key (employer_id, kind, place)
);
create index employer_places_score on employer_places (kind, place, score, employer_id);

-- How far the job has read: the journal, and what was there before it first ran.
create table employer_sweep (
  one integer not null primary key check (one = 1),
  log_no bigint not null check (log_no >= 0),
  fill_after uuid
);
insert into employer_sweep (one, log_no, fill_after)
  select 1, coalesce((select max(log_no) from events), 0), case when exists (select 1 from respondents) or exists (select 1 from conduct_files) then '00000000-0000-0000-0000-000000000000'::uuid end;

-- Everything about one unit is found by an index, however large the tables are.
create index respondents_uscc on respondents (uscc, id) where uscc is not null;
create index respondents_name on respondents (name_key, uscc, id);
create index respondents_person on respondents (person_bix, id) where person_bix is not null;
create index orders_respondent on orders (respondent_id) where respondent_id is not null;
create index agreements_payer on agreements (payer_id);
create index announcements_respondent on announcements (respondent_id);
create index listings_respondent on listings (respondent_id);
