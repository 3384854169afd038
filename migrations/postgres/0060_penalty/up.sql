-- Penalties 行政处罚: one row for each fine on one party of a case, what is owed of it once it was served, and its payments.

create table penalties (
  id uuid primary key,
  case_id uuid not null references cases (id),
  procedure_id uuid not null references procedures (id) deferrable initially deferred,
  -- the order to pay that was not obeyed, where the ground is one
  order_id uuid references orders (id),
  respondent_id uuid not null references respondents (id),
  -- the bureau that punishes: the one that leads the case, or the industry bureau
  bureau text not null,
  ground text not null,
  subject text not null check (subject in ('unit', 'legal_representative', 'principal', 'manager', 'responsible')),
  -- `unit`, or the blind index of the person's number: a second fine on the same one is refused
  subject_key text not null,
  uscc text,
  -- article, names as shown, days, the order to correct, the second officer
  filed jsonb not null,
  -- of a person
  name_ct text,
  person_ct text,
  -- bounds of the ground when it was filed, in fen
  least bigint not null check (least > 0),
  most bigint not null,
  fine bigint,
  -- what stood when the party spoke: the fine is never raised above it
  ceiling bigint,
  mitigation text,
  proposed_by uuid references accounts (id),
  told_on date,
  window_over_on date,
  stated_on date,
  answered_on date,
  answer text check (answer in ('rejected', 'lowered', 'accepted')),
  hearing_asked_on date,
  hearing_held_on date,
  decided_by uuid references accounts (id),
  decided_on date,
  served_on date,
  remedy text not null check (remedy in ('none', 'review', 'suit', 'stayed', 'upheld', 'revoked')),
  standing text not null check (standing in ('open', 'decided', 'paid', 'unrecovered', 'unpunished', 'dropped', 'revoked')),
  -- papers, review, hearing, days not counted, why it ended
  way jsonb not null,
  check (least <= most),
  check ((subject = 'unit') = (person_ct is null)),
  check ((subject = 'unit') = (name_ct is null)),
  check ((subject = 'unit') = (subject_key = 'unit')),
  check ((fine is null) = (proposed_by is null)),
  -- within the bounds, a lower one on a reason of 处罚法 Art 32 alone
  check (fine is null or (fine > 0 and fine <= most and (fine >= least or mitigation is not null))),
  -- Art 45: what is said in defence raises nothing
  check (fine is null or ceiling is null or fine <= ceiling),
  check (window_over_on is null or told_on is not null),
  check (stated_on is null or ceiling is not null),
  check (answered_on is null or stated_on is not null),
  check ((answered_on is null) = (answer is null)),
  check (hearing_held_on is null or hearing_asked_on is not null),
  -- nothing is decided of which the party was not told, while it may still speak, unheard, or by the one who proposed it
  check (decided_on is null or (fine is not null and proposed_by is not null and told_on is not null and window_over_on is not null
    and told_on <= decided_on and window_over_on <= decided_on and decided_by is not null and decided_by <> proposed_by
    and (stated_on is null or answered_on is not null) and (answer is null or answer <> 'accepted')
    and (hearing_asked_on is null or hearing_held_on is not null))),
  check ((standing in ('decided', 'paid', 'unrecovered', 'revoked')) = (decided_on is not null)),
  check (served_on is null or (decided_on is not null and served_on >= decided_on)),
  check ((standing = 'revoked') = (remedy = 'revoked'))
);
create unique index penalties_procedure on penalties (procedure_id);
create index penalties_case on penalties (case_id);
create index penalties_order on penalties (order_id) where order_id is not null;
create index penalties_respondent on penalties (respondent_id);
create index penalties_uscc on penalties (uscc) where uscc is not null;
-- Art 29: one fine for one violation
create unique index penalties_once on penalties (case_id, ground, respondent_id, subject_key)
  where standing not in ('unpunished', 'dropped', 'revoked');

-- What is owed, from the day the decision was served.
create table penalty_accounts (
  penalty_id uuid primary key references penalties (id),
  fine bigint not null check (fine > 0),
  -- the last day to pay, put off or not; the parts of the fine with their days
  pay_by date not null,
  deferred_on date,
  due jsonb not null,
  -- paid, and the late fine as it was on the day of the last payment
  paid bigint not null check (paid >= 0),
  late bigint not null check (late >= 0),
  urge_id uuid references documents (id),
  urged_on date,
  refused_on date,
  applied_on date,
  settled_on date,
  check (late <= fine),
  check (paid <= fine + late),
  check (settled_on is null or paid = fine + late),
  check (urged_on is null or urge_id is not null),
  check (refused_on is null or urged_on is not null),
  check (applied_on is null or urged_on is not null)
);

create table penalty_payments (
  id uuid primary key,
  penalty_id uuid not null references penalties (id),
  amount bigint not null check (amount > 0),
  paid_on date not null,
  bank_ref text not null,
  proof_id uuid not null references evidence (id),
  recorded_by uuid references accounts (id),
  recorded_at timestamptz not null,
  reversed_at timestamptz
);
create index penalty_payments_penalty on penalty_payments (penalty_id);
create unique index penalty_payments_ref on penalty_payments (bank_ref) where reversed_at is null;
