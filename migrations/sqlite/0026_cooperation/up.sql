-- What others were asked to do about a case, and whom its respondents were called to talk to.

-- A bureau asked to help 协办, a finding referred 移送, or a worker handed on 转介 (no bureau: a body outside).
create table cooperations (
  id blob primary key,
  case_id blob not null references cases (id),
  procedure_id blob not null references procedures (id) deferrable initially deferred,
  kind text not null check (kind in ('cooperation', 'referral', 'handoff')),
  bureau text,
  subject text,
  claimant_id blob references claimants (id),
  consent_id blob references evidence (id),
  due_on text,
  went text,
  went_on text,
  outcome text,
  outcome_at integer,
  opened_at integer not null,
  check ((kind = 'handoff') = (bureau is null)),
  check ((kind = 'handoff') = (claimant_id is not null)),
  check ((claimant_id is null) = (consent_id is null)),
  check ((outcome is null) = (outcome_at is null)),
  check ((went is null) = (went_on is null))
) strict;
create unique index cooperations_procedure on cooperations (procedure_id);
create index cooperations_case on cooperations (case_id);

-- A respondent called to talk 约谈; `absences` counts how often it did not come although contact was confirmed.
create table talks (
  id blob primary key,
  case_id blob not null references cases (id),
  procedure_id blob not null references procedures (id) deferrable initially deferred,
  respondent_id blob not null references respondents (id),
  on_at integer not null,
  place_ct text not null,
  contacted_at integer,
  proof_id blob references evidence (id),
  outcome text,
  absences integer not null check (absences >= 0),
  opened_at integer not null,
  check ((contacted_at is null) = (proof_id is null))
) strict;
create unique index talks_procedure on talks (procedure_id);
create index talks_case on talks (case_id);

-- What was promised in a talk, by when.
create table commitments (
  id blob primary key,
  case_id blob not null references cases (id),
  talk_id blob not null references talks (id),
  procedure_id blob not null references procedures (id) deferrable initially deferred,
  what_ct text not null,
  due_on text not null,
  missed_at integer,
  kept_at integer
) strict;
create unique index commitments_procedure on commitments (procedure_id);
create index commitments_case on commitments (case_id);
