-- Whether a notice waits for the office to open is the notice's own: its template is urgent, or its whole procedure is.
alter table notices add column urgent boolean not null default false;
update notices set urgent = true where template in ('case_flagged', 'case_major', 'crime_transfer', 'incident_opened', 'incident_reported', 'incident_to_judge', 'withdrawal_pressed');
update notices set urgent = true where claimant_id is null and procedure_id in (select id from procedures where kind = 'incident');

-- When a letter should have gone, which no attempt moves: how long it waits is counted from here.
alter table letters add column due_at timestamptz not null default to_timestamp(0);
update letters set due_at = (select n.not_before from notices n where n.id = letters.notice_id);
create index letters_waiting on letters (due_at, id) where done_at is null;
-- How many attempts it had when it was last made pending by hand: those that count come after.
alter table letters add column round_from integer not null default 0 check (round_from >= 0);
update letters set round_from = attempts where state = 'pending' and attempts >= 12;
-- Whose log-in joined as a person: where a notice of the own row goes.
create index joiners_person on joiners (claimant_id);
