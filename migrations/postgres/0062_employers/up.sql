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
  -- who answers for the grade: others are not told it
  grade_bureau text,
  grade_area text,
  opened_at timestamptz not null,
  as_of timestamptz not null,
  -- the day on which it is reckoned again: time may have changed it, and what was missed heals
  next_on date not null,
  -- taken up from what was there before: what it first comes to is told nobody
  quiet boolean not null,
  rev integer not null check (rev >= 0),
  check (into_id is null or (uscc is null and score = 0 and cases = 0)),
  check (uscc is null or uscc = key),
  check ((grade is null) = (grade_bureau is null) and (grade is null) = (grade_area is null))
);
create unique index employers_key on employers (key);
create index employers_name on employers (name_key, id);
create index employers_score on employers (score, id) where into_id is null;
create index employers_next on employers (next_on, id);

-- Whose lists it stands in. `bureau`: what a bureau leads, received, wrote or, in its own area, oversees; `received`: what it received. The place
-- of both is the bureau and an area, the one of the case and each above it, as bureau/area. `area`: whatever is in an area or below it.
create table employer_places (
  employer_id uuid not null references employers (id),
  kind text not null check (kind in ('area', 'bureau', 'received')),
  place text not null,
  score integer not null check (score between 0 and 100),
  primary key (employer_id, kind, place)
);
create index employer_places_score on employer_places (kind, place, score, employer_id);

-- How far the job has read: the journal, and what was there before it first ran; and which node is at it, until when.
create table employer_sweep (
  one integer not null primary key check (one = 1),
  log_no bigint not null check (log_no >= 0),
  fill_after uuid,
  held_by text,
  held_until timestamptz,
  check ((held_by is null) = (held_until is null))
);
insert into employer_sweep (one, log_no, fill_after)
  select 1, coalesce((select max(log_no) from events), 0), case when exists (select 1 from respondents) or exists (select 1 from conduct_files) then '00000000-0000-0000-0000-000000000000'::uuid end;

-- Everything about one unit is found by an index, however large the tables are.
create index respondents_uscc on respondents (uscc, id) where uscc is not null;
create index respondents_name on respondents (name_key, uscc, id);
create index respondents_person on respondents (person_bix, id) where person_bix is not null;
