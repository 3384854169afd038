-- The joint-sanction list 失信联合惩戒名单: one row for each matter examined, one for each party told and listed.

-- What is examined after an order to pay expired unpaid (令45 Art 5), what was proposed and decided.
create table listings (
  id blob primary key,
  case_id blob not null references cases (id),
  procedure_id blob not null references procedures (id) deferrable initially deferred,
  order_id blob not null references orders (id),
  respondent_id blob not null references respondents (id),
  bureau text not null,
  area text not null,
  unit_name text not null,
  uscc text,
  -- the last day to pay: the clock of Art 8 begins there
  expired_on text not null,
  -- wages of migrant workers unpaid when the order expired, whose they were, and how it was computed
  unpaid integer not null check (unpaid >= 0),
  persons integer not null check (persons >= 0),
  threshold integer not null check (threshold in (0, 1)),
  basis text not null,
  ground text check (ground in ('amount', 'incident')),
  withholding text check (withholding in ('deducted', 'arrears')),
  proposed_by blob references accounts (id),
  proposed_at integer,
  -- the unit's notice, as it stood when it was decided
  told_on text,
  window_over_on text,
  decided_by blob references accounts (id),
  decided_on text,
  -- the last day of the term
  until_on text,
  remedy text not null check (remedy in ('none', 'review', 'suit', 'stayed', 'upheld', 'revoked')),
  remedy_on text,
  -- how often what a receiver must know of it changed
  rev integer not null default 0 check (rev >= 0),
  -- examining, not_listed, listed, suspended, removing, removed
  standing text not null check (standing in ('examining', 'not_listed', 'listed', 'suspended', 'removing', 'removed')),
  published_on text,
  ended_on text,
  ended_why text check (ended_why in ('expired', 'early', 'revoked', 'corrected')),
  removed_on text,
  created_at integer not null,
  check ((proposed_by is null) = (proposed_at is null)),
  check ((proposed_by is null) = (ground is null)),
  -- promise 8, as far as one row can say it: nothing is listed without its ground, its notice, its window and two persons
  check (decided_on is null or (ground is not null and withholding is not null and decided_by is not null and proposed_by is not null
    and decided_by <> proposed_by and told_on is not null and window_over_on is not null and told_on <= decided_on and until_on is not null
    and decided_on > expired_on and unpaid > 0 and (ground = 'incident' or threshold))),
  check ((standing in ('listed', 'suspended', 'removing', 'removed')) = (decided_on is not null)),
  check ((standing in ('removing', 'removed')) = (ended_on is not null)),
  check ((ended_on is null) = (ended_why is null)),
  check ((standing = 'removed') = (removed_on is not null)),
  check (published_on is null or decided_on is not null)
) strict;
create unique index listings_procedure on listings (procedure_id);
create index listings_case on listings (case_id);
create index listings_order on listings (order_id);
create index listings_uscc on listings (uscc) where decided_on is not null;

-- A party 当事人 of it: the unit, or a person liable in it. Each has its own notice, service and window (practice P4.1).
create table listing_parties (
  id blob primary key,
  listing_id blob not null references listings (id),
  procedure_id blob not null references procedures (id) deferrable initially deferred,
  kind text not null check (kind in ('unit', 'legal_representative', 'principal', 'manager', 'responsible')),
  name_ct text not null,
  name_mask text not null,
  -- of a person: the number, its blind index, the post and since when
  person_ct text,
  person_bix text,
  post text,
  post_from text,
  post_to text,
  uscc text,
  notice_id blob references documents (id),
  served_on text,
  served_way text,
  window_over_on text,
  objected_on text,
  answer text check (answer in ('none', 'rejected', 'upheld')),
  answered_on text,
  -- drafted, told, ready, dropped, excluded
  standing text not null check (standing in ('drafted', 'told', 'ready', 'dropped', 'excluded')),
  -- what is known of it outside once it is listed
  code text,
  decision_id blob references documents (id),
  decision_posted_on text,
  decision_served_on text,
  decision_served_way text,
  created_at integer not null,
  check ((kind = 'unit') = (person_ct is null)),
  check ((person_ct is null) = (person_bix is null)),
  check ((kind = 'unit') = (post is null)),
  check (standing not in ('told', 'ready') or served_on is not null),
  check (standing <> 'ready' or window_over_on is not null),
  check (objected_on is null or served_on is not null),
  check (code is null or standing = 'ready')
) strict;
create unique index listing_parties_procedure on listing_parties (procedure_id);
create index listing_parties_listing on listing_parties (listing_id);
create unique index listing_parties_code on listing_parties (code) where code is not null;
create index listing_parties_person on listing_parties (person_bix) where person_bix is not null;

-- An application for early removal (令45 Art 12 to 14), by the unit alone.
create table removals (
  id blob primary key,
  listing_id blob not null references listings (id),
  procedure_id blob not null references procedures (id) deferrable initially deferred,
  applied_on text not null,
  applicant_ct text not null,
  application_id blob not null references evidence (id),
  correction_id blob not null references evidence (id),
  promise_id blob not null references evidence (id),
  -- when the arrears were corrected, as the officer found it by proof
  corrected_on text,
  outcome text check (outcome in ('granted', 'refused', 'withdrawn')),
  decided_on text,
  decided_by blob references accounts (id),
  document_id blob references documents (id),
  created_at integer not null,
  check ((outcome is null) = (decided_on is null)),
  check (outcome is null or outcome <> 'granted' or (corrected_on is not null and decided_by is not null))
) strict;
create unique index removals_procedure on removals (procedure_id);
create index removals_listing on removals (listing_id);
