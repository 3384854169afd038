-- Recourse 追偿: who paid instead of the employer, against whom it may be asked back, and what came of it. One row a payment.
create table recourses (
  payment_id blob primary key references payments (id),
  case_id blob not null references cases (id),
  payer_kind text not null,
  payer_id blob references respondents (id),
  against_id blob references respondents (id),
  amount integer not null check (amount >= 0),
  recovered integer not null default 0 check (recovered >= 0 and recovered <= amount),
  state text not null check (state in ('open', 'recovered', 'written_off', 'void')),
  reason text,
  note_ct text,
  proof_id blob references evidence (id),
  opened_at integer not null,
  closed_at integer,
  closed_by blob references accounts (id),
  check ((state = 'open') = (closed_at is null)),
  check ((state = 'written_off') = (reason is not null))
) strict;
create index recourses_case on recourses (case_id, opened_at);
create index recourses_open on recourses (opened_at) where state = 'open';
-- what others paid before
insert into recourses (payment_id, case_id, payer_kind, payer_id, against_id, amount, recovered, state, opened_at, closed_at)
select p.id, p.case_id, p.payer_kind, p.payer_id,
  -- the one employer the chain names, or nobody
  (select r.id from respondents r where r.case_id = p.case_id and r.role in ('respondent', 'contract_employer')
     and not exists (select 1 from respondents o where o.case_id = r.case_id and o.id <> r.id and o.role in ('respondent', 'contract_employer'))
     and (p.payer_id is null or r.id <> p.payer_id)),
  s.amount,
  0, 'open', p.recorded_at, null
from payments p
join (select payment_id, sum(amount) as amount from allocations where answer is null or answer <> 'denied' group by payment_id) s
  on s.payment_id = p.id
where p.payer_kind <> 'employer' and p.reversed_at is null and s.amount > 0;
